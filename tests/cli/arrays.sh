#!/bin/sh
# arrays.sh - NumPy arrays as a data set: feature vectors from an .npz to a trained network, and
# what pictures alone can have.
. tests/tap.sh

if ! command -v python3 >/dev/null; then
	skip "feature vectors of an .npz" "no python3"
	finish
	exit
fi
export XDG_DATA_HOME="$SCRATCH/home" XDG_CACHE_HOME="$SCRATCH/cache"
unset RETRIAL_DATA

# Three classes of vectors with four features, of very different sizes; no numpy is needed.
python3 - "$SCRATCH/points.npz" <<'PYTHON'
import random, struct, sys, zipfile
random.seed(1)
def npy(kind, shape, data):
	header = "{'descr': '%s', 'fortran_order': False, 'shape': %s, }" % (kind, shape)
	header += ' ' * (-(len(header) + 11) % 64) + '\n'
	return b'\x93NUMPY\x01\x00' + struct.pack('<H', len(header)) + header.encode() + data
def part(count):
	labels = [i % 3 for i in range(count)]
	x = [v for k in labels for v in (random.gauss(1000 * k, 300), random.gauss(0, 1), random.gauss(-k / 100, 0.003), 5.0)]
	return npy('<f8', (count, 4), struct.pack('<%dd' % len(x), *x)), npy('<i8', (count,), struct.pack('<%dq' % count, *labels))
with zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_DEFLATED) as z:
	for name, count in ('train', 600), ('test', 150):
		x, y = part(count)
		z.writestr('x_%s.npy' % name, x)
		z.writestr('y_%s.npy' % name, y)
PYTHON

try data import points "$SCRATCH/points.npz"
[ "$code" = 0 ] && says "points: 600 training and 150 test examples of 4 x 1 x 1 floats (channels, height, width), 3 classes"
check $? "an .npz with x_train, y_train, x_test and y_test is imported"

try data show points
[ "$code" = 0 ] && says "4 x 1 x 1 floats" && says "200 + 50"
check $? "show says that its numbers are floats"

try data show points -o "$SCRATCH/grid.png"
refuses 2 "its numbers are floats, not images"
check $? "there is no image grid of floats"

cat >"$SCRATCH/points.yaml" <<'YAML'
retrial: 1
name: points
seeds: 1
base: {dataset: points, model: small, validation: 100, batch_size: 20, normalize: channels}
axes: {recipe: [plain]}
models:
  small:
    network:
      - {dense: {name: hidden, units: 16, activation: relu}}
      - {dense: {name: classes, units: classes}}
recipes:
  plain:
    - {phase: train, optimizer: {adam: {lr: 0.01}}, epochs: 5}
YAML
sed 's/- {dense: {name: hidden/- {maxpool: {name: down, size: 2}}\n      &/' "$SCRATCH/points.yaml" >"$SCRATCH/pooled.yaml"
try check "$SCRATCH/pooled.yaml"
refuses 2 "pooled.yaml:9:" && says "model small does not fit data set points" err
check $? "check knows the shape of an imported set"
try run "$SCRATCH/points.yaml" --db "$SCRATCH/points.db"
[ "$code" = 0 ] && "$RETRIAL" query --db "$SCRATCH/points.db" --format csv accuracy >"$SCRATCH/out" && awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "test_accuracy") c = i } NR == 2 { exit !($c > 0.9) }' "$SCRATCH/out"
check $? "a network learns from standardised feature vectors"

try verify --db "$SCRATCH/points.db" points
[ "$code" = 0 ]
check $? "its training is repeated with the same bits"

trial=$("$RETRIAL" query digests --db "$SCRATCH/points.db" --format csv | sed -n '2s/,.*//p')
try export "$trial" --db "$SCRATCH/points.db" --format safetensors -o "$SCRATCH/points.safetensors"
[ "$code" = 0 ] && try eval "$SCRATCH/points.safetensors" && [ "$code" = 0 ] && says "the same predictions"
check $? "its network is exported and evaluated again"

cat >"$SCRATCH/main.c" <<'END'
#include "points.h"
int main(void)
{
	float work[POINTS_WORK];
	int k;
	for (k = 0; k < 3; k++) {
		const float typical[POINTS_PIXELS] = { 1000.0f * k, 0, -0.01f * k, 5 };
		if (points_predict(typical, work) != k || points_class_names[k][0] != '0' + k)
			return 1;
	}
	return 0;
}
END
try export "$trial" --db "$SCRATCH/points.db" -o "$SCRATCH/points.c"
# shellcheck disable=SC2086 # a compiler and its options
[ "$code" = 0 ] && $CC -std=c99 -Wall -Werror -o "$SCRATCH/points" "$SCRATCH/main.c" "$SCRATCH/points.c" -lm 2>"$SCRATCH/err" && "$SCRATCH/points"
check $? "its C source takes floats as they are"

try export "$trial" --db "$SCRATCH/points.db" --format int8 -o "$SCRATCH/points.int8.safetensors"
refuses 2 "int8 is for networks on images"
check $? "int8 refuses floats"

try latency "$trial" --db "$SCRATCH/points.db" --seconds 1 --batch 1
[ "$code" = 0 ] && says fp32
check $? "its latency is measured in fp32"

sed 's/phase: train, /phase: train, inputs: augmented, /; s/base: {/base: {augment: turn, /; s/^models:/augments: {turn: {rotation: 0.1}}\nmodels:/' "$SCRATCH/points.yaml" >"$SCRATCH/turned.yaml"
for verb in check plan "run --db $SCRATCH/turned.db"; do
	# shellcheck disable=SC2086 # a verb and its options
	try $verb "$SCRATCH/turned.yaml"
	refuses 2 "turned.yaml:14:7: error: points: the data set holds floats, not images: it cannot be augmented" && [ ! -e "$SCRATCH/turned.db" ]
	check $? "${verb%% *} refuses to augment floats, and says which phase would"
done
sed -i 's/name: down, //' "$SCRATCH/pooled.yaml"
try check "$SCRATCH/pooled.yaml"
refuses 2 "pooled.yaml:9:9: error: model small does not fit data set points" && says "stem1/pool1" err
check $? "a layer without a name is shown where it is written"

# ---- names of classes ----
"$RETRIAL" data export synthetic --form png -o "$SCRATCH/named" >/dev/null
for part in train test; do
	number=0
	for word in ash birch cedar dogwood elm fir ginkgo hazel ivy juniper; do
		mv "$SCRATCH/named/$part/00$number" "$SCRATCH/named/$part/$word"
		number=$((number + 1))
	done
done
"$RETRIAL" data import trees "$SCRATCH/named" >/dev/null
mkdir -p "$SCRATCH/few/train/a" "$SCRATCH/few/train/b" "$SCRATCH/few/test/a" "$SCRATCH/few/test/b"
for class in a:ash b:birch; do
	for part in train test; do
		cp "$(find "$SCRATCH/named/$part/${class#*:}" -name '*.png' | sort | head -n 1)" "$SCRATCH/few/$part/${class%:*}/one.png"
	done
done
cp "$SCRATCH/few/train/a/one.png" "$SCRATCH/few/test/a/one.png"
try data import few "$SCRATCH/few"
[ "$code" = 0 ] && says "warning: 1 of the 2 test images is a training image as well: test accuracy will be too high" err
check $? "one test image that is a training image is warned about"
cp "$SCRATCH/few/train/b/one.png" "$SCRATCH/few/test/b/one.png"
try data import fewer "$SCRATCH/few"
[ "$code" = 0 ] && says "warning: 2 of the 2 test images are training images as well: test accuracy will be too high" err
check $? "and so are two"
sed 's/^base:.*/base: {dataset: trees, model: small, validation: 100, train_limit: 400, test_limit: 100}/; s/^name: points/name: trees/' \
	"$SCRATCH/points.yaml" >"$SCRATCH/trees.yaml"
try run "$SCRATCH/trees.yaml" --db "$SCRATCH/trees.db"
trial=$("$RETRIAL" query digests --db "$SCRATCH/trees.db" --format csv | sed -n '2s/,.*//p')
try export "$trial" --db "$SCRATCH/trees.db" -o "$SCRATCH/trees.c"
[ "$code" = 0 ] && grep -q '^	"juniper",$' "$SCRATCH/trees.c" && grep -q 'const unsigned char image' "$SCRATCH/trees.c" &&
	try export "$trial" --db "$SCRATCH/trees.db" -o "$SCRATCH/trees.safetensors" && grep -aq 'dogwood' "$SCRATCH/trees.safetensors"
check $? "exported networks have the names of an imported set's classes"

sed 's/dataset: points/dataset: cifar100/' "$SCRATCH/points.yaml" >"$SCRATCH/hundred.yaml"
try check "$SCRATCH/hundred.yaml"
refuses 2 "retrial data import NAME DIR"
check $? "a published set that has to be imported is told so"

finish
