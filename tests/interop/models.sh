#!/bin/sh
# models.sh - exported models in the hands of others: onnx checks them, ONNX Runtime and OpenCV give the same logits and predictions on the whole test
# set of Fashion-MNIST, NumPy and safetensors read the weights. Prints TAP. INTEROP_VENV is a virtual environment with them (tests/interop.sh makes
# it); where Debian's python3-opencv is there, it is asked as well.
. tests/tap.sh
: "${CC:=gcc}"
db=$SCRATCH/fashion.db python=$INTEROP_VENV/bin/python
sed -e "s|^use: |use: $PWD/experiments/|" tests/fixtures/interop.yaml >"$SCRATCH/interop.yaml"
"$RETRIAL" run "$SCRATCH/interop.yaml" --db "$db" -q >"$SCRATCH/out" 2>"$SCRATCH/err"
check $? "two networks are trained on Fashion-MNIST"
trial=$("$RETRIAL" runs --db "$db" recipe=notebook-short --columns trial --format tsv | sed 1d)
mkdir -p "$SCRATCH/made"
for format in safetensors npz onnx c; do
	"$RETRIAL" export "$trial" -o "$SCRATCH/fashion.$format" --db "$db" >"$SCRATCH/out" 2>"$SCRATCH/err" || break
done
check $? "one of them is exported in every format"
# Our own logits of every test image: the C source with fused sums has the same bits as what was trained (tests/unit/test_model_files.c).
$CC -std=c99 -O2 -DFASHION_EXACT -shared -fPIC -o "$SCRATCH/fashion.so" "$SCRATCH/fashion.c" -lm >"$SCRATCH/out" 2>&1
check $? "the C source is compiled"
"$BUILD/tests/test_model_files" "$SCRATCH/made" >"$SCRATCH/out" 2>&1
check $? "networks of every kind of layer are written"
"$RETRIAL" data export fashion-mnist --form idx -o "$SCRATCH/idx" >"$SCRATCH/out" 2>&1
check $? "the test images are exported"

cat >"$SCRATCH/common.py" <<'END'
import ctypes, glob, os, sqlite3, sys
import numpy as np
folder = sys.argv[1]
SIZES = {"tiny": (1, 6, 6), "submodel": (1, 28, 28), "dual": (1, 28, 28), "unified": (3, 32, 32), "residual": (3, 11, 10), "mixed": (2, 7, 9), "recipes": (2, 9, 8),
    "normalized": (3, 4, 5), "grouped": (2, 8, 8), "dilated": (2, 13, 11), "single": (1, 3, 4)}

def test_images():
    return np.fromfile(folder + "/idx/t10k-images-idx3-ubyte", np.uint8)[16:].reshape(-1, 1, 28, 28)

def recorded():
    """The classes that were predicted when the network was trained."""
    db = sqlite3.connect(folder + "/fashion.db")
    return np.frombuffer(db.execute("SELECT classes FROM predictions AS q JOIN attempts AS a ON a.id = q.attempt JOIN trials AS t ON t.id = a.trial"
        " JOIN results AS r ON r.attempt = a.id WHERE t.identity = ? AND q.fold = 0 AND q.phase = r.last_phase", [sys.argv[2]]).fetchone()[0], np.uint8)

def ours(images):
    run = ctypes.CDLL(folder + "/fashion.so").fashion_run
    work, out = np.empty(1 << 16, np.float32), np.empty((len(images), 10), np.float32)
    pointer = lambda a: a.ctypes.data_as(ctypes.c_void_p)
    for i in range(len(images)):
        run(pointer(images[i]), pointer(work), pointer(out[i]))
    return out

def close(what, got, want, scale=None):
    """As fractions of each logit, if that is above 1; or of `scale`."""
    far = (np.abs(got - want) / (np.maximum(1, np.abs(want)) if scale is None else scale)).max()
    print(what, "logits differ by at most", far)
    assert far <= 1e-5, (what, far)

def same_classes(what, got, want):
    """Equal but for exact ties among our own logits."""
    tied = (want == want.max(1, keepdims=True)).sum(1) > 1
    differ = (got.argmax(1) != want.argmax(1)) & ~tied
    assert not differ.any(), (what, np.flatnonzero(differ))

def made(name):
    shape = SIZES[name]
    images = np.fromfile(f"{folder}/made/{name}.images", np.uint8).reshape(-1, *shape).astype(np.float32) / 255
    return images, np.fromfile(f"{folder}/made/{name}.logits", np.float32)
END

run_python() {
	"$1" "$SCRATCH/part.py" "$SCRATCH" "$trial" >"$SCRATCH/out" 2>&1
}
cat >"$SCRATCH/part.py" <<'END'
from common import *
import onnx
names = glob.glob(folder + "/made/*.onnx")
assert len(names) == len(SIZES)
for path in [folder + "/fashion.onnx"] + names:
    onnx.checker.check_model(onnx.load(path), full_check=True)
properties = {p.key: p.value for p in onnx.load(folder + "/fashion.onnx").metadata_props}
assert properties["identity"] == sys.argv[2] and properties["dataset"] == "fashion-mnist", properties
END
run_python "$python"
check $? "onnx's own checker finds every file valid, and the metadata in it"

cat >"$SCRATCH/part.py" <<'END'
from common import *
import onnxruntime
def run(path, images):
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.run(None, {i.name: images for i in session.get_inputs()})
images = test_images()
want = ours(images)
assert len(want) == 10000 and (want.argmax(1) == recorded()).all()
got = run(folder + "/fashion.onnx", images.astype(np.float32) / 255)[0]
close("ONNX Runtime, Fashion-MNIST:", got, want)
same_classes("ONNX Runtime", got, want)
for name in SIZES:
    images, want = made(name)
    close("ONNX Runtime, " + name + ":", np.concatenate([a.ravel() for a in run(f"{folder}/made/{name}.onnx", images)]), want)
END
run_python "$python"
check $? "ONNX Runtime: the same predictions on 10,000 test images, logits within 1e-5, and of every kind of layer"
sed 's/^/# /' "$SCRATCH/out"

cat >"$SCRATCH/part.py" <<'END'
from common import *
import cv2
def run(path, images):
    net = cv2.dnn.readNetFromONNX(path)
    net.setInput(images)
    return net.forward()
images = test_images()
want = ours(images)
got = run(folder + "/fashion.onnx", images.astype(np.float32) / 255)
print("OpenCV", cv2.__version__)
close("OpenCV, Fashion-MNIST:", got, want, np.abs(want).max(1, keepdims=True)) # of the image's largest: its 3x3 convolutions are Winograd's
same_classes("OpenCV", got, want)
for name in ("tiny", "submodel", "unified", "residual"): # those with one input and one output
    images, want = made(name)
    close("OpenCV, " + name + ":", run(f"{folder}/made/{name}.onnx", images).ravel(), want)
END
for with in "$python" /usr/bin/python3; do
	"$with" -c 'import cv2, numpy' 2>/dev/null || continue
	run_python "$with"
	check $? "OpenCV $("$with" -c 'import cv2; print(cv2.__version__)'): the same predictions on 10,000 test images, logits within 1e-5 of the largest"
	sed 's/^/# /' "$SCRATCH/out"
done

cat >"$SCRATCH/part.py" <<'END'
from common import *
import json
from safetensors import safe_open
for path in [folder + "/fashion"] + [folder + "/made/" + name for name in SIZES]:
    arrays = np.load(path + ".npz")
    metadata = json.loads(arrays["metadata"].tobytes())
    with safe_open(path + ".safetensors", framework="numpy") as file:
        assert file.metadata() == metadata
        names = set(file.keys())
        assert names == set(arrays.files) - {"metadata"}, (names, arrays.files)
        for name in names:
            tensor = file.get_tensor(name)
            assert tensor.dtype == np.float32 and tensor.shape == arrays[name].shape and (tensor == arrays[name]).all(), name
    assert json.loads(metadata["network"])[0]["kind"] == "input"
arrays = dict(np.load(folder + "/fashion.npz"))
np.savez(folder + "/saved.npz", **arrays) # by NumPy, for retrial eval
assert sum(a.size for n, a in arrays.items() if n != "metadata") == 14862
END
run_python "$python"
check $? "NumPy and safetensors read the same tensors and the same metadata"
try eval "$SCRATCH/saved.npz"
[ "$code" = 0 ] && says 'the same predictions'
check $? "eval reads what NumPy wrote"
finish
