#!/bin/sh
# kill.sh - `retrial run` killed with SIGKILL a hundred times, at random moments (seeded): the whole process group, one worker, or the writer.
# Afterwards the database must be sound and hold, digest for digest, what an uninterrupted run gives, and the same trained weights, byte for byte.
. tests/tap.sh
: "${KILLS:=100}"
sweep=tests/fixtures/resume.yaml db=$SCRATCH/killed/results.db

"$RETRIAL" run "$sweep" --db "$SCRATCH/whole/results.db" --no-share -q
check $? "an uninterrupted run ends well"
"$RETRIAL" query digests --db "$SCRATCH/whole/results.db" --format csv >"$SCRATCH/whole.csv"
epochs="SELECT trial, phase, fold, epoch, output, train_loss, val_loss, val_accuracy FROM epochs ORDER BY 1, 2, 3, 4, 5"
"$RETRIAL" query "$epochs" --db "$SCRATCH/whole/results.db" --format csv >"$SCRATCH/whole-epochs.csv"
# the trained weights of the attempts that count, byte for byte; a trial whose last phase is a k-fold has a row a fold
weights="SELECT f.trial, w.phase, w.fold, hex(w.bytes) FROM finished AS f LEFT JOIN weights AS w ON w.attempt = f.attempt ORDER BY 1, 2, 3"
sqlite3 "$SCRATCH/whole/results.db" "$weights" >"$SCRATCH/whole-weights.txt"
[ "$(cut -d'|' -f1 "$SCRATCH/whole-weights.txt" | sort -u | wc -l)" = 8 ] && [ "$(grep -c '|[0-9A-F]\{1000,\}$' "$SCRATCH/whole-weights.txt")" -gt 8 ] &&
	! grep -q '|$' "$SCRATCH/whole-weights.txt"
check $? "and all of its trials have weights"

# compare: once more until all is done (a killed worker is the machine's failure, which a plain run makes good), then look.
failures=0 rounds=0
compare() {
	rounds=$((rounds + 1))
	"$RETRIAL" run "$sweep" --db "$db" -q || { echo "# the last run of round $rounds failed"; failures=$((failures + 1)); }
	[ "$(sqlite3 "$db" 'PRAGMA integrity_check')" = ok ] || { echo "# integrity_check of round $rounds"; failures=$((failures + 1)); }
	"$RETRIAL" query digests --db "$db" --format csv >"$SCRATCH/killed.csv"
	cmp -s "$SCRATCH/whole.csv" "$SCRATCH/killed.csv" || { echo "# other digests in round $rounds"; failures=$((failures + 1)); }
	"$RETRIAL" query "$epochs" --db "$db" --format csv >"$SCRATCH/killed-epochs.csv"
	cmp -s "$SCRATCH/whole-epochs.csv" "$SCRATCH/killed-epochs.csv" || { echo "# other epochs in round $rounds"; failures=$((failures + 1)); }
	sqlite3 "$db" "$weights" >"$SCRATCH/killed-weights.txt"
	cmp -s "$SCRATCH/whole-weights.txt" "$SCRATCH/killed-weights.txt" || { echo "# other weights in round $rounds"; failures=$((failures + 1)); }
	[ "$(sqlite3 "$db" "SELECT count(*) FROM attempts WHERE state = 'running'")" = 0 ] || { echo "# still running"; failures=$((failures + 1)); }
	[ -z "$(find "$SCRATCH/killed" -type f ! -name 'results.db*' ! -name '*.state')" ] || { echo "# files are left: $(find "$SCRATCH/killed/states" -type f ! -name '*.state')"; failures=$((failures + 1)); }
}

# "KIND MILLISECONDS" lines from a fixed seed; as many as it takes until KILLS of them have hit a running process
awk 'BEGIN { srand(1); for (i = 0; i < 2000; i++) printf "%d %d\n", int(rand() * 3), 40 + int(rand() * 250) }' >"$SCRATCH/plan"
kills=0
while [ "$kills" -lt "$KILLS" ] && read -r kind ms; do
	setsid "$RETRIAL" run "$sweep" --db "$db" -j 2 --checkpoint 0 -q 2>>"$SCRATCH/killed.log" &
	pid=$!
	sleep "0.$(printf '%03d' "$ms")"
	case $kind in
	0) kill -s KILL -- "-$pid" 2>/dev/null && kills=$((kills + 1)) ;;
	1) worker=$(ps -o pid=,comm= --ppid "$pid" | awk '$2 == "retrial" { print $1; exit }')
	   [ -n "$worker" ] && kill -9 "$worker" 2>/dev/null && kills=$((kills + 1))
	   sleep 0.02
	   kill -s KILL -- "-$pid" 2>/dev/null ;;
	2) kill -9 "$pid" 2>/dev/null && kills=$((kills + 1)) ;;
	esac
	wait "$pid" 2>/dev/null
	status=$?
	if [ "$status" -lt 128 ]; then # it had ended by itself: look, and begin anew
		compare
		rm -rf "$SCRATCH/killed"
	fi
done <"$SCRATCH/plan"
compare
echo "# $kills kills hit, in $rounds studies"
[ "$kills" -ge "$KILLS" ]
check $? "$KILLS kills hit a process"
[ "$failures" -eq 0 ]
check $? "every study that was killed ends as the uninterrupted one: sound, the same digests, epochs and weights, nothing left running or lying about"
finish
