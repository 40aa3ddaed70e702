#!/bin/sh
# arm.sh - the reference digests on aarch64, under qemu's user emulation: the NEON and the plain kernels. Called by `make test-arm`.
set -u
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
passed=0 failed=0
if ! make -s CC=aarch64-linux-gnu-gcc AR=aarch64-linux-gnu-ar CFLAGS='-O2 -static' BUILD="$folder/arm" "$folder/arm/digests" >"$folder/log" 2>&1; then
	echo "not ok - aarch64-linux-gnu-gcc does not build"; tail -n 5 "$folder/log"
	echo "0 passed, 1 failed"; exit 1
fi
for kernels in $(qemu-aarch64-static "$folder/arm/digests" --list); do
	for threads in 1 2; do
		if qemu-aarch64-static "$folder/arm/digests" --kernels "$kernels" --threads "$threads" | diff tests/golden/digests.txt - >"$folder/diff"; then
			echo "ok - aarch64, $kernels, $threads threads"; passed=$((passed + 1))
		else
			echo "not ok - aarch64, $kernels, $threads threads"; head -n 6 "$folder/diff"; failed=$((failed + 1))
		fi
	done
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
