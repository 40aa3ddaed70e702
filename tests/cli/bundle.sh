#!/bin/sh
# bundle.sh - `retrial bundle` and `retrial verify BUNDLE.tar.zst`: the same bytes twice, what is in it, and what is refused.
. tests/tap.sh
db=$SCRATCH/r.db bundle=$SCRATCH/study.tar.zst
cat >"$SCRATCH/two.yaml" <<'END'
retrial: 1
name: two
title: two trials & a bundle
seeds: 2
base: {dataset: synthetic, validation: 64, train_limit: 128, test_limit: 64, batch_size: 32}
axes: {recipe: [alone]}
recipes:
  alone:
    - {phase: single, epochs: 2}
claims: [{id: C, title: accuracy, where: {recipe: alone}, metric: test_accuracy, paper: 0.1, rounds_to: 2}]
tables: [{id: main, title: One recipe, rows: [recipe], metrics: [test_accuracy]}]
figures: [{id: course, kind: curves, title: Curves, series: recipe, metric: val_accuracy}]
END
"$RETRIAL" run "$SCRATCH/two.yaml" --db "$db" -q 2>"$SCRATCH/err"
mkdir -p "$SCRATCH/published/tables" && echo "| a |" >"$SCRATCH/published/tables/main.md"

try bundle --db "$db" -o "$bundle" --results "$SCRATCH/published"
[ "$code" = 0 ] && says "$bundle" && cp "$bundle" "$SCRATCH/first"
[ -z "$(find "$SCRATCH" -maxdepth 1 -name '*.db-*')" ] || code=1
[ "$code" = 0 ]
check $? "a bundle is made, and nothing is left beside it"
try bundle --db "$db" -o "$bundle" --results "$SCRATCH/published"
cmp -s "$bundle" "$SCRATCH/first"
check $? "the same content gives the same bytes"
mkdir "$SCRATCH/out-of-it" && tar --zstd -xf "$bundle" -C "$SCRATCH/out-of-it" && cd "$SCRATCH/out-of-it/study" && sha256sum --quiet -c SHA256SUMS >"$SCRATCH/out" 2>"$SCRATCH/err" &&
	[ "$(wc -l <SHA256SUMS)" = "$(find . -type f ! -name SHA256SUMS | wc -l)" ]
check $? "tar and sha256sum read it"
[ "$(sqlite3 results.db 'PRAGMA integrity_check; SELECT count(*) FROM accuracy')" = "ok
2" ] && cmp -s sweeps/two.yaml "$SCRATCH/two.yaml" && [ "$(wc -l <trials.csv)" = 3 ] && grep -q . results/tables/main.md
check $? "database, sweep, trials and published results are in it"
grep -q '^- `sweeps/two.yaml`: two trials & a bundle (2 of 2 rows' ARTIFACT.md && grep -q '2 finished trials with 2 different seeds' ARTIFACT.md &&
	grep -q '^## 16' CHECKLIST.md && grep -q 'synthetic, variant canonical' CHECKLIST.md
check $? "the appendices say what the database knows"
cd - >/dev/null || exit 1
if git rev-parse -q --verify HEAD >/dev/null 2>&1; then
	tar -tf "$SCRATCH/out-of-it/study/source.tar" 2>/dev/null | grep -qx Makefile
	check $? "so is the source"
else
	skip "so is the source" "no git work tree"
fi

try verify "$bundle"
[ "$code" = 0 ] && [ "$(grep -c 'exact\|same' "$SCRATCH/out")" -ge 2 ]
check $? "its trials are executed again and are the same"
try verify "$bundle" --sample 1
[ "$code" = 0 ]
check $? "or a sample of them"
[ -z "$(find "${TMPDIR:-/tmp}" -maxdepth 1 -name 'retrial-bundle-*' -newer "$bundle" 2>/dev/null)" ]
check $? "nothing is left behind"

# ---- results that are made ----
try bundle --db "$db" -o "$SCRATCH/made.tar.zst" --no-source
results=$SCRATCH/made/results/two
fine && tar --zstd -xf "$SCRATCH/made.tar.zst" -C "$SCRATCH" && [ "$(grep -c '^| alone' "$results/tables.md")" = 1 ] &&
	[ "$(grep -c ',test_accuracy,' "$results/tables.csv")" = 1 ] && grep -q '^| C |' "$results/verdicts.md" && grep -q '^C,' "$results/verdicts.csv" &&
	grep -q '^<svg' "$results/report.html" && [ -s "$results/figures/course.svg" ] && [ -s "$results/figures/course.gp" ]
check $? "without published results, tables, verdicts, figures and a page are made"
! grep -rqF "$SCRATCH" "$SCRATCH/made/results" && ! grep -rq 'retrial-results-' "$SCRATCH/made/results" &&
	grep -qF 'retrial table sweeps/two.yaml --db results.db' "$results/tables.md"
check $? "they name the command for the unpacked bundle, and no folder of this machine"
cp "$SCRATCH/made.tar.zst" "$SCRATCH/first" && try bundle --db "$db" -o "$SCRATCH/made.tar.zst" --no-source
cmp -s "$SCRATCH/made.tar.zst" "$SCRATCH/first"
check $? "and they have the same bytes each time"
(cd "$SCRATCH/made" && "$RETRIAL" table sweeps/two.yaml --db results.db --format md) >"$SCRATCH/out" 2>"$SCRATCH/err"
grep -F '| alone' "$results/tables.md" | cmp -s - - && [ "$(grep '^| alone' "$SCRATCH/out")" = "$(grep '^| alone' "$results/tables.md")" ]
check $? "that command gives the same table"
PATH=/nonexistent try bundle --db "$db" -o "$SCRATCH/new/undrawn.tar.zst" --no-source
[ "$code" = 0 ] && [ -s "$SCRATCH/new/undrawn.tar.zst" ] && says 'warning: not in the bundle: two: Figure course could not be made: gnuplot' err
check $? "a bundle in a new folder warns of a figure that it lacks"
cp "$db" "$SCRATCH/evil.db" && sqlite3 "$SCRATCH/evil.db" "PRAGMA foreign_keys = OFF; DROP TRIGGER IF EXISTS sweeps_frozen; UPDATE sweeps SET name = '../../out-of-it'" 2>"$SCRATCH/err"
if [ "$(sqlite3 "$SCRATCH/evil.db" 'SELECT name FROM sweeps')" = ../../out-of-it ]; then
	try bundle --db "$SCRATCH/evil.db" -o "$SCRATCH/evil-made.tar.zst" --no-source
	[ "$code" = 2 ] && says "a bundle holds no file of this name" err && [ ! -e "$SCRATCH/evil-made.tar.zst" ]
	check $? "a sweep whose name leads out of the bundle is refused"
fi
# As somebody has it who installed a package: no source tree beside the program, nothing of ours in the folder.
"${MAKE:-make}" -s -o "$RETRIAL" install PROGRAM="$RETRIAL" CC="${CC:-gcc}" BUILD="${BUILD:-build}" DESTDIR="$SCRATCH/root" PREFIX=/usr >"$SCRATCH/out" 2>"$SCRATCH/err" &&
	mkdir "$SCRATCH/elsewhere" && (cd "$SCRATCH/elsewhere" && "$SCRATCH/root/usr/bin/retrial" bundle --db "$db" -o installed.tar.zst) >"$SCRATCH/out" 2>"$SCRATCH/err" &&
	(cd "$SCRATCH/elsewhere" && tar --zstd -xf installed.tar.zst) && [ -s "$SCRATCH/elsewhere/installed/results/two/figures/course.svg" ] &&
	[ "$(find "$SCRATCH/elsewhere/installed/results" -mindepth 1 -maxdepth 1)" = "$SCRATCH/elsewhere/installed/results/two" ] &&
	[ ! -e "$SCRATCH/elsewhere/installed/PAPER_MAP.md" ] && says "the source of the program" err
check $? "an installed program makes the same, and says that its source is not in it"

# repack WITH: the bundle taken apart, changed by a command in its folder, and packed again
repack() {
	rm -rf "$SCRATCH/again" && mkdir "$SCRATCH/again" && tar --zstd -xf "$bundle" -C "$SCRATCH/again" || return
	(cd "$SCRATCH/again" && sh -c "$1") || return
	# shellcheck disable=SC2046 # names without blanks
	tar --zstd -cf "$SCRATCH/changed.tar.zst" -C "$SCRATCH/again" $(cd "$SCRATCH/again" && find . -mindepth 1 ! -type d | sed 's|^\./||')
	try verify "$SCRATCH/changed.tar.zst"
}
repack true
[ "$code" = 0 ]
check $? "packed again by tar it is still good"
repack 'sed -i s/synthetic/synthesis/ study/trials.csv'
[ "$code" = 1 ] && says "changed since it was made" err && says trials.csv err
check $? "a file that was changed is found"
repack 'rm study/README.md'
[ "$code" = 1 ] && says README.md err
check $? "so is one that is missing"
repack 'echo more >study/more.txt'
[ "$code" = 1 ] && says more.txt err
check $? "and one too many"
repack 'ln -s /etc/passwd study/link'
refuses 2 "this is no bundle: it holds 'study/link'"
check $? "links are refused"
mkdir -p "$SCRATCH/evil/a/b" && echo x >"$SCRATCH/evil/x" && tar --zstd -P -cf "$SCRATCH/evil.tar.zst" -C "$SCRATCH/evil/a/b" ../../x
try verify "$SCRATCH/evil.tar.zst"
refuses 2 "this is no bundle"
check $? "names that lead out are refused"
# Members with names that no bundle has: each is refused as a whole, not by its first letter.
for name in 'study/a\b' "study/a$(printf '\033')[2J" "study/a$(printf '\n')b" 'study/a//b' 'study/a/' "study/$(printf '%01100d' 7)"; do
	rm -rf "$SCRATCH/named" && mkdir -p "$SCRATCH/named" && echo x >"$SCRATCH/named/x"
	tar --zstd -P -cf "$SCRATCH/named.tar.zst" --transform "flags=r;s|^x\$|$(printf '%s' "$name" | sed 's/[\\&|]/\\&/g')|" -C "$SCRATCH/named" x 2>/dev/null || continue
	try verify "$SCRATCH/named.tar.zst"
	refuses 2 "this is no bundle" && ! LC_ALL=C grep -q "$(printf '\033')" "$SCRATCH/err"
	check $? "a member named $(printf '%s' "$name" | cut -c 1-20 | LC_ALL=C tr -c '[:alnum:]/\n' '?') is refused"
done
mkdir -p "$SCRATCH/bomb/study" && head -c 400000000 /dev/zero | tee "$SCRATCH/bomb/study/zeros" >"$SCRATCH/bomb/study/more" &&
	tar --zstd -cf "$SCRATCH/bomb.tar.zst" -C "$SCRATCH/bomb" study/zeros study/more && rm -r "$SCRATCH/bomb"
sh -c 'ulimit -v ${MEMORY_LIMIT:-500000}; exec "$0" verify "$1"' "$RETRIAL" "$SCRATCH/bomb.tar.zst" >"$SCRATCH/out" 2>"$SCRATCH/err"; code=$?
refuses 2 "unpacks to far more than its size"
check $? "a bomb is refused before it fills the memory"
# 90,000 members took 67 seconds; the limit is far from both times.
mkdir -p "$SCRATCH/many/study" && (cd "$SCRATCH/many/study" && seq 90000 | split -l 1 -a 5 -d - m) &&
	tar --zstd -cf "$SCRATCH/many.tar.zst" -C "$SCRATCH/many" study && rm -r "$SCRATCH/many"
timeout 20 "$RETRIAL" verify "$SCRATCH/many.tar.zst" >"$SCRATCH/out" 2>"$SCRATCH/err"; code=$?
refuses 2 "this is no bundle"
check $? "many members are refused in time"
mkdir -p "$SCRATCH/twice/study" && echo x >"$SCRATCH/twice/study/x" && tar --zstd -cf "$SCRATCH/twice.tar.zst" -C "$SCRATCH/twice" study/x study/x --hard-dereference
try verify "$SCRATCH/twice.tar.zst"
refuses 2 "this is no bundle"
check $? "a name that is there twice is refused"
head -c 20000 "$bundle" >"$SCRATCH/cut.tar.zst"
try verify "$SCRATCH/cut.tar.zst"
[ "$code" = 3 ] && says "cut.tar.zst" err
check $? "one that is cut off is refused"
try verify "$SCRATCH/none.tar.zst"
refuses 3 "none.tar.zst"
check $? "one that is not there is said"
try bundle --db "$db" -o "$SCRATCH/study.zip"
refuses 2 "has to end with .tar.zst"
check $? "another ending is refused"
try bundle --db "$SCRATCH/none.db" -o "$bundle"
refuses 3 "none.db"
check $? "without a database there is nothing to bundle"

# ---- a study of one's own: imported data, a library of recipes, and none of this project's paper ----
export XDG_DATA_HOME="$SCRATCH/home"
unset RETRIAL_DATA
mkdir -p "$SCRATCH/study/library"
"$RETRIAL" data export synthetic --form idx -o "$SCRATCH/idx" && "$RETRIAL" data import leaves "$SCRATCH/idx" >"$SCRATCH/out" 2>"$SCRATCH/err"
cat >"$SCRATCH/study/own.yaml" <<'END'
retrial: 1
name: own
title: own data
seeds: 1
use: library/recipes.yaml
base: {dataset: leaves, validation: 0.02, train_limit: 128, test_limit: 128, batch_size: 32, stratify: true}
axes: {recipe: [alone]}
END
printf 'use: more.yaml\nrecipes:\n  alone: [{phase: single, epochs: 1}]\n' >"$SCRATCH/study/library/recipes.yaml"
printf 'recipes:\n  other: [{phase: single, epochs: 2}]\n' >"$SCRATCH/study/library/more.yaml"
"$RETRIAL" run "$SCRATCH/study/own.yaml" --db "$SCRATCH/own.db" -q 2>"$SCRATCH/err"
try bundle --db "$SCRATCH/own.db" -o "$SCRATCH/own.tar.zst" --no-source
[ "$code" = 0 ] && [ ! -s "$SCRATCH/err" ] && tar --zstd -xf "$SCRATCH/own.tar.zst" -C "$SCRATCH" &&
	cmp -s "$SCRATCH/own/sweeps/library/recipes.yaml" "$SCRATCH/study/library/recipes.yaml" && [ -f "$SCRATCH/own/sweeps/library/more.yaml" ]
check $? "library files go where the sweep file expects them"
try check "$SCRATCH/own/sweeps/own.yaml" --data "$SCRATCH/own/data"
[ "$code" = 0 ]
check $? "the bundle's sweep file and data are good as they lie there"
[ "$(find "$SCRATCH/own/data" -name '*.data' | wc -l)" = 1 ] && grep -q 'leaves is in the bundle' "$SCRATCH/own/README.md"
check $? "so does imported data"
[ ! -e "$SCRATCH/own/results/paper" ] && ! grep -qi 'paper-notebook\|2501\.15547' "$SCRATCH/own/README.md" "$SCRATCH/own/CHECKLIST.md"
check $? "nothing of the program's own paper is in it"
grep -q 'its source is not in the bundle' "$SCRATCH/own/CHECKLIST.md" && ! grep -q 'source.tar' "$SCRATCH/own/ARTIFACT.md" && grep -q 'made by retrial .*, commit' "$SCRATCH/own/README.md"
check $? "the checklist says that the source is not in it, and which program made it"
mv "$SCRATCH/home" "$SCRATCH/away"
try verify "$SCRATCH/own.tar.zst"
[ "$code" = 0 ] && says "bit-exact"
check $? "on another machine its trials are verified on the bundle's data"
try data import leaves "$SCRATCH/idx" --keep-order
try verify "$SCRATCH/own.tar.zst"
[ "$code" = 0 ] && says "bit-exact"
check $? "also where another set has that name"
rm -r "${SCRATCH:?}/home" && mv "$SCRATCH/away" "$SCRATCH/home"
try bundle --db "$SCRATCH/own.db" -o "$SCRATCH/small.tar.zst" --no-source --data-limit 1
[ "$code" = 0 ] && says "MB are more than --data-limit allows" err && rm -r "${SCRATCH:?}/home" && try verify "$SCRATCH/small.tar.zst" && [ "$code" = 3 ]
check $? "data beyond the limit stays out, and that is said"
finish
