#!/bin/sh
# robustness.sh - `retrial run` with a list robustness: the same numbers however they are made, only what is missing, what cannot be evaluated, what
# is not reproduced; and the table, claim and figure of it.
. tests/tap.sh
sweep=tests/fixtures/robustness.yaml

# evaluated NAME OPTIONS...: run the sweep into a database of that name; its accuracies go into NAME.csv. Every row, not only the means.
evaluated() {
	name=$1; shift
	"$RETRIAL" run "$sweep" --db "$SCRATCH/$name/r.db" -q "$@" >"$SCRATCH/out" 2>"$SCRATCH/err"; code=$?
	"$RETRIAL" query "SELECT DISTINCT f.trial, b.phase, b.fold, b.output, b.corruption, b.severity, b.count, b.test_accuracy FROM finished f
		JOIN robustness b ON b.attempt = f.attempt ORDER BY 1, 2, 3, 4, 5, 6" --db "$SCRATCH/$name/r.db" --format csv >"$SCRATCH/$name.csv" 2>/dev/null
	return $code
}
same() { cmp -s "$SCRATCH/one.csv" "$SCRATCH/$1.csv"; }
ask() { sqlite3 -cmd '.timeout 10000' "$SCRATCH/$1/r.db" "$2"; }

# ---- the numbers ----
evaluated one -j 1
[ $? = 0 ] && [ "$(wc -l <"$SCRATCH/one.csv")" = 133 ] # 2 seeds x (3 folds + 1 + 2 outputs) x (1 + 10 severities), and a heading
check $? "every fold and output of every trial is evaluated at every severity, and on clean images"
[ "$(ask one "SELECT count(*), sum(b.test_accuracy = s.test_accuracy) FROM robustness b JOIN scores s USING (attempt, phase, fold, output)
	WHERE corruption = 'none'")" = '12|12' ]
check $? "the clean images give exactly the recorded test accuracies"
[ "$(ask one "SELECT count(DISTINCT test_accuracy) > 20 FROM robustness")" = 1 ]
check $? "corrupted images give other accuracies"
evaluated workers -j 3 && same workers
check $? "three workers give the same bits"
small="--set test_limit=24 --set train_limit=32 --set validation=16" # the plain kernels take their time
# shellcheck disable=SC2086
evaluated small $small
for kernels in plain avx2 avx512 neon; do
	# shellcheck disable=SC2086
	if evaluated $kernels --kernels $kernels $small; then
		cmp -s "$SCRATCH/small.csv" "$SCRATCH/$kernels.csv"
		check $? "the $kernels kernels give the same bits"
	fi
done
try query robustness corruption=rotation dataset=synthetic --db "$SCRATCH/one/r.db" --format csv
fine && [ "$(wc -l <"$SCRATCH/out")" = 19 ]
check $? "the query robustness has a row for each trial and severity: means over folds and outputs"

# ---- only what is missing ----
try run "$sweep" --db "$SCRATCH/one/r.db" --progress lines
[ "$code" = 0 ] && says '6 before)' err && says 'robustness: 0 evaluations now, 110 before' err
check $? "running again evaluates nothing"
mkdir -p "$SCRATCH/part" && cp "$SCRATCH/one/r.db" "$SCRATCH/part/r.db"
ask part "DELETE FROM robustness WHERE corruption = 'zoom' OR (corruption = 'rotation' AND fold = 1) OR corruption = 'none'"
try run "$sweep" --db "$SCRATCH/part/r.db" --progress lines
says 'robustness: 26 evaluations now, 84 before' err && evaluated part && same part
check $? "what is missing is evaluated, to the same numbers"
sed 's/strengths: \[0.5\]/strengths: [0.5, 0.7]/' "$sweep" >"$SCRATCH/more.yaml"
try run "$SCRATCH/more.yaml" --db "$SCRATCH/part/r.db" --progress lines
says '6 of 6 trials done (0 now, 6 before)' err && says 'robustness: 10 evaluations now, 110 before' err
check $? "another severity trains nothing and evaluates that severity"
"$RETRIAL" run "$sweep" --db "$SCRATCH/stopped/r.db" -j 1 -q --set test_limit=800 & pid=$!
for _ in $(seq 600); do
	[ "$(sqlite3 -readonly "$SCRATCH/stopped/r.db" 'SELECT count(*) > 10 FROM robustness' 2>/dev/null)" = 1 ] && break
	sleep 0.05
done
kill -INT $pid; wait $pid; code=$?
[ $code = 130 ] && [ "$(ask stopped 'SELECT count(*) < 132 FROM robustness')" = 1 ]
check $? "Ctrl-C ends it with exit code 130, and what was evaluated is kept"
"$RETRIAL" run "$sweep" --db "$SCRATCH/stopped/r.db" -q --set test_limit=800 && "$RETRIAL" run "$sweep" --db "$SCRATCH/straight/r.db" -q --set test_limit=800
rows="SELECT t.identity, phase, fold, output, corruption, severity, test_accuracy FROM robustness JOIN attempts a ON a.id = attempt JOIN trials t ON t.id = trial ORDER BY 1, 2, 3, 4, 5, 6"
[ "$(ask stopped "$rows")" = "$(ask straight "$rows")" ] && [ "$(ask stopped 'SELECT count(*) FROM robustness')" = 132 ]
check $? "and the next run comes to the same numbers"
"$RETRIAL" run "$sweep" --db "$SCRATCH/json/r.db" -q --json >"$SCRATCH/out" 2>"$SCRATCH/err"
says '"event":"robustness","dataset":"synthetic","corruption":' && tail -n 1 "$SCRATCH/out" | grep -q '"event":"robustness_summary","total":110,"done":110'
check $? "the events tell of it, the summary last"

# ---- what cannot be evaluated ----
evaluated light --no-weights; status=$?
[ $status = 1 ] && says 'were not kept' err && says 'retrial rerun' err && [ "$(wc -l <"$SCRATCH/light.csv")" = 1 ]
check $? "without kept weights it says so, and how to get them: exit code 1"
id=$(sed -n 's/.*retrial rerun \([0-9a-f]*\).*/\1/p' "$SCRATCH/err" | head -n 1)
"$RETRIAL" rerun "$id" --db "$SCRATCH/light/r.db" -q >/dev/null
evaluated light
grep -q "^$id" "$SCRATCH/one.csv" && [ "$(grep "^$id" "$SCRATCH/one.csv")" = "$(tail -n +2 "$SCRATCH/light.csv")" ]
check $? "after rerun that trial is evaluated, whatever the others lack, to the same numbers"
for damage in "UPDATE weights SET bytes = zeroblob(length(bytes)) WHERE fold = 2" "UPDATE predictions SET digest = replace(digest, 'a', 'b') WHERE fold = 2" \
	"UPDATE scores SET test_accuracy = test_accuracy + 0.002 WHERE fold = 2"; do
	rm -rf "$SCRATCH/damaged" && mkdir "$SCRATCH/damaged" && cp "$SCRATCH/one/r.db" "$SCRATCH/damaged/r.db"
	ask damaged "DELETE FROM robustness; $damage"
	evaluated damaged; status=$?
	[ $status = 1 ] && grep -Eq 'fold 3: .*(not reproduced|damaged)' "$SCRATCH/err" && [ "$(ask damaged 'SELECT count(*), sum(fold = 2) FROM robustness')" = '110|0' ]
	check $? "what is not reproduced is a failure, and not recorded: ${damage%% SET*}"
done

# ---- what is made of it ----
try table "$sweep" --db "$SCRATCH/one/r.db" --format csv
fine && [ "$(grep -c '^robust,recipe=' "$SCRATCH/out")" = 9 ]
check $? "the table has the means"
mean=$(ask one "SELECT printf('%.12g', avg(m)) FROM (SELECT seed, (avg(m) FILTER (WHERE corruption = 'rotation') + avg(m) FILTER (WHERE corruption = 'translation')
	+ avg(m) FILTER (WHERE corruption = 'zoom') + avg(m) FILTER (WHERE corruption = 'shear') + avg(m) FILTER (WHERE corruption = 'brightness')
	+ avg(m) FILTER (WHERE corruption = 'contrast') + avg(m) FILTER (WHERE corruption = 'noise')) / 7 AS m
	FROM (SELECT seed, corruption, test_accuracy AS m FROM robust WHERE recipe = 'chain') GROUP BY seed)")
table=$(grep '^robust,recipe=chain,robust_accuracy,' "$SCRATCH/out" | cut -d, -f9)
awk -v a="$mean" -v b="$table" 'BEGIN { exit !(b > 0 && a - b < 1e-9 && b - a < 1e-9) }'
check $? "robust_accuracy is the mean over the corruptions of their means over severities"
try claims "$sweep" --db "$SCRATCH/one/r.db"
[ "$code" -le 1 ] && says T1 && says reproduced
check $? "claims can be about them"
ask part "DELETE FROM robustness WHERE corruption = 'zoom' AND fold = 1 AND attempt = (SELECT min(attempt) FROM robustness WHERE fold = 0)"
try table "$sweep" --db "$SCRATCH/part/r.db" --format csv
fine && [ "$(grep '^robust,recipe=chain,robust_accuracy,' "$SCRATCH/out" | cut -d, -f5)" = 1 ]
check $? "a trial of which a fold lacks a severity has no mean rather than one over fewer"
if command -v gnuplot >/dev/null; then
	try plot "$sweep" --db "$SCRATCH/one/r.db" --folder "$SCRATCH/figures" --scripts plots
	fine && [ "$(grep -c '^# block' "$SCRATCH/figures/robustness.tsv")" = 21 ] && grep -q 'sd, fraction of full scale' "$SCRATCH/figures/robustness.svg"
	check $? "the figure has a panel for each corruption, with a line for each recipe"
	cp "$SCRATCH/figures/robustness.svg" "$SCRATCH/first.svg"
	"$RETRIAL" plot "$sweep" --db "$SCRATCH/one/r.db" --folder "$SCRATCH/figures" --scripts plots >/dev/null 2>&1; cmp -s "$SCRATCH/figures/robustness.svg" "$SCRATCH/first.svg"
	check $? "and the same bytes again"
else
	skip "the figure has a panel for each corruption, with a line for each recipe" "needs gnuplot"
	skip "and the same bytes again" "needs gnuplot"
fi

# ---- the experiment ----
identities() { "$RETRIAL" plan "$@" --csv --db "$SCRATCH/none.db" | grep -oE '[0-9a-f]{64}' | sort; }
identities experiments/robustness.yaml >"$SCRATCH/robustness.ids"; identities experiments/paper.yaml --seeds 10 >"$SCRATCH/paper.ids"
[ "$(wc -l <"$SCRATCH/paper.ids")" = 150 ] && cmp -s "$SCRATCH/robustness.ids" "$SCRATCH/paper.ids"
check $? "experiments/robustness.yaml has the trials of the paper: nothing is trained twice"

try plan "$sweep" --db "$SCRATCH/one/r.db"
[ "$code" = 0 ] && says 'test images corrupted in 7 ways, 10 severities in all'
check $? "plan says that networks will be evaluated"

# ---- mistakes ----
# refused TEXT LINE: the sweep with this list is refused with the text.
refused() {
	{ sed '/^robustness:/,$d' "$sweep"; printf '%s\n' "$2"; } >"$SCRATCH/bad.yaml"
	try check "$SCRATCH/bad.yaml"
	[ "$code" = 2 ] && { says "$1" || says "$1" err; }
	check $? "refused: $1"
}
refused "unknown (did you mean 'rotation'?)" 'robustness: [{corruption: rotatoin, severities: [5]}]'
refused 'unknown (one of rotation, translation' 'robustness: [{corruption: xyz, severities: [5]}]'
refused 'out of range (rotation: 0 to 180, degrees)' 'robustness: [{corruption: rotation, severities: [5, 181]}]'
refused 'out of range' 'robustness: [{corruption: noise, severities: [-0.1]}]'
refused 'severity = much: not a number' 'robustness: [{corruption: noise, severities: [much]}]'
refused 'severity 0.1 is given twice' 'robustness: [{corruption: noise, severities: [0.1, 0.2, 0.1]}]'
refused 'corruption noise is given twice' 'robustness: [{corruption: noise, severities: [0.1]}, {change: noise, strengths: [0.2]}]'
refused "'severities' is missing" 'robustness: [{corruption: noise}]'
refused "'corruption' is missing" 'robustness: [{severities: [1]}]'
refused "unknown key 'severity' in an entry of robustness (did you mean 'severities'?)" 'robustness: [{corruption: noise, severities: [0.1], severity: 1}]'
refused "'change' is the former name of 'corruption'" 'robustness: [{corruption: noise, severities: [0.1], change: noise}]'
refused 'a list of 1 to 32 numbers' 'robustness: [{corruption: noise, severities: 0.1}]'
refused 'at least one severity above 0' 'robustness: [{corruption: noise, severities: [0]}]'
refused 'a list such as' 'robustness: {corruption: noise, severities: [0.1]}'
sed '/^robustness:/,/noise/d' "$sweep" >"$SCRATCH/none.yaml"
try table "$SCRATCH/none.yaml" --db "$SCRATCH/one/r.db"
[ "$code" = 2 ] && says "name some under 'robustness'" err
check $? "a metric of corrupted images without any says what is missing"
try help robustness
fine && says 'standard deviation'
check $? "help robustness explains the corruptions"
finish
