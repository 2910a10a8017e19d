# SPDX-License-Identifier: GPL-2.0
# What the scripts beside it share. Sourced, by bash, with $here set.
top=$(cd "$here/../.." && pwd)
out=$top/build/simulate

build()
{
	mkdir -p "$out"
	[ -e "$top/build/linux/tools/include" ] || { echo "no kernel source; make source"; return 1; }
	make -C "$here" O="$out" >"$out/build.log" 2>&1 || { tail -n 30 "$out/build.log"; return 1; }
}
