#!/bin/sh
# query.sh - `retrial query`: named queries, SQL, formats, messages, exit codes.
. tests/tap.sh
db="$SCRATCH/results/smoke.db"

# query ARGUMENTS: ask the smoke database; code, out and err are what it left.
query() { try query --db "$db" "$@"; }
# out is exactly this, nothing is on stderr, and the exit code is 0.
gives() { [ "$code" = 0 ] && [ ! -s "$SCRATCH/err" ] && [ "$(cat "$SCRATCH/out")" = "$1" ]; }

query accuracy
refuses 3 'no such database (`retrial run'
check $? "a missing database is exit 3, with what makes it"
[ ! -e "$db" ]
check $? "asking makes no database"

"$RETRIAL" run experiments/smoke.yaml --db "$db" >"$SCRATCH/out" 2>"$SCRATCH/err"
check $? "the smoke study runs"

query
[ "$code" = 0 ] && [ "$(sed 1d "$SCRATCH/out" | cut -d' ' -f1)" = "$(cd harness/store/queries && ls *.sql | sed 's/\.sql$//' | LC_ALL=C sort)" ] && says latency
check $? "without arguments it lists the named queries"
bad=0
for name in $(sed 1d "$SCRATCH/out" | cut -d' ' -f1); do
	for format in table csv tsv json jsonl md latex; do
		query "$name" --format $format
		[ "$code" = 0 ] && [ ! -s "$SCRATCH/err" ] || { bad=1; echo "# query $name --format $format: exit $code"; }
	done
done
check $bad "every named query in every format is exit 0 with nothing on stderr"

query status --format csv
gives "sweep,trials,done,running,queued,skipped,failed,diverged,timeout,interrupted
smoke,16,16,0,0,0,0,0,0,0"
check $? "status counts the smoke study"
query models recipe=smoke-single --format csv
head -n 1 "$SCRATCH/out" | grep -qx 'dataset,recipe,model,phase,name,params,trainable,weight_bytes,optimizer_bytes,training_bytes,trials,macs,activation_bytes' &&
	grep -qx 'synthetic,smoke-single,lightweight,2,kfold,6930,6930,27720,55440,83160,2,283640,33800' "$SCRATCH/out"
check $? "models gives the parameters of the paper's submodel"
query models recipe==smoke-single
[ "$code" = 2 ] && says "write recipe=smoke-single" err
check $? "a parameter with == is exit 2"
query 'SELECT batch_size FROM accuracy'
[ "$code" = 2 ] && says "p.name = 'batch_size'" err
check $? "a parameter in the place of a column says where parameters are"
query "SELECT DISTINCT number FROM parameters WHERE name = 'batch_size'" --format csv
gives "number
32"
check $? "the view parameters has the defaults, typed"
query digests --format csv
head -n 1 "$SCRATCH/out" | grep -q '^trial,weights_digest,'
check $? "the first columns of digests are the trial and its digests"
cp "$SCRATCH/out" "$SCRATCH/digests"
"$RETRIAL" run experiments/smoke.yaml -j 2 --db "$SCRATCH/other.db" >/dev/null 2>&1
"$RETRIAL" query digests --format csv --db "$SCRATCH/other.db" | cmp -s - "$SCRATCH/digests"
check $? "digests of another run of the study, with two workers, are the same bytes"

query 'SELECT count(*) AS n, sum(seed) AS s FROM accuracy WHERE recipe = :r' r=smoke-single -f csv
gives "n,s
2,3"
check $? "SQL with a parameter"
echo 'SELECT 1 + 1 AS two' | "$RETRIAL" query --db "$db" - --format tsv >"$SCRATCH/out" 2>"$SCRATCH/err"
code=$?
gives "two
2"
check $? "- reads the SQL from the standard input"
query 'SELECT 0.1 AS a, 0.1 + 0.2 AS b, 1.0 AS c, 1e999 AS d, NULL AS e' -f csv
gives "a,b,c,d,e
0.1,0.30000000000000004,1.0,inf,"
check $? "reals leave with the digits they need"
LC_ALL=de_DE.UTF-8 query 'SELECT 0.5 AS x' -f csv
gives "x
0.5"
check $? "a locale with a decimal comma changes nothing"
query epochs trial="$(sed -n '2s/^\(........\).*/\1/p' "$SCRATCH/digests")" -f json
[ "$code" = 0 ] && grep -q '"train_loss": [0-9]' "$SCRATCH/out"
check $? "a trial is found by how its identity begins"

query accuracy --format csv -o "$SCRATCH/new/folder/a.csv"
[ "$code" = 0 ] && [ ! -s "$SCRATCH/out" ] && [ "$(wc -l <"$SCRATCH/new/folder/a.csv")" = 17 ]
check $? "-o writes the file, and makes its folder"
"$RETRIAL" query accuracy --db "$db" >/dev/full 2>"$SCRATCH/err"
[ $? = 3 ] && grep -q 'standard output' "$SCRATCH/err"
check $? "a full disk behind the standard output is exit 3"
codes=
for word in --version --help "help run" schema; do
	# shellcheck disable=SC2086
	"$RETRIAL" $word >/dev/full 2>"$SCRATCH/err"
	codes="$codes $?"
done
[ "$codes" = ' 3 3 3 3' ]
check $? "also of --version and --help"
[ -z "$("$RETRIAL" runs --db "$db" --columns all --format csv | head -n 1 | tr , '\n' | sort | uniq -d)" ]
check $? "runs has no two columns of one name"
query accuracy --show
[ "$code" = 0 ] && grep -q '^FROM accuracy' "$SCRATCH/out"
check $? "--show prints the SQL of a named query"

query acuracy
refuses 2 "did you mean 'accuracy'?"
check $? "a slip in a name is exit 2 with the right name"
query 'SELECT test_acc FROM accuracy'
refuses 2 "did you mean 'test_accuracy'?" || refuses 2 'no such column: test_acc'
check $? "an unknown column is exit 2"
query 'DELETE FROM trials'
refuses 2 'only queries that read'
check $? "a statement that writes is exit 2"
query accuracy sed=1
refuses 2 "no parameter 'sed'"
check $? "an unknown parameter is exit 2"
query accuracy smoke
refuses 2 'PARAM=VALUE'
check $? "a word that is no parameter is exit 2"
query accuracy --format cvs
refuses 2 "did you mean 'csv'?"
check $? "a slip in the format is exit 2"
before=$(sha256sum <"$db")
query 'SELECT sum(length(classes)) FROM predictions'
[ "$before" = "$(sha256sum <"$db")" ] && [ ! -e "$db-wal" ]
check $? "asking changes no byte of the database and leaves nothing beside it"

echo 'this is no database, though it is longer than the header of one: one hundred bytes and then some more' >"$SCRATCH/text.db"
try query accuracy --db "$SCRATCH/text.db"
refuses 3 'not a database'
check $? "a file that is no database is exit 3"
head -c 20000 "$db" >"$SCRATCH/short.db"
try query accuracy --db "$SCRATCH/short.db"
refuses 3 'short.db'
check $? "a truncated database is exit 3"

columns=$("$RETRIAL" query --db "$db" -f tsv "SELECT count(*) FROM sqlite_schema AS t, pragma_table_info(t.name) AS c WHERE t.type IN ('table', 'view') AND t.name NOT GLOB 'wide_*'
	AND t.name NOT LIKE 'sqlite_%'" | tail -n 1)
[ "$columns" -gt 200 ] &&
	[ "$(sh harness/store/schema-to-md.sh harness/store/schema.sql harness/store/views.sql | grep -v '^| column ' | grep -c '^| [a-z_0-9]* | [A-Z ]*\(, may be NULL\)\{0,1\} *| [^ ]')" = $((columns)) ]
check $? "the reference made from the schema's comments has a line for each of its $columns columns"

try query "SELECT '=1+2' AS a, '-x' AS b, -0.5 AS c, '-0.5' AS d, '@\"q' AS e, 'x=1' AS f" --db "$db" --format csv --safe-csv
cat >"$SCRATCH/expected" <<'END'
a,b,c,d,e,f
"'=1+2","'-x",-0.5,-0.5,"'@""q",x=1
END
[ "$code" = 0 ] && cmp -s "$SCRATCH/out" "$SCRATCH/expected"
check $? "with --safe-csv no cell is a formula of a spreadsheet, and numbers stay numbers"
try query "SELECT '=1+2' AS a" --db "$db" --format csv
[ "$(tail -n 1 "$SCRATCH/out")" = "=1+2" ]
check $? "without it a text is what it is"
finish
