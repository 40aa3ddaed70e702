#!/bin/sh
# init.sh - `retrial init`, and what a user has who is not in this folder: an installed program finds
# its library and scripts; RETRIAL_DB and --json of every verb that prints a table.
. tests/tap.sh
root=$(pwd)
cd "$SCRATCH" || exit 1
try init my-study
fine && [ -f my-study/study.yaml ] && [ -f my-study/.gitignore ] && [ "$(grep -c '^  retrial ' out)" = 3 ]
check $? "init makes a study and prints three commands"
try init "some/the first study"
fine && (eval "$(grep '^  cd ' out)" && [ -f study.yaml ])
check $? "init makes the parents of the folder, and prints a cd that a shell can run"
cp my-study/study.yaml first.yaml
try init my-study
[ "$code" = 2 ] && says "already there" err && cmp -s first.yaml my-study/study.yaml
check $? "init overwrites nothing"
cd my-study || exit 1
"$RETRIAL" plan study.yaml >../out 2>../err && grep -q '^0 done already, 12 would run$' ../out && grep -q '^estimate: very roughly' ../out && ! grep -q ' state ' ../out
check $? "plan estimates the time before there is a database"
"$RETRIAL" check study.yaml >../out 2>../err && "$RETRIAL" run study.yaml -q >>../out 2>../err
check $? "the study is good and runs"
"$RETRIAL" table study.yaml >../out 2>../err && grep -q '^wide .* 0\.031' ../out && "$RETRIAL" plot study.yaml >>../out 2>>../err && [ -s results/figures/accuracy.svg ]
check $? "it has a table with a test, and a figure"
"$RETRIAL" claims study.yaml >../out 2>../err && [ "$(cat ../out)" = "Sweep my-study states no claims (retrial help claims)." ]
check $? "without claims that is said"
"$RETRIAL" verify --sample 2 >../out 2>../err && [ "$(grep -c 'model=[a-z]* seed' ../out)" = 2 ]
check $? "verify tells trials of two models apart"
# shellcheck disable=SC2046 # two words
"$RETRIAL" diff $("$RETRIAL" runs seed=1 --columns trial --format tsv | sed 1d) >../out 2>../err
code=$?
[ $code = 1 ] && grep -q '^A .*model=' ../out && grep -q '^B .*model=' ../out
check $? "so does diff"
[ "$(sed 's/^#.*//; /^$/d' .gitignore)" = results/ ]
check $? "results are ignored by git"

# RETRIAL_DB names the database; --db wins.
export RETRIAL_DB="$SCRATCH/my-study/results/retrial.db"
cd "$SCRATCH" || exit 1
try runs --columns trial
fine && [ "$(wc -l <out)" -gt 12 ]
check $? "RETRIAL_DB names the database"
try runs --db none.db
[ "$code" = 3 ] && says none.db err
check $? "--db is stronger than RETRIAL_DB"
for verb in "runs" "query accuracy" "table my-study/study.yaml" "doctor" "data list" "status" "plan my-study/study.yaml" "show $("$RETRIAL" query 'SELECT trial FROM runs LIMIT 1' --format csv | tail -n 1)"; do
	# shellcheck disable=SC2086 # words
	"$RETRIAL" $verb --json 2>err | jq -e . >/dev/null || echo "$verb: no JSON" >>json
done
[ ! -e json ]
check $? "--json of verbs that print tables is JSON"
unset RETRIAL_DB

try run my-study/study.yaml -n --db none.db
[ "$code" = 0 ] && says "12 trials" && [ ! -e none.db ]
check $? "run -n shows the plan and runs nothing"

# A study of a program of one's own.
try init --program my-solver
[ "$code" = 0 ] && says "a study of 24 trials" && [ -e my-solver/program.sh ]
check $? "init --program writes a study and a program"
(cd my-solver && "$RETRIAL" check study.yaml >../out 2>../err && "$RETRIAL" run study.yaml -q && "$RETRIAL" claims study.yaml) >out 2>err
[ $? = 0 ] && [ ! -s err ] && says "reproduced"
check $? "it runs as it is, and its claim has a verdict"
(cd my-solver && "$RETRIAL" table study.yaml && "$RETRIAL" plot study.yaml) >out 2>err
[ $? = 0 ] && says '0.3' && [ -s my-solver/results/figures/loss.svg ]
check $? "it has a table and a figure"
(cd my-solver && sed -i 's/0\.5)/0.4)/' program.sh && "$RETRIAL" plan study.yaml) >out 2>err
says "program.sh" && ! says "24 done"
check $? "a changed program makes its results stale"
try init --program my-solver
refuses 2 "is already there: nothing was written"
check $? "init overwrites nothing"

# Installed elsewhere, without the source tree.
"${MAKE:-make}" -s -C "$root" -o "$RETRIAL" install PROGRAM="$RETRIAL" CC="${CC:-gcc}" BUILD="${BUILD:-build}" DESTDIR="$SCRATCH/installed" PREFIX=/usr >out 2>err
cat >far.yaml <<'END'
retrial: 1
use: library/lightweight.yaml
base: {dataset: synthetic, recipe: single, augment: paper, validation: 64, train_limit: 64, test_limit: 64, single.epochs: 1}
END
mkdir -p elsewhere && cd elsewhere && "$SCRATCH/installed/usr/bin/retrial" check ../far.yaml >../out 2>../err
check $? "an installed program finds library/ from anywhere"
cd "$SCRATCH/my-study" && "$SCRATCH/installed/usr/bin/retrial" plot study.yaml >../out 2>../err
check $? "an installed program finds plots/ from anywhere"
cd "$SCRATCH" && sed -i 's/lightweight/no-such/' far.yaml && try check far.yaml
[ "$code" = 2 ] && says "far.yaml:2:6: error: use: no such file (looked for library/no-such.yaml and " err
check $? "a file of use: that is missing: the message says where it was looked for"
finish
