#!/bin/sh
# report.sh - `retrial table`, `plot` and `claims` on a study that is really run (made images): formats, messages, exit codes.
# What the numbers come to is checked in tests/unit (test_stats, test_claims, test_tables, test_study, test_figures).
. tests/tap.sh
unset RETRIAL_DATA # cifar10 is the data set that is not there
sweep="$SCRATCH/tiny.yaml" db="$SCRATCH/results/tiny.db"

# study PARAMS: the sweep file; PARAMS is the parameter count that claim C4 states.
study() {
	cat >"$sweep" <<END
retrial: 1
name: tiny
title: A study of two recipes & <no data>
seeds: 3
base: {model: lightweight, validation: 128, train_limit: 256, test_limit: 128}
axes:
  dataset: [synthetic, cifar10]
  recipe: [together, alone]
recipes:
  together:
    - {phase: dual, inputs: [original, augmented], epochs: 2}
    - {phase: unify, heads: [copy, random], epochs: 2}
    - {phase: kfold, folds: 2, chain: true, epochs: 1, optimizer: {sgd: {lr: 0.001}}}
  alone:
    - {phase: single, epochs: 2}
claims:
  - {id: C3, title: accuracy on CIFAR-10, where: {dataset: cifar10, recipe: together}, metric: test_accuracy, paper: 0.65, rounds_to: 2}
  - {id: C4, title: parameters, where: {dataset: synthetic, recipe: together}, metric: params, paper: $1}
  - {id: B1, title: beats, where: {dataset: synthetic, recipe: together}, than: {recipe: alone}, metric: test_accuracy, compare: higher}
tables:
  - {id: main, title: Two recipes, rows: [dataset, recipe], metrics: [test_accuracy, params], baseline: {recipe: alone}}
  - {id: sizes, title: Sizes, rows: [dataset, recipe], metrics: [params, weight_bytes]}
figures:
  - {id: curves, kind: curves, title: Curves, series: recipe, metric: val_accuracy}
  - {id: points, kind: accuracy, title: Points, series: recipe, metric: test_accuracy}
END
}
study 14862

try table "$sweep" --db "$db"
refuses 3 "no such database"
check $? "a table without a database is exit 3"
RETRIAL_DATA='' "$RETRIAL" run "$sweep" --db "$db" --data "$SCRATCH" >"$SCRATCH/out" 2>"$SCRATCH/err"
[ $? = 4 ]
check $? "the study runs without its second data set, and says that there is more to do"

try table "$sweep" --db "$db"
fine && says 'Two recipes' && says 'Sizes' && says 'test accuracy (%)' && says 'baseline' && says 'n/a (n = 3)'
check $? "all tables of the file are printed"
grep -Eq '^synthetic +together +3 +[0-9.]+ ± [0-9.]+ ' "$SCRATCH/out"
check $? "a cell is the mean, the standard deviation and n"
grep -Eq '^cifar10 +alone +0 \[a\] +skipped' "$SCRATCH/out" && says '3 not run (data set cifar10'
check $? "a missing data set is a row that says so, with the reason below"
says "Command: retrial table $sweep --db $db" && says 'Core version '
check $? "the exact command and the core version are under the table"
try table "$sweep" sizes --db "$db"
fine && ! says 'Two recipes' && grep -Eq '^synthetic +together +3 +14862 +14862 reproduced +59448' "$SCRATCH/out"
check $? "one table is chosen by its id"

try table "$sweep" main --db "$db" --format md
fine && says '| dataset | recipe | n | test accuracy (%) |'
check $? "Markdown has a heading"
try table "$sweep" main --db "$db" --format latex
fine && says '\toprule' && says '$\pm$' && says '\label{tab:main}'
check $? "LaTeX uses booktabs"
try table "$sweep" main --db "$db" --format macros
fine && says '\newcommand{\mainSyntheticTogetherParamsMean}{14862}' && says '\mainCifarOneZeroTogetherTestAccuracyVerdict}{no data}' &&
	! grep -vq '^\\newcommand{\\[A-Za-z]*}{[^{}]*}$\|^% ' "$SCRATCH/out"
check $? "every number is a LaTeX macro with a name of letters"
sentence="the LaTeX table, verdicts and macros compile"
if command -v pdflatex >/dev/null; then
	mkdir -p "$SCRATCH/tex"
	"$RETRIAL" table "$sweep" main --db "$db" --format latex --intervals -o "$SCRATCH/tex/main.tex" &&
		"$RETRIAL" claims "$sweep" --db "$db" --format latex -o "$SCRATCH/tex/claims.tex" &&
		"$RETRIAL" table "$sweep" --db "$db" --format macros -o "$SCRATCH/tex/macros.tex"
	cat >"$SCRATCH/tex/paper.tex" <<'END'
\documentclass{article}
\usepackage[utf8]{inputenc}
\usepackage{booktabs}
\input{macros.tex}
\begin{document}
\input{main.tex}
\input{claims.tex}
It has \mainSyntheticTogetherParamsMean{} parameters.
\end{document}
END
	(cd "$SCRATCH/tex" && pdflatex -interaction=nonstopmode -halt-on-error paper.tex) >"$SCRATCH/out" 2>"$SCRATCH/err"
	check $? "$sentence"
else
	skip "$sentence" "pdflatex is not installed (Debian: texlive-latex-recommended)"
fi
try table "$sweep" --db "$db" --format latex
fine && ! grep -q -- '--db' "$SCRATCH/out" && grep -q -- '-{}-db' "$SCRATCH/out"
check $? "LaTeX makes no dash of the two hyphens of an option"
try table "$sweep" --db "$db" --format json
fine && [ "$(head -n 1 "$SCRATCH/out")$(tail -n 1 "$SCRATCH/out")" = '[]' ] &&
	[ "$(grep -c '"table": "' "$SCRATCH/out")" = 2 ] && [ "$(grep -c '"[123]": 0\.[0-9]*' "$SCRATCH/out")" = 6 ]
check $? "JSON is one array of tables with every seed's value"
try table "$sweep" --db "$db" --format csv
fine && [ "$(wc -l <"$SCRATCH/out")" = 17 ] && [ "$(grep -c '^table,' "$SCRATCH/out")" = 1 ]
check $? "CSV has one heading and a line a cell"
cp "$SCRATCH/out" "$SCRATCH/first.csv"
LC_ALL=de_DE.UTF-8 try table "$sweep" --db "$db" --format csv -o "$SCRATCH/new/second.csv"
fine && [ ! -s "$SCRATCH/out" ] && cmp -s "$SCRATCH/first.csv" "$SCRATCH/new/second.csv"
check $? "-o writes the same bytes to a file, in any locale"

try table "$sweep" mian --db "$db"
refuses 2 "no table 'mian' in $sweep (did you mean 'main'?)"
check $? "an unknown table is exit 2 with a suggestion"
try table "$sweep" --db "$db" --format xml
refuses 2 "unknown format 'xml' (text, md, csv, json, latex, macros or html)"
check $? "an unknown format is exit 2 with the known ones"
try table "$sweep" --db "$db" -o /proc/no/such.txt
refuses 3 "/proc/no"
check $? "an output that cannot be written is exit 3"

try claims "$sweep" --db "$db"
fine && grep -Eq '^C4 .* reproduced$' "$SCRATCH/out" && grep -Eq '^C3 .* no data \[a\]$' "$SCRATCH/out" && says '[a] data set cifar10'
check $? "claims are exit 0 when all that could be decided are reproduced"
try claims "$sweep" --db "$db" --format json
fine && [ "$(grep -o '"verdict": "[a-z ]*"' "$SCRATCH/out" | tr -d '\n')" = '"verdict": "no data""verdict": "reproduced""verdict": "inconclusive"' ]
check $? "claims are JSON, too"
try claims "$sweep" --db "$db" --format csv
fine && grep -q '^B1,beats,test_accuracy,,,higher,,,,3,3,0,0,.*,inconclusive,too few pairs for the exact test to reach 0.05: 6 are needed,alone,,,,' "$SCRATCH/out" &&
	[ "$("$RETRIAL" query "SELECT group_concat(claim) AS c FROM claims" --db "$db" --format csv | sed 1d)" = '"C3,C4"' ]
check $? "a claim against another configuration has pairs, and is no number in the database"
study 14863
"$RETRIAL" run "$sweep" --db "$db" --data "$SCRATCH" >"$SCRATCH/out" 2>"$SCRATCH/err"
try claims "$sweep" --db "$db"
[ "$code" = 1 ] && [ ! -s "$SCRATCH/err" ] && grep -Eq '^C4 .* smaller$' "$SCRATCH/out"
check $? "claims are exit 1 when one does not hold"

try plot "$sweep" --db "$db" --folder "$SCRATCH/figures"
fine && [ "$(cat "$SCRATCH/out")" = "$(for f in curves-synthetic points; do for e in tsv gp svg png; do echo "$SCRATCH/figures/$f.$e"; done; done)" ]
check $? "plot prints the files it wrote"
bad=0
while read -r file; do [ -s "$file" ] || bad=1; done <"$SCRATCH/out"
check $bad "data, script and pictures of every figure are there"
cp "$SCRATCH/figures/points.svg" "$SCRATCH/points.svg" && (cd "$SCRATCH/figures" && rm points.svg && gnuplot -d -c points.gp svg) 2>"$SCRATCH/err" &&
	cmp -s "$SCRATCH/points.svg" "$SCRATCH/figures/points.svg"
check $? "a figure's own script draws the same bytes again"
try plot "$sweep" curvs --db "$db" --folder "$SCRATCH/figures"
refuses 2 "no figure 'curvs' in $sweep (did you mean 'curves'?)"
check $? "an unknown figure is exit 2 with a suggestion"
try plot "$sweep" --db "$db" --folder "$SCRATCH/figures" --scripts "$SCRATCH"
refuses 3 "style.gp"
check $? "missing scripts are exit 3 and named"
PATH=/nonexistent try report "$sweep" --db "$db" --folder "$SCRATCH/undrawn" -o "$SCRATCH/undrawn.html"
[ "$code" = 3 ] && [ -s "$SCRATCH/undrawn.html" ] && says "warning: Figure curves could not be made: gnuplot" err && says "warning: Figure points could not be made" err
check $? "report warns of figures that the page lacks"

# ---- test images that are missing when the table is made ----
export XDG_DATA_HOME="$SCRATCH/home"
"$RETRIAL" data export synthetic --form idx -o "$SCRATCH/idx" >/dev/null && "$RETRIAL" data import leaves "$SCRATCH/idx" >/dev/null
cat >"$SCRATCH/own.yaml" <<'END'
retrial: 1
name: own
title: two data sets
seeds: 6
base: {model: lightweight, validation: 128, train_limit: 256, test_limit: 128}
axes: {dataset: [synthetic, leaves], recipe: [one, two]}
recipes:
  one: [{phase: single, epochs: 1}]
  two: [{phase: single, epochs: 2}]
tables:
  - {id: main, title: Two recipes, rows: [dataset, recipe], metrics: [test_accuracy], baseline: {recipe: one}}
END
"$RETRIAL" run "$SCRATCH/own.yaml" --db "$SCRATCH/own.db" >"$SCRATCH/out" 2>"$SCRATCH/err" &&
	try table "$SCRATCH/own.yaml" --db "$SCRATCH/own.db" --intervals
fine && says 'images too' && ! says 'not at hand'
check $? "with all test images every difference has the interval over seeds and images"
XDG_DATA_HOME="$SCRATCH/nowhere" try table "$SCRATCH/own.yaml" --db "$SCRATCH/own.db" --intervals
fine && says 'are not at hand: see RETRIAL_DATA' && grep -Eq '^leaves +two .*n/a \[[a-z]\]' "$SCRATCH/out"
check $? "where the test images are missing, the table says so"

finish
