# SPDX-License-Identifier: GPL-2.0
# Which warnings are ours; for tests/static/test and its own test, tests/dev/warnings.

# warnings_of_ours LOG SOURCE: prints, and fails on, the warnings in a build log about
# $ours and all else that has BLOG in its name; and about files that $patches change,
# the compiler's, and those that name something of BLOG: sparse has its complaints
# about Linux. A file's name is what follows the directory SOURCE of the kernel: that
# itself may be called anything, so nothing else in a line is searched for a name.
warnings_of_ours()
{
	source=$(realpath -m "$2") ours=$ours patches=${patches//.patch/} awk '
	BEGIN {
		source = ENVIRON["source"] "/"
		n = split(ENVIRON["ours"], list)
		for (i = 1; i <= n; i++)
			ours[list[i]]
		n = split(ENVIRON["patches"], list)
		for (i = 1; i <= n; i++)
			patched[list[i]]
	}

	# The name of a file in the kernel source, or among the objects made of it; of an
	# object, that of its source. Empty, if the file lies elsewhere.
	function within(path) {
		if (index(path, source) == 1)
			path = substr(path, length(source) + 1)
		sub(/^\.\//, "", path)
		sub(/\.o$/, ".c", path)
		return path ~ /^\// ? "" : path
	}

	function first(text) {
		return substr(text, 1, index(text, ":") - 1)
	}

	function names_blog(text) {
		gsub(/[^ ]*\//, "", text)	# directories
		return tolower(text) ~ /blog/
	}

	# FILE:LINE: warning: TEXT, or TOOL: warning: FILE: TEXT
	match($0, /^[^ :]+:([0-9]+:)* *(fatal )?(warning|error): */) {
		text = substr($0, RLENGTH + 1)
		file = first($0)
		if (file !~ /\./ && $0 !~ /^[^ :]+:[0-9]/)
			file = first(text)
		file = within(file)
		if (file in ours || file ~ /blog/ ||
		    (file in patched && (text ~ /\[-W/ || names_blog(text)))) {
			print
			found = 1
		}
	}
	END { exit found }' "$1"
}
