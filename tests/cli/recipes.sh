#!/bin/sh
# recipes.sh - what recipes of other papers need, in a sweep file (tests/fixtures/recipes.yaml): the same bits however it is run.
. tests/tap.sh
sweep=tests/fixtures/recipes.yaml

# digests NAME OPTIONS...: run the sweep into a database of that name, print its digests into NAME.csv
digests() {
	name=$1; shift
	"$RETRIAL" run "$sweep" --db "$SCRATCH/$name/r.db" -q "$@" 2>"$SCRATCH/err" || return 1
	"$RETRIAL" query digests --db "$SCRATCH/$name/r.db" --format csv >"$SCRATCH/$name.csv"
}
same() { digests "$@" && cmp -s "$SCRATCH/one.csv" "$SCRATCH/$1.csv"; }

digests one -j 1
[ "$(wc -l <"$SCRATCH/one.csv")" -gt 6 ]
check $? "trials of all recipes run and have digests"
same two -j 2 --threads 2
check $? "two workers with two threads give the same digests"
for kernels in plain avx2 avx512 neon; do
	if "$RETRIAL" run "$sweep" --db "$SCRATCH/$kernels/r.db" --max-trials 1 --kernels $kernels -q 2>/dev/null; then
		same $kernels --kernels $kernels
		check $? "the $kernels kernels give the same digests"
	fi
done

# Stopped again and again, each time as soon as another epoch is recorded.
epochs() { sqlite3 -readonly "$SCRATCH/often/r.db" "SELECT count(*) FROM metrics" 2>/dev/null || echo 0; }
before=0
stops=0
while [ $((stops += 1)) -le 6 ]; do
	"$RETRIAL" run "$sweep" --db "$SCRATCH/often/r.db" -j 1 --checkpoint 0 -q 2>/dev/null & pid=$!
	while kill -0 $pid 2>/dev/null && [ "$(epochs)" -le "$before" ]; do sleep 0.02; done
	kill -INT $pid 2>/dev/null
	wait $pid && break
	before=$(epochs)
done
[ "$(sqlite3 "$SCRATCH/often/r.db" "SELECT count(*) FROM attempts WHERE state = 'interrupted'")" -ge 1 ]
check $? "some trials were interrupted"
same often -j 2
check $? "what goes on from a checkpoint ends with the same digests"
try verify recipes --sample 2 --db "$SCRATCH/one/r.db"
[ "$code" = 0 ] && [ "$(grep -c '^bit-exact' "$SCRATCH/out")" = 2 ]
check $? "recorded trials are run again from their canonical text alone, with the same bits"

# conv 4 x 9, gamma and beta 4 each, dense 40 + 10, moving 8; RMSprop with momentum keeps two numbers a trained parameter, Lookahead one more
try query "SELECT optimizer_bytes FROM models WHERE recipe IN ('rmsprop', 'adagrad', 'lookahead') ORDER BY recipe" --db "$SCRATCH/one/r.db" --format csv
printf '%s\n' $((94 * 4)) $((94 * 3 * 4)) $((94 * 2 * 4)) >"$SCRATCH/expected"
sed 1d "$SCRATCH/out" | cmp -s - "$SCRATCH/expected"
check $? "the state of an optimizer is counted"

# 784 x 12, 12 x 10 + 10: what an image is normalised by is no parameter
try query "SELECT DISTINCT params FROM models WHERE model = 'perceptron' AND recipe = 'l2'" --db "$SCRATCH/one/r.db" --format csv
printf 'params\n9538\n' | cmp -s - "$SCRATCH/out"
check $? "constants of a normalisation are not counted as parameters"
for format in safetensors npz onnx; do
	for model in free perceptron; do
		id=$("$RETRIAL" query "SELECT trial FROM models WHERE model = '$model' LIMIT 1" --db "$SCRATCH/one/r.db" --format csv | sed 1d)
		try export "$id" --db "$SCRATCH/one/r.db" --format $format -o "$SCRATCH/$model.$format"
		[ "$code" = 0 ] && try eval "$SCRATCH/$model.$format" && [ "$code" = 0 ]
		check $? "$model is written as $format, and evaluates as recorded"
	done
done

# 784 x 6, 6 x 10 + 10 and twice as wide; of each layer 20 % are left, then half of all
try query "SELECT DISTINCT params, name, trainable FROM models WHERE recipe = 'ticket' ORDER BY params, phase" --db "$SCRATCH/one/r.db" --format csv
printf '4774,train,4774\n4774,ticket,963\n4774,again,486\n9538,train,9538\n9538,ticket,1916\n9538,again,963\n' >"$SCRATCH/expected"
sed 1d "$SCRATCH/out" | cmp -s - "$SCRATCH/expected"
check $? "an axis makes networks of several widths, and pruning leaves the parts that were asked for"
sed '/^  - {axes: /!{/^  - {base: /d}' "$sweep" >"$SCRATCH/set.yaml"
try run "$SCRATCH/set.yaml" --db "$SCRATCH/set/r.db" --set batch_size=30 -q
try table "$SCRATCH/set.yaml" --db "$SCRATCH/set/r.db" --set batch_size=30 --set test_limit=40 --format md
[ "$code" = 0 ] && says rmsprop && says "batch\\_size=30 --set test\\_limit=40"
check $? "reports take --set as run does"

# ---- what is in the library and in the documentation ----

cat >"$SCRATCH/published.yaml" <<END
retrial: 1
name: published
seeds: 1
use: $(pwd)/experiments/library/published-nets.yaml
base: {recipe: short, batch_size: 40, validation: 120, train_limit: 120, test_limit: 120}
recipes: {short: [{phase: train, epochs: 1}]}
axes: {dataset: [synthetic, synthetic-colour], model: [lenet-300-100, lenet-5, resnet-8, resnet-20]}
END
try run "$SCRATCH/published.yaml" --db "$SCRATCH/published/r.db" -q
try query "SELECT dataset, model, params FROM models ORDER BY 1, 2" --db "$SCRATCH/published/r.db" --format csv
for line in synthetic,lenet-300-100,266610 synthetic,lenet-5,61706 synthetic-colour,lenet-5,83126 synthetic-colour,resnet-20,273658 \
	synthetic-colour,resnet-8,78666; do
	grep -qx "$line" "$SCRATCH/out"
	check $? "a published network has the size that is printed of it: $line"
done
{
	printf 'retrial: 1\nname: documented\nbase: {dataset: synthetic, recipe: ticket, model: deep, validation: 500}\n'
	awk '/^...yaml$/ { inside = 1; next } /^...$/ { inside = 0 } inside' docs/recipes.md
} >"$SCRATCH/documented.yaml"
try check "$SCRATCH/documented.yaml"
[ "$code" = 0 ]
check $? "the examples of docs/recipes.md are good"

# ---- what is refused ----

wrong() {
	sed "$1" "$sweep" >"$SCRATCH/wrong.yaml"
	try check "$SCRATCH/wrong.yaml"
	refuses 2 "$2"
	check $? "$3"
}
wrong 's/at: \[2, 4.5\]/at: [2, 2]/' "at = 2: not larger than the number before it" "milestones have to ascend"
wrong 's/{factor: 0.8}/{}/' "'factor' is missing" "an exponential schedule needs its factor"
wrong 's/adagrad: {lr: 0.05,/adagrad: {lr: 0.05, momentum: 0.9,/' "'momentum' does not belong to the optimizer adagrad (only to: sgd, rmsprop)" "Adagrad has no momentum"
wrong 's/filters: classes/filters: 7/' "its output 7x1x1 must be one output per class, 10x1x1" "a head has to end with the classes"
wrong 's/stride: window, /stride: 65, /' "stride = 65: out of range" "a stride has a limit"
wrong 's/normalize: channels}, axes: {model: \[free, perceptron\]}/normalize: channels}, axes: {model.a.filter: [1, 2]}/' "unknown parameter 'model.a.filter' (did you mean 'model.a.filters'?)" "a parameter of a layer is looked for among those of layers"
wrong 's/model.hidden.activation/model.hiden.activation/' "model 'perceptron' has no layer 'hiden' (did you mean 'hidden'?)" "a layer is looked for in the model"
wrong 's/model.hidden.activation: \[relu, tanh\]/model.hidden.kernel: [1, 2]/' "'kernel' does not belong to a layer of the kind dense" "a layer has the parameters of its kind"
wrong 's/{name: b, filters: 5, kernel: 2/{name: b, filters: 5, kernel: 20/' "wrong.yaml:22:" "a shape that does not fit is complained about at the layer"
wrong 's/{phase: train, epochs: 3}/{phase: continue, epochs: 3}/' "there is none" "continue needs a phase before it"
wrong 's/kernel: 3, stride: 2, bias: false/kernel: 3, zzz: 2, bias: false/' "unknown key 'zzz' in a layer (it has name, input, filters" "unknown keys list what there is"
sed 's/{phase: train, epochs: 3}/{phase: train, epochs: 3, inputs: original}/; s/recipe: ticket, model: perceptron}/recipe: ticket, model: perceptron, augment: turn}/; s/^models:/augments: {turn: {rotation: 0.1}}\nmodels:/' "$sweep" >"$SCRATCH/warned.yaml"
try check "$SCRATCH/warned.yaml"
[ "$code" = 0 ] && says "warning: augment: turn has no effect: no phase of its trials has inputs: augmented" err
check $? "transforms that nothing uses are warned about"

# ---- a phase with its own transforms and validation set ----

cat >"$SCRATCH/phases.yaml" <<END
retrial: 1
name: phases
base: {dataset: synthetic, recipe: two, augment: weak, validation: 100, train_limit: 200, test_limit: 50}
axes: {last.augment: [trial, none, strong]}
augments: {weak: {rotation: 0.02}, strong: {rotation: 0.1, zoom: 0.2}}
recipes:
  two:
    - {phase: train, inputs: augmented, epochs: 2}
    - {phase: continue, name: last, inputs: augmented, epochs: 2, validation: 0}
tables:
  - {id: t, rows: last.augment, metrics: [test_accuracy, val_accuracy, epochs_to_99.9]}
END
phases() { sed "$1" "$SCRATCH/phases.yaml" >"$SCRATCH/changed.yaml"; try check "$SCRATCH/changed.yaml"; }
try run "$SCRATCH/phases.yaml" --db "$SCRATCH/phases.db" -j 1
row=$(sqlite3 "$SCRATCH/phases.db" "SELECT count(DISTINCT CASE WHEN phase = 0 THEN phase_weights_digest END), count(DISTINCT CASE WHEN phase = 1 THEN phase_weights_digest END) FROM digests")
[ "$code" = 0 ] && [ "$row" = "1|3" ]
check $? "trials share the phase before another set of transforms ($row)"
row=$(sqlite3 "$SCRATCH/phases.db" "SELECT count(*), count(val_accuracy_1), count(test_accuracy_1) FROM phases WHERE name = 'last'")
[ "$row" = "3|0|3" ]
check $? "a phase without a validation set has no validation accuracy ($row)"
try runs 'last.augment.zoom>=0.1' --columns augment.rotation,last.augment.rotation,last.validation --db "$SCRATCH/phases.db" --format csv
sed 1d "$SCRATCH/out" | grep -qx '0.02,0.1,0.0'
check $? "runs are chosen by what a phase has of its own"
try table "$SCRATCH/phases.yaml" --db "$SCRATCH/phases.db" --format csv
[ "$code" = 0 ] && ! grep -q nan "$SCRATCH/out"
check $? "nor has a table"
try verify phases --db "$SCRATCH/phases.db"
[ "$code" = 0 ] && [ "$(grep -c '^bit-exact' "$SCRATCH/out")" = 3 ]
check $? "such trials are repeated from their canonical text with the same bits"
phases 's/axes:.*//; s/rows: last.augment/rows: recipe/; s/inputs: augmented, epochs: 2, validation: 0/inputs: original, augment: strong, epochs: 2/'
[ "$code" = 0 ] && says "warning: recipe two, phase last: augment: strong has no effect: the phase has no inputs: augmented" err
check $? "a set of transforms of a phase with original images is warned about"
phases 's/phase: train, /phase: train, validation: 0, augment: strong, /; s/, validation: 0}/}/; s/trial, none, strong/none/'
[ "$code" = 0 ] && says "warning: recipe two, phase last: phase train has trained on its validation images: val_accuracy overestimates" err \
	&& says "warning: augment: weak has no effect: no phase of its trials has inputs: augmented and no set of its own" err
check $? "so is a validation set that was trained on, and a set of the trial that no phase uses"
phases 's/metrics: .test_accuracy.*/metrics: [test_accuracy], select: [last.augment]}/; s/rows: last.augment/rows: recipe/'
[ "$code" = 0 ] && says "warning: table t: select: recipe two ends without a validation set: it has no val_accuracy, and its first setting is taken" err
check $? "nothing is selected by a validation accuracy that is not there without a warning"
phases 's/epochs: 2, validation: 0/epochs: 2, augment: storng/'
refuses 2 "unknown set of transforms 'storng' (did you mean 'strong'?)"
check $? "a set of transforms of a phase has to be there"
phases 's/last.augment: .*/last.augment.zom: [0.1, 0.2]}/'
refuses 2 "unknown parameter 'last.augment.zom' (did you mean 'last.augment.zoom'?)"
check $? "an amount of a phase is looked for among the amounts"
phases 's/weak: {rotation: 0.02}/weak: {}, trial: {zoom: 0.1}/'
refuses 2 "augment: trial means the trial's transforms in a phase, but a set of that name is defined at"
check $? "trial is no name of a set that a phase can ask for"
phases 's/epochs: 2, validation: 0/epochs: 2, validation: 101/'
refuses 2 "validation: phase last has 101 images, but the trial's validation set, which they are part of, has 100"
check $? "a phase validates on no more images than the trial"
phases 's/epochs: 2, validation: 0/epochs: 2, validation: 0, schedule: {plateau: {patience: 1}}/'
refuses 2 "validation: 0: phase last has a plateau, which needs validation images"
check $? "what watches validation in a phase without is refused"
phases 's/phase: continue, name: last, /phase: kfold, name: last, folds: 2, /'
refuses 2 "'validation' does not belong to a phase of the kind kfold"
check $? "folds have their own validation images"
finish
