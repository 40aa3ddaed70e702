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
finish
