#!/bin/sh
# html.sh - the documentation as HTML (`make html`): every page is there, every link leads somewhere.
. tests/tap.sh
if ! command -v cmark-gfm >/dev/null || ! command -v mandoc >/dev/null; then
	skip "the documentation as HTML" "no cmark-gfm or mandoc"
	finish
fi
html=$SCRATCH/html
"$RETRIAL" help options --format man >"$SCRATCH/options" && sed -e "/options of every verb: make/{r $SCRATCH/options" -e 'd}' harness/cli/retrial.1 >"$SCRATCH/retrial.1"
"$RETRIAL" help sweep --format man >"$SCRATCH/retrial-sweep.5"
sh docs/html.sh "$html" "$SCRATCH/retrial.1" "$SCRATCH/retrial-sweep.5" >"$SCRATCH/out" 2>"$SCRATCH/err"
[ $? = 0 ] && [ ! -s "$SCRATCH/err" ] && [ -s "$html/index.html" ]
check $? "the pages are made"

for file in docs/*.md PAPER_MAP.md CHANGELOG.md CONTRIBUTING.md harness/store/SCHEMA.md; do
	[ -s "$html/${file%.md}.html" ] || echo "$file has no page"
done >"$SCRATCH/out"
for file in experiments/papers/*/README.md; do
	[ -s "$html/${file%README.md}index.html" ] || echo "$file has no page"
done >>"$SCRATCH/out"
[ ! -s "$SCRATCH/out" ]
check $? "every document is a page"

# links PAGE: local links, with the page that they are of.
find "$html" -name '*.html' | while read -r page; do
	grep -oE '(href|src)="[^"]*"' "$page" | sed 's/.*="//; s/"$//' | grep -v '^[a-z]*:' | sort -u | while read -r link; do
		target=${link%%#*} section=
		case $link in *#*) section=${link#*#} ;; esac
		[ -n "$target" ] && file=$(dirname "$page")/$target || file=$page
		if [ ! -e "$file" ]; then
			echo "$page: $link: there is no such file"
		elif [ -n "$section" ] && ! grep -qF "id=\"$section\"" "$file"; then
			echo "$page: $link: there is no such section"
		fi
	done
done >"$SCRATCH/out"
[ ! -s "$SCRATCH/out" ]
check $? "every link leads to a file and a section that are there"
[ "$(grep -o 'href="' "$html/index.html" | wc -l)" -gt 15 ]
check $? "and there are links"

"$RETRIAL" help sweep --format md | sed -n 's/^#### `\(.*\)`$/\1/p' | sort -u >"$SCRATCH/keys"
[ "$(wc -l <"$SCRATCH/keys")" -gt 60 ] && while read -r key; do
	grep -qE "<h4[^>]*><code>$(printf '%s' "$key" | sed 's/[.*+?()|]/\\&/g')</code></h4>" "$html/docs/sweep.html" || echo "$key"
done <"$SCRATCH/keys" >"$SCRATCH/out"
[ ! -s "$SCRATCH/out" ]
check $? "the chapter on sweep files has every key of the language"

if command -v tidy >/dev/null; then
	find "$html" -name '*.html' | while read -r page; do
		tidy -q -e --drop-empty-elements no "$page" 2>&1 | grep -i 'error\|warning' | grep -v 'proprietary\|table lacks' | sed "s|^|$page: |"
	done >"$SCRATCH/out"
	[ ! -s "$SCRATCH/out" ]
	check $? "tidy finds no mistake in the pages"
else
	skip "tidy finds no mistake in the pages" "no tidy"
fi
finish
