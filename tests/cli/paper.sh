#!/bin/sh
# paper.sh - `make paper`'s script: tables, verdicts and figures of a database as files, the verdicts in a page; the same bytes when nothing changed. And
# what is published in results/reference: PAPER_MAP.md says the same, the folder is no archive of everything.
. tests/tap.sh
unset RETRIAL_DATA # nothing but the synthetic data
export RETRIAL
sweep="$SCRATCH/tiny.yaml" other="$SCRATCH/other.yaml" db="$SCRATCH/tiny.db" ref="$SCRATCH/reference" map="$SCRATCH/MAP.md"

cat >"$sweep" <<END
retrial: 1
name: tiny
title: Two recipes
seeds: 3
base: {dataset: synthetic, validation: 128, train_limit: 256, test_limit: 128}
axes:
  recipe: [together, alone]
recipes:
  together:
    - {phase: dual, inputs: [original, augmented], epochs: 1}
    - {phase: unify, heads: [copy, random], epochs: 1}
  alone:
    - {phase: single, epochs: 1}
claims:
  - {id: C4, title: parameters, where: {recipe: together}, metric: params, paper: 14863}
tables:
  - {id: main, title: Two recipes, rows: [recipe], metrics: [test_accuracy, params], baseline: {recipe: alone}}
figures:
  - {id: points, kind: accuracy, metric: test_accuracy}
  - {id: time, kind: latency}
END
sed 's/^name: tiny/name: never-run/' "$sweep" >"$other"
cat >"$map" <<'END'
# A page

before

<!-- verdicts: begin -->

| id | claim | reading | sweep | command | result | verdict | finding |
| --- | --- | --- | --- | --- | --- | --- | --- |
| C4 | parameters: 14,863 | as counted | tiny | `retrial claims` | old | old | [size](#size) |

<!-- verdicts: end -->

after
END
# digests FOLDER: of all files in it
digests() { (cd "$1" && find . -type f | sort | xargs sha256sum); }
paper() { sh harness/paper.sh "$db" "$ref" "$sweep" "$other" >"$SCRATCH/out" 2>"$SCRATCH/err" && sh harness/paper.sh --map "$map" "$ref" 2>>"$SCRATCH/err"; }

sh harness/paper.sh --map "$map" "$ref"
grep -qF '| tiny | `retrial claims` | - | not published | [size](#size) |' "$map" && grep -q '^before' "$map" && grep -q '^after' "$map" && ! grep -q 'old' "$map"
check $? "a page says that nothing is published"
"$RETRIAL" run "$sweep" --db "$db" -q >"$SCRATCH/out" 2>"$SCRATCH/err"
check $? "the study runs"
paper
check $? "its paper is made, though a claim does not hold and a figure has no data"
[ "$(cat "$SCRATCH/out")" = tiny ] && [ "$(find "$ref" -type f | sed "s#^$ref/##" | LC_ALL=C sort | tr '\n' ' ')" = \
	"tiny/digests.csv tiny/environment.csv tiny/figures/points.gp tiny/figures/points.svg tiny/figures/points.tsv tiny/macros.tex tiny/phases.csv tiny/tables.csv tiny/tables.md tiny/tables.tex tiny/trials.csv tiny/verdicts.csv tiny/verdicts.md " ]
check $? "tables, macros, verdicts, figures, trials and environment are files; a sweep that was never run has none"

# Two studies of the same trials: one of them has the trials, digests and phases.
sed 's/^name: tiny/name: again/' "$sweep" >"$SCRATCH/again.yaml"
study="$SCRATCH/studies" code=0
"$RETRIAL" run "$SCRATCH/again.yaml" --db "$db" -q >"$SCRATCH/out" 2>"$SCRATCH/err" || code=$?
for name in tiny again again; do sh harness/paper.sh "$db" "$study" "$SCRATCH/$name.yaml" >"$SCRATCH/out" 2>"$SCRATCH/err" || code=$?; done
[ "$code" = 0 ] && [ "$(find "$study" -name '*.csv' | sed "s#^$study/##" | LC_ALL=C sort | tr '\n' ' ')" = \
	"again/environment.csv again/tables.csv again/verdicts.csv tiny/digests.csv tiny/environment.csv tiny/phases.csv tiny/tables.csv tiny/trials.csv tiny/verdicts.csv " ]
check $? "trials that another published study has are published once"
grep -qF '| C4 | parameters: 14,863 | as counted | tiny | `retrial claims` | 14862 | smaller | [size](#size) |' "$map" && grep -q '^| together | 3 | ' "$ref/tiny/tables.md" && grep -q '^C4,.*,smaller,' "$ref/tiny/verdicts.csv" &&
	grep -q '^after' "$map" && [ "$(grep -c '^<!-- verdicts' "$map")" = 2 ]
check $? "result and verdict are in the row of the claim"
paper && digests "$ref" >"$SCRATCH/first" # the trials belong to two sweeps now
cp "$map" "$SCRATCH/first.md"
paper && digests "$ref" | cmp -s - "$SCRATCH/first" && cmp -s "$map" "$SCRATCH/first.md"
check $? "made again, every byte is the same"
mkdir -p "$ref/zzz" && sed 's/| smaller/| consistent/' "$ref/tiny/verdicts.md" >"$ref/zzz/verdicts.md" && grep -q '| consistent' "$ref/zzz/verdicts.md" &&
	sh harness/paper.sh --map "$map" "$ref" 2>"$SCRATCH/err" && [ ! -s "$SCRATCH/err" ] && cmp -s "$map" "$SCRATCH/first.md"
check $? "a claim of another sweep with the same ID does not count"
rm -r "$ref/zzz"
echo stale >"$ref/tiny/figures/gone.svg"
sqlite3 "$db" "UPDATE results SET test_accuracy = test_accuracy + 0.001 WHERE attempt = 1"
paper && digests "$ref" | diff - "$SCRATCH/first" | grep '^>' | awk '{ print $3 }' | LC_ALL=C sort | tr '\n' ' ' >"$SCRATCH/changed"
[ "$(cat "$SCRATCH/changed")" = "./tiny/figures/points.svg ./tiny/figures/points.tsv ./tiny/macros.tex ./tiny/tables.csv ./tiny/tables.md ./tiny/tables.tex ./tiny/trials.csv " ] &&
	[ ! -e "$ref/tiny/figures/gone.svg" ]
check $? "another result changes what shows it and nothing else, and nothing stale stays"
sh harness/paper.sh "$SCRATCH/none.db" "$ref" "$sweep" >"$SCRATCH/out" 2>"$SCRATCH/err"
[ $? = 3 ] && says "no such database" err && [ -s "$ref/tiny/tables.md" ]
check $? "without a database nothing is touched"
sed 's/^name: tiny/name: more/; s/^seeds: 3/seeds: 4/' "$sweep" >"$SCRATCH/more.yaml" && "$RETRIAL" run "$SCRATCH/more.yaml" --db "$db" -q --kernels plain
check $? "the database gets trials of another sweep with other kernels, too"
sh harness/paper.sh "$db" "$SCRATCH/own" "$sweep" >"$SCRATCH/out" 2>"$SCRATCH/err" && [ "$(wc -l <"$SCRATCH/own/tiny/trials.csv")" = 7 ] &&
	[ -s "$SCRATCH/own/tiny/environment.csv" ] && try verify "$SCRATCH/own/tiny" --sample 2 && says "2 of 2 trials are bit-exact" err
check $? "a study with a folder of its own has its own trials there, which verify can compute again"
[ "$(cut -d, -f1 "$SCRATCH/own/tiny/environment.csv" | sort -u | tr '\n' ' ')" = "1 environment " ] &&
	[ "$("$RETRIAL" query "SELECT count(*) FROM environments" --db "$db" --format csv | tail -n 1)" -gt 1 ]
check $? "and the environments of these, not those of the other sweep's"
cut -d, -f2 "$SCRATCH/own/tiny/phases.csv" | sort | uniq -c | awk '{ printf "%s %s ", $1, $2 }' >"$SCRATCH/out"
[ "$(cat "$SCRATCH/out")" = "1 sweep 9 tiny " ] && [ "$(cut -d, -f1 "$SCRATCH/own/tiny/phases.csv" | sort -u)" = "$(cut -d, -f1 "$SCRATCH/own/tiny/trials.csv" | sort -u)" ]
check $? "and their phases: three seeds of two phases and of one"
sh harness/paper.sh "$db" "$SCRATCH/own" "$SCRATCH/more.yaml" >"$SCRATCH/out" 2>"$SCRATCH/err"
[ $? = 0 ] && [ "$(wc -l <"$SCRATCH/own/more/trials.csv")" = 3 ] && [ "$(cut -d, -f1 "$SCRATCH/own/more/digests.csv" | sort -u)" = "$(cut -d, -f1 "$SCRATCH/own/more/trials.csv" | sort -u)" ] &&
	try verify "$SCRATCH/own/more" --sample 5 && says "2 of 2 trials are bit-exact" err
check $? "of a study that has trials of another one, only the others are published"
sh harness/paper.sh "$db" "$SCRATCH/own" "$other" >"$SCRATCH/out" 2>"$SCRATCH/err"
[ $? = 3 ] && says "has no trial of" err
check $? "and a sweep that was never run is an error there"
sed -i '/verdicts: end/d' "$map"
sh harness/paper.sh --map "$map" "$ref" 2>"$SCRATCH/err"
[ $? = 2 ] && says "not two lines that begin with" err
check $? "a page without the two lines is left alone"

make -n study >"$SCRATCH/out" 2>"$SCRATCH/err"
code=$?
for sweep in experiments/*.yaml; do
	case $sweep in */demo.yaml | */smoke.yaml) continue ;; esac
	grep -q "^for sweep in .*\<$sweep\>.*; do ./retrial run " "$SCRATCH/out" || echo "$sweep"
done >"$SCRATCH/missing"
[ "$code" = 0 ] && [ ! -s "$SCRATCH/missing" ] && says "paper.sh results/retrial.db results/reference" && says "paper.sh --map PAPER_MAP.md results/reference"
check $? "make study runs every sweep in one database, then publishes it"

# ---- what is published ----
sed 's/^| C4 /| C5 /' "$SCRATCH/first.md" >"$map"
sh harness/paper.sh --map "$map" "$ref" 2>"$SCRATCH/err" && says "has no row for the claim C4" err && grep -q '^| C5 .*not published' "$map"
check $? "a claim without a row is named"
cut -d, -f1 results/reference/*/verdicts.csv | grep -v '^claim$' | sort -u >"$SCRATCH/claims"
sed -n 's/^| \([A-Z][0-9A-Za-z-]*\) | .*/\1/p' PAPER_MAP.md | sort -u | comm -23 "$SCRATCH/claims" - >"$SCRATCH/out"
[ "$(wc -l <"$SCRATCH/claims")" -gt 30 ] && [ ! -s "$SCRATCH/out" ]
check $? "every published claim has a row in PAPER_MAP.md"
sed -n 's/^| [A-Z][0-9A-Za-z-]* | .* | \[\(.*\)\](\(.*\)) | `retrial claims \(.*\)` | .*/\1 \2 \3/p' PAPER_MAP.md | while read -r name link file; do
	[ "$link" = "$file" ] && grep -qx "name: $name" "$file" || echo "$name $link $file"
done >"$SCRATCH/out"
[ ! -s "$SCRATCH/out" ] && [ "$(grep -c '^| [A-Z][0-9A-Za-z-]* | .*](experiments/.*yaml) | ' PAPER_MAP.md)" = "$(grep -c '^| [A-Z][0-9A-Za-z-]* | ' PAPER_MAP.md)" ]
check $? "every row names its sweep, and links to the file that its command takes"
cp PAPER_MAP.md "$SCRATCH/PAPER_MAP.md" && sh harness/paper.sh --map "$SCRATCH/PAPER_MAP.md" results/reference && diff PAPER_MAP.md "$SCRATCH/PAPER_MAP.md" >"$SCRATCH/out"
check $? "PAPER_MAP.md says what results/reference says"
for page in experiments/papers/*/README.md; do
	name=$(basename "$(dirname "$page")")
	cp "$page" "$SCRATCH/README.md" && sh harness/paper.sh --map "$SCRATCH/README.md" "results/reference/papers/$name" && cmp -s "$page" "$SCRATCH/README.md" ||
		echo "$page does not say what results/reference/papers/$name says"
	grep -o '^  - {id: [A-Z][0-9A-Za-z-]*' "experiments/papers/$name/$name.yaml" | sed 's/.* //' >"$SCRATCH/claims"
	sed -n "s/^| \([A-Z][0-9A-Za-z-]*\) | .*\[$name\]($name.yaml) | .retrial claims experiments.papers.$name.$name.yaml. | .*/\1/p" "$page" | cmp - "$SCRATCH/claims"
	grep -q "experiments/papers/$name/README.md" PAPER_MAP.md || echo "PAPER_MAP.md has no link to $page"
done >"$SCRATCH/out" 2>"$SCRATCH/err"
[ ! -s "$SCRATCH/out" ] && [ ! -s "$SCRATCH/err" ]
check $? "every other paper has a page with its claims and what is published of them"
size=$(find results/reference -type f -exec cat {} + 2>/dev/null | wc -c)
[ "$size" -lt 10000000 ]
check $? "what is published is under 10 MB ($size bytes)"
if command -v git >/dev/null && git rev-parse --git-dir >/dev/null 2>&1; then
	! git check-ignore -q results/reference/paper/verdicts.csv && git check-ignore -q results/retrial.db
	check $? "results/reference is committed, databases are not"
else
	skip "results/reference is committed, databases are not" "no git here"
fi

finish
