#!/bin/sh
# programs.sh - within cluster.sh: trials that a program executes, on Slurm and in parts, as on one machine; arrays
# longer than MaxArraySize; exit codes of a trial that fails. Prints TAP.
. tests/tap.sh
cd "$SCRATCH" || exit 1

cat >study.sh <<'END'
echo "a is $1"
for step in 0 1 2; do echo "{\"step\": $step, \"loss\": $((3 - step))}"; done >"$RETRIAL_OUT"
echo "{\"x\": $1.5$RETRIAL_SEED}" >"$RETRIAL_OUT"
echo "$1" >"$2/model"
[ "$1" != "${FAILS:-none}" ] || { echo "cannot do $1" >&2; exit 7; }
END
cat >study.yaml <<'END'
retrial: 1
name: programs
seeds: 2
program: {command: [sh, study.sh, "{a}", "{scratch}"], inputs: study.sh, outputs: [model], keep_outputs: true}
parameters: {a: integer}
metrics: {x: {better: higher}, loss: {better: lower, series: epoch}}
axes: {a: [1, 2, 3]}
END
slurm() { db=$1; shift; "$RETRIAL" run study.yaml --db "$db" --executor slurm --slurm partition=side "$@" >out 2>err; }
# what a database says of a study: digests, results and steps
said() {
	"$RETRIAL" query digests --db "$1" --format csv
	"$RETRIAL" query "SELECT trial, metric, value FROM measurements ORDER BY 1, 2" --db "$1" --format csv
	"$RETRIAL" query "SELECT trial, metric, step, value FROM series ORDER BY 1, 2, 3" --db "$1" --format csv
}
"$RETRIAL" run study.yaml --db local/r.db -j 2 -q
said local/r.db >local.csv
[ "$(wc -l <local.csv)" -gt 30 ]
check $? "a local run of a program's trials"

# Six tasks, where an array may have four.
slurm calm/r.db --wait
[ $? = 0 ] && said calm/r.db | cmp -s - local.csv
check $? "on Slurm: exit code 0, the same digests, results and steps"
[ "$(ls calm/slurm/programs/00001/0000?.db | wc -l)" = 6 ] && grep -q 'submitted in 6 tasks: job [0-9]*, [0-9]*, then [0-9]* to merge' err &&
	[ "$(cut -d' ' -f1 calm/slurm/programs/00001/jobs.txt | tr '\n' ' ')" = "0 4 " ]
check $? "six tasks are two arrays where MaxArraySize is 5"
grep -q '^done  *a 3 seed 2  ([1-6] of 6, [0-9:]*): loss 1, x 3.52' err
check $? "and --wait shows a program's results"
"$RETRIAL" status --db calm/r.db >out 2>err
grep -q 'tasks ended: 6 done' out && "$RETRIAL" status --db calm/r.db --json | grep -q '"slurm_ended":{"done":6,"ended_badly":0,"unfinished":0,"unmerged":0}'
check $? "status counts the tasks that are done"

for part in 1 2 3; do "$RETRIAL" run study.yaml --db "part$part/r.db" --shard $part/3 -q; done
"$RETRIAL" merge --into merged.db part?/r.db >out 2>err && said merged.db | cmp -s - local.csv
check $? "in three parts: the same"

# ---- the warning before the time limit ----
# The first start waits to be stopped; the second finds what it left in its scratch folder.
cat >count.sh <<'END'
n=$(($(cat "$1/at" 2>/dev/null || echo 0) + 1))
echo $n >"$1/at"
echo '{"step": 7, "loss": 1}' >"$RETRIAL_OUT"
while [ $n = 1 ]; do sleep 0.1; done
echo "{\"n\": $n}" >"$RETRIAL_OUT"
END
cat >count.yaml <<'END'
retrial: 1
name: count
program: {command: [sh, count.sh, "{scratch}"], inputs: count.sh}
metrics: {n: {better: higher}, loss: {better: lower, series: step}}
END
"$RETRIAL" run count.yaml --db count/r.db --executor slurm --slurm partition=side -q
for _ in $(seq 300); do
	"$RETRIAL" status --db count/r.db >out 2>err
	grep -q 'running on n[56] since .*; step 7' out && break
	sleep 0.2
done
grep -q 'running on n[56] since .*: 0 of 1 trials done; step 7' out
check $? "status shows the node and the step that a program is at"
scancel --signal=USR1 --batch "$(squeue --noheader --array --states=running --name=retrial-count --format=%i | head -n 1)"
"$RETRIAL" run count.yaml --db count/r.db --executor slurm --slurm partition=side --wait >out 2>err
[ $? = 0 ] && [ ! -e count/slurm/count/00002 ] && [ "$("$RETRIAL" query "SELECT value FROM measurements WHERE metric = 'n'" --db count/r.db --format csv | tail -n 1)" = 2.0 ]
check $? "a program is warned before its limit, its task goes back into the queue, and it goes on in its scratch folder"
[ "$(sqlite3 count/r.db "SELECT group_concat(state || ': ' || coalesce(error, ''), '; ') FROM (SELECT state, error FROM attempts ORDER BY id)")" = "interrupted: ended on request; done: " ]
check $? "its attempts are one that ended on request, and one that is done"

# ---- a trial that fails ----
FAILS=2; export FAILS
sed 's/inputs: study.sh,/inputs: study.sh, environment: {FAILS: "2"},/; s/name: programs/name: failing/' study.yaml >failing.yaml
"$RETRIAL" run failing.yaml --db fails/r.db --executor slurm --slurm partition=side --tasks 2 --wait >out 2>err
[ $? = 1 ] && [ "$("$RETRIAL" query "SELECT group_concat(state, ' ') FROM (SELECT state FROM runs ORDER BY position)" --db fails/r.db --format csv | tail -n 1)" = "done failed done done failed done" ]
check $? "a trial that fails on Slurm: exit code 1, the others are done"
grep -q 'exit code 7; it last wrote: cannot do 2' err
check $? "and its reason is shown"
"$RETRIAL" run failing.yaml --db fails/r.db --executor slurm --slurm partition=side >out 2>err
[ $? = 1 ] && [ ! -d fails/slurm/failing/00002 ]
check $? "again: it is not submitted without --retry, exit code 1"
"$RETRIAL" status --db fails/r.db >out 2>err
grep -q 'tasks ended: .*with trials that ended badly' out
check $? "status says that tasks had trials that ended badly"
finish
