#!/bin/sh
# verify.sh - `retrial verify`: recorded trials run again and compared with a database, and with the reference files that are published. What
# differs is named: phase, epoch, tensor, how far apart.
. tests/tap.sh
unset RETRIAL_DATA # nothing but the synthetic data
sweep=tests/fixtures/resume.yaml db=$SCRATCH/r.db ref=$SCRATCH/reference

verify() { try verify "$@"; }
summary() { says "$1" err; }
# changed SQL: a copy of the database with something changed in it
changed() {
	cp "$db" "$SCRATCH/changed.db"
	sqlite3 "$SCRATCH/changed.db" "$1"
}

try run "$sweep" --db "$db" -q
check $code "the study runs"

# ---- against the database ----
verify --db "$db" --sample 3 --threads 2 -j 2
[ "$code" = 0 ] && [ "$(grep -c '^bit-exact .*: [0-9]* digests, [1-9][0-9]* epochs, [1-9][0-9]* tensors$' "$SCRATCH/out")" = 3 ] && summary '3 of 3 trials are bit-exact'
check $? "a sample of trials is bit-exact: digests, epochs and the weights' tensors"
sort "$SCRATCH/out" >"$SCRATCH/first"
verify --db "$db" --sample 3
sort "$SCRATCH/out" | cmp -s - "$SCRATCH/first"
check $? "the same ones every time, however many workers there are"
verify --db "$db" --sample 3 --seed 2
[ "$code" = 0 ] && ! sort "$SCRATCH/out" | cmp -s - "$SCRATCH/first"
check $? "others with another seed"
plain=$(sqlite3 "$db" "SELECT group_concat(substr(trial, 1, 10), ' ') FROM accuracy WHERE recipe = 'plain'")
verify $plain --db "$db"
[ "$code" = 0 ] && [ "$(grep -c '^bit-exact' "$SCRATCH/out")" = 2 ]
check $? "several trials are named by how their identities begin"
verify resume --db "$db" -j 2
[ "$code" = 0 ] && summary '8 of 8 trials are bit-exact'
check $? "a sweep is named by its name"
verify "$sweep" --seeds 3 --db "$db" --sample 1
[ "$code" = 0 ] && summary '8 of its 12 trials are finished' && summary '1 of 1 trials are bit-exact'
check $? "or by its file, and it is said how many of its trials are not finished"
verify zz --db "$db"
refuses 2 "'zz': no finished trial begins so"
check $? "a word that means nothing is exit 2"

# ---- what differs ----
changed "UPDATE metrics SET val_loss = val_loss + 1e-12 WHERE phase = 1 AND epoch = 1"
verify "${plain%% *}" --db "$SCRATCH/changed.db"
[ "$code" = 1 ] && grep -q '^differs .*phase .*epoch 2, output 1: val_loss [0-9.]* recorded, [0-9.]* now, 1.0e-12 apart' "$SCRATCH/out"
check $? "a changed number is a difference: exit code 1, with phase, epoch and how far apart"
# the weights and digest of seed 2 in the place of those of seed 1
changed "CREATE TEMP TABLE pair AS SELECT min(attempt) AS a, max(attempt) AS b FROM finished WHERE recipe = 'plain';
	UPDATE weights SET bytes = (SELECT bytes FROM weights WHERE attempt = (SELECT b FROM pair)) WHERE attempt = (SELECT a FROM pair);
	UPDATE phase_results SET weights_digest = (SELECT weights_digest FROM phase_results AS p WHERE p.attempt = (SELECT b FROM pair) AND p.phase = phase_results.phase)
		WHERE attempt = (SELECT a FROM pair) AND phase = 1"
verify $plain --db "$SCRATCH/changed.db"
[ "$code" = 1 ] && [ "$(grep -c '^differs' "$SCRATCH/out")" = 1 ] && summary '1 of 2 trials are bit-exact, 1 differ' &&
	grep -q '^differs .*phase .*output 1: the weights differ, though all' "$SCRATCH/out" &&
	grep -Eq '^ +trained weights: the first tensor that differs is [a-z0-9]+/conv1/kernel, at \[0\]: -?[0-9.e-]+ recorded, -?[0-9.e-]+ now; [0-9]+ of [0-9]+ numbers differ, at most by [0-9.]+e[-+][0-9]+ \([0-9]+ ULPs\) in [a-z0-9/]+\[[0-9]+\]$' "$SCRATCH/out"
check $? "other weights are a difference: the tensor, the place in it, both values, how far apart in numbers and ULPs"
# the last number of the last tensor
changed "UPDATE weights SET bytes = CAST(substr(bytes, 1, length(bytes) - 4) || x'0000803F' AS BLOB) WHERE attempt = (SELECT min(attempt) FROM finished WHERE recipe = 'plain')"
verify $plain --db "$SCRATCH/changed.db"
[ "$code" = 1 ] && says 'the weights in the database are not those of their digest' && grep -q 'classifier/bias, at \[9\]: 1 recorded, .* now; 1 of 14862 numbers differ' "$SCRATCH/out"
check $? "a number that was changed in the database is found, with its place"
changed "UPDATE results SET test_loss = test_loss * (1 + 1e-15)"
verify "${plain%% *}" --db "$SCRATCH/changed.db"
[ "$code" = 1 ] && grep -q '^differs .*: test_loss of the trial: [0-9.]* recorded, [0-9.]* now' "$SCRATCH/out"
check $? "so is a result that was changed in its last digit"
changed "UPDATE attempts SET core_version = 999 WHERE id = 1"
verify resume --db "$SCRATCH/changed.db" --sample 1
[ "$code" = 0 ] && grep -q '^cannot say [0-9a-f]\{12\}: recorded with core version 999, this program has' "$SCRATCH/out"
check $? "a trial of another core version cannot be verified, which is no difference"

# ---- against reference files ----
for name in trials digests; do "$RETRIAL" query $name --db "$db" --format csv -o "$ref/$name.csv"; done
cd "$SCRATCH" || exit # no database here
verify "$ref" --sample 3 -j 2
[ "$code" = 0 ] && [ "$(grep -c '^bit-exact .*: [1-9][0-9]* digests$' "$SCRATCH/out")" = 3 ] && [ ! -e results ]
check $? "a folder of reference files is enough to run trials again, without a database"
verify "$ref" "${plain%% *}"
[ "$code" = 0 ] && summary '1 of 1 trials are bit-exact'
check $? "trials of it are named as well"
cp "$ref/digests.csv" digests.csv
awk -F, -v OFS=, -v trial="${plain%% *}" 'index($1, trial) == 1 && $3 == 1 { $5 = "00" substr($5, 3) } { print }' digests.csv >"$ref/digests.csv"
verify "$ref" $plain
[ "$code" = 1 ] && [ "$(grep -c '^differs .*phase [a-z]*, output 1: the weights differ$' "$SCRATCH/out")" = 1 ]
check $? "another digest is a difference, with its phase"
cp digests.csv "$ref/digests.csv"
cp "$ref/trials.csv" trials.csv
sed -i 's/""seed"":2/""seed"":3/' "$ref/trials.csv"
verify "$ref" $plain
[ "$code" = 0 ] && [ "$(grep -c '^cannot say .*the recorded configuration is not that of the identity' "$SCRATCH/out")" = 1 ]
check $? "a configuration that was changed is found out by its identity"
sed 's/,synthetic,/,mnist,/; s/""dataset"":""synthetic""/""dataset"":""mnist""/' trials.csv >"$ref/trials.csv"
XDG_DATA_HOME=$SCRATCH XDG_CACHE_HOME=$SCRATCH verify "$ref" --sample 3
[ "$code" = 3 ] && grep -q '^cannot say 8 trials: data set mnist not found' "$SCRATCH/out"
check $? "when no data is at hand all that is said is why, with exit code 3"
cut -d, -f1-5 trials.csv >"$ref/trials.csv"
verify "$ref"
refuses 2 'trials.csv: there is no column'
check $? "a file without the columns that are needed is refused"
printf 'trial,config\n"a","b\n' >"$ref/trials.csv"
verify "$ref"
refuses 2 'trials.csv:2: a quoted field does not end'
check $? "so is one that is broken, with its line"
rm "$ref/trials.csv"
verify "$ref"
refuses 3 'trials.csv'
check $? "and a folder without it"
finish
