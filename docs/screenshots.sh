#!/bin/sh
# screenshots.sh - docs/images: a figure of the demo study and the live page that shows it, made anew
# by `make screenshots`, so that the README shows what the program does today.
# usage: screenshots.sh FOLDER [SWEEP.yaml DATABASE]   (the sweep is run where it is not done yet)
set -eu
folder=$1 sweep=${2:-experiments/demo.yaml} scratch=$(mktemp -d)
db=${3:-$scratch/demo.db} retrial=${RETRIAL:-./retrial} server=
leave() {
	[ -z "$server" ] || kill "$server" 2>/dev/null || true
	rm -rf "$scratch"
}
trap leave EXIT
command -v chromium >/dev/null || { echo "screenshots: chromium is not installed" >&2; exit 3; }
mkdir -p "$folder"
"$retrial" run "$sweep" --db "$db" -q
trials=$("$retrial" query 'SELECT trial FROM runs ORDER BY position LIMIT 12' --db "$db" --format csv | sed '1d; s/^/\&trial=/' | tr -d '\n')

first=$("$retrial" plot "$sweep" --db "$db" --folder "$scratch/figures" | sed -n 's/.*\/\([^/]*\)\.png$/\1/p' | head -n 1)
cp "$scratch/figures/$first.png" "$folder/figure.png"
# What the picture was drawn from: tests/cli/demo.sh and .ci/run compare it with the program of today.
sed '1s/ made by: .*//' "$scratch/figures/$first.gp" >"$folder/figure.gp"
cp "$scratch/figures/$first.tsv" "$folder/figure.tsv"

"$retrial" serve --db "$db" --port 0 >"$scratch/address" 2>"$scratch/log" &
server=$!
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	[ -s "$scratch/address" ] && break
	sleep 0.5
done
address=$(head -n 1 "$scratch/address")
chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$scratch/browser" --virtual-time-budget=4000 \
	--window-size=1280,480 --screenshot="$scratch/serve.png" "${address%/}/curves?${trials#&}" >"$scratch/log" 2>&1 || { cat "$scratch/log" >&2; exit 3; }
cp "$scratch/serve.png" "$folder/serve.png"
sh docs/screenshots-sum.sh >"$folder/serve.sum"
echo "$folder/figure.png"
echo "$folder/serve.png"
