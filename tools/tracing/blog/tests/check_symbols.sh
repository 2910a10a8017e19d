#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1
#
# check_symbols.sh PLUGIN - fail if the plugin needs a function of libtraceevent
# that a perf linked statically against it does not export (symbols.txt), and
# check that list against the installed perf where it is such a one.

plugin=$1
list=$(dirname "$0")/symbols.txt
perf=${PERF:-$(command -v perf)}
failed=0

symbols()
{
	nm -D "$1" | awk -v type="$2" '$(NF - 1) == type { print $NF }' |
		grep -E '^(tep|trace_seq)_'
}

for name in $(symbols "$plugin" U); do
	if ! grep -qx "$name" "$list"; then
		echo "$plugin: needs $name, which perf does not export" >&2
		failed=1
	fi
done

exported=$([ -n "$perf" ] && symbols "$perf" T 2>/dev/null)
if [ -n "$exported" ]; then
	for name in $(cat "$list"); do
		if ! echo "$exported" | grep -qx "$name"; then
			echo "$perf: does not export $name" >&2
			failed=1
		fi
	done
	echo "symbols: checked against $perf"
else
	echo "symbols: no perf with its own libtraceevent here, checked against the list"
fi
exit $failed
