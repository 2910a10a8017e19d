# SPDX-License-Identifier: GPL-2.0
# What the scripts share that read the instance, in the virtual machine.
. "$here/../lib.sh"
export LC_ALL=C

tracing=/sys/kernel/tracing
instance=$tracing/instances/blog
event=$instance/events/blog/blog_sample
logger=$instance/loggers/blog_sample
parameters=/sys/module/blog_sample/parameters
out=/mnt/out
writer=$out/writer

nothing_pending()
{
	[ "$(stat_of pending)" = 0 ]
}

# A reader has got all.
all_read()
{
	nothing_pending &&
	[ "$(cat $instance/per_cpu/cpu*/stats | awk '/^entries:/ { n += $2 } END { print n }')" = 0 ]
}

within_budget()
{
	[ "$(stat_of memory_bytes)" -le "$(stat_of budget_bytes)" ]
}

say()
{
	echo "$*" >$parameters/say
}

# trace-cmd leaves the instance off.
switch_on()
{
	echo local >$instance/trace_clock
	echo 1 >$instance/events/enable
	echo 1 >$instance/tracing_on
}

# Nothing is left in the instance, nor in contexts.
fresh()
{
	switch_on
	echo 1 >$logger/clear
	echo >$instance/trace
}

# trace_cmd COMMAND NAME ARGUMENT...: to $out/NAME.dat, by way of a file in memory:
# a trace-cmd (3.1.6) that is stopped while it writes slowly loses what is in its
# pipe.
trace_cmd()
{
	local command=$1 name=$2
	shift 2
	trace-cmd "$command" -o /tmp/recording "$@" >/dev/null &&
	mv /tmp/recording $out/"$name".dat
}

# record NAME COMMAND...: the instance
record()
{
	local name=$1
	shift
	trace_cmd record "$name" -q -B blog -e blog:blog_sample "$@"
}

# recorded NAME: how trace-cmd shows it
recorded()
{
	trace-cmd report -i $out/"$1".dat
}

# has FILE TEXT...: the messages that must be in it
has()
{
	local file=$1 text
	shift
	for text; do
		grep -q "blog_sample: .*say_set: $text\$" "$file" && continue
		echo "no '$text' in $file:"
		tail -n 5 "$file"
		return 1
	done
}

# lacks FILE TEXT...: the messages that must not be in it
lacks()
{
	local file=$1 text
	shift
	for text; do
		! grep -q "say_set: $text\$" "$file" || { echo "'$text' in $file"; return 1; }
	done
}

# The numbers that a text has, sorted.
numbers()
{
	sed -n 's/.*count_set: seq \([0-9]*\) of .*/\1/p' "$1" | sort -n
}

# wait_for SECONDS COMMAND...: until it succeeds
wait_for()
{
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $end ] || { echo "waited in vain: $*"; return 1; }
		sleep 0.1
	done
}

in_read()
{
	[ "$(cat /proc/"$1"/wchan)" = ring_buffer_wait ]
}

# waits_to_read PID: it has found nothing more
waits_to_read()
{
	wait_for 10 in_read "$1" || { cat /proc/"$1"/wchan; return 1; }
}

gone()
{
	! kill -0 "$@" 2>/dev/null
}

# killed MS PID...: they are gone so soon, if they have not gone by themselves
killed()
{
	local limit=$1 start=${EPOCHREALTIME/./} ms
	shift
	kill -9 "$@" 2>/dev/null
	until gone "$@"; do
		ms=$(((${EPOCHREALTIME/./} - start) / 1000))
		[ $ms -le "$limit" ] || { echo "still there after $ms ms: $*"; return 1; }
	done
}
