#!/bin/sh
# results.sh - `retrial runs`, `retrial show` and `retrial merge`: what they print, messages, exit codes.
. tests/tap.sh
db="$SCRATCH/smoke.db"

# exit code, how many lines on stdout, nothing on stderr.
lines() { [ "$code" = 0 ] && [ ! -s "$SCRATCH/err" ] && [ "$(wc -l <"$SCRATCH/out")" = "$1" ]; }

try runs --db "$db"
refuses 3 'no such database'
check $? "runs: a missing database is exit 3"
try run experiments/smoke.yaml --db "$db"
check $code "the smoke study runs"
try runs --db "$db"
lines 17
check $? "runs lists every planned trial under a heading"
ln -s smoke.db "$SCRATCH/link.db"
try runs --db "$SCRATCH/link.db"
lines 17 && try run experiments/smoke.yaml --db "$SCRATCH/link.db" && [ "$code" = 0 ] && [ -L "$SCRATCH/link.db" ]
check $? "a link to a database is the database"
try runs --db "$db" seed=1 'recipe~smoke-s*' --format csv
lines 3
check $? "runs: all conditions must hold"
try runs --db "$db" --sort=-test_accuracy --limit 1 --format jsonl
best=$("$RETRIAL" query --db "$db" 'SELECT max(test_accuracy) AS m FROM accuracy' --format tsv | tail -n 1)
grep -qF "\"test_accuracy\": $best," "$SCRATCH/out"
check $? "runs: sorted from the largest, the first is the best"
try runs --db "$db" recpie=x
refuses 2 "did you mean 'recipe'?"
check $? "runs: a slip in a name is exit 2"
try runs --db "$db" 'test_accuracy>abc'
refuses 2 "'abc' is no number"
check $? "runs: a number compared with a word is exit 2"
try runs --db "$db" 'lr>=1e-4' --columns trial,lr,dual.lr --format csv
lines 17
check $? "runs: the parameters of phases, with their defaults, can be asked for"

trial=$("$RETRIAL" runs --db "$db" recipe=smoke-dual seed=2 --format tsv | sed 1d | cut -f1)
try show --db "$db" "$(echo "$trial" | cut -c1-12)"
[ "$code" = 0 ] && grep -qF "$trial" "$SCRATCH/out" && grep -qF 'smoke-dual' "$SCRATCH/out" && grep -q 'compiler' "$SCRATCH/out"
check $? "show finds a trial by how its identity begins"
try show --db "$db" "$trial" --json
[ "$code" = 0 ] && grep -q '"config": {' "$SCRATCH/out"
check $? "show --json"
try show --db "$db" ffffffffffffffff
refuses 2 'no trial'
check $? "show: an unknown trial is exit 2"
try show --db "$db"
refuses 2 'which trial?'
check $? "show: without a trial is exit 2"

"$RETRIAL" query digests --db "$db" --format csv >"$SCRATCH/digests"
try merge --into "$SCRATCH/new/all.db" "$db" --format csv
tail -n 1 "$SCRATCH/out" | grep -q ',1,16,16,0,0,0,0,0$' && [ "$code" = 0 ]
check $? "merge makes the database and takes all in"
"$RETRIAL" query digests --db "$SCRATCH/new/all.db" --format csv | cmp -s - "$SCRATCH/digests"
check $? "the merged database has the same digests"
try merge --into "$SCRATCH/new/all.db" "$db" "$db" --format csv
[ "$code" = 0 ] && [ "$(sed 1d "$SCRATCH/out" | cut -d, -f2-)" = "0,0,0,16,0,0,0,0
0,0,0,16,0,0,0,0" ]
check $? "merging again changes nothing"
cp "$db" "$SCRATCH/forged.db"
sqlite3 "$SCRATCH/forged.db" "UPDATE predictions SET digest = 'forged' WHERE attempt = 1 AND phase = 0 AND output = 0"
try merge --into "$SCRATCH/new/all.db" "$SCRATCH/forged.db"
[ "$code" = 1 ] && grep -q 'REPRODUCIBILITY FAILURE' "$SCRATCH/err" && grep -q 'predictions of phase 0' "$SCRATCH/err"
check $? "other digests of the same trial are exit 1, loudly"
"$RETRIAL" query digests --db "$SCRATCH/new/all.db" --format csv | cmp -s - "$SCRATCH/digests"
check $? "and nothing was overwritten"
try merge "$db"
refuses 2 '--into'
check $? "merge: without --into is exit 2"
try merge --into "$db" "$db"
refuses 2 'into itself'
check $? "merge: a database into itself is exit 2"
try merge --into "$SCRATCH/new/all.db" "$SCRATCH/missing.db"
refuses 3 'no such database'
check $? "merge: a missing source is exit 3"

finish
