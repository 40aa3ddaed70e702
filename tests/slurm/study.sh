#!/bin/sh
# study.sh - within cluster.sh: a study with shared phases and k-folds on a real Slurm gives the digests
# of a local run, whatever happens to its tasks on the way. Prints TAP.
. tests/tap.sh
sweep=$SCRATCH/study.yaml
# Longer trials than resume.yaml has, so that there is time to disturb them.
sed 's/train_limit: 1500/train_limit: '"${TRAIN_LIMIT:-5000}"'/; s/^name: .*/name: study/' tests/fixtures/resume.yaml >"$sweep"

digests() { "$RETRIAL" query digests --db "$1" --format csv; }
slurm() { db=$1; shift; "$RETRIAL" run "$sweep" --db "$db" --executor slurm --checkpoint 0 "$@"; }
done_twice() { sqlite3 "$1" "SELECT count(*) - count(DISTINCT trial) FROM attempts WHERE state = 'done'"; }
# until_true COMMAND...: within a minute
until_true() {
	tries=0
	until "$@"; do
		tries=$((tries + 1))
		[ "$tries" -lt 300 ] || return 1
		sleep 0.2
	done
}

"$RETRIAL" run "$sweep" --db "$SCRATCH/local/r.db" -j 2 -q
digests "$SCRATCH/local/r.db" >"$SCRATCH/local.csv"
[ "$(wc -l <"$SCRATCH/local.csv")" -gt 40 ]
check $? "a local run has digests"

# ---- undisturbed ----
slurm "$SCRATCH/calm/r.db" --per-task 1 --wait --json >"$SCRATCH/out" 2>"$SCRATCH/err"
[ $? = 0 ] && digests "$SCRATCH/calm/r.db" | cmp -s - "$SCRATCH/local.csv"
check $? "--executor slurm --wait: exit code 0 and the digests of the local run"
[ "$(grep -c '^done  *[a-z]* seed [12]  (' "$SCRATCH/err")" = 8 ] && grep -q '(8 of 8, ' "$SCRATCH/err" && grep -q '^8 of 8 trials done (8 now, 0 before)' "$SCRATCH/err" &&
	grep -q 'in Slurm: [1-4] running (n[1-4]' "$SCRATCH/err"
check $? "and the lines of a local run, with what Slurm says"
jq -s -e 'map(select(.event == "epoch")) | length > 20' "$SCRATCH/out" >/dev/null && tail -n 1 "$SCRATCH/out" | grep -q '"event":"summary".*"done":8'
check $? "and its events: starts, epochs, ends and a summary"
[ "$(done_twice "$SCRATCH/calm/r.db")" = 0 ] && [ "$(sqlite3 "$SCRATCH/calm/r.db" "SELECT count(*) FROM attempts")" = 8 ]
check $? "every trial ran once, shared phases in one task"
slurm "$SCRATCH/calm/r.db" >"$SCRATCH/out" 2>"$SCRATCH/err"
[ $? = 0 ] && grep -q '8 of 8 trials done' "$SCRATCH/err"
check $? "again: nothing is submitted, exit code 0"

# ---- submit and leave, then everything goes wrong ----
db=$SCRATCH/rough/r.db
running() { [ "$(squeue --noheader --array --states=running --format=%K --name=retrial-study | wc -l)" -ge "$1" ]; }
# kill_on NODE: SIGKILL for retrial and its workers there; fails when none runs
kill_on() {
	killed=1
	for p in $(pgrep -f -- "--trials $SCRATCH/rough"); do
		tr '\0' '\n' 2>/dev/null <"/proc/$p/environ" | grep -qx "SLURMD_NODENAME=$1" && kill -9 "$p" 2>/dev/null && killed=0
	done
	return $killed
}
# Slurm takes limits in whole minutes: tasks are warned long before the end of theirs.
slurm "$db" --tasks 4 --slurm time=1,signal=B:USR1@45 >"$SCRATCH/out" 2>"$SCRATCH/err"
[ $? = 0 ] && grep -q '8 trials submitted in' "$SCRATCH/err"
check $? "submitting returns with exit code 0"
until_true running 3
"$RETRIAL" status --db "$db" >"$SCRATCH/out" 2>"$SCRATCH/err"
grep -q 'running on n[1-4] since' "$SCRATCH/out"
check $? "status shows which task runs where, and since when"
slurm "$db" -q
[ $? = 4 ]
check $? "again while all is in the queue: nothing to submit, more to do, exit code 4"
sleep 1
kill_on n1
check $? "a task is killed with SIGKILL"
scancel "$(squeue --noheader --array --states=running --nodelist=n2 --format=%i | head -n 1)"
check $? "a task is cancelled"
kill_on n3
kill -9 "$(cat "$(dirname "$SLURM_CONF")/n3.pid")"
check $? "the daemon of a node is killed, and what ran there"
slurm "$db" --wait >>"$SCRATCH/out" 2>>"$SCRATCH/err"
first=$?
rounds=0 status=$first
while [ "$status" != 0 ] && [ "$rounds" -lt 6 ]; do
	rounds=$((rounds + 1))
	slurm "$db" --wait --slurm time=1,signal=B:USR1@45 >>"$SCRATCH/out" 2>>"$SCRATCH/err"
	status=$?
done
echo "# exit code $first after the damage, then $rounds rounds to the end"
[ "$status" = 0 ]
check $? "running the command again finishes the study"
digests "$db" | cmp -s - "$SCRATCH/local.csv"
check $? "with the digests of the local run"
[ "$(done_twice "$db")" = 0 ]
check $? "and nothing that was done is done twice"
[ "$(sqlite3 "$db" "SELECT count(*) FROM attempts WHERE state = 'running'")" = 0 ] &&
	[ "$(sqlite3 "$db" "SELECT count(*) FROM attempts WHERE state = 'interrupted' AND error LIKE 'its task ended without a word%'")" -ge 1 ]
check $? "and the attempt of the task that was killed is recorded as interrupted"
[ "$(sqlite3 "$db" 'PRAGMA journal_mode')" = delete ]
check $? "the study's database has a rollback journal: a node writes it, too"
grep -q 'Restart\|requeue\|interrupted' "$SCRATCH"/rough/slurm/study/*/*.log
check $? "a task was stopped and went on"

# ---- the limit of time: Slurm looks twice a minute, so the task has to last ----
slurm "$SCRATCH/limit/r.db" --tasks 1 --seeds 8 --slurm time=1,signal=B:USR1@50 -q
until_true running 1
limited() { grep -q interrupted "$SCRATCH"/limit/slurm/study/*/*.log 2>/dev/null; }
until_true limited
check $? "a task is warned before its limit and interrupts its trial"

# ---- cancel ----
until_true sh -c 'squeue --noheader --array --name=retrial-study | grep -q .'
"$RETRIAL" cancel study --db "$SCRATCH/limit/r.db" >"$SCRATCH/out"
grep -q 'cancelled' "$SCRATCH/out" && until_true sh -c '! squeue --noheader --array --name=retrial-study | grep -q .'
check $? "cancel empties the queue"
"$RETRIAL" run "$sweep" --db "$SCRATCH/other.db" --executor slurm --slurm partition=nowhere -q 2>"$SCRATCH/err"
[ $? = 3 ] && grep -q 'sbatch: exit code 1: .*artition' "$SCRATCH/err"
check $? "what sbatch refuses is said, exit code 3"
finish
