# SPDX-License-Identifier: GPL-2.0
# What of CephFS is recorded, for the benchmarks. Sourced, after lib.sh.
mnt=/mnt/cephfs
loggers=$tracing/instances/blog/loggers
profiles=$here/../../tools/tracing/blog/profiles
# Of the user-mode machine only /mnt can be written.
scratch=/tmp
[ -w $scratch ] || scratch=/mnt

# capture 0|1
capture()
{
	set_file $loggers/ceph/enable "$1"
	set_file $loggers/libceph/enable "$1"
}

# statements all|quiet
statements()
{
	local logger
	[ "${switched[statements]-}" != "$1" ] || return 0
	for logger in ceph libceph; do
		echo + >$loggers/$logger/sites
		[ "$1" = all ] || cat "$profiles/$logger-quiet" >$loggers/$logger/sites
	done
	switched[statements]=$1
}

# debug +|-
debug()
{
	printf '%s\n' "module ceph ${1}p" "module libceph ${1}p" >/proc/dynamic_debug/control
}

captured()
{
	echo $(($(stat_of captured $loggers/ceph/stats) + $(stat_of captured $loggers/libceph/stats)))
}

# switch_to ROW: as tests/bench/ceph has them
switch_to()
{
	case $1 in
	none)	;;
	off|again)
		capture 0 ;;
	on|live)
		statements all
		capture 1 ;;
	quiet)	statements quiet
		capture 1 ;;
	debug)	capture 0
		debug + ;;
	esac
}
