#!/bin/sh
# data.sh - `retrial data`: the table, the exit codes, the messages, the sheets.
# Fashion-MNIST comes from Debian's package; MNIST and CIFAR-10 are
# tried where RETRIAL_DATA has them.
. tests/tap.sh

real=${RETRIAL_DATA-}
fashion=/usr/share/datasets/fashion-mnist
unset RETRIAL_DATA
mkdir -p "$SCRATCH/empty"
export XDG_DATA_HOME="$SCRATCH/empty" XDG_CACHE_HOME="$SCRATCH/cache"

# data ARGUMENTS: run the verb; code, out and err are what it left.
data() { try data "$@"; }
# starts FILE BYTES: does the file begin with these (octal escapes)?
starts() {
	printf "$2" >"$SCRATCH/magic"
	head -c "$(wc -c <"$SCRATCH/magic")" "$1" | cmp -s - "$SCRATCH/magic"
}

data list
[ $code = 0 ] && says synthetic && says fashion-mnist && says cifar10 && [ ! -s "$SCRATCH/err" ]
check $? "list shows every data set on stdout and exits 0, whatever is missing"

grep -q '^mnist .* missing .*RETRIAL_DATA' "$SCRATCH/out" && grep -q '^synthetic .* found .*canonical' "$SCRATCH/out"
check $? "list says what is found, what is missing and what to do about it"

data list --json
if command -v python3 >/dev/null; then
	[ $code = 0 ] && python3 -c '
import json, sys
sets = json.load(sys.stdin)
assert [s["name"] for s in sets] == ["mnist", "fashion-mnist", "cifar10", "synthetic", "synthetic-colour"], sets
assert sets[3]["train"] == 6000 and sets[3]["state"] == "found" and sets[0]["variant"] is None, sets
' <"$SCRATCH/out" 2>"$SCRATCH/err"
	check $? "list --json is JSON with numbers as numbers"
else
	skip "list --json is JSON with numbers as numbers" "no python3"
fi

data verify synthetic
[ $code = 0 ] && grep -q '^synthetic good *canonical 1ce3020972e252fb' "$SCRATCH/out"
check $? "verify prints the digest of a good set and exits 0"

data verify synthetic mnist
[ $code = 3 ] && says "data set mnist not found: looked in" err && says "synthetic" && grep -q '^mnist *missing' "$SCRATCH/out"
check $? "verify of a missing set exits 3, says where it looked, and still checks the others"

data verify
[ $code = 0 ] && says synthetic out
check $? "verify without names forgives what is missing"

data verify minst
[ $code = 2 ] && says "did you mean 'mnist'?" err && [ ! -s "$SCRATCH/out" ]
check $? "verify of an unknown name exits 2 and says what was meant"

mkdir -p "$SCRATCH/damaged/mnist"
printf '\000\000\010\003' >"$SCRATCH/damaged/mnist/train-images-idx3-ubyte"
data verify mnist --data "$SCRATCH/damaged"
[ $code = 3 ] && says "damaged/mnist/train-images-idx3-ubyte: truncated" err && grep -q '^mnist *bad' "$SCRATCH/out"
check $? "verify names the truncated file and exits 3"

RETRIAL_DATA="$SCRATCH/damaged" "$RETRIAL" data verify >"$SCRATCH/out" 2>"$SCRATCH/err"
[ $? = 3 ] && says "damaged/mnist/train-images-idx3-ubyte: truncated" err
check $? "RETRIAL_DATA is searched, and a bad set is never forgiven"

data list --data "$SCRATCH/damaged"
[ $code = 0 ] && grep -q '^mnist .* bad .*truncated' "$SCRATCH/out"
check $? "list shows a bad set with the reason and exits 0"

data show synthetic
[ $code = 0 ] && says "6000 for training, 1000 for testing" && grep -q '^class 9 .*600 + 100' "$SCRATCH/out"
check $? "show describes a set and counts its classes"

data show synthetic --count 30 -o "$SCRATCH/sheet.pgm"
# Three columns of ten: 3 * (2 * 28 + 2) + 2 by 10 * (2 * 28 + 2) + 2 pixels behind a header of 15 bytes.
[ $code = 0 ] && starts "$SCRATCH/sheet.pgm" 'P5\n176 582\n255\n' && [ "$(wc -c <"$SCRATCH/sheet.pgm")" = $((15 + 176 * 582)) ]
check $? "show -o FILE.pgm writes a sheet of the size that was asked for"

data show synthetic --count 30 -o "$SCRATCH/sheet.ppm"
[ $code = 0 ] && starts "$SCRATCH/sheet.ppm" 'P6\n176 582\n255\n' && [ "$(wc -c <"$SCRATCH/sheet.ppm")" = $((15 + 3 * 176 * 582)) ]
check $? "show -o FILE.ppm writes it in colour"

data show synthetic --count 30 -o "$SCRATCH/sheet.png"
[ $code = 0 ] && starts "$SCRATCH/sheet.png" '\211PNG\r\n\032\n' && [ ! -s "$SCRATCH/err" ]
check $? "show -o FILE.png writes a PNG"

mkdir "$SCRATCH/bin"
(PATH="$SCRATCH/bin" "$RETRIAL" data show synthetic -o "$SCRATCH/none.png") >"$SCRATCH/out" 2>"$SCRATCH/err"
[ $? = 3 ] && says "install gnuplot-nox" err && [ ! -e "$SCRATCH/none.png" ]
check $? "show without gnuplot exits 3, says what to install and leaves no file"

data show synthetic --augment --count 30 -o "$SCRATCH/augmented.pgm"
[ $code = 0 ] && [ "$(wc -c <"$SCRATCH/augmented.pgm")" = $((15 + 176 * 582)) ] && ! cmp -s "$SCRATCH/augmented.pgm" "$SCRATCH/sheet.pgm"
check $? "show --augment writes another sheet of the same size"

data show synthetic -o "$SCRATCH/sheet.gif"
[ $code = 2 ] && says ".png, .ppm or .pgm" err && [ ! -e "$SCRATCH/sheet.gif" ]
check $? "show refuses an ending that it does not know with exit code 2"

data show synthetic --count 0 -o "$SCRATCH/zero.pgm"
[ $code = 2 ] && [ ! -e "$SCRATCH/zero.pgm" ]
check $? "show refuses a count of zero with exit code 2"

data show
a=$code
data shwo
[ $a = 2 ] && [ $code = 2 ] && says "did you mean 'show'?" err
check $? "a forgotten name and an unknown action exit 2"

if [ -d $fashion ]; then
	data verify fashion-mnist
	[ $code = 0 ] && grep -q '^fashion-mnist good *canonical acefb426566c728f' "$SCRATCH/out"
	check $? "Debian's Fashion-MNIST is canonical"

	mkdir "$SCRATCH/mixed" && ln -s $fashion "$SCRATCH/mixed/mnist"
	data verify mnist --data "$SCRATCH/mixed"
	[ $code = 3 ] && says "this is fashion-mnist's train-images-idx3-ubyte, not mnist's" err
	check $? "Fashion-MNIST in MNIST's folder is found out"
else
	skip "Debian's Fashion-MNIST is canonical" "dataset-fashion-mnist is not installed"
	skip "Fashion-MNIST in MNIST's folder is found out" "dataset-fashion-mnist is not installed"
fi

if [ -n "$real" ] && [ -e "$real/cifar10" ]; then
	data show cifar10 --data "$real"
	sed '/^source/d' "$SCRATCH/out" >"$SCRATCH/first"
	[ $code = 0 ] && grep -Eq '^variant  (canonical|20-stand-ins)$' "$SCRATCH/out" && says "class 9  truck         5000 + 1000"
	check $? "CIFAR-10 is read and its variant is said"

	data show cifar10 --data "$real"
	sed '/^source/d' "$SCRATCH/out" | cmp -s - "$SCRATCH/first"
	check $? "CIFAR-10 is the same when it comes from the cache"

	for file in "$SCRATCH"/cache/retrial/*.data; do
		[ ! -e "$file" ] || printf 'x' | dd of="$file" bs=1 seek=5000 conv=notrunc 2>/dev/null
	done
	data show cifar10 --data "$real"
	sed '/^source/d' "$SCRATCH/out" | cmp -s - "$SCRATCH/first"
	check $? "CIFAR-10 is the same when the cache was damaged"
else
	for sentence in "CIFAR-10 is read and its variant is said" "CIFAR-10 is the same when it comes from the cache" \
		"CIFAR-10 is the same when the cache was damaged"; do
		skip "$sentence" "RETRIAL_DATA names no folder with cifar10"
	done
fi

# Eight workers at once: what each has for itself and its part of what is shared, summed, against all of what one has mapped.
if [ -d $fashion ]; then
	cat >"$SCRATCH/eight.yaml" <<END
retrial: 1
name: eight
title: eight workers
seeds: 8
base: {dataset: fashion-mnist, validation: 10000, batch_size: 32}
axes: {recipe: [alone]}
recipes:
  alone:
    - {phase: single, epochs: 1000}
END
	"$RETRIAL" run "$SCRATCH/eight.yaml" --db "$SCRATCH/eight.db" -j 8 -q 2>"$SCRATCH/err" & writer=$!
	sum=0 largest=0
	for _ in $(seq 100); do
		sleep 0.3
		workers=$(pgrep -P $writer) || continue
		[ "$(echo "$workers" | wc -l)" = 8 ] && [ "$(sqlite3 "file:$SCRATCH/eight.db?mode=ro" 'SELECT count(DISTINCT attempt) FROM metrics' 2>/dev/null)" = 8 ] || continue
		sum=0 largest=0
		for pid in $workers; do
			sum=$((sum + $(awk '/^Pss:/ { print $2 }' "/proc/$pid/smaps_rollup")))
			rss=$(awk '/^Rss:/ { print $2 }' "/proc/$pid/smaps_rollup")
			[ "$rss" -le $largest ] || largest=$rss
		done
		break
	done
	kill -s INT $writer; kill -s INT $writer; wait $writer
	echo "$sum kB for eight, $largest kB for one" >"$SCRATCH/out"
	[ $sum -gt 0 ] && [ $sum -lt $((2 * largest)) ]
	check $? "eight workers share the pictures: they need less than twice the memory of one"
	sed 's/^/# /' "$SCRATCH/out"
else
	skip "eight workers share the pictures: they need less than twice the memory of one" "dataset-fashion-mnist is not installed"
fi
finish
