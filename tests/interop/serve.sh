#!/bin/sh
# serve.sh - the live page of `retrial serve` in a real browser (Chromium, driven by Playwright): it
# grows while trials train, works without scripts, fits 400 and 1280 pixels in light and dark, and
# axe-core finds nothing. Then many readers at once while a run writes. Prints TAP.
# shellcheck source=tests/tap.sh
. tests/tap.sh
if ! command -v chromium >/dev/null; then
	skip "the live page in a browser" "chromium is not installed"
	finish
fi
"$INTEROP_VENV/bin/python" tests/interop/serve.py "$RETRIAL" "$SCRATCH"
