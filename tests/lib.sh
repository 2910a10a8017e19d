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

# differ WHAT WANTED GOT: says so and fails if they are not the same.
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
