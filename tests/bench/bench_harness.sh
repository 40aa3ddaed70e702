#!/bin/sh
# bench_harness.sh - what the harness costs a trial: the time of `retrial run` beside the time that its workers spend in trial_run, for tiny trials
# (64 images, one epoch, -j 1), where it weighs most. Prints milliseconds a trial and the fraction of the wall time; no gate.
#   sh tests/bench/bench_harness.sh [TRIALS]
set -u
: "${RETRIAL:=./retrial}"
trials=${1:-200}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cat >"$scratch/tiny.yaml" <<Y
retrial: 1
name: tiny
seeds: $trials
base: {dataset: synthetic, validation: 32, train_limit: 64, test_limit: 32, recipe: one}
recipes:
  one: [{phase: single, epochs: 1}]
Y
ask() { sqlite3 "$scratch/r.db" "$1"; }

# The first trial opens the data set and freezes the plan; the others are what is measured.
"$RETRIAL" run "$scratch/tiny.yaml" --db "$scratch/r.db" -j 1 --max-trials 1 -q || exit
begin=$(date +%s.%N)
"$RETRIAL" run "$scratch/tiny.yaml" --db "$scratch/r.db" -j 1 --max-trials 1 -q || exit
middle=$(date +%s.%N)
"$RETRIAL" run "$scratch/tiny.yaml" --db "$scratch/r.db" -j 1 -q || exit
end=$(date +%s.%N)
one=$(ask "SELECT seconds FROM attempts ORDER BY id LIMIT 1 OFFSET 1")
core=$(ask "SELECT sum(seconds) FROM (SELECT seconds FROM attempts WHERE state = 'done' ORDER BY id LIMIT -1 OFFSET 2)")
count=$(ask "SELECT count(*) - 2 FROM attempts WHERE state = 'done'")
echo "$begin $middle $end $one $core $count" | awk '{
	start = $2 - $1 - $4          # a run of one trial: start of the program, data set, plan
	wall = $3 - $2 - start        # of the others, without the start
	printf "start of a run: %.1f ms\n", start * 1000
	printf "a tiny trial (%d of them): %.2f ms wall, %.2f ms in the core, %.2f ms in the harness (%.0f %% of the wall time)\n", $6, wall / $6 * 1000,
		$5 / $6 * 1000, (wall - $5) / $6 * 1000, (wall - $5) / wall * 100
}'
