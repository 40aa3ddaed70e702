"""peers_networks.py BENCH-NETWORKS FILE.json [NETWORK ...] - the small networks of tests/oracle/networks.c on one core: training (batches of 32, SGD
with Nesterov momentum) beside PyTorch eager, channels last and channels first, and evaluation of 256 images beside PyTorch and ONNX Runtime, of one
beside ONNX Runtime, on the network's ONNX file. Engines take turns; CPU time; the best of several processes each. Prints three tables in Markdown. With $RETRIAL_PEERS_ISA=avx2
Retrial and PyTorch are both held to AVX2 (ONNX Runtime has no such switch).
"""
import json
import os
import subprocess
import sys
import tempfile
import time

import peers_common as common

BATCH, IMAGES = 32, 256
ROUNDS = int(os.environ.get("RETRIAL_PEERS_ROUNDS", "2"))
SECONDS = 1.5
KERNELS = ["--kernels", "avx2"] if os.environ.get("RETRIAL_PEERS_ISA") == "avx2" else []
if KERNELS:
    os.environ.update(ATEN_CPU_CAPABILITY="avx2", DNNL_MAX_CPU_ISA="AVX2")


def layers_of(bench, network):
    return json.loads(subprocess.run([bench, "--layers", network], capture_output=True, text=True, check=True).stdout)


def build(torch, layers):
    nn, functional = torch.nn, torch.nn.functional

    def padding(layer, size):
        """Zeros on the left, right, top and bottom, as Keras has them."""
        if not layer["same"]:
            return None
        outputs = -(-size // layer["stride"])
        missing = max(0, (outputs - 1) * layer["stride"] + layer["kernel"] - size)
        return [missing // 2, missing - missing // 2] * 2

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.parts, self.pads = nn.ModuleList(), []
            for layer in layers:
                source = layers[layer["inputs"][0]] if layer["inputs"] else None
                part, pads = nn.Identity(), None
                if layer["kind"] in ("conv", "depthwise"):
                    pads = padding(layer, source["size"])
                    even = pads is not None and pads[0] == pads[1]
                    part = nn.Conv2d(source["channels"], layer["channels"], layer["kernel"], layer["stride"], pads[0] if even else 0,
                                     groups=layer["channels"] if layer["kind"] == "depthwise" else 1, bias=layer["bias"])
                    pads = None if even or pads is None else pads
                elif layer["kind"] == "dense":
                    part = nn.Linear(source["channels"] * source["size"] ** 2, layer["channels"])
                elif layer["kind"] == "batchnorm":
                    part = nn.BatchNorm2d(layer["channels"]) if layer["size"] > 1 or source["kind"] != "dense" else nn.BatchNorm1d(layer["channels"])
                elif layer["kind"] == "dropout":
                    part = nn.Dropout(0.5)
                elif layer["kind"] not in ("input", "output", "relu", "relu6", "gelu", "maxpool", "avgpool", "add", "concat"):
                    raise ValueError(f"no layer of PyTorch for '{layer['kind']}'")
                self.parts.append(part)
                self.pads.append(pads)

        def forward(self, image):
            out = []
            for layer, part, pads in zip(layers, self.parts, self.pads):
                x = [out[i] for i in layer["inputs"]]
                kind = layer["kind"]
                if kind == "input":
                    y = image
                elif kind == "dense":
                    y = part(x[0].flatten(1))
                elif kind == "maxpool":
                    y = functional.max_pool2d(x[0], layer["kernel"])
                elif kind == "avgpool":
                    y = functional.avg_pool2d(x[0], layer["kernel"])
                elif kind == "concat":
                    y = torch.cat(x, 1)
                elif kind == "add":
                    y = x[0] + x[1]
                elif kind == "relu":
                    y = functional.relu(x[0], inplace=True)
                elif kind == "gelu":
                    y = functional.gelu(x[0])
                elif kind == "relu6":
                    y = functional.relu6(x[0], inplace=True)
                elif kind == "output":
                    return x[0].flatten(1)
                else:
                    y = part(functional.pad(x[0], pads) if pads else x[0])
                if layer["relu"]:
                    y = functional.relu(y, inplace=True)
                out.append(y)

    return Network()


def repeat(step, images):
    """Images a second of the best call, after a warm-up."""
    step()
    best, start = 0.0, time.perf_counter()
    while True:
        before = time.thread_time()
        step()
        best = max(best, images / (time.thread_time() - before))
        if time.perf_counter() - start > SECONDS:
            return best


def torch_work(bench, network, layout):
    common.pin()
    import torch

    torch.set_num_threads(1)
    form = torch.channels_last if layout == "last" else torch.contiguous_format
    layers = layers_of(bench, network)
    net = build(torch, layers).to(memory_format=form)
    shape = (layers[0]["channels"], layers[0]["size"], layers[0]["size"])
    images = torch.rand(BATCH, *shape).to(memory_format=form)
    labels = torch.arange(BATCH) % 2
    optimizer = torch.optim.SGD(net.parameters(), lr=1e-3, momentum=0.9, nesterov=True)

    def step():
        optimizer.zero_grad(set_to_none=True)
        torch.nn.functional.cross_entropy(net(images), labels).backward()
        optimizer.step()

    said = {"train": repeat(step, BATCH), "parameters": sum(p.numel() for p in net.parameters())}
    net.eval()
    images = torch.rand(IMAGES, *shape).to(memory_format=form)
    with torch.inference_mode():
        said["evaluate"] = repeat(lambda: net(images), IMAGES)
    print(json.dumps(said))


def onnx_work(path):
    common.pin()
    import numpy
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    place = session.get_inputs()[0]
    said = {}
    for count in (1, IMAGES):
        images = numpy.random.default_rng(1).random((count, *place.shape[1:]), dtype=numpy.float32)
        said[str(count)] = repeat(lambda: session.run(None, {place.name: images}), count)
    print(json.dumps(said))


def better(results, key, value):
    results[key] = max(results.get(key, 0.0), value)


def measure(bench, network, results):
    for _ in range(ROUNDS):
        said = subprocess.run([bench, "--json", "--rounds", "3", *KERNELS, network], capture_output=True, text=True, check=True).stdout
        ours = json.loads(said)
        for key in ("train", "train_fraction", "evaluate", "evaluate_fraction", "one_fraction"):
            better(results, key, ours[key])
        better(results, "one", 1e6 / ours["one_us"])
        results["parameters"] = ours["parameters"]
        for layout in ("last", "first"):
            said = common.worker(__file__, "torch", bench, network, layout)
            if said:
                better(results, "torch", said["train"])
                better(results, "torch256", said["evaluate"])
        with tempfile.NamedTemporaryFile(suffix=".onnx") as f:
            if subprocess.run([bench, "--onnx", network, f.name]).returncode == 0:
                said = common.worker(__file__, "onnx", f.name)
                for count in ("1", "256") if said else ():
                    better(results, "onnx" + count, said[count])


def ratio(a, b):
    return f"{a / b:.2f}" if a and b else "-"


def print_tables(table):
    print("| training | parameters | Retrial, images/s (of the peak) | PyTorch | ratio |\n| --- | ---: | ---: | ---: | ---: |")
    for network, r in table.items():
        print(f"| {network} | {r['parameters']:,} | {r['train']:,.0f} ({100 * r['train_fraction']:.0f} %) | {r.get('torch', 0):,.0f} "
              f"| {ratio(r['train'], r.get('torch'))} |")
    print("\n| evaluation of 256 images | Retrial, images/s (of the peak) | PyTorch | ratio | ONNX Runtime | ratio |\n"
          "| --- | ---: | ---: | ---: | ---: | ---: |")
    for network, r in table.items():
        print(f"| {network} | {r['evaluate']:,.0f} ({100 * r['evaluate_fraction']:.0f} %) | {r.get('torch256', 0):,.0f} | {ratio(r['evaluate'], r.get('torch256'))} "
              f"| {r.get('onnx256', 0):,.0f} | {ratio(r['evaluate'], r.get('onnx256'))} |")
    print("\n| one image | Retrial, microseconds (of the peak) | ONNX Runtime | ratio |\n| --- | ---: | ---: | ---: |")
    for network, r in table.items():
        one = 1e6 / r["onnx1"] if r.get("onnx1") else 0
        print(f"| {network} | {1e6 / r['one']:,.1f} ({100 * r['one_fraction']:.0f} %) | {one:,.1f} | {ratio(r['one'], r.get('onnx1'))} |")


def main(bench, path, *networks):
    listed = subprocess.run([bench, "--list"], capture_output=True, text=True, check=True).stdout.split()
    table = {}
    for network in networks or listed:
        measure(bench, network, table.setdefault(network, {}))
        print(network, json.dumps(table[network]), file=sys.stderr)
    print_tables(table)
    with open(path, "w") as f:
        json.dump(table, f, indent=1)


if sys.argv[1] == "--worker":
    torch_work(*sys.argv[3:]) if sys.argv[2] == "torch" else onnx_work(*sys.argv[3:])
else:
    main(*sys.argv[1:])
