#!/bin/sh
# bits.sh - the reference digests (tests/golden/digests.txt) from every compiler and optimisation level, each kernel variant that this
# processor runs, one and two threads. Called by `make test-bits`; prints TAP and "N passed, N failed".
set -u
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
passed=0 failed=0
for compiler in gcc clang-14; do
	for level in -O1 -O2 -O3; do
		build=$folder/$compiler$level
		if ! make -s CC="$compiler" CFLAGS="$level" NN_LEVEL="$level" BUILD="$build" "$build/digests" >"$folder/log" 2>&1; then
			echo "not ok - $compiler $level does not build"; tail -n 5 "$folder/log"; failed=$((failed + 1))
			continue
		fi
		for kernels in $("$build/digests" --list); do
			for threads in 1 2; do
				if "$build/digests" --kernels "$kernels" --threads "$threads" | diff tests/golden/digests.txt - >"$folder/diff"; then
					echo "ok - $compiler $level, $kernels, $threads threads"; passed=$((passed + 1))
				else
					echo "not ok - $compiler $level, $kernels, $threads threads"; head -n 6 "$folder/diff"; failed=$((failed + 1))
				fi
			done
		done
	done
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
