#!/bin/sh
# json.sh - every verb that prints a table has --json, and its output has the one shape that
# docs/formats.md describes: an array of rows, or an object that holds such arrays by name.
. tests/tap.sh
db=$SCRATCH/r.db
RETRIAL_DB=$db
export RETRIAL_DB
cat >"$SCRATCH/study.yaml" <<'END'
retrial: 1
name: study
title: two recipes
seeds: 2
base: {dataset: synthetic, validation: 64, train_limit: 64, test_limit: 64}
axes: {recipe: [one, two]}
recipes:
  one: [{phase: single, epochs: 1}]
  two: [{phase: single, epochs: 2}]
claims:
  - {id: C1, title: a claim, where: {recipe: one}, metric: test_accuracy, paper: 0.5, rounds_to: 2}
tables:
  - {id: T1, title: a table, rows: [recipe], metrics: [test_accuracy]}
END
study=$SCRATCH/study.yaml
cp "$study" "$SCRATCH/more.yaml"
"$RETRIAL" run "$study" -q 2>"$SCRATCH/err"
"$RETRIAL" query 'SELECT substr(trial, 1, 12) AS trial FROM runs ORDER BY position' --format tsv | sed 1d >"$SCRATCH/trials"
a=$(sed -n 1p "$SCRATCH/trials") b=$(sed -n 2p "$SCRATCH/trials")
[ "$(wc -l <"$SCRATCH/trials")" = 4 ]
check $? "a small study is run"
"$RETRIAL" tag best "$a" >"$SCRATCH/out"
"$RETRIAL" export "$a" -o "$SCRATCH/model.onnx" >"$SCRATCH/out"

# What each verb is asked, and its exit code; "none": it prints no table. A new verb needs a line.
cat >"$SCRATCH/verbs" <<END
init none
check none
plan 0 $study
run lines $study --retry all
status 0
cancel none
rerun none
verify 0 $a $b
runs 0
show 0 $a
log none
diff 1 $a $b
query 0 SELECT_recipe,_count(*)_AS_n_FROM_runs_GROUP_BY_recipe
query 0
serve none
latency 0 $SCRATCH/model.onnx --seconds 1 --batch 1
table 0 $study
plot none
claims any $study
report none
export none
eval none
bundle none
data 0 list
data 0 verify synthetic
data 0 show synthetic
tag 0
note none
delete none
restore none
merge 0 --into $SCRATCH/all.db $db
gc 0 --deleted
help none
doctor any
schema none
completion none
END
"$RETRIAL" --help | sed -n 's/^  \([a-z]*\) .*/\1/p' | grep -v '^retrial$' | sort -u | while read -r verb; do
	grep -q "^$verb " "$SCRATCH/verbs" || echo "$verb has no line here"
done >"$SCRATCH/out"
[ ! -s "$SCRATCH/out" ]
check $? "this test knows every verb"

# Rows have the same keys, each of them. Other members of an object are facts about the whole.
cat >"$SCRATCH/shape.jq" <<'END'
def rows: type == "array" and all(.[]; type == "object") and (map(keys) | unique | length) <= 1;
if type == "array" then rows
elif type == "object" then ([.[] | select(type == "array")] | length > 0 and all(.[]; rows))
else false end
END
while read -r verb code_wanted rest; do
	if "$RETRIAL" "$verb" --help | grep -q -- '--json'; then has=1; else has=0; fi
	if [ "$code_wanted" = none ]; then
		[ $has = 0 ]
		check $? "$verb prints no table, and has no --json"
		continue
	fi
	# shellcheck disable=SC2086 # words; an underscore in SQL is a blank
	case $rest in SELECT*) set -- "$(echo "$rest" | tr _ ' ')" ;; *) set -- $rest ;; esac
	"$RETRIAL" "$verb" "$@" --json >"$SCRATCH/out" 2>"$SCRATCH/err"
	code=$?
	if [ "$code_wanted" = lines ]; then
		[ $has = 1 ] && [ $code = 0 ] && jq -es 'length > 0 and all(.[]; type == "object" and has("event"))' "$SCRATCH/out" >/dev/null 2>"$SCRATCH/err"
		check $? "$verb --json prints JSON Lines, an event each"
		continue
	fi
	[ "$code_wanted" = any ] && code_wanted=$code
	[ $has = 1 ] && [ "$code" = "$code_wanted" ] && [ "$(wc -c <"$SCRATCH/out")" -gt 10 ] && jq -e -f "$SCRATCH/shape.jq" "$SCRATCH/out" >"$SCRATCH/err" 2>&1
	check $? "$verb $(echo "$rest" | sed "s|$SCRATCH/||g" | cut -c 1-30) --json has the one shape"
done <"$SCRATCH/verbs"

# Numbers that JSON does not have, and values that are missing.
try query 'SELECT 1e999 AS large, -1e999 AS small, NULL AS none, 0.1 AS real, 7 AS whole' --json
[ "$(jq -c . "$SCRATCH/out")" = '[{"large":"inf","small":"-inf","none":null,"real":0.1,"whole":7}]' ]
check $? "numbers that are not finite are texts, what is missing is null"
try tag best "$a" --json
refuses 2 '--json is for the list of tags'
check $? "tag takes --json only for its list"
try verify "$a" --json
[ "$(jq -r '.[0] | [.verdict, .seed, .compared > 0, .reason] | @csv' "$SCRATCH/out")" = '"same",1,true,' ]
check $? "verify --json says what it compared"
sqlite3 "$db" "UPDATE trials SET config = replace(config, '\"epochs\":1', '\"epochs\":3') WHERE identity LIKE '$a%'"
try verify "$a" --json
[ "$code" != 0 ] && jq -e '.[0].verdict != "same" and (.[0].reason | length > 10)' "$SCRATCH/out" >/dev/null
check $? "and why not"
finish
