#!/bin/sh
# schema.sh - the reference of the database (harness/store/SCHEMA.md) is up to date and explains every column. Prints TAP.
set -u
: "${SCRATCH:=$(mktemp -d)}"
count=0
check() {
	count=$((count + 1))
	if [ "$1" = 0 ]; then
		echo "ok $count - $2"
	else
		echo "not ok $count - $2"
		head -n 20 "$SCRATCH/out" | sed 's/^/# /'
	fi
}

sh harness/store/schema-to-md.sh harness/store/schema.sql harness/store/views.sql >"$SCRATCH/new.md"
diff harness/store/SCHEMA.md "$SCRATCH/new.md" >"$SCRATCH/out"
check $? "SCHEMA.md is what schema-to-md.sh prints (make schema)"

# "table column" of a database with the schema, and of the reference where it gives a meaning.
cat harness/store/schema.sql harness/store/views.sql | sqlite3 "$SCRATCH/schema.db"
sqlite3 -separator ' ' "$SCRATCH/schema.db" "SELECT t.name, c.name FROM sqlite_schema AS t, pragma_table_info(t.name) AS c WHERE t.type IN ('table', 'view')
	AND t.name NOT LIKE 'sqlite_%' ORDER BY 1, 2" | LC_ALL=C sort >"$SCRATCH/columns"
awk '/^## (Table|View) / { name = $3 } /^\| [a-z0-9_]+ \| .* \| .+ \|$/ && $2 != "column" { print name, $2 }' harness/store/SCHEMA.md | LC_ALL=C sort >"$SCRATCH/explained"
diff "$SCRATCH/columns" "$SCRATCH/explained" >"$SCRATCH/out"
check $? "every column of every table and view is explained there"
[ "$(wc -l <"$SCRATCH/columns")" -gt 250 ]
check $? "and there are columns"
echo "1..$count"
! grep -q . "$SCRATCH/out"
