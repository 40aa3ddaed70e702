#!/bin/sh
# screenshots-sum.sh - one digest of all sources that make the page in docs/images/serve.png: when it
# is not the one in docs/images/serve.sum, the picture is older than the page (make screenshots).
cat harness/serve/style.css harness/serve/live.js harness/serve/chart.c harness/serve/page.c \
	harness/serve/page_curves.c | sha256sum | cut -c 1-64
