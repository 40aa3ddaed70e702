/* trial_table.c - see trial_table.h. Every field is a node with its place, so that errors point
 * into the file. */
#include "trial_table.h"

#include <string.h>

#include "../base/csv.h"
#include "assign.h"

enum { COLUMNS_MAX = 256 };

struct scanner {
	struct study *study;
	const struct source *source;
	struct csv csv;
	struct csv_field field; /* the last one read */
};

/* The next field as a scalar. NULL after an error. */
static struct node *scan_field(struct scanner *c)
{
	struct arena *a = c->study->arena;
	struct node *n = arena_zero(a, sizeof(*n));
	const int failed = csv_next(&c->csv, &c->field);
	n->source = c->source;
	n->line = c->field.line;
	n->column = c->field.column;
	if (failed) {
		node_error(c->study->diagnostics, n,
			"a quoted field has to end with a quote before the next comma");
		return NULL;
	}
	n->text = arena_text(a, c->field.text.s ? c->field.text.s : "", c->field.text.length);
	return n;
}

/* ---- columns ---- */

/* The parameter of every column; NULL: passed over, or unknown. Returns how many columns, or -1
 * when the rest cannot be read. */
static int scan_head(struct scanner *c, const struct target *targets[COLUMNS_MAX])
{
	struct study *s = c->study;
	int count = 0;
	for (c->field.last = false; !c->field.last; count++) {
		const struct node *n = scan_field(c);
		if (!n)
			return -1;
		if (count == COLUMNS_MAX) {
			node_error(s->diagnostics, n, "too many columns (at most %d)", COLUMNS_MAX);
			return -1;
		}
		const bool passed_over =
			strcmp(n->text, "seed") == 0 || strcmp(n->text, "trial") == 0;
		targets[count] = passed_over               ? NULL
			: strcmp(n->text, "ablation") == 0 ? target_ablation(s)
							   : target_find(s, n->text, n);
		for (int i = 0; targets[count] && i < count; i++)
			if (targets[i] == targets[count])
				node_error(
					s->diagnostics, n, "column '%s' is there twice", n->text);
	}
	return count;
}

/* a+b as a list of scalars, "none" as an empty one: how labels write lists. */
static struct node *split_list(struct study *s, struct node *field)
{
	struct node *list = arena_zero(s->arena, sizeof(*list));
	*list = (struct node){ .kind = NODE_LIST,
		.line = field->line,
		.column = field->column,
		.source = field->source };
	struct node **end = &list->first;
	if (strcmp(field->text, "none") == 0)
		return list;
	for (const char *p = field->text; p; p = strchr(p, '+') ? strchr(p, '+') + 1 : NULL) {
		struct node *item = arena_zero(s->arena, sizeof(*item));
		*item = *field;
		item->text = arena_text(s->arena, p, strcspn(p, "+"));
		*end = item;
		end = &item->next;
		list->count++;
	}
	return list;
}

static void read_field(struct study *s, const struct target *target, struct node *field,
	struct setting *settings, int *count)
{
	struct setting *out = &settings[*count];
	if (target->kind == TARGET_LABEL) {
		*out = (struct setting){ .target = target, .node = field, .text = field->text };
		if (name_is_good(field->text, sizeof(((struct label *)0)->value)))
			(*count)++;
		else
			node_error(s->diagnostics, field, "'%.60s' cannot be the name of a change",
				field->text);
		return;
	}
	*count += setting_read(s, target,
			  param_is_list(target->param) ? split_list(s, field) : field, out)
		== 0;
}

/* ---- lines ---- */

/* What makes two lines one: all settings as text. */
static const char *row_key(struct study *s, const struct row *row)
{
	struct str key = { 0 };
	for (int i = 0; i < row->count; i++)
		str_addf(&key, "%s=%s\n", row->settings[i].target->path, row->settings[i].text);
	const char *kept = arena_text(s->arena, key.s ? key.s : "", key.length);
	str_free(&key);
	return kept;
}

static bool has_fields(struct study *s, const struct node *field, int columns, bool more)
{
	node_error(s->diagnostics, field,
		"this line has %s fields than the first one, which has %d", more ? "more" : "fewer",
		columns);
	return false;
}

/* Read one line into row; *good: it has as many fields as there are columns. Returns 0, or -1 when
 * the rest of the file cannot be read. */
static int scan_row(struct scanner *c, const struct target *const *targets, int columns,
	struct row *row, bool *good)
{
	struct study *s = c->study;
	struct setting *settings = arena_zero(s->arena, (size_t)columns * sizeof(*settings));
	*good = true;
	*row = (struct row){ .settings = settings };
	int column = 0;
	for (c->field.last = false; !c->field.last; column++) {
		struct node *field = scan_field(c);
		if (!field)
			return -1;
		if (*good && (column >= columns || (c->field.last && column + 1 < columns)))
			*good = has_fields(s, field, columns, column >= columns);
		if (*good && targets[column] && *field->text)
			read_field(s, targets[column], field, settings, &row->count);
	}
	return 0;
}

static size_t count_lines(const struct source *source)
{
	size_t lines = 1;
	for (size_t i = 0; i < source->length; i++)
		lines += source->text[i] == '\n';
	return lines;
}

static void scan_rows(struct scanner *c, struct dimension *out)
{
	const struct target *targets[COLUMNS_MAX];
	const int columns = scan_head(c, targets);
	if (columns < 0)
		return;
	struct row *rows = arena_zero(c->study->arena, count_lines(c->source) * sizeof(*rows));
	struct index seen = { 0 };
	while (c->csv.at < c->csv.end) {
		bool good;
		if (csv_skip_empty(&c->csv))
			continue;
		if (scan_row(c, targets, columns, &rows[out->count], &good))
			break;
		if (!good)
			continue;
		const char *key = row_key(c->study, &rows[out->count]);
		if (index_find(&seen, key, strlen(key)) != SIZE_MAX)
			continue;
		index_add(&seen, key, strlen(key));
		out->count++;
	}
	index_free(&seen);
	out->rows = rows;
}

const struct dimension *trial_table_dimension(struct study *s, const struct node *file)
{
	const size_t length = strlen(file->text);
	if (length < 4 || strcmp(file->text + length - 4, ".csv") != 0) {
		/* Errors show lines of it: it may be no other file of the user's. */
		node_error(s->diagnostics, file,
			"trials: %s: the name of a table of trials ends with .csv", file->text);
		return NULL;
	}
	const struct source *source = library_open(s->arena, s->diagnostics, file, "trials");
	if (!source || !source_check(source, s->diagnostics))
		return NULL;
	struct dimension *d = arena_zero(s->arena, sizeof(*d));
	struct scanner c = {
		.study = s, .source = source, .csv = csv_begin(source->text, source->length)
	};
	const size_t errors = s->diagnostics->count;
	d->node = file;
	scan_rows(&c, d);
	str_free(&c.field.text);
	if (d->count == 0 && s->diagnostics->count == errors)
		node_error(s->diagnostics, file, "trials: %s has no trials", source->path);
	return d->count ? d : NULL;
}
