#!/bin/sh
# bench_harness.sh - what the harness costs a trial beside the training itself, one trial at a time (-j 1), as ratios and milliseconds; no gate.
#   sh tests/bench/bench_harness.sh [TINY_TRIALS]
# Tiny trials (64 images, one epoch) are where it weighs most: their CPU time is nearly all the harness's, so all of it is counted. Of a whole paper
# trial (Fashion-MNIST where it is there, else made images) what is not spent in epochs is counted. CPU times are those of the system, so that
# other work on the machine matters little; wall times include its waits for the disk.
set -u
: "${RETRIAL:=./retrial}"
trials=${1:-200}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
ask() { sqlite3 "$scratch/$1.db" "$2"; }

# measured NAME FILE OPTIONS...: run it; CPU seconds (all processes) and wall seconds are in cpu and wall
measured() {
	name=$1 file=$2; shift 2
	"$RETRIAL" run "$file" --db "$scratch/$name.db" -j 1 --max-trials 1 "$@" -q 2>"$scratch/err"
	[ $? = 4 ] || { cat "$scratch/err" >&2; exit 1; }
	measure "$RETRIAL" run "$file" --db "$scratch/$name.db" -j 1 "$@" -q
}
measure() {
	times >"$scratch/before"
	begin=$(date +%s.%N)
	"$@" || exit
	end=$(date +%s.%N)
	times >"$scratch/after"
	# the last line is of the children, user and system: 0m1.23s 0m0.04s
	cpu=$(tail -qn 1 "$scratch/before" "$scratch/after" | tr 'ms' '  ' | awk '{ t[NR] = $1 * 60 + $2 + $3 * 60 + $4 } END { print t[2] - t[1] }')
	wall=$(echo "$end $begin" | awk '{ print $1 - $2 }')
}

cat >"$scratch/tiny.yaml" <<Y
retrial: 1
name: tiny
seeds: $((trials + 1))
base: {dataset: synthetic, validation: 32, train_limit: 64, test_limit: 32, recipe: one}
recipes:
  one: [{phase: single, epochs: 1}]
Y
# The start of a program with nothing to do is measured by itself: it opens the data set and freezes the plan.
measured tiny "$scratch/tiny.yaml"
tiny_cpu=$cpu tiny_wall=$wall
measure "$RETRIAL" run "$scratch/tiny.yaml" --db "$scratch/tiny.db" -j 1 -q
ask tiny "SELECT sum(a.seconds), sum(a.cpu_seconds) FROM attempts AS a WHERE a.id > 1" | tr '|' ' ' |
	awk -v n="$trials" -v cpu="$tiny_cpu" -v wall="$tiny_wall" -v start_cpu="$cpu" -v start_wall="$wall" '{
		printf "a run with nothing to do: %.1f ms CPU, %.1f ms wall\n", start_cpu * 1000, start_wall * 1000
		printf "a tiny trial (%d of them): %.2f ms CPU in all (training included), %.2f ms wall, of which %.2f ms outside of its worker\n", n,
			(cpu - start_cpu) / n * 1000, (wall - start_wall) / n * 1000, (wall - start_wall - $1) / n * 1000
	}'

# A program that does nothing but report: what its process, its worker and its records cost. 18 trials, a grid of 3 x 2 with 3 seeds.
cat >"$scratch/program.yaml" <<'Y'
retrial: 1
name: program
seeds: 3
program: {command: [echo, "x={a}{b}"]}
parameters: {a: integer, b: integer}
metrics: {x: {match: 'x=([0-9]+)'}}
axes: {a: [1, 2, 3], b: [1, 2]}
Y
measure "$RETRIAL" run "$scratch/program.yaml" --db "$scratch/program.db" -q
program_cpu=$cpu program_wall=$wall
measure "$RETRIAL" run "$scratch/program.yaml" --db "$scratch/program.db" -q
awk -v cpu="$program_cpu" -v wall="$program_wall" -v start_cpu="$cpu" 'BEGIN {
	printf "a program such as echo (18 trials): %.2f ms CPU a trial, %.2f s wall in all\n", (cpu - start_cpu) / 18 * 1000, wall }'

dataset=fashion-mnist
"$RETRIAL" data verify $dataset >/dev/null 2>&1 || dataset=synthetic
validation=$([ $dataset = synthetic ] && echo 1000 || echo 10000)
cat >"$scratch/paper.yaml" <<Y
retrial: 1
name: paper
use: $PWD/experiments/library/lightweight.yaml
base: {dataset: $dataset, model: lightweight, augment: paper, batch_size: 32, validation: $validation, recipe: paper-notebook}
Y
# Of epochs their time is recorded, with the speed of training: the rest of an epoch is validation, on as many images as the test set has. So the
# time of scoring the test images, which is the core's work as well, is known for each phase and fold.
measure "$RETRIAL" run "$scratch/paper.yaml" --db "$scratch/paper.db" -j 1 -q
paper_cpu=$cpu paper_wall=$wall
measure "$RETRIAL" run "$scratch/paper.yaml" --db "$scratch/paper.db" -j 1 -q
ask paper "SELECT a.seconds, a.cpu_seconds, (SELECT sum(seconds) FROM metrics WHERE attempt = a.id AND output = 0),
	(SELECT sum(s) FROM (SELECT avg(seconds - 5.0 * $validation / images_per_second) AS s FROM metrics WHERE attempt = a.id AND output = 0 GROUP BY phase, fold))
	FROM attempts AS a" | tr '|' ' ' |
	awk -v name=$dataset -v cpu="$paper_cpu" -v wall="$paper_wall" -v start_cpu="$cpu" -v start_wall="$wall" '{
		printf "a run of it with nothing to do (reads the data): %.0f ms CPU, %.0f ms wall\n", start_cpu * 1000, start_wall * 1000
		printf "a paper trial (%s, paper-notebook, %.0f s): %.3f %% of the CPU time and %.3f %% of the wall time outside of its worker and that start;\n", name,
			$1, (cpu - start_cpu - $2) / cpu * 100, (wall - start_wall - $1) / wall * 100
		printf "  in the worker %.3f %% neither in epochs nor in scoring the test images (that is %.3f %%): initial weights, digests, checkpoints, results\n",
			($1 - $3 - $4) / $1 * 100, $4 / $1 * 100
	}'
