# SPDX-License-Identifier: GPL-2.0
# What the scripts beside it share. Sourced, by bash, with $here set.
top=$(cd "$here/../.." && pwd)
out=$top/build/fuzz
fuzzers="plugin serialize query history dump"

build()
{
	mkdir -p "$out"
	make -C "$here" O="$out" >"$out/build.log" 2>&1 || { tail -n 30 "$out/build.log"; return 1; }
}

# known [NAME]...: these are fuzzers
known()
{
	local name
	for name; do
		[[ " $fuzzers " == *" $name "* ]] || misuse "no fuzzer $name; there are: $fuzzers"
	done
}

# fuzzer NAME ARGUMENT...: libtraceevent leaks where it refuses a format, so leaks
# of the plugin are counted by its fuzzer.
fuzzer()
{
	local name=$1 leaks=1
	shift
	[ "$name" != plugin ] || leaks=0
	ASAN_OPTIONS=quarantine_size_mb=16:detect_leaks=$leaks nice "$out/$name" \
		-detect_leaks=$leaks "$@"
}

# unpack NAME DIR: the kept inputs of a fuzzer
unpack()
{
	"$here/corpus.py" unpack "$here/corpus/$1".* "$2"
}

# fuzz NAME SECONDS DIR: what is new goes to DIR. Fails if there is a finding.
fuzz()
{
	local name=$1 seconds=$2 dir=$3 kept=$out/kept/$1 log=$out/$1.log rc=0 start
	[ -e "$here/$name.dict" ] || { echo "no fuzzer $name; there are: $fuzzers"; return 2; }
	rm -rf "$kept"
	mkdir -p "$dir"
	unpack "$name" "$kept" || return
	start=$SECONDS
	fuzzer "$name" -max_total_time="$seconds" -timeout=30 -max_len=4096 -len_control=20 \
		-dict="$here/$name.dict" -artifact_prefix="$out/$name-" -print_final_stats=1 \
		"$dir" "$kept" >"$log" 2>&1 || rc=$?

	awk -v name="$name" -v seconds=$((SECONDS - start)) '
		/ cov: / { edges = $4 }
		/number_of_executed_units/ { runs = $2 }
		/^library crashes:/ { library = $3 }
		END {
			printf "%s: %d inputs in %d s, %d edges", name, runs, seconds, edges
			if (library)
				printf ", libtraceevent itself crashed %d times", library
			print ""
		}' "$log"
	[ $rc = 0 ] && return
	grep -a -E -A 12 '^(fuzz|plugin_fuzz): |ERROR: |runtime error: |Test unit written' "$log"
	return 1
}
