#!/bin/sh
# screenshots.sh - the pictures of the README can be made anew (make screenshots): here of a small
# study. Prints TAP.
# shellcheck source=tests/tap.sh
. tests/tap.sh
if ! command -v chromium >/dev/null; then
	skip "pictures of the README" "chromium is not installed"
	finish
fi
cat >"$SCRATCH/pictures.yaml" <<END
retrial: 1
name: pictures
seeds: 2
base: {dataset: synthetic, validation: 64, train_limit: 128, test_limit: 64, recipe: short}
recipes:
  short: [{phase: single, epochs: 3}]
axes: {batch_size: [16, 32]}
figures: [{id: curves, kind: curves, metric: val_accuracy, series: batch_size}]
END
RETRIAL=$RETRIAL sh docs/screenshots.sh "$SCRATCH/images" "$SCRATCH/pictures.yaml" "$SCRATCH/pictures.db" >"$SCRATCH/out" 2>"$SCRATCH/err"
check $? "the script runs"
for picture in figure serve; do
	file=$SCRATCH/images/$picture.png
	[ "$(head -c 8 "$file" | od -An -tx1 | tr -d ' \n')" = 89504e470d0a1a0a ] && [ "$(wc -c <"$file")" -gt 10000 ]
	check $? "$picture.png is a picture"
	grep -q "docs/images/$picture.png" README.md
	check $? "the README shows it"
done
finish
