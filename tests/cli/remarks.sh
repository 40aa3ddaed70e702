#!/bin/sh
# remarks.sh - `retrial tag`, `note`, `delete`, `restore` and `gc` of the database: what they print, what they change, exit codes.
. tests/tap.sh
db="$SCRATCH/smoke.db"
"$RETRIAL" run experiments/smoke.yaml --db "$db" -q 2>"$SCRATCH/err"
check $? "the smoke study runs"
trial=$("$RETRIAL" runs --db "$db" recipe=smoke-dual seed=2 --columns trial --format tsv | sed 1d)
other=$("$RETRIAL" runs --db "$db" recipe=smoke-dual seed=1 --columns trial --format tsv | sed 1d)

try tag best "$(echo "$trial" | cut -c1-10)" "$other" --db "$db"
fine && [ "$(grep -c 'is now best' "$SCRATCH/out")" = 2 ]
check $? "tag: trials get a word"
try tag best "$trial" ffff --db "$db"
refuses 2 "no trial's identity" && [ "$(sqlite3 "$db" 'SELECT count(*) FROM tags')" = 2 ]
check $? "tag: an unknown trial is exit 2, and no other trial is said to be tagged"
try tag --remove best "$other" --db "$db"
fine && says 'is no longer best'
check $? "tag --remove takes it away"
try runs tag=best --columns trial,tags,batch_size,val_accuracy --db "$db" --format csv
fine && [ "$(sed 1d "$SCRATCH/out" | cut -d, -f1-3)" = "$trial,best,32" ]
check $? "runs finds trials by their tags, and shows the columns that are asked for"
try tag --db "$db"
fine && grep -q '^best *1$' "$SCRATCH/out"
check $? "tag alone lists the words"
try tag 'two words' "$trial" --db "$db"
refuses 2 'one word'
check $? "tag: two words are exit 2"
try note "$trial" 'größer, "als" gedacht' --db "$db"
fine
check $? "note: a remark is written"
try show "$trial" --db "$db"
fine && says 'größer, "als" gedacht' && says '  best'
check $? "show prints tags and notes"

"$RETRIAL" query digests --db "$db" --format csv >"$SCRATCH/digests"
try delete -n "$trial" --db "$db"
fine && says '1 attempt would be deleted' && [ "$("$RETRIAL" query status --db "$db" --format csv | cut -d, -f3 | tail -n 1)" = 16 ]
check $? "delete -n changes nothing"
try delete "$trial" ffff --db "$db"
refuses 2 "no trial's identity" && [ "$("$RETRIAL" query status --db "$db" --format csv | cut -d, -f3 | tail -n 1)" = 16 ]
check $? "delete: an unknown trial is exit 2, and no other trial is deleted or said to be"
sqlite3 "$SCRATCH/old.db" <tests/fixtures/schema-2.sql && cp "$SCRATCH/old.db" "$SCRATCH/old"
try delete -n ee7857a3a72e --db "$SCRATCH/old.db"
fine && says '1 attempt would be deleted' && cmp -s "$SCRATCH/old" "$SCRATCH/old.db" && [ ! -e "$SCRATCH/old.db.schema-2" ]
check $? "delete -n does not even upgrade an older database"
try delete "$trial" --db "$db"
fine && says '1 attempt deleted'
check $? "delete takes a result back"
"$RETRIAL" query digests --db "$db" --format csv | cut -d, -f1 | grep -q "$trial"
[ $? = 1 ]
check $? "and no view has it"
try restore "$trial" --db "$db"
fine && "$RETRIAL" query digests --db "$db" --format csv | cmp -s - "$SCRATCH/digests"
check $? "restore undoes it"
try delete "$trial" "$other" --db "$db"
try run experiments/smoke.yaml --db "$db" --json -q
[ "$code" = 0 ] && [ "$(grep -c '"event": *"end"' "$SCRATCH/out")" = 2 ] && "$RETRIAL" query digests --db "$db" --format csv | cmp -s - "$SCRATCH/digests"
check $? "deleted trials run again, with the same bits"
try gc --db "$db"
fine && says '2 attempts that were deleted (--deleted includes them)' && [ "$(sqlite3 "$db" 'SELECT count(*) FROM attempts')" = 18 ]
check $? "gc says what --deleted would remove"
try gc --deleted --db "$db"
fine && says '2 attempts that were deleted' && [ "$(sqlite3 "$db" 'SELECT count(*) FROM attempts')" = 18 ]
check $? "and removes nothing without --yes"
try gc --deleted --superseded --weights --yes --db "$db"
fine && says 'removed 2 attempts that were deleted' && says ' before' && [ "$(sqlite3 "$db" 'SELECT count(*) FROM attempts')" = 16 ]
check $? "gc --deleted --yes removes it for good"
"$RETRIAL" query digests --db "$db" --format csv | cmp -s - "$SCRATCH/digests"
check $? "and nothing that counts"

# ---- a database that is not there ----
same=yes
for verb in "tag best $trial" "note $trial text" "delete $trial" "delete -n $trial" "restore $trial" "gc --deleted --yes" \
	"rerun $trial" "export $trial -o $SCRATCH/model.npz" "latency $trial"; do
	# shellcheck disable=SC2086
	try $verb --db "$SCRATCH/none/typo.db"
	refuses 3 'typo.db: no such database' && [ ! -e "$SCRATCH/none" ] || same=$verb
done
[ "$same" = yes ] || echo "$same" >>"$SCRATCH/err"
[ "$same" = yes ]
check $? "verbs that need a trial do not make an empty database"
finish
