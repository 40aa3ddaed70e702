#!/bin/sh
# interop.sh - our files in the hands of others' programs: tests/interop/*.sh, with the Python packages of tests/interop/requirements.txt in a
# virtual environment of the build folder. When they cannot be had (no network), says so and ends well. Called by `make test-interop`.
set -u
: "${BUILD:=build}"
INTEROP_VENV=$BUILD/interop-venv
export INTEROP_VENV BUILD
wanted=tests/interop/requirements.txt
if ! cmp -s "$wanted" "$INTEROP_VENV/installed"; then
	log=$BUILD/interop.log
	mkdir -p "$BUILD"
	echo "interop: installing $(grep -c '^[a-z]' $wanted) Python packages into $INTEROP_VENV"
	python3 -m venv "$INTEROP_VENV" >"$log" 2>&1 && timeout 500 "$INTEROP_VENV/bin/pip" install -q -r "$wanted" >>"$log" 2>&1 || {
		echo "interop: SKIPPED, the Python packages cannot be installed: $(tail -n 1 "$log")"
		exit 0
	}
	cp "$wanted" "$INTEROP_VENV/installed"
fi
exec sh tests/run.sh tests/interop/*.sh
