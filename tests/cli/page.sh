#!/bin/sh
# page.sh - `retrial report` on a study that is really run (made images): the page, its figures, messages, exit codes.
# What stands in a page is checked in tests/unit/test_html.c.
. tests/tap.sh
unset RETRIAL_DATA # cifar10 is the data set that is not there
sweep="$SCRATCH/tiny.yaml" db="$SCRATCH/results/tiny.db" page="$SCRATCH/new/page.html"

# the page holds this line or piece of one, so many times
holds() { [ "$(grep -cF -- "$2" "$page")" = "$1" ]; }

cat >"$sweep" <<END
retrial: 1
name: tiny
title: A study of two recipes & <no data>
seeds: 2
base: {model: lightweight, validation: 128, train_limit: 256, test_limit: 128}
axes:
  dataset: [synthetic, cifar10]
  recipe: [together, alone]
recipes:
  together:
    - {phase: dual, inputs: [original, augmented], epochs: 2}
    - {phase: unify, heads: [copy, random], epochs: 1}
    - {phase: kfold, folds: 2, chain: true, epochs: 1, optimizer: {sgd: {lr: 0.001}}}
  alone:
    - {phase: single, epochs: 2}
claims:
  - {id: C4, title: parameters, where: {dataset: synthetic, recipe: together}, metric: params, paper: 14862}
tables:
  - {id: main, title: Two recipes, rows: [dataset, recipe], metrics: [test_accuracy, params], baseline: {recipe: alone}}
figures:
  - {id: curves, kind: curves, title: Curves, series: recipe, metric: val_accuracy}
  - {id: points, kind: accuracy, title: Points, series: recipe, metric: test_accuracy}
  - {id: speed, kind: convergence, title: Speed, series: recipe, metric: val_accuracy}
  - {id: size, kind: pareto, title: Size, series: recipe, metric: test_accuracy}
  - {id: classes, kind: confusion, title: Classes, series: recipe, metric: test_accuracy}
END

try report "$sweep" --db "$db" -o "$page"
refuses 3 "no such database"
check $? "a page without a database is exit 3"
"$RETRIAL" run "$sweep" --db "$db" --data "$SCRATCH" >"$SCRATCH/out" 2>"$SCRATCH/err"
[ $? = 4 ]
check $? "the study runs without its second data set, and says that there is more to do"

try report "$sweep" --db "$db" -o "$page" --folder "$SCRATCH/figures"
[ "$code" = 0 ] && [ ! -s "$SCRATCH/err" ] && [ "$(cat "$SCRATCH/out")" = "$page" ]
check $? "report prints where the page is"
holds 1 '<!DOCTYPE html>' && holds 1 '</html>' && holds 1 '<h1>A study of two recipes &amp; &lt;no data&gt;</h1>'
check $? "the page is whole and its title is escaped"
holds 5 '<figure id="figure' && holds 5 '</figure>' && ! grep -q 'could not be made' "$page"
check $? "every kind of figure is in it"
! grep -qE '<script|<link|<img|src=|href="http' "$page" && [ "$(wc -c <"$page")" -lt 2000000 ]
check $? "it has no script, loads nothing and is under 2 MB"
holds 1 '<li class="reproduced">1 reproduced</li>' && holds 1 '<p>4 of 8 planned trials are done.</p>' && grep -q '<li>4 skipped: data set cifar10' "$page"
check $? "verdicts and what is missing are on it"
holds 1 '<p>Compared: dataset (synthetic, cifar10); recipe (together, alone).</p>' && holds 1 '<h2 id="method">Method</h2>' &&
	holds 1 '<th scope="row">recipe together</th><td class="long">dual, 2 epochs; unify, 1 epoch; kfold, 2 folds of 1 epoch</td>' &&
	holds 1 '<td class="long">1 to 2: 8 trials of 4 configurations; seeds are replicates</td>'
check $? "it says what was compared, and how"
[ "$(grep -o '<h2 id="[a-z]*"' "$page" | sed 's/.*id=//' | tr -d '"\n')" = verdictsmissingmethodtablesfigurestrialsenvironmentcommandssweep ] &&
	[ "$(grep -n '<figure id="figure1"' "$page" | cut -d: -f1)" -lt "$(grep -n '<h2 id="missing"' "$page" | cut -d: -f1)" ]
check $? "first the verdicts and the headline figure, then method, tables and details"
sed -n '/<summary>How to read the verdicts/,/<\/details>/p' "$page" | grep -q 'exact sign-flip test'
check $? "how verdicts are found is folded"
cp "$page" "$SCRATCH/first.html"
try report "$sweep" --db "$db" -o "$page" --folder "$SCRATCH/figures"
cmp -s "$page" "$SCRATCH/first.html"
check $? "the same database makes the same page"
(cd "$SCRATCH" && "$RETRIAL" report --db results/tiny.db) >"$SCRATCH/out" 2>"$SCRATCH/err"
[ "$(cat "$SCRATCH/out")" = results/report.html ] && grep -q '<li class="reproduced">1 reproduced</li>' "$SCRATCH/results/report.html"
check $? "without a file it reports on the only sweep of the database"
PATH="$SCRATCH/empty" "$RETRIAL" report "$sweep" --db "$db" -o "$page" --folder "$SCRATCH/figures" >"$SCRATCH/out" 2>"$SCRATCH/err"
code=$?
[ "$code" = 3 ] && holds 0 '<figure id="figure' && [ "$(grep -c 'could not be made: gnuplot is not installed' "$page")" = 5 ]
check $? "without gnuplot the page says so in place of the figures"
try report "$sweep" "$sweep" --db "$db"
refuses 2 "expected one sweep file"
check $? "two files are wrong use"

"$RETRIAL" run "$sweep" --db "$db" --data "$SCRATCH" --seeds 3 >"$SCRATCH/out" 2>"$SCRATCH/err"
try report "$sweep" --db "$db" -o "$page" --folder "$SCRATCH/figures"
[ "$code" = 0 ] && grep -q 'trials done, 3 seeds\.' "$page"
check $? "the seeds are those of the frozen plan, not of the file"

# A program's study: its own metrics, its command.
cp experiments/programs/sampling.sh "$SCRATCH" && sed 's/^seeds: 10/seeds: 2/' experiments/programs/sampling.yaml >"$SCRATCH/sampling.yaml"
"$RETRIAL" run "$SCRATCH/sampling.yaml" --db "$SCRATCH/program.db" -q >"$SCRATCH/out" 2>"$SCRATCH/err"
try report "$SCRATCH/sampling.yaml" --db "$SCRATCH/program.db" -o "$page" --folder "$SCRATCH/figures"
[ "$code" = 0 ] && holds 1 '<th scope="row">program</th><td class="long">sh sampling.sh {method} {points} {seed}</td>' &&
	grep -q '<th scope="col" class="number">absolute error</th><th scope="col" class="number">estimate</th><th scope="col" class="number">time (s)</th>' "$page" &&
	! grep -q 'test accuracy' "$page"
check $? "of a program's trials the page has the metrics that it declares"

finish
