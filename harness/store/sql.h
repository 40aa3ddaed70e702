/* sql.h - the .sql files of this folder, compiled into the program (sql-to-c.sh writes the C file
 * when the program is built). Text only; knows nothing of SQLite. */
#ifndef STORE_SQL_H
#define STORE_SQL_H

#include <stddef.h>

struct sql_text {
	const char *name;   /* of the file, without folder and .sql: "schema", "accuracy" */
	const char *folder; /* the last folder of its path: "store", "queries" for a named query,
			      "internal" for one that the program alone asks */
	const char *text;
};

/* In the order in which the files were given to sql-to-c.sh. */
extern const struct sql_text sql_texts[];
extern const size_t sql_text_count;

/* The names of those in the folder "queries". */
extern const char *const sql_query_names[];
extern const size_t sql_query_count;

#endif
