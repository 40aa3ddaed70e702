"""peers_inference.py RETRIAL MODEL FILE.json - one image, and batches of 1024: Retrial (fp32 and int8) and others on the same network.

MODEL.onnx and MODEL.safetensors are of one trial. Every figure is from a process of its own on one core with one thread; engines take turns, round by
round. Peers are bimodal between processes, so each engine counts with its best one, and Retrial's ratios are of best to best. Retrial's calls begin
with bytes, the peers' with floats that are ready. ONNX Runtime is called with bound memory, which costs it least in Python.
"""
import json
import sys
import time

import peers_common as common

BATCHES = (1, 1024)
ROUNDS = 5
SECONDS = 1.0


def onnxruntime_call(model, batch):
    import numpy as np
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = ort.InferenceSession(model + ".onnx", options, providers=["CPUExecutionProvider"])
    image = session.get_inputs()[0]
    binding = session.io_binding()
    binding.bind_cpu_input(image.name, np.random.rand(batch, *image.shape[1:]).astype(np.float32))
    binding.bind_output(session.get_outputs()[0].name)
    return lambda: session.run_with_iobinding(binding)


def opencv_call(model, batch):
    import cv2
    import numpy as np

    cv2.setNumThreads(1)
    net = cv2.dnn.readNetFromONNX(model + ".onnx")
    images = np.random.rand(batch, 1, 28, 28).astype(np.float32)

    def call():
        net.setInput(images)
        return net.forward()
    return call


def torch_call(model, batch, traced):
    import torch

    torch.set_num_threads(1)
    net = common.torch_network(model + ".safetensors").eval()
    images = torch.rand(batch, 1, 28, 28).contiguous(memory_format=torch.channels_last)
    if traced:
        net = torch.jit.optimize_for_inference(torch.jit.trace(net, images))

    def call():
        with torch.inference_mode():
            return net(images)
    return call


ENGINES = {
    "onnxruntime": onnxruntime_call,
    "opencv-dnn": opencv_call,
    "pytorch-eager": lambda model, batch: torch_call(model, batch, False),
    "pytorch-optimized": lambda model, batch: torch_call(model, batch, True),
}


def work(engine, model, batch):
    """In a process of its own: warm up, then time single calls."""
    common.pin()
    call = ENGINES[engine](model, batch)
    start = time.perf_counter()
    while time.perf_counter() - start < SECONDS / 3:
        call()
    samples = []
    start = time.perf_counter()
    while time.perf_counter() - start < SECONDS or len(samples) < 5:
        before = time.perf_counter()
        call()
        samples.append(time.perf_counter() - before)
    samples.sort()
    print(json.dumps({"p50_us": 1e6 * samples[len(samples) // 2], "p99_us": 1e6 * samples[int(len(samples) * 0.99)],
                      "images_per_second": batch / samples[len(samples) // 2]}))


def ours(retrial, model, batch):
    """Every kernel variant and number format, measured by retrial latency."""
    import subprocess

    done = subprocess.run([retrial, "latency", model + ".onnx", "--batch", str(batch), "--seconds", "1", "--format", "json"],
                          capture_output=True, text=True, check=True)
    return {f"retrial {r['kernels']} {r['numbers']}": {"p50_us": r["p50_us"], "p99_us": r["p99_us"], "images_per_second": 1e6 * batch / r["p50_us"]}
            for r in json.loads(done.stdout)}


def measure(retrial, model):
    """results[engine][batch]: a list of what each process said."""
    results = {}
    left_out = set()
    for turn in range(ROUNDS):
        for batch in BATCHES:
            for engine, said in ours(retrial, model, batch).items():
                results.setdefault(engine, {}).setdefault(batch, []).append(said)
            for engine in ENGINES:
                said = None if engine in left_out else common.worker(__file__, engine, model, str(batch))
                if said:
                    results.setdefault(engine, {}).setdefault(batch, []).append(said)
                else:
                    left_out.add(engine)
        print(f"round {turn + 1} of {ROUNDS}", file=sys.stderr)
    return results


def main(retrial, model, path):
    results = measure(retrial, model)
    table = {}
    for engine, by_batch in results.items():
        one, many = by_batch.get(1), by_batch.get(1024)
        if not one or not many:
            continue
        table[engine] = {"p50_us": common.summary([s["p50_us"] for s in one], True), "p99_us": common.summary([s["p99_us"] for s in one], True),
                         "images_per_second": common.summary([s["images_per_second"] for s in many], False)}
    fastest = min((e for e in table if e.startswith("retrial") and e.endswith("fp32")), key=lambda e: table[e]["p50_us"]["best"])
    print(f"Unified network, 28x28x1; one core; best of {ROUNDS} processes [median]; ratios to {fastest}")
    print(f"{'':22} {'one image, p50 us':>22} {'p99 us':>8} {'ratio':>6}   {'batch 1024, images/s':>24} {'ratio':>6}")
    for engine, t in table.items():
        latency, speed = t["p50_us"], t["images_per_second"]
        t["latency_ratio"] = latency["best"] / table[fastest]["p50_us"]["best"]
        t["throughput_ratio"] = table[fastest]["images_per_second"]["best"] / speed["best"]
        print(f"{engine:22} {latency['best']:10.2f} [{latency['median']:9.2f}] {t['p99_us']['best']:8.2f} {t['latency_ratio']:6.2f}   "
              f"{speed['best']:11.0f} [{speed['median']:10.0f}] {t['throughput_ratio']:6.2f}")
    with open(path, "w") as f:
        json.dump({"network": "unified 28x28x1", "rounds": ROUNDS, "reference": fastest, "engines": table}, f, indent=1)


if sys.argv[1] == "--worker":
    work(sys.argv[2], sys.argv[3], int(sys.argv[4]))
else:
    main(*sys.argv[1:4])
