#!/bin/sh
# latency.sh - how fast a trained network answers: measured of a trial (and recorded) or of a file, in fp32 and int8; what is warned of and refused.
#
. tests/tap.sh
db=$SCRATCH/latency.db
cat >"$SCRATCH/sweep.yaml" <<'END'
retrial: 1
name: quick
title: One small training
seeds: 1
base: {dataset: synthetic, validation: 64, train_limit: 128, test_limit: 64}
axes:
  recipe: [once]
recipes:
  once:
    - {phase: scratch, epochs: 1}
END
try run "$SCRATCH/sweep.yaml" --db "$db"
check $code "a small network is trained"
trial=$("$RETRIAL" query "SELECT trial FROM finished" --db "$db" --format csv | sed 1d)

try latency "$trial" --db "$db" --batch 1 --seconds 1 --format csv
[ "$code" = 0 ] && sed 1d "$SCRATCH/out" | awk -F, '
	$3 == "fp32" || $3 == "int8" { seen[$3]++ }
	$4 != 1 || $5 < 4 || !($9 > 0 && $9 <= $6 && $6 <= $7 && $7 <= $8 && $10 > 0 && $11 >= 0) { wrong++ }
	END { exit !(seen["fp32"] > 0 && seen["fp32"] == seen["int8"] && !wrong) }'
check $? "each variant in fp32 and int8: quantiles in their order, images a second, noise"
measured=$(sed 1d "$SCRATCH/out" | wc -l)
try query "SELECT count(*), min(samples), sum(min <= p50 AND p50 <= p90 AND p90 <= p99), sum(json_array_length(histogram) > 0), sum(load >= 0)
	FROM latencies" --db "$db" --format csv
[ "$(sed 1d "$SCRATCH/out" | awk -F, -v n="$measured" '{ print ($1 == n && $2 >= 4 && $3 == n && $4 == n && $5 == n) }')" = 1 ]
check $? "all of it is recorded, with the histogram and the machine's load"
try query "SELECT sum(samples) = (SELECT sum(value ->> 1) FROM latencies AS l, json_each(l.histogram)) FROM latencies" --db "$db" --format csv
[ "$(sed 1d "$SCRATCH/out")" = 1 ]
check $? "histograms have all samples"

try query latency dataset=synthetic --db "$db" --format csv
[ "$code" = 0 ] && [ "$(sed 1d "$SCRATCH/out" | wc -l)" = "$measured" ] && head -n 1 "$SCRATCH/out" | grep -q p99_us
check $? "the named query latency shows them"

if unshare -rm true 2>/dev/null; then
	mkdir "$SCRATCH/fixed"
	# shellcheck disable=SC2016
	unshare -rm sh -c 'mount -t tmpfs none "$1" && cp "$2" "$1/r.db" && mount -o remount,ro "$1" && exec "$3" latency "$4" --batch 1 --kernels plain --format csv --db "$1/r.db"' \
		sh "$SCRATCH/fixed" "$db" "$RETRIAL" "$trial" >"$SCRATCH/out" 2>"$SCRATCH/err"
	[ $? = 0 ] && [ "$(wc -l <"$SCRATCH/out")" = 3 ] && says 'warning: nothing is recorded: ' err
	check $? "a trial of a read-only database is measured, with a warning that nothing is recorded"
else
	skip "a trial of a read-only database is measured, with a warning that nothing is recorded" "no namespaces"
fi

try export "$trial" --db "$db" -o "$SCRATCH/m.safetensors"
try latency "$SCRATCH/m.safetensors" --batch 32 --seconds 1 --kernels plain --format csv
[ "$code" = 0 ] && [ "$(sed 1d "$SCRATCH/out" | cut -d, -f2-4 | tr '\n' ' ')" = "plain,fp32,32 plain,int8,32 " ]
check $? "a file is measured, with the kernels and the batch that were asked for"
[ "$("$RETRIAL" query "SELECT count(*) FROM latencies" --db "$db" --format csv | sed 1d)" = "$measured" ]
check $? "nothing is recorded of a file"

try export "$trial" --db "$db" --format int8 -o "$SCRATCH/m.int8.safetensors"
[ "$code" = 0 ] && says 'test accuracy'
check $? "export writes int8 and evaluates it"
[ "$("$RETRIAL" query "SELECT test_accuracy IS NOT NULL FROM model_files WHERE format = 'int8'" --db "$db" --format csv | sed 1d)" = 1 ]
check $? "its accuracy is recorded beside the file's size"
try eval "$SCRATCH/m.int8.safetensors"
[ "$code" = 0 ] && says 'int8'
check $? "eval reads it again"
"$RETRIAL" eval "$SCRATCH/m.int8.safetensors" --kernels plain >"$SCRATCH/plain"
cmp -s "$SCRATCH/out" "$SCRATCH/plain"
check $? "the plain kernels give the same accuracy"
try latency "$SCRATCH/m.int8.safetensors"
refuses 2 'is in 8 bits: name the trial'
check $? "an int8 file alone is refused"
try latency
[ "$code" = 2 ] && says 'which trials' err
check $? "latency without a trial says what is missing"
try latency ffffffff --db "$db"
[ "$code" = 2 ]
check $? "a trial that is not there is refused"
try latency "$trial" --db "$db" --batch 0
[ "$code" = 2 ]
check $? "a batch of none is refused"
finish
