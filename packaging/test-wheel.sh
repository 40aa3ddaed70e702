#!/bin/sh
# test-wheel.sh FOLDER - the wheel in FOLDER in a fresh virtual environment, on a machine without
# compiler: a study is run, and its results are read into pandas.
set -eu
! command -v gcc >/dev/null || { echo "test-wheel.sh: this machine has a compiler" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q "$1"/retrial-*.whl pandas
PATH=$work/venv/bin:$PATH
cd "$work"
retrial --version
set -- "$work"/venv/lib/python3*/site-packages/retrial-*.dist-info/licenses
for name in LICENSE libgsl-dev.txt libmicrohttpd12.txt; do test -s "$1/$name"; done
retrial doctor
share=$work/venv/share/retrial/experiments
mkdir study
(cd study && retrial init && retrial run study.yaml -q && retrial table study.yaml)
retrial run "$share/smoke.yaml" -q
retrial query accuracy
cat >named.yaml <<'END'
retrial: 1
name: named
seeds: 1
program: {command: [sh, named.sh, "{state}", "{trend}"]}
parameters:
  state: {type: enum, values: [solid, liquid]}
  trend: {type: enum, values: ["true", unknown]}
metrics: {loss: {better: lower}}
axes: {state: [solid, liquid], trend: ["true", unknown]}
END
printf 'echo "{\\"loss\\": 0.5}" >"$RETRIAL_OUT"\n' >named.sh
retrial run named.yaml --db named.db -q
python - <<'END'
import pandas
import retrial

results = retrial.read("results/retrial.db")
accuracy, trials = results.accuracy, results.trials
assert len(accuracy) == len(trials) == 16, (len(accuracy), len(trials))
assert accuracy.test_accuracy.dtype == float and accuracy.test_accuracy.between(0, 1).all()
assert pandas.api.types.is_integer_dtype(trials.seed), trials.dtypes
assert pandas.api.types.is_integer_dtype(trials.batch_size), trials.dtypes
assert pandas.api.types.is_float_dtype(trials["augment.zoom"]), trials.dtypes
assert pandas.api.types.is_bool_dtype(trials["augment.flip"]), trials.dtypes
assert results.sql("SELECT count(*) AS n FROM epochs").n[0] == len(results.epochs)
assert set(results.trials.state) == {"done"}
mixed = retrial.read("named.db").trials  # a parameter that is called state, an enum of true and words
assert set(mixed.state) == {"done"} and set(mixed.state_2) == {"solid", "liquid"}, mixed.dtypes
assert set(mixed.trend) == {"true", "unknown"}, mixed.dtypes
try:
    retrial.read("nothing.db")
except FileNotFoundError as error:
    assert "retrial run" in str(error)
else:
    raise AssertionError("a database that is not there was read")
print(results)
print(accuracy.groupby("recipe").test_accuracy.agg(["mean", "std", "count"]))
END
echo "the wheel works"
