#!/bin/sh
# exit-codes.sh - the exit code of `retrial run` says what is left to do, and the machine's failures are never the trial's.
. tests/tap.sh
sweep=tests/fixtures/tiny.yaml

# trials NAME: the states of the attempts of a database, sorted, on one line
states() { sqlite3 "$SCRATCH/$1/r.db" "SELECT group_concat(state, ' ') FROM (SELECT state FROM attempts ORDER BY id)"; }
# study NAME OPTIONS...: run the tiny study into a database of that name
study() { name=$1; shift; try run "$sweep" --db "$SCRATCH/$name/r.db" -j 1 -q "$@"; }

study whole
[ "$code" = 0 ]
check $? "everything is done: exit code 0"
"$RETRIAL" query digests --db "$SCRATCH/whole/r.db" --format csv >"$SCRATCH/whole.csv"
# as_whole NAME: the digests of the undisturbed run
as_whole() { "$RETRIAL" query digests --db "$SCRATCH/$1/r.db" --format csv | cmp -s - "$SCRATCH/whole.csv"; }

# ---- stopped before the end ----
study some --max-trials 1
[ "$code" = 4 ]
check $? "--max-trials leaves a trial: exit code 4"
study some --max-trials 1
[ "$code" = 0 ] && as_whole some
check $? "--max-trials that leaves nothing: exit code 0"
"$RETRIAL" run tests/fixtures/resume.yaml --db "$SCRATCH/time/r.db" -j 1 -q --time-limit 1 --set train_limit=5400
[ $? = 4 ]
check $? "--time-limit leaves work: exit code 4"

# ---- no data ----
sed 's/dataset: synthetic/dataset: mnist/; s/name: tiny/name: nodata/' "$sweep" >"$SCRATCH/nodata.yaml"
sed 's/dataset: synthetic, //; s/^axes:/axes:\n  dataset: [mnist, synthetic]/; s/name: tiny/name: partly/' "$sweep" >"$SCRATCH/partly.yaml"
RETRIAL_DATA='' XDG_DATA_HOME=$SCRATCH; export RETRIAL_DATA XDG_DATA_HOME
try run "$SCRATCH/nodata.yaml" --db "$SCRATCH/nodata/r.db" -q
refuses 3 "nothing could be run"
check $? "no data for any trial: exit code 3, said also with -q"
try run "$SCRATCH/partly.yaml" --db "$SCRATCH/partly/r.db" -q
[ "$code" = 4 ] && [ "$(states partly)" = "done done" ]
check $? "no data for some trials: the others are done, exit code 4"
try run "$SCRATCH/partly.yaml" --db "$SCRATCH/partly/r.db" -q
refuses 3 "nothing could be run: no data for 2 trials"
check $? "again: nothing could be run for lack of data, exit code 3"
try plan "$SCRATCH/partly.yaml" --db "$SCRATCH/none.db"
fine && says 'mnist' && says 'missing'
check $? "plan needs neither a database nor the data set"
# As if the results were those on mnist, from a machine that has it.
sqlite3 "$SCRATCH/partly/r.db" "UPDATE attempts SET trial = trial + (SELECT min(id) FROM trials WHERE dataset = 'mnist') -
	(SELECT min(id) FROM trials WHERE dataset = 'synthetic')"
try plan "$SCRATCH/partly.yaml" --db "$SCRATCH/partly/r.db"
fine && says '2 done already, 2 would run'
check $? "plan: trials whose data set is missing are done if they have a result"
try run "$SCRATCH/partly.yaml" --db "$SCRATCH/partly/r.db"
[ "$code" = 0 ] && says '4 of 4 trials done (2 now, 2 before)' err && ! says 'skipped' err
check $? "so they are for run: exit code 0"

# ---- elsewhere ----
# lost NAME HEARTBEAT: the study as a run on another machine left it, with that last sign of life
lost() {
	study "$1" --max-trials 1
	sqlite3 "$SCRATCH/$1/r.db" "DELETE FROM results; DELETE FROM metrics; DELETE FROM scores; DELETE FROM predictions; DELETE FROM weights; DELETE FROM phase_results;
		UPDATE attempts SET state = 'running', host = '0123456789abcdef', finished_at = NULL, heartbeat = $2"
}
lost away "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"
study away
[ "$code" = 4 ] && says "1 trial is being run elsewhere" err && says "--take-over" err && says "free at $(date -u -d '15 minutes' +%Y-%m-%d)" err && [ "$(states away)" = "running done" ]
check $? "a trial that another machine has: exit code 4, until when, and how to take over"
study away
[ "$code" = 4 ] && [ "$(states away)" = "running done" ]
check $? "and again, as long as nothing changes"
study away --take-over
[ "$code" = 0 ] && [ "$(states away)" = "interrupted done done" ] && as_whole away
check $? "--take-over takes it: exit code 0 and the digests of an undisturbed run"
rm -rf "$SCRATCH/hostile"
lost hostile "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"
sqlite3 "$SCRATCH/hostile/r.db" "INSERT INTO metrics (attempt, phase, fold, epoch, output) SELECT id, -100000000, -1, 0, 0 FROM attempts"
try status tiny --db "$SCRATCH/hostile/r.db"
[ "$code" = 0 ]
check $? "a phase that no recipe has does not disturb status"
for when in "'2999-01-01T00:00:00.000Z'" "strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+1 hour')" "'yesterday'" "''" "strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-16 minutes')"; do
	rm -rf "$SCRATCH/stale"
	lost stale "$when"
	study stale
	[ "$code" = 0 ] && [ "$(states stale)" = "interrupted done done" ] && as_whole stale
	check $? "a heartbeat of $when is stale"
done

# ---- the machine's failures ----
mkdir -p "$SCRATCH/nostates"
echo "a file where the folder of checkpoints belongs" >"$SCRATCH/nostates/states"
"$RETRIAL" run "$sweep" --db "$SCRATCH/nostates/r.db" -j 1 --checkpoint 0 --progress lines >"$SCRATCH/out" 2>&1
code=$?
[ "$code" = 0 ] && [ "$(grep -c 'no checkpoint can be written' "$SCRATCH/out")" = 1 ] && as_whole nostates
check $? "checkpoints that cannot be written: one warning, and the trials are done"
"$RETRIAL" run "$sweep" --db "$SCRATCH/nostates/again.db" -j 1 --checkpoint 0 --json -q 2>"$SCRATCH/err" | grep -q '"event":"warning"'
check $? "and an event for --json"
"$RETRIAL" run tests/fixtures/resume.yaml --db "$SCRATCH/killed/r.db" -j 1 -q --max-trials 1 --set train_limit=5400 2>"$SCRATCH/err" & pid=$!
worker=
while [ -z "$worker" ] && kill -0 $pid 2>/dev/null; do
	[ "$(sqlite3 "$SCRATCH/killed/r.db" "SELECT count(*) FROM metrics" 2>/dev/null)" -gt 0 ] 2>/dev/null || continue
	worker=$(ps -o pid= --ppid $pid | tr -d ' ')
done
kill -9 "$worker"
wait $pid
code=$?
[ "$code" = 3 ] && says "killed by signal 9" err && says "the next run tries again" err && [ "$(states killed)" = interrupted ]
check $? "a worker that is killed from outside is no failed trial: exit code 3, the reason also with -q"
"$RETRIAL" run tests/fixtures/resume.yaml --db "$SCRATCH/killed/r.db" -j 1 -q --max-trials 1 --set train_limit=5400 2>"$SCRATCH/err"
[ $? = 4 ] && [ "$(states killed)" = "interrupted done" ]
check $? "and a plain run does it again"
# A file size that the database reaches and the checkpoints do not: SIGXFSZ would kill, an error does not.
(ulimit -f 200; "$RETRIAL" run "$sweep" --db "$SCRATCH/limit/r.db" -j 1 -q) >"$SCRATCH/out" 2>"$SCRATCH/err"
code=$?
[ "$code" = 3 ] && [ -s "$SCRATCH/err" ]
check $? "a file over the limit of the shell: exit code 3 and a reason, no death by SIGXFSZ"
study limit
[ "$code" = 0 ] && as_whole limit
check $? "and the next run without the limit finishes"
if [ "${MEMORY_LIMIT:-}" = unlimited ]; then
	skip "out of memory under --trial-memory is the trial's end: exit code 1" "this build needs more by itself"
else
	study memory --trial-memory 64 --threads 1
	[ "$code" = 1 ] && says "the limit for a trial is 64 MB" err
	check $? "out of memory under --trial-memory is the trial's end: exit code 1"
fi

# ---- signals ----
# As a batch system does: the process gets SIGTERM, and at once a second one from the script that passes it on.
"$RETRIAL" run tests/fixtures/resume.yaml --db "$SCRATCH/term/r.db" -j 1 -q --checkpoint 0 --set train_limit=5400 2>"$SCRATCH/err" & pid=$!
until [ "$(sqlite3 "$SCRATCH/term/r.db" "SELECT count(*) FROM metrics" 2>/dev/null || echo 0)" -gt 0 ] || ! kill -0 $pid; do sleep 0.05; done
kill -TERM $pid; sleep 0.1; kill -TERM $pid 2>/dev/null
wait $pid
code=$?
[ "$code" = 143 ] && [ "$(sqlite3 "$SCRATCH/term/r.db" "SELECT error LIKE 'interrupted in phase%' FROM attempts")" = 1 ]
check $? "SIGTERM twice within a second is one wish: the epoch is finished"

# ---- bad ends, quietly ----
cat >"$SCRATCH/bad.yaml" <<'Y'
retrial: 1
name: bad
seeds: 1
base: {dataset: synthetic, validation: 100, train_limit: 400, test_limit: 100}
axes:
  recipe: [explodes]
recipes:
  explodes: [{phase: single, epochs: 3, optimizer: {sgd: {lr: 10, weight_decay: 1}}}]
Y
try run "$SCRATCH/bad.yaml" --db "$SCRATCH/bad/r.db" -q
[ "$code" = 1 ] && says "ended badly, the first: phase explodes" err || says "ended badly, the first: phase single" err
check $? "a trial that ends badly: exit code 1, a reason is printed also with -q"
try run "$SCRATCH/bad.yaml" --db "$SCRATCH/two/r.db" -q --seeds 2 --max-trials 1
[ "$code" = 4 ] && says "ended badly" err
check $? "a trial that ends badly, and more to do: exit code 4"
try run "$SCRATCH/bad.yaml" --db "$SCRATCH/two/r.db" -q --seeds 2
[ "$code" = 1 ]
check $? "and when all have ended, 1"
try run "$SCRATCH/bad.yaml" --db "$SCRATCH/two/r.db" -q --seeds 2
[ "$code" = 1 ] && [ "$(sqlite3 "$SCRATCH/two/r.db" "SELECT count(*) FROM attempts")" = 2 ]
check $? "which it stays without --retry"
try run "$SCRATCH/bad.yaml" --db "$SCRATCH/stop/r.db" -q -j 1 --seeds 2 --on-error stop
[ "$code" = 1 ] && [ "$(sqlite3 "$SCRATCH/stop/r.db" "SELECT count(*) FROM attempts")" = 1 ]
check $? "--on-error stop: exit code 1, though there is more to do"
finish
