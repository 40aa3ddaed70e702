#!/bin/sh
# fetch.sh - `retrial data fetch` against a server that truncates, stalls, redirects, lies about lengths and serves garbage;
# `data import` and `data export`. Fashion-MNIST comes from Debian's package.
. tests/tap.sh
unset RETRIAL_DATA http_proxy https_proxy all_proxy
export XDG_DATA_HOME="$SCRATCH/home" XDG_CACHE_HOME="$SCRATCH/cache" no_proxy='*'
fashion=/usr/share/datasets/fashion-mnist

# ---- fetch -------------------------------------------------------------------------------------------------------------------

python3 tests/fixtures/bad-server.py "$fashion" "$SCRATCH/port" >"$SCRATCH/requests" 2>"$SCRATCH/server.err" &
server=$!
trap 'kill $server 2>/dev/null' EXIT
for _ in $(seq 100); do [ -s "$SCRATCH/port" ] && break; sleep 0.1; done
base=http://127.0.0.1:$(cat "$SCRATCH/port")

# fetch HOW OPTIONS: Fashion-MNIST into a folder of that name. A test without the internet: the manifest's mirrors come after this one, and
# fail at once because of the proxy.
fetch() {
	how=$1; shift
	: >"$SCRATCH/requests"
	https_proxy=http://127.0.0.1:9 http_proxy=http://127.0.0.1:9 no_proxy=127.0.0.1 \
		"$RETRIAL" data fetch fashion-mnist --mirror "$base/$how" --data "$SCRATCH/$how" "$@" >"$SCRATCH/out" 2>"$SCRATCH/err"
	code=$?
}
whole() { [ "$(ls -A "$SCRATCH/$1/fashion-mnist" | wc -l)" = 4 ] && "$RETRIAL" data verify fashion-mnist --data "$SCRATCH/$1" | grep -q '^fashion-mnist good *canonical'; }
# nothing of the set is in its place
empty() { [ -z "$(ls "$SCRATCH/$1/fashion-mnist" 2>/dev/null)" ]; }

fetch good
fine && says "is now in $SCRATCH/good/fashion-mnist" && whole good
check $? "a data set is fetched whole"
fetch good
fine && says "is already in" && [ ! -s "$SCRATCH/requests" ]
check $? "what is there is not asked for again"
"$RETRIAL" data list --data "$SCRATCH/good" | grep -q "^fashion-mnist .* found .*$SCRATCH/good/fashion-mnist"
check $? "and is found where it was put"
mkdir "$SCRATCH/lib" && : >"$SCRATCH/lib/libcurl.so.4"
LD_LIBRARY_PATH=$SCRATCH/lib fetch nothing
refuses 3 'libcurl cannot be loaded' && says 'apt-get install libcurl4' err
check $? "without libcurl a download says what to install"
LD_LIBRARY_PATH=$SCRATCH/lib "$RETRIAL" data list >"$SCRATCH/out" 2>"$SCRATCH/err"
check $? "and everything else works"
fetch moved
fine && whole moved
check $? "redirections are followed"
fetch loop
[ "$code" = 3 ] && says "redirects" err && empty loop
check $? "but not for ever"
fetch nothing
[ "$code" = 3 ] && says "$base/nothing/train-images-idx3-ubyte.gz" err && says "404" err && says "could not be had" err && empty nothing
check $? "a missing file is exit 3, and each mirror's reason is said"
fetch garbage
[ "$code" = 3 ] && empty garbage && [ -z "$(find "$SCRATCH/garbage" -name '*.gz' -size +0)" ]
check $? "garbage is thrown away"
fetch other
[ "$code" = 3 ] && says "$base/other/train-images-idx3-ubyte.gz" err && empty other
check $? "a file that is another one is refused"
fetch short
[ "$code" = 3 ] && empty short
check $? "a length that is too small leaves a cut off file, which is refused"
fetch endless
[ "$code" = 3 ] && says "this cannot be the file" err && empty endless && [ "$(du -sk "$SCRATCH/endless" | cut -f1)" -lt 60000 ]
check $? "an answer without end is ended"
fetch stall --stall 1
[ "$code" = 3 ] && says "no answer for 1 s" err && empty stall
check $? "a server that is silent is given up"
mv "$SCRATCH/stall" "$SCRATCH/whole"
fetch whole
fine && whole whole && grep -q '^whole train-images-idx3-ubyte.gz bytes=3000-' "$SCRATCH/requests"
check $? "a server that cannot send a part sends the whole"
fetch cut
[ "$code" = 3 ] && [ "$(grep -c train-images "$SCRATCH/requests")" = 3 ] && grep -q 'train-images-idx3-ubyte.gz bytes=[1-9]' "$SCRATCH/requests"
check $? "a transfer that is cut off is tried again from where it was cut"
mv "$SCRATCH/cut" "$SCRATCH/good2" && ln -s good2 "$SCRATCH/cut"
begun=$(stat -c %s "$SCRATCH/good2/fashion-mnist/.fetch/train-images-idx3-ubyte.gz")
: >"$SCRATCH/requests"
try data fetch fashion-mnist --mirror "$base/good" --data "$SCRATCH/good2"
fine && whole good2 && grep -q "^good train-images-idx3-ubyte.gz bytes=$begun-" "$SCRATCH/requests"
check $? "the next fetch goes on where the last one ended"
mkdir -p "$SCRATCH/stale/fashion-mnist/.fetch"
head -c 5000 /dev/zero >"$SCRATCH/stale/fashion-mnist/.fetch/t10k-images-idx3-ubyte.gz"
: >"$SCRATCH/requests"
try data fetch fashion-mnist --mirror "$base/good" --data "$SCRATCH/stale"
[ "$code" = 0 ] || try data fetch fashion-mnist --mirror "$base/good" --data "$SCRATCH/stale"
[ "$code" = 0 ] && whole stale
check $? "a beginning that was another file's does no harm"
(
	"$RETRIAL" data fetch fashion-mnist --mirror "$base/stall" --data "$SCRATCH/killed" --stall 60 2>/dev/null & pid=$!
	sleep 1
	try data fetch fashion-mnist --mirror "$base/good" --data "$SCRATCH/killed"
	kill -s KILL $pid
	refuses 3 "another fetch is at it"
)
check $? "two fetches of one set do not meet"
try data fetch fashion-mnist --mirror "$base/good" --data "$SCRATCH/killed"
fine && whole killed
check $? "one that was killed leaves no lock"
"$RETRIAL" data fetch fashion-mnist --mirror "$base/stall" --data "$SCRATCH/interrupted" --stall 60 >"$SCRATCH/out" 2>"$SCRATCH/err" & pid=$!
sleep 1
kill -s TERM $pid
wait $pid
[ $? = 143 ] && says "the same command goes on" err
check $? "an interrupted one says how to go on"
try data fetch synthetic
refuses 2 "nothing to fetch"
check $? "what is made is not fetched"
try data fetch minst
refuses 2 "did you mean 'mnist'?"
check $? "a wrong name is asked back"
try data fetch
refuses 2 "fetch takes the names"
check $? "fetch without names is wrong use"

# ---- import and export -------------------------------------------------------------------------------------------------------

own=$SCRATCH/own
digest_of() { "$RETRIAL" data verify "$1" --data "$own" | awk 'NR == 2 { print $4 }'; }
"$RETRIAL" data export synthetic --form idx -o "$SCRATCH/idx" && "$RETRIAL" data import signs-idx "$SCRATCH/idx" --keep-order --data "$own" >"$SCRATCH/out" 2>"$SCRATCH/err"
[ "$(digest_of signs-idx)" = "$(digest_of synthetic)" ]
check $? "IDX files come in as they went out"
"$RETRIAL" data export synthetic-colour --form cifar -o "$SCRATCH/cifar" && "$RETRIAL" data import signs-cifar "$SCRATCH/cifar" --keep-order --data "$own" >"$SCRATCH/out" 2>"$SCRATCH/err"
[ "$(digest_of signs-cifar)" = "$(digest_of synthetic-colour)" ]
check $? "CIFAR's records come in as they went out"
"$RETRIAL" data export synthetic-colour --form png -o "$SCRATCH/png" && "$RETRIAL" data import signs "$SCRATCH/png" --data "$own" >"$SCRATCH/out" 2>"$SCRATCH/err"
[ "$(find "$SCRATCH/png" -name '*.png' | wc -l)" = 7000 ] && says "6000 training and 1000 test images of 32 x 32 pixels, coloured, 10 classes"
check $? "PNG files come in by class"
"$RETRIAL" data export signs --form png -o "$SCRATCH/png2" --data "$own"
sums() { (cd "$SCRATCH/$1/train/007" && md5sum ./*.png | cut -c 1-32 | sort); }
[ "$(sums png)" = "$(sums png2)" ] && [ "$(sums png | wc -l)" = 600 ]
check $? "and go out again as the same pictures"
[ "$(ls "$own/signs")" = "$(digest_of signs).data" ]
check $? "the file is named by its content"
cat >"$SCRATCH/own.yaml" <<END
retrial: 1
name: own
title: own pictures
seeds: 1
base: {dataset: signs, validation: 500, train_limit: 512, test_limit: 200, batch_size: 32}
axes: {recipe: [alone]}
recipes:
  alone:
    - {phase: single, epochs: 1}
END
try run "$SCRATCH/own.yaml" --data "$own" --db "$SCRATCH/own.db" -q
[ "$code" = 0 ] && [ "$(sqlite3 "$SCRATCH/own.db" "SELECT data_variant, length(data_digest) FROM attempts WHERE state = 'done'")" = "imported|64" ]
check $? "a sweep trains on it, and its results say which data they are of"
trial=$(sqlite3 "$SCRATCH/own.db" 'SELECT identity FROM trials LIMIT 1')
try export "$trial" --db "$SCRATCH/own.db" --data "$own" -o "$SCRATCH/own.onnx"
[ "$code" = 0 ] && try eval "$SCRATCH/own.onnx" --dataset signs --data "$own" && [ "$code" = 0 ]
check $? "its networks are exported and evaluated, too"
try report "$SCRATCH/own.yaml" --db "$SCRATCH/own.db" -o "$SCRATCH/own.html"
[ "$code" = 0 ] && grep -q 'own pictures' "$SCRATCH/own.html"
check $? "verbs that read no data take its name as it is"
try check "$SCRATCH/own.yaml"
refuses 2 "signs"
check $? "without it the name is wrong"
printf x | dd of="$own/signs/$(ls "$own/signs")" bs=1 seek=70000 conv=notrunc 2>/dev/null
try data verify signs --data "$own"
[ "$code" = 3 ] && says "damaged: its content has the digest" err
check $? "a damaged file is noticed"
head -c 3000 "$own/signs-idx/$(ls "$own/signs-idx")" >"$SCRATCH/begin" && cp "$SCRATCH/begin" "$own/signs-idx/$(ls "$own/signs-idx")"
try data verify signs-idx --data "$own"
[ "$code" = 3 ] && says "cut off" err
check $? "so is one that is cut off"
cp "$own/signs-cifar/$(ls "$own/signs-cifar")" "$own/signs-cifar/$(printf '%064d' 7).data"
try data verify signs-cifar --data "$own"
[ "$code" = 3 ] && says "two contents of one name" err
check $? "two contents of one name are not chosen from"
try data import mnist "$SCRATCH/idx" --data "$own"
refuses 2 "cannot be the name of an imported data set"
check $? "a published name is not taken"
try data import a-set "$SCRATCH/home" --data "$own"
refuses 2 "$SCRATCH/home"
check $? "a folder that is not there is said"
mkdir -p "$SCRATCH/bad/train/a" "$SCRATCH/bad/train/b" "$SCRATCH/bad/test/a"
try data import a-set "$SCRATCH/bad" --data "$own"
refuses 2 "train has a class 'b', test has nothing in its place"
check $? "classes that differ between training and test are said"
mkdir "$SCRATCH/bad/test/b"
for f in train/a train/b test/a test/b; do cp "$SCRATCH/png/train/003/00000003.png" "$SCRATCH/bad/$f/x.png"; done
echo "no picture" >"$SCRATCH/bad/test/b/y.png"
try data import a-set "$SCRATCH/bad" --data "$own"
refuses 2 "$SCRATCH/bad/test/b/y.png"
check $? "a file that is no picture is named"
"$RETRIAL" data export synthetic --form png -o "$SCRATCH/grey" && cp "$SCRATCH/grey/train/000/00000000.png" "$SCRATCH/bad/test/b/y.png"
try data import a-set "$SCRATCH/bad" --data "$own"
refuses 2 "28 x 28 pixels, the first image has 32 x 32"
check $? "pictures of two sizes are refused"
try data export synthetic-colour --form idx -o "$SCRATCH/none"
refuses 2 "take the form png"
check $? "a form that cannot hold the set is refused"
finish
