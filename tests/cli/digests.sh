#!/bin/sh
# digests.sh - the reference digests of tiny trainings (tests/golden/digests.txt), from every kernel variant that this processor runs, with
# one and two threads. `make test-bits` and `make test-arm` do the same for other compilers and another processor.
set -u
digests=${BUILD:-build}/digests
reference=tests/golden/digests.txt
number=0

# same SENTENCE OPTION...: one test.
same() {
	number=$((number + 1)) sentence=$1; shift
	if "$digests" "$@" >"$SCRATCH/digests.txt" 2>&1 && diff "$reference" "$SCRATCH/digests.txt" >"$SCRATCH/differences"; then
		echo "ok $number - $sentence"
	else
		echo "not ok $number - $sentence"
		sed -n '1,8s/^/# /p' "$SCRATCH/differences"
	fi
}

for kernels in $("$digests" --list); do
	for threads in 1 2; do
		same "$kernels kernels with $threads threads give the reference digests" --kernels "$kernels" --threads "$threads"
	done
done

number=$((number + 1))
version=$(sed -n 's/^enum { NN_CORE_VERSION = \([0-9]*\) };.*/\1/p' nn/nn.h)
if [ "core-version $version" = "$(head -n 1 "$reference")" ]; then
	echo "ok $number - the reference digests are of the core's version"
else
	echo "not ok $number - the core is version $version, the reference digests say '$(head -n 1 "$reference")'"
fi
echo "1..$number"
