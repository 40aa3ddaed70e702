#!/bin/sh
# wide.sh - what the core can do beyond the paper, in a sweep file: batch normalisation, residual and depthwise layers, AdamW, schedules, averages of
# the weights, mixed images, further transforms. The same bits however it is run, and what is recorded of it.
. tests/tap.sh
sweep=tests/fixtures/wide.yaml

# digests NAME OPTIONS...: run the sweep into a database of that name, print its digests into NAME.csv
digests() {
	name=$1; shift
	"$RETRIAL" run "$sweep" --db "$SCRATCH/$name/r.db" -q "$@" 2>"$SCRATCH/err" || return 1
	"$RETRIAL" query digests --db "$SCRATCH/$name/r.db" --format csv >"$SCRATCH/$name.csv"
}
same() { digests "$@" && cmp -s "$SCRATCH/one.csv" "$SCRATCH/$1.csv"; }

digests one -j 1 --no-share
[ "$(wc -l <"$SCRATCH/one.csv")" -gt 20 ]
check $? "trials with everything run and have digests"
same two -j 2
check $? "two workers give the same digests"
same threads -j 1 --threads 2
check $? "two threads within a trial give the same digests"
for kernels in plain avx2 avx512 neon; do
	if "$RETRIAL" run "$sweep" --db "$SCRATCH/$kernels/r.db" --max-trials 1 --kernels $kernels -q 2>/dev/null; then
		same $kernels --kernels $kernels
		check $? "the $kernels kernels give the same digests"
	fi
done

# Interrupted again and again, each time as soon as another epoch is recorded; the last run is left alone.
epochs() { sqlite3 -readonly "$SCRATCH/often/r.db" "SELECT count(*) FROM metrics" 2>/dev/null || echo 0; }
before=0
for _ in 1 2 3 4 5 6; do
	"$RETRIAL" run "$sweep" --db "$SCRATCH/often/r.db" -j 2 --checkpoint 0 -q 2>/dev/null & pid=$!
	while kill -0 $pid 2>/dev/null && [ "$(epochs)" -le "$before" ]; do sleep 0.02; done
	kill -INT $pid 2>/dev/null
	wait $pid && break
	before=$(epochs)
done
[ "$(sqlite3 "$SCRATCH/often/r.db" "SELECT count(*) FROM attempts WHERE state = 'interrupted'")" -ge 2 ]
check $? "some trials were interrupted"
same often -j 2
check $? "and what goes on from their checkpoints ends with the same digests"
try verify wide --sample 2 --db "$SCRATCH/one/r.db"
[ "$code" = 0 ] && [ "$(grep -c '^bit-exact' "$SCRATCH/out")" = 2 ]
check $? "recorded trials are run again from their canonical text alone, with the same bits"

# stem: 36 + 16, 40, 16 + 16, 30, 222; head of a submodel: 54 + 24, 130; of the unified network: 2 (54 + 24), 12 x 16 + 16, 170.
# Moving: 4 + 4 twice in a stem, 6 + 6 behind it. Frozen in unify, in both stems: first with 36, the trained 8 and 12 of two normalisations.
try query "SELECT DISTINCT recipe, name, params, trainable FROM models WHERE model = 'everything' AND recipe <> 'begun' ORDER BY recipe, phase" --db "$SCRATCH/one/r.db" --format csv
printf 'alone,single,584,556\njoined,dual,1168,1112\njoined,unify,1286,1118\njoined,unfreeze,1286,1230\njoined,kfold,1286,1230\n' >"$SCRATCH/expected"
sed 1d "$SCRATCH/out" | cmp -s - "$SCRATCH/expected"
check $? "moving means and variances are parameters, but not trained ones"
# AdamW's two moments and the average: three numbers a trained parameter
try query "SELECT DISTINCT optimizer_bytes FROM models WHERE model = 'everything' AND recipe = 'alone'" --db "$SCRATCH/one/r.db" --format csv
[ "$(sed 1d "$SCRATCH/out")" = $((556 * 3 * 4)) ]
check $? "an average of the weights counts as state of the optimizer"

sed 's/with: first-norm/with: input/' "$sweep" >"$SCRATCH/shapes.yaml"
try check "$SCRATCH/shapes.yaml"
refuses 2 "stem1/sum: stem1/b-norm's output 4x14x14 and stem1/input's output 1x28x28 differ in shape"
check $? "check names the layer and both shapes where a sum does not fit"
sed 's/, input: sum, filters/, filters/' "$sweep" >"$SCRATCH/unread.yaml"
try check "$SCRATCH/unread.yaml"
refuses 2 "differ in shape"
check $? "a shortcut that is taken from the wrong place is found"
sed 's/schedule: cosine/schedule: cosinus/; s/warm_up: 1, final/warmup: 1, final/' "$sweep" >"$SCRATCH/schedule.yaml"
try check "$SCRATCH/schedule.yaml"
refuses 2 "unknown schedule 'cosinus' (did you mean 'cosine'?) (one of constant, cosine, step, milestones, linear, exponential, one_cycle, restarts, plateau)" && says "unknown key 'warmup' in a schedule (did you mean 'warm_up'?)" err
check $? "schedules are checked like optimizers"
try help schedule
fine && says "half a cosine" && says "warm_up"
check $? "help schedule tells the kinds and their parameters"
finish
