# SPDX-License-Identifier: GPL-2.0
# What the scripts of dev/ and tests/ share. Sourced, by bash.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
build=$top/build

kernel_series=6.12		# the kernel the overlay and its patches are written for,
kernel_version=6.12.117-1	# and the version of Debian's package they are made from

# The script that runs, as one calls it from the top.
called()
{
	local path
	path=$(realpath "$0")
	echo "${path#"$top/"}"
}

die()
{
	echo "$(called): $*" >&2
	exit 1
}

# What stands at the head of the script.
usage()
{
	sed -n '3,/^[^#]/s/^# \{0,1\}//p' "$0"
}

# misuse WHAT: says what is wrong with the arguments
misuse()
{
	echo "$(called): $*; see --help" >&2
	exit 2
}

# has_value OPTION [ARGUMENT]...: the option's value is there
has_value()
{
	[ $# -gt 1 ] && [ "$2" != -- ] || misuse "$1 wants a value"
}

# no_other_options [ARGUMENT]...: the first is none but --help
no_other_options()
{
	case ${1-} in
	-h|--help) usage; exit 0 ;;
	-*)	misuse "unknown option $1" ;;
	esac
}

# Runs a command with the rights to install packages.
as_root()
{
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		die "needs root for: $*; become root or install sudo"
	fi
}

# What every build of a kernel has in its environment.
kernel_environment()
{
	export CCACHE_DIR=${CCACHE_DIR:-$build/ccache}
	export CCACHE_DEPEND=1	# no second preprocessing
	export CCACHE_BASEDIR=	# a recent ccache would change __FILE__
	export KBUILD_BUILD_USER=blog KBUILD_BUILD_HOST=blog
}

# Makes sure that one instance works in a directory at a time: lock FILE. One that is
# there stays as it is.
lock()
{
	mkdir -p "$(dirname "$1")"
	exec 9>>"$1"
	flock -n 9 || {
		echo "waiting for $1, another run holds it" >&2
		flock 9
	}
}
