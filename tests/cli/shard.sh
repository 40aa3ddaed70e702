#!/bin/sh
# shard.sh - parts of a plan by --shard and by lists of trials, and what --executor slurm says without a Slurm.
. tests/tap.sh
sweep=tests/fixtures/resume.yaml small='--set train_limit=64 --set test_limit=32 --set validation=40'
db() { echo "$SCRATCH/$1/r.db"; }

# shellcheck disable=SC2086 # several words
{
"$RETRIAL" run $sweep $small --db "$(db whole)" -q
for i in 1 2 3; do "$RETRIAL" run $sweep $small --db "$(db "part$i")" --shard $i/3 -q; done
}
"$RETRIAL" merge --into "$(db merged)" "$(db part2)" "$(db part3)" "$(db part1)" >/dev/null
"$RETRIAL" query digests --db "$(db whole)" --format csv >"$SCRATCH/whole.csv"
"$RETRIAL" query digests --db "$(db merged)" --format csv | cmp -s - "$SCRATCH/whole.csv"
check $? "three parts, merged in any order, have the digests of the whole"
[ "$(sqlite3 "$(db merged)" "SELECT count(*) || ' ' || count(DISTINCT trial) FROM attempts")" = "8 8" ]
check $? "no trial is in two parts"
plan="SELECT position, identity, labels FROM plan JOIN trials ON trials.id = trial ORDER BY position"
[ "$(sqlite3 "$(db merged)" "$plan")" = "$(sqlite3 "$(db whole)" "$plan")" ]
check $? "the merged plan has the order of the file"
# shellcheck disable=SC2086
{
try run $sweep $small --db "$(db merged)" --progress lines
says '8 of 8 trials done (0 now, 8 before)' err
check $? "nothing is left to be run of it"
for i in 1 2; do "$RETRIAL" run $sweep $small --db "$(db same)" --shard $i/2 -q; done
}
[ "$(sqlite3 "$(db same)" "$plan")" = "$(sqlite3 "$(db whole)" "$plan")" ]
check $? "parts may be run into one database"
try run $sweep --db "$(db same)" --shard 1/2 -q
refuses 2 "another plan of this sweep"
check $? "a part of another plan is refused there"
for bad in 0/3 4/3 3 x/y 1/0 1/3x; do
	try run $sweep --db "$(db no)" --shard $bad -q
	refuses 2 "--shard=$bad: I/N"
	check $? "--shard $bad is refused"
done

# ---- lists of trials ----
core=$(sed -n 's/.*NN_CORE_VERSION = \([0-9]*\).*/\1/p; s/#define NN_CORE_VERSION \([0-9]*\).*/\1/p' nn/nn.h)
trial=$(sqlite3 "$(db whole)" "SELECT identity FROM trials ORDER BY identity LIMIT 1")
printf 'retrial tasks, core %s\n1 %s\n' "$core" "$trial" >"$SCRATCH/trials.txt"
# shellcheck disable=SC2086
try run $sweep $small --db "$(db list)" --trials "$SCRATCH/trials.txt" --task 1 -q
[ "$code" = 0 ] && [ "$(sqlite3 "$(db list)" "SELECT identity FROM attempts JOIN trials ON trials.id = trial WHERE state = 'done'")" = "$trial" ]
check $? "--trials runs the trials of a list"
try run $sweep --db "$(db list2)" --trials "$SCRATCH/trials.txt" --task 1 -q
refuses 2 "have changed since the list was made"
check $? "a trial that the plan does not have is refused"
sed "s/core $core/core 9999/" "$SCRATCH/trials.txt" >"$SCRATCH/newer"
# shellcheck disable=SC2086
try run $sweep $small --db "$(db list3)" --trials "$SCRATCH/newer" -q
refuses 3 "core version 9999"
check $? "a list of another core version is refused"
try run $sweep --db "$(db list4)" --trials /dev/null -q
refuses 2 "not a list of trials"
check $? "a file that is no list is refused"

# ---- Slurm that is not there, or only as a stub ----
PATH_WITHOUT=$SCRATCH/bin
mkdir -p "$PATH_WITHOUT"
PATH=$PATH_WITHOUT try run $sweep --db "$(db slurm)" --executor slurm -q
refuses 3 "there is no Slurm on this machine"
check $? "no Slurm: exit code 3, and it is said"
PATH=$PATH_WITHOUT try run $sweep --db "$(db print)" --executor slurm --print --per-task 2 --slurm 'partition=gpu,nodelist=n1,n2' -q
[ "$code" = 0 ] && says '--partition=gpu --nodelist=n1,n2' && says "--trials \"\$retrial_folder/trials.txt\"" && sh -n "$SCRATCH/out" && [ ! -d "$SCRATCH/print/slurm" ]
check $? "--print shows the script and the call of sbatch, needs no Slurm and makes nothing"
printf '#!/bin/sh\n#SBATCH --account=me\nmodule load gcc\n@RETRIAL@\n' >"$SCRATCH/template"
PATH=$PATH_WITHOUT try run $sweep --db "$(db print)" --executor slurm --print --template "$SCRATCH/template" -q
[ "$code" = 0 ] && says 'module load gcc' && says 'retrial_pid=$!'
check $? "--template puts lines of the site around it"
echo '#!/bin/sh' >"$SCRATCH/template"
PATH=$PATH_WITHOUT try run $sweep --db "$(db print)" --executor slurm --print --template "$SCRATCH/template" -q
refuses 2 "@RETRIAL@"
check $? "a template without a place for the commands is refused"
for option in "-j 2" "--max-trials 1" "--time-limit 9"; do
	# shellcheck disable=SC2086
	try run $sweep --db "$(db print)" --executor slurm --print -q $option
	refuses 2 "is not for --executor slurm: "
	check $? "$option, which tasks would not heed, is refused"
done
PATH=$PATH_WITHOUT try run $sweep --db "$(db print)" --executor slurm --print -q --data there --states 'own states' --slurm 'comment-x=a b'
[ "$code" = 0 ] && says "--data $PWD/there --states '$PWD/own states'" && says "'--comment-x=a b'"
check $? "tasks get --data and --states as paths that hold in any folder; the call of sbatch can be pasted"
try run $sweep --db "$(db print)" --tasks 3 -q
refuses 2 "--tasks is for --executor slurm"
check $? "options of Slurm without it are refused"
try run $sweep --db "$(db print)" --executor slurm --slurm gpu -q --print
refuses 2 "NAME=VALUE is expected"
check $? "an option of sbatch without a value is refused"

for option in array=1-9 comment=x output=o.log error=e.log outp=o.log; do
	try run $sweep --db "$(db print)" --executor slurm --slurm $option -q --print
	refuses 2 "retrial's own"
	check $? "$option, which would break the submission or hide its logs, is refused"
done
try run $sweep --db "$(db print)" --executor slurm --slurm export=NONE,account=me -q --print
[ "$code" = 0 ] && says '--export=NONE --account=me'
check $? "other options that begin like these are not"

PATH=$PWD/tests/bench/slurm_stub:$PATH
export PATH
try run $sweep --db "$(db stub)" --executor slurm --tasks 3
[ "$code" = 0 ] && says '8 trials submitted in 3 tasks' err && [ -s "$SCRATCH/stub/slurm/resume/00001/trials.txt" ]
check $? "a submission has a list of trials and is counted"
mkdir "$SCRATCH/broken" && printf '#!/bin/sh\nexit 3\n' >"$SCRATCH/broken/sbatch" && chmod +x "$SCRATCH/broken/sbatch"
PATH=$SCRATCH/broken:$PATH try run $sweep --db "$(db failed)" --executor slurm --tasks 3
refuses 3 "sbatch: exit code 3" && try run $sweep --db "$(db failed)" --executor slurm --tasks 3
[ "$code" = 0 ] && says '8 trials submitted in 3 tasks' err && ! says 'ended without' err
check $? "of a submission that failed, no task is said to have ended"
journal() { sqlite3 "$(db "$1")" "PRAGMA journal_mode"; }
try tag good "$(sqlite3 "$(db stub)" "SELECT identity FROM trials LIMIT 1")" --db "$(db stub)"
[ "$code" = 0 ] && [ "$(journal stub)" = delete ] && [ "$(journal whole)" = wal ]
check $? "the database of a study that was submitted has a rollback journal from then on, others a log on local disks"
# shellcheck disable=SC2086
"$RETRIAL" run $sweep $small --db "$(db read)" --max-trials 1 -q
(echo "BEGIN; SELECT count(*) FROM trials;"; sleep 30) | sqlite3 "$(db read)" >"$SCRATCH/reader" & pid=$!
until [ -s "$SCRATCH/reader" ]; do sleep 0.05; done
# shellcheck disable=SC2086
try run $sweep $small --db "$(db read)" --executor slurm --tasks 3
[ "$code" = 3 ] && says "a program on this one has it open" err && [ ! -d "$SCRATCH/read/slurm" ]
check $? "while another program has the log open nothing is submitted: exit code 3"
kill $pid
wait $pid
# shellcheck disable=SC2086
{
STUB_SECONDS=3 "$RETRIAL" run $sweep $small --db "$(db both)" --executor slurm --tasks 3 >"$SCRATCH/first" 2>&1 & pid=$!
until [ -e "$SCRATCH/both/slurm/resume/00001" ]; do sleep 0.05; done
try run $sweep $small --db "$(db both)" --executor slurm --tasks 3
}
wait $pid
[ $? = 0 ] && [ "$code" = 4 ] && says "another run is submitting this study" err && [ ! -e "$SCRATCH/both/slurm/resume/00002" ]
check $? "two runs at once do not submit the same trials: the second ends with exit code 4"
queue=$SCRATCH/queue
{ for t in 1 2 3; do echo "7|$t|PENDING|Resources||N/A|retrial $SCRATCH/stub/slurm/resume/00001 0"; done; echo "8|N/A|PENDING|Dependency||N/A|retrial $SCRATCH/stub/slurm/resume/00001 merge"; } >"$queue"
STUB_QUEUE=$queue try run $sweep --db "$(db stub)" --executor slurm
[ "$code" = 4 ] && says '0 of 8 trials done, 8 in Slurm, 0 missing' err && [ ! -d "$SCRATCH/stub/slurm/resume/00002" ]
check $? "while all is in the queue nothing is submitted: exit code 4"
ln -s "$SCRATCH/stub" "$SCRATCH/link"
for path in "$SCRATCH/./stub/r.db" "$SCRATCH/link/r.db"; do
	STUB_QUEUE=$queue try run $sweep --db "$path" --executor slurm
	[ "$code" = 4 ] && says '0 of 8 trials done, 8 in Slurm, 0 missing' err && [ ! -d "$SCRATCH/stub/slurm/resume/00002" ]
	check $? "also when the database is named by another path"
done
STUB_QUEUE=$queue try status --db "$(db stub)"
says '3 tasks waiting: Resources'
check $? "status says why tasks wait"
STUB_QUEUE=$queue try status --db "$(db stub)" --json
says '"reason":"Resources"'
check $? "and --json has it"
mkdir "$SCRATCH/cancel" && printf '#!/bin/sh\necho "$@" >>"%s/cancel/jobs"\n' "$SCRATCH" >"$SCRATCH/cancel/scancel" && chmod +x "$SCRATCH/cancel/scancel"
PATH=$SCRATCH/cancel:$PATH STUB_QUEUE=$queue try cancel resume --db "$(db stub)"
fine && says '3 tasks cancelled' && [ "$(cat "$SCRATCH/cancel/jobs")" = "7_1 7_2 7_3 8" ]
check $? "cancel removes the merging job, too, and counts only tasks"
sed -i 1,2d "$queue"
STUB_QUEUE=$queue try run $sweep --db "$(db stub)" --executor slurm
[ "$code" = 0 ] && says 'trials submitted in' err && [ -d "$SCRATCH/stub/slurm/resume/00002" ]
check $? "of tasks that are gone without a result the trials are submitted again"

# ---- a submission that broke off: two tasks an array, and a limit of the site for jobs ----
cat >"$SCRATCH/six.yaml" <<'END'
retrial: 1
name: six
program: {command: [echo, "x is {a}"]}
parameters: {a: integer}
metrics: {x: {better: higher, match: 'x is (\d)'}}
axes: {a: [1, 2, 3, 4, 5, 6]}
END
mkdir "$SCRATCH/limit"
printf '#!/bin/sh\necho "MaxArraySize = 3"\n' >"$SCRATCH/limit/scontrol"
cat >"$SCRATCH/limit/sbatch" <<'END'
#!/bin/sh
# Jobs 101, 103 and 105 are arrays, 100 merges; $REFUSED (a pattern) is over the limit.
for word in "$@"; do
	case $word in --comment=*) at=${word##* } ;; esac
done
case $at in
$REFUSED) echo "sbatch: error: QOSMaxSubmitJobPerUserLimit" >&2; exit 1 ;;
merge) echo 100 ;;
*) echo $((101 + at)) ;;
esac
END
chmod +x "$SCRATCH/limit/scontrol" "$SCRATCH/limit/sbatch"
# six REFUSED ARGUMENTS...: run that sweep on Slurm
six() { REFUSED=$1; shift; REFUSED=$REFUSED PATH=$SCRATCH/limit:$PATH try run "$SCRATCH/six.yaml" --executor slurm "$@"; }
six 4 --db "$(db six)"
refuses 3 "QOSMaxSubmitJobPerUserLimit; 4 of 6 tasks are submitted (job 101, 103, then 100 to merge): run again for the others"
check $? "an array that sbatch refuses: exit code 3, and it is said what was submitted, with the job that merges it"
task=$SCRATCH/six/slurm/six/00001
[ "$(cat "$task/jobs.txt")" = "0 101 2
2 103 2" ]
check $? "the submission has a list of its arrays and their tasks"
SLURM_ARRAY_TASK_ID=1 sh "$task/task.sh" 2 >"$SCRATCH/out" 2>&1
echo 'out of memory' >"$task/103_2.log"
try status --db "$(db six)"
says '1 with results to be merged, 3 unfinished' && says 'task 4 of submission 00001 ended without 1 of its 1 trial: out of memory' && ! says 'task 5'
check $? "status counts only tasks that were submitted"
six 2 --db "$(db six)"
[ "$code" = 3 ] && says 'task 4 of submission 00001 ended without' err && ! says 'task 5 of' err && says '2 of 5 tasks are submitted (job 101, then 100 to merge)' err
check $? "and so does the next run, which submits all that is missing"
try status --db "$(db six)"
says 'tasks ended: 1 done, 3 unfinished' && says 'task 1 of submission 00002 ended without' && says 'task 4 of submission 00001 ended without'
check $? "a trial that was not submitted again counts for the task that had it"
sed -i 's/ [0-9]*$//' "$task/jobs.txt"
try status --db "$(db six)"
says 'task 4 of submission 00001 ended without 1 of its 1 trial: out of memory'
check $? "lists of arrays without their sizes are read, too"
six merge --db "$(db merge)"
refuses 3 "QOSMaxSubmitJobPerUserLimit; 6 of 6 tasks are submitted (job 101, 103, 105), but not the job that merges: the next run does that"
check $? "if only the merging job is refused, it is said"

# ---- a task's script, as Slurm starts it ----
cat >"$SCRATCH/endless.yaml" <<'END'
retrial: 1
name: endless
program: {command: [sh, -c, "trap 'exit 1' TERM; while :; do sleep 0.1; done"]}
metrics: {x: {better: higher}}
END
mkdir "$SCRATCH/log"
printf '#!/bin/sh\necho "$@" >>"%s/log/requeued"\n' "$SCRATCH" >"$SCRATCH/log/scontrol" && chmod +x "$SCRATCH/log/scontrol"
printf '#!/bin/sh\nset -eu\n# the line @RETRIAL@\n@RETRIAL@\n' >"$SCRATCH/template"
try run "$SCRATCH/endless.yaml" --db "$SCRATCH/100%A/r.db" --executor slurm --template "$SCRATCH/template"
task=$SCRATCH/100%A/slurm/endless/00001
SLURM_ARRAY_TASK_ID=1 SLURM_ARRAY_JOB_ID=7 PATH=$SCRATCH/log:$PATH sh "$task/task.sh" 0 >"$SCRATCH/out" 2>&1 & pid=$!
until [ "$(sqlite3 "$task/00001.db" "SELECT count(*) FROM attempts" 2>/dev/null || echo 0)" = 1 ] || ! kill -0 $pid 2>/dev/null; do sleep 0.1; done
kill -USR1 $pid
wait $pid
[ $? = 143 ] && [ "$(cat "$SCRATCH/log/requeued")" = "requeue 7_1" ] && [ "$(sqlite3 "$task/00001.db" "SELECT state FROM attempts")" = interrupted ]
check $? "a task that is warned ends its trial and goes back into the queue, also with set -e in the template"
try run "$SCRATCH/endless.yaml" --db "$SCRATCH/100%A/r.db" --executor slurm --print
log=$SCRATCH/100%%A/slurm/endless/00001
says "--output=$log/%A_%a.log --error=$log/%A_%a.log" && says "--output=$log/merge.log --error=$log/merge.log"
check $? "logs have both streams, also if a template says otherwise; a percent sign in their path stays one"
echo "7|1|RUNNING|None|n1|N/A|retrial $task 0" >"$queue"
STUB_QUEUE=$queue try run "$SCRATCH/endless.yaml" --db "$SCRATCH/100%A/r.db" --time-limit 1 --progress lines
says "warning: 1 task of this sweep is in Slurm" err
check $? "a run on this machine warns of tasks that are in Slurm"
finish
