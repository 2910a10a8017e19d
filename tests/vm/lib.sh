# SPDX-License-Identifier: GPL-2.0
# What the scripts share that start a kernel. Sourced, by bash.

# What no healthy kernel prints. Each has a blank in it: the console shows the paths of
# this checkout too, as that of init, and they have none.
alarm='WARNING: |BUG: |Oops: |Kernel panic|general protection fault|invalid opcode:'
alarm="$alarm|possible circular|inconsistent lock state|suspicious RCU|sleeping function called"
alarm="$alarm|KASAN: |KCSAN: |UBSAN: |refcount_t: |Bad page|list_(add|del) corruption"
alarm="$alarm|blocked for more than|rcu.*(self-detected|detected) stall|soft lockup|hard LOCKUP"
alarm="$alarm|kmemleak: .*suspected|unreferenced object|Ring buffer clock went backwards"

# alarms LOG: the lines of a console log that are such, with their numbers; fails if
# there is none
alarms()
{
	tr -d '\r' <"$1" | grep -nE "$alarm"
}

# without_panics LOG: the console log, but of each boot that ends in a panic only what
# came before that, and before the soft lockup that may be its cause
without_panics()
{
	awk '/Linux version / { print_boot() }
	     { line[n++] = $0 }
	     /soft lockup|Kernel panic/ && !cut { cut = n }
	     /Kernel panic/ { died = 1 }
	     END { print_boot() }
	     function print_boot(i, end) {
		end = died ? cut - 1 : n
		for (i = 0; i < end; i++)
			print line[i]
		n = cut = died = 0
	     }' "$1"
}

# user_mode LIMIT KERNEL PARAMETER...: runs a user-mode kernel, for so many seconds at
# most. The files that it keeps meanwhile are in a directory of its own, not in ~/.uml;
# it does not remove them if it is killed. The command ${profile[@]}, if set, runs it.
user_mode()
(
	limit=$1 kernel=$(realpath "$2")
	shift 2
	dir=$(mktemp -d "$top/build/umid.XXXXXX") || exit
	trap 'rm -rf "$dir"' EXIT
	cd "$dir" && timeout -k 5 "$limit" "${profile[@]}" "$kernel" uml_dir=./ "$@"
)
