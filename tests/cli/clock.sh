#!/bin/sh
# clock.sh - the clock of day jumps while trials are run, and between runs: results, leases and durations must not care. Uses Debian's faketime.
. tests/tap.sh
sweep=tests/fixtures/resume.yaml

library=$(ls /usr/lib/*/faketime/libfaketime.so.1 2>/dev/null | head -n 1)
if [ -z "$library" ]; then
	skip "the clock of day may jump" "faketime is not installed"
	finish
fi

# jumping OFFSET COMMAND...: run it with a clock that is moved by what the file says now
jumping() {
	echo "$1" >"$SCRATCH/offset"; shift
	LD_PRELOAD=$library FAKETIME_TIMESTAMP_FILE=$SCRATCH/offset FAKETIME_NO_CACHE=1 DONT_FAKE_MONOTONIC=1 "$@"
}
digests() { "$RETRIAL" query digests --db "$SCRATCH/$1/r.db" --format csv; }
ask() { sqlite3 -cmd '.timeout 10000' "$SCRATCH/$1/r.db" "$2"; }

"$RETRIAL" run "$sweep" --db "$SCRATCH/steady/r.db" -j 2 -q
check $? "a run with a steady clock ends well"
digests steady >"$SCRATCH/steady.csv"
[ "$(jumping -2d date +%s)" -lt $(($(date +%s) - 100000)) ]
check $? "the clock can be moved"

# backwards by days while it runs, as soon as two trials are done, and forwards again
jumping +0 "$RETRIAL" run "$sweep" --db "$SCRATCH/jump/r.db" -j 2 --checkpoint 0 -q 2>"$SCRATCH/err" & pid=$!
for offset in -3d +1d; do
	for _ in $(seq 200); do
		[ "$(ask jump "SELECT count(*) >= 2 * (1 + ('$offset' = '+1d')) FROM attempts WHERE state = 'done'" 2>/dev/null)" = 1 ] && break
		sleep 0.02
	done
	echo $offset >"$SCRATCH/offset"
done
wait $pid
check $? "a clock that jumps back by days and forward again stops no run"
[ "$(ask jump "SELECT count(DISTINCT substr(started_at, 1, 10)) > 1 FROM attempts")" = 1 ]
check $? "it has jumped: attempts began on several days"
digests jump >"$SCRATCH/jump.csv"
cmp -s "$SCRATCH/steady.csv" "$SCRATCH/jump.csv"
check $? "the digests are those of a steady clock"
[ "$(ask jump "SELECT count(*) FROM attempts WHERE state = 'done' AND seconds > 0 AND seconds < 1000") $(ask jump "SELECT count(*) FROM metrics WHERE seconds < 0 OR seconds > 1000")" = "8 0" ]
check $? "durations are of a clock that does not jump"

# a run that is killed in the future leaves attempts that were heard of tomorrow
jumping +1d sh -c 'echo $$ >"$1/pid"; shift; exec "$@"' sh "$SCRATCH" setsid "$RETRIAL" run "$sweep" --db "$SCRATCH/killed/r.db" -j 2 -q 2>"$SCRATCH/err" &
for _ in $(seq 200); do
	[ "$(ask killed "SELECT count(*) FROM attempts WHERE state = 'running'" 2>/dev/null)" = 2 ] && break
	sleep 0.02
done
kill -9 "-$(cat "$SCRATCH/pid")"; wait
[ "$(ask killed "SELECT count(*) > 0 AND min(julianday(heartbeat)) > julianday('now') + 0.9 FROM attempts WHERE state = 'running'")" = 1 ]
check $? "a killed run leaves attempts that were last heard of tomorrow"
try status --db "$SCRATCH/killed/r.db"
[ "$code" = 0 ] && says 'running' && ! grep -q -- '-[0-9]* s ago' "$SCRATCH/out"
check $? "status does not count seconds backwards"
"$RETRIAL" run "$sweep" --db "$SCRATCH/killed/r.db" -j 2 -q 2>"$SCRATCH/err"
check $? "the next run, today, takes them over"
digests killed >"$SCRATCH/killed.csv"
[ "$(ask killed "SELECT count(*) FROM attempts WHERE state = 'running'")" = 0 ] && cmp -s "$SCRATCH/steady.csv" "$SCRATCH/killed.csv"
check $? "and ends with the same digests"
finish
