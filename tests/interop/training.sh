#!/bin/sh
# training.sh - training steps of a small network by PyTorch (in the interpreter named by TORCH_PYTHON) and by the core, from the same weights: l2 in the
# gradient of kernels alone, gradients clipped by their norm, milestones, Nesterov momentum. One batch holds all images, so that their order
# does not matter. Prints TAP.
. tests/tap.sh
db=$SCRATCH/steps.db
: "${TORCH_PYTHON:=$INTEROP_VENV/bin/python}"
cat >"$SCRATCH/steps.yaml" <<'END'
retrial: 1
name: steps
seeds: 1
base: {dataset: synthetic, model: net, batch_size: 96, validation: 0, train_limit: 96, test_limit: 50}
axes: {recipe: [initial, milestones, momentum]}
models:
  net:
    network:
      - {conv: {name: conv, filters: 4, kernel: 3, activation: relu, bias_init: 0.1}}
      - {maxpool: {size: 2}}
      - {dense: {name: out, units: classes, bias_init: 0.1}}
recipes:
  initial: [{phase: train, epochs: 1, optimizer: {sgd: {lr: 1e-30}}}]
  milestones:
    - {phase: train, epochs: 12, optimizer: {sgd: {lr: 0.2, l2: 0.02, decay_on: kernels, clip_norm: 0.195}},
       schedule: {milestones: {at: [4, 8], factor: 0.1}}}
  momentum: [{phase: train, epochs: 12, optimizer: {sgd: {lr: 0.02, momentum: 0.9, nesterov: true, l2: 0.02}}}]
END
if ! "$TORCH_PYTHON" -c 'import torch, numpy' 2>/dev/null; then
	skip "training steps are PyTorch's, from the same weights" "needs PyTorch (TORCH_PYTHON)"
	finish
fi
try run "$SCRATCH/steps.yaml" --db "$db" -q
for recipe in initial milestones momentum; do
	[ "$code" = 0 ] && try export "$("$RETRIAL" runs recipe=$recipe --db "$db" --columns trial --format tsv | sed 1d)" --db "$db" -o "$SCRATCH/$recipe.npz"
done
[ "$code" = 0 ] && try data export synthetic --form idx -o "$SCRATCH/idx"
[ "$code" = 0 ]
check $? "the core has trained, and its weights and images are exported"
cat >"$SCRATCH/steps.py" <<'END'
import sys
import numpy as np
import torch
from torch import nn
folder = sys.argv[1]
images = torch.from_numpy(np.fromfile(folder + "/idx/train-images-idx3-ubyte", np.uint8)[16:].reshape(-1, 1, 28, 28)[:96].astype(np.float32) / 255)
labels = torch.from_numpy(np.fromfile(folder + "/idx/train-labels-idx1-ubyte", np.uint8)[8:][:96].astype(np.int64))
NAMES = {"0.weight": "conv/kernel", "0.bias": "conv/bias", "4.weight": "out/kernel", "4.bias": "out/bias"}

def weights(recipe):
    arrays = np.load(f"{folder}/{recipe}.npz")
    return {name: arrays["stem1/" + ours] for name, ours in NAMES.items()}

def train(make, limit=None, milestones=()):
    net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(676, 10))
    net.load_state_dict({name: torch.from_numpy(a.copy()) for name, a in weights("initial").items()})
    optimizer, clipped = make(net), 0
    schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, list(milestones), gamma=0.1)
    for epoch in range(12):
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(images), labels).backward()
        if limit:
            clipped += float(nn.utils.clip_grad_norm_(net.parameters(), limit)) > limit
        optimizer.step()
        schedule.step()
    assert not limit or 2 < clipped < 12, f"the norm was above its limit in {clipped} of 12 steps"
    return {name: a.numpy() for name, a in net.state_dict().items()}

def compare(recipe, theirs):
    ours, first = weights(recipe), weights("initial")
    for name in NAMES:
        moved = np.abs(ours[name] - first[name]).max()
        far = np.abs(ours[name] - theirs[name]).max()
        print(f"{recipe}: {NAMES[name]} moved by up to {moved:.3g}, PyTorch's is within {far:.2g}")
        assert moved > 1e-3 and far <= 1e-4 * moved, (recipe, name)

def kernels_alone(net):
    kernels = [p for name, p in net.named_parameters() if name.endswith("weight")]
    others = [p for name, p in net.named_parameters() if not name.endswith("weight")]
    return torch.optim.SGD([{"params": kernels, "weight_decay": 0.02}, {"params": others, "weight_decay": 0}], lr=0.2)

compare("milestones", train(kernels_alone, 0.195, (4, 8)))
compare("momentum", train(lambda net: torch.optim.SGD(net.parameters(), lr=0.02, momentum=0.9, nesterov=True, weight_decay=0.02)))
END
"$TORCH_PYTHON" "$SCRATCH/steps.py" "$SCRATCH" >"$SCRATCH/out" 2>&1
check $? "training steps are PyTorch's, from the same weights"
sed 's/^/# /' "$SCRATCH/out"
finish
