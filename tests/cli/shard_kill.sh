#!/bin/sh
# shard_kill.sh - three parts of a study at once, killed with SIGKILL at random moments (seeded): a part's whole process group, its worker,
# or its writer. What is done stays done and is never done again, and together the parts give, digest for digest, what one undisturbed run
# gives. KILLS=300 is the long run; the ordinary tests make do with fewer.
. tests/tap.sh
: "${KILLS:=20}"
parts='1 2 3'
sweep=$SCRATCH/study.yaml folder=$SCRATCH/killed
sed 's/^seeds: .*/seeds: 2/; s/train_limit: 1500/train_limit: '"${TRAIN_LIMIT:-600}"'/; s/validation: 500/validation: 100/; s/test_limit: 500/test_limit: 100/' tests/fixtures/resume.yaml >"$sweep"

"$RETRIAL" run "$sweep" --db "$SCRATCH/whole/r.db" -q
check $? "an undisturbed run ends well"
digests() { "$RETRIAL" query digests --db "$1" --format csv; }
epochs() { "$RETRIAL" query "SELECT trial, phase, fold, epoch, output, train_loss, val_loss FROM epochs ORDER BY 1, 2, 3, 4, 5" --db "$1" --format csv; }
weights() { sqlite3 "$1" "SELECT f.trial, w.phase, w.fold, hex(w.bytes) FROM finished AS f LEFT JOIN weights AS w ON w.attempt = f.attempt ORDER BY 1, 2, 3"; }
everything() { digests "$1" && epochs "$1" && weights "$1"; }
everything "$SCRATCH/whole/r.db" >"$SCRATCH/whole.txt"
trials=$(sqlite3 "$SCRATCH/whole/r.db" "SELECT count(*) FROM plan")

failures=0 rounds=0 kills=0
wrong() { echo "# $1"; failures=$((failures + 1)); }
# done_of PART: which attempts of it are done, one a line
done_of() { sqlite3 -cmd '.timeout 20000' "$folder/$1/r.db" "SELECT trial, id, weights_digest FROM attempts WHERE state = 'done' ORDER BY 1, 2" 2>"$SCRATCH/err"; }
start() {
	mkdir -p "$folder/$1"
	rm -f "$folder/$1.end"
	(
		setsid sh -c 'echo $$ >"$1"; shift; exec "$@"' sh "$folder/$1.pid" "$RETRIAL" run "$sweep" --db "$folder/$1/r.db" --shard "$1/3" \
			--states "$folder/states" -j 1 --checkpoint 0 -q 2>>"$SCRATCH/killed.log"
		echo $? >"$folder/$1.end"
	) 2>/dev/null &
}
ended_well() { [ "$(cat "$folder/$1.end" 2>/dev/null)" = 0 ]; }
all_ended_well() { for part in $parts; do ended_well "$part" || return 1; done; }
# look PART: nothing that was done is gone or done again
look() {
	[ -s "$folder/$1/r.db" ] || return
	if ! done_of "$1" >"$SCRATCH/now"; then
		grep -q 'no such table' "$SCRATCH/err" && [ ! -s "$folder/$1.done" ] && return # killed before it had any
		wrong "part $1 cannot be read: $(cat "$SCRATCH/err")"
		return
	fi
	[ ! -e "$folder/$1.done" ] || [ -z "$(comm -23 "$folder/$1.done" "$SCRATCH/now")" ] || wrong "part $1 has lost a trial that was done"
	[ -z "$(cut -d'|' -f1 "$SCRATCH/now" | uniq -d)" ] || wrong "part $1 has done a trial twice"
	mv "$SCRATCH/now" "$folder/$1.done"
}
compare() {
	rounds=$((rounds + 1))
	for part in $parts; do
		look "$part"
		[ "$(sqlite3 "$folder/$part/r.db" 'PRAGMA integrity_check')" = ok ] || wrong "integrity_check of part $part"
		[ "$(sqlite3 "$folder/$part/r.db" "SELECT count(*) FROM attempts AS a WHERE EXISTS (SELECT 1 FROM attempts AS b WHERE b.trial = a.trial AND b.state = 'done' AND b.id < a.id)")" = 0 ] ||
			wrong "part $part began a trial that was done"
		[ "$(sqlite3 "$folder/$part/r.db" "SELECT count(*) FROM attempts WHERE state = 'running'")" = 0 ] || wrong "part $part says that a trial runs"
	done
	"$RETRIAL" merge --into "$folder/all.db" "$folder/1/r.db" "$folder/2/r.db" "$folder/3/r.db" >/dev/null || wrong "merge"
	[ "$(sqlite3 "$folder/all.db" "SELECT count(*), count(DISTINCT trial) FROM attempts WHERE state = 'done'")" = "$trials|$trials" ] || wrong "not every trial is done once in round $rounds"
	everything "$folder/all.db" | cmp -s - "$SCRATCH/whole.txt" || wrong "other digests, epochs or weights in round $rounds"
}
# finish_all: without any more kills
finish_all() {
	tries=0
	until all_ended_well || [ "$tries" -ge 20 ]; do
		tries=$((tries + 1))
		for part in $parts; do [ -e "$folder/$part.end" ] && ! ended_well "$part" && start "$part"; done
		for part in $parts; do while [ ! -e "$folder/$part.end" ]; do sleep 0.05; done; done
	done
	all_ended_well || wrong "the parts do not end: exit codes $(cat "$folder"/?.end | tr '\n' ' ')"
}

# "PART KIND MILLISECONDS" lines from a fixed seed; as many as it takes until KILLS of them have hit a process
awk -v seed="${SEED:-1}" 'BEGIN { srand(seed); for (i = 0; i < 5000; i++) printf "%d %d %d\n", 1 + int(rand() * 3), int(rand() * 3), 30 + int(rand() * 220) }' >"$SCRATCH/plan"
mkdir -p "$folder"
while [ "$kills" -lt "$KILLS" ] && read -r victim kind ms; do
	for part in $parts; do
		if [ ! -d "$folder/$part" ] || { [ -e "$folder/$part.end" ] && ! ended_well "$part"; }; then start "$part"; fi
	done
	sleep "0.$(printf '%03d' "$ms")"
	pid=$(cat "$folder/$victim.pid" 2>/dev/null)
	if [ -n "$pid" ] && [ ! -e "$folder/$victim.end" ]; then
		case $kind in
		0) kill -s KILL -- "-$pid" 2>/dev/null && kills=$((kills + 1)) ;;
		1) worker=$(ps -o pid=,comm= --ppid "$pid" | awk '$2 == "retrial" { print $1; exit }')
		   [ -n "$worker" ] && kill -9 "$worker" 2>/dev/null && kills=$((kills + 1)) ;;
		2) kill -9 "$pid" 2>/dev/null && kills=$((kills + 1)) ;;
		esac
		look "$victim"
	fi
	if all_ended_well; then
		compare
		rm -rf "$folder"
		mkdir -p "$folder"
	fi
done <"$SCRATCH/plan"
for part in $parts; do [ -d "$folder/$part" ] || start "$part"; done
finish_all
compare
echo "# $kills kills hit, in $rounds studies of $trials trials in 3 parts"
[ "$kills" -ge "$KILLS" ]
check $? "$KILLS kills hit a process"
[ "$failures" -eq 0 ]
check $? "nothing that was done is lost or done again, and the parts together are the undisturbed run, digest for digest"
finish
