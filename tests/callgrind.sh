#!/bin/sh
# callgrind.sh - the number of instructions of one training step (batch 32, AVX2 kernels) must not grow by more than 3 % over
# tests/golden/instructions.txt, for each of the paper's networks and image sizes, and for two
# modern networks. Prints TAP with both numbers.
#
#   sh tests/callgrind.sh            test (tests/lint/instructions.sh calls it)
#   sh tests/callgrind.sh --write    count again and write the file, after a change that is worth its instructions
#
# A count holds for one compiler and its flags, which the first line of the file names; with others there is nothing to compare, and the
# test is skipped. Callgrind (valgrind 3.19) knows no AVX-512. Needs BUILD/one-step (make check-units builds it).
set -u
: "${BUILD:=build}" "${SCRATCH:=$(mktemp -d)}"
golden=tests/golden/instructions.txt
program=$BUILD/one-step

# What compiled the kernels: compiler, version, flags; the sources of -m and -f options that only repeat the flags' defaults stay in.
compiler() {
	readelf --debug-dump=info "$BUILD/nn/kernels/avx2.o" 2>/dev/null | sed -n 's/.*DW_AT_producer.*): *\(GNU C.*\|clang.*\)/\1/p' | head -n 1
}

# count NETWORK SHAPE: instructions within nn_train_epoch
count() {
	valgrind --tool=callgrind --toggle-collect=nn_train_epoch --callgrind-out-file=/dev/null "$program" "$1" "$2" avx2 \
		2>"$SCRATCH/callgrind.txt" >/dev/null
	sed -n 's/.*Collected : *\([0-9][0-9]*\).*/\1/p' "$SCRATCH/callgrind.txt"
}

cases() {
	for network in dual unified; do
		for shape in 28x28x1 32x32x3; do echo "$network $shape"; done
	done
	echo "resnet-8 32x32x3"
	echo "mobilenet-small 32x32x3"
}

# Why nothing can be counted here; nothing if it can.
reason() {
	if [ ! -x "$program" ]; then echo "$program is not built"
	elif ! command -v valgrind >/dev/null; then echo "valgrind is not installed"
	elif ! "$program" dual 28x28x1 avx2 >/dev/null 2>&1; then echo "this processor has no AVX2"
	elif [ "${1-}" != --write ] && [ "$(compiler)" != "$(head -n 1 "$golden")" ]; then
		echo "compiled by '$(compiler)', counted for '$(head -n 1 "$golden")'"
	fi
}

why=$(reason "$@")
if [ "${1-}" = --write ]; then
	[ -z "$why" ] || { echo "callgrind.sh: $why" >&2; exit 3; }
	{ compiler; cases | while read -r network shape; do echo "$network $shape $(count "$network" "$shape")"; done; } >"$golden.new"
	mv "$golden.new" "$golden"
	cat "$golden"
	exit 0
fi

if [ -n "$why" ]; then
	echo "ok 1 # SKIP instructions of a training step: $why"
	echo "1..1"
	exit 0
fi
number=0
for case in "dual 28x28x1" "dual 32x32x3" "unified 28x28x1" "unified 32x32x3" "resnet-8 32x32x3" "mobilenet-small 32x32x3"; do
	number=$((number + 1))
	# shellcheck disable=SC2086 # two words
	counted=$(count $case)
	committed=$(sed -n "s/^$case //p" "$golden")
	if [ -n "$counted" ] && [ -n "$committed" ] && [ $((counted * 100)) -le $((committed * 103)) ]; then
		echo "ok $number - a training step of $case takes $counted instructions, committed are $committed"
	else
		echo "not ok $number - a training step of $case takes ${counted:-no} instructions, committed are ${committed:-none}: more than 3 % above"
		tail -n 5 "$SCRATCH/callgrind.txt" | sed 's/^/# /'
	fi
done
echo "1..$number"
