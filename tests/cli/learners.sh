#!/bin/sh
# learners.sh - distillation, training for int8 and early exits, from the sweep file to the tables
# and files; layers of squeeze-and-excitation, ShuffleNet and ResNet's free shortcut.
. tests/tap.sh

export XDG_CACHE_HOME="$SCRATCH/cache" XDG_DATA_HOME="$SCRATCH/home"
db="$SCRATCH/learners.db"
cat >"$SCRATCH/learners.yaml" <<'YAML'
retrial: 1
name: learners
seeds: 1
base: {dataset: synthetic, recipe: plain, validation: 300, batch_size: 32, train_limit: 640, test_limit: 300}
axes:
  model: [small, smaller]
  recipe: [plain, taught, rounded]
models:
  small: &small
    network:
      - {conv: {name: a, filters: 4, kernel: 3, activation: relu}}
      - {maxpool: {size: 4}}
      - {dense: {name: classes, units: classes}}
    teacher:
      - {conv: {name: a, filters: 12, kernel: 3, activation: relu}}
      - {maxpool: {size: 2}}
      - {dense: {name: classes, units: classes}}
  smaller:
    network:
      - {maxpool: {size: 4}}
      - {dense: {name: classes, units: classes}}
    teacher:
      - {conv: {name: a, filters: 12, kernel: 3, activation: relu}}
      - {maxpool: {size: 2}}
      - {dense: {name: classes, units: classes}}
recipes:
  plain:
    - {phase: train, optimizer: {adam: {lr: 0.01}}, epochs: 3}
  taught:
    - {phase: teacher, optimizer: {adam: {lr: 0.005}}, epochs: 3}
    - {phase: train, name: student, optimizer: {adam: {lr: 0.01}}, epochs: 3, distill: 0.9, temperature: 4}
  rounded:
    - {phase: train, optimizer: {adam: {lr: 0.01}}, epochs: 3}
    - {phase: continue, name: int8, optimizer: {adam: {lr: 0.001}}, epochs: 2, weight_bits: 8, activation_bits: 8}
YAML
sed -i 's/ &small//' "$SCRATCH/learners.yaml"

try plan "$SCRATCH/learners.yaml" --db "$db"
[ "$code" = 0 ] && says "teacher"
check $? "plan knows that students of two models share their teacher"

try run "$SCRATCH/learners.yaml" --db "$db"
[ "$code" = 0 ]
check $? "a teacher, its students, and a network trained for int8 are trained"

digests=$(sqlite3 "$db" "SELECT count(*), count(DISTINCT weights_digest) FROM phase_results WHERE name = 'teacher'")
[ "$digests" = "2|1" ]
check $? "both students had the same teacher ($digests)"

changed=$(sqlite3 "$db" "SELECT count(DISTINCT weights_digest) FROM phase_results WHERE name IN ('train', 'student')")
[ "$changed" = 4 ] # two models, with and without a teacher
check $? "what a student learns is not what the labels alone teach"

try verify --db "$db" learners
[ "$code" = 0 ]
check $? "the trainings are repeated with the same bits"

# The same again with longer trainings, stopped in between: the teacher is in the checkpoint.
sed 's/epochs: 3/epochs: 30/' "$SCRATCH/learners.yaml" >"$SCRATCH/long.yaml"
sed -i 's/recipe: \[plain, taught, rounded\]/recipe: [taught, rounded]/; s/model: \[small, smaller\]/model: [small]/' "$SCRATCH/long.yaml"
"$RETRIAL" run "$SCRATCH/long.yaml" --db "$SCRATCH/whole.db" >/dev/null 2>&1
stops=0
try run "$SCRATCH/long.yaml" --db "$SCRATCH/again.db" --time-limit 1
while [ "$code" = 4 ] && [ $stops -lt 50 ]; do
	stops=$((stops + 1))
	try run "$SCRATCH/long.yaml" --db "$SCRATCH/again.db" --time-limit 1
done
"$RETRIAL" query digests --db "$SCRATCH/whole.db" --format csv >"$SCRATCH/first" && "$RETRIAL" query digests --db "$SCRATCH/again.db" --format csv >"$SCRATCH/second"
cmp -s "$SCRATCH/first" "$SCRATCH/second" && [ "$(wc -l <"$SCRATCH/first")" = 5 ]
check $? "so are those of a run that was stopped $stops times and taken up again"

# one RECIPE MODEL: the identity of the trial
one() { "$RETRIAL" runs --db "$db" recipe="$1" model="$2" --format csv | sed -n '2s/,.*//p'; }
rounded=$(one rounded small)
try export "$rounded" --db "$db" --format int8 -o "$SCRATCH/rounded.int8.safetensors"
[ "$code" = 0 ]
check $? "a network that was trained for int8 is exported as int8"
try eval "$SCRATCH/rounded.int8.safetensors"
[ "$code" = 0 ] && says "test accuracy 0."
check $? "and evaluated"

# ---- early exits ----
cat >"$SCRATCH/exits.yaml" <<'YAML'
retrial: 1
name: exits
seeds: 1
base: {dataset: synthetic, model: branchy, recipe: r, validation: 300, batch_size: 32, train_limit: 640}
axes: {r.exit_weight: [0.3, 1]}
models:
  branchy:
    stem:
      - {conv: {name: a, filters: 4, kernel: 3, activation: relu}}
      - {maxpool: {size: 4}}
    submodel_head:
      - {conv: {name: b, filters: 8, kernel: 3, activation: relu}}
      - {dense: {name: classes, units: classes}}
    exit:
      - {dense: {name: early, units: classes}}
recipes:
  r:
    - {phase: train, name: r, optimizer: {adam: {lr: 0.01}}, epochs: 3}
YAML
try run "$SCRATCH/exits.yaml" --db "$db"
[ "$code" = 0 ]
check $? "a network with an early exit is trained"
both=$(sqlite3 "$db" "SELECT count(*), count(DISTINCT output) FROM scores WHERE test_accuracy > 0.2 AND attempt IN (SELECT attempt FROM finished WHERE sweep = 'exits')")
[ "$both" = "4|2" ]
check $? "both outputs have their results ($both)"
branchy=$(one r branchy)
try export "$branchy" --db "$db" --format safetensors -o "$SCRATCH/branchy.safetensors"
[ "$code" = 0 ]
check $? "its file is written and evaluated as recorded"
try eval "$SCRATCH/branchy.safetensors" --exit 0.5
[ "$code" = 0 ] && says "leave at the exit"
check $? "eval --exit says how many images leave at the exit, and what that saves"
measure() { sqlite3 "$db" "SELECT value FROM measures AS m JOIN attempts AS a ON a.id = m.attempt JOIN trials AS t ON t.id = a.trial WHERE t.identity LIKE '$branchy%' AND m.metric = '$1'"; }
share=$(awk -v x="$(measure exit_share_at_0.5)" 'BEGIN { printf "%.1f %% of the images", 100 * x }')
says "$share" && says "test accuracy $(measure exit_accuracy_at_0.5);" && says "; $(awk -v x="$(measure exit_macs_at_0.5)" 'BEGIN { printf "%.0f", x }') multiply-accumulates"
check $? "the trial has recorded the same as metrics"
cat >>"$SCRATCH/exits.yaml" <<'YAML'
tables:
  - {id: t, rows: r.exit_weight, metrics: [test_accuracy_1, exit_accuracy_at_0.9, exit_share_at_0.9, exit_macs_at_0.9]}
YAML
try table "$SCRATCH/exits.yaml" --db "$db" --format md
[ "$code" = 0 ] && says "images that leave, exit at 0.9 (%)" && ! grep -q "n/a" "$SCRATCH/out"
check $? "a table has accuracy, share of images and multiply-accumulates at a confidence"
sed 's/exit_share_at_0.9/exit_share_at_0.85/' "$SCRATCH/exits.yaml" >"$SCRATCH/bad.yaml"
try check "$SCRATCH/bad.yaml"
[ "$code" = 2 ] && says "exit_share_at_P and exit_macs_at_P are recorded for P = 0.5, 0.7, 0.8, 0.9, 0.95, 0.99" err
check $? "another confidence is refused with those that are recorded"

sed 's/phase: train, name: r/phase: dual, name: r/' "$SCRATCH/exits.yaml" >"$SCRATCH/bad.yaml"
try check "$SCRATCH/bad.yaml"
[ "$code" = 2 ]
check $? "a dual phase has no exits"

sed 's/phase: teacher, /phase: train, /' "$SCRATCH/learners.yaml" >"$SCRATCH/bad.yaml"
try check "$SCRATCH/bad.yaml"
[ "$code" = 2 ] && says "distill: it learns from the network of a teacher phase" err
check $? "distillation without a teacher is refused"

# ---- layers ----
cat >"$SCRATCH/layers.yaml" <<'YAML'
retrial: 1
name: layers
seeds: 1
base: {dataset: synthetic, model: mixed, recipe: r, validation: 300, batch_size: 32, train_limit: 640, test_limit: 300}
axes: {recipe: [r]}
models:
  mixed:
    network:
      - {conv: {name: a, filters: 8, kernel: 3, stride: 2, padding: same, activation: relu}}
      - {conv: {name: g, filters: 8, kernel: 1, kernel_width: 3, padding: same, groups: 2, bias: false}}
      - {batchnorm: {name: n, activation: relu}}
      - {shuffle: {groups: 4}}
      - {conv: {name: far, filters: 8, kernel: 3, padding: same, stride: 2, stride_width: 1, dilation: 2, dilation_width: 3}}
      - {depthwise: {name: d, kernel: 3, padding: same, multiplier: 2}}
      - {avgpool: {size: map}}
      - {dense: {name: squeeze, units: 4, activation: relu}}
      - {dense: {name: excite, units: 16, activation: sigmoid}}
      - {multiply: {input: d, with: excite}}
      - {pad_channels: {name: shortcut, input: far, channels: 16}}
      - {add: {with: multiply1}}
      - {maxpool: {size: map}}
      - {dense: {name: classes, units: classes}}
recipes:
  r:
    - {phase: train, optimizer: {adam: {lr: 0.01}}, epochs: 2}
YAML
sed -i 's/{multiply: {input: d, with: excite}}/{multiply: {name: scaled, input: d, with: excite}}/; s/with: multiply1/with: scaled/' "$SCRATCH/layers.yaml"
try run "$SCRATCH/layers.yaml" --db "$db"
[ "$code" = 0 ]
check $? "groups, shuffled and padded channels, products, dilation, uneven strides and a depth multiplier are trained"
sed 's/dilation: 2, dilation_width: 3/dilation: 40/; s/padding: same, stride: 2, stride_width: 1/stride: 2/' "$SCRATCH/layers.yaml" >"$SCRATCH/bad.yaml"
try check "$SCRATCH/bad.yaml"
[ "$code" = 2 ] && says "a 3x3 kernel of dilation 40x40 spans 81x81, which does not fit" err && grep -A1 'name: far' "$SCRATCH/err" | grep -q '\^'
check $? "a dilation that does not fit is shown at its layer"
mixed=$(one r mixed)
bad=0
for format in safetensors npz onnx; do
	"$RETRIAL" export "$mixed" --db "$db" --format $format -o "$SCRATCH/mixed.$format" >"$SCRATCH/out" 2>"$SCRATCH/err" || bad=1
done
"$RETRIAL" export "$mixed" --db "$db" --format c -o "$SCRATCH/mixed.c" >"$SCRATCH/out" 2>"$SCRATCH/err" || bad=1
check $bad "and exported as safetensors, npz, ONNX and C"
try export "$mixed" --db "$db" --format int8 -o "$SCRATCH/mixed.int8.safetensors"
[ "$code" = 0 ]
check $? "int8 has numbers for all of them, and is evaluated on the test images"

# ---- metrics of the probabilities ----
cat >>"$SCRATCH/layers.yaml" <<'YAML'
tables:
  - {id: t, title: metrics, rows: recipe, metrics: [test_accuracy, top5_accuracy, auc, calibration_error, flip_accuracy, macs]}
YAML
try table "$SCRATCH/layers.yaml" --db "$db" --format csv
[ "$code" = 0 ] && says "top5_accuracy" && says "calibration_error" && ! grep -q "n/a" "$SCRATCH/out"
check $? "a table has top-5 accuracy, AUC, calibration error, mirrored images and multiply-accumulates"

cat >"$SCRATCH/folds.yaml" <<'YAML'
retrial: 1
name: folds
seeds: 2
base: {dataset: synthetic, validation: 128, train_limit: 256, test_limit: 128}
axes: {recipe: [folds, pair, pair-both]}
recipes:
  folds:
    - {phase: single, epochs: 1}
    - {phase: kfold, folds: 2, start: same, epochs: 1}
  pair: [{phase: dual, epochs: 1}]
  pair-both: [{phase: dual, both: true, epochs: 1}]
claims:
  - {id: E, title: more than two networks averaged, where: {recipe: folds}, than: {recipe: pair}, metric: ensemble_accuracy, compare: higher}
tables:
  - {id: t, title: metrics, rows: recipe, metrics: [test_accuracy, ensemble_accuracy, calibration_error]}
YAML
try run "$SCRATCH/folds.yaml" --db "$SCRATCH/folds.db" -q
row=$(sqlite3 "$SCRATCH/folds.db" "SELECT count(*), max(abs(m.value - a.test_accuracy)) < 1e-12 FROM measurements AS m JOIN accuracy AS a USING (trial)
	WHERE m.metric = 'ensemble_accuracy' AND a.recipe = 'folds'")
[ "$code" = 0 ] && [ "$row" = "2|1" ]
check $? "of one output the ensemble's accuracy is the test accuracy, mean over the folds ($row)"
try table "$SCRATCH/folds.yaml" --db "$SCRATCH/folds.db" --format csv
[ "$code" = 0 ] && says "calibration_error" && ! grep -q "n/a" "$SCRATCH/out"
check $? "a k-fold has a calibration error, too"
try claims "$SCRATCH/folds.yaml" --db "$SCRATCH/folds.db" --format csv
grep -q "^E,.*,2,2," "$SCRATCH/out"
check $? "a claim compares two networks averaged with one"

# ---- no validation images ----
sed 's/validation: 300/validation: 0/; s/^name: layers/name: all/' "$SCRATCH/layers.yaml" >"$SCRATCH/all.yaml"
try run "$SCRATCH/all.yaml" --db "$SCRATCH/all.db"
row=$(sqlite3 "$SCRATCH/all.db" "SELECT count(*), count(val_accuracy), count(test_accuracy) FROM scores")
[ "$code" = 0 ] && [ "$row" = "1|0|1" ]
check $? "validation: 0 trains on all images, and records no validation accuracy ($row)"
try verify --db "$SCRATCH/all.db" all
[ "$code" = 0 ]
check $? "such a training is repeated with the same bits"
sed 's/epochs: 2}/epochs: 2, stop: {patience: 3}}/' "$SCRATCH/all.yaml" >"$SCRATCH/bad.yaml"
try check "$SCRATCH/bad.yaml"
[ "$code" = 2 ] && says "validation: 0: phase train has a patience, which needs validation images" err
check $? "what watches validation is refused without it"

finish
