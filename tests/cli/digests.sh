#!/bin/sh
# digests.sh - the reference digests of tiny trainings (tests/golden/digests.txt), from every kernel variant that this processor runs, with
# one and two threads. `make test-bits` and `make test-arm` do the same for other compilers and another processor.
. tests/tap.sh
digests=$BUILD/digests reference=tests/golden/digests.txt

for kernels in $("$digests" --list); do
	for threads in 1 2; do
		"$digests" --kernels "$kernels" --threads "$threads" >"$SCRATCH/digests.txt" 2>"$SCRATCH/err" &&
			diff "$reference" "$SCRATCH/digests.txt" >"$SCRATCH/out"
		check $? "$kernels kernels with $threads threads give the reference digests"
	done
done

version=$(sed -n 's/^enum { NN_CORE_VERSION = \([0-9]*\) };.*/\1/p' nn/nn.h)
head -n 1 "$reference" >"$SCRATCH/out"
[ "core-version $version" = "$(cat "$SCRATCH/out")" ]
check $? "the reference digests are of the core's version, $version"
finish
