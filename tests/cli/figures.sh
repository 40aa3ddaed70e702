#!/bin/sh
# figures.sh - `retrial plot`: the kinds that need more than a study's results: images through augmentation, exported files, measured latencies; pictures of all
# kinds are the same bytes when they are drawn again. The other kinds' numbers are checked in tests/unit/test_figures.c.
. tests/tap.sh
sweep="$SCRATCH/tiny.yaml" db="$SCRATCH/tiny.db"

cat >"$sweep" <<EOF
retrial: 1
name: tiny
title: Figures
seeds: 2
base: {dataset: synthetic, validation: 128, train_limit: 256, test_limit: 128, augment.rotation: 0.1, augment.translation: 0.2}
axes:
  recipe: [together, alone]
recipes:
  together:
    - {phase: dual, inputs: [original, augmented], epochs: 2}
    - {phase: unify, heads: [copy, copy], epochs: 1}
  alone:
    - {phase: single, epochs: 2}
claims:
  - {id: C6, title: size, where: {recipe: together}, phase: unify, metric: training_bytes, unit: MB, paper: 0.17, rounds_to: 2}
tables:
  - {id: main, rows: [recipe], metrics: [test_accuracy], baseline: {recipe: alone}}
figures:
  - {id: curves, kind: curves, metric: val_accuracy}
  - {id: points, kind: accuracy, metric: test_accuracy}
  - {id: speed, kind: convergence, metric: val_accuracy}
  - {id: front, kind: pareto, metric: test_accuracy}
  - {id: classes, kind: confusion, metric: test_accuracy}
  - {id: change, kind: ablation, metric: test_accuracy}
  - {id: sheet, kind: images, where: {recipe: together}}
  - {id: unmoved, kind: images, where: {recipe: alone}}
  - {id: bytes, kind: sizes}
  - {id: time, kind: latency}
EOF
"$RETRIAL" run "$sweep" --db "$db" >"$SCRATCH/out" 2>"$SCRATCH/err"
check $? "the study runs"

try plot "$sweep" time --db "$db" --folder "$SCRATCH/a"
refuses 1 "no latency of one image is recorded (retrial latency measures it)"
check $? "without latencies the figure says what measures them"
try plot "$sweep" unmoved --db "$db" --folder "$SCRATCH/a"
refuses 1 "no finished trial sees augmented images"
check $? "without augmented images there is no sheet"
try plot "$sweep" --db "$db" --folder "$SCRATCH/a"
[ "$code" = 0 ] && says /bytes.svg && says /sheet.svg && ! says /time && says "figure time: nothing to draw" err
check $? "of all figures, one that has no data yet is named, and the others are drawn"

# Two histograms of one configuration and a later measurement that counts instead of the first.
trial=$("$RETRIAL" query "SELECT trial FROM accuracy WHERE recipe = 'alone' AND seed = 1" --db "$db" --format csv | tail -n 1)
other=$("$RETRIAL" query "SELECT trial FROM accuracy WHERE recipe = 'alone' AND seed = 2" --db "$db" --format csv | tail -n 1)
measure() {
	sqlite3 "$db" "INSERT INTO latencies (attempt, environment, measured_at, kernels, number_format, batch, samples, p50, p90, p99, min,
		images_per_second, noise, histogram) SELECT id, environment, '2025-01-01T00:00:00.000Z', 'plain', 'fp32', 1, 100, 2e-5, 3e-5, 4e-5, 1e-5,
		50000, 0.002, '$2' FROM attempts WHERE trial = (SELECT id FROM trials WHERE identity = '$1')"
}
measure "$trial" '[[9, 100]]'
measure "$trial" '[[0.00001, 50], [0.00002, 30]]'
measure "$other" '[[0.00001, 20], [0.00003, 1]]'
try plot "$sweep" time --db "$db" --folder "$SCRATCH/a"
fine && tr '\n\t' '  ' <"$SCRATCH/a/time.tsv" | grep -qF '10 -1 -0.28 70 20 -1 -0.6914285714 30 30 -1 -0.9897142857 1 ' &&
	tr '\n\t' '  ' <"$SCRATCH/a/time.tsv" | grep -qF 'calls # 10 -1.09 20 20 101 ' && says "Numbers: fp32. Kernels, the fastest of each: plain." a/time.gp
check $? "latencies of all seeds are added up, the latest of each trial"

"$RETRIAL" export "$trial" --format npz -o "$SCRATCH/net.npz" --db "$db" >"$SCRATCH/out" 2>"$SCRATCH/err"
size=$(wc -c <"$SCRATCH/net.npz")
try plot "$sweep" bytes --db "$db" --folder "$SCRATCH/a"
fine && says "$(awk "BEGIN { printf \"%.10g\", $size / 1024 }")	-" a/bytes.tsv && says "'alone: npz'" a/bytes.gp && says "174.08	" a/bytes.tsv
check $? "exported files stand beside the bare weights and the paper's figure in the same unit"

[ "$(grep -c . "$SCRATCH/a/sheet.tsv")" = $((5 * 30 - 2 + 2)) ] && [ "$(tail -n 1 "$SCRATCH/a/sheet.tsv" | wc -w)" = $((10 * 30 - 2)) ]
check $? "the sheet has ten images of 28 pixels across and five down, with gaps of two"
awk '!/^#/ { for (i = 1; i <= NF; i++) { if ($i != int($i) || $i < -1 || $i > 255) bad = 1
	row = int((NR - 3) / 30); if ((NR - 3) % 30 < 28) sum[row] += $i } } END { exit bad || sum[0] == sum[1] || sum[1] == sum[2] }' "$SCRATCH/a/sheet.tsv"
check $? "its pixels are grey levels, and every epoch has its own"

sed -i '/id: unmoved/d' "$sweep"
"$RETRIAL" plot "$sweep" --db "$db" --folder "$SCRATCH/a" --pdf >"$SCRATCH/out" 2>"$SCRATCH/err" && "$RETRIAL" plot "$sweep" --db "$db" --folder "$SCRATCH/b" >"$SCRATCH/out" 2>"$SCRATCH/err"
check $? "all kinds are drawn, also as PDF"
points=$(awk '/^# block/ { front = /none beats/ } front && /^[0-9]/' "$SCRATCH/a/front.tsv" | wc -l)
[ "$points" -ge 1 ] && [ "$(grep -c 'the Pareto front; no point' "$SCRATCH/a/front.gp")" = $((points > 1)) ]
check $? "the caption explains the Pareto front where there is a line"
bad=0
for id in curves points speed front classes change sheet bytes time; do
	cmp -s "$SCRATCH/a/$id.svg" "$SCRATCH/b/$id.svg" && cmp -s "$SCRATCH/a/$id.tsv" "$SCRATCH/b/$id.tsv" && [ -s "$SCRATCH/a/$id.pdf" ] && [ -s "$SCRATCH/a/$id.png" ] || bad=1
done
check $bad "drawn again, data and SVG of every kind are the same bytes; PNG and PDF are there"

# Names that are longer than a panel is wide, trainings of one and of three epochs, and a baseline of numbers.
cat >"$SCRATCH/long.yaml" <<'EOF'
retrial: 1
name: long
seeds: 2
base: {dataset: synthetic, validation: 128, train_limit: 256, test_limit: 128}
axes:
  recipe: [lightweight-with-cosine-restarts-and-a-teacher-and-distillation, lightweight-with-cosine-restarts-and-a-teacher-and-quantization, short]
  batch_size: [8, 16]
recipes:
  lightweight-with-cosine-restarts-and-a-teacher-and-distillation: [{phase: single, epochs: 3}]
  lightweight-with-cosine-restarts-and-a-teacher-and-quantization: [{phase: single, epochs: 1}]
  short: [{phase: single, epochs: 2}]
tables:
  - {id: main, rows: [recipe, batch_size], metrics: [test_accuracy], baseline: {recipe: short, batch_size: 8}}
figures:
  - {id: classes, kind: confusion, metric: test_accuracy, where: {batch_size: 8}}
  - {id: three, kind: convergence, metric: val_accuracy, where: {batch_size: 8}}
  - {id: one, kind: convergence, metric: val_accuracy, where: {batch_size: 8, recipe: lightweight-with-cosine-restarts-and-a-teacher-and-quantization}}
  - {id: curves, kind: curves, metric: val_accuracy, where: {batch_size: 8}}
EOF
"$RETRIAL" run "$SCRATCH/long.yaml" --db "$db" -q >"$SCRATCH/out" 2>"$SCRATCH/err" && "$RETRIAL" plot "$SCRATCH/long.yaml" --db "$db" --folder "$SCRATCH/long" >"$SCRATCH/out" 2>"$SCRATCH/err"
check $? "a study with long names is drawn"
sed -n "s/^array panel_title.*\[\('.*'\)\]$/\1/p" "$SCRATCH/long/classes.gp" | sed "s/', '/\n/g; s/'//g" >"$SCRATCH/titles"
[ "$(sort -u "$SCRATCH/titles" | wc -l)" = 3 ] && [ "$(grep -c '…' "$SCRATCH/titles")" = 2 ] && says short titles && [ "$(wc -L <"$SCRATCH/titles")" -le 48 ]
check $? "titles of confusion matrices beside each other are cut to their panels, and stay different"
says 'array x_step[1] = [1]' long/three.gp && says 'array x_step[1] = [1]' long/one.gp && says 'array x_high[1] = [2.5]' long/one.gp &&
	says 'array x_step[3] = [1, 1, 1]' long/curves.gp
check $? "ticks of epochs are whole numbers, also of three epochs and of one"
cat >"$SCRATCH/steps.yaml" <<'EOF'
retrial: 1
name: steps
seeds: 1
program: {command: [sh, -c, 'for i in 1 2 3; do echo "{{\"step\": $i, \"loss\": {size}.$i}}"; done >>"$RETRIAL_OUT"', "{seed}"]}
parameters: {size: {type: integer}}
metrics: {loss: {better: lower, series: step}}
axes: {size: [1, 2]}
figures: [{id: steps, kind: curves, metric: loss, series: size}]
EOF
"$RETRIAL" run "$SCRATCH/steps.yaml" --db "$db" -q >"$SCRATCH/out" 2>"$SCRATCH/err" && "$RETRIAL" plot "$SCRATCH/steps.yaml" --db "$db" --folder "$SCRATCH/long" >"$SCRATCH/out" 2>"$SCRATCH/err" &&
	says 'array x_step[1] = [1]' long/steps.gp
check $? "and those of a program's whole steps"
try table "$SCRATCH/long.yaml" --db "$db"
tr '\n' ' ' <"$SCRATCH/out" | grep -qF 'Δ is the mean difference to short, batch_size 8 over'
check $? "the note of a table names the label of a baseline's number"

finish
