#!/bin/sh
# html.sh FOLDER MAN... - write the documentation as HTML: the Markdown files of the tree (cmark-gfm) and these manual pages (mandoc), with
# index.html from README.md. Files that the pages show or link to are copied beside them. Run in the root of the tree; `make html` calls it.
set -eu
LC_ALL=C.UTF-8
export LC_ALL
out=$1; shift
for program in cmark-gfm mandoc; do
	command -v $program >/dev/null || { echo "html.sh: $program is not installed (Debian: apt-get install cmark-gfm mandoc)" >&2; exit 3; }
done
rm -rf "$out"
mkdir -p "$out"

# The address of a page by its Markdown file.
address() {
	case $1 in README.md | */README.md) echo "${1%README.md}index.html" ;; *) echo "${1%.md}.html" ;; esac
}

# Headings get the identifiers that GitHub gives them: links to sections work in both.
identify() {
	awk '
	match($0, /^<h[1-6]>/) {
		level = substr($0, 3, 1)
		text = $0
		gsub(/<[^>]*>/, "", text)
		gsub(/&[a-z]+;/, "", text)
		id = tolower(text)
		gsub(/[^[:alnum:] _-]/, "", id)
		gsub(/ /, "-", id)
		if (seen[id]++) id = id "-" (seen[id] - 1)
		sub(/^<h[1-6]>/, "<h" level " id=\"" id "\">")
	}
	{ print }'
}

# page FILE.md
page() {
	file=$1 target=$out/$(address "$1")
	up=$(dirname "$file" | sed 's|[^/.][^/]*|..|g; s|^\.$||; s|$|/|; s|^/$||')
	title=$(sed -n 's/^# //p' "$file" | head -n 1)
	mkdir -p "$(dirname "$target")"
	{
		cat <<-END
			<!DOCTYPE html>
			<html lang="en">
			<head>
			<meta charset="utf-8">
			<meta name="viewport" content="width=device-width, initial-scale=1">
			<title>$title</title>
			<link rel="stylesheet" href="${up}style.css">
			</head>
			<body>
			<nav><a href="${up}index.html">Retrial</a> <a href="${up}docs/tutorial.html">Tutorial</a> <a href="${up}docs/sweep.html">Sweep files</a>
			<a href="${up}retrial.1.html">Commands</a> <a href="${up}harness/store/SCHEMA.html">Database</a></nav>
			<main>
		END
		cmark-gfm -e table -e autolink "$file" | identify |
			sed -E 's#(href="[^":]*)README\.md#\1index.html#g; s#(href="[^":]*)\.md([#"])#\1.html\2#g; s# align="right"# class="number"#g; s# align="[a-z]*"##g; s#<table>#<div class="wide"><table>#; s#</table>#</table></div>#'
		printf '</main>\n</body>\n</html>\n'
	} >"$target"
	echo "$target"
}

# What a page shows or links to and that is no page itself.
copy_linked() {
	file=$1
	grep -oE '(href|src)="[^":#]+' "$out/$(address "$file")" | sed 's/.*="//' | sort -u | while read -r link; do
		path=$(realpath -m --relative-to=. "$(dirname "$file")/$link")
		if [ -f "$path" ] && [ ! -e "$out/$path" ]; then
			mkdir -p "$out/$(dirname "$path")"
			cp "$path" "$out/$path"
		fi
	done
}

cp harness/serve/style.css "$out/style.css"
cat >>"$out/style.css" <<'END'
body { max-width: 60rem } main { min-width: 0 } img { max-width: 100%; height: auto }
h3 { font-size: 1.05rem; margin: 1.4rem 0 .3rem } h4 { margin: 1.1rem 0 .2rem }
table.head, table.foot { width: 100% } .Nd, .manual-text { white-space: normal }
END
pages="README.md CHANGELOG.md CONTRIBUTING.md PAPER_MAP.md harness/store/SCHEMA.md $(ls docs/*.md experiments/papers/*/README.md)"
for file in $pages; do
	page "$file" >/dev/null
done
for file in $pages; do
	copy_linked "$file"
done
# Links between our manual pages; other pages are named without a link.
for manual; do
	cp "$manual" "$out/$(basename "$manual").html"
done
for manual; do
	source=$(realpath "$manual")
	(cd "$out" && mandoc -T html -O "toc,style=style.css,man=%N.%S.html" "$source") |
		sed -E 's#class="Xr" href="retrial#class="own" href="retrial#g; s#<a class="Xr"[^>]*>([^<]*)</a>#\1#g; s#class="own"#class="Xr"#g' >"$out/new"
	mv "$out/new" "$out/$(basename "$manual").html"
done
