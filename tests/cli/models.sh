#!/bin/sh
# models.sh - models in sweep files: another network than the paper's is checked, run, recorded and run again from what is recorded.
#
. tests/tap.sh
sweep=tests/fixtures/models.yaml db=$SCRATCH/models.db

try check "$sweep"
[ "$code" = 0 ] && grep -q 'good: 8 trials (4 configurations, 2 seeds)' "$SCRATCH/out"
check $? "a sweep over models is good"
try run "$sweep" --db "$db"
check $code "it runs"
try query "SELECT model, count(*) FROM accuracy GROUP BY 1 ORDER BY 1" --db "$db" --format csv
printf 'lightweight,4\nwide-kernels,4\n' >"$SCRATCH/expected"
sed 1d "$SCRATCH/out" | cmp -s - "$SCRATCH/expected"
check $? "trials are recorded under the name of their model"
# 6*25+6, 8*150+8, 392*30+30, 30*20+20, 20*10+10; unified: both stems with fc1, 60*10+10
try query "SELECT DISTINCT recipe, name, params FROM models WHERE model = 'wide-kernels' ORDER BY recipe DESC, phase" --db "$db" --format csv
printf 'single,single,13984\njoined,dual,27968\njoined,unify,26918\njoined,unfreeze,26918\njoined,kfold,26918\n' >"$SCRATCH/expected"
sed 1d "$SCRATCH/out" | cmp -s - "$SCRATCH/expected"
check $? "the networks have the parameters of the layers that are written"

"$RETRIAL" query digests --db "$db" --format csv >"$SCRATCH/first.csv"
try run "$sweep" --db "$SCRATCH/again.db" -j 1
"$RETRIAL" query digests --db "$SCRATCH/again.db" --format csv >"$SCRATCH/second.csv"
[ -s "$SCRATCH/first.csv" ] && cmp -s "$SCRATCH/first.csv" "$SCRATCH/second.csv"
check $? "another run gives the same digests"
try run "$sweep" --db "$db"
"$RETRIAL" query digests --db "$db" --format csv | cmp -s - "$SCRATCH/first.csv"
check $? "what is done is recognised"
try verify models --db "$db"
check $code "recorded trials are run again from their canonical text alone, with the same bits"

sed 's/kernel: 5, padding: same/kernel: 15/' "$sweep" >"$SCRATCH/large.yaml"
try check "$SCRATCH/large.yaml"
[ "$code" = 2 ] && grep -qF "stem1/conv2: a 15x15 kernel does not fit into stem1/pool1's output 6x7x7" "$SCRATCH/err"
check $? "check names the layer and both shapes where a network does not fit the images"
sed 's/units: 30, activation: relu, init: he_normal}}$/units: 31, activation: relu, init: he_normal}}/' "$sweep" |
	awk '/units: 31/ && !done { sub(/31/, "30"); done = 1 } { print }' >"$SCRATCH/copy.yaml"
try check "$SCRATCH/copy.yaml"
[ "$code" = 2 ] && grep -qF 'stem1/fc1/kernel (12152 numbers) cannot begin as a copy of stem1/fc1/kernel (11760 numbers)' "$SCRATCH/err"
check $? "check names the layers where a head cannot be copied"
try help model
[ "$code" = 0 ] && grep -q 'submodel_head' "$SCRATCH/out" && grep -q 'padding' "$SCRATCH/out"
check $? "help model tells the blocks and the parameters of a layer"
finish
