"""peers_training.py BENCH-CORE FILE.json - training steps a second of the paper's unified network on 28x28x1 with batches of 32 and Nadam, one core:
Retrial (every kernel variant but the plain one) and PyTorch eager, channels last and channels first, in turns; the best of several processes each.
"""
import json
import subprocess
import sys
import tempfile
import time

import peers_common as common

BATCH = 32
ROUNDS = 5
SECONDS = 3.0


def network(torch):
    nn = torch.nn

    def stem():
        return nn.Sequential(nn.Conv2d(1, 10, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(10, 20, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(20, 10, 5), nn.ReLU())

    class Unified(nn.Module):
        def __init__(self):
            super().__init__()
            self.stems = nn.ModuleList([stem(), stem()])
            self.head = nn.Sequential(nn.Linear(20, 32), nn.ReLU(), nn.Dropout(0.5), nn.Linear(32, 10))

        def forward(self, x):
            return self.head(torch.cat([s(x) for s in self.stems], 1).flatten(1))

    return Unified()


def work(channels_last):
    """In a process of its own: warm up, then train for some seconds."""
    common.pin()
    import torch

    torch.set_num_threads(1)
    layout = torch.channels_last if channels_last else torch.contiguous_format
    net = network(torch).to(memory_format=layout)
    assert sum(p.numel() for p in net.parameters()) == 14862
    optimizer = torch.optim.NAdam(net.parameters(), lr=1e-3)
    images, labels = torch.rand(512, 1, 28, 28).to(memory_format=layout), torch.arange(512) % 10

    def epoch():
        for i in range(0, 512, BATCH):
            optimizer.zero_grad(set_to_none=True)
            torch.nn.functional.cross_entropy(net(images[i:i + BATCH]), labels[i:i + BATCH]).backward()
            optimizer.step()

    epoch()
    best, start = 0.0, time.perf_counter()
    while time.perf_counter() - start < SECONDS:
        before = time.thread_time()
        epoch()
        best = max(best, 512 / (time.thread_time() - before))
    print(json.dumps({"images_per_second": best}))


def ours(bench_core):
    """The best rounds of build/bench-core, which measures CPU time of one bound thread."""
    with tempfile.NamedTemporaryFile(suffix=".json") as f:
        subprocess.run([bench_core, "--quick", f.name], stdout=subprocess.DEVNULL, check=True)
        return {"retrial " + r["kernels"]: r["images_per_second_best"] for r in json.load(f)["results"]
                if r.get("network") == "unified" and r.get("shape") == "28x28x1" and r.get("task") == "train" and r.get("cores") == 1}


def main(bench_core, path):
    results = {}
    for turn in range(ROUNDS):
        for engine, speed in ours(bench_core).items():
            results.setdefault(engine, []).append(speed)
        for engine in ("pytorch channels-last", "pytorch channels-first"):
            said = common.worker(__file__, engine)
            if said:
                results.setdefault(engine, []).append(said["images_per_second"])
        print(f"round {turn + 1} of {ROUNDS}", file=sys.stderr)
    table = {engine: common.summary(speeds, False) for engine, speeds in results.items()}
    peers = [t["best"] for engine, t in table.items() if engine.startswith("pytorch")]
    print(f"Training the unified network, 28x28x1, batches of {BATCH}, Nadam; one core; images/s: best of {ROUNDS} processes [median]")
    for engine, t in table.items():
        t["ratio"] = t["best"] / max(peers) if peers else None
        ratio = f"  {t['ratio']:.2f} x the best of PyTorch" if peers and engine.startswith("retrial") else ""
        print(f"{engine:24} {t['best']:8.0f} [{t['median']:8.0f}]{ratio}")
    with open(path, "w") as f:
        json.dump({"network": "unified 28x28x1", "batch": BATCH, "rounds": ROUNDS, "engines": table}, f, indent=1)


if sys.argv[1] == "--worker":
    work(sys.argv[2] == "pytorch channels-last")
else:
    main(*sys.argv[1:3])
