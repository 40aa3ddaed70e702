#!/bin/sh
# width.sh - what a person sees on a terminal of 80 columns: every table fits, what all rows share is
# said once, no two trials look alike, states have colours, long output goes through a pager. A file
# or a pipe gets everything.
# shellcheck source=tests/tap.sh
. tests/tap.sh
sweep="$SCRATCH/wide.yaml" db="$SCRATCH/wide.db"
case $RETRIAL in /*) ;; *) RETRIAL=$PWD/${RETRIAL#./} ;; esac
escape=$(printf '\033')

# on_terminal COMMAND: with 80 columns; what it writes goes to out, its lines without carriage returns.
on_terminal() {
	TERM=xterm script -qec "stty cols 80 rows 40; $*" "$SCRATCH/typescript" </dev/null 2>"$SCRATCH/err" | tr -d '\r' >"$SCRATCH/out"
}
plain() { sed "s/$escape\[[0-9;]*[A-Za-z]//g" "$SCRATCH/out"; }
# fits: no line of out is wider than 80 columns.
fits() { ! plain | grep -v '^Command: ' | LC_ALL=C.UTF-8 grep -E '.{81}'; }

cat >"$sweep" <<'END'
retrial: 1
name: a-study-with-a-long-name
seeds: 2
base: {dataset: synthetic, validation: 64, train_limit: 128, test_limit: 64}
recipes:
  a-recipe-with-a-very-long-name-that-ends-in-first: [{phase: single, epochs: 3}]
  a-recipe-with-a-very-long-name-that-ends-in-second: [{phase: single, epochs: 4}]
axes:
  recipe: [a-recipe-with-a-very-long-name-that-ends-in-first, a-recipe-with-a-very-long-name-that-ends-in-second]
  single.lr: [1e-3, 1e-2]
  batch_size: [16, 64]
claims:
  - {id: C1, title: the first recipe of this study is better than the second one, metric: test_accuracy, compare: higher,
     where: {recipe: a-recipe-with-a-very-long-name-that-ends-in-first, single.lr: 1e-3, batch_size: 16},
     than: {recipe: a-recipe-with-a-very-long-name-that-ends-in-second, single.lr: 1e-3, batch_size: 16}}
tables:
  - {id: accuracy, rows: [recipe, single.lr, batch_size], metrics: [test_accuracy, val_accuracy, params], baseline: {batch_size: 16}}
END
# The live display of the run itself: bars, and the best value so far.
on_terminal "'$RETRIAL' run '$sweep' --db '$db' -j 1 --no-share"
plain | grep -q 'best so far: val_accuracy [0-9.]* %' && plain | grep -q 'val 0\.[0-9]* [▁▂▃▄▅▆▇█][▁▂▃▄▅▆▇█]'
check $? "the live display has a sparkline and the best value so far"
[ "$(plain | sed -n 's/.*\(done   *[^(]*\)(.*/\1/p' | sort -u | wc -l)" = 16 ]
check $? "each of 16 trials ends in a line of its own text"

for verb in runs 'runs recipe~*first' status 'query accuracy' 'query phases' 'query digests' "table '$sweep'" "claims '$sweep'" "plan '$sweep'"; do
	on_terminal "'$RETRIAL' $verb --db '$db' --no-pager 2>/dev/null"
	[ "$(wc -l <"$SCRATCH/out")" -gt 0 ] && fits
	check $? "$(echo "$verb" | sed "s|$SCRATCH/||") fits 80 columns"
done
on_terminal "'$RETRIAL' query"
plain | grep -q '^accuracy  *Finished trials with' && ! plain | grep -q '…' && fits
check $? "the list of queries is whole, in as many lines as it takes"
cat >"$SCRATCH/folds.yaml" <<'END'
retrial: 1
name: a-study-with-folds
seeds: 1
base: {dataset: synthetic, validation: 64, train_limit: 128, test_limit: 64}
axes: {recipe: [a-recipe-with-a-long-name-and-folds]}
recipes:
  a-recipe-with-a-long-name-and-folds: [{phase: scratch, epochs: 1}, {phase: kfold, folds: 3, epochs: 1}]
END
"$RETRIAL" run "$SCRATCH/folds.yaml" --db "$SCRATCH/folds.db" -q 2>"$SCRATCH/err"
on_terminal "'$RETRIAL' query phases --db '$SCRATCH/folds.db' --no-pager"
[ "$(plain | grep -c kfold)" = 3 ] && [ "$(plain | grep kfold | sort -u | wc -l)" = 3 ] && plain | grep -q ' fold ' && fits
check $? "the folds of a trial do not look alike"
on_terminal "'$RETRIAL' runs --db '$db' --no-pager"
says 'In all rows: ' && says 'dataset synthetic'
check $? "what all trials share is said once"
[ "$(plain | grep -c '^[0-9a-f]\{7,12\} .*…')" = 16 ] && [ "$(plain | sed -n 's/^[0-9a-f]\{7,12\} *\(.*\) *[0-9]* *done.*/\1/p; s/^[0-9a-f]\{7,12\} *//p' | sort -u | wc -l)" = 16 ]
check $? "identities and long labels are shortened so that they stay different"
plain | grep -c 'first' >"$SCRATCH/count"
[ "$(cat "$SCRATCH/count")" = 8 ]
check $? "of the long labels the part is left in which they differ"
on_terminal "'$RETRIAL' runs --db '$db' --no-pager --columns trial,recipe,dataset,model,state,started_at,test_accuracy,val_accuracy,params,epochs"
says started_at && says model && says val_accuracy
check $? "columns that are asked for by name all stay"
echo 'echo "{\"accuracy\": $1}" >"$RETRIAL_OUT"' >"$SCRATCH/result.sh"
long='a-long-name-of-one b-long-name-of-two c-long-name-of-three d-long-name-of-four e-long-name-of-five f-long-name-of-six'
{
	echo 'retrial: 1'
	echo 'name: of-a-program'
	echo "program: {command: [sh, result.sh$(for n in $long; do printf ", '{%s}'" "$n"; done)], inputs: result.sh}"
	echo 'metrics: {accuracy: {better: higher}}'
	echo "parameters: {$(for n in $long; do printf '%s: integer, ' "$n"; done)}"
	echo "zip: {$(for n in $long; do printf '%s: [1, 2], ' "$n"; done)}"
} >"$SCRATCH/program.yaml"
"$RETRIAL" run "$SCRATCH/program.yaml" --db "$SCRATCH/program.db" -q 2>"$SCRATCH/err"
on_terminal "'$RETRIAL' runs --db '$SCRATCH/program.db' --no-pager"
plain | grep -q '^trial .* accuracy' && says 'No room for: ' && fits
check $? "of a program's trials the first metric stays, however many labels vary"
try runs --db "$db"
[ "$(grep -c 'a-recipe-with-a-very-long-name-that-ends-in-first' "$SCRATCH/out")" = 8 ] && says started_at
check $? "a pipe gets all of it"

# ---- colours ----
on_terminal "'$RETRIAL' runs 'seed=1' --db '$db' --no-pager --columns trial,state"
[ "$(grep -c "$escape\[32mdone" "$SCRATCH/out")" = 8 ]
check $? "a state is coloured"
on_terminal "NO_COLOR=1 '$RETRIAL' runs 'seed=1' --db '$db' --no-pager --columns trial,state"
! grep -q "$escape" "$SCRATCH/out" && says 'done'
check $? "not with NO_COLOR"
try runs --db "$db" --color always --columns trial,state
grep -q "$escape\[32mdone" "$SCRATCH/out"
check $? "in a pipe where --color=always asks for it"
try runs --db "$db" --color always -o "$SCRATCH/file"
! grep -q "$escape" "$SCRATCH/file" && grep -q started_at "$SCRATCH/file"
check $? "never in a file"

# ---- the pager ----
printf '#!/bin/sh\nexec sed "s/^/paged: /"\n' >"$SCRATCH/pager"
chmod +x "$SCRATCH/pager"
for verb in runs 'query accuracy' "table '$sweep'" "plan '$sweep'" "claims '$sweep'"; do
	on_terminal "RETRIAL_PAGER='$SCRATCH/pager' '$RETRIAL' $verb --db '$db' 2>/dev/null"
	[ "$(wc -l <"$SCRATCH/out")" -gt 3 ] && ! grep -v '^paged: ' "$SCRATCH/out" | grep -q .
	check $? "$(echo "$verb" | sed "s|$SCRATCH/||") goes through the pager"
done
on_terminal "PAGER='$SCRATCH/pager' '$RETRIAL' runs --db '$db'"
says 'paged: '
check $? "PAGER names it, too"
on_terminal "PAGER='$SCRATCH/pager' RETRIAL_PAGER=cat '$RETRIAL' runs --db '$db'"
! says 'paged: ' && says trial
check $? "RETRIAL_PAGER comes before it, and cat means none"
on_terminal "PAGER='$SCRATCH/pager' '$RETRIAL' runs --db '$db' --no-pager"
! says 'paged: ' && says trial
check $? "--no-pager: none"
on_terminal "PAGER='$SCRATCH/pager' '$RETRIAL' runs --db '$db' | cat"
! says 'paged: ' && says trial
check $? "a pipe: none"
on_terminal "PAGER='$SCRATCH/missing' '$RETRIAL' runs nonsense=1 --db '$db'"
says "runs have no 'nonsense'"
check $? "a message is not paged"
on_terminal "PAGER=true '$RETRIAL' claims '$sweep' --db '$db'; echo \"status \$?\""
plain | grep -q 'status [01]$'
check $? "a pager that reads nothing harms nothing"

# ---- status --watch ----
timeout 60 "$RETRIAL" status --watch --json --db "$SCRATCH/later.db" >"$SCRATCH/watch" 2>"$SCRATCH/err" &
watcher=$!
for _ in $(seq 100); do grep -q 'waiting for' "$SCRATCH/err" && break; sleep 0.05; done
says 'waiting for' err
check $? "status --watch waits for a database that does not exist yet"
"$RETRIAL" run "$sweep" --db "$SCRATCH/later.db" -q 2>/dev/null
wait $watcher; watched=$?
[ "$watched" -eq 0 ] && tail -n 1 "$SCRATCH/watch" | grep -q '"over":true'
check $? "and follows its run to the end"
timeout 60 "$RETRIAL" status --watch --db "$SCRATCH/never.db" 2>"$SCRATCH/err" &
watcher=$!
for _ in $(seq 100); do grep -q 'waiting for' "$SCRATCH/err" && break; sleep 0.05; done
kill -INT $watcher; wait $watcher
[ ! -e "$SCRATCH/never.db" ]
check $? "a database that never comes is not made"
finish
