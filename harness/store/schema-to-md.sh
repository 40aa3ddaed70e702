#!/bin/sh
# schema-to-md.sh FILE.sql... - print the reference of the results database, made from the comments of schema.sql and views.sql:
# a diagram of the tables (Mermaid), then every table and view with its columns. Run from the root of the repository:
#   sh harness/store/schema-to-md.sh harness/store/schema.sql harness/store/views.sql
set -eu
LC_ALL=C
export LC_ALL

cat <<'END'
# The results database

Made by harness/store/schema-to-md.sh from the comments of schema.sql and views.sql; edit those.

END
# What stands at the top of each file, without its first words (the file's own name).
for file in "$@"; do
	awk '!/^--/ { exit } { sub(/^-- ?/, ""); print }' "$file" | sed -e '1s/^[a-z]*\.sql - //' -e '1s/^./\U&/'
	echo
done
awk '
/^CREATE (TABLE|VIEW) / {
	kind = $2; name = $3
	if (kind != last) printf "%s%s:", last ? "\n\n" : "", kind == "TABLE" ? "Tables" : "Views"
	printf "%s[%s](#%s-%s)", kind != last ? " " : ", ", name, tolower(kind), name
	last = kind
}
END { print "\n" }' "$@"
cat <<'END'
```mermaid
erDiagram
END
awk '
/^CREATE TABLE / { table = $3 }
match($0, /REFERENCES [a-z_]+/) {
	other = substr($0, RSTART + 11, RLENGTH - 11)
	if (!((table, other) in seen)) printf "    %s ||--o{ %s : \"\"\n", other, table
	seen[table, other] = 1
}' "$@"
echo '```'

awk '
function cell(text) { gsub(/\|/, "\\|", text); return text }
function row(name, type, text) { printf "| %s | %s | %s |\n", name, type, cell(text) }
/^CREATE (TABLE|VIEW) / {
	kind = tolower($2); name = $3; first = 1
	printf "\n## %s %s\n\n", kind == "table" ? "Table" : "View", name
	next
}
/^(\) STRICT|	FROM |CREATE INDEX|CREATE UNIQUE)/ { name = "" }
name == "" { next }
first && /^	-- / {
	sub(/^	-- /, "")
	printf "%s\n\n", $0
	if (kind == "table") print "| column | type | meaning |\n| --- | --- | --- |"
	else print "| column | | meaning |\n| --- | --- | --- |"
	first = 0
	next
}
!/-- / { next }
{
	text = $0; sub(/.*-- /, "", text)
	code = $0; sub(/[ ,]*--.*/, "", code)
}
kind == "table" && match(code, /^	[a-z_0-9]+ (INTEGER|REAL|TEXT|BLOB|ANY)/) {
	split(code, word, /[ \t]+/)
	row(word[2], word[3] (code ~ /NOT NULL|PRIMARY KEY/ ? "" : ", may be NULL"), text)
}
kind == "view" && match(code, / AS [a-z_0-9]+$/) { row(substr(code, RSTART + 4), "", text) }
' "$@"
