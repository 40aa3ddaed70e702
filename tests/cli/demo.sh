#!/bin/sh
# demo.sh - what `make demo` promises: it uses the default database, its table fits a terminal of 80
# columns, and status, runs, claims and query know its trials afterwards. With fewer images here.
. tests/tap.sh
make -n demo >"$SCRATCH/out" 2>"$SCRATCH/err"
! grep -qE -- '--db|--database' "$SCRATCH/out" && says './retrial run experiments/demo.yaml'
check $? "make demo runs the study in the default database"
db=$SCRATCH/demo.db
sed -e "s|^use: |use: $PWD/experiments/|" -e 's/validation: 5000, train_limit: 10000/validation: 100, train_limit: 640/' \
	experiments/demo.yaml >"$SCRATCH/demo.yaml"
try run "$SCRATCH/demo.yaml" --db "$db" -q
check $code "every trial of the demo is done"
try table "$SCRATCH/demo.yaml" --db "$db"
fine && says augmented
check $? "its table is printed"
sed -n '1,/^augmented/p' "$SCRATCH/out" >"$SCRATCH/rows" && [ "$(wc -L <"$SCRATCH/rows")" -le 80 ]
check $? "no row of it has more than 80 columns"
grep '^recipe ' "$SCRATCH/rows" | tr -s ' ' >"$SCRATCH/heading"
[ -s "$SCRATCH/heading" ] && sed 's/^    //' README.md | tr -s ' ' | grep -qxFf "$SCRATCH/heading"
check $? "README shows its columns"
# The pictures of the README are made by make screenshots; here is whether that is due.
try plot "$SCRATCH/demo.yaml" curves --db "$db" --folder "$SCRATCH/figures"
sed -n '/^# ---- style.gp/,$p' "$SCRATCH/figures/curves.gp" >"$SCRATCH/now"
sed -n '/^# ---- style.gp/,$p' docs/images/figure.gp | cmp -s - "$SCRATCH/now" && [ "$(wc -l <"$SCRATCH/now")" -gt 50 ]
check $? "the figure in the README was drawn by the scripts of today (else: make screenshots)"
[ "$(cat docs/images/serve.sum)" = "$(sh docs/screenshots-sum.sh)" ]
check $? "the screenshot in the README is of the live page of today (else: make screenshots)"
! grep -q 'n/a' "$SCRATCH/rows"
check $? "six seeds are enough for its comparison"
try status --db "$db"
fine && says '12 planned, 12 done'
check $? "status counts its trials"
try runs 'test_accuracy>0' --db "$db" --format tsv
fine && [ "$(wc -l <"$SCRATCH/out")" = 13 ]
check $? "runs lists them"
try claims "$SCRATCH/demo.yaml" --db "$db"
says D1
check $? "claims decides its claim"
try query accuracy --db "$db" --format tsv
fine && [ "$(wc -l <"$SCRATCH/out")" = 13 ]
check $? "query has their accuracies"
finish
