#!/bin/sh
# program_bundle.sh - programs and their inputs in bundles: what goes in, what stays out, verification where nothing else of the study is, and
# bundles of strangers.

# shellcheck disable=SC2016 # what single quotes hold is for other shells, or Markdown
. tests/tap.sh
cd "$SCRATCH" || exit 1
mkdir -p home/deep/study/data home/lib elsewhere || exit 1
cat >home/deep/study/solve.sh <<'EOF'
#!/bin/sh
. ../../lib/common.sh
echo ran >>"$MARK"
echo "{\"x\": $(answer "$1" "$RETRIAL_SEED" "$(cat data/a.csv)")}" >"$RETRIAL_OUT"
EOF
chmod +x home/deep/study/solve.sh
echo 'answer() { echo $(($1 * 10 + $2 + $3)); }' >home/lib/common.sh
echo 5 >home/deep/study/data/a.csv
echo 6 >home/deep/study/data/b.csv
cat >home/deep/study/own.yaml <<'EOF'
retrial: 1
name: own
seeds: 2
program: {command: [./solve.sh, "{n}"], inputs: [solve.sh, ./solve.sh, "data/*.csv", ../../lib/common.sh], environment: {A: "1"}}
parameters: {n: integer}
metrics: {x: {better: higher}}
axes: {n: [1, 2]}
tables: [{id: t, rows: [n], metrics: [x]}]
EOF
MARK=$SCRATCH/mark; export MARK
db=$SCRATCH/r.db study=$SCRATCH/home/deep/study
bundle() { try bundle --db "${2:-$db}" -o "$SCRATCH/$1.tar.zst" --no-source; }
unpack() { rm -rf "open/$1" && mkdir -p open && tar --zstd -xf "$1.tar.zst" -C open; }
"$RETRIAL" run "$study/own.yaml" --db "$db" -q || echo "run: $?"

# ---- what goes in ----
bundle own
fine && unpack own && set -- open/own/programs/own-* && [ -x "$1/study/study/solve.sh" ] && [ ! -x "$1/lib/common.sh" ] &&
	[ "$(cat "$1/study/study/data/a.csv")" = 5 ] && cmp -s "$1/lib/common.sh" home/lib/common.sh && cmp -s "$1/study/study/own.yaml" "$study/own.yaml"
check $? "the inputs of a program lie in the bundle as they lie beside its sweep file, also those above it"
grep -q '^| `programs/` |' open/own/README.md && grep -q -- '--trust' open/own/README.md && grep -q 'inputs of sweep own are in the bundle' open/own/ARTIFACT.md &&
	! grep -q 'No GPU\|bit for bit, \|test accuracy' open/own/ARTIFACT.md && ! grep -q 'training core' open/own/CHECKLIST.md
check $? "README and appendices speak of programs, and claim nothing of the core"
cp own.tar.zst first.tar.zst && bundle own && cmp -s own.tar.zst first.tar.zst
check $? "the same content gives the same bytes"

# ---- verified where nothing else of the study is ----
mv home away
rm -f mark
cd elsewhere || exit 1
try verify ../own.tar.zst
[ "$code" = 3 ] && says "a program of the bundle would run here: look at its sweeps/ and programs/, then verify with --trust" &&
	says "4 cannot be verified here" err && [ ! -e "$MARK" ]
check $? "without --trust no program of a bundle is run"
try verify ../own.tar.zst --trust
[ "$code" = 0 ] && says "4 of 4 trials are identical" err && [ "$(wc -l <"$MARK")" = 4 ]
check $? "with it they are run on the bundle's inputs, and are identical"
try verify ../own.tar.zst own --trust --sample 1 --json
[ "$code" = 0 ] && says '"verdict": "same"'
check $? "also one of them, as JSON"
[ -z "$(find "${TMPDIR:-/tmp}" -maxdepth 1 -name 'retrial-bundle-*' -newer "$MARK" 2>/dev/null)" ]
check $? "nothing is left behind"
cd .. || exit 1
set -- open/own/programs/own-*
try verify "$1/study/study/own.yaml" --db open/own/results.db
[ "$code" = 0 ] && says "4 of 4 trials are identical" err
check $? "unpacked by hand the sweep file verifies, too"
try run "$1/study/study/own.yaml" --db again.db -q
[ "$code" = 0 ] && [ "$(sqlite3 again.db 'SELECT group_concat(value) FROM (SELECT value FROM measurements ORDER BY value)')" = "$(sqlite3 "$db" 'SELECT group_concat(value) FROM (SELECT value FROM measurements ORDER BY value)')" ]
check $? "and runs"
mv away home

# ---- what stays out ----
echo 7 >"$study/data/a.csv"
try verify own.tar.zst --trust
[ "$code" = 0 ] && says "4 of 4 trials are identical" err
check $? "files of this machine with the same names are not in the way"
bundle changed
[ "$code" = 0 ] && says "not in the bundle: inputs of sweep own: data/a.csv has changed since" err && unpack changed && [ ! -e open/changed/programs ] &&
	grep -q 'inputs [0-9a-f]* of sweep own are not in the bundle' open/changed/README.md
check $? "inputs that have changed since are not taken for those of the trials"
try verify changed.tar.zst --trust
[ "$code" = 3 ] && says "the bundle does not have its inputs"
check $? "and verify says that they are not there"
try verify changed.tar.zst "$study/own.yaml"
[ "$code" = 3 ] && says "its inputs are not those that it was run on: data/a.csv changed"
check $? "a sweep file of this machine is used with its own inputs"
echo 5 >"$study/data/a.csv"
try bundle --db "$db" -o small.tar.zst --no-source --data-limit 0
[ "$code" = 0 ] && says "inputs of sweep own: they are larger than --data-limit allows" err && unpack small && [ ! -e open/small/programs ]
check $? "--data-limit holds for inputs"
try bundle --db "$db" -o none.tar.zst --no-source --no-inputs
fine && unpack none && try verify none.tar.zst "$study/own.yaml" --sample 1 && [ "$code" = 0 ] && [ ! -e open/none/programs ] && ! grep -q 'inputs of sweep' open/none/README.md
check $? "--no-inputs leaves them out"
mkdir hidden && echo 1 >hidden/.secret && cp "$study/data/a.csv" hidden/data.csv
printf 'echo "{\\"x\\": 1}" >"$RETRIAL_OUT"\n' >hidden/h.sh
printf 'retrial: 1\nname: hidden\nprogram: {command: [sh, h.sh], inputs: [h.sh, .secret]}\nmetrics: {x: }\n' >hidden/hidden.yaml
printf 'retrial: 1\nname: absolute\nprogram: {command: [sh, h.sh, a], inputs: [h.sh, "%s/hidden/data.csv"]}\nmetrics: {x: }\n' "$SCRATCH" >hidden/absolute.yaml
for name in hidden absolute; do "$RETRIAL" run hidden/$name.yaml --db hidden.db -q || echo "run: $?"; done
bundle hidden hidden.db
[ "$code" = 0 ] && says "inputs of sweep hidden: a bundle holds no file of the name '.secret'" err &&
	says "inputs of sweep absolute: $SCRATCH/hidden/data.csv has an absolute path" err && unpack hidden && ! grep -rqs secret open/hidden/programs
check $? "hidden files and absolute paths stay out, and that is said"

# ---- two studies with files of the same names; inputs of two times ----
for name in one two; do
	mkdir $name
	printf 'echo "{\\"x\\": %s}" >"$RETRIAL_OUT"\n' "$(echo $name | tr -d '\n' | wc -c)$(echo $name | cksum | cut -c 1-3)" >$name/train.sh
	printf 'retrial: 1\nname: %s\nprogram: {command: [sh, train.sh, "{n}"], inputs: train.sh}\nparameters: {n: integer}\nmetrics: {x: }\nbase: {n: %s}\n' "$name" "${#name}$(echo $name | cksum | cut -c 1)" >$name/$name.yaml
	"$RETRIAL" run $name/$name.yaml --db both.db -q || echo "run: $?"
done
bundle both both.db
mv one two elsewhere/
(cd / && "$RETRIAL" verify "$SCRATCH/both.tar.zst" --trust) >out 2>err
code=$?
[ $code = 0 ] && says "2 of 2 trials are identical" err
check $? "two programs of the same name each have their own"
mkdir -p dir/work dir/src && cp elsewhere/one/train.sh dir/src/
printf 'retrial: 1\nname: dir\nprogram: {command: [sh, ../src/train.sh], directory: work, inputs: ../src/train.sh}\nmetrics: {x: }\n' >dir/dir.yaml
"$RETRIAL" run dir/dir.yaml --db dir.db -q || echo "run: $?"
bundle dir dir.db
mv dir elsewhere/
try verify dir.tar.zst --trust
[ "$code" = 0 ] && says "1 of 1 trials are identical" err
check $? "a directory without a file of its own is made"

# ---- strangers ----
# hostile SHELL-TEXT: own.tar.zst changed so, with sums that agree, is verified with --trust
hostile() {
	rm -rf open/study mark
	unpack own && mv open/own open/study && (cd open/study && sh -c "$1") || return
	(cd open/study && find . -type f ! -name SHA256SUMS | sed 's,^\./,,' | LC_ALL=C sort | xargs -d '\n' sha256sum) >sums
	mv sums open/study/SHA256SUMS
	(cd open && find study -type f) | tar --zstd -cf hostile.tar.zst -C open -T -
	try verify hostile.tar.zst --trust
}
mv home away
hostile true
[ "$code" = 0 ] && says "4 of 4 trials are identical" err
check $? "packed again by hand it is still good"
hostile 'echo "echo owned >>\"\$MARK\"" | tee -a programs/own-*/lib/common.sh >/dev/null'
[ "$code" = 3 ] && says "its inputs are not those that it was run on: ../../lib/common.sh changed" && [ ! -e "$MARK" ]
check $? "inputs that are not those of the trial are found by their digests, and nothing is run"
hostile 'rm programs/own-*/study/study/data/a.csv'
[ "$code" = 3 ] && says "data/a.csv is gone" && [ ! -e "$MARK" ]
check $? "so are inputs that are missing"
hostile 'sqlite3 results.db "UPDATE input_files SET name = \"../../../../../../../../../../../tmp/x\" WHERE name = \"solve.sh\""'
[ "$code" = 3 ] && [ ! -e "$MARK" ]
check $? "names of inputs that lead out of the bundle lead nowhere"
hostile 'sqlite3 results.db "PRAGMA foreign_keys = OFF; DROP TRIGGER IF EXISTS sweeps_frozen; UPDATE sweeps SET name = \"../../../../../../tmp\""'
[ "$code" != 0 ] && [ "$code" -lt 126 ] && [ ! -e "$MARK" ]
check $? "nor does the name of a sweep"
mv away home

finish
