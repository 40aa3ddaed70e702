/* texts.c - the .sql files that are compiled into the program: schema, views, migrations and
 * queries. */
#include <assert.h>
#include <string.h>

#include "sql.h"
#include "read.h"
#include "store_internal.h"

static const char *find_text(const char *folder, const char *name)
{
	for (size_t i = 0; i < sql_text_count; i++)
		if (!strcmp(sql_texts[i].folder, folder) && !strcmp(sql_texts[i].name, name))
			return sql_texts[i].text;
	return NULL;
}

const char *texts_find(const char *name)
{
	const char *text = find_text("store", name);

	assert(text); /* the name is a constant of the program */
	return text;
}

const char *store_named_query(const char *name)
{
	return find_text("queries", name);
}

const char *store_internal_query(const char *name)
{
	const char *text = find_text("internal", name);

	assert(text); /* the name is a constant of the program */
	return text;
}

const char *const *store_named_queries(size_t *count)
{
	*count = sql_query_count;
	return sql_query_names;
}
