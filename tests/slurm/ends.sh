#!/bin/sh
# ends.sh - within cluster.sh: what may go wrong on a node, each with a clear end: a full disk, another CPU, a program
# of another core version or commit, preemption, a program that is not there. Prints TAP.
. tests/tap.sh
sweep=$PWD/tests/fixtures/tiny.yaml
copy=$SCRATCH/bin/retrial
mkdir -p "$SCRATCH/bin"
digests() { "$1" query digests --db "$2" --format csv; }
# study NAME OPTIONS...: run the study on the side partition, by the copy of the program
study() { name=$1; shift; "$copy" run "$sweep" --db "$SCRATCH/$name/r.db" --executor slurm --slurm partition=side "$@" >"$SCRATCH/out" 2>"$SCRATCH/err"; }
as_local() { digests "$RETRIAL" "$SCRATCH/$1/r.db" | cmp -s - "$SCRATCH/local.csv"; }
no_failure() { [ "$(sqlite3 "$SCRATCH/$1/r.db" "SELECT count(*) FROM attempts WHERE state IN ('failed', 'diverged', 'timeout')")" = 0 ]; }
until_true() {
	tries=0
	until "$@"; do
		tries=$((tries + 1))
		[ "$tries" -lt 300 ] || return 1
		sleep 0.2
	done
}
nothing_queued() { [ -z "$(squeue --noheader --array --partition=side --name=retrial-tiny)" ]; }
cp "$RETRIAL" "$copy"
"$RETRIAL" run "$sweep" --db "$SCRATCH/local/r.db" -q
digests "$RETRIAL" "$SCRATCH/local/r.db" >"$SCRATCH/local.csv"
[ "$(wc -l <"$SCRATCH/local.csv")" -gt 4 ]
check $? "a local run has digests"

# ---- another CPU ----
study plain --kernels plain --wait
[ $? = 0 ] && as_local plain && [ "$(sqlite3 "$SCRATCH/plain/r.db" "SELECT DISTINCT kernels FROM attempts")" = plain ]
check $? "a node without vector instructions: exit code 0, the same digests"

# ---- nodes that are drained; another core version ----
scontrol update nodename=n5,n6 state=drain reason=maintenance
study core --tasks 1
until_true sh -c "'$copy' status --db '$SCRATCH/core/r.db' >'$SCRATCH/out' 2>&1; grep -q '1 task waiting: [A-Z]' '$SCRATCH/out'"
check $? "status shows Slurm's reason why a task waits"
sed -i '1s/core [0-9]*/core 9999/' "$SCRATCH/core/slurm/tiny/00001/trials.txt"
scontrol update nodename=n5,n6 state=resume
until_true nothing_queued
study core --collect
[ $? = 4 ] && no_failure core
check $? "a program of another core version on the node: nothing is recorded, more to do"
"$copy" status --db "$SCRATCH/core/r.db" >"$SCRATCH/out" 2>&1
grep -q 'tasks ended: 1 unfinished' "$SCRATCH/out" && grep -q 'task 1 of submission 00001 ended without 2 of its 2 trials: .*core version 9999' "$SCRATCH/out"
check $? "status says which task did not finish, and why"
study core --wait
[ $? = 0 ] && as_local core && grep -q 'ended without 2 of its 2 trials: .*core version 9999' "$SCRATCH/err"
check $? "the next run says so, too, submits again and finishes"

# ---- another commit ----
commit=$("$RETRIAL" --version | grep -o '[0-9a-f]\{40\}' | head -n 1)
[ -n "$commit" ] || commit=$(git rev-parse HEAD)
scontrol update nodename=n5,n6 state=drain reason=maintenance
study commit --tasks 1
sed "s/$commit/0123456789abcdef0123456789abcdef01234567/g" "$RETRIAL" >"$copy.new" && chmod +x "$copy.new" && mv "$copy.new" "$copy"
scontrol update nodename=n5,n6 state=resume
until_true nothing_queued
cp "$RETRIAL" "$copy.new" && mv "$copy.new" "$copy"
study commit --collect
[ $? = 0 ] && as_local commit && [ "$(sqlite3 "$SCRATCH/commit/r.db" "SELECT DISTINCT substr(value, 1, 12) FROM attempts JOIN facts USING (environment) WHERE name = 'commit'")" = 0123456789ab ]
check $? "a program of another commit, same core version: done, the same digests, its commit is recorded"
grep -q 'warning: submitted by a program of commit' "$SCRATCH"/commit/slurm/tiny/00001/*_1.log
check $? "and the task's log says so"

# ---- a program that is not there ----
scontrol update nodename=n5,n6 state=drain reason=maintenance
study gone --tasks 1 --wait & pid=$!
until_true sh -c 'squeue --noheader --partition=side --name=retrial-tiny | grep -q .'
mv "$copy" "$copy.away"
scontrol update nodename=n5,n6 state=resume
wait $pid
[ $? = 3 ] && grep -q 'task 1 of submission 00001 ended without 2 of its 2 trials: .*not found' "$SCRATCH/err" && grep -q 'none of the tasks finished a trial' "$SCRATCH/err"
check $? "no program on the node: --wait says so, and that nothing came of it, exit code 3"
mv "$copy.away" "$copy"
study gone --wait
[ $? = 0 ] && as_local gone && grep -q 'task 1 of submission 00001 ended without 2 of its 2 trials: .*not found' "$SCRATCH/err"
check $? "with the program there the next run says so, too, and finishes"

# ---- a full disk ----
is_full() { grep -q 'No space left\|disk is full\|disk I/O error' "$@"; }
mkdir -p "$SCRATCH/full/slurm" "$SCRATCH/small" "$SCRATCH/one"
if [ "$(id -u)" = 0 ] && mount -t tmpfs -o size=500k none "$SCRATCH/full/slurm" 2>/dev/null; then
	study full --tasks 1 --wait
	[ $? = 3 ] && is_full "$SCRATCH/err" "$SCRATCH"/full/slurm/tiny/00001/*_1.log && no_failure full
	check $? "a full disk: it is said, no trial has failed, exit code 3"
	mount -o remount,size=16m "$SCRATCH/full/slurm"
	study full --wait
	[ $? = 0 ] && as_local full
	check $? "with room again the next run finishes"
	umount "$SCRATCH/full/slurm"

	# On one node only: the database of the second task lies on a small disk.
	mount -t tmpfs -o size=500k none "$SCRATCH/small"
	scontrol update nodename=n5,n6 state=drain reason=maintenance
	study one --no-share --set recipe=plain --seeds 4 --tasks 4
	ln -s "$SCRATCH/small/2.db" "$SCRATCH/one/slurm/tiny/00001/00002.db"
	scontrol update nodename=n5,n6 state=resume
	until_true nothing_queued
	study one --no-share --set recipe=plain --seeds 4 --collect
	[ $? = 4 ] && no_failure one && [ "$(sqlite3 "$SCRATCH/one/r.db" "SELECT group_concat(n) FROM (SELECT count(*) AS n FROM runs GROUP BY state = 'done' ORDER BY state = 'done')")" = 1,3 ]
	check $? "a full disk on one node: the other tasks finish, nothing has failed, more to do"
	"$copy" status --db "$SCRATCH/one/r.db" >"$SCRATCH/out" 2>&1
	grep -q 'tasks ended: 3 done, 1 unfinished' "$SCRATCH/out" && grep 'task 2 of submission 00001 ended without 1 of its 1 trial: ' "$SCRATCH/out" >"$SCRATCH/line" && is_full "$SCRATCH/line"
	check $? "status says which task, and why"
	study one --no-share --set recipe=plain --seeds 4 --wait
	[ $? = 0 ] && [ "$(sqlite3 "$SCRATCH/one/r.db" "SELECT count(*), count(DISTINCT trial) FROM attempts WHERE state = 'done'")" = "4|4" ]
	check $? "the next run does that trial only, and finishes"
	umount "$SCRATCH/small"
else
	skip "a full disk" "no tmpfs can be mounted here"
fi

# ---- preemption ----
cat >"$SCRATCH/long.yaml" <<'END'
retrial: 1
name: long
seeds: 1
base: {dataset: synthetic, validation: 100, train_limit: 400, test_limit: 100}
axes: {recipe: [long]}
recipes:
  long: [{phase: scratch, epochs: 300}]
END
sweep=$SCRATCH/long.yaml
"$RETRIAL" run "$sweep" --db "$SCRATCH/long/r.db" -q
digests "$RETRIAL" "$SCRATCH/long/r.db" >"$SCRATCH/local.csv"
study low --checkpoint 0
task=$SCRATCH/low/slurm/long/00001/00001.db
until_true sh -c "[ \"\$(sqlite3 '$task' 'SELECT count(*) FROM metrics' 2>/dev/null || echo 0)\" -gt 3 ]"
sbatch --partition=urgent --nodes=2 --output=/dev/null --wrap 'sleep 1' >/dev/null
until_true sh -c "sqlite3 '$task' \"SELECT state FROM attempts\" | grep -q interrupted"
check $? "a task is preempted: its trial is interrupted"
study low --checkpoint 0 --wait
[ $? = 0 ] && as_local low && [ "$(sqlite3 "$task" "SELECT group_concat(state, ' ') FROM (SELECT state FROM attempts ORDER BY id)")" = "interrupted done" ]
check $? "it is requeued and goes on: exit code 0, the digests of a local run, one submission"
[ "$(sqlite3 "$task" "SELECT count(*) FROM metrics AS m WHERE attempt = 2 AND EXISTS (SELECT 1 FROM metrics AS f WHERE f.attempt = 1 AND f.phase = m.phase AND f.epoch = m.epoch AND f.seconds = m.seconds)")" -gt 3 ]
check $? "from the checkpoint: epochs of before are taken over, not trained again"
finish
