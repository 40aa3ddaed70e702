"""network.py - the paper's network by one of two engines, for network.yaml: Retrial's core, or PyTorch
written from docs/paper.md alone. Both train the same phases on the same images and report the same numbers.

    network.py --engine core|pytorch --images N --epochs N --seed N

Of each phase the last weights stay. The core is run by the `retrial` that RETRIAL names, else the one that
this repository has built, else the one in PATH.
"""
import argparse
import gzip
import json
import math
import os
import shutil
import struct
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SCRATCH = os.environ["RETRIAL_SCRATCH"]
VALIDATION, BATCH, LR = 10000, 32, 1e-3
out = open(os.environ["RETRIAL_OUT"], "w", buffering=1)


def report(**numbers):
    print(json.dumps(numbers), file=out)


# ---- Retrial's core: a sweep of one trial, in the trial's scratch folder ----

SWEEP = """
retrial: 1
name: core
use: {library}
seeds: [{seed}]
base: {{dataset: fashion-mnist, model: lightweight, augment: paper, batch_size: {batch}, validation: {validation},
       train_limit: {images}, recipe: short}}
recipes:
  short:
    - {{phase: dual, inputs: [original, augmented], optimizer: {{nadam: {{lr: {lr}}}}}, epochs: {epochs}, keep: last}}
    - {{phase: unify, heads: [copy, random], freeze: [classifier], optimizer: {{nadam: {{lr: {lr}}}}}, epochs: {epochs},
       keep: last}}
    - {{phase: unfreeze, freeze: [], optimizer: {{sgd: {{lr: {lr}, momentum: 0.9, nesterov: true, weight_decay: 1e-4}}}},
       epochs: {epochs}, keep: last}}
"""


def find_retrial():
    built = os.path.join(HERE, "..", "..", "retrial")
    found = os.environ.get("RETRIAL") or (built if os.access(built, os.X_OK) else shutil.which("retrial"))
    return found or sys.exit("no retrial: build it (make), or name it in RETRIAL")


def core(a):
    retrial, db, sweep = find_retrial(), os.path.join(SCRATCH, "core.db"), os.path.join(SCRATCH, "core.yaml")
    library = os.path.join(HERE, "..", "library", "lightweight.yaml")
    with open(sweep, "w") as f:
        f.write(SWEEP.format(library=os.path.abspath(library), seed=a.seed, images=a.images, epochs=a.epochs, batch=BATCH,
                             validation=VALIDATION, lr=LR))
    subprocess.run([retrial, "run", sweep, "--db", db, "-j", "1", "--quiet"], check=True)

    def ask(sql):
        answer = subprocess.run([retrial, "query", sql, "--db", db, "--json"], check=True, capture_output=True, text=True)
        return json.loads(answer.stdout)

    # Of the dual phase, whose network has two outputs, the mean.
    for row in ask("SELECT phase * 1000 + epoch AS place, avg(val_accuracy) AS v FROM epochs GROUP BY place ORDER BY place"):
        report(val_accuracy=row["v"])
    result = ask("SELECT test_accuracy, test_loss FROM accuracy")[0]
    spent = ask("SELECT seconds FROM attempts")[0]["seconds"]
    report(test_accuracy=result["test_accuracy"], test_loss=result["test_loss"], train_seconds=spent)


# ---- PyTorch ----

def read_idx(torch, name):
    for folder in (os.environ.get("RETRIAL_DATA", ""), "/usr/share/datasets"):
        path = os.path.join(folder, "fashion-mnist", name + ".gz")
        if os.path.exists(path):
            with gzip.open(path) as f:
                data = f.read()
            count = data[3]
            shape = struct.unpack(">%dI" % count, data[4:4 + 4 * count])
            return torch.frombuffer(bytearray(data[4 + 4 * count:]), dtype=torch.uint8).reshape(shape)
    sys.exit("fashion-mnist is not here (retrial data list)")


def pytorch(a):
    import torch
    from torch import nn
    from torch.nn import functional as F

    torch.set_num_threads(1)
    torch.manual_seed(a.seed)
    images, labels = read_idx(torch, "train-images-idx3-ubyte"), read_idx(torch, "train-labels-idx1-ubyte").long()
    test_images, test_labels = read_idx(torch, "t10k-images-idx3-ubyte"), read_idx(torch, "t10k-labels-idx1-ubyte").long()

    def scaled(x):
        return (x.float() / 255)[:, None]

    valid = scaled(images[:VALIDATION]), labels[:VALIDATION]
    train = scaled(images[VALIDATION:VALIDATION + a.images]), labels[VALIDATION:VALIDATION + a.images]
    test = scaled(test_images), test_labels

    def he_normal(layer):
        """Keras's: a normal distribution cut off at two standard deviations, of variance 2 / fan_in after the cut."""
        sd = math.sqrt(2 / layer.weight[0].numel()) / 0.87962566103423978
        nn.init.trunc_normal_(layer.weight, 0, sd, -2 * sd, 2 * sd)
        nn.init.zeros_(layer.bias)
        return layer

    def glorot_uniform(layer):
        nn.init.xavier_uniform_(layer.weight)
        nn.init.zeros_(layer.bias)
        return layer

    def stem():
        return [he_normal(nn.Conv2d(1, 10, 3)), nn.ReLU(), nn.MaxPool2d(2), he_normal(nn.Conv2d(10, 20, 3)), nn.ReLU(),
                nn.MaxPool2d(2)]

    class Dual(nn.Module):
        def __init__(self):
            super().__init__()
            self.models = nn.ModuleList(nn.Sequential(*stem(), nn.Flatten(), glorot_uniform(nn.Linear(500, 10)))
                                        for _ in range(2))

        def forward(self, xs):
            return [m(x) for m, x in zip(self.models, xs)]

    class Unified(nn.Module):
        """Stems and the first wide convolution from the submodels, the second one from random weights (docs/paper.md, N2)."""

        def __init__(self, dual):
            super().__init__()
            self.stems = nn.ModuleList(nn.Sequential(*m[:6], glorot_uniform(nn.Conv2d(20, 10, 5)), nn.ReLU())
                                       for m in dual.models)
            with torch.no_grad():
                self.stems[0][6].weight.copy_(dual.models[0][7].weight.view(10, 20, 5, 5))
                self.stems[0][6].bias.copy_(dual.models[0][7].bias)
            self.classifier = glorot_uniform(nn.Linear(32, 10))
            self.head = nn.Sequential(he_normal(nn.Linear(20, 32)), nn.ReLU(), nn.Dropout(0.5), self.classifier)

        def forward(self, x):
            return self.head(torch.cat([s(x) for s in self.stems], 1).flatten(1))

    def augmented(x):
        """Rotation up to 0.1 turn, zoom and translation up to 20 % in each axis, composed and sampled once, bilinearly."""
        n, side = len(x), x.shape[-1]
        u = torch.rand(5, n) * 2 - 1
        turn, zoom_x, zoom_y = u[0] * 0.2 * math.pi, 1 + 0.2 * u[1], 1 + 0.2 * u[2]
        cos, sin = torch.cos(turn), torch.sin(turn)
        xx, xy, yx, yy = cos * zoom_x, -sin * zoom_y, sin * zoom_x, cos * zoom_y
        # In the units of affine_grid half of the side is 1: a translation by 20 % of the side is 0.4.
        right, down = 0.4 * u[3], 0.4 * u[4]
        theta = torch.stack([torch.stack([xx, xy, -xx * right - xy * down], 1),
                             torch.stack([yx, yy, -yx * right - yy * down], 1)], 1)
        grid = F.affine_grid(theta, (n, 1, side, side), align_corners=False)
        return F.grid_sample(x, grid, padding_mode="reflection", align_corners=False)

    def nadam(parameters):
        return torch.optim.NAdam(parameters, lr=LR, eps=1e-7, momentum_decay=1.0)  # 1.0: Keras's schedule, 0.96 ** step

    class DecoupledSGD(torch.optim.SGD):
        def step(self):
            with torch.no_grad():
                torch._foreach_mul_([p for g in self.param_groups for p in g["params"]], 1 - LR * 1e-4)
            super().step()

    def score(net, x, y):
        """Accuracy and loss of each output."""
        net.eval()
        with torch.no_grad():
            answers = [net(part) for part in x.split(500)]
            logits = [torch.cat(a) for a in zip(*answers)] if isinstance(answers[0], list) else [torch.cat(answers)]
        net.train()
        return [((l.argmax(1) == y).float().mean().item(), F.cross_entropy(l, y).item()) for l in logits]

    class Doubled(nn.Module):
        """Validation of the dual network: the same images for both submodels."""

        def __init__(self, dual):
            super().__init__()
            self.dual = dual

        def forward(self, x):
            return self.dual([x, x])

    def phase(net, loss, optimizer, judged):
        for _ in range(a.epochs):
            order = torch.randperm(len(train[0]))
            for batch in order.split(BATCH):
                optimizer.zero_grad(set_to_none=True)
                loss(net, train[0][batch], train[1][batch]).backward()
                optimizer.step()
            scores = score(judged, *valid)
            report(val_accuracy=sum(s[0] for s in scores) / len(scores))

    def dual_loss(net, x, y):
        return sum(F.cross_entropy(answer, y) for answer in net([x, augmented(x)]))

    def loss(net, x, y):
        return F.cross_entropy(net(x), y)

    begun = time.monotonic()
    dual = Dual()
    phase(dual, dual_loss, nadam(dual.parameters()), Doubled(dual))
    net = Unified(dual)
    assert sum(p.numel() for p in net.parameters()) == 14862
    frozen = {id(p) for p in net.classifier.parameters()}
    phase(net, loss, nadam([p for p in net.parameters() if id(p) not in frozen]), net)
    phase(net, loss, DecoupledSGD(net.parameters(), lr=LR, momentum=0.9, nesterov=True), net)
    (accuracy, test_loss), = score(net, *test)
    report(test_accuracy=accuracy, test_loss=test_loss, train_seconds=time.monotonic() - begun)


p = argparse.ArgumentParser()
p.add_argument("--engine", choices=("core", "pytorch"), required=True)
p.add_argument("--images", type=int, required=True)
p.add_argument("--epochs", type=int, required=True)
p.add_argument("--seed", type=int, required=True)
arguments = p.parse_args()
core(arguments) if arguments.engine == "core" else pytorch(arguments)
