#!/bin/sh
# slices.sh - `retrial plot`: a metric against one parameter (slice) and by two (heatmap): the numbers
# are those of the database, axes are logarithmic where values are geometric, and what cannot be
# drawn is said before anything is run.
# shellcheck source=tests/tap.sh
. tests/tap.sh
sweep="$SCRATCH/grid.yaml" db="$SCRATCH/grid.db"

write() {
	cat >"$sweep" <<EOF
retrial: 1
name: grid
seeds: 3
base: {dataset: synthetic, validation: 100, train_limit: 200, test_limit: 100, recipe: short}
recipes:
  short: [{phase: single, epochs: 1}]
axes:
  single.lr: [1e-4, 1e-3, 1e-2]
  batch_size: [16, 64]
figures:
  - $1
EOF
}
write '{id: slice, kind: slice, metric: test_accuracy, parameter: single.lr, series: batch_size}
  - {id: heat, kind: heatmap, metric: test_accuracy, parameter: single.lr, series: batch_size}'
"$RETRIAL" run "$sweep" --db "$db" -q >"$SCRATCH/out" 2>"$SCRATCH/err"
check $? "the study runs"
try plot "$sweep" --db "$db" --folder "$SCRATCH/figures"
[ "$code" = 0 ] && says slice.svg && says heat.svg
check $? "both figures are drawn"

# Means by SQL, as the figure has them: x, mean of three seeds, in the order of the numbers.
for batch in 16 64; do
	sqlite3 -separator ' ' "$db" "SELECT json_extract(labels, '\$.\"single.lr\"') + 0 AS x, printf('%.6f', 100 * avg(test_accuracy)), count(*)
		FROM accuracy WHERE json_extract(labels, '\$.batch_size') + 0 = $batch GROUP BY x ORDER BY x"
done | awk '{ printf "%g %.6f %d\n", $1, $2, $3 }' >"$SCRATCH/wanted"
awk '/^# block/ { means = /95 %/ } /^[0-9]/ && means { printf "%g %.6f %d\n", $1, $2, $5 }' "$SCRATCH/figures/slice.tsv" >"$SCRATCH/out"
[ "$(wc -l <"$SCRATCH/out")" = 6 ] && cmp -s "$SCRATCH/out" "$SCRATCH/wanted"
check $? "the slice has the means of the database, in the order of the numbers"
awk '/^[0-9]/ { printf "%.6f\n", $3 }' "$SCRATCH/figures/heat.tsv" >"$SCRATCH/out"
awk '{ print $2 }' "$SCRATCH/wanted" | cmp -s - "$SCRATCH/out"
check $? "the heatmap has them row by row"
grep -q '^x_log = 1$' "$SCRATCH/figures/slice.gp" && grep -q "tick_text\[3\] = \['0.0001', '0.001', '0.01'\]" "$SCRATCH/figures/slice.gp"
check $? "geometric values get a logarithmic axis, with every value as a tick"
grep -q "batch size 16" "$SCRATCH/figures/slice.svg"
check $? "the legend names the parameter beside its value"
cp "$SCRATCH/figures/slice.svg" "$SCRATCH/first.svg"
try plot "$sweep" slice --db "$db" --folder "$SCRATCH/figures"
cmp -s "$SCRATCH/figures/slice.svg" "$SCRATCH/first.svg"
check $? "drawn again, the picture is the same bytes"

# ---- no kind, parallel coordinates, wrong predictions ----
write '{id: auto, metric: test_accuracy, parameter: single.lr, series: batch_size}
  - {id: words, metric: test_accuracy, parameter: recipe, where: {single.lr: 1e-3, batch_size: 16}}
  - {id: all, kind: parallel, metric: test_accuracy}
  - {id: wrong, kind: misclassified, where: {single.lr: 1e-2, batch_size: 16}}'
try plot "$sweep" --db "$db" --folder "$SCRATCH/figures"
[ "$code" = 0 ] && sed '/^# /d' "$SCRATCH/figures/slice.tsv" >"$SCRATCH/slice" && sed '/^# /d' "$SCRATCH/figures/auto.tsv" | cmp -s - "$SCRATCH/slice"
check $? "a figure with a parameter of numbers and no kind is a slice"
grep -q "row_title\[1\] = \['short'\]" "$SCRATCH/figures/words.gp"
check $? "of words it has a row for each"
sqlite3 "$db" "SELECT printf('%.6f', 100 * avg(test_accuracy)) AS m FROM accuracy GROUP BY json_extract(labels, '\$.\"single.lr\"'), json_extract(labels, '\$.batch_size') ORDER BY 1" >"$SCRATCH/wanted"
awk '/^# block 1/ { exit } $1 == 3 { printf "%.6f\n", $4 }' "$SCRATCH/figures/all.tsv" | sort >"$SCRATCH/out"
[ "$(wc -l <"$SCRATCH/out")" = 6 ] && sort "$SCRATCH/wanted" | cmp -s - "$SCRATCH/out"
check $? "parallel coordinates: a line for each configuration ends at its mean in the database"
grep -q "axis_title\[3\] = \['batch_size', 'single.lr', 'test accuracy (%)'\]" "$SCRATCH/figures/all.gp"
check $? "its axes are the labels that vary, and the metric"
# Rows of block 0 are axis and height: single.lr is the second axis, 0.001 half way between its ends.
awk '/^# block 1/ { exit } $1 == 2 { printf "%.3f\n", $2 }' "$SCRATCH/figures/all.tsv" | sort -u >"$SCRATCH/out"
[ "$(tr '\n' ' ' <"$SCRATCH/out")" = '0.000 0.500 1.000 ' ] && ! grep -q "'-0[.0]*'" "$SCRATCH/figures/all.gp"
check $? "a geometric axis is logarithmic there, too; no label is a negative zero"
[ "$(grep -o 'of [0-9]* trained networks (of 3 trials)' "$SCRATCH/figures/wrong.gp" | head -n 1)" = 'of 3 trained networks (of 3 trials)' ] && grep -q "'→ " "$SCRATCH/figures/wrong.gp"
check $? "wrong predictions: of the networks that the figure names, with true and predicted class"
# Accuracy against the time of a call: the metric of all seeds, though one of each has a time; one
# network has one time, whatever its batches were.
for batch in 16 64; do
	trial=$("$RETRIAL" runs "batch_size=$batch" single.lr=1e-3 seed=1 --db "$db" --columns trial --format csv | tail -n 1)
	"$RETRIAL" latency "$trial" --db "$db" --batch 1 --seconds 1 --kernels plain >"$SCRATCH/out" 2>"$SCRATCH/err"
done
write '{id: speed, kind: pareto, metric: test_accuracy, against: latency, series: batch_size, where: {single.lr: 1e-3}}'
try plot "$sweep" --db "$db" --folder "$SCRATCH/figures"
sqlite3 "$db" "SELECT printf('%.6f 3', 100 * avg(test_accuracy)) FROM accuracy WHERE json_extract(labels, '\$.\"single.lr\"') + 0 = 1e-3
	GROUP BY json_extract(labels, '\$.batch_size') ORDER BY 1" | sort >"$SCRATCH/wanted"
awk '/^# block/ { points = /t interval/ } /^[0-9]/ && points { printf "%.6f %d\n", $2, $5 }' "$SCRATCH/figures/speed.tsv" | sort >"$SCRATCH/out"
[ "$code" = 0 ] && [ "$(wc -l <"$SCRATCH/wanted")" = 2 ] && cmp -s "$SCRATCH/out" "$SCRATCH/wanted"
check $? "points of a pareto figure are means of all seeds, whichever of them have a time"
[ "$(awk '/^# block/ { points = /t interval/ } /^[0-9]/ && points { print $1 }' "$SCRATCH/figures/speed.tsv" | sort -u | wc -l)" = 1 ] && sed "s/', '/ /g" "$SCRATCH/figures/speed.gp" | grep -q 'share one time'
check $? "one network has one time"

# An axis has two labels at least: of one epoch, and of one value.
write '{id: one, kind: curves, metric: val_accuracy, series: batch_size, where: {single.lr: 1e-3}}
  - {id: single, kind: slice, metric: test_accuracy, parameter: single.lr, where: {single.lr: 1e-3, batch_size: 16}}'
try plot "$sweep" --db "$db" --folder "$SCRATCH/figures"
labels() { sed 's/<!\[CDATA\[//; s/\]\]>//' "$SCRATCH/figures/$2.svg" | grep -c ">$1"; }
[ "$code" = 0 ] && grep -q '^array x_low\[2\] = \[0.5, 0.5\]$' "$SCRATCH/figures/one.gp" && [ "$(labels ' *[12] *<' one)" -ge 4 ] && grep -q '^ticks = 0$' "$SCRATCH/figures/single.gp" && [ "$(labels ' *0[.]00[0-9]* *<' single)" -ge 2 ]
check $? "an axis of one epoch or one value has two labels all the same"
write '{id: none, metric: test_accuracy}'
try check "$sweep"
refuses 2 "'kind' is needed"
check $? "check: a figure with neither kind nor parameter"

write '{id: slice, kind: slice, metric: test_accuracy, series: batch_size}'
try check "$sweep"
refuses 2 "a slice needs 'parameter'"
check $? "check: a slice without a parameter"
write '{id: slice, kind: slice, metric: test_accuracy, parameter: recipe, where: {single.lr: 1e-4, batch_size: 16}}'
try check "$sweep"
refuses 2 "not all values of 'recipe' are numbers"
check $? "check: a slice of words"
write '{id: slice, kind: slice, metric: test_accuracy, parameter: single.lr}'
try check "$sweep"
refuses 2 "a point would mix configurations (batch_size is 16 and 64)"
check $? "check: a point that would mix configurations"

# Random search of a program: more values than an axis could list, more parameters than there are axes.
echo 'echo "{\"loss\": $1}" >"$RETRIAL_OUT"' >"$SCRATCH/loss.sh"
names='lr drop warmup hidden depth act plan-of-the-learning-rate e1 e2 e3 e4'
{
	echo 'retrial: 1'
	echo 'name: search'
	echo "program: {command: [sh, loss.sh$(for n in $names; do printf ", '{%s}'" $n; done)], inputs: loss.sh}"
	echo "parameters: {lr: real, drop: real, warmup: integer, hidden: integer, depth: integer, act: {type: enum, values: [relu, tanh]}"
	echo "  , plan-of-the-learning-rate: {type: enum, values: [cosine-with-restarts, cosine-without-any]}"
	echo "  , e1: integer, e2: integer, e3: integer, e4: integer}"
	echo 'metrics: {loss: {better: lower}}'
	echo 'random:'
	echo '  count: 70'
	echo '  axes: {lr: {log: [1e-4, 1e-1]}, drop: {uniform: [0, 1]}, warmup: [0, 10], hidden: [16, 64], depth: [1, 2], act: [relu, tanh]'
	echo '    , plan-of-the-learning-rate: [cosine-with-restarts, cosine-without-any], e1: [0, 1], e2: [0, 1], e3: [0, 1], e4: [0, 1]}'
	echo 'figures:'
	echo '  - {id: all, kind: parallel, metric: loss}'
	echo '  - {id: lr, metric: loss, parameter: lr}'
	echo '  - {id: drop, metric: loss, parameter: drop, series: act}'
} >"$SCRATCH/search.yaml"
"$RETRIAL" run "$SCRATCH/search.yaml" --db "$SCRATCH/search.db" -q >"$SCRATCH/out" 2>"$SCRATCH/err"
try plot "$SCRATCH/search.yaml" --db "$SCRATCH/search.db" --folder "$SCRATCH/figures"
[ "$code" = 0 ] && [ "$(grep -c '^[0-9].*' "$SCRATCH/figures/lr.tsv")" -ge 70 ] && grep -q '^joined = 0$' "$SCRATCH/figures/lr.gp" &&
	grep -q 'Points: single trials, which differ in more than lr' "$SCRATCH/figures/lr.gp"
check $? "random search: every trial is a point, and no line goes through different configurations"
grep -q '^x_log = 1$' "$SCRATCH/figures/lr.gp" && grep -q '^x_log = 0$' "$SCRATCH/figures/drop.gp"
check $? "an axis drawn on a logarithmic scale is logarithmic, one drawn evenly is not"
[ "$(awk '/^# block 1/ { exit } $1 == 1 { print $2 }' "$SCRATCH/figures/all.tsv" | wc -l)" = 70 ] && grep -q "'0.001', '0.01'" "$SCRATCH/figures/all.gp"
check $? "parallel coordinates have a line for each of them, and round numbers on their axes"
grep -q 'More than 10 labels vary: ' "$SCRATCH/figures/all.gp"
check $? "what has no axis is named"
grep -q "^array axis_title.*'plan-of…" "$SCRATCH/figures/all.gp" && ! grep -q '^array tick_text.*cosine-with' "$SCRATCH/figures/all.gp"
check $? "long titles and values are cut to the room between two axes"

# A program's figure against its first axis has no line for each value of that axis.
cat >"$SCRATCH/grid.yaml" <<'END'
retrial: 1
name: grid
program: {command: [sh, loss.sh, '{a}', '{b}'], inputs: loss.sh}
parameters: {a: integer, b: integer}
metrics: {loss: {better: lower}}
axes: {a: [1, 2, 3, 100000, 100001], b: [1, 2]}
figures:
  - {id: against, metric: loss, parameter: a}
  - {id: heat, kind: heatmap, metric: loss, parameter: a}
  - {id: change, kind: ablation, metric: loss, series: a, where: {b: 1}}
tables:
  - {id: main, rows: [a, b], metrics: [loss], baseline: {a: 1}}
END
"$RETRIAL" run "$SCRATCH/grid.yaml" --db "$SCRATCH/search.db" -q >"$SCRATCH/out" 2>"$SCRATCH/err"
try plot "$SCRATCH/grid.yaml" --db "$SCRATCH/search.db" --folder "$SCRATCH/figures"
[ "$code" = 0 ] && grep -q "^array legend\[2\] = \['b 1', 'b 2'\]" "$SCRATCH/figures/against.gp" && grep -q '^rows = 2$' "$SCRATCH/figures/heat.gp"
check $? "against its first axis the lines of a program's figure are the values of the second"
grep -q "^array tick_text.* = \['1', '100000'\]" "$SCRATCH/figures/against.gp"
check $? "values whose texts would touch have no tick"
grep -q "difference to a 1'" "$SCRATCH/figures/change.gp" && sed "s/', '/ /g" "$SCRATCH/figures/change.gp" | grep -q 'differences to a 1[,.]'
check $? "a baseline that is a number is told with its label, as the rows are"
finish
