#!/bin/sh
# clean-tree.sh - sweeps that require a clean tree (clean_tree: required), run by programs that were built from a clean tree, from one with changes,
# and outside git. They are this build's objects, linked again with other facts of the build.
. tests/tap.sh
tree=$SCRATCH/tree
: "${CC:=gcc}"

# program NAME DIRTY: a program whose build says so, in the git work tree NAME with everything committed
program() {
	mkdir -p "$tree/$1"
	# shellcheck disable=SC2046 # lists of options
	$CC -std=gnu11 -D_GNU_SOURCE -I. -DRETRIAL_DIRTY="\"$2\"" -DRETRIAL_COMMIT='""' -DRETRIAL_SOURCES='"0123"' -c -o "$SCRATCH/facts.o" harness/base/facts.c &&
		$CC -o "$tree/$1/retrial" "$BUILD"/harness/cli/*.o "$SCRATCH/facts.o" "$BUILD/libharness.a" "$BUILD/libnn.a" \
			$(pkg-config --libs $(sed -n 's/^PACKAGES *= *//p' Makefile)) -lm -lpthread
}
commit() {
	(cd "$tree/$1" && git init -q . && echo 'results/*' >.gitignore && echo one >file && git add -A &&
		git -c user.name=a -c user.email=a@b -c commit.gpgsign=false commit -q -m one)
}
# in_tree NAME ARGUMENTS: that program
in_tree() {
	name=$1; shift
	"$tree/$name/retrial" "$@" >"$SCRATCH/out" 2>"$SCRATCH/err"
	code=$?
}
fact() { sqlite3 "$SCRATCH/$1.db" "SELECT value FROM facts WHERE name = '$2'"; }

cat >"$SCRATCH/strict.yaml" <<'Y'
retrial: 1
name: strict
clean_tree: required
base: {dataset: synthetic, validation: 32, train_limit: 64, test_limit: 32, recipe: one}
recipes:
  one: [{phase: single, epochs: 1}]
Y
sed 's/required/any/' "$SCRATCH/strict.yaml" >"$SCRATCH/any.yaml"
sed 's/required/yes/' "$SCRATCH/strict.yaml" >"$SCRATCH/wrong.yaml"

program clean no && program dirty yes && program archive unknown && commit clean && commit dirty
check $? "three programs are built"

in_tree clean run "$SCRATCH/strict.yaml" --db "$SCRATCH/clean.db" -q
[ "$code" = 0 ] && [ "$(fact clean dirty)" = no ] && [ -z "$(fact clean clean_tree)" ]
check $? "a program of a clean tree runs it"
mkdir "$tree/clean/results" && echo two >"$tree/clean/results/r.db"
in_tree clean run "$SCRATCH/strict.yaml" --db "$SCRATCH/clean.db" -q
check $code "results beside it change nothing about that"
echo two >"$tree/clean/file"
in_tree clean run "$SCRATCH/strict.yaml" --db "$SCRATCH/changed.db"
refuses 2 'strict.yaml requires a clean tree (clean_tree: required), but there are changes that are not committed' && says '   M file' err && says --allow-dirty err
check $? "it refuses when a file of the tree has changed since: exit code 2, with the file and what would do"
[ ! -e "$SCRATCH/changed.db" ]
check $? "and makes no database"
in_tree clean run "$SCRATCH/any.yaml" --db "$SCRATCH/any.db" -q
check $code "other sweeps run as ever"

in_tree dirty run "$SCRATCH/strict.yaml" --db "$SCRATCH/dirty.db"
refuses 2 'this program was built from a tree with changes that are not committed'
check $? "a program that was built from a changed tree refuses"
in_tree dirty run "$SCRATCH/strict.yaml" --db "$SCRATCH/dirty.db" --allow-dirty -q
[ "$code" = 0 ] && [ "$(fact dirty clean_tree)" = 'required, but changes were allowed (--allow-dirty)' ] && [ "$(fact dirty dirty)" = yes ]
check $? "--allow-dirty runs it and is recorded"
in_tree clean run "$SCRATCH/any.yaml" --db "$SCRATCH/allowed.db" --allow-dirty -q
[ "$code" = 0 ] && [ -z "$(fact allowed clean_tree)" ]
check $? "where nothing is required nothing is recorded"

in_tree archive run "$SCRATCH/strict.yaml" --db "$SCRATCH/archive.db" -q
[ "$code" = 0 ] && [ "$(fact archive dirty)" = unknown ] && [ "$(fact archive sources_sha256)" = 0123 ] && [ -z "$(fact archive commit)" ]
check $? "a program that was built outside git runs it: the facts have no commit, but the digest of its sources"

# ---- the repository of the study ----
study=$tree/study
mkdir -p "$study/sub" && cp "$SCRATCH/strict.yaml" "$study/sub/strict.yaml" && commit study
in_tree archive run "$study/sub/strict.yaml" --db "$SCRATCH/study.db" -q
[ "$code" = 0 ] && [ "$(fact study study_commit)" = "$(git -C "$study" rev-parse HEAD)" ] && [ "$(fact study study_dirty)" = no ]
check $? "a core's sweep in a repository of its own: its commit is recorded"
echo two >"$study/file"
in_tree archive run "$study/sub/strict.yaml" --db "$SCRATCH/study-changed.db"
refuses 2 'requires a clean tree (clean_tree: required), but there are changes in its own repository that are not committed' && says '   M file' err
check $? "when that repository has changes, it is refused"
in_tree archive run "$study/sub/strict.yaml" --seeds 2 --allow-dirty --db "$SCRATCH/study.db" -q
sqlite3 "$SCRATCH/study.db" "SELECT name || '=' || value FROM facts WHERE environment = 2 AND name LIKE 'study%'" >"$SCRATCH/out"
[ "$code" = 0 ] && says 'study_dirty=yes' && grep -qF 'study_diff=diff --git a/file b/file\nindex' "$SCRATCH/out" && says '\n-one\n+two'
check $? "allowed all the same, the change itself is recorded"
echo one >"$study/file"
# shellcheck disable=SC2016
printf 'echo "{\\"x\\": 1}" >"$RETRIAL_OUT"\n' >"$study/sub/p.sh"
printf 'retrial: 1\nname: p\nclean_tree: required\nprogram: {command: [sh, p.sh], inputs: ["p*.sh"]}\nmetrics: {x: }\n' >"$study/sub/p.yaml"
in_tree archive run "$study/sub/p.yaml" --db "$SCRATCH/p.db"
refuses 2 'changes in its own repository that are not committed' && says '?? p.yaml' err
check $? "a sweep file that git does not track is a change"
(cd "$study" && git add sub/p.yaml && git -c user.name=a -c user.email=a@b -c commit.gpgsign=false commit -q -m two)
in_tree archive run "$study/sub/p.yaml" --db "$SCRATCH/p.db"
refuses 2 'changes in its own repository that are not committed' && says '?? p.sh' err
check $? "and so is an input of a program that git does not track"
echo 'p.sh' >>"$study/.git/info/exclude"
in_tree archive run "$study/sub/p.yaml" --db "$SCRATCH/p.db" -q
[ "$code" = 0 ] && [ "$(fact p study_dirty)" = no ] && [ "$(fact p study_commit)" = "$(git -C "$study" rev-parse HEAD)" ]
check $? "unless git ignores it, as data: its digest is recorded"

try check "$SCRATCH/wrong.yaml"
refuses 2 'wrong.yaml:3:13: error: clean_tree = yes: unknown (one of any, required)'
check $? "another word is an error with its place"
grep -l '^clean_tree: required' experiments/*.yaml experiments/papers/*/*.yaml >"$SCRATCH/out"
! grep -q 'demo\|smoke' "$SCRATCH/out" && grep -q paper.yaml "$SCRATCH/out" && [ "$(grep -c papers/ "$SCRATCH/out")" = "$(find experiments/papers -name '*.yaml' | wc -l)" ]
check $? "the paper's experiments require it, demo and smoke do not"
finish
