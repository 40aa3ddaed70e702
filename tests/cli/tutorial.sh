#!/bin/sh
# tutorial.sh - every command of docs/tutorial*.md is run, and prints what the page says. In a page,
# "$ COMMAND" begins a command of a console block and what follows is its output; a line "..." stands
# for any lines, "..." at the end of a line for any rest, "[exit code N]" for the exit code. A yaml
# block is the file that the line before it names. `cd` in a command holds for those after it.
. tests/tap.sh
export XDG_DATA_HOME="$SCRATCH/share" XDG_CACHE_HOME="$SCRATCH/cache"
unset RETRIAL_DATA RETRIAL_DB
PATH=$(dirname "$RETRIAL"):$PATH

# matches EXPECTED ACTUAL: files, line by line.
matches() {
	awk '
		function fits(want, line) {
			if (want == line) return 1
			return want ~ /\.\.\.$/ && substr(line, 1, length(want) - 3) == substr(want, 1, length(want) - 3)
		}
		FILENAME == ARGV[1] { want[++wants] = $0; next }
		{ line[++lines] = $0 }
		END {
			w = l = 1; star = 0
			while (l <= lines) {
				if (w <= wants && want[w] == "...") { star = w; mark = l; w++ }
				else if (w <= wants && fits(want[w], line[l])) { w++; l++ }
				else if (star) { w = star + 1; l = ++mark }
				else break
			}
			while (w <= wants && want[w] == "...") w++
			exit !(l > lines && w > wants)
		}' "$1" "$2"
}

# one COMMAND: run it and compare with the file expected.
one() {
	wanted_code=$(sed -n 's/^\[exit code \([0-9]*\)\]$/\1/p' "$SCRATCH/expected")
	sed -i '/^\[exit code [0-9]*\]$/d' "$SCRATCH/expected"
	(cd "$(cat "$SCRATCH/folder")" && eval "$1" && pwd >"$SCRATCH/folder") >"$SCRATCH/out" 2>&1
	code=$?
	[ "$code" = "${wanted_code:-0}" ] && matches "$SCRATCH/expected" "$SCRATCH/out"
	check $? "$2: $1"
}

for page in docs/tutorial*.md; do
	rm -rf "$SCRATCH/work" && mkdir "$SCRATCH/work" && echo "$SCRATCH/work" >"$SCRATCH/folder"
	command='' inside='' file=''
	while IFS= read -r line; do
		case $inside$line in
		console'```' | yaml'```')
			[ -z "$command" ] || one "$command" "$page"
			command='' inside=''
			;;
		'```console') inside=console ;;
		'```yaml') inside=yaml; : >"$SCRATCH/work/$file" ;;
		'console$ '*)
			[ -z "$command" ] || one "$command" "$page"
			command=${line#'$ '}
			: >"$SCRATCH/expected"
			;;
		console*) printf '%s\n' "$line" >>"$SCRATCH/expected" ;;
		yaml*) printf '%s\n' "$line" >>"$SCRATCH/work/$file" ;;
		'`'*'`:') file=${line#'`'} file=${file%'`:'} ;;
		esac
	done <"$page"
done
finish
