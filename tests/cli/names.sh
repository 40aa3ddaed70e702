#!/bin/sh
# names.sh - figures of own images whose classes have long names and names with markup: cut to the
# room that there is, different ones different, as text on the page.
# shellcheck source=tests/tap.sh
. tests/tap.sh
XDG_DATA_HOME=$SCRATCH/data
export XDG_DATA_HOME
sweep="$SCRATCH/leaves.yaml" db="$SCRATCH/leaves.db"

"$RETRIAL" data export synthetic --form png -o "$SCRATCH/pictures" >"$SCRATCH/out" 2>"$SCRATCH/err"
rename() {
	for part in train test; do
		mv "$SCRATCH/pictures/$part/$1" "$SCRATCH/pictures/$part/$2"
	done
}
rename 000 'leaf of the common horse-chestnut (Aesculus hippocastanum)'
rename 001 'leaf of the common horse-chestnut (Aesculus carnea), red'
rename 002 '<script>alert(1)<b>'
rename 003 "oak & \"friends\" of 'it'"
try data import leaves "$SCRATCH/pictures"
check "$code" "images in folders with such names are imported"
cat >"$sweep" <<'END'
retrial: 1
name: leaves
seeds: 2
base: {dataset: leaves, validation: 64, train_limit: 128, test_limit: 128, recipe: short, augment.rotation: 0.1}
recipes:
  short: [{phase: single, inputs: augmented, epochs: 1}]
axes: {batch_size: [16, 32]}
figures:
  - {id: alone, kind: confusion, where: {batch_size: 16}}
  - {id: beside, kind: confusion, series: batch_size}
  - {id: wrong, kind: misclassified, where: {batch_size: 16}}
  - {id: grid, kind: images, where: {batch_size: 16}}
END
"$RETRIAL" run "$sweep" --db "$db" -q >"$SCRATCH/out" 2>"$SCRATCH/err"
try plot "$sweep" --db "$db" --folder "$SCRATCH/figures"
check "$code" "the figures are drawn"

# names FIGURE ARRAY: the texts of an array of the figure's script, one a line.
names() {
	sed -n "s/^array $2\[[0-9]*\] = \[\(.*\)\]$/\1/p" "$SCRATCH/figures/$1.gp" | sed "s/^'//; s/'$//; s/', '/\n/g"
}
# fit FIGURE ARRAY MOST: ten different names, none longer than that.
fit() {
	names "$1" "$2" >"$SCRATCH/out"
	[ "$(sort -u "$SCRATCH/out" | wc -l)" = 10 ] && ! LC_ALL=C.UTF-8 grep -qE ".{$(($3 + 1)),}" "$SCRATCH/out" && says '…'
}
fit alone class_name 34
check $? "confusion: class names fit their room and stay different"
fit beside class_name 18
check $? "beside another panel they are shorter"
fit grid image_name 13
check $? "above the images of a grid, too"
names wrong true_class >"$SCRATCH/out"
[ "$(wc -l <"$SCRATCH/out")" = 24 ] && ! LC_ALL=C.UTF-8 grep -qE '.{13,}' "$SCRATCH/out"
check $? "so do the true classes of misclassified images"
[ "$(sed -n 's/^class_name_width = //p' "$SCRATCH/figures/beside.gp")" -le 16 ]
check $? "the room for them is measured in characters"
awk '/^-?[0-9]/ { for (i = 1; i <= NF; i++) { none += $i == -1; if ($i < -1 || $i > 255) bad = 1 } } END { exit bad || !none }' "$SCRATCH/figures/wrong.tsv"
check $? "between images there is nothing: the page's ground shows"

try report "$sweep" --db "$db" -o "$SCRATCH/page.html" --folder "$SCRATCH/report"
[ "$code" = 0 ] && ! grep -q '<script' "$SCRATCH/page.html" && grep -qF '&lt;script' "$SCRATCH/page.html"
check $? "a script in a class name is text on the report's page"
finish
