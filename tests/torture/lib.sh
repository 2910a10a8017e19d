# SPDX-License-Identifier: GPL-2.0
# What the scripts of the torture share: its kernels, and how to run it.

torture=$top/tests/torture
torture_out=$top/build/torture
export TRACEEVENT_PLUGIN_DIR=$top/build/plugin LC_ALL=C

# use_kernel KERNEL: sets $out to its directory, $work to ours, and $FRAGMENTS and $parallel
use_kernel()
{
	work=$torture_out/$1 out=$work parallel=--parallel
	export FRAGMENTS=$torture/torture.config
	case $1 in
	x86)	out=$top/build/x86 FRAGMENTS='' parallel='' ;;
	debug)	FRAGMENTS="$FRAGMENTS $top/tests/debug/debug.config $torture/debug.config" ;;
	kcsan)	FRAGMENTS="$FRAGMENTS $torture/kcsan.config" ;;
	esac
}

# run_torture KERNEL SECONDS SEED DIRECTORY [OPTION]...: lets the torture run, and checks what
# readers got, which goes to DIRECTORY; the options are for check
run_torture()
{
	local work out parallel kernel=$1 seconds=$2 seed=$3 dir=$4 mem=768 params=
	shift 4
	use_kernel "$kernel"
	case $kernel in
	debug|kcsan)	mem=1536 ;;
	esac
	# Without ACPI there is no timer to measure the time stamp counter with, which is ours.
	[ "$kernel" = x86 ] || params=tsc_early_khz=$("$torture_out/tsc") || return
	rm -rf "$dir"
	mkdir -p "$dir"
	"$top/tests/vm/run" $parallel --smp 4 --mem $mem --timeout $((seconds * 3 + 300)) \
		--append "$params" --out "$dir" --kernel "$out/arch/x86/boot/bzImage" -- "$torture/guest" \
		"$work/module/blog_torture.ko" "$torture_out/reader" "$seconds" "$seed" |
		tee "$dir/log" | "$torture_out/check" "$@" "$dir"
	[ "${PIPESTATUS[*]}" = "0 0 0" ]
}
