#!/bin/sh
# run.sh - `retrial run`: the same bits however it is run, and what it says and leaves behind when the machine or the user fails.
. tests/tap.sh
sweep=tests/fixtures/resume.yaml

# digests NAME OPTIONS...: run the sweep into a database of that name, print its digests into NAME.csv
digests() {
	name=$1; shift
	"$RETRIAL" run "$sweep" --db "$SCRATCH/$name/r.db" -q "$@" || return 1
	"$RETRIAL" query digests --db "$SCRATCH/$name/r.db" --format csv >"$SCRATCH/$name.csv"
}
same() { digests "$@" && cmp -s "$SCRATCH/one.csv" "$SCRATCH/$1.csv"; }

# ---- the same bits ----
digests one -j 1 --no-share
[ "$(wc -l <"$SCRATCH/one.csv")" -gt 40 ]
check $? "every trial has digests"
same twice -j 1
check $? "run twice gives the same digests"
same workers -j 2 --no-share
check $? "two workers give the same digests"
same threads -j 1 --threads 2
check $? "two threads within a trial give the same digests"
for kernels in avx2 neon; do
	"$RETRIAL" run "$sweep" --db "$SCRATCH/$kernels/r.db" --max-trials 1 --kernels $kernels -q 2>/dev/null
	if [ $? = 4 ]; then # this processor has them
		same $kernels --kernels $kernels
		check $? "the $kernels kernels give the same digests"
	fi
done
"$RETRIAL" run "$sweep" --db "$SCRATCH/plain/r.db" --set train_limit=64 --set test_limit=32 --set validation=40 --kernels plain -q
"$RETRIAL" run "$sweep" --db "$SCRATCH/fast/r.db" --set train_limit=64 --set test_limit=32 --set validation=40 -q
[ "$("$RETRIAL" query digests --db "$SCRATCH/plain/r.db")" = "$("$RETRIAL" query digests --db "$SCRATCH/fast/r.db")" ]
check $? "the plain kernels give the same digests (with a batch remainder)"
"$RETRIAL" run $sweep --db "$SCRATCH/one/r.db" --progress lines 2>&1 | grep -q '8 of 8 trials done (0 now, 8 before)'
check $? "running again runs nothing"

# ---- interrupted ----
"$RETRIAL" run "$sweep" --db "$SCRATCH/int/r.db" -j 2 --checkpoint 0 -q & pid=$!
while kill -0 $pid 2>/dev/null && [ -z "$(find "$SCRATCH/int" -name '*.checkpoint' 2>/dev/null)" ]; do sleep 0.05; done # trials are at work
kill -INT $pid; wait $pid; status=$?
[ $status -eq 130 ]
check $? "an interrupted run ends with exit code 130"
same int -j 2
check $? "and the next one goes on to the same digests"
"$RETRIAL" run "$sweep" --db "$SCRATCH/term/r.db" -j 2 --checkpoint 0 -q & pid=$!
sleep 0.4; kill -TERM $pid; wait $pid; status=$?
[ $status -eq 143 ]
check $? "SIGTERM ends it with exit code 143"
"$RETRIAL" run "$sweep" --db "$SCRATCH/max/r.db" --max-trials 3 -q
[ "$(sqlite3 "$SCRATCH/max/r.db" "SELECT count(*) FROM attempts WHERE state = 'done'")" = 3 ]
check $? "--max-trials 3 runs three trials"

# ---- two runs at once share the work ----
"$RETRIAL" run "$sweep" --db "$SCRATCH/two/r.db" -j 1 -q & a=$!
"$RETRIAL" run "$sweep" --db "$SCRATCH/two/r.db" -j 1 -q & b=$!
wait $a; sa=$?; wait $b; sb=$?
case $sa$sb in 00 | 04 | 40) "$RETRIAL" run "$sweep" --db "$SCRATCH/two/r.db" -q ;; *) false ;; esac
check $? "two runs on one database both end well: the one that ends first says that there is more to do"
[ "$(sqlite3 "$SCRATCH/two/r.db" "SELECT count(*) || ' ' || count(DISTINCT trial) FROM attempts WHERE state = 'done'")" = "8 8" ]
check $? "and no trial is done twice"

# ---- trials that end badly ----
cat >"$SCRATCH/bad.yaml" <<'Y'
retrial: 1
name: bad
seeds: 1
base: {dataset: synthetic, validation: 100, train_limit: 400, test_limit: 100}
axes:
  recipe: [explodes, misnamed, good]
recipes:
  explodes: [{phase: single, epochs: 3, optimizer: {sgd: {lr: 10, weight_decay: 1}}}]
  misnamed: [{phase: scratch, freeze: [conv1], epochs: 1}]
  good: [{phase: single, epochs: 1}]
Y
"$RETRIAL" run "$SCRATCH/bad.yaml" --db "$SCRATCH/bad/r.db" --progress lines >"$SCRATCH/bad.out" 2>&1; status=$?
[ $status -eq 1 ]
check $? "a diverging trial gives exit code 1"
sqlite3 "$SCRATCH/bad/r.db" "SELECT error FROM attempts WHERE state = 'diverged'" | grep -q 'phase single, epoch [0-9]*, step [0-9]*: the loss'
check $? "and is recorded with phase, epoch and step"
[ "$(sqlite3 "$SCRATCH/bad/r.db" "SELECT count(*) FROM attempts WHERE state = 'done'")" = 2 ]
check $? "the other trials are done all the same"
"$RETRIAL" run "$SCRATCH/bad.yaml" --db "$SCRATCH/bad/r.db" -q; status=$?
[ "$status $(sqlite3 "$SCRATCH/bad/r.db" "SELECT count(*) FROM attempts WHERE state = 'diverged'")" = "1 1" ]
check $? "what diverged is not tried again by itself, and the exit code still says so"
"$RETRIAL" run "$SCRATCH/bad.yaml" --db "$SCRATCH/bad/r.db" -q --retry all
[ "$(sqlite3 "$SCRATCH/bad/r.db" "SELECT count(*) FROM attempts WHERE state = 'diverged'")" = 2 ]
check $? "--retry all tries it again"
"$RETRIAL" run "$sweep" --db "$SCRATCH/limit/r.db" --trial-limit 1 --set train_limit=5400 --max-trials 1 -j 1 -q
[ "$(sqlite3 "$SCRATCH/limit/r.db" "SELECT state FROM attempts")" = timeout ]
check $? "a trial over its limit ends as timeout"

# ---- the machine fails ----
mkdir -p "$SCRATCH/broken/mnist"
for f in train-images-idx3-ubyte train-labels-idx1-ubyte t10k-images-idx3-ubyte t10k-labels-idx1-ubyte; do
	printf '\000\000\010\003\000\000' >"$SCRATCH/broken/mnist/$f"
done
sed 's/dataset: synthetic/dataset: mnist/; s/name: bad/name: broken/' "$SCRATCH/bad.yaml" >"$SCRATCH/broken.yaml"
out=$(RETRIAL_DATA='' "$RETRIAL" run "$SCRATCH/broken.yaml" --data "$SCRATCH/broken" --db "$SCRATCH/broken/r.db" --progress lines 2>&1); status=$?
[ $status -eq 3 ]
check $? "a truncated data file gives exit code 3"
printf '%s' "$out" | grep -q 'train-images-idx3-ubyte'
check $? "and is named"
out=$(RETRIAL_DATA='' XDG_DATA_HOME="$SCRATCH" "$RETRIAL" run "$SCRATCH/broken.yaml" --db "$SCRATCH/missing/r.db" --progress lines 2>&1); status=$?
[ $status -eq 3 ] && printf '%s' "$out" | grep -q 'skipped: .*mnist'
check $? "a data set that is nowhere is skipped: exit code 3 as nothing is left, and the reason is said"
if [ "$(id -u)" = 0 ] && mkdir -p "$SCRATCH/full" && mount -t tmpfs -o size=512k none "$SCRATCH/full" 2>/dev/null; then
	out=$("$RETRIAL" run "$sweep" --db "$SCRATCH/full/r.db" --no-share -q 2>&1); status=$?
	[ $status -eq 3 ] && printf '%s' "$out" | grep -Eq 'full|No space'
	check $? "a full disk gives exit code 3 and says so"
	[ "$(sqlite3 "$SCRATCH/full/r.db" 'PRAGMA integrity_check' 2>&1)" = ok ]
	check $? "what the database had is still good"
	mount -o remount,size=64m "$SCRATCH/full"
	"$RETRIAL" run "$sweep" --db "$SCRATCH/full/r.db" -q
	"$RETRIAL" query digests --db "$SCRATCH/full/r.db" --format csv >"$SCRATCH/full.csv"
	cmp -s "$SCRATCH/one.csv" "$SCRATCH/full.csv"
	check $? "with space again, the next run ends with the same digests"
	umount "$SCRATCH/full"
	mkdir -p "$SCRATCH/ro" && mount -t tmpfs -o ro none "$SCRATCH/ro"
	out=$("$RETRIAL" run "$sweep" --db "$SCRATCH/ro/r.db" -q 2>&1); status=$?
	[ $status -eq 3 ] && printf '%s' "$out" | grep -q "$SCRATCH/ro"
	check $? "a read-only folder gives exit code 3 and is named"
	umount "$SCRATCH/ro"
else
	skip "a full disk" "needs root and mount"
	skip "a read-only folder" "needs root and mount"
fi
printf 'This is no database, whatever its name says, and must stay as it is.' >"$SCRATCH/garbage.db"
"$RETRIAL" run "$sweep" --db "$SCRATCH/garbage.db" -q 2>/dev/null; status=$?
[ "$status $(head -c 24 "$SCRATCH/garbage.db")" = "3 This is no database, wha" ]
check $? "a file that is no database gives exit code 3 and is left alone"

# ---- the user errs ----
"$RETRIAL" run "$sweep" --workers 0 2>"$SCRATCH/err"; status=$?
[ $status -eq 2 ] && grep -q 'from 1 to 1024' "$SCRATCH/err"
check $? "a value out of range gives exit code 2 and the range"
"$RETRIAL" run "$sweep" --kernels sse9 2>"$SCRATCH/err"; status=$?
[ $status -eq 2 ] && grep -q plain "$SCRATCH/err"
check $? "unknown kernels give exit code 2 and the list"
"$RETRIAL" rum 2>"$SCRATCH/err"; status=$?
[ $status -eq 2 ] && grep -q "did you mean 'run'" "$SCRATCH/err"
check $? "an unknown verb gives exit code 2 and the nearest one"
"$RETRIAL" run 2>"$SCRATCH/err"; status=$?
[ $status -eq 2 ]
check $? "no sweep file gives exit code 2"
finish
