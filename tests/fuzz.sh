#!/bin/sh
# fuzz.sh - every libFuzzer target of tests/fuzz over its corpus, with address and undefined behaviour sanitizers, from a fixed seed: so many
# inputs each, or as many as so many seconds allow. So a slow machine tries a part of what a fast one tries, and a failure comes again.
# Called by `make fuzz`, which builds them; prints TAP, and how to repeat what was found.
#   FUZZ_SECONDS=600 FUZZ_RUNS=-1 make fuzz      as many as there is time for; FUZZ_SEED=2: other inputs
set -u
: "${BUILD:?}" "${FUZZ_RUNS:=50000}" "${FUZZ_SECONDS:=12}" "${FUZZ_SEED:=1}"
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1 ASAN_OPTIONS=allocator_may_return_null=1
passed=0 failed=0
for source in tests/fuzz/fuzz_*.c; do
	target=$(basename "$source" .c)
	corpus=tests/fuzz/corpus_${target#fuzz_}
	found=$BUILD/found_${target#fuzz_} # inputs that reach something new; kept between runs, not committed
	dictionary=
	[ -e "tests/fuzz/${target#fuzz_}.dict" ] && dictionary=-dict=tests/fuzz/${target#fuzz_}.dict
	log=$BUILD/$target.log
	mkdir -p "$found"
	# shellcheck disable=SC2086 # an option or nothing
	if "$BUILD/$target" -seed="$FUZZ_SEED" -runs="$FUZZ_RUNS" -max_total_time="$FUZZ_SECONDS" -timeout=20 -rss_limit_mb=1500 -print_final_stats=1 \
		$dictionary -artifact_prefix="$BUILD/$target-" "$found" "$corpus" >"$log" 2>&1; then
		runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
		echo "ok - $target: $runs inputs, $(find "$corpus" -type f | wc -l) of them given"
		passed=$((passed + 1))
	else
		echo "not ok - $target: see $log; repeat with $BUILD/$target FILE"
		grep -E '^(SUMMARY|.*runtime error|Test unit written|artifact_prefix|==[0-9]+==)' "$log" | head -n 8 | sed 's/^/# /'
		failed=$((failed + 1))
	fi
done
echo "fuzz: $passed targets without a finding, $failed with one"
[ "$failed" -eq 0 ]
