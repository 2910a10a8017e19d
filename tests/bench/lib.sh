# SPDX-License-Identifier: GPL-2.0
# What the benchmarks share that run on the kernel being measured.
. "$here/../lib.sh"
export LC_ALL=C

tracing=/sys/kernel/tracing
logger=$tracing/instances/blog/loggers/blog_bench
parameters=/sys/module/blog_bench/parameters
control=/proc/dynamic_debug/control

# sample ROW MEASURE VALUE: prints one measured value; tests/bench/report makes
# medians of those that have all else in common. $table and $machine are set.
sample()
{
	printf '%s\t%s\t%s\t%s\t%s\n' "$table" "$machine" "$1" "$2" "$3"
}

# measure SUBJECT MESSAGE CALLS: sets $ns
measure()
{
	echo "$1 $2 $3" >$parameters/run && read -r ns <$parameters/ns
}

# divide A B: sets $quotient, to three decimals
divide()
{
	printf -v quotient '%d.%03d' $(($1 / $2)) $(($1 % $2 * 1000 / $2))
}

# set_switches WORD...: switches on what the words name, and off all else
set_switches()
{
	local capture=0 live=0 event=0 debug=- statements=+
	for word; do
		case $word in
		capture) capture=1 ;;
		live)	live=1 ;;
		event)	event=1 ;;
		debug)	debug=+ ;;
		statement-off)
			statements=- ;;
		esac
	done
	set_file $logger/enable $capture
	set_file $tracing/events/blog/blog_bench/enable $live
	set_file $tracing/events/blog_bench_peer/enable $event
	[ "${switched[debug]-}" = $debug ] ||
		echo "module blog_bench ${debug}p" >$control
	switched[debug]=$debug
	set_file $logger/sites $statements
}

declare -A switched

# A write stops all CPUs to patch code: not without need.
set_file()
{
	[ "${switched[$1]-}" = "$2" ] || echo "$2" >"$1"
	switched[$1]=$2
}

# Everybody who stores records has 2 MiB for them: the printk log by the kernel's
# command line, the copying of the limit in blog_bench.c. And the console keeps
# quiet: printk() offers it each line, and it prints none.
equal_memory()
{
	echo 2048 >$tracing/buffer_size_kb
	echo 2M >$logger/budget
	dmesg -n 1
}

# allocate_contexts BUDGET: as many as it allows, all of them empty
allocate_contexts()
{
	echo "$1" >$logger/budget
	# They are allocated between the calls.
	while [ "$(stat_of memory_bytes)" -lt "$(stat_of budget_bytes)" ]; do
		measure blog string 10000
	done
	echo 1 >$logger/clear
}

# The module that makes the calls; part of the user-mode kernel.
load_module()
{
	modprobe -q blog_bench 2>/dev/null || :
	[ -d $parameters ] || { echo "this kernel has no CONFIG_BLOG_BENCH" >&2; exit 1; }
}
