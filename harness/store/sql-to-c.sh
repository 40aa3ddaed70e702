#!/bin/sh
# sql-to-c.sh FILE.sql... - print the C file that holds these SQL files (see sql.h).
# Run from the root of the repository:
#   sh harness/store/sql-to-c.sh harness/store/*.sql harness/store/queries/*.sql \
#     harness/store/queries/internal/*.sql > build/sql.c
set -eu
LC_ALL=C
export LC_ALL

cat <<'END'
/* Made by harness/store/sql-to-c.sh from the .sql files; edit those. */
#include "harness/store/sql.h"

const struct sql_text sql_texts[] = {
END
for file in "$@"; do
	[ -r "$file" ] || { echo "sql-to-c.sh: $file: cannot be read" >&2; exit 1; }
	name=$(basename "$file" .sql)
	folder=$(basename "$(dirname "$file")")
	printf '\t{ "%s", "%s",\n' "$name" "$folder"
	# A line becomes a string of its own; \? keeps trigraphs from appearing.
	sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/?/\\?/g' -e 's/	/\\t/g' -e 's/^/		"/' -e 's/$/\\n"/' "$file"
	printf '\t\t"" },\n'
done
cat <<'END'
};
const size_t sql_text_count = sizeof(sql_texts) / sizeof(sql_texts[0]);

const char *const sql_query_names[] = {
END
for file in "$@"; do
	case $file in */internal/*) ;; */queries/*) printf '\t"%s",\n' "$(basename "$file" .sql)" ;; esac
done
cat <<'END'
};
const size_t sql_query_count = sizeof(sql_query_names) / sizeof(sql_query_names[0]);
END
