# SPDX-License-Identifier: GPL-2.0
# What run and test of the torture share: how to build and run it.

torture=$top/tests/torture
torture_out=$top/build/torture
export TRACEEVENT_PLUGIN_DIR=$top/build/plugin LC_ALL=C

# The configuration of each kernel, over dev/config/x86.config.
torture_fragments()
{
	echo "$torture/torture.config"
	case $1 in
	debug)	echo "$top/tests/debug/debug.config $torture/debug.config" ;;
	kcsan)	echo "$torture/kcsan.config" ;;
	esac
}

# build_torture KERNEL: the kernel, the module for it, and the tools
build_torture()
{
	local out=$torture_out/$1 f
	export OUT=$out FRAGMENTS
	FRAGMENTS=$(echo $(torture_fragments "$1"))
	"$top/dev/kernel" x86 || return
	mkdir -p "$out/module"
	for f in Makefile blog_torture.c records.h kinds.h; do
		cmp -s "$torture/$f" "$out/module/$f" || cp "$torture/$f" "$out/module/$f" || return
	done
	"$top/dev/kernel" x86 M="$out/module" modules || return
	gcc -O2 -Wall -Wextra -Wno-unused-parameter -idirafter "$top/build/linux/include/uapi" \
		-o "$torture_out/reader" "$torture/reader.c" -lpthread &&
	gcc -O2 -Wall -Wextra -o "$torture_out/check" "$torture/check.c" \
		$(pkg-config --cflags --libs libtraceevent)
}

# run_torture KERNEL SECONDS SEED DIRECTORY [OPTION]...: lets the torture run, and checks what
# readers got, which goes to DIRECTORY; the options are for check
run_torture()
{
	local kernel=$1 seconds=$2 seed=$3 dir=$4 mem=768
	local out=$torture_out/$kernel
	shift 4
	rm -rf "$dir"
	mkdir -p "$dir"
	[ "$kernel" = plain ] || mem=1536
	"$top/tests/vm/run" --parallel --smp 4 --mem $mem --timeout $((seconds * 3 + 300)) \
		--out "$dir" --kernel "$out/arch/x86/boot/bzImage" -- "$torture/guest" \
		"$out/module/blog_torture.ko" "$torture_out/reader" "$seconds" "$seed" |
		tee "$dir/log" | "$torture_out/check" "$@" "$dir"
	[ "${PIPESTATUS[*]}" = "0 0 0" ]
}
