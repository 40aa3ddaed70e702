#!/bin/sh
# terminal.sh - what sweep files and databases hold reaches no terminal as a control character.
. tests/tap.sh
db=$SCRATCH/r.db
escape=$(printf '\033')
# clean: neither out nor err has an escape character or another C0 or C1 character.
clean() { ! LC_ALL=C grep -qP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' "$SCRATCH/out" "$SCRATCH/err"; }

cat >"$SCRATCH/good.yaml" <<'END'
retrial: 1
name: good
title: one trial
seeds: 1
base: {dataset: synthetic, validation: 64, train_limit: 64, test_limit: 64}
axes: {recipe: [alone]}
recipes:
  alone: [{phase: single, epochs: 1}]
claims:
  - {id: C1, title: a claim, where: {recipe: alone}, metric: test_accuracy, paper: 0.5, rounds_to: 2}
tables:
  - {id: T1, title: a table, rows: [recipe], metrics: [test_accuracy]}
END
"$RETRIAL" run "$SCRATCH/good.yaml" --db "$db" -q 2>"$SCRATCH/err"

for what in 'title: one trial' 'title: a claim' 'title: a table'; do
	sed "s/$what/title: \"a \\\\e[31mred\\\\e[0m title\"/" "$SCRATCH/good.yaml" >"$SCRATCH/evil.yaml"
	try check "$SCRATCH/evil.yaml"
	refuses 2 "a control character in a value" && clean
	check $? "a sweep file with an escape sequence in its $what is refused"
done
printf 'retrial: 1\nname: %s[2J\n' "$escape" >"$SCRATCH/evil.yaml"
try check "$SCRATCH/evil.yaml"
[ "$code" = 2 ] && clean
check $? "the message about a raw one does not pass it on"
try check "$SCRATCH/${escape}[2Jnone.yaml"
[ "$code" = 3 ] && clean && says '\x1b[2Jnone.yaml' err
check $? "nor does one about the name of a file"
try query nothing "${escape}[31m"
[ "$code" = 2 ] && clean
check $? "or an argument"

# A database that somebody else has made.
title="x'1b'||'[31m' || char(155) || '2J' || char(127) || char(13) || 'é 日本'"
title=$(printf '%s' "$title" | sed "s/x'1b'/char(27)/")
sqlite3 "$db" "UPDATE sweeps SET title = $title, name = 'good' || char(27) || 'c';
	UPDATE labels SET value = char(27) || ']0;owned' || char(7) WHERE name = 'recipe';
	INSERT INTO tags SELECT id, 'tag' || char(27) FROM trials; INSERT INTO notes (trial, written_at, text) SELECT id, '2026-01-01T00:00:00.000Z', $title FROM trials;" 2>"$SCRATCH/err"
for verb in status runs "show $(sqlite3 "$db" 'SELECT substr(identity, 1, 12) FROM trials')" tag "query runs" "query accuracy" \
	"query accuracy --format md" "query accuracy --format latex" "table $SCRATCH/good.yaml" "claims $SCRATCH/good.yaml" "plan $SCRATCH/good.yaml" "verify"; do
	# shellcheck disable=SC2086 # a verb and its argument
	try $verb --db "$db"
	clean
	check $? "$(echo "$verb" | sed "s|$SCRATCH/||; s/ [0-9a-f]\{12\}//"): no control character comes out of a database"
done
try query 'SELECT title FROM sweeps' --db "$db"
says 'é 日本' && clean
check $? "letters of all languages stay as they are"
try query 'SELECT title FROM sweeps' --db "$db" --format csv
[ "$(LC_ALL=C grep -c "$escape" "$SCRATCH/out")" = 1 ]
check $? "CSV into a file or pipe is the data, byte by byte"

trial=$(sqlite3 "$db" 'SELECT identity FROM trials')
try tag "bad${escape}[1m" "$trial" --db "$db"
refuses 2 "control characters" && clean
check $? "a tag with an escape sequence is refused"
try note "$trial" "bad${escape}[1m" --db "$db"
refuses 2 "control character" && clean
check $? "so is a note"
"$RETRIAL" run "$SCRATCH/good.yaml" --db "$SCRATCH/new.db" --progress=always >"$SCRATCH/out" 2>"$SCRATCH/err"
LC_ALL=C grep -q "$escape\[K" "$SCRATCH/err"
check $? "the program's own progress display still moves the cursor"
finish
