#!/bin/sh
# check.sh - `retrial check`, `plan` and `help PARAM`: messages and exit codes.
# What is said about check/NAME.yaml is in check/NAME.txt, byte for byte.
. tests/tap.sh
folder=tests/cli/check

# golden NAME SENTENCE: the file is refused with exactly these messages, and nothing goes to standard output.
golden() {
	try check "$folder/$1.yaml"
	[ "$code" = 2 ] && [ ! -s "$SCRATCH/out" ] && diff -u "$folder/$1.txt" "$SCRATCH/err" >"$SCRATCH/difference"
	check $? "$2"
	sed 's/^/# /' "$SCRATCH/difference" 2>/dev/null
}
golden typos "unknown keys and names are named, with what was meant, all in one go"
golden values "values out of range or of a wrong type are shown with what would be right"
golden duplicates "a key that is given twice is an error at the second place"
golden yaml "anchors, aliases and tags are refused"
golden indentation "bad indentation is shown where YAML gives up"
golden tab "a tab as indentation gets a hint"
golden order "phases in an impossible order are named, both of them"
golden outputs "metrics, figures, labels and phases that do not exist are found before anything is run"
golden foreseen "what table, claims and plot would refuse after the run is refused before it"
golden plan "axes, zips, rules, claims and tables are checked against the plan"

try check "$folder/good.yaml"
[ "$code" = 0 ] && [ ! -s "$SCRATCH/err" ] && says "good: 4 trials (2 configurations, 2 seeds)"
check $? "a good file is good"
# An arm at its best setting: only validation may choose.
cat >"$SCRATCH/select.yaml" <<'END'
retrial: 1
name: select
seeds: 6
base: {dataset: synthetic, recipe: a, validation: 500}
axes: {recipe: [a, b], batch_size: [16, 32]}
recipes: {a: [{phase: single, epochs: 1}], b: [{phase: single, epochs: 2}]}
tables:
  - {id: best, rows: [recipe], metrics: [test_accuracy], baseline: {recipe: a}, select: [batch_size]}
END
try check "$SCRATCH/select.yaml"
[ "$code" = 0 ] && [ ! -s "$SCRATCH/err" ]
check $? "a table may take every row at its best setting"
sed 's/, select: .*/}/' "$SCRATCH/select.yaml" >"$SCRATCH/mixed.yaml"
try check "$SCRATCH/mixed.yaml"
refuses 2 "a row would mix configurations (batch_size is 16 and 32)"
check $? "without, it would mix configurations"
sed 's/select: .*/select: [batch_size], select_by: test_accuracy}/' "$SCRATCH/select.yaml" >"$SCRATCH/peeks.yaml"
try check "$SCRATCH/peeks.yaml"
refuses 2 "select_by = test_accuracy: only val_accuracy or val_loss may choose, never the test images"
check $? "the test images choose nothing"
sed 's/select: .*/select_by: val_loss}/' "$SCRATCH/select.yaml" >"$SCRATCH/alone.yaml"
try check "$SCRATCH/alone.yaml"
refuses 2 "select_by: only with 'select'"
check $? "select_by needs select"
sed 's/select: .*/select: [batch_sise]}/' "$SCRATCH/select.yaml" >"$SCRATCH/label.yaml"
try check "$SCRATCH/label.yaml"
refuses 2 "no trial has a label 'batch_sise' (did you mean 'batch_size'?)"
check $? "a label to select by is looked for"

try check "$folder/undecided.yaml" --seeds 5
[ "$code" = 0 ] && [ "$(wc -l <"$SCRATCH/err")" = 2 ] &&
	says "undecided.yaml:15: warning: table main: 5 seeds cannot reach p < 0.05 in 2 comparisons (exact paired test): 6 seeds can" err
check $? "too few seeds for the tests of a table are a warning; constants and times are no tests"
try check "$folder/undecided.yaml" --seeds 6
[ "$code" = 0 ] && [ ! -s "$SCRATCH/err" ]
check $? "as many seeds as it says are enough"
try check "$folder/undecided.yaml" --seeds 5
[ "$code" = 0 ] && says "undecided.yaml:12: warning: claims: 5 seeds cannot reach p < 0.05 in 1 comparison (exact paired test): 6 seeds can" err
check $? "so are too few seeds for the claims"
try plan "$folder/undecided.yaml" --db "$SCRATCH/none.db"
[ "$code" = 0 ] && says "15 trials" && says "warning: table main: 5 seeds cannot reach p < 0.05" err
check $? "plan warns, too"
# Recipes of one content, and a rule that nothing is.
cat >"$SCRATCH/equal.yaml" <<'END'
retrial: 1
name: equal
base: {dataset: synthetic, validation: 500}
axes:
  recipe: [r, s, t]
exclude:
  - {recipe: t, batch_size: 64}
recipes:
  r: [{phase: single, epochs: 1}]
  s: [{phase: single, epochs: 1}]
  t: [{phase: single, epochs: 2}]
END
for verb in check plan; do
	try $verb "$SCRATCH/equal.yaml"
	[ "$code" = 0 ] &&
		says "equal.yaml:5: warning: recipe = s has no trial of its own: its trials equal those of recipe = r, so no table shows it" err &&
		says "equal.yaml:7: warning: exclude: no combination matches recipe=t, batch_size=64" err && [ "$(wc -l <"$SCRATCH/err")" = 2 ]
	check $? "$verb warns of a recipe that equals another one, and of a rule that matches nothing"
done
try check "$SCRATCH/equal.yaml" --set recipe=r
[ "$code" = 0 ] && [ ! -s "$SCRATCH/err" ]
check $? "but not when --set takes the trials away"
printf 'recipe\nr\ns\n' >"$SCRATCH/rows.csv"
sed '/^axes/d; /^exclude/,/batch_size/d; s/^  recipe: .*/trials: rows.csv/' "$SCRATCH/equal.yaml" >"$SCRATCH/rows.yaml"
try check "$SCRATCH/rows.yaml"
[ "$code" = 0 ] && says "rows.csv:3: warning: recipe = s has no trial of its own" err
check $? "the warning names the line of a CSV of trials"
try check "$folder/good.yaml" "$folder/tab.yaml" "$folder/good.yaml"
[ "$code" = 2 ] && [ "$(grep -c ': good: ' "$SCRATCH/out")" = 2 ]
check $? "of several files each is checked, and the worst counts"
try check experiments/*.yaml experiments/papers/*/*.yaml
[ "$code" = 0 ]
check $? "all experiments are good"
try check no/such/file.yaml
[ "$code" = 3 ] && says "no/such/file.yaml" err
check $? "a file that is not there is the environment's failure"
try check
[ "$code" = 2 ]
check $? "check without a file is wrong use"
try check "$folder/good.yaml" --set batch_size=0
[ "$code" = 2 ] && says "--set:1:13: error: batch_size = 0: out of range" err
check $? "a wrong override is shown like a line of a file"

# The same file in other spellings: the identities of the plan, one a line.
identities() { "$RETRIAL" plan "$1" --csv | tail -n +2 | sed 's/.*,//'; }
sed 's/epochs: 3/epochs: 3.0/; s/^base:.*/base: {"dataset": "synthetic", batch_size: 3.2e1, validation: 5.0e2}/' "$folder/good.yaml" >"$SCRATCH/spelled.yaml"
identities "$folder/good.yaml" >"$SCRATCH/out"
identities "$SCRATCH/spelled.yaml" >"$SCRATCH/err"
[ "$(wc -l <"$SCRATCH/out")" = 4 ] && cmp -s "$SCRATCH/out" "$SCRATCH/err"
check $? "other spellings of the same values are the same trials"
sed 's/one/first/; s/two/second/' "$folder/good.yaml" >"$SCRATCH/renamed.yaml"
identities "$SCRATCH/renamed.yaml" >"$SCRATCH/err"
cmp -s "$SCRATCH/out" "$SCRATCH/err"
check $? "renaming a recipe changes no identity"

try plan "$folder/good.yaml"
[ "$code" = 0 ] && says "4 trials: 2 configurations, 2 seeds" && says "recipe (2): one x 2, two x 2"
check $? "plan counts the trials by axis"
try plan "$folder/good.yaml" --seeds 5 --csv
[ "$code" = 0 ] && [ "$(wc -l <"$SCRATCH/out")" = 11 ] && [ "$(head -n 1 "$SCRATCH/out")" = dataset,recipe,augment,seed,trial ]
check $? "plan --csv is a table with a line a trial, --seeds asks for more of them"
try plan "$folder/good.yaml" --set recipe=one --json
[ "$code" = 0 ] && jq -e '.seeds == 2 and (.trials | length) == 2 and .merged == 1' "$SCRATCH/out" >/dev/null
check $? "plan --json is JSON, --set overrides an axis"
try plan "$folder/tab.yaml"
[ "$code" = 2 ] && [ ! -s "$SCRATCH/out" ]
check $? "a bad file has no plan"
try plan "$folder/good.yaml" --csv --json
[ "$code" = 2 ]
check $? "two formats at once are wrong use"

# A sweep file of a stranger may name any file: none of its lines is shown.
printf 'root:secret:19000:0:99999:7:::\nother: [a\n' >"$SCRATCH/shadow"
printf 'password: hunter2\nuser: root\n' >"$SCRATCH/secret.yaml"
for file in shadow secret.yaml; do
	printf 'retrial: 1\nuse: %s\n' "$SCRATCH/$file" >"$SCRATCH/uses.yaml"
	try check "$SCRATCH/uses.yaml"
	refuses 2 "is no library file" && ! grep -q 'secret:\|root\|hunter2\|password' "$SCRATCH/err"
	check $? "use: of a file that is no library shows nothing of it ($file)"
done
printf 'retrial: 1\ntrials: %s\n' "$SCRATCH/shadow" >"$SCRATCH/uses.yaml"
try check "$SCRATCH/uses.yaml"
refuses 2 "ends with .csv" && ! grep -q 'secret:\|root' "$SCRATCH/err"
check $? "nor does trials: of a file that is no table"

try help lr
[ "$code" = 0 ] && says "learning rate" && says "above 0, at most 10"
check $? "help explains a parameter"
try help batch_sise
[ "$code" = 2 ] && says "did you mean 'batch_size'?" err
check $? "help suggests the parameter that was meant"

# A comma is no decimal point, whatever the locale says.
LC_ALL=de_DE.UTF-8 "$RETRIAL" check "$folder/values.yaml" >"$SCRATCH/out" 2>"$SCRATCH/err"
cmp -s "$SCRATCH/err" "$folder/values.txt"
check $? "messages and numbers do not depend on the locale"

# ---- the plan and the database ------------------------------------------------------------------------------------------

try plan "$folder/good.yaml" --db "$SCRATCH/none.db"
[ "$code" = 0 ] && says "0 done already, 4 would run" && says "no finished trial to go by" && [ ! -e "$SCRATCH/none.db" ]
check $? "without a database everything is new, and plan makes none"
cat >"$SCRATCH/tiny.yaml" <<'END'
retrial: 1
base: {dataset: synthetic, validation: 64, train_limit: 64, test_limit: 64}
axes: {recipe: [one, two]}
recipes:
  one: [{phase: single, epochs: 1}]
  two: [{phase: dual, epochs: 1}]
END
"$RETRIAL" run "$SCRATCH/tiny.yaml" --db "$SCRATCH/tiny.db" -q >"$SCRATCH/out" 2>"$SCRATCH/err" &&
	"$RETRIAL" plan "$SCRATCH/tiny.yaml" --seeds 2 --db "$SCRATCH/tiny.db" --json >"$SCRATCH/out" 2>"$SCRATCH/err" &&
	jq -e '.done == 2 and .run == 2 and (.trials | map(.state) == ["done", "done", "run", "run"]) and .trials[2].why == "new"
		and .seconds > 0' "$SCRATCH/out" >/dev/null
check $? "plan knows what is done, why the rest would run, and for how long"
"$RETRIAL" plan experiments/ablation-unfreeze.yaml --set dataset=synthetic --seeds 1 --db "$SCRATCH/none.db" --json >"$SCRATCH/out" 2>"$SCRATCH/err"
jq -e '(.shared | map({phase, asked, trained})) == [{phase: "dual", asked: 5, trained: 1}, {phase: "unify", asked: 5, trained: 3}]
	and (.trials | map(.shared)) == [null, "dual", "dual+unify", "dual", "dual+unify"] and .saved_seconds == 0' "$SCRATCH/out" >/dev/null
check $? "plan knows which phases are trained once for several trials"
printf 'retrial: 1\nbase: {validation: 500}\ntrials: plan.csv\n' >"$SCRATCH/again.yaml"
cat "$folder/good.yaml" | sed -n '/^recipes/,$p' >>"$SCRATCH/again.yaml"
"$RETRIAL" plan "$folder/good.yaml" --csv >"$SCRATCH/plan.csv" && "$RETRIAL" plan "$SCRATCH/again.yaml" --seeds 2 --csv >"$SCRATCH/out" 2>"$SCRATCH/err"
cmp -s "$SCRATCH/plan.csv" "$SCRATCH/out"
check $? "a plan as CSV is read back as the same plan"

# ---- large and hostile files --------------------------------------------------------------------------------------------

# within SECONDS FILE EXPECTED SENTENCE: refused with these words, in time and in 1 GB of address space.
within() {
	timeout "$1" sh -c 'ulimit -v ${MEMORY_LIMIT:-1000000}; exec "$0" check "$1"' "$RETRIAL" "$2" >"$SCRATCH/out" 2>"$SCRATCH/err"
	code=$?
	[ "$code" = 2 ] && says "$3" err && [ "$(wc -c <"$SCRATCH/err")" -lt 100000 ]
	check $? "$4"
}
numbers() { seq -s , "$1"; }
repeat() { head -c "$1" /dev/zero | tr '\0' "$2"; }
small='recipes: {r: [{phase: single, epochs: 1}]}'

printf 'retrial: 1\nseeds: 10\nbase: {dataset: mnist, recipe: r}\naxes: {batch_size: [%s]}\n%s\n' "$(numbers 1000)" "$small" >"$SCRATCH/many.yaml"
timeout 10 "$RETRIAL" check "$SCRATCH/many.yaml" >"$SCRATCH/out" 2>"$SCRATCH/err"
[ $? = 0 ] && says "10000 trials"
check $? "10,000 trials are expanded in seconds"
printf 'retrial: 1\nbase: {dataset: mnist, recipe: r}\naxes: {test_limit: [%s], train_limit: [%s]}\n%s\n' "$(numbers 4000)" "$(numbers 4000)" "$small" \
	>"$SCRATCH/product.yaml"
within 60 "$SCRATCH/product.yaml" "too many combinations" "a product of millions is an error"
{ printf 'base: '; repeat 1000000 '['; } >"$SCRATCH/deep.yaml"
within 10 "$SCRATCH/deep.yaml" "nested too deeply" "a million brackets are an error"
{ printf 'retrial: 1\nbase: {batch_size: '; repeat 10000000 9; printf '}\n'; } >"$SCRATCH/long.yaml"
within 10 "$SCRATCH/long.yaml" "batch_size = 9999999999" "a line of 10 MB is shown in part"
{ printf 'retrial: 1\n'; repeat 17000000 '#'; } >"$SCRATCH/large.yaml"
timeout 10 "$RETRIAL" check "$SCRATCH/large.yaml" >"$SCRATCH/out" 2>"$SCRATCH/err"
[ $? = 3 ] && says "more than" err
check $? "a file of more than 16 MB is not read"
printf 'retrial: 1\nbase: {dataset: mnist, recipe: r}\nname: a\000b\n' >"$SCRATCH/nul.yaml"
within 10 "$SCRATCH/nul.yaml" "nul.yaml:3:8: error: a NUL byte" "a NUL byte is an error with its place"
printf 'retrial: 1\nname: \377\n' >"$SCRATCH/utf8.yaml"
within 10 "$SCRATCH/utf8.yaml" "utf8.yaml:2:7: error: byte 0xff is not valid UTF-8" "broken UTF-8 is an error with its place"
i=0
while [ $i -lt 12 ]; do
	printf 'retrial: 1\nuse: [u%d.yaml, u%d.yaml, v%d.yaml]\n' $((i + 1)) $((i + 1)) $((i + 1)) >"$SCRATCH/u$i.yaml"
	cp "$SCRATCH/u$i.yaml" "$SCRATCH/v$i.yaml"
	i=$((i + 1))
done
within 10 "$SCRATCH/u0.yaml" "too many files" "files that use files that use files are an error"
printf 'retrial: 1\nuse: self.yaml\n' >"$SCRATCH/self.yaml"
within 10 "$SCRATCH/self.yaml" "in a circle" "a file that uses itself is an error"
cat >"$SCRATCH/builtin.yaml" <<'END'
retrial: 1
seeds: 2
recipes: {single: [{phase: single, epochs: 1}]}
base: {dataset: mnist, recipe: single, model: lightweight}
axes: {model.dense.activation: [none, relu]}
END
try check "$SCRATCH/builtin.yaml"
refuses 2 "builtin.yaml:4:" && says "submodel_head" err
check $? "an error of the built-in model after a change is one of the file"
cat >"$SCRATCH/stems.yaml" <<'END'
retrial: 1
seeds: 2
recipes: {both: [{phase: dual, epochs: 1}, {phase: unify, epochs: 1, heads: [copy, random]}]}
base: {dataset: mnist, recipe: both, model: m}
models:
  m:
    stem:
      - {conv: {name: first, filters: 4, kernel: 3}}
    submodel_head:
      - {dense: {name: out, units: classes}}
    unified_stem:
      - {conv: {name: wide, filters: 4, kernel: 40}}
    unified_head:
      - {dense: {name: last, units: classes}}
END
try check "$SCRATCH/stems.yaml"
refuses 2 "stems.yaml:12:"
check $? "an error of shape in the second of two equal blocks is shown where it is"
cat >"$SCRATCH/blocks.yaml" <<'END'
retrial: 1
seeds: 6
recipes: {single: [{phase: single, epochs: 1}]}
base: {dataset: mnist, recipe: single, batch_size: 32}
blocks:
  - axes: {batch_size: [8, 16, 32]}
  - ablate: {small: {batch_size: 8}, more: {single.epochs: 3}}
tables: [{id: ablation, rows: [batch_size, ablation, single.epochs], metrics: [test_accuracy]}]
END
try check "$SCRATCH/blocks.yaml"
[ "$code" = 0 ] && says "good: " && says "small" err
check $? "a change that equals a trial of an earlier block is a warning"
mkfifo "$SCRATCH/pipe.yaml"
printf 'retrial: 1\nuse: pipe.yaml\n' >"$SCRATCH/waits.yaml"
within 10 "$SCRATCH/waits.yaml" "not a file" "a pipe is not waited for"

finish
