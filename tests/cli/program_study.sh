#!/bin/sh
# program_study.sh - a study whose trials a program executes, from the first run to the bundle: figures, report, listings, shards, merge, rerun,
# verification, gc. (What programs can do wrong is in program.sh.)
. tests/tap.sh
cd "$SCRATCH" || exit 1
mkdir study && cd study || exit 1
db=r.db
ask() { sqlite3 "${2:-$db}" "$1"; }

# Gradient descent on a parabola: a series of losses that fall, from where the seed says.
cat >descend.sh <<'END'
awk -v step="$1" -v seed="$3" -v rule="$2" -v out="$RETRIAL_OUT" 'BEGIN {
	srand(seed); x = 1 + rand()
	for (i = 1; i <= 8; i++) { x -= 2 * step * x; if (rule == "clip" && x < 0) x = 0; printf "{\"epoch\": %d, \"loss\": %.9f}\n", 10 * i, x * x - 0.5 > out }
	printf "{\"distance\": %.9f, \"cost\": %d}\n", x < 0 ? -x : x, 100 * step > out
}'
echo "descended by $1"; echo "$1 $3" >"$RETRIAL_SCRATCH/model"
END
cat >study.yaml <<'END'
retrial: 1
name: descent
title: Step sizes
seeds: 6
program: {command: [sh, descend.sh, "{step}", "{rule}", "{seed}"], inputs: descend.sh, outputs: model, keep_outputs: true}
parameters: {step: {type: real, above: 0}, rule: {type: enum, values: [plain, clip]}}
metrics:
  distance: {better: lower, title: distance to the minimum}
  loss: {better: lower, series: epoch}
  cost: {kind: constant}
axes: {step: [0.01, 0.1, 0.4], rule: [plain, clip]}
tables: [{id: t, rows: [rule, step], metrics: [distance, loss], baseline: {step: 0.01}}]
claims: [{id: A, where: {step: 0.4, rule: plain}, than: {step: 0.1}, metric: distance, compare: lower}]
figures:
  - {id: curves, kind: curves, metric: loss, series: step, where: {rule: plain}}
  - {id: best, kind: convergence, metric: loss, series: step, where: {rule: plain}}
  - {id: slice, kind: slice, metric: distance, parameter: step, series: rule}
  - {id: map, kind: heatmap, metric: distance, parameter: step, series: rule}
  - {id: seeds, kind: accuracy, metric: distance, series: step, where: {rule: plain}}
  - {id: changes, kind: ablation, metric: distance, series: step, where: {rule: plain}}
  - {id: front, kind: pareto, metric: distance, against: cost, series: step, where: {rule: plain}}
END

# ---- shards, merge, the rest ----
for part in 1 2 3; do "$RETRIAL" run study.yaml --db "part-$part.db" --shard $part/3 -q || echo "shard $part: $?" >bad; done
[ ! -e bad ] && [ "$(for part in 1 2 3; do ask "SELECT count(*) FROM attempts" part-$part.db; done | awk '{ n += $1; few = NR == 1 || $1 < few ? $1 : few } END { print n, (few > 0) }')" = "36 1" ]
check $? "three shards run all trials, each some of them"
part_of() { ask "SELECT identity FROM plan JOIN trials ON trials.id = trial ORDER BY position" "$1"; }
[ "$(for part in 1 2 3; do part_of part-$part.db; done | sort -u | wc -l)" = 36 ]
check $? "no trial is in two of them"
mkdir elsewhere && cp descend.sh study.yaml elsewhere/
(cd elsewhere && "$RETRIAL" run study.yaml --db again.db --shard 2/3 --max-trials 1 -q)
[ "$(part_of elsewhere/again.db)" = "$(part_of part-2.db)" ]
check $? "the second one has the same trials in another folder"
try merge --into "$db" part-1.db part-2.db part-3.db
try run study.yaml --db "$db"
says "36 of 36 trials done (0 now, 36 before)" err
check $? "merged they are the whole study: nothing is left to run"

# ---- figures ----
try check study.yaml
[ "$code" = 0 ] && says "7 figures"
check $? "every kind of figure that makes sense is foreseen"
try plot study.yaml --db "$db" --folder figures
drawn=0
for id in curves best slice map seeds changes front; do [ -s figures/$id.svg ] && [ -s figures/$id.png ] && drawn=$((drawn + 1)); done
[ "$code" = 0 ] && [ $drawn = 7 ]
check $? "and drawn"
awk '/^# block/ { block++ } block == 1 && !/^#/ && NF >= 5 { print $1 }' figures/curves.tsv >"$SCRATCH/out"
[ "$(tr '\n' ' ' <"$SCRATCH/out")" = "10 20 30 40 50 60 70 80 " ] && grep -q "x_label = 'epoch'" figures/curves.gp && grep -q -- '-0\.4' figures/curves.tsv
check $? "curves lie at the steps that were reported, also below zero"
awk '/^# block/ { on = /0.4: epoch, mean/ } !/^#/ && on && NF >= 5 { if (last != "" && $2 > last) bad = 1; last = $2 } END { exit bad || last == "" }' figures/best.tsv
check $? "a convergence figure only gets better"
sed 's/kind: heatmap/kind: confusion/' study.yaml >wrong.yaml
try check wrong.yaml
[ "$code" = 2 ] && says "figure map: kind confusion shows networks of the core, but a program executes these trials" err
check $? "kinds that show networks are refused"
sed 's/kind: curves, metric: loss/kind: curves, metric: distance/' study.yaml >wrong.yaml
try check wrong.yaml
[ "$code" = 2 ] && says "metric distance has no steps: declare them (metrics: {distance: {series: epoch}})" err
check $? "curves of a metric without steps, too"
sed 's/, against: cost//' study.yaml >wrong.yaml
try check wrong.yaml
[ "$code" = 2 ] && says "a pareto figure needs 'against'" err
check $? "and a front without a second metric"
try report study.yaml --db "$db" -o report.html
[ "$code" = 0 ] && grep -q 'distance to the minimum' report.html && [ "$(grep -o '<svg' report.html | wc -l)" -ge 7 ]
check $? "the report has table and figures"

# ---- listings: metrics are columns ----
try runs --db "$db" 'distance<0.001' --sort distance --columns step,rule,seed,distance,loss --format csv
[ "$code" = 0 ] && says "step,rule,seed,distance,loss" && [ "$(wc -l <"$SCRATCH/out")" = 13 ] && ! grep -qv '^step\|^0.4,' "$SCRATCH/out"
check $? "runs has the program's metrics as columns, to select and sort by"
try runs --db "$db" --limit 1
says distance && says cost
check $? "they are shown unasked, too"
first=$(ask "SELECT trial FROM finished ORDER BY position LIMIT 1")
last=$(ask "SELECT trial FROM finished ORDER BY position DESC LIMIT 1")
try show "$first" --db "$db"
[ "$code" = 0 ] && says "metrics that the program reported" && says "descend.sh" && grep -q 'loss *8 ' "$SCRATCH/out" && grep -q 'model .* yes' "$SCRATCH/out"
check $? "show has metrics, series, inputs and outputs"
try show "$first" --json --db "$db"
[ "$code" = 0 ] && says '"name": "distance"' && says '"steps": 8' && says '"kept": "yes"'
check $? "and as JSON"
try export "$first" model --db "$db" -o exported
fine && [ "$(sha256sum <exported | cut -d ' ' -f 1)" = "$(ask "SELECT digest FROM outputs WHERE attempt = (SELECT attempt FROM finished WHERE trial = '$first')")" ]
check $? "export writes a kept output out"
try export "$first" modle --db "$db" -o exported2
[ "$code" = 2 ] && says "has no recorded output 'modle' (there are: model)" err && [ ! -e exported2 ]
check $? "it names those that there are"
try export "$first" --db "$db" -o model.onnx
[ "$code" = 2 ] && says "name the output to write" err
check $? "a program's trial has no network to export"
cp "$db" damaged.db && sqlite3 damaged.db "UPDATE contents SET content = zeroblob(30)"
try export "$first" model --db damaged.db -o exported2
[ "$code" = 1 ] && says "its kept content is damaged" err && [ ! -e exported2 ]
check $? "a damaged content is refused"
try diff "$first" "$last" --db "$db"
[ "$code" = 1 ] && says "inputs: the same" && says "parameters.step" && grep -q '^  distance ' "$SCRATCH/out" && says "results: metrics or outputs differ"
check $? "diff shows the metrics of both side by side"
try diff "$first" "$first" --db "$db"
[ "$code" = 0 ] && says "results: the same (every metric but times, every output)"
check $? "and says when they are the same"
try query measurements --db "$db" metric=distance --format csv
[ "$code" = 0 ] && [ "$(wc -l <"$SCRATCH/out")" = 37 ]
check $? "the named query measurements has the results of programs"
try query series --db "$db" "trial=$first" --format csv
[ "$code" = 0 ] && [ "$(wc -l <"$SCRATCH/out")" = 9 ]
check $? "and series their steps"
try run study.yaml --db json.db --json --max-trials 1
[ "$code" = 4 ] && says '"event":"start"' && says '"metric":"distance"' && says '"event":"end"' && says '"event":"summary"'
check $? "run --json has the metrics as events"

# ---- the live page ----
"$RETRIAL" serve --db "$db" --port 0 >url 2>serve.err & server=$!
for _ in $(seq 50); do [ -s url ] && break; sleep 0.1; done
url=$(head -n 1 url); url=${url%%/\?*}; url=${url%/}
curl -s "$url/trial?id=$first" >"$SCRATCH/out"
kill $server; wait $server 2>/dev/null
says "distance" && says "loss" && says "<svg" && says "model"
check $? "the live page of a trial shows its metrics, series and outputs"

# ---- again ----
try rerun "$first" --db "$db" -q
[ "$code" = 0 ] && says "the same results as attempt" && [ "$(ask "SELECT count(*) FROM attempts AS a JOIN trials AS t ON t.id = a.trial WHERE t.identity = '$first'")" = 2 ]
check $? "rerun records a new attempt of a program's trial, and compares"
cp descend.sh saved.sh; echo '# changed' >>descend.sh
try rerun "$first" --db "$db" -q
[ "$code" = 3 ] && says "its inputs are not those that it was run on (descend.sh changed)" err
check $? "on other inputs it is refused, and they are named"
cp saved.sh descend.sh
try verify descent --db "$db" --sample 4 -j 2
cp "$SCRATCH/out" drawn
[ "$code" = 0 ] && says "4 of 4 trials are identical" err
check $? "verify --sample draws, -j runs side by side"
try verify descent --db "$db" --sample 4
sort "$SCRATCH/out" >again
sort drawn | cmp -s - again
check $? "the same ones every time"
"$RETRIAL" run study.yaml --set rule=plain --set step=0.2 --db "$db" -q --seeds 1
one=$(ask "SELECT trial FROM finished WHERE labels LIKE '%0.2%' LIMIT 1")
try verify "${one:-none}" --db "$db"
[ "$code" = 0 ] && says "1 of 1 trials are identical" err
check $? "trials with values of the command line can be verified"
try run study.yaml --db "$db" -q

# ---- bundle ----
try bundle --db "$db" -o study.tar.zst --no-source
check "$code" "a bundle is made"
try verify study.tar.zst --sample 2 --trust
[ "$code" = 0 ] && says "2 of 2 trials are identical" err
check $? "and verified with its own inputs (more of that is in program_bundle.sh)"
mkdir open && tar -C open -xf study.tar.zst && inner=$(find open -name results.db) &&
	sqlite3 "$inner" "UPDATE measures SET value = value + 1 WHERE metric = 'distance'" && (cd open && find . -type f | sed 's,^\./,,' | tar -cf - -T -) | zstd -q -o tampered.tar.zst
try verify tampered.tar.zst --sample 1
[ "$code" != 0 ] && says "results.db" err
check $? "a bundle that was tampered with is refused"

# ---- what is left over ----
# shellcheck disable=SC2016
printf 'echo "{\\"x\\": 1}" >"$RETRIAL_OUT"; echo "v$1" >"$RETRIAL_SCRATCH/o"; [ ! -e fail ]\n' >left.sh
printf 'retrial: 1\nname: left\nprogram: {command: [sh, left.sh, "{a}"], outputs: o, keep_outputs: true, inputs: left.sh}\nparameters: {a: integer}\nmetrics: {x: }\naxes: {a: [1, 2]}\n' >left.yaml
left() { echo "$(ask "SELECT count(*) FROM outputs" left.db)-$(ask "SELECT count(*) FROM contents" left.db)-$(ask "SELECT count(DISTINCT inputs) FROM input_files" left.db)"; }
rm -rf states
try run left.yaml --db left.db -q
echo '# new' >>left.sh
try run left.yaml --db left.db -q
[ "$(left)" = 4-2-2 ]
check $? "equal contents of outputs are kept once"
try gc --db left.db --superseded --yes
[ "$code" = 0 ] && [ "$(left)" = 2-2-1 ]
check $? "gc keeps what the attempts that count have"
for trial in $(ask "SELECT identity FROM trials" left.db); do "$RETRIAL" delete "$trial" --db left.db >/dev/null; done
try gc --db left.db --deleted --yes
[ "$(left)" = 0-0-0 ]
check $? "contents and inputs go with the last attempt that has them"
: >fail
try run left.yaml --db left.db --progress never
[ "$code" = 1 ] && [ "$(find states/scratch -mindepth 1 -maxdepth 1 -type d | wc -l)" = 2 ]
check $? "scratch folders of failed trials stay"
try gc --db left.db --yes
[ "$code" = 0 ] && [ "$(find states/scratch -mindepth 1 -maxdepth 1 -type d | wc -l)" = 2 ]
check $? "gc leaves them: the trials may go on"
rm fail
try run left.yaml --db left.db --retry failed -q
mkdir -p "states/scratch/$(ask "SELECT substr(identity, 1, 16) FROM trials LIMIT 1" left.db)-0123456789abcdef/deep" states/scratch/fedcba9876543210-0123456789abcdef
try gc --db left.db
[ "$code" = 0 ] && says "(scratch of a trial that is done or no longer planned)"
check $? "what a done trial has left is listed"
try gc --db left.db --yes
[ "$(ls states/scratch)" = fedcba9876543210-0123456789abcdef ]
check $? "and removed; what the database does not know stays"

finish
