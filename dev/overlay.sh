# SPDX-License-Identifier: GPL-2.0
# How the repository's files map onto a kernel tree; for apply and refresh.
#
# A tree remembers what was applied in KDIR/.blog:
#   applied/PATH   each file as it was left
#   orig/PATH      the tree's own file, for those which were patched or replaced

# The directories of the repository, and of other overlays, that mirror Linux.
mirrored="arch block crypto Documentation drivers fs include init ipc kernel lib
	mm net samples scripts security tools"

# The files of an overlay, relative to it: overlay_files ROOT
overlay_files()
(
	cd "$1"
	find . -maxdepth 1 -name '*.patch' -type f -printf '%P\n'
	for d in $mirrored; do
		[ -d "$d" ] && find "$d" -type f \
			! -name '.*' ! -name '*~' ! -name '*.orig' ! -name '*.rej' \
			! -name '*.o' ! -name '*.ko'
	done | LC_ALL=C sort
)

put()
{
	[ -d "${2%/*}" ] || mkdir -p "${2%/*}"
	cp --preserve=mode "$1" "$2"
}

# apply_patch FILE PATCH: a hunk may have moved, but the lines around it are the same: with
# other lines patch has put hunks into another function, without a word.
apply_patch()
{
	patch -F0 -f -r - --no-backup-if-mismatch "$1" "$2" 2>&1
}

# Says in plain words what patch printed: one line a hunk.
explain_rejects()
{
	local line hunk at found=
	while read -r line; do
		[[ $line == "Hunk #"*" FAILED at "* ]] || continue
		hunk=${line#Hunk #} at=${line##* at }
		echo "$1: hunk ${hunk%% *} does not apply to $2 near line ${at%%[!0-9]*}"
		found=1
	done
	[ "$found" ] || echo "$1: is not a patch that applies to $2"
}

# Builds in $2/PATH what the overlay $1 makes of the tree $kdir. Several
# overlays add up. Prints what does not apply and returns 1.
stage_overlay()
{
	local root=$1 stage=$2 file path out bad=0
	for file in $(overlay_files "$root"); do
		path=${file%.patch}
		if [ "$path" = "$file" ]; then
			put "$root/$file" "$stage/$path"
			continue
		fi
		if [ ! -e "$stage/$path" ]; then
			if ! original "$path"; then
				echo "$file: the tree has no file $path" >&2
				bad=1
				continue
			fi
			put "$original" "$stage/$path"
		fi
		out=$(apply_patch "$stage/$path" "$root/$file") || {
			explain_rejects "$file" "$path" <<<"$out" >&2
			bad=1
		}
	done
	return $bad
}

# Sets $original to the tree's own file at PATH, before any overlay; fails if there is none.
original()
{
	original=$kdir/.blog/orig/$1
	[ ! -e "$original" ] || return 0
	original=$kdir/$1
	[ -e "$original" ] && [ ! -e "$kdir/.blog/applied/$1" ]
}

list()
(
	[ ! -d "$1" ] || { cd "$1" && find . -type f -printf '%P\n' | LC_ALL=C sort; }
)

# Sets $kdir, after a check that it is a kernel tree of our series.
open_tree()
{
	[ -f "$1/Kconfig" ] && [ -f "$1/Makefile" ] && [ -d "$1/kernel" ] ||
		die "$1 is not a kernel source tree"
	kdir=$(cd "$1" && pwd -P)
	local v
	v=$(awk '$1 == "VERSION" { v = $3 } $1 == "PATCHLEVEL" { print v "." $3; exit }' "$kdir/Makefile")
	[ "$v" = "$kernel_series" ] ||
		die "$1 is Linux $v; the patches here are for $kernel_series"
	lock "$kdir/Makefile"	# a file of its own would be left there
}
