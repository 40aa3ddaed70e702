#!/bin/sh
# doctor.sh - `retrial doctor`: says what is missing or wrong, and by its exit code whether runs can
# be trusted here.
. tests/tap.sh
unset RETRIAL_DATA
db=$SCRATCH/r.db
finding() { jq -r --arg what "$1" '.[] | select(.what == $what) | .state' "$SCRATCH/out" | sort -u; }

try doctor --db "$db" --format json
[ "$code" = 0 ] && [ "$(jq '[.[] | select(.state == "problem")] | length' "$SCRATCH/out")" = 0 ]
check $? "a good machine has no problem: exit code 0"
[ "$(finding kernels)" = ok ] && [ "$(finding clock)" = ok ] && [ "$(finding database)" = ok ]
check $? "kernels agree, the clock is good, no database is no problem"
try doctor --db "$db"
[ "$code" = 0 ] && says 'the same bits in a test training' && says 'libraries '
check $? "without a format it prints lines for people"

PATH=$SCRATCH/nothing try doctor --db "$db" >"$SCRATCH/kept" 2>&1
says 'note     gnuplot' && says 'note     git' && [ "$code" = 0 ]
check $? "gnuplot and git may be missing: notes, exit code 0"

echo 'no database' >"$SCRATCH/bad.db"
try doctor --db "$SCRATCH/bad.db" --format json
[ "$code" = 3 ] && [ "$(finding database)" = problem ]
check $? "a file that is no database is a problem: exit code 3"
mkdir -p "$SCRATCH/data/mnist"
printf '\000\000\010\003\000\000' >"$SCRATCH/data/mnist/train-images-idx3-ubyte"
try doctor --db "$db" --data "$SCRATCH/data" --format json
[ "$code" = 3 ] && jq -r '.[] | select(.state == "problem") | .found' "$SCRATCH/out" | grep -q train-images
check $? "a damaged data set is a problem that names the file"
if faketime '2001-02-03 04:05:06' true 2>/dev/null; then # it needs a /dev/shm that it may write to
	NO_FAKE_STAT=1 faketime '2001-02-03 04:05:06' "$RETRIAL" doctor --db "$db" --format json >"$SCRATCH/out" 2>"$SCRATCH/err"
	[ $? = 3 ] && [ "$(finding clock)" = problem ]
	check $? "a clock before the program's own date is a problem"
else
	skip "a clock before the program's own date is a problem" "faketime does not work here"
fi
"$RETRIAL" run experiments/smoke.yaml --db "$SCRATCH/later.db" --max-trials 1 -q 2>"$SCRATCH/err"
touch -d '2 days' "$SCRATCH/later.db"
try doctor --db "$SCRATCH/later.db" --format json
[ "$code" = 3 ] && [ "$(finding clock)" = problem ]
check $? "so is a database that was changed later than now"
if unshare -rm true 2>/dev/null; then
	mkdir "$SCRATCH/small"
	unshare -rm sh -c 'mount -t tmpfs -o size=1m none "$1" && exec "$2" doctor --db "$1/r.db" --format json' \
		sh "$SCRATCH/small" "$RETRIAL" >"$SCRATCH/out" 2>"$SCRATCH/err"
	[ $? = 3 ] && jq -r '.[] | select(.what == "disk") | .found' "$SCRATCH/out" | grep -q 'tmpfs.*only 1 MiB free'
	check $? "a full disk is a problem that says which file system it is"
else
	skip "a full disk is a problem that says which file system it is" "no user namespaces"
fi
try doctor x
refuses 2 'no arguments'
check $? "arguments are wrong use"
try doctor --format yes
refuses 2 "'yes'"
check $? "an unknown format is wrong use"
finish
