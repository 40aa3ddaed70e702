#!/bin/sh
# fault.sh [STEP] - a tiny study in which one call fails: the n-th write, fsync, rename, making of a
# file, or allocation (fail_nth.c), once, and "from there on all of them". Every STEP-th n (default
# 1). Two kinds differ: malloc has tens of thousands of calls, so every 97 * STEP-th; parse (room for
# a longer JSON text, where a lost character changes a number): every STEP / 5-th, rounded up. The run
# must end with 0 or 3 and record no failed trial; then one plain run must end with 0 and the digests
# of an undisturbed run. Prints TAP. `make test-fault`.
set -u
: "${RETRIAL:=./retrial}" "${BUILD:=build}" "${SCRATCH:=$(mktemp -d)}" "${JOBS:=$(nproc)}"
sweep=tests/fixtures/tiny.yaml step=${1:-1}
library=$(realpath "$BUILD")/fail_nth.so

# run_tiny DB [NAME=VALUE...]: as every run here. One worker and a checkpoint after every epoch: the n-th call is the same each time.
run_tiny() {
	db=$1; shift
	timeout 120 env "$@" "$RETRIAL" run "$sweep" --db "$db" -j 1 --checkpoint 0 -q
}
digests() { "$RETRIAL" query digests --db "$1" --format csv; }

# one CALL N FOR: prints what is wrong, if anything is.
if [ "$step" = --one ]; then
	call=$2 n=$3 more=$4 folder=$SCRATCH/$2-$3-$4
	mkdir -p "$folder"
	run_tiny "$folder/r.db" "FAULT_CALL=$call" "FAULT_AT=$n" "FAULT_FOR=$more" "LD_PRELOAD=$library" >"$folder/log" 2>&1
	first=$?
	bad=$(sqlite3 "$folder/r.db" "SELECT count(*) FROM attempts WHERE state NOT IN ('done', 'interrupted', 'running')" 2>/dev/null)
	run_tiny "$folder/r.db" >>"$folder/log" 2>&1
	second=$?
	same=yes
	digests "$folder/r.db" 2>>"$folder/log" | cmp -s - "$SCRATCH/whole.csv" || same=no
	case $first in
	0 | 3) ;;
	*) same="$same, and the first run ended with $first" ;;
	esac
	if [ "$same" != yes ] || [ "$second" != 0 ] || [ "${bad:-0}" != 0 ]; then
		echo "$call $n for $more: exit $first, then $second; failed trials: ${bad:-0}; the digests are those of an undisturbed run: $same"
		sed 's/^/    /' "$folder/log" | head -n 5
	fi
	rm -rf "$folder"
	exit 0
fi

export SCRATCH RETRIAL BUILD
count=0 failed=0
run_tiny "$SCRATCH/whole/r.db" && digests "$SCRATCH/whole/r.db" >"$SCRATCH/whole.csv"
for call in write fsync rename open malloc parse; do
	stride=$step
	case $call in
	malloc) stride=$((97 * step)) ;;
	parse) stride=$(((step + 4) / 5)) ;;
	esac
	run_tiny "$SCRATCH/count/r.db" "FAULT_CALL=$call" "FAULT_COUNT=$SCRATCH/calls" "LD_PRELOAD=$library"
	calls=$(cat "$SCRATCH/calls")
	rm -rf "$SCRATCH/count"
	for more in 0 -1; do
		seq 1 "$stride" "$calls" | sed "s/.*/$call & $more/"
	done | xargs -P "$JOBS" -L 1 sh "$0" --one >"$SCRATCH/wrong"
	tried=$((2 * ((calls + stride - 1) / stride)))
	count=$((count + 1))
	if [ "$calls" -gt 0 ] && [ ! -s "$SCRATCH/wrong" ]; then
		echo "ok $count - $call: of $calls calls every ${stride}th failed, once and for good: $tried runs, each finished by the next"
	else
		failed=1
		echo "not ok $count - $call: of $calls calls every ${stride}th failed"
		head -n 60 "$SCRATCH/wrong" | sed 's/^/# /'
	fi
done
echo "1..$count"
exit $failed
