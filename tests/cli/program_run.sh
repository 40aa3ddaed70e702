#!/bin/sh
# program_run.sh - how programs are run: the sweep language around them, stopped and killed runs, limits, workers, a full disk.
. tests/tap.sh
cd "$SCRATCH" || exit 1
db=r.db
ask() { sqlite3 -cmd '.timeout 10000' "$db" "$1"; }
wait_for() { # up to ten seconds, until the command is true
	for _ in $(seq 100); do "$@" && return 0; sleep 0.1; done
	return 1
}

# ---- the study that needs nothing but a shell and awk ----
root=$OLDPWD
try run "$root/experiments/programs/sampling.yaml" --seeds 2 --db sampling.db -q
[ "$code" = 0 ] && [ "$(sqlite3 sampling.db "SELECT count(*) FROM finished")" = 12 ]
check $? "experiments/programs/sampling.yaml runs"
try table "$root/experiments/programs/sampling.yaml" --db sampling.db
[ "$code" = 0 ] && says "absolute error" && says "stratified"
check $? "and makes its table"

# ---- the whole language ----
# shellcheck disable=SC2016
printf 'echo "{\\"y\\": $1}" >"$RETRIAL_OUT"\n' >y.sh
cat >language.yaml <<'END'
retrial: 1
name: language
seeds: 2
program: {command: [sh, y.sh, "{a}", "{b}", "{c}", "{seed}"], inputs: y.sh}
parameters:
  a: {type: integer, default: 1}
  b: {type: real, above: 0, at_most: 1, unit: mm, default: 0.5}
  c: {type: enum, values: [u, v, w], default: u}
metrics: {y: {better: higher}}
blocks:
  - axes: {a: [1, 2, 3], c: [u, v]}
    exclude: [{a: 3, c: v}]
  - zip: {a: [4, 5], b: [0.1, 0.2]}
  - base: {a: 6}
    ablate: {small: {b: 0.1}, other: {c: w}}
  - random: {count: 3, seed: 1, axes: {b: {log: [0.2, 0.9]}}}
tables: [{id: ablation, rows: [a, b, c], metrics: [y]}]
END
try check language.yaml
if [ "$code" = 0 ]; then
	try run language.yaml --db "$db" -q
	[ "$code" = 0 ] && [ "$(ask "SELECT count(DISTINCT configuration) FROM trials")" = 13 ] && [ "$(ask "SELECT count(*) FROM finished")" -ge 26 ]
	check $? "axes, exclude, zip, blocks, ablate and random combine a program's parameters"
else
	check 1 "axes, exclude, zip, blocks, ablate and random combine a program's parameters"
fi
sed 's/b: \[0.1, 0.2\]/b: [0.1, 2]/' language.yaml >wrong.yaml
try check wrong.yaml
[ "$code" = 2 ] && says "wrong.yaml:" err && grep -q '\^' "$SCRATCH/err"
check $? "a value out of its range is shown with its place"

printf 'retrial: 1\nname: states\nprogram: {command: [sh, y.sh, "1", "{state}"], inputs: y.sh}\nparameters: {state: text}\nmetrics: {y: }\naxes: {state: [CA, NY]}\n' >states.yaml
"$RETRIAL" run states.yaml --db states.db -q
try runs state=CA --db states.db
[ "$code" = 0 ] && says 'CA' && ! says 'NY'
check $? "runs state=CA asks for a program's parameter of this name"
cat >union.yaml <<'END'
retrial: 1
name: union
program: {command: [sh, y.sh, "{p}", "{q}", "{r}"], inputs: y.sh}
parameters: {p: integer, q: integer, r: {type: integer, default: 0}}
metrics: {y: }
blocks:
  - axes: {q: [7], r: [5], p: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]}
  - axes: {q: [7], p: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]}
figures: [{id: cut, kind: slice, parameter: p, series: q, metric: y}]
END
"$RETRIAL" run union.yaml --db union.db -q
try plot union.yaml --db union.db --folder union
grep -q 'would mix configurations' "$SCRATCH/err" || { [ "$code" = 0 ] && ! grep -q 'n = 2' union/cut.tsv union/cut.gp; }
check $? "a slice takes no trials of two blocks for seeds of one configuration"

# ---- stopped, killed, resumed ----
# Counts on in its scratch folder: a program with checkpoints of its own.
# shellcheck disable=SC2016
cat >count.sh <<'END'
n=$(cat "$RETRIAL_SCRATCH/n" 2>/dev/null || echo 0)
echo "begun at $n" >>"$1/begun"
while [ "$n" -lt 30 ]; do
	n=$((n + 1)); echo "$n" >"$RETRIAL_SCRATCH/n.new" && mv "$RETRIAL_SCRATCH/n.new" "$RETRIAL_SCRATCH/n"
	echo "{\"step\": $n, \"sum\": $n}" >"$RETRIAL_OUT"; echo "at $n"
	[ "$n" -lt 10 ] || [ -e "$1/go" ] || sleep 30
done
END
printf 'retrial: 1\nname: count\nprogram: {command: [sh, count.sh, "%s"], inputs: count.sh}\nmetrics: {sum: {series: step}}\n' "$SCRATCH" >count.yaml
# shellcheck disable=SC2317 # wait_for calls it
at_ten() { [ "$(ask "SELECT max(step) FROM steps" 2>/dev/null)" = 10 ]; }
"$RETRIAL" run count.yaml --db "$db" -q & pid=$!
wait_for at_ten
check $? "steps are in the database while the program runs"
try status --db "$db"
says "step 10: sum 10"
check $? "status shows the last step of a running program"
trial=$(ask "SELECT identity FROM trials ORDER BY id DESC LIMIT 1")
try log "$trial" --db "$db"
[ "$code" = 0 ] && says "at 10"
check $? "log shows what it has printed so far"
timeout 20 "$RETRIAL" log "$trial" -f --db "$db" >followed 2>&1 & follower=$!
wait_for grep -q 'at 10' followed
kill -KILL $pid; wait $pid 2>/dev/null
wait_for sh -c '! pgrep -f "count[.]sh" >/dev/null'
check $? "when the run is killed the program ends, too"
: >go
try run count.yaml --db "$db" -q
[ "$code" = 0 ] && [ "$(tr '\n' ' ' <begun)" = "begun at 0 begun at 10 " ] && [ "$(ask "SELECT group_concat(state) FROM (SELECT state FROM attempts WHERE trial = (SELECT max(id) FROM trials) ORDER BY id)")" = interrupted,done ]
check $? "the next run is a new attempt, and the program goes on from its own checkpoint"
wait $follower
grep -q 'at 10' followed && [ "$(grep -c 'at 9$' followed)" = 1 ]
check $? "log -f has followed it, each line once"
sqlite3 "$db" ".backup hostile.db"
for kept in -1 9000000000000000000; do
	sqlite3 hostile.db "UPDATE logs SET kept = $kept"
	try log "$trial" --db hostile.db
	refuses 3 "the kept stdout is damaged"
	check $? "log refuses a length that cannot be ($kept)"
done
rm -f go begun hostile.db
sed 's/name: count/name: stopped/' count.yaml >stopped.yaml
"$RETRIAL" run stopped.yaml --db stopped.db -q & pid=$!
# shellcheck disable=SC2016 # the inner shell expands it
wait_for sh -c '[ "$(sqlite3 -cmd ".timeout 10000" stopped.db "SELECT max(step) FROM steps" 2>/dev/null)" = 10 ]'
kill -TERM $pid; wait $pid
code=$?
[ $code = 143 ] && [ "$(sqlite3 -cmd ".timeout 10000" stopped.db "SELECT state FROM attempts")" = interrupted ] && ! pgrep -f 'count[.]sh' >/dev/null
check $? "SIGTERM ends program and run; the trial is interrupted, not failed"
"$RETRIAL" run stopped.yaml --db stopped.db -q --trial-limit 1
[ "$(sqlite3 -cmd ".timeout 10000" stopped.db "SELECT state FROM attempts ORDER BY id DESC LIMIT 1")" = timeout ]
check $? "--trial-limit ends a program as timeout"

# A program that is ended may have written half a line: that is no mistake of its own.
# shellcheck disable=SC2016
printf 'printf "{\\"x\\": 1" >"$RETRIAL_OUT"\n[ "$1" = kill ] && kill -9 $$\nexec sleep 100\n' >half.sh
printf 'retrial: 1\nname: half\nprogram: {command: [sh, half.sh, "{end}"]}\nparameters: {end: text}\nmetrics: {x: }\naxes: {end: [limit, kill]}\n' >half.yaml
"$RETRIAL" run half.yaml --db half.db -q --trial-limit 1
[ "$(sqlite3 -cmd ".timeout 10000" half.db "SELECT group_concat(state) FROM (SELECT state FROM runs ORDER BY position)")" = timeout,interrupted ]
check $? "half a line of a program that was killed does not make it one that failed"
# Three steps, a checkpoint, and an end without its metric; then the rest.
# shellcheck disable=SC2016
cat >hole.sh <<'END'
first=$(cat "$RETRIAL_SCRATCH/at" 2>/dev/null || echo 0)
{ for step in $(seq "$first" $((first + 2))); do echo "{\"step\": $step, \"y\": $step}"; sleep 0.02; done
[ "$first" = 0 ] || echo '{"x": 1}'; } >"$RETRIAL_OUT"
echo 3 >"$RETRIAL_SCRATCH/at"
END
printf 'retrial: 1\nname: hole\nprogram: {command: [sh, hole.sh], retries: 1}\nmetrics: {x: , y: {series: step}}\n' >hole.yaml
"$RETRIAL" run hole.yaml --db hole.db -q
[ "$(sqlite3 -cmd ".timeout 10000" hole.db "SELECT group_concat(step) FROM (SELECT step FROM steps WHERE attempt = (SELECT max(id) FROM attempts) ORDER BY step)")" = 0,1,2,3,4,5 ]
check $? "steps before a checkpoint stay, also if the program ended well and its results were incomplete"

# ---- memory ----
# shellcheck disable=SC2016
printf 'x=$(head -c 300000000 /dev/zero | tr "\\000" x) || exit 1\necho "{\\"x\\": 1}" >"$RETRIAL_OUT"\n' >large.sh
printf 'retrial: 1\nname: large\nprogram: {command: [sh, large.sh], memory: 100}\nmetrics: {x: }\n' >large.yaml
try run large.yaml --db "$db" --progress never
[ "$code" = 1 ] && [ "$(ask "SELECT state FROM attempts ORDER BY id DESC LIMIT 1")" = failed ]
check $? "memory: a program beyond its limit fails, and not the machine"

# ---- workers ----
# shellcheck disable=SC2016
cat >slot.sh <<'END'
sed -n 's/^Cpus_allowed_list:[[:space:]]*//p' /proc/self/status >"$2/cpus-$1"
: >"$2/here-$1"
for _ in $(seq 100); do [ -e "$2/here-0" ] && [ -e "$2/here-1" ] && break; sleep 0.1; done
echo "{\"slot\": $1}" >"$RETRIAL_OUT"
END
printf 'retrial: 1\nname: slots\nseeds: 2\nprogram: {command: [sh, slot.sh, "{slot}", "%s"]}\nmetrics: {slot: }\n' "$SCRATCH" >slots.yaml
try run slots.yaml --db "$db" -q -j 2
[ "$code" = 0 ] && [ "$(ask "SELECT group_concat(value) FROM (SELECT value FROM measurements WHERE metric = 'slot' ORDER BY value)")" = 0.0,1.0 ]
check $? "{slot} is the number of the worker: each has its own"
if [ "$(nproc)" -ge 2 ]; then
	[ "$(wc -w <cpus-0)" = 1 ] && ! grep -q '[-,]' cpus-0 && ! cmp -s cpus-0 cpus-1
	check $? "workers are pinned to a processor each, and their programs with them"
else
	skip "workers are pinned to a processor each, and their programs with them" "one processor"
fi

# ---- a full disk ----
# shellcheck disable=SC2016
printf 'if [ "$1" = 2 ]; then dd if=/dev/zero of="$RETRIAL_SCRATCH/big" bs=64k count=1000 || exit 1; fi\necho "{\\"x\\": $1}" >"$RETRIAL_OUT"\n' >fill.sh
printf 'retrial: 1\nname: fill\nprogram: {command: [sh, fill.sh, "{n}"]}\nparameters: {n: integer}\nmetrics: {x: }\naxes: {n: [1, 2, 3]}\n' >fill.yaml
if [ "$(id -u)" = 0 ] && mkdir full && mount -t tmpfs -o size=2m none full 2>/dev/null; then
	try run fill.yaml --db "$db" --states "$SCRATCH/full" --progress never
	[ "$code" = 3 ] && says "the disk is full: $(realpath full)/scratch/" err && says "No space left on device" err &&
		[ "$(ask "SELECT group_concat(state) FROM runs WHERE sweep = 'fill'")" = done,interrupted,done ]
	check $? "a program on a full disk is interrupted, not failed, with the system's word; the others go on"
	[ "$(ask "PRAGMA integrity_check")" = ok ] && [ "$(ask "SELECT count(*) FROM logs WHERE attempt = (SELECT attempt FROM runs WHERE sweep = 'fill' AND state = 'interrupted')")" = 1 ]
	check $? "nothing is lost, and its output is kept"
	mount -o remount,size=80m full
	try run fill.yaml --db "$db" --states "$SCRATCH/full" --progress never
	[ "$code" = 0 ] && [ "$(ask "SELECT group_concat(state) FROM runs WHERE sweep = 'fill'")" = done,done,done ]
	check $? "with room again it is done"
	umount full
else
	skip "a program on a full disk is interrupted, not failed, with the system's word; the others go on" "needs root and mount"
	skip "with room again it is done" "needs root and mount"
	skip "nothing is lost, and its output is kept" "needs root and mount"
fi

finish
