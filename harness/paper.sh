#!/bin/sh
# paper.sh DATABASE FOLDER SWEEP.yaml... - everything that a paper needs of a database, made again. Each of these sweeps that the database has gets a
# folder FOLDER/NAME with tables (Markdown, CSV, LaTeX and one LaTeX macro a number), verdicts and figures (SVG, script, data); its trials, digests and
# environments, so that `retrial verify FOLDER/NAME` can run the trials again; and phases.csv, epochs and scores of every phase and fold. Trials that
# another study in FOLDER has are published only there, as those of fair-robustness-mnist in fair-mnist. Unchanged results change no byte. `make
# paper`, `make publish` and `make papers` call it, and then
# paper.sh --map FILE FOLDER - write results and verdicts into the rows of FILE (PAPER_MAP.md) between its two lines "<!-- verdicts"; those in
# FOLDER/papers are of other papers, which have pages of their own.
# RETRIAL names the program (default ./retrial). Exit code 1 when anything could not be made.
set -u
: "${RETRIAL:=./retrial}"

# A row of the page is "| ID | claim | reading | sweep | command | result | verdict | finding |". Result and verdict
# of each row between the two lines come from the verdicts.md of its sweep, in the folder of that name.
fill_rows() {
	# shellcheck disable=SC2046,SC2086 # a list of files, without blanks
	awk -F ' [|] ' '
		FILENAME != page {
			id = $1; sub(/^[|] /, "", id)
			if (!/^[|] / || id == "claim" || id ~ /^---/) next
			key = FILENAME; sub(/[/][^/]*$/, "", key); sub(/.*[/]/, "", key); key = key SUBSEP id
			claims[id]
			result[key] = $4 ($5 ~ /[0-9]/ ? " (" $5 ")" : "")
			verdict[key] = $7; gsub(/ *[|]$| \\\[[a-z]\\\]/, "", verdict[key])
			next
		}
		/^<!-- verdicts/ { inside = !inside }
		inside && /^[|] / && NF >= 8 {
			id = $1; sub(/^[|] /, "", id)
			if (id != "id" && id !~ /^---/) {
				key = $4; sub(/^[^[]*[[]/, "", key); sub(/[]].*/, "", key); key = key SUBSEP id
				row = "| " id " | " $2 " | " $3 " | " $4 " | " $5 " | "
				row = row (key in verdict ? result[key] " | " verdict[key] : "- | not published")
				print row " | " $8
				shown[id] = 1
				next
			}
		}
		{ print }
		END { for (id in claims) if (!(id in shown)) print "paper.sh: " page " has no row for the claim " id | "cat >&2" }
	' page="$1" $(find "$2" -name verdicts.md ! -path "$2/papers/*" 2>/dev/null | LC_ALL=C sort) "$1"
}

if [ "${1:-}" = --map ]; then
	map=$2 folder=$3
	[ "$(grep -c '^<!-- verdicts' "$map")" = 2 ] || { echo "paper.sh: $map: not two lines that begin with '<!-- verdicts'" >&2; exit 2; }
	fill_rows "$map" "$folder" >"$map.new" && mv "$map.new" "$map"
	exit
fi

db=$1 folder=$2
shift 2
# Commands that are written under tables name the database only where it is not the usual one.
option="--db $db"
[ "$db" != results/retrial.db ] || option=
failed=0

# make FILE ARGUMENTS: what the program prints, as a whole file or not at all. The claims' exit code 1 is a verdict.
make_file() {
	file=$1
	shift
	# shellcheck disable=SC2086 # two words or none
	"$RETRIAL" "$@" $option >"$file.new"
	code=$?
	if [ $code = 0 ] || [ "$1 $code" = "claims 1" ]; then
		mv "$file.new" "$file"
	else
		rm -f "$file.new"
		failed=1
	fi
}

# without_empty_groups SVG: without the groups in which gnuplot draws nothing, a third of the file. The picture is the same.
without_empty_groups() {
	[ ! -e "$1" ] || awk '
		held != "" && $0 == "</g>" { held = ""; next }
		held != "" { print held; held = "" }
		/^<g [^>]*>$/ { held = $0; next }
		{ print }
		END { if (held != "") print held }' "$1" >"$1.new" && mv "$1.new" "$1"
}

# keep_own FILE: without the lines of trials that are in the trials.csv of another published study.
keep_own() {
	for other in "$folder"/*/trials.csv; do
		[ ! -e "$other" ] || [ "$other" = "$folder/$name/trials.csv" ] || cut -d, -f1 "$other"
	done | awk -F, 'others { told[$1]; next } FNR == 1 || !($1 in told)' others=1 - others= "$1" >"$1.new" && mv "$1.new" "$1"
}

# publish_trials: those of the sweep, with what they were run with.
publish_trials() {
	for view in digests phases trials; do
		make_file "$folder/$name/$view.csv" query $view "sweep=$name" --format csv
		keep_own "$folder/$name/$view.csv"
	done
	[ "$(wc -l <"$folder/$name/trials.csv")" -gt 1 ] || rm "$folder/$name/trials.csv" "$folder/$name/digests.csv" "$folder/$name/phases.csv"
	make_file "$folder/$name/environment.csv" query "SELECT environment, name, CASE name WHEN 'diff' THEN length(value) || ' characters' ELSE value END AS value
		FROM facts WHERE name <> 'boot_id' AND environment IN (SELECT a.environment FROM finished AS f JOIN attempts AS a ON a.id = f.attempt
			WHERE f.sweep = '$name') ORDER BY environment, name" --format csv
}

mkdir -p "$folder"
names=$("$RETRIAL" query "SELECT name FROM sweeps" --db "$db" --format csv) || exit 3
made=
for sweep; do
	name=$(sed -n 's/^name: *//p' "$sweep")
	printf '%s\n' "$names" | grep -qx -- "$name" || continue
	echo "$name"
	rm -rf "${folder:?}/$name"
	mkdir -p "$folder/$name"
	if grep -q '^tables:\|^ablate:\|^ *ablate:' "$sweep"; then
		make_file "$folder/$name/tables.md" table "$sweep" --intervals --format md
		make_file "$folder/$name/tables.csv" table "$sweep" --format csv
		make_file "$folder/$name/tables.tex" table "$sweep" --format latex
		make_file "$folder/$name/macros.tex" table "$sweep" --format macros
	fi
	if grep -q '^claims:' "$sweep"; then
		make_file "$folder/$name/verdicts.md" claims "$sweep" --format md
		make_file "$folder/$name/verdicts.csv" claims "$sweep" --format csv
	fi
	if grep -q '^figures:' "$sweep"; then
		# shellcheck disable=SC2086
		"$RETRIAL" plot "$sweep" $option --folder "$folder/$name/figures" >/dev/null || failed=1
		for svg in "$folder/$name"/figures/*.svg; do
			without_empty_groups "$svg"
		done
		rm -f "$folder/$name"/figures/*.png # drawn again by the script beside it; the SVG is the one that is always the same bytes
	fi
	publish_trials
	made=yes
done
[ -n "$made" ] || { echo "paper.sh: $db has no trial of $*" >&2; exit 3; }
exit $failed
