#!/bin/sh
# program.sh - sweeps whose trials a program executes: what is run, recorded and run again, and programs that do everything wrong.
. tests/tap.sh
cd "$SCRATCH" || exit 1
db=r.db

# sweep NAME COMMAND REST: a sweep file NAME.yaml with metrics x and y (a series).
sweep() {
	printf 'retrial: 1\nname: %s\nprogram:\n  command: %s\n%s\nmetrics: {x: {better: higher}}\n' "$1" "$2" "$3" >"$1.yaml"
}
ask() { sqlite3 "$db" "$1"; }
state() { ask "SELECT state FROM attempts ORDER BY id DESC LIMIT 1"; }
error() { ask "SELECT error FROM attempts ORDER BY id DESC LIMIT 1" >err; }
left() { pgrep -f "$1" >/dev/null && return 1; return 0; }

# ---- a study ----
cat >study.sh <<'END'
echo "a is $1"
for step in 0 1 2; do echo "{\"step\": $step, \"loss\": $((3 - step))}"; done >"$RETRIAL_OUT"
echo "{\"x\": $1.5$RETRIAL_SEED}" >"$RETRIAL_OUT"
echo "$1 $2" >"$3/model"
END
cat >study.yaml <<'END'
retrial: 1
name: study
seeds: 2
program:
  command: [sh, study.sh, "{a}", "{b}", "{scratch}"]
  inputs: study.sh
  outputs: [model]
  keep_outputs: true
  environment: {MODE: "m{slot}"}
  version: [sh, -c, "echo shell 1.0"]
parameters: {a: integer, b: {type: enum, values: [u, v]}}
metrics: {x: {better: higher, unit: "%"}, loss: {better: lower, series: epoch}, seen: {match: 'a is ([0-9]+)'}}
axes: {a: [1, 2], b: [u, v]}
END
try run study.yaml --db "$db"
[ "$code" = 0 ] && [ "$(ask "SELECT count(*) FROM attempts WHERE state = 'done'")" = 8 ]
check $? "a shell script is run for every configuration and seed"
[ "$(ask "SELECT value FROM measurements WHERE metric = 'x' AND labels LIKE '%\"a\":\"2\"%' AND seed = 1 LIMIT 1")" = 2.51 ]
check $? "the last value of a metric is its result"
[ "$(ask "SELECT group_concat(step || '=' || value) FROM series WHERE metric = 'loss' AND trial = (SELECT min(trial) FROM series)")" = "0=3.0,1=2.0,2=1.0" ]
check $? "a series is kept step by step"
[ "$(ask "SELECT count(DISTINCT value) FROM measurements WHERE metric = 'seen'")" = 2 ]
check $? "lines of standard output that match a pattern are numbers, too"
[ "$(ask "SELECT count(*) FROM outputs JOIN contents USING (digest)")" = 8 ] && [ "$(ask "SELECT bytes FROM outputs LIMIT 1")" = 4 ]
check $? "outputs are kept by their contents"
[ "$(ask "SELECT value FROM facts WHERE name = 'study_version' LIMIT 1")" = "shell 1.0" ]
check $? "the version line is recorded"
find states/scratch -mindepth 1 | grep . >out
[ ! -s out ]
check $? "scratch folders of finished trials are removed"
try run study.yaml --db "$db"
says "8 of 8 trials done (0 now, 8 before)" err
check $? "running again runs nothing"
echo "# changed" >>study.sh
try plan study.yaml --db "$db"
says "0 done already, 8 would run" && says "stale: study.sh changed"
check $? "when an input changes, plan says which one made the trials stale"
try run study.yaml --db "$db"
says "8 of 8 trials done (8 now, 0 before)" err && [ "$(ask "SELECT count(DISTINCT inputs) FROM input_files")" = 2 ]
check $? "and all of them run again, as new attempts"

mkdir around
echo 'echo "{\"x\": 1}" >"$RETRIAL_OUT"' >around/a.sh
printf 'retrial: 1\nprogram: {command: [sh, a.sh], inputs: .}\nmetrics: {x: }\n' >around/around.yaml
try run around/around.yaml --db around/r.db
try plan around/around.yaml --db around/r.db
refuses 2 "r.db is a database of results, which changes when trials run"
check $? "a folder with the results in it cannot be an input: trials would never be done"

# ---- tables, logs, verification ----
cat >>study.yaml <<'END'
tables: [{id: t, rows: [a, b], metrics: [x, loss, seen, seconds], baseline: {b: u}}]
claims: [{id: A, where: {a: 2, b: u}, than: {a: 1}, metric: x, compare: higher}, {id: B, where: {a: 1, b: u}, metric: seen, paper: 1, rounds_to: 0}]
figures: [{id: f, kind: accuracy, metric: x, series: b, where: {a: 1}}]
END
try run study.yaml --db "$db"
try table study.yaml --db "$db"
[ "$code" = 0 ] && says "x (%)" && says "151.50 ± 0.71" && says "loss"
check $? "tables show the metrics of programs in their units"
try claims study.yaml --db "$db"
says "reproduced"
check $? "claims are judged by them"
try plot study.yaml --db "$db" --folder figures
[ "$code" = 0 ] && [ -s figures/f.svg ]
check $? "and figures drawn"
try report study.yaml --db "$db" -o report.html
[ "$code" = 0 ] && grep -q 'x (%)' report.html
check $? "the report has them"
trial=$(ask "SELECT trial FROM finished LIMIT 1")
try log "$trial" --db "$db"
[ "$code" = 0 ] && says "a is "
check $? "log shows what the trial printed"
try verify study.yaml --db "$db"
[ "$code" = 0 ] && says "8 of 8 trials are identical" err && says "3 metrics, 3 steps, 1 output"
check $? "verify runs the trials again and finds them identical"
"$RETRIAL" merge --into merged.db "$db" >out 2>err
try verify study --db merged.db
[ "$code" = 0 ] && [ "$(sqlite3 merged.db "SELECT count(*) FROM outputs JOIN contents USING (digest)")" = 16 ]
check $? "a merged database has logs, outputs and inputs, and can be verified, too"
# shellcheck disable=SC2016
cat >random.sh <<'END'
for step in 0 1 2 3; do echo "{\"step\": $step, \"x\": $((step < 2 ? 1 : $(od -An -N3 -tu4 /dev/urandom)))}"; done >"$RETRIAL_OUT"
END
cat >random.yaml <<'END'
retrial: 1
program: {command: [sh, random.sh], inputs: [random.sh]}
metrics: {x: {series: step}}
END
try run random.yaml --db "$db"
try verify random --db "$db"
[ "$code" = 1 ] && says "differs" && says "step 2: x "
check $? "a program whose results change is found, with the first step that differs"
echo "verify: {x: 1e9}" >>random.yaml
try verify random.yaml --db "$db"
[ "$code" = 0 ] && says "within" && says "1 within the stated tolerance" err
check $? "within a stated tolerance they agree"
echo "# changed" >>random.sh
try verify random.yaml --db "$db"
[ "$code" = 3 ] && says "its inputs are not those that it was run on: random.sh changed"
check $? "on other inputs nothing can be said, and they are named"

cat >late.sh <<'END'
echo '{"x": 1}' >"$RETRIAL_OUT"; [ ! -e late ] || sleep 73.5
END
sweep late "[sh, late.sh]" "  timeout: 0.5"
try run late.yaml --db late.db
: >late
try verify late.yaml --db late.db
[ "$code" = 3 ] && says "cannot say" && says "the limit for a trial is 0.5 s" && left 'sleep 73[.]5'
check $? "a program that hangs in verify ends at its timeout, too"

# ---- results that are wrong ----
wrong() { # NAME SHELL-TEXT STATE ERROR SENTENCE
	printf '%s\n' "$2" >"$1.sh"
	sweep "$1" "[sh, $1.sh]" "  retries: 0"
	try run "$1.yaml" --db "$db" --progress never
	error
	[ "$(state)" = "$3" ] && says "$4" err
	check $? "$5"
}
# shellcheck disable=SC2016
{
	wrong exit3 'echo "no data at /x" >&2; exit 3' failed 'exit code 3; it last wrote: no data at /x' "exit 3: failed, with the last lines that it wrote"
	wrong signal 'kill -SEGV $$' failed 'killed by signal 11 (Segmentation fault)' "death by signal: failed, with its name"
	wrong silent 'true' failed 'exit code 0, but metric x was never reported' "exit 0 without a metric: failed"
	wrong typo 'echo "{\"y\": 1}" >"$RETRIAL_OUT"' failed '(there came: y)' "and the message names what came instead"
	wrong half 'printf "{\"x\": 0.5" >"$RETRIAL_OUT"' failed 'RETRIAL_OUT, line 1: not a whole JSON object: {"x": 0.5' "half a JSON line: failed"
	wrong text 'echo "{\"x\": \"high\"}" >"$RETRIAL_OUT"' failed 'metric x is no number' "a text in place of a number: failed"
	wrong nan 'echo "{\"x\": NaN}" >"$RETRIAL_OUT"' diverged 'metric x is not a number (NaN) at the end' "NaN at the end: diverged"
	wrong escapes 'printf "\033]0;owned\007\033[31mred\n" >&2; exit 1' failed 'it last wrote: \x1b]0;owned\x07\x1b[31mred' "terminal escapes are escaped in the error"
	wrong bytes 'printf "\377\376 \300\200\n"; exit 1' failed 'it last wrote: \xff\xfe \xc0\x80' "so are bytes that are not UTF-8"
	wrong full 'dd if=/dev/zero of=/dev/full bs=1 count=1 || exit 1' failed 'No space left on device' "a full disk: failed, with the system's word"
}
[ "$(ask "SELECT json_extract(nonfinite, '\$.value') FROM measures WHERE value IS NULL")" = nan ]
check $? "a NaN is recorded as one"

# shellcheck disable=SC2016
cat >ok.sh <<'END'
printf '{"x": 1}' >"$RETRIAL_OUT"
END
sweep ok "[sh, ok.sh]" ""
try run ok.yaml --db "$db"
[ "$(state)" = "done" ]
check $? "a whole last line without its end counts"
# shellcheck disable=SC2016
cat >closes.sh <<'END'
exec 3>"$RETRIAL_OUT"; echo '{"x": 2}' >&3; exec 3>&- >&- 2>&-; sleep 0.2
END
sweep closes "[sh, closes.sh]" ""
try run closes.yaml --db "$db"
[ "$(state)" = "done" ]
check $? "a program that closes its descriptors early is done"
# shellcheck disable=SC2016
cat >renames.sh <<'END'
printf '{"x": 1}\n{"x": 2}' >"$RETRIAL_SCRATCH/new"; mv "$RETRIAL_SCRATCH/new" "$RETRIAL_OUT"
END
sweep renames "[sh, renames.sh]" ""
try run renames.yaml --db "$db"
[ "$(state)" = "done" ] && [ "$(ask "SELECT value FROM measures ORDER BY attempt DESC LIMIT 1")" = 2.0 ]
check $? "a program may also rename a file of its own to RETRIAL_OUT"
cat >returns.yaml <<'END'
retrial: 1
program: {command: [printf, '1/2 x 0.1\r2/2 x 0.9\nlast 7\r\n']}
metrics: {x: {match: 'x ([0-9.]+)', series: epoch}, last: {match: '^last ([0-9.]+)$'}}
END
try run returns.yaml --db returns.db
[ "$code" = 0 ] && [ "$(sqlite3 returns.db "SELECT group_concat(value) FROM (SELECT value FROM measures ORDER BY metric)")" = 7.0,0.9 ] &&
	[ "$(sqlite3 returns.db "SELECT group_concat(value) FROM series")" = 0.1,0.9 ]
check $? "a carriage return also ends a line: the last number of a progress bar counts"
cat >windows.yaml <<'END'
retrial: 1
program: {command: [printf, '5\r\n6\r\n']}
metrics: {x: {match: '^([0-9.]*)'}}
END
try run windows.yaml --db windows.db
[ "$code" = 0 ] && [ "$(sqlite3 windows.db "SELECT value FROM measures")" = 6.0 ]
check $? "carriage return and line feed together end one line"
sweep missing "[no-such-program-anywhere]" ""
try run missing.yaml --db "$db" --progress never
error
[ "$(state)" = failed ] && says "cannot start 'no-such-program-anywhere': No such file or directory" err
check $? "a program that is not there: failed, with the reason"

# ---- a gigabyte ----
# shellcheck disable=SC2016
cat >chatty.sh <<'END'
echo first line; head -c 1000000000 /dev/zero | tr '\0' 'x'; echo; echo last line; echo '{"x": 3}' >"$RETRIAL_OUT"
END
sweep chatty "[sh, chatty.sh]" ""
try run chatty.yaml --db "$db"
[ "$(state)" = "done" ] && [ "$(ask "SELECT total FROM logs ORDER BY attempt DESC LIMIT 1")" = 1000000022 ] &&
	[ "$(ask "SELECT kept < 1100000 AND length(content) < 20000 FROM logs ORDER BY attempt DESC LIMIT 1")" = 1 ]
check $? "of a gigabyte of output the beginning and the end are kept, compressed"

# ---- what is left running ----
# shellcheck disable=SC2016
cat >forks.sh <<'END'
sleep 71.5 & setsid sleep 71.5 & (setsid sleep 71.5 &) ; echo '{"x": 3}' >"$RETRIAL_OUT"
END
sweep forks "[sh, forks.sh]" ""
try run forks.yaml --db "$db"
[ "$(state)" = "done" ] && left 'sleep 71[.]5'
check $? "children that a program leaves behind are ended, also those that left its group"
cat >hangs.sh <<'END'
trap '' TERM; echo started; sleep 72.5 & setsid sleep 72.5 & while :; do sleep 72.5; done
END
sweep hangs "[sh, hangs.sh]" "  timeout: 0.5"
try run hangs.yaml --db "$db"
error
[ "$(state)" = timeout ] && says "the limit for a trial is 0.5 s" err && left 'sleep 72[.]5' &&
	[ "$(ask "SELECT total FROM logs ORDER BY attempt DESC LIMIT 1")" = 8 ]
check $? "a program that hangs and ignores SIGTERM ends as timeout with all its children; its output is kept"
sweep hangs "[sh, hangs.sh]" ""
"$RETRIAL" run hangs.yaml --db "$db" --retry failed -q & pid=$!
sleep 1; kill -KILL $pid; wait $pid 2>/dev/null
for _ in 1 2 3 4 5 6 7 8 9 10; do left 'sleep 72[.]5' && break; sleep 1; done
left 'sleep 72[.]5'
check $? "a run that is killed leaves no program running"

# ---- retries, resume ----
# shellcheck disable=SC2016
cat >flaky.sh <<'END'
echo x >>"$2"; [ "$(wc -l <"$2")" -ge 3 ] || exit 1
echo '{"x": 4}' >"$RETRIAL_OUT"
END
sweep flaky "[sh, flaky.sh, \"{seed}\", $SCRATCH/tries]" "  retries: 2"
try run flaky.yaml --db "$db"
[ "$code" = 0 ] && [ "$(ask "SELECT count(*) FROM attempts AS a JOIN plan ON plan.trial = a.trial JOIN sweeps AS s ON s.id = plan.sweep WHERE s.name = 'flaky'")" = 3 ]
check $? "retries: 2 runs a failed trial twice more; each is an attempt"
rm -f "$SCRATCH/tries"
try run flaky.yaml --db "$SCRATCH/limited.db" --max-trials 1
[ "$code" = 0 ] && [ "$(wc -l <"$SCRATCH/tries")" = 3 ]
check $? "also where --max-trials lets no other trial begin"
# Trial 2 fails once, when trial 1 has failed for good and stopped the run.
# shellcheck disable=SC2016
cat >stopped.sh <<'END'
[ "$1" = 1 ] && exit 1
if mkdir "$2/first"; then
	until [ "$(sqlite3 "$2/stopped.db" "SELECT count(*) FROM attempts WHERE state = 'failed'")" = 2 ]; do sleep 0.05; done
	exit 1
fi
[ -e "$2/works" ] && echo '{"x": 4}' >"$RETRIAL_OUT"
END
cat >stopped.yaml <<END
retrial: 1
program: {command: [sh, stopped.sh, "{a}", $SCRATCH], retries: 1}
parameters: {a: integer}
metrics: {x: {better: higher}}
axes: {a: [1, 2]}
END
stopped() { sqlite3 stopped.db "SELECT group_concat(state, ' ') FROM (SELECT a.state FROM attempts AS a JOIN plan USING (trial) ORDER BY position, a.id)"; }
try run stopped.yaml --db stopped.db -j 2 --on-error stop
[ "$code" = 1 ] && [ "$(stopped)" = "failed failed failed" ] && try plan stopped.yaml --db stopped.db && says '1 would run, 1 ended badly before'
check $? "a run that was stopped leaves a failed trial its retries, and plan says so"
touch works
cp stopped.db again.db
try run stopped.yaml --db stopped.db
[ "$code" = 1 ] && [ "$(stopped)" = "failed failed failed done" ]
check $? "the next run tries it again, and leaves the trial that has failed for good"
rm works
mv again.db stopped.db
try run stopped.yaml --db stopped.db
[ "$(stopped)" = "failed failed failed failed" ] && try run stopped.yaml --db stopped.db; [ "$code" = 1 ] && [ "$(stopped)" = "failed failed failed failed" ]
check $? "but only as often as was left"
# shellcheck disable=SC2016
cat >resumes.sh <<'END'
if [ -e "$RETRIAL_SCRATCH/checkpoint" ]; then echo '{"x": 5}' >"$RETRIAL_OUT"; exit 0; fi
: >"$RETRIAL_SCRATCH/checkpoint"; exit 1
END
sweep resumes "[sh, resumes.sh]" ""
try run resumes.yaml --db "$db"
try run resumes.yaml --db "$db" --retry failed
[ "$code" = 0 ]
check $? "a trial that failed finds its scratch folder again"
# Fails at step 3 with a checkpoint of step 2, at step 5 with one of step 4, then goes on to step 6; a second metric only now and then.
# shellcheck disable=SC2016
cat >goes_on.sh <<'END'
c=$RETRIAL_SCRATCH/checkpoint; [ -e "$c" ] && step=$(cat "$c") || step=0
while [ $step -lt 6 ]; do
	step=$((step + 1))
	echo "{\"step\": $step, \"x\": 0.$step}" >"$RETRIAL_OUT"
	[ $((step % 3)) != 0 ] || echo "{\"step\": $step, \"y\": $step}" >"$RETRIAL_OUT"
	if [ $((step % 2)) = 0 ]; then echo $step >"$c"; elif [ $step != 1 ] && [ ! -e "$1/no$step" ]; then : >"$1/no$step"; exit 1; fi
done
END
cat >goes_on.yaml <<END
retrial: 1
program: {command: [sh, goes_on.sh, $SCRATCH], retries: 2}
metrics: {x: {series: step}, y: {series: step}}
END
try run goes_on.yaml --db goes_on.db
[ "$code" = 0 ] && [ "$(sqlite3 goes_on.db "SELECT group_concat(metric || step || '=' || value) FROM series")" = \
	"x1=0.1,x2=0.2,x3=0.3,x4=0.4,x5=0.5,x6=0.6,y3=3.0,y6=6.0" ]
check $? "a program that goes on from its own checkpoint keeps the steps before it"
try verify goes_on.yaml --db goes_on.db
[ "$code" = 0 ] && says "identical" && says "8 steps"
check $? "and is what it would be in one go"

# ---- what a program is told, and what it is not ----
# shellcheck disable=SC2016
cat >told.sh <<'END'
ls -l /proc/self/fd >"$1/fds"; printf '%s\n' "$2" >"$1/argument"; env >"$1/environment"; cat >"$1/input"
echo '{"x": 6}' >"$RETRIAL_OUT"
END
cat >told.yaml <<END
retrial: 1
program: {command: [sh, told.sh, $SCRATCH, "{t}"], memory: 2000, environment: {A: "{t}{{}}"}}
parameters: {t: text}
metrics: {x: }
base: {t: "\$(touch owned); \`touch owned\` 'q' \"d\" *"}
END
SECRET=1 try run told.yaml --db "$db"
[ "$code" = 0 ] && [ "$(cat argument)" = "\$(touch owned); \`touch owned\` 'q' \"d\" *" ] && [ ! -e owned ]
check $? "values reach the program as they are: no shell reads them"
[ "$(grep -c -- '->' fds)" = 4 ] && [ ! -s input ]
check $? "it inherits three streams and nothing else; its input is empty"
grep -q '^RETRIAL_SEED=1$' environment && grep -q '^RETRIAL_TRIAL=................................................................$' environment && grep -qF 'A=$(touch' environment
check $? "its environment has the declared variables and retrial's own"

# A lock file with the digests of some hundred packages.
yes 'package==1.0 --hash=sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef' | head -n 10000 >all.lock
sed '/^retrial/a name: locked' ok.yaml | sed '/^name: ok/d; s/^  command: .*/&\n  packages: [cat, all.lock]/' >locked.yaml
try run locked.yaml --db locked.db -q
[ "$code" = 0 ] && [ "$(sqlite3 locked.db "SELECT length(value) > 800000 FROM facts WHERE name = 'study_packages'")" = 1 ]
check $? "packages: a lock file is recorded whole"

# ---- others go on ----
# shellcheck disable=SC2016
cat >some.sh <<'END'
[ "$1" = 2 ] && exit 9
[ "$1" = 4 ] && kill -ABRT $$
echo "{\"x\": $1}" >"$RETRIAL_OUT"
END
cat >some.yaml <<'END'
retrial: 1
program: {command: [sh, some.sh, "{n}"]}
parameters: {n: integer}
metrics: {x: }
axes: {n: [1, 2, 3, 4, 5]}
END
try run some.yaml --db "$db" -j 2
[ "$code" = 1 ] && says "trials done (3 now, 0 before), 2 failed" err
check $? "after programs that fail the others go on; the exit code is 1"

# shellcheck disable=SC2016
cat >murder.sh <<'END'
[ "$1" = 1 ] && exit 9
[ "$1" = 2 ] && kill -KILL $PPID
echo "{\"x\": $1}" >"$RETRIAL_OUT"
END
sed 's/some.sh/murder.sh/; s/\[1, 2, 3, 4, 5\]/[1, 2, 3]/' some.yaml >murder.yaml
try run murder.yaml --db murder.db -q
[ "$code" = 3 ] && says "the machine failed at 1 trial: the worker was killed by signal 9" err && [ "$(sqlite3 murder.db "SELECT group_concat(state) FROM runs")" = failed,interrupted,done ]
check $? "a program that kills the worker: its trial is interrupted, and the reason is its own, not that of one that failed before"

finish
