#!/bin/sh
# peers.sh inference | training - Retrial beside ONNX Runtime, OpenCV DNN and PyTorch: the same network, the same processor core, in turns, in
# one run. Called by `make bench-inference` and `make bench-peers`. The peers live in a Python virtual environment from PyPI: $PEERS, or
# $BUILD/peers, which is made when it is not there (PyTorch alone is some gigabytes; what cannot be had is left out, and said).
set -eu
what=$1
: "${BUILD:=build}" "${RETRIAL:=./retrial}" "${PEERS:=$BUILD/peers}"

if [ ! -x "$PEERS/bin/python" ]; then
	python3 -m venv "$PEERS" || { echo "peers.sh: python3 -m venv does not work here (Debian: python3-venv)" >&2; exit 3; }
fi
for package in numpy onnxruntime opencv-python-headless safetensors torch; do
	"$PEERS/bin/pip" show -qq "$package" 2>/dev/null || "$PEERS/bin/pip" install -q "$package" ||
		echo "peers.sh: $package cannot be installed: it is left out" >&2
done

case $what in
inference)
	scratch=$(mktemp -d)
	trap 'rm -rf "$scratch"' EXIT
	sed 's/^\t*//' >"$scratch/sweep.yaml" <<-'END'
	retrial: 1
	name: bench-inference
	title: The paper's unified network, hardly trained; its speed does not depend on its weights
	seeds: 1
	base: {dataset: synthetic, validation: 64, train_limit: 512, test_limit: 64}
	axes:
	  recipe: [once]
	recipes:
	  once:
	    - {phase: scratch, epochs: 1}
	END
	"$RETRIAL" run "$scratch/sweep.yaml" --db "$scratch/bench.db" --progress never >/dev/null
	trial=$("$RETRIAL" query 'SELECT trial FROM finished' --db "$scratch/bench.db" --format csv | sed 1d)
	for ending in onnx safetensors; do
		"$RETRIAL" export "$trial" --db "$scratch/bench.db" -o "$scratch/unified.$ending" >/dev/null
	done
	"$PEERS/bin/python" tests/bench/peers_inference.py "$RETRIAL" "$scratch/unified" "$BUILD/bench-inference.json" ;;
training)
	"$PEERS/bin/python" tests/bench/peers_training.py "$BUILD/bench-core" "$BUILD/bench-peers.json"
	"$PEERS/bin/python" tests/bench/peers_networks.py "$BUILD/bench-networks" "$BUILD/bench-peers-networks.json" ;;
*)
	echo "usage: peers.sh inference | training" >&2
	exit 2 ;;
esac
