#!/bin/sh
# serve.sh - `retrial serve` asked by curl: what it refuses, what SQL gives and the page shows, names
# of strangers as text, tokens. The page in a real browser is tests/interop/serve.py.
# shellcheck source=tests/tap.sh
. tests/tap.sh
sweep="$SCRATCH/tiny.yaml" db="$SCRATCH/tiny.db" server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null' EXIT

cat >"$sweep" <<'END'
retrial: 1
name: tiny
title: <script>document.title = 'run'</script> & "two" rates
seeds: 3
base: {dataset: synthetic, validation: 100, train_limit: 200, test_limit: 100, recipe: short}
recipes:
  short: [{phase: single, epochs: 2}]
axes:
  batch_size: [8, 16, 32]
tables: [{id: main, title: Main, rows: [batch_size], metrics: [test_accuracy]}]
END
"$RETRIAL" run "$sweep" --db "$db" -q >"$SCRATCH/out" 2>"$SCRATCH/err"
trial=$(sqlite3 "$db" 'SELECT identity FROM trials ORDER BY id LIMIT 1')
"$RETRIAL" note "$trial" '<img src=x onerror=alert(1)> "quoted"' --db "$db" >/dev/null

# serve ARGUMENTS: begin; url is the address that it prints, without a slash behind.
serve() {
	: >"$SCRATCH/url"
	"$RETRIAL" serve --db "$db" --port 0 "$@" >"$SCRATCH/url" 2>"$SCRATCH/serve.err" &
	server=$!
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		[ -s "$SCRATCH/url" ] && break
		sleep 0.25
	done
	url=$(head -n 1 "$SCRATCH/url")
	token=${url##*token=}
	url=${url%%/\?*} url=${url%/}
}
stop() {
	kill "$server"
	wait "$server"
	code=$?
	server=
}
# get PATH CURL-ARGUMENTS: body in out, status in code, headers in head.
get() {
	path=$1; shift
	code=$(curl -s -o "$SCRATCH/out" -D "$SCRATCH/head" -w '%{http_code}' "$@" "$url$path")
}

serve
case $url in http://127.0.0.1:*) true ;; *) false ;; esac
check $? "it says where it listens: this machine alone"
get /
[ "$code" = 200 ] && says 'value="9"' && says '9 of 9 done'
check $? "the first page has every sweep with its progress"
says '&lt;script&gt;document.title = &#39;run&#39;&lt;/script&gt; &amp; &quot;two&quot; rates' && ! says "<script>document"
check $? "a title with a script in it is text"
says "default-src 'none'; script-src 'self'; style-src 'self'" head && says "frame-ancestors 'none'" head && says 'nosniff' head
check $? "the page loads nothing from elsewhere and stands in no frame"

get / -H 'Host: rebound.example:8077'
[ "$code" = 403 ]
check $? "a name that is not this machine's is refused"
get / -H "Host: localhost:${url##*:}"
[ "$code" = 200 ]
check $? "localhost is this machine's name"
get / -X POST -d x=1
[ "$code" = 405 ]
check $? "it only reads"
get /../../etc/passwd --path-as-is
[ "$code" = 404 ] && ! says root:
check $? "an address that is none of a page is not found"
get "/trial?id=0123456789abcdef"
[ "$code" = 400 ] && says 'role="alert"'
check $? "an unknown trial is said, with the page around it"
get /sweep?name=tinny
[ "$code" = 400 ] && says 'there is no sweep'
check $? "an unknown sweep is said"
get '/runs?where=batch_sise%3D8'
[ "$code" = 400 ] && says 'batch_size' && says 'value="batch_sise=8"'
check $? "a wrong condition is said with what was meant, and stays in the form"

# The rows are those that SQL gives, in its order.
get '/runs?where=batch_size%3E8+state%3Ddone&sort=-test_accuracy&columns=trial,test_accuracy'
grep -o 'href="/trial?id=[0-9a-f]*' "$SCRATCH/out" | sed 's/.*=//' >"$SCRATCH/shown"
sqlite3 "$db" "SELECT trial FROM runs JOIN trials ON trials.identity = runs.trial
	WHERE json_extract(labels, '\$.batch_size') + 0 > 8 ORDER BY test_accuracy DESC, position" >"$SCRATCH/wanted"
[ "$(wc -l <"$SCRATCH/shown")" = 6 ] && cmp -s "$SCRATCH/shown" "$SCRATCH/wanted"
check $? "filter and sorting give what SQL gives"
get '/runs?page=2'
[ "$code" = 200 ] && says 'no runs fulfil this'
check $? "a page behind the last is empty, not an error"
get '/runs?page=x'
[ "$code" = 400 ]
check $? "a page that is no number is refused"

get "/trial?id=$trial"
[ "$code" = 200 ] && says 'Misclassified test images' && says 'true class' && says '<path class="line series-0"' && says 'Configuration'
check $? "a trial has its curves, confusion, misclassified images and configuration"
says '&lt;img src=x onerror=alert(1)&gt; &quot;quoted&quot;' && ! says '<img src=x'
check $? "a note with markup is text"
get '/image?dataset=synthetic&index=3'
[ "$code" = 200 ] && [ "$(head -c 2 "$SCRATCH/out")" = BM ] && says image/bmp head
check $? "a test image is a picture"
get '/image?dataset=../../etc&index=3'
[ "$code" = 400 ]
check $? "an image of no data set is refused"
get "/curves?$(sqlite3 "$db" "SELECT group_concat('trial=' || identity, '&') FROM trials")"
[ "$code" = 200 ] && says 'batch_size 16' && says '<polygon class="band series-2"'
check $? "curves of all trials are named by what varies, with a band a configuration"
second=$(sqlite3 "$db" 'SELECT identity FROM trials ORDER BY id LIMIT 1 OFFSET 1')
get "/compare?trial=$trial&trial=$second"
[ "$code" = 200 ] && says "$(printf %.12s "$second")" && says batch_size
check $? "two trials stand side by side"
get '/sweep?name=tiny'
[ "$code" = 200 ] && says 'test_accuracy against batch_size' && says 'Every finished trial as a line'
check $? "a sweep has a metric against its parameter, and parallel coordinates"
says '>8</text>' && says '>16</text>' && says '>32</text>' && [ "$(grep -o '<text[^>]*>[0-9.]*</text>' "$SCRATCH/out" | grep -c '>[0-9]*[.][0-9]*e\|>12[.]6\|>15[.]8')" = 0 ]
check $? "the ticks of a geometric axis are the sweep's own values"
grep -q '<datalist id="metrics">.*<option value="test_accuracy">' "$SCRATCH/out" && says 'value="test_accuracy"'
check $? "it suggests the metrics that there are"
get '/report?sweep=tiny'
[ "$code" = 200 ] && says 'Verdicts' && says 'Main'
check $? "the report is there as retrial report makes it"
get /events
first=$(sed -n 's/^data: //p' "$SCRATCH/out")
"$RETRIAL" tag best "$trial" --db "$db" >/dev/null
get /events
[ -n "$first" ] && [ "$(sed -n 's/^data: //p' "$SCRATCH/out")" != "$first" ] && says text/event-stream head
check $? "the events say that the database has changed"
stop
[ "$code" = 0 ]
check $? "it ends well when it is told to"

# A program's sweep: its own metrics, what it printed, no network to export.
cat >"$SCRATCH/program.sh" <<'END'
echo "<b>size $1</b>"
seq 20000 && echo "<i>end</i>"
for step in 1 2 3; do echo "{\"step\": $step, \"loss\": $1.$step}" >>"$RETRIAL_OUT"; done
echo "{\"error\": $1}" >>"$RETRIAL_OUT"
test "$1" -lt 100 || exec sleep 60
END
cat >"$SCRATCH/program.yaml" <<'END'
retrial: 1
name: program
seeds: 2
program: {command: [sh, program.sh, "{size}", "{seed}"], inputs: program.sh}
parameters: {size: {type: integer}}
metrics: {error: {better: lower}, loss: {better: lower, series: step}}
axes: {size: [1, 10, 100]}
tables: [{id: main, rows: [size], metrics: [error]}]
END
db="$SCRATCH/program.db"
"$RETRIAL" run "$SCRATCH/program.yaml" --db "$db" -q -j 2 >"$SCRATCH/out" 2>"$SCRATCH/err" &
runner=$!
for _ in $(seq 150); do
	[ "$(sqlite3 "$db" "SELECT sum(state = 'done') = 4 AND sum(state = 'running') = 2 FROM runs" 2>/dev/null)" = 1 ] && break
	sleep 0.2
done
serve
get '/sweep?name=program'
[ "$code" = 200 ] && says 'error against size' && says 'value="error"' && says 'Orange: the largest values of error' && says '>10</text>'
check $? "of a program's sweep the first metric that it declares is shown"
program_trial() { sqlite3 "$db" "SELECT trial FROM runs WHERE state = '$1' ORDER BY position LIMIT 1"; }
get "/trial?id=$(program_trial "done")"
[ "$code" = 200 ] && says '<h2>Log</h2>' && says 'of 108919 bytes' && says '&lt;i&gt;end' && grep -qx 20000 "$SCRATCH/out" && ! grep -qx 1 "$SCRATCH/out" && says 'retrial log' && ! says 'retrial export'
check $? "a program's trial shows the end of what it printed, and says how to read all"
get "/trial?id=$(program_trial "running")"
[ "$code" = 200 ] && says 'of 108921 bytes' && grep -qx 20000 "$SCRATCH/out" && says '<path class="line series-0"'
check $? "while it runs, what it has printed so far"
stop
kill "$runner" && wait "$runner" 2>/dev/null
db="$SCRATCH/tiny.db"

serve --address 127.0.0.2
get /
[ "$code" = 200 ]
check $? "another address of loopback needs no token"
stop
serve --address 0.0.0.0
port=${url##*:} url=http://127.0.0.1:$port
get /
[ "$code" = 401 ]
check $? "an address for others needs a token"
get "/?token=0$token"
[ "$code" = 401 ]
check $? "a wrong token is refused"
get "/?token=$token" -c "$SCRATCH/cookies"
[ "$code" = 303 ] && says 'HttpOnly; SameSite=Strict' head
check $? "the token becomes a cookie that no script and no foreign page has"
get / -b "$SCRATCH/cookies"
[ "$code" = 200 ]
check $? "with the cookie the page is there"
stop

try serve --address example.org --db "$db"
refuses 2 "is no numeric address"
check $? "a name for an address is refused"
try serve --db "$SCRATCH/none.db"
[ "$code" = 3 ] || [ "$code" = 2 ]
check $? "a database that is not there is said"
serve
try serve --db "$db" --port "${url##*:}"
refuses 3 "is another server there?"
check $? "a port that is taken is said"
stop

# More values of a parameter than are told apart: 4 done trials of the program, each with 20 sizes.
cp "$SCRATCH/program.db" "$SCRATCH/search.db"
sqlite3 "$SCRATCH/search.db" "UPDATE plan SET position = position + 1000;
	WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20)
	INSERT INTO plan SELECT p.sweep, (p.position - 1000) * 20 + i, p.trial, p.recipe, p.augment,
		json_set(p.labels, '\$.size', printf('%g', pow(10, 0.05 * ((p.position - 1000) * 20 + i)))), p.skip
	FROM plan AS p, n WHERE p.position >= 1000 AND p.trial IN (
		SELECT id FROM trials WHERE identity IN (SELECT trial FROM runs WHERE state = 'done'));
	DELETE FROM plan WHERE position >= 1000"
db="$SCRATCH/search.db"
serve
get '/sweep?name=program'
[ "$code" = 200 ] && says 'Points: single trials.' && [ "$(grep -o '<circle' "$SCRATCH/out" | wc -l)" = 80 ] &&
	[ "$(grep 'class="line thin rank' "$SCRATCH/out" | grep -o 'd="M[^L"]*L' | wc -l)" = 80 ]
check $? "of more values than are told apart every trial is a point, and its line has all axes"
stop

# A long title, and labels and values whose names are longer than the room between two axes.
cat >"$SCRATCH/long.yaml" <<'END'
retrial: 1
name: long
title: Learning rate, weight decay and the schedule of a small network on synthetic images, with every other value held
seeds: 1
program: {command: [sh, program.sh, "{size}", "{weight_decay_of_the_first}", "{weight_decay_of_the_second}", "{schedule}", "{seed}"], inputs: program.sh}
parameters:
  size: {type: integer}
  weight_decay_of_the_first: {type: real}
  weight_decay_of_the_second: {type: real}
  schedule: {type: text}
metrics: {error: {better: lower}, loss: {better: lower, series: step}}
axes:
  size: [1, 2]
  weight_decay_of_the_first: [0.1, 0.2]
  weight_decay_of_the_second: [0.1, 0.2]
  schedule: [cosine-with-warm-restarts, cosine-with-cold-restarts, step]
END
db="$SCRATCH/long.db"
"$RETRIAL" run "$SCRATCH/long.yaml" --db "$db" -q >"$SCRATCH/out" 2>"$SCRATCH/err"
serve
get /style.css
cp "$SCRATCH/out" "$SCRATCH/style"
get /
[ "$code" = 200 ] && says 'title">Learning rate, weight decay' && grep -q '^th [.]title {.*white-space: normal' "$SCRATCH/style"
check $? "a long title may wrap, so that the columns behind it stay in the window"
get '/sweep?name=long'
sed -n '/Every finished trial as a line/,/<[/]svg>/p' "$SCRATCH/out" >"$SCRATCH/parallel"
# Text as drawn, without the tooltip before it.
tr -d '\n' <"$SCRATCH/parallel" | grep -o '<text.*' | sed 's/<title>[^<]*<[/]title>//g; s/<[/]text>/\n/g' | sed 's/^[^<]*//' >"$SCRATCH/texts"
[ "$code" = 200 ] && [ "$(sed 's/.*>//' "$SCRATCH/texts" | wc -L)" -le 19 ] && says '…' texts &&
	says '<title>cosine-with-warm-restarts</title>' parallel && says '<title>weight_decay_of_the_second</title>' parallel
check $? "parallel coordinates cut what is longer than the room between two axes, and keep it as a tooltip"
[ "$(grep 'class="axis"' "$SCRATCH/texts" | sed 's/.* y="\([0-9]*\)".*/\1/' | tr '\n' ' ')" = "16 32 16 32 16 " ]
check $? "titles of neighbours stand on two rows"
stop

# 120 sweeps, and 130 trials that run.
cp "$SCRATCH/tiny.db" "$SCRATCH/many.db"
sqlite3 "$SCRATCH/many.db" "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 119)
	INSERT INTO sweeps (name, title, path, digest, text, seeds, frozen_at)
	SELECT 'copy' || i, title, path, digest, text, seeds, '2020-01-01T00:00:00.000Z' FROM n, sweeps WHERE name = 'tiny';
	INSERT INTO plan SELECT s.id, p.position, p.trial, p.recipe, p.augment, p.labels, p.skip FROM sweeps AS s, plan AS p
	WHERE s.name LIKE 'copy%' AND p.sweep = (SELECT id FROM sweeps WHERE name = 'tiny') AND p.position < 2;
	UPDATE attempts SET state = 'running', finished_at = NULL WHERE trial = (SELECT trial FROM plan WHERE position = 0 LIMIT 1)"
db="$SCRATCH/many.db"
serve
get '/'
[ "$code" = 200 ] && says 'sweeps 1 to 100 of 120' && says 'href="/?page=2">next' && says 'the first 100; <a href="/runs?where=state%3Drunning">' &&
	[ "$(grep -o 'href="/sweep?name=[^"]*' "$SCRATCH/out" | sort -u | wc -l)" -ge 100 ]
check $? "the list of sweeps has pages, and that of running trials says that there are more"
get '/?page=2'
[ "$code" = 200 ] && says 'sweeps 101 to 120 of 120' && says 'href="/?page=1">previous' && ! says '>next<' && ! says 'Running now'
check $? "the second page has the rest"
get '/?page=0'
[ "$code" = 400 ]
check $? "a page of sweeps that there cannot be is refused"
stop
finish
