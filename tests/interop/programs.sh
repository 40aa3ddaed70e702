#!/bin/sh
# programs.sh - the studies of experiments/programs that need Python: scikit-learn from PyPI, and, where it is installed in the interpreter named by
# TORCH_PYTHON (some gigabytes), PyTorch. Prints TAP. INTEROP_VENV is a virtual environment with scikit-learn (tests/interop.sh makes it).
. tests/tap.sh
db=$SCRATCH/digits.db
PATH=$PWD/$INTEROP_VENV/bin:$PATH
case $INTEROP_VENV in /*) PATH=$INTEROP_VENV/bin:$PATH ;; esac
export PATH
try run experiments/programs/digits.yaml --seeds 2 --db "$db" -q
[ "$code" = 0 ] && [ "$(sqlite3 "$db" "SELECT count(*) FROM finished")" = 12 ]
check $? "the study of scikit-learn's digits runs as it is"
sqlite3 "$db" "SELECT name || ' ' || value FROM facts WHERE name LIKE 'study%'" >"$SCRATCH/out"
grep -q '^study_version Python 3' "$SCRATCH/out" && grep -q 'study_packages .*scikit-learn==' "$SCRATCH/out"
check $? "the interpreter's version and pip freeze are recorded"
[ "$(sqlite3 "$db" "SELECT count(*) FROM outputs WHERE path = 'model.pkl'")" = 12 ] &&
	[ "$(sqlite3 "$db" "SELECT count(*) FROM measurements WHERE metric = 'accuracy' AND value > 0.9 AND value < 1")" = 12 ]
check $? "every trial has its accuracy and the digest of its model"
try verify digits --sample 2 --db "$db"
[ "$code" = 0 ] && says "2 of 2 trials are identical" err && says "2 metrics, 0 steps, 1 output"
check $? "run again they are identical, models included"
try table experiments/programs/digits.yaml --db "$db"
[ "$code" = 0 ] && says "support vectors"
check $? "the table is made"

# ---- the paper's network by PyTorch and by the core ----
: "${TORCH_PYTHON:=$INTEROP_VENV/bin/python}"
if "$TORCH_PYTHON" -c 'import torch' 2>/dev/null && [ -d /usr/share/datasets/fashion-mnist ]; then
	PATH=$(dirname "$(realpath -s "$TORCH_PYTHON")"):$PATH
	export RETRIAL
	"$RETRIAL" run experiments/programs/network.yaml --seeds 1 --set images=640 --set epochs=1 --db "$SCRATCH/network.db" -q \
		>"$SCRATCH/out" 2>"$SCRATCH/err" &&
		[ "$(sqlite3 "$SCRATCH/network.db" "SELECT count(*) FROM series WHERE metric = 'val_accuracy'")" = 6 ]
	check $? "both engines train the paper's network and report every epoch"
	try table experiments/programs/network.yaml --set images=640 --set epochs=1 --db "$SCRATCH/network.db"
	[ "$code" = 0 ] && grep -q '^engine .*test accuracy (%).*training (s).* time (s)' "$SCRATCH/out" && grep -q '^core  *1 ' "$SCRATCH/out" && grep -q '^pytorch  *1 ' "$SCRATCH/out"
	check $? "one table has both engines' accuracy with wall time beside it"
	try verify network --db "$SCRATCH/network.db"
	[ "$code" = 0 ] && says "2 of 2 trials are identical" err
	check $? "run again both are identical"
else
	for sentence in "both engines train the paper's network and report every epoch" "one table has both engines' accuracy with wall time beside it" \
		"run again both are identical"; do
		skip "$sentence" "needs PyTorch (TORCH_PYTHON) and Fashion-MNIST"
	done
fi
finish
