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

# --color: the program's own colours, and only where they are wanted.
colored() { LC_ALL=C grep -q "$escape\[[0-9;]*m" "$SCRATCH/$1"; }
cat >"$SCRATCH/wrong.yaml" <<'END'
retrial: 1
sedes: 3
END
try check "$SCRATCH/wrong.yaml"
[ "$code" = 2 ] && says 'wrong.yaml:2:1: error: unknown key' err && ! colored err
check $? "messages in a file or pipe have no colour"
try check "$SCRATCH/wrong.yaml" --color=always
[ "$code" = 2 ] && says "wrong.yaml:2:1: ${escape}[1;31merror:${escape}[0m unknown key" err
check $? "with --color=always the word error has"
# on_terminal OUT ENVIRONMENT ARGUMENTS...: the same on a terminal of its own.
on_terminal() {
	to=$1; shift
	script -qec "env $*" /dev/null </dev/null >"$SCRATCH/$to" 2>&1
}
on_terminal out TERM=xterm NO_COLOR= "$RETRIAL" check "$SCRATCH/wrong.yaml" && status=0 || status=$?
[ "$status" = 2 ] && colored out
check $? "on a terminal it has without any option"
on_terminal out TERM=xterm NO_COLOR=1 "$RETRIAL" check "$SCRATCH/wrong.yaml"
! colored out && says 'error: unknown key'
check $? "NO_COLOR takes the colour away"
on_terminal out TERM=xterm NO_COLOR=1 "$RETRIAL" check "$SCRATCH/wrong.yaml" --color=always
colored out
check $? "unless --color=always is given"
on_terminal out TERM=dumb NO_COLOR= "$RETRIAL" check "$SCRATCH/wrong.yaml"
! colored out && says 'error: unknown key'
check $? "TERM=dumb takes it away"
on_terminal out TERM=xterm NO_COLOR= "$RETRIAL" check "$SCRATCH/wrong.yaml" --color=never
! colored out && says 'error: unknown key'
check $? "so does --color=never"
try doctor --color=always --db "$db"
says "${escape}[32mok${escape}[0m       "
check $? "doctor colours its states, and its columns stay aligned"
try doctor --color=always --db "$db" --format csv
! colored out
check $? "formats for programs never have colour"
try status --color=red
refuses 2 'retrial status: --color=red: auto, always or never'
check $? "another word is refused"
try status --colour=always
refuses 2 "unknown option '--colour' (did you mean '--color'?)"
check $? "a misspelt --color is recognised"
finish
