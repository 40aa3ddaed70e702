#!/bin/sh
# schema.sh - `retrial schema` in a real validator (check-jsonschema, from PyPI): it accepts every
# sweep file of ours, and every example of the reference; it refuses broken ones. Prints TAP.
. tests/tap.sh
validator=$INTEROP_VENV/bin/check-jsonschema
schema=$SCRATCH/schema.json
"$RETRIAL" schema -o "$schema" && "$validator" --check-metaschema "$schema" >"$SCRATCH/out" 2>&1
check $? "the schema is a JSON Schema"

# shellcheck disable=SC2046 # names without blanks
"$validator" --schemafile "$schema" $(git ls-files 'experiments/*.yaml' 'tests/fixtures/*.yaml' tests/cli/check/good.yaml |
	grep -v experiments/library) >"$SCRATCH/out" 2>&1
check $? "every sweep file of ours is valid"

# Each line breaks this file in one way: sed's command, and what is wrong.
cat >"$SCRATCH/good.yaml" <<'END'
retrial: 1
name: small
seeds: 3
base: {dataset: synthetic, recipe: short, batch_size: 32}
axes:
  short.lr: [1e-3, 1e-2]
recipes:
  short: [{phase: single, epochs: 2, optimizer: {sgd: {lr: 0.1, momentum: 0.9}}, stop: {on: val_loss, patience: 2}}]
models:
  tiny: {stem: [{conv: {name: c, filters: 4, kernel: 3}}], submodel_head: [{dense: {name: d, units: classes}}]}
augments:
  mild: {rotation: 0.1, flip: true}
claims:
  - {id: A, metric: test_accuracy, paper: 0.9, rounds_to: 1}
tables:
  - {id: main, rows: [recipe], metrics: [test_accuracy, epochs_to_90]}
figures:
  - {id: curves, kind: curves, metric: val_accuracy}
robustness:
  - {corruption: rotation, severities: [5]}
END
"$validator" --schemafile "$schema" "$SCRATCH/good.yaml" >"$SCRATCH/out" 2>&1
check $? "the file that is broken below is valid"
# broken FILE: for each line "sed's command|what is wrong" of the input a broken copy of the file;
# prints those that the schema or the program accepts. One process validates all: it is slow to start.
broken() {
	rm -rf "$SCRATCH/broken"
	mkdir "$SCRATCH/broken"
	number=100
	while IFS='|' read -r command what; do
		number=$((number + 1))
		sed "$command" "$1" >"$SCRATCH/broken/$number.yaml"
		printf '%s %s\n' "$number" "$what" >>"$SCRATCH/broken/list"
		cmp -s "$1" "$SCRATCH/broken/$number.yaml" && echo "unchanged: $command"
		"$RETRIAL" check "$SCRATCH/broken/$number.yaml" >/dev/null 2>&1 && echo "retrial check accepts: $what"
	done
	"$validator" --schemafile "$schema" --output-format json "$SCRATCH"/broken/*.yaml >"$SCRATCH/broken/errors"
	while read -r number what; do
		jq -e --arg name "/$number.yaml" '[.errors[], .parse_errors[]? | select(.filename | endswith($name))] | length > 0' \
			"$SCRATCH/broken/errors" >/dev/null || echo "the schema accepts: $what"
	done <"$SCRATCH/broken/list"
}
broken "$SCRATCH/good.yaml" >"$SCRATCH/out" <<'END'
s/^retrial: 1/retrial: 2/|another version of the language
/^retrial/d|no version
s/^seeds: 3/seeds: 0/|no seeds
s/^seeds: 3/seeds: [1, 1]/|a seed twice
s/^seeds:/seed:/|an unknown key at the top
s/batch_size: 32/batch_size: 0/|a value out of range
s/batch_size: 32/batch_size: many/|a value of another type
s/batch_size/batchsize/|an unknown parameter
s/short.lr/short.learning_rate/|an unknown parameter of a phase
s/1e-3, 1e-2/0, 1e-2/|an open bound
s/short.lr: .*/short.lr: []/|an axis without values
s/phase: single/phase: solo/|an unknown kind of phase
s/phase: single, epochs: 2/phase: single/|a phase without its budget
s/epochs: 2,/epochs: 2.5,/|half an epoch
s/epochs: 2,/epochs: 2, folds: 3,/|a parameter of another kind of phase
s/sgd:/sdg:/|an unknown optimizer
s/momentum: 0.9/beta1: 0.9/|a parameter of another optimizer
s/patience: 2/patiance: 2/|an unknown key of stop
s/val_loss/loss/|an unknown value
s/{conv:/{convolution:/|an unknown layer
s/filters: 4, //|a layer without what it needs
s/kernel: 3/kernel: wide/|a kernel that is no number
s/stem:/steam:/|an unknown block of a model
s/rotation: 0.1, /rotation: 2, /|an amount out of range
s/flip: true/flip: maybe/|neither true nor false
s/metric: test_accuracy, paper/metric: test_acuracy, paper/|an unknown metric of a claim
s/paper: 0.9, //|a claim without a number
s/id: A, //|a claim without an id
s/rows: .recipe., //|a table without rows
s/epochs_to_90/epochs_until_90/|an unknown metric of a table
s/kind: curves/kind: curve/|an unknown kind of figure
s/corruption: rotation/corruption: spin/|an unknown corruption
s/, severities: .5.//|a corruption without severities
s/severities: .5./severities: [much]/|a severity that is no number
END
[ ! -s "$SCRATCH/out" ]
check $? "34 broken files are refused, by the schema and by retrial check"

cat >"$SCRATCH/program.yaml" <<'END'
retrial: 1
program: {command: [./solve, "{C}", "{seed}"], timeout: 60}
parameters: {C: {type: real, above: 0}}
metrics: {accuracy: {unit: "%", better: higher}}
axes: {C: [0.1, 1]}
tables: [{id: main, rows: [C], metrics: [accuracy]}]
END
"$validator" --schemafile "$schema" "$SCRATCH/program.yaml" >"$SCRATCH/out" 2>&1
check $? "a sweep with a program is valid"
broken "$SCRATCH/program.yaml" >"$SCRATCH/out" <<'END'
s/command:/comand:/|an unknown key of program
s/timeout: 60/timeout: soon/|a timeout that is no number
s/type: real/type: float/|an unknown type
s/better: higher/better: more/|an unknown direction
s/^axes/recipes: {a: [{phase: single, epochs: 1}]}\naxes/|recipes beside a program
END
[ ! -s "$SCRATCH/out" ]
check $? "broken sweeps with a program are refused"
finish
