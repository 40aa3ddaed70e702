/* yaml.h - a file as a tree of nodes that know their place. Reads the subset of YAML that sweep
 * files use (libyaml): maps, lists and scalars, JSON too; no anchors, aliases, tags or several
 * documents; a key once a map. Scalars stay text: what type they have is the business of the
 * parameter they are for (param.h). */
#ifndef PLAN_YAML_H
#define PLAN_YAML_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "diagnostics.h"

enum {
	YAML_BYTES_MAX = 16 * 1024 * 1024, /* of any file that a sweep is made of */
	YAML_NODES_MAX = 1000000,
	YAML_DEPTH_MAX = 64,
};

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

struct node {
	enum node_kind kind;
	int line, column; /* from 1 */
	const struct source *source;
	const char *text;          /* of a scalar, NUL-terminated */
	struct node *first, *next; /* children of a list or map, in the order of the file */
	size_t count;              /* of children */
	const char *key;           /* the node's own key when it is in a map, else NULL */
	int key_line, key_column;
};

/* Read the source. Nodes live in the arena. Returns NULL when nothing can be made of it; then, and
 * whenever something is wrong with the file, there are diagnostics. */
struct node *yaml_read(const struct source *source, struct arena *a, struct diagnostics *d);

/* Is it UTF-8 without NUL bytes, and not too large? Otherwise notes where not. (yaml_read asks by
 * itself.) */
bool source_check(const struct source *source, struct diagnostics *d);

/* The member of a map, or NULL. */
const struct node *node_get(const struct node *map, const char *key);

/* Note an error at the value, or at its key. */
void node_error(struct diagnostics *d, const struct node *at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void node_key_error(struct diagnostics *d, const struct node *at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* "a list", "a map", "a value": for messages. */
const char *node_kind_name(const struct node *n);

/* The version of libyaml, which reads them. */
const char *yaml_library_version(void);

#endif
