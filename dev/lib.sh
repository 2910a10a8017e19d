# SPDX-License-Identifier: GPL-2.0
# What the scripts of dev/ and tests/ share. Sourced, by bash.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
build=$top/build

kernel_series=6.12		# the kernel the overlay and its patches are written for,
kernel_version=6.12.117-1	# and the version of Debian's package they are made from

die()
{
	echo "${0##*/}: $*" >&2
	exit 1
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

# Makes sure that one instance works in a directory at a time: lock FILE
lock()
{
	mkdir -p "$(dirname "$1")"
	exec 9>"$1"
	flock -n 9 || {
		echo "waiting for $1, another run holds it" >&2
		flock 9
	}
}
