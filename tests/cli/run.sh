# run.sh - `retrial run`: the same bits however it is run, and what it says and leaves behind when the machine or the user fails.
set -u
: "${RETRIAL:=./retrial}" "${SCRATCH:=$(mktemp -d)}"
sweep=tests/fixtures/resume.yaml count=0

check() { # check SENTENCE COMMAND...
	sentence=$1; shift; count=$((count + 1))
	if "$@"; then echo "ok $count - $sentence"; else echo "not ok $count - $sentence"; fi
}
skip() { count=$((count + 1)); echo "ok $count - $1 # SKIP $2"; }

# digests NAME OPTIONS...: run the sweep into a database of that name, print its digests into NAME.csv
digests() {
	name=$1; shift
	"$RETRIAL" run "$sweep" --db "$SCRATCH/$name/r.db" -q "$@" || return 1
	"$RETRIAL" query digests --db "$SCRATCH/$name/r.db" --format csv >"$SCRATCH/$name.csv"
}
same() { digests "$@" && cmp -s "$SCRATCH/one.csv" "$SCRATCH/$1.csv"; }

# ---- the same bits ----
digests one -j 1 --no-share
check "every trial has digests" [ "$(wc -l <"$SCRATCH/one.csv")" -gt 40 ]
check "run twice gives the same digests" same twice -j 1
check "two workers give the same digests" same workers -j 2 --no-share
check "two threads within a trial give the same digests" same threads -j 1 --threads 2
for kernels in avx2 neon; do
	if "$RETRIAL" run "$sweep" --db "$SCRATCH/$kernels/r.db" --max-trials 1 --kernels $kernels -q 2>/dev/null; then
		check "the $kernels kernels give the same digests" same $kernels --kernels $kernels
	fi
done
"$RETRIAL" run "$sweep" --db "$SCRATCH/plain/r.db" --set train_limit=64 --set test_limit=32 --set validation=40 --kernels plain -q
"$RETRIAL" run "$sweep" --db "$SCRATCH/fast/r.db" --set train_limit=64 --set test_limit=32 --set validation=40 -q
check "the plain kernels give the same digests (with a batch remainder)" \
	[ "$("$RETRIAL" query digests --db "$SCRATCH/plain/r.db")" = "$("$RETRIAL" query digests --db "$SCRATCH/fast/r.db")" ]
check "running again runs nothing" sh -c "'$RETRIAL' run $sweep --db '$SCRATCH/one/r.db' --progress lines 2>&1 | grep -q '0 done now, 8 done before'"

# ---- verified ----
"$RETRIAL" verify --db "$SCRATCH/one/r.db" --sample 2 --threads 2 >"$SCRATCH/verify" 2>&1; status=$?
check "verify runs recorded trials again and finds the same bits" sh -c "[ $status -eq 0 ] && [ \$(grep -c '^bit-exact' '$SCRATCH/verify') = 2 ]"
id=$(sed -n 's/^bit-exact *\([0-9a-f]*\) .*/\1/p' "$SCRATCH/verify" | head -n 1)
cp "$SCRATCH/one/r.db" "$SCRATCH/changed.db"
sqlite3 "$SCRATCH/changed.db" "UPDATE metrics SET val_loss = val_loss + 1e-12 WHERE phase = 1 AND epoch = 1"
"$RETRIAL" verify "$id" --db "$SCRATCH/changed.db" >"$SCRATCH/verify" 2>&1; status=$?
check "a changed number is a difference: exit code 1, with phase, epoch and how far apart" \
	sh -c "[ $status -eq 1 ] && grep -q '^differs .*phase .*epoch 2, output 1: val_loss .* apart' '$SCRATCH/verify'"

# ---- interrupted ----
"$RETRIAL" run "$sweep" --db "$SCRATCH/int/r.db" -j 2 --checkpoint 0 -q & pid=$!
sleep 0.4; kill -INT $pid; wait $pid; status=$?
check "an interrupted run ends with exit code 130" [ $status -eq 130 ]
check "and the next one goes on to the same digests" same int -j 2
"$RETRIAL" run "$sweep" --db "$SCRATCH/term/r.db" -j 2 --checkpoint 0 -q & pid=$!
sleep 0.4; kill -TERM $pid; wait $pid; status=$?
check "SIGTERM ends it with exit code 143" [ $status -eq 143 ]
"$RETRIAL" run "$sweep" --db "$SCRATCH/max/r.db" --max-trials 3 -q
check "--max-trials 3 runs three trials" [ "$(sqlite3 "$SCRATCH/max/r.db" "SELECT count(*) FROM attempts WHERE state = 'done'")" = 3 ]

# ---- two runs at once share the work ----
"$RETRIAL" run "$sweep" --db "$SCRATCH/two/r.db" -j 1 -q & a=$!
"$RETRIAL" run "$sweep" --db "$SCRATCH/two/r.db" -j 1 -q & b=$!
wait $a; sa=$?; wait $b; sb=$?
check "two runs on one database both end well" [ "$sa$sb" = 00 ]
check "and no trial is done twice" [ "$(sqlite3 "$SCRATCH/two/r.db" "SELECT count(*) || ' ' || count(DISTINCT trial) FROM attempts WHERE state = 'done'")" = "8 8" ]

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
check "a diverging trial gives exit code 1" [ $status -eq 1 ]
check "and is recorded with phase, epoch and step" \
	sh -c "sqlite3 '$SCRATCH/bad/r.db' \"SELECT error FROM attempts WHERE state = 'diverged'\" | grep -q 'phase single, epoch [0-9]*, step [0-9]*: the loss'"
check "the other trials are done all the same" [ "$(sqlite3 "$SCRATCH/bad/r.db" "SELECT count(*) FROM attempts WHERE state = 'done'")" = 2 ]
"$RETRIAL" run "$SCRATCH/bad.yaml" --db "$SCRATCH/bad/r.db" -q; status=$?
check "what diverged is not tried again by itself, and the exit code still says so" \
	[ "$status $(sqlite3 "$SCRATCH/bad/r.db" "SELECT count(*) FROM attempts WHERE state = 'diverged'")" = "1 1" ]
"$RETRIAL" run "$SCRATCH/bad.yaml" --db "$SCRATCH/bad/r.db" -q --retry all
check "--retry all tries it again" [ "$(sqlite3 "$SCRATCH/bad/r.db" "SELECT count(*) FROM attempts WHERE state = 'diverged'")" = 2 ]
"$RETRIAL" run "$sweep" --db "$SCRATCH/limit/r.db" --trial-limit 1 --set train_limit=5400 --max-trials 1 -j 1 -q
check "a trial over its limit ends as timeout" [ "$(sqlite3 "$SCRATCH/limit/r.db" "SELECT state FROM attempts")" = timeout ]

# ---- the machine fails ----
mkdir -p "$SCRATCH/broken/mnist"
for f in train-images-idx3-ubyte train-labels-idx1-ubyte t10k-images-idx3-ubyte t10k-labels-idx1-ubyte; do
	printf '\000\000\010\003\000\000' >"$SCRATCH/broken/mnist/$f"
done
sed 's/dataset: synthetic/dataset: mnist/; s/name: bad/name: broken/' "$SCRATCH/bad.yaml" >"$SCRATCH/broken.yaml"
out=$(RETRIAL_DATA= "$RETRIAL" run "$SCRATCH/broken.yaml" --data "$SCRATCH/broken" --db "$SCRATCH/broken/r.db" --progress lines 2>&1); status=$?
check "a truncated data file gives exit code 3" [ $status -eq 3 ]
check "and is named" sh -c "printf '%s' \"\$1\" | grep -q 'train-images-idx3-ubyte'" sh "$out"
out=$(RETRIAL_DATA= XDG_DATA_HOME="$SCRATCH" "$RETRIAL" run "$SCRATCH/broken.yaml" --db "$SCRATCH/missing/r.db" --progress lines 2>&1); status=$?
check "a data set that is nowhere is skipped: exit code 0, and the reason is said" \
	sh -c "[ $status -eq 0 ] && printf '%s' \"\$1\" | grep -q 'skipped: .*mnist'" sh "$out"
if [ "$(id -u)" = 0 ] && mkdir -p "$SCRATCH/full" && mount -t tmpfs -o size=256k none "$SCRATCH/full" 2>/dev/null; then
	out=$("$RETRIAL" run "$sweep" --db "$SCRATCH/full/r.db" --no-share -q 2>&1); status=$?
	check "a full disk gives exit code 3 and says so" sh -c "[ $status -eq 3 ] && printf '%s' \"\$1\" | grep -Eq 'full|No space'" sh "$out"
	check "what the database had is still good" [ "$(sqlite3 "$SCRATCH/full/r.db" 'PRAGMA integrity_check' 2>&1)" = ok ]
	mount -o remount,size=64m "$SCRATCH/full"
	"$RETRIAL" run "$sweep" --db "$SCRATCH/full/r.db" -q --retry failed
	"$RETRIAL" query digests --db "$SCRATCH/full/r.db" --format csv >"$SCRATCH/full.csv"
	check "with space again, the next run ends with the same digests" cmp -s "$SCRATCH/one.csv" "$SCRATCH/full.csv"
	umount "$SCRATCH/full"
	mkdir -p "$SCRATCH/ro" && mount -t tmpfs -o ro none "$SCRATCH/ro"
	out=$("$RETRIAL" run "$sweep" --db "$SCRATCH/ro/r.db" -q 2>&1); status=$?
	check "a read-only folder gives exit code 3 and is named" sh -c "[ $status -eq 3 ] && printf '%s' \"\$1\" | grep -q '$SCRATCH/ro'" sh "$out"
	umount "$SCRATCH/ro"
else
	skip "a full disk" "needs root and mount"
	skip "a read-only folder" "needs root and mount"
fi
printf 'This is no database, whatever its name says, and must stay as it is.' >"$SCRATCH/garbage.db"
"$RETRIAL" run "$sweep" --db "$SCRATCH/garbage.db" -q 2>/dev/null; status=$?
check "a file that is no database gives exit code 3 and is left alone" \
	[ "$status $(head -c 24 "$SCRATCH/garbage.db")" = "3 This is no database, wha" ]

# ---- the user errs ----
"$RETRIAL" run "$sweep" --workers 0 2>"$SCRATCH/err"; status=$?
check "a value out of range gives exit code 2 and the range" sh -c "[ $status -eq 2 ] && grep -q 'from 1 to 1024' '$SCRATCH/err'"
"$RETRIAL" run "$sweep" --kernels sse9 2>"$SCRATCH/err"; status=$?
check "unknown kernels give exit code 2 and the list" sh -c "[ $status -eq 2 ] && grep -q plain '$SCRATCH/err'"
"$RETRIAL" rum 2>"$SCRATCH/err"; status=$?
check "an unknown verb gives exit code 2 and the nearest one" sh -c "[ $status -eq 2 ] && grep -q \"did you mean 'run'\" '$SCRATCH/err'"
"$RETRIAL" run 2>"$SCRATCH/err"; status=$?
check "no sweep file gives exit code 2" [ $status -eq 2 ]
echo "1..$count"
