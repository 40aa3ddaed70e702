#!/bin/sh
# recipes.sh - what recipes of other papers need, in a sweep file (tests/fixtures/recipes.yaml): the same bits however it is run.
. tests/tap.sh
sweep=tests/fixtures/recipes.yaml

# digests NAME OPTIONS...: run the sweep into a database of that name, print its digests into NAME.csv
digests() {
	name=$1; shift
	"$RETRIAL" run "$sweep" --db "$SCRATCH/$name/r.db" -q "$@" 2>"$SCRATCH/err" || return 1
	"$RETRIAL" query digests --db "$SCRATCH/$name/r.db" --format csv >"$SCRATCH/$name.csv"
}
same() { digests "$@" && cmp -s "$SCRATCH/one.csv" "$SCRATCH/$1.csv"; }

digests one -j 1
[ "$(wc -l <"$SCRATCH/one.csv")" -gt 6 ]
check $? "trials of all recipes run and have digests"
same two -j 2 --threads 2
check $? "two workers with two threads give the same digests"
for kernels in plain avx2 avx512 neon; do
	if "$RETRIAL" run "$sweep" --db "$SCRATCH/$kernels/r.db" --max-trials 1 --kernels $kernels -q 2>/dev/null; then
		same $kernels --kernels $kernels
		check $? "the $kernels kernels give the same digests"
	fi
done

# Stopped again and again, each time as soon as another epoch is recorded.
epochs() { sqlite3 -readonly "$SCRATCH/often/r.db" "SELECT count(*) FROM metrics" 2>/dev/null || echo 0; }
before=0
stops=0
while [ $((stops += 1)) -le 6 ]; do
	"$RETRIAL" run "$sweep" --db "$SCRATCH/often/r.db" -j 1 --checkpoint 0 -q 2>/dev/null & pid=$!
	while kill -0 $pid 2>/dev/null && [ "$(epochs)" -le "$before" ]; do sleep 0.02; done
	kill -INT $pid 2>/dev/null
	wait $pid && break
	before=$(epochs)
done
[ "$(sqlite3 "$SCRATCH/often/r.db" "SELECT count(*) FROM attempts WHERE state = 'interrupted'")" -ge 1 ]
check $? "some trials were interrupted"
same often -j 2
check $? "what goes on from a checkpoint ends with the same digests"
try verify recipes --sample 2 --db "$SCRATCH/one/r.db"
[ "$code" = 0 ] && [ "$(grep -c '^bit-exact' "$SCRATCH/out")" = 2 ]
check $? "recorded trials are run again from their canonical text alone, with the same bits"

# conv 4 x 9, gamma and beta 4 each, dense 40 + 10, moving 8; RMSprop with momentum keeps two numbers a trained parameter, Lookahead one more
try query "SELECT optimizer_bytes FROM models WHERE recipe IN ('rmsprop', 'adagrad', 'lookahead') ORDER BY recipe" --db "$SCRATCH/one/r.db" --format csv
printf '%s\n' $((94 * 4)) $((94 * 3 * 4)) $((94 * 2 * 4)) >"$SCRATCH/expected"
sed 1d "$SCRATCH/out" | cmp -s - "$SCRATCH/expected"
check $? "the state of an optimizer is counted"

# ---- what is refused ----

wrong() {
	sed "$1" "$sweep" >"$SCRATCH/wrong.yaml"
	try check "$SCRATCH/wrong.yaml"
	refuses 2 "$2"
	check $? "$3"
}
wrong 's/at: \[2, 4.5\]/at: [2, 2]/' "at = 2: not larger than the number before it" "milestones have to ascend"
wrong 's/{factor: 0.8}/{}/' "'factor' is missing" "an exponential schedule needs its factor"
wrong 's/adagrad: {lr: 0.05,/adagrad: {lr: 0.05, momentum: 0.9,/' "'momentum' does not belong to the optimizer adagrad (only to: sgd, rmsprop)" "Adagrad has no momentum"
finish
