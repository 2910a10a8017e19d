# SPDX-License-Identifier: GPL-2.0
# What the test scripts share. A test prints "ok - NAME" or "not ok - NAME", and
# what went wrong behind '# '.

# check NAME COMMAND...: the test passes if the command does; its output is
# shown if not.
check()
{
	local name=$1 output
	shift
	if output=$("$@" 2>&1); then
		echo "ok - $name"
	else
		echo "not ok - $name"
		printf '%s\n' "$output" | tail -n 40 | sed 's/^/# /'
	fi
}

# same WHAT WANTED GOT: says so and fails if they are not the same.
same()
{
	[ "$2" = "$3" ] && return
	echo "$1: wanted $2, got $3"
	return 1
}

# at_least WHAT MINIMUM GOT
at_least()
{
	[ "${3:-0}" -ge "$2" ] && return
	echo "$1: wanted at least $2, got $3"
	return 1
}

# kunit_in_vm DIR OPTION...: the KUnit tests as a module, on two CPUs; they run
# when it is loaded, and their report, the kernel log, is DIR/kunit.log.
kunit_in_vm()
{
	local dir=$1
	shift
	"$here/../vm/run" --timeout 900 --out "$dir" --append 'kunit.enable=1 log_buf_len=16M' "$@" -- \
		sh -c 'modprobe blog_tracefs_kunit && dmesg >/mnt/out/kunit.log &&
			rmmod blog_tracefs_kunit blog_kunit' || return
	! grep -E 'not ok ' "$dir/kunit.log" &&
	at_least "passed cases" 60 "$(grep -cE '^.*    ok [0-9]+ ' "$dir/kunit.log")"
}

# stat_of NAME [FILE]: a counter of the logger whose directory is $logger
stat_of()
{
	awk -v name="$1" '$1 == name { print $2 }' "${2:-$logger/stats}"
}

# adds_up [FILE]: its counters do, which are exact while nobody writes
adds_up()
{
	local stats=${1:-$logger/stats}
	awk '{ n[$1] = $2 }
	     END { exit !(n["captured"] == n["published"] + n["overwritten"] + n["pending"] &&
			  n["memory_bytes"] <= n["budget_bytes"]) }' "$stats" || {
		cat "$stats"
		return 1
	}
}
