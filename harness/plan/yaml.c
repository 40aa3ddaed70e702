/* yaml.c - libyaml's events into a tree of nodes. Every limit that keeps a hostile file from
 * costing much is here. */
#include "yaml.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "../base/err.h"

/* What is open at the moment: a list or a map, and for a map the key that waits for its value. */
struct level {
	struct node *node;
	struct node **end; /* where the next child is hung */
	const char *key;
	int key_line, key_column;
};

struct reader {
	const struct source *source;
	struct arena *arena;
	struct diagnostics *diagnostics;
	struct level levels[YAML_DEPTH_MAX];
	int depth;
	size_t nodes;
	struct node *root;
	int documents;
};

static int mark_line(yaml_mark_t mark)
{
	return mark.line < INT32_MAX ? (int)mark.line + 1 : INT32_MAX;
}

static int mark_column(yaml_mark_t mark)
{
	return mark.column < INT32_MAX ? (int)mark.column + 1 : INT32_MAX;
}

static void error_at(struct reader *r, yaml_mark_t mark, const char *text)
{
	diagnose(r->diagnostics, r->source, mark_line(mark), mark_column(mark), "%s", text);
}

/* libyaml would say so too, but without a line. */
bool source_check(const struct source *source, struct diagnostics *d)
{
	const size_t length = source->length;
	int line = 1, column = 1;
	if (length > YAML_BYTES_MAX) {
		diagnose(d, source, 0, 0, "too large: %zu bytes, at most 16 MB are read", length);
		return false;
	}
	for (size_t i = 0; i < length; column++) {
		const unsigned char c = (unsigned char)source->text[i];
		const size_t bytes = str_utf8_length(source->text + i);
		if (!bytes) {
			diagnose(d, source, line, column,
				c == 0 ? "a NUL byte: this is not a text file"
				       : "byte 0x%02x is not valid UTF-8",
				c);
			return false;
		}
		if (c == '\n') {
			line++;
			column = 0;
		}
		i += bytes;
	}
	return true;
}

/* Count one more key or value. */
static int count_node(struct reader *r, yaml_mark_t at)
{
	if (++r->nodes <= YAML_NODES_MAX)
		return 0;
	error_at(r, at, "too many keys and values in one file (at most 1,000,000)");
	return -1;
}

static struct node *node_new(struct reader *r, enum node_kind kind, yaml_mark_t at)
{
	if (count_node(r, at))
		return NULL;
	struct node *n = arena_zero(r->arena, sizeof(*n));
	n->kind = kind;
	n->line = mark_line(at);
	n->column = mark_column(at);
	n->source = r->source;
	return n;
}

/* Hang the node into the list or map that is open, or make it the root. */
static void node_hang(struct reader *r, struct node *n)
{
	if (r->depth == 0) {
		r->root = n;
		return;
	}
	struct level *l = &r->levels[r->depth - 1];
	n->key = l->key;
	n->key_line = l->key_line;
	n->key_column = l->key_column;
	l->key = NULL;
	*l->end = n;
	l->end = &n->next;
	l->node->count++;
}

static bool wants_key(const struct reader *r)
{
	return r->depth > 0 && r->levels[r->depth - 1].node->kind == NODE_MAP
		&& !r->levels[r->depth - 1].key;
}

static int by_key(const void *left, const void *right)
{
	const struct node *a = *(const struct node *const *)left,
			  *b = *(const struct node *const *)right;
	const int order = strcmp(a->key, b->key);
	if (order)
		return order;
	return a->key_line != b->key_line ? (a->key_line < b->key_line ? -1 : 1)
					  : a->key_column - b->key_column;
}

static void check_duplicates(struct reader *r, const struct node *map)
{
	if (map->count < 2)
		return;
	const struct node **members = malloc(map->count * sizeof(struct node *));
	if (!members)
		return; /* only a check is lost, and the next allocation ends the program */
	size_t count = 0;
	for (const struct node *n = map->first; n; n = n->next)
		members[count++] = n;
	qsort(members, count, sizeof(struct node *), by_key);
	for (size_t i = 1; i < count; i++)
		if (strcmp(members[i]->key, members[i - 1]->key) == 0)
			node_key_error(r->diagnostics, members[i],
				"'%.60s' is given twice, first in line %d", members[i]->key,
				members[i - 1]->key_line);
	free(members);
}

static int on_scalar(struct reader *r, const yaml_event_t *event)
{
	const char *text = (const char *)event->data.scalar.value;
	const size_t length = event->data.scalar.length;
	if (memchr(text, 0, length)) {
		error_at(r, event->start_mark, "a NUL character in a value");
		return -1;
	}
	if (str_has_control(text, true)) {
		error_at(r, event->start_mark,
			"a control character in a value: terminals would obey it; leave it out");
		return -1;
	}
	if (event->data.scalar.anchor)
		error_at(r, event->start_mark,
			"anchors (&) are not supported: write the value where it is needed");
	if (event->data.scalar.tag)
		error_at(r, event->start_mark,
			"tags (!) are not supported: every parameter knows its type");
	if (wants_key(r)) {
		struct level *l = &r->levels[r->depth - 1];
		l->key = arena_text(r->arena, text, length);
		l->key_line = mark_line(event->start_mark);
		l->key_column = mark_column(event->start_mark);
		return count_node(r, event->start_mark);
	}
	struct node *n = node_new(r, NODE_SCALAR, event->start_mark);
	if (!n)
		return -1;
	n->text = arena_text(r->arena, text, length);
	node_hang(r, n);
	return 0;
}

static int on_start(struct reader *r, const yaml_event_t *event, enum node_kind kind,
	const void *anchor, const void *tag)
{
	if (wants_key(r)) {
		error_at(r, event->start_mark, "a key must be a name, not a list or a map");
		return -1;
	}
	if (anchor)
		error_at(r, event->start_mark,
			"anchors (&) are not supported: write the value where it is needed");
	if (tag)
		error_at(r, event->start_mark,
			"tags (!) are not supported: every parameter knows its type");
	if (r->depth == YAML_DEPTH_MAX) {
		error_at(r, event->start_mark, "lists and maps are nested too deeply (at most 64)");
		return -1;
	}
	struct node *n = node_new(r, kind, event->start_mark);
	if (!n)
		return -1;
	node_hang(r, n);
	r->levels[r->depth++] = (struct level){ .node = n, .end = &n->first };
	return 0;
}

/* An alias: said once, then read as an empty value so that the rest of the file is still checked.
 */
static int on_alias(struct reader *r, const yaml_event_t *event)
{
	error_at(r, event->start_mark,
		"aliases (*) are not supported: write the value where it is needed");
	if (wants_key(r))
		return -1;
	struct node *n = node_new(r, NODE_SCALAR, event->start_mark);
	if (!n)
		return -1;
	n->text = "";
	node_hang(r, n);
	return 0;
}

/* Returns 0 to go on, -1 to stop. */
static int on_event(struct reader *r, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (++r->documents > 1) {
			error_at(r, event->start_mark,
				"several documents in one file: a sweep is one document");
			return -1;
		}
		return 0;
	case YAML_ALIAS_EVENT: return on_alias(r, event);
	case YAML_SCALAR_EVENT: return on_scalar(r, event);
	case YAML_SEQUENCE_START_EVENT:
		return on_start(r, event, NODE_LIST, event->data.sequence_start.anchor,
			event->data.sequence_start.tag);
	case YAML_MAPPING_START_EVENT:
		return on_start(r, event, NODE_MAP, event->data.mapping_start.anchor,
			event->data.mapping_start.tag);
	case YAML_MAPPING_END_EVENT:
		check_duplicates(r, r->levels[r->depth - 1].node);
		r->depth--;
		return 0;
	case YAML_SEQUENCE_END_EVENT: r->depth--; return 0;
	default: return 0;
	}
}

static void syntax_error(struct reader *r, const yaml_parser_t *parser)
{
	yaml_mark_t mark = parser->problem_mark;
	if (parser->error == YAML_MEMORY_ERROR)
		err_end_nomem();
	if (parser->error == YAML_READER_ERROR) {
		diagnose(r->diagnostics, r->source, 0, 0, "%s",
			parser->problem ? parser->problem : "cannot be read");
		return;
	}
	struct str context = { 0 };
	if (parser->context && parser->context_mark.line != mark.line)
		str_addf(&context, " %s that begins in line %d", parser->context,
			mark_line(parser->context_mark));
	else if (parser->context)
		str_addf(&context, " %s", parser->context);
	const char *hint = "";
	if (parser->problem && strstr(parser->problem, "cannot start any token"))
		hint = " (indent with spaces, not tabs; quote a value that begins with one of @ ` "
		       "%)";
	else if (parser->problem && strstr(parser->problem, "mapping values are not allowed"))
		hint = " (is a space missing after a colon above, or the indentation different "
		       "from the line before?)";
	else if (parser->problem && strstr(parser->problem, "expected key"))
		hint = " (lines of one block begin in the same column)";
	diagnose(r->diagnostics, r->source, mark_line(mark), mark_column(mark), "bad YAML: %s%s%s",
		parser->problem ? parser->problem : "cannot be read", context.s ? context.s : "",
		hint);
	str_free(&context);
}

static int read_events(struct reader *r, yaml_parser_t *parser)
{
	for (;;) {
		yaml_event_t event;
		if (!yaml_parser_parse(parser, &event)) {
			syntax_error(r, parser);
			return -1;
		}
		const bool last = event.type == YAML_STREAM_END_EVENT;
		const int stop = on_event(r, &event);
		yaml_event_delete(&event);
		if (stop)
			return -1;
		if (last)
			return 0;
	}
}

struct node *yaml_read(const struct source *source, struct arena *a, struct diagnostics *d)
{
	struct reader r = { .source = source, .arena = a, .diagnostics = d };
	if (!source_check(source, d))
		return NULL;
	yaml_parser_t parser;
	if (!yaml_parser_initialize(&parser))
		err_end_nomem();
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)source->text, source->length);
	const int failed = read_events(&r, &parser);
	yaml_parser_delete(&parser);
	if (!failed && !r.root)
		diagnose(d, source, 0, 0, "the file is empty");
	return failed ? NULL : r.root;
}

const struct node *node_get(const struct node *map, const char *key)
{
	if (map->kind != NODE_MAP)
		return NULL;
	for (const struct node *n = map->first; n; n = n->next)
		if (strcmp(n->key, key) == 0)
			return n;
	return NULL;
}

void node_error(struct diagnostics *d, const struct node *at, const char *format, ...)
{
	char text[600];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	diagnose(d, at->source, at->line, at->column, "%s", text);
}

void node_key_error(struct diagnostics *d, const struct node *at, const char *format, ...)
{
	char text[600];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	diagnose(d, at->source, at->key ? at->key_line : at->line,
		at->key ? at->key_column : at->column, "%s", text);
}

const char *node_kind_name(const struct node *n)
{
	return n->kind == NODE_LIST ? "a list" : n->kind == NODE_MAP ? "a map" : "a value";
}

const char *yaml_library_version(void)
{
	return yaml_get_version_string();
}
