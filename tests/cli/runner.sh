#!/bin/sh
# runner.sh - what one does around `retrial run`: watch it, follow its events, compare and repeat trials, clean up; and runs whose workers hang
# or are killed, whose database is replaced, or that begin all at once.
. tests/tap.sh
sweep=tests/fixtures/resume.yaml

# small FILE NAME OPTIONS...: run the sweep with little data into the database NAME
small() {
	file=$1 name=$2; shift 2
	"$RETRIAL" run "$file" --db "$SCRATCH/$name/r.db" --set train_limit=200 --set validation=150 --set test_limit=100 "$@"
}
ask() { sqlite3 -cmd '.timeout 10000' "$SCRATCH/$1/r.db" "$2"; }
digests() { "$RETRIAL" query "SELECT DISTINCT * FROM digests ORDER BY trial, phase, fold, output" --db "$SCRATCH/$1/r.db" --format csv; }

# first_worker PID NAME: the id of a worker process of that run into that database, as soon as there is one (git is a child for a moment, too)
first_worker() {
	for _ in $(seq 400); do
		if [ "$(sqlite3 -readonly "$SCRATCH/$2/r.db" "SELECT count(*) > 0 FROM attempts WHERE state = 'running'" 2>/dev/null)" = 1 ]; then
			worker=$(ps -o pid= --ppid "$1" | head -n 1 | tr -d ' ')
			[ -n "$worker" ] && { echo "$worker"; return; }
		fi
		sleep 0.02
	done
}

# ---- in any order, with any number of workers ----
sed 's/recipe: \[chain, same, clean, plain\]/recipe: [plain, clean, same, chain]/; s/^seeds: 2/seeds: [2, 1]/' "$sweep" >"$SCRATCH/turned.yaml"
small "$sweep" one -j 1 -q; digests one >"$SCRATCH/one.csv"
small "$sweep" four -j 4 -q; digests four >"$SCRATCH/four.csv"
small "$SCRATCH/turned.yaml" turned -j 2 -q; digests turned >"$SCRATCH/turned.csv"
[ "$(ask turned 'SELECT recipe FROM plan WHERE position = 0')" = plain ]
check $? "the turned plan has another order"
[ "$(wc -l <"$SCRATCH/one.csv")" -gt 40 ] && cmp -s "$SCRATCH/one.csv" "$SCRATCH/four.csv"
check $? "-j 1 and -j 4 give equal digests, and there are some"
cmp -s "$SCRATCH/one.csv" "$SCRATCH/turned.csv"
check $? "another order of the trials gives equal digests"

# ---- status ----
small "$sweep" part -j 1 --max-trials 3 -q
"$RETRIAL" status --db "$SCRATCH/part/r.db" | grep -q '^resume: 8 planned, 3 done, 5 queued$'
check $? "status counts what is planned, done and queued"
"$RETRIAL" status resum --db "$SCRATCH/part/r.db" 2>"$SCRATCH/err"; status=$?
[ $status -eq 2 ] && grep -q "did you mean 'resume'" "$SCRATCH/err"
check $? "status of an unknown sweep gives exit code 2 and the nearest name"
timeout 20 "$RETRIAL" status --watch --db "$SCRATCH/one/r.db" >"$SCRATCH/out"; status=$?
[ $status -eq 0 ] && grep -q '^resume: 8 planned, 8 done$' "$SCRATCH/out"
check $? "status --watch ends by itself when all is done"

# ---- events ----
small "$sweep" part -j 2 --max-trials 3 --json >"$SCRATCH/events" 2>"$SCRATCH/messages"; status=$?
if command -v jq >/dev/null; then
	[ "$(jq -c 'select(.event)' "$SCRATCH/events" | wc -l)" = "$(wc -l <"$SCRATCH/events")" ]
	check $? "every line of run --json is an object with an event"
	[ "$(jq -r .event "$SCRATCH/events" | sort -u | tr '\n' ' ')" = 'end epoch measure phase start summary ' ] &&
		[ "$(jq -r 'select(.event == "end") | .state' "$SCRATCH/events" | grep -c '^done$')" = 3 ]
	check $? "trials start and end, with phases and epochs between"
	[ "$(tail -n 1 "$SCRATCH/events" | jq -c '[.event, .planned, .done, .done_before]')" = '["summary",8,3,3]' ]
	check $? "the summary is last and counts"
	[ "$("$RETRIAL" status --json --db "$SCRATCH/part/r.db" | jq -c '[.over, .sweeps[0].counts.done, .sweeps[0].counts.queued]')" = '[false,6,2]' ]
	check $? "status --json says the same"
else
	skip "every line of run --json is an object with an event" "needs jq"
	skip "trials start and end, with phases and epochs between" "needs jq"
	skip "the summary is last and counts" "needs jq"
	skip "status --json says the same" "needs jq"
fi
! grep -q predictions "$SCRATCH/events"
check $? "predictions are not among the events"
grep -q '^6 of 8 trials done (3 now, 3 before)' "$SCRATCH/messages" && ! grep -q 'trials done' "$SCRATCH/events"
check $? "messages stay on standard error"
"$RETRIAL" run $sweep --db "$SCRATCH/left/r.db" -q --json --max-trials 2 -j 1 --set train_limit=100 2>/dev/null | head -n 1 >/dev/null
[ "$(sqlite3 "$SCRATCH/left/r.db" "SELECT count(*) FROM attempts WHERE state = 'done'")" = 2 ]
check $? "a listener that leaves does not end the run"

# ---- provenance ----
[ "$(ask one "SELECT (SELECT count(*) FROM facts WHERE name = 'dirty' AND value = 'yes') = (SELECT count(*) > 0 FROM facts WHERE name IN ('diff', 'diff_note'))")" = 1 ]
check $? "a program built from a changed tree keeps the difference with its results, another does not"

# ---- diff ----
a=$(ask one "SELECT t.identity FROM plan p JOIN trials t ON t.id = p.trial WHERE recipe = 'chain' AND seed = 1")
b=$(ask one "SELECT t.identity FROM plan p JOIN trials t ON t.id = p.trial WHERE recipe = 'same' AND seed = 1")
"$RETRIAL" diff "$a" "$b" --db "$SCRATCH/one/r.db" >"$SCRATCH/diff"; status=$?
[ $status -eq 1 ] && grep -q 'phases\[2\].start .*(default)* .*"same"' "$SCRATCH/diff"
check $? "diff of two recipes gives exit code 1 and the parameter that differs"
grep -Eq '^ *1 dual +dual +1 +0\.[0-9]+ +0\.[0-9]+ +0$' "$SCRATCH/diff"
check $? "their first phases scored the same"
awk '/classified differently/ { on = 1; next } on && /^ +[0-9]/ { n++; if ($5 + $6 + $7 + $8 != $3 || $3 != 100 || $4 < $6 + $7) bad = 1 } END { exit !(n == 3 && !bad) }' "$SCRATCH/diff"
check $? "of every fold the four kinds of test images add up, and flipped ones are at least those that one side alone has right"
"$RETRIAL" diff "$a" "$a" --db "$SCRATCH/one/r.db" >"$SCRATCH/diff"; status=$?
[ $status -eq 0 ] && grep -q 'the same to the bit' "$SCRATCH/diff"
check $? "diff of a trial and itself gives exit code 0"
mkdir -p "$SCRATCH/other" && cp "$SCRATCH/one/r.db" "$SCRATCH/other/r.db"
ask other "UPDATE attempts SET data_digest = 'ffff' || substr(data_digest, 5)"
"$RETRIAL" diff "$a" "$b" --db "$SCRATCH/other/r.db" >"$SCRATCH/diff"
grep -q 'who is right is not known' "$SCRATCH/diff" && grep -Eq '^ +1 +1 +100 +[0-9]+$' "$SCRATCH/diff"
check $? "without the data that they were tested on, flipped images are counted all the same"

# ---- rerun ----
plan=$(ask one "SELECT name, frozen_at, (SELECT count(*) FROM plan) FROM sweeps")
out=$("$RETRIAL" rerun "$(printf %.12s "$a")" --db "$SCRATCH/one/r.db" --threads 2 -q); status=$?
[ $status -eq 0 ] && printf '%s' "$out" | grep -q 'the same bits as attempt'
check $? "rerun runs a done trial again, as a new attempt with the same bits"
[ "$(ask one "SELECT count(*) FROM attempts a JOIN trials t ON t.id = a.trial WHERE identity = '$a' AND state = 'done'") $(ask one "SELECT name, frozen_at, (SELECT count(*) FROM plan) FROM sweeps")" = "2 $plan" ]
check $? "both attempts are rows, and the plan is as it was"
ask one "UPDATE phase_results SET name = 'warm-up' WHERE phase = 0"
"$RETRIAL" rerun "$a" --db "$SCRATCH/one/r.db" -q >/dev/null
[ "$(ask one "SELECT group_concat(name, ' ') FROM (SELECT DISTINCT phase, name FROM phases WHERE trial = '$a' ORDER BY phase)")" = "warm-up unify kfold" ]
check $? "its phases keep the names that its first run gave them"
ask four "UPDATE phase_results SET weights_digest = replace(weights_digest, 'a', 'b')"
"$RETRIAL" rerun "$a" --db "$SCRATCH/four/r.db" -q >"$SCRATCH/out"; status=$?
[ $status -eq 1 ] && grep -q 'other digests than attempt' "$SCRATCH/out"
check $? "rerun of a trial that comes out otherwise gives exit code 1"
"$RETRIAL" rerun "$a" --db "$SCRATCH/other/r.db" -q 2>"$SCRATCH/err"; status=$?
[ $status -eq 3 ] && grep -q 'not the one that the trial was trained on.*recorded is ffff' "$SCRATCH/err"
check $? "rerun on other data is refused, with both digests"
[ "$(ask other 'SELECT count(*) FROM attempts')" = 8 ]
check $? "and leaves no attempt behind"

# ---- gc ----
ask part "DELETE FROM attempts WHERE trial = (SELECT id FROM trials WHERE identity = '$b')"
touch "$SCRATCH/part/states/0123456789abcdef0123456789abcdef-0123456789abcdef-1.state"
before=$(find "$SCRATCH/part/states" -name '*.state' | wc -l)
"$RETRIAL" gc --db "$SCRATCH/part/r.db" >"$SCRATCH/out"
[ "$(find "$SCRATCH/part/states" -name '*.state' | wc -l)" = "$before" ]
check $? "gc by itself only lists"
"$RETRIAL" gc --yes --db "$SCRATCH/part/r.db" >"$SCRATCH/out"
find "$SCRATCH/part/states" -name '*.state' | grep -q 0123456789abcdef0123 && [ "$(find "$SCRATCH/part/states" -name '*.state' | wc -l)" -gt 1 ]
check $? "gc --yes keeps what a planned trial needs, and what the database does not know"
small "$sweep" part -j 2 -q
"$RETRIAL" gc --yes --db "$SCRATCH/part/r.db" >"$SCRATCH/out"
[ "$(find "$SCRATCH/part/states" -type f)" = "$SCRATCH/part/states/0123456789abcdef0123456789abcdef-0123456789abcdef-1.state" ]
check $? "when all is done nothing of the study's is left"
digests part >"$SCRATCH/part.csv"
cmp -s "$SCRATCH/one.csv" "$SCRATCH/part.csv"
check $? "and the digests are those of a run without gc"

# ---- workers that hang or are killed ----
"$RETRIAL" run "$sweep" --db "$SCRATCH/hang/r.db" -j 2 --trial-limit 20 -q & pid=$!
worker=$(first_worker $pid hang); kill -STOP "$worker"
for _ in $(seq 100); do "$RETRIAL" status --db "$SCRATCH/hang/r.db" >"$SCRATCH/out" 2>/dev/null; grep -q 'epoch [0-9]* of' "$SCRATCH/out" && break; sleep 0.05; done
grep -Eq '^  running +[0-9a-f]{12} .*synthetic .*phase [0-9] of [0-9] \([a-z]+\).*epoch [0-9]+ of [0-9]+ +[0-9]+ s +[0-9]+ s ago$' "$SCRATCH/out"
check $? "status shows from outside what is being run: trial, phase, epoch, last sign of life"
timeout 60 "$RETRIAL" status --watch --json --db "$SCRATCH/hang/r.db" >"$SCRATCH/watch"; watched=$?
wait $pid; status=$?
[ "$status $(ask hang "SELECT group_concat(n || ' ' || state, ', ') FROM (SELECT count(*) AS n, state FROM attempts GROUP BY state ORDER BY state)")" = "1 7 done, 1 timeout" ]
check $? "a worker that hangs ends as timeout, and the others are done"
[ $watched -eq 0 ] && tail -n 1 "$SCRATCH/watch" | grep -q '"over":true'
check $? "status --watch followed it to its end"
"$RETRIAL" run "$sweep" --db "$SCRATCH/kill/r.db" -j 2 -q & pid=$!
worker=$(first_worker $pid kill); kill -KILL "$worker"; wait $pid; status=$?
[ "$status $(ask kill "SELECT group_concat(n || ' ' || state, ', ') FROM (SELECT count(*) AS n, state FROM attempts GROUP BY state ORDER BY state)")" = "3 7 done, 1 interrupted" ]
check $? "a worker that is killed is the machine's failure of one trial, and the others are done"
[ "$(ask kill "SELECT count(*) FROM attempts WHERE state = 'interrupted' AND error LIKE '%signal 9%'")" = 1 ]
check $? "and its signal is recorded"
"$RETRIAL" run "$sweep" --db "$SCRATCH/kill/r.db" -j 2 -q
[ $? = 0 ]
check $? "the next plain run finishes it"

# ---- the database is replaced by garbage ----
small "$sweep" garbage -j 1 --max-trials 1 -q
rm -f "$SCRATCH/garbage/r.db-wal" "$SCRATCH/garbage/r.db-shm"
head -c 20000 /dev/urandom >"$SCRATCH/garbage/r.db"; cp "$SCRATCH/garbage/r.db" "$SCRATCH/garbage.copy"
small "$sweep" garbage -j 1 -q 2>"$SCRATCH/err"; status=$?
[ $status -eq 3 ] && grep -q 'garbage/r.db' "$SCRATCH/err" && cmp -s "$SCRATCH/garbage/r.db" "$SCRATCH/garbage.copy"
check $? "a database replaced by garbage gives exit code 3, is named and left alone"

# ---- 32 first starts at once ----
pids='' bad=0
for _ in $(seq 32); do
	"$RETRIAL" run experiments/smoke.yaml --db "$SCRATCH/many/r.db" -j 1 --max-trials 1 -q 2>>"$SCRATCH/many.err" & pids="$pids $!"
done
for pid in $pids; do wait "$pid"; case $? in 0 | 4) ;; *) bad=$((bad + 1)) ;; esac; done # 4: there is more to do
[ $bad -eq 0 ]
check $? "32 first starts at once on no database all end well"
"$RETRIAL" run experiments/smoke.yaml --db "$SCRATCH/many/r.db" -q
[ "$(ask many "PRAGMA integrity_check") $(ask many "SELECT count(*) || ' ' || count(DISTINCT trial) || ' ' || (SELECT count(*) FROM plan) FROM attempts WHERE state = 'done'")" = "ok 16 16 16" ]
check $? "and leave one good schema, with every trial done once"
finish
