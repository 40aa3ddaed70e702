#!/bin/sh
# splits.sh - a user's own pictures, from the folder to the trial: what import makes of them, and
# which splits check, plan and run refuse.
. tests/tap.sh

own=$SCRATCH/own
try data export synthetic --form png -o "$SCRATCH/all"
for part in train test; do
	for class in 000 001 002 003; do
		mkdir -p "$SCRATCH/set/$part/$class" "$SCRATCH/unsplit/$class"
		n=120; [ $part = train ] || n=25
		for f in $(ls "$SCRATCH/all/$part/$class" | head -n $n); do
			cp "$SCRATCH/all/$part/$class/$f" "$SCRATCH/set/$part/$class"
			cp "$SCRATCH/all/$part/$class/$f" "$SCRATCH/unsplit/$class/$part-$f"
		done
	done
done

# sweep NAME VALIDATION MORE: a sweep of one trial.
sweep() {
	cat >"$SCRATCH/$1.yaml" <<END
retrial: 1
name: $1
title: own pictures
seeds: 1
base: {dataset: signs, validation: $2, batch_size: 32$3}
axes: {recipe: [alone]}
recipes:
  alone: [{phase: single, epochs: 1}]
END
}

try data import signs "$SCRATCH/set" --data "$own" --keep-order
[ "$code" = 0 ] && says "480 training and 100 test images" && says "order of the files"
check $? "import keeps the order of the files on request"
sweep first 96 ""
for verb in check plan; do
	try $verb "$SCRATCH/first.yaml" --data "$own"
	refuses 2 "none of the 96 validation images is of class '001' (000 96, 001 0, 002 0, 003 0)"
	check $? "$verb refuses a validation set of one class, with the counts"
done
try run "$SCRATCH/first.yaml" --data "$own" --db "$SCRATCH/first.db" -q
[ "$code" = 2 ] && says "set stratify: true" err && [ "$(sqlite3 "$SCRATCH/first.db" 'SELECT count(*) FROM attempts')" = 0 ]
check $? "run refuses it before a trial begins"
sweep stratified 96 ", stratify: true"
try run "$SCRATCH/stratified.yaml" --data "$own" --db "$SCRATCH/first.db" -q
[ "$code" = 0 ]
check $? "stratify: true makes it a good split"
sweep large 10000 ""
try check "$SCRATCH/large.yaml" --data "$own"
refuses 2 "validation: 10000 of the 480 training images of signs leave none to train on"
check $? "check knows how large the set is"
sweep limit 96 ", stratify: true, test_limit: 101"
try check "$SCRATCH/limit.yaml" --data "$own"
refuses 2 "test_limit: 101 images, but signs has 100 test images"
check $? "and how large its test set is"
try check experiments/demo.yaml --set train_limit=56000
refuses 2 "train_limit: 56000 images, but fashion-mnist has 60000 training images and 5000 of them"
check $? "of a published set it knows without reading it"
sweep half 1.5 ""
try check "$SCRATCH/half.yaml" --data "$own"
refuses 2 "validation = 1.5: neither a whole number nor a fraction below 1"
check $? "one image and a half is no number of images"

try data rm signs --data "$own"
[ "$code" = 0 ] && [ ! -e "$own/signs" ]
check $? "rm removes an imported set"
try data rm signs --data "$own"
refuses 2 "no imported data set signs"
check $? "and says when there is none"
try data rm mnist --data "$own"
refuses 2 "published data set"
check $? "and takes no published one away"

try data import signs "$SCRATCH/set" --data "$own"
sweep fraction 0.2 ""
try run "$SCRATCH/fraction.yaml" --data "$own" --db "$SCRATCH/fraction.db" -q
[ "$code" = 0 ]
check $? "import mixes the classes: the first images are a good validation set, here a fraction"
identity=$(sqlite3 "$SCRATCH/fraction.db" 'SELECT config FROM trials')
case $identity in *'"validation":0.2'*) true ;; *) false ;; esac
check $? "the fraction is in the trial's configuration"
digest=$("$RETRIAL" data verify signs --data "$own" | awk 'NR == 2 { print $4 }')
(cd "$SCRATCH/set/train" && for class in 0*; do (cd "$class" && for f in *.png; do mv "$f" "$(md5sum <"$f" | cut -c 1-32).PNG"; done); done)
try data import signs "$SCRATCH/set" --data "$own"
[ "$code" = 0 ] && [ "$(ls "$own/signs")" = "$digest.data" ]
check $? "other names of the files are the same set"

try data import cells "$SCRATCH/unsplit" --data "$own" --test 0.25 --seed 7
[ "$code" = 0 ] && says "436 training and 144 test images" && says "stratified split, 0.25 for testing, seed 7"
check $? "pictures in CLASS/ alone are split, class by class"
try data show cells --data "$own"
says "import   order by content; stratified split, 0.25 for testing, seed 7" && says "109 + 36"
check $? "how it was split is kept with the set"
try data import cells "$SCRATCH/unsplit" --data "$own" --test 0.25 --seed 8
try data verify cells --data "$own"
[ "$code" = 3 ] && says "retrial data rm cells DIGEST" err
check $? "two splits of one name are not chosen from"
try data rm cells --data "$own"
refuses 2 "2 contents of one name"
check $? "rm asks which"
first=$(ls "$own/cells" | head -n 1)
try data rm cells "${first%.data}" --data "$own"
[ "$code" = 0 ] && [ "$(ls "$own/cells" | wc -l)" = 1 ]
check $? "and takes the one that is said"
try data import cells "$SCRATCH/unsplit" --data "$own" --test 1.5
refuses 2 "a fraction between 0 and 1"
check $? "more than all cannot be for testing"
try data import cells "$SCRATCH/unsplit" --data "$own" --resize 16
refuses 2 "WIDTHxHEIGHT"
check $? "a size has two sides"
try data import cells "$SCRATCH/unsplit" --data "$own" --resize 16x12
[ "$code" = 0 ] && says "of 12 x 16 pixels" && says "resized to 16 x 12"
check $? "pictures are resized on request"
finish
