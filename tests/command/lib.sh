# SPDX-License-Identifier: GPL-2.0
# What the scripts share that try the command, in the virtual machine.
. "$here/../lib.sh"
export LC_ALL=C.UTF-8 TZ=UTC

top=$(cd "$here/../.." && pwd)
PATH=$top/build/plugin:$PATH
tracing=/sys/kernel/tracing
instance=$tracing/instances/blog
logger=$instance/loggers/blog_sample
parameters=/sys/module/blog_sample/parameters
nobody="setpriv --reuid 65534 --regid 65534 --clear-groups"

say()
{
	printf '%s\n' "$*" >$parameters/say
}

# says TEXT STATUS COMMAND...: it ends with this status, and its error has the text
says()
{
	local text=$1 wanted=$2 status=0
	shift 2
	"$@" >/tmp/out 2>/tmp/err || status=$?
	same "status of $*" "$wanted" $status || { cat /tmp/err; return 1; }
	grep -qF -- "$text" /tmp/err || { echo "not said: $text"; cat /tmp/err; return 1; }
}

# lines_have FILE TEXT...: one line of it for each text, in this order
lines_have()
{
	local file=$1 text
	shift
	for text; do
		grep -F -- "$text" "$file"
	done >/tmp/lines
	same "lines of $file" $# "$(wc -l <"$file")" && cmp -s /tmp/lines "$file" ||
		{ cat "$file"; return 1; }
}
