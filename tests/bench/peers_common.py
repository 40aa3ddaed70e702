"""peers_common.py - what the two benchmarks beside other frameworks share: one core, processes in turns, the best and the median of each."""
import json
import os
import statistics
import subprocess
import sys

# One thread, also of libraries that read this at their start.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def pin():
    """Bind this process to the last core that it may use, as retrial does."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def worker(script, *arguments):
    """The JSON that a process of its own prints, or None and why not on stderr."""
    done = subprocess.run([sys.executable, script, "--worker", *arguments], env=dict(os.environ, **ONE_THREAD), capture_output=True, text=True)
    if done.returncode:
        print(f"{arguments[0]}: left out: {(done.stderr.strip() or 'it failed').splitlines()[-1]}", file=sys.stderr)
        return None
    return json.loads(done.stdout.splitlines()[-1])


def summary(values, smaller_is_better):
    return {"best": min(values) if smaller_is_better else max(values), "median": statistics.median(values), "all": values}


def torch_network(path):
    """The network of a safetensors file that retrial export wrote, from the list of layers in its metadata."""
    import torch
    from safetensors import safe_open

    with safe_open(path, "pt") as f:
        layers = json.loads(f.metadata()["network"])
        tensors = {name: f.get_tensor(name) for name in f.keys()}

    class Network(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.weights = torch.nn.ParameterDict({name.replace("/", "-"): torch.nn.Parameter(t) for name, t in tensors.items()})

        def forward(self, image):
            out = []
            for layer in layers:
                x = [out[i] for i in layer.get("inputs", [])]
                weights = [self.weights.get(layer["name"].replace("/", "-") + suffix) for suffix in ("-kernel", "-bias")]
                if layer["kind"] == "input":
                    out.append(image)
                elif layer["kind"] == "conv":
                    out.append(torch.nn.functional.conv2d(x[0], *weights))
                elif layer["kind"] == "dense":
                    out.append(torch.nn.functional.linear(x[0].flatten(1), *weights))
                elif layer["kind"] == "maxpool":
                    out.append(torch.nn.functional.max_pool2d(x[0], 2))
                elif layer["kind"] == "concat":
                    out.append(torch.cat(x, 1))
                elif layer["kind"] == "dropout":
                    out.append(torch.nn.functional.dropout(x[0], layer.get("rate", 0.5), self.training))
                elif layer["kind"] == "output":
                    return out[-1]
                else:
                    raise ValueError("no layers of kind " + layer["kind"])
                if layer.get("relu"):
                    out[-1] = torch.relu(out[-1])

    return Network()
