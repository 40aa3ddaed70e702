/* sweep.c - a sweep file from its first byte to its trials: the keys of the file, in the order in
 * which they need each other. */
#include "sweep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "assign.h"
#include "blocks.h"
#include "expand.h"
#include "language.h"
#include "outputs.h"

enum { SEEDS_MAX = 100000 };

/* ---- the head of the file ---- */

static void check_version(struct study *s, const struct node *root)
{
	const struct node *version = node_get(root, "retrial");
	double number = 0;
	if (!version)
		node_error(s->diagnostics, root,
			"'retrial: 1' is missing: the version of the language this file is written "
			"in");
	else if (version->kind != NODE_SCALAR || !number_parse(version->text, &number)
		|| number != 1)
		node_error(s->diagnostics, version,
			"retrial: this program reads version 1 of the language");
}

static void check_keys(struct study *s, const struct node *root)
{
	for (const struct node *n = root->first; n; n = n->next)
		if (!language_find(PLACE_SWEEP, n->key) && target_exists(s, n->key))
			node_key_error(s->diagnostics, n,
				"'%s' is a parameter of trials: put it into base: or axes:",
				n->key);
	language_check_keys(PLACE_SWEEP, root, s->diagnostics);
}

/* The name of the file without folder and ending. */
static void name_from_path(const char *path, char *out, size_t size)
{
	const char *slash = strrchr(path, '/');
	const char *file = slash ? slash + 1 : path;
	snprintf(out, size, "%.*s", (int)strcspn(file, "."), file);
}

static void read_head(struct study *s, const struct node *root, struct sweep *out)
{
	const struct node *name = node_get(root, "name"), *title = node_get(root, "title");
	const char *text = name ? node_text(name, "name", s->diagnostics) : NULL;
	if (text && !name_is_good(text, sizeof(out->name)))
		node_error(s->diagnostics, name,
			"name = %.60s: not a name (letters, digits and - _ + ., at most %zu)", text,
			sizeof(out->name) - 1);
	else if (text)
		snprintf(out->name, sizeof(out->name), "%s", text);
	else if (!name)
		name_from_path(out->path, out->name, sizeof(out->name));
	text = title ? node_text(title, "title", s->diagnostics) : NULL;
	if (text && strlen(text) >= sizeof(out->title))
		node_error(s->diagnostics, title, "title: too long (at most %zu bytes)",
			sizeof(out->title) - 1);
	else if (text)
		snprintf(out->title, sizeof(out->title), "%s", text);
}

static void read_clean_tree(struct study *s, const struct node *root, struct sweep *out)
{
	const struct node *n = node_get(root, "clean_tree");
	if (n)
		out->clean_tree =
			language_word(language_find(PLACE_SWEEP, "clean_tree"), n, s->diagnostics)
			== 1;
}

/* ---- seeds ---- */

static uint64_t *seeds_up_to(struct study *s, int count)
{
	uint64_t *seeds = arena_zero(s->arena, (size_t)count * sizeof(*seeds));
	for (int i = 0; i < count; i++)
		seeds[i] = (uint64_t)i + 1;
	return seeds;
}

static int by_value(const void *a, const void *b)
{
	const uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
	return left < right ? -1 : left > right;
}

/* A seed given twice would count one trial as two replicates. */
static void check_distinct(
	struct study *s, const struct node *list, const uint64_t *seeds, int count)
{
	uint64_t *sorted = arena_zero(s->arena, (size_t)count * sizeof(*sorted));
	if (count)
		memcpy(sorted, seeds, (size_t)count * sizeof(*sorted));
	qsort(sorted, (size_t)count, sizeof(*sorted), by_value);
	for (int i = 1; i < count; i++)
		if (sorted[i] == sorted[i - 1]) {
			node_error(s->diagnostics, list, "seeds: %llu is given twice",
				(unsigned long long)sorted[i]);
			return;
		}
}

static uint64_t *read_seed_list(struct study *s, const struct node *list, int *count)
{
	uint64_t *seeds = arena_zero(s->arena, list->count * sizeof(*seeds));
	const struct param *p = param_find(SCOPE_TRIAL, "seed");
	*count = 0;
	for (const struct node *n = list->first; n; n = n->next) {
		struct trial scratch = { 0 };
		if (assign_value(p, 0, &scratch, n, s->diagnostics) == 0)
			seeds[(*count)++] = scratch.seed;
	}
	check_distinct(s, list, seeds, *count);
	return seeds;
}

/* seeds: 10 or seeds: [1, 5, 7]; --seeds wins. There is always at least one. */
static const uint64_t *read_seeds(struct study *s, const struct node *root, int *count)
{
	const struct node *n = node_get(root, "seeds");
	const uint64_t *seeds = NULL;
	double number = 1;
	*count = 1;
	if (n && n->kind == NODE_LIST && n->count > 0 && n->count <= SEEDS_MAX)
		seeds = read_seed_list(s, n, count);
	else if (n
		&& (n->kind != NODE_SCALAR || !number_parse(n->text, &number) || number < 1
			|| number > SEEDS_MAX || number != (int)number))
		node_error(s->diagnostics, n,
			"seeds: how many replicates (1 to %d), or a list of seeds, is needed here",
			SEEDS_MAX);
	else if (n)
		*count = (int)number;
	if (s->options && s->options->seeds > 0) {
		*count = s->options->seeds < SEEDS_MAX ? s->options->seeds : SEEDS_MAX;
		seeds = NULL;
	}
	if (*count < 1)
		*count = 1;
	return seeds ? seeds : seeds_up_to(s, *count);
}

/* ---- overrides ---- */

/* --set key=value, read as the line "key: value" of a file called --set. */
static void read_override(struct study *s, const char *text, struct setting *out, int *count)
{
	const char *equals = strchr(text, '=');
	struct str line = { 0 };
	if (equals)
		str_add_bytes(&line, text, (size_t)(equals - text));
	else
		str_add(&line, text);
	if (equals)
		str_addf(&line, ": %s", equals + 1);
	struct source *source = arena_zero(s->arena, sizeof(*source));
	*source =
		(struct source){ "--set", arena_text(s->arena, line.s, line.length), line.length };
	str_free(&line);
	const struct node *map = yaml_read(source, s->arena, s->diagnostics);
	if (!map)
		return;
	if (map->kind != NODE_MAP || map->count != 1) {
		node_error(
			s->diagnostics, map, "--set needs NAME=VALUE, such as --set batch_size=64");
		return;
	}
	const struct target *target = target_find(s, map->first->key, map->first);
	if (target && setting_read(s, target, map->first, &out[*count]) == 0)
		(*count)++;
}

static const struct setting *read_overrides(struct study *s, int *count)
{
	const struct sweep_options *o = s->options;
	*count = 0;
	if (!o || o->set_count == 0)
		return NULL;
	struct setting *list = arena_zero(s->arena, o->set_count * sizeof(*list));
	for (size_t i = 0; i < o->set_count; i++)
		read_override(s, o->set[i], list, count);
	return list;
}

/* ---- blocks ---- */

/* The file is a block itself, or what all blocks under `blocks` have in common. */
static const struct block *read_blocks(struct study *s, const struct node *root, int *count)
{
	const struct node *list = node_get(root, "blocks");
	struct block *file = arena_zero(s->arena, sizeof(*file));
	block_read(s, root, NULL, file);
	*count = 1;
	if (!list)
		return file;
	if (list->kind != NODE_LIST || list->count == 0 || list->count > BLOCKS_MAX) {
		node_error(s->diagnostics, list, "blocks: a list of at most %d maps is needed here",
			BLOCKS_MAX);
		return file;
	}
	struct block *blocks = arena_zero(s->arena, list->count * sizeof(*blocks));
	*count = 0;
	for (const struct node *n = list->first; n; n = n->next) {
		if (n->kind == NODE_MAP)
			block_read(s, n, file, &blocks[(*count)++]);
		else
			node_error(s->diagnostics, n,
				"blocks: a map with base, axes, zip, trials, random, ablate or "
				"exclude is needed here");
	}
	return blocks;
}

static void describe_condition(const struct condition *c, char *out, size_t size)
{
	struct str text = { 0 };
	for (int i = 0; i < c->count; i++) {
		str_addf(&text, "%s%s=", i > 0 ? ", " : "", c->terms[i].target->path);
		for (size_t k = 0; k < c->terms[i].count; k++)
			str_addf(&text, "%s%s", k > 0 ? "|" : "", c->terms[i].texts[k]);
	}
	snprintf(out, size, "%s", text.s ? text.s : "");
	str_free(&text);
}

/* Every rule once: blocks share those of the file. */
static void list_rules(
	struct study *s, const struct block *blocks, int block_count, struct sweep *out)
{
	size_t most = 0;
	for (int i = 0; i < block_count; i++)
		most += (size_t)blocks[i].rule_count;
	const struct rule **seen = arena_zero(s->arena, most * sizeof(*seen));
	out->rules = arena_zero(s->arena, most * sizeof(*out->rules));
	for (int i = 0; i < block_count; i++)
		for (int k = 0; k < blocks[i].rule_count; k++) {
			const struct rule *rule = blocks[i].rules[k];
			size_t at = 0;
			while (at < out->rule_count && seen[at] != rule)
				at++;
			if (at < out->rule_count)
				continue;
			seen[out->rule_count] = rule;
			struct sweep_rule *row = &out->rules[out->rule_count++];
			describe_condition(&rule->condition, row->text, sizeof(row->text));
			row->line = rule->node->line;
			row->removed = rule->removed;
			row->useless = !rule->matched && !(s->options && s->options->set_count);
		}
}

/* ---- the whole ---- */

static void read_root(struct study *s, const struct node *root, struct sweep *out)
{
	int seed_count, override_count, block_count;
	if (root->kind != NODE_MAP) {
		node_error(s->diagnostics, root,
			"a sweep file is a map that begins with 'retrial: 1', not %s",
			node_kind_name(root));
		return;
	}
	check_version(s, root);
	out->program = s->program = program_read(s, root, out->path);
	check_keys(s, root);
	read_head(s, root, out);
	read_clean_tree(s, root, out);
	library_read(&s->library, root, out->path);
	library_check_recipes(&s->library);
	const uint64_t *seeds = read_seeds(s, root, &seed_count);
	const struct block *blocks = read_blocks(s, root, &block_count);
	const struct setting *overrides = read_overrides(s, &override_count);
	program_check_unused(s, root);
	out->seed_count = seed_count;
	expand_blocks(s, blocks, block_count, overrides, override_count, seeds, seed_count, out);
	list_rules(s, blocks, block_count, out);
	if (out->trial_count == 0 && s->diagnostics->count == 0)
		node_error(
			s->diagnostics, root, "the plan is empty: every combination is excluded");
	robustness_read(s, root, out);
	outputs_read(s, root, out);
	outputs_add_ablation(s, blocks, block_count, out);
}

static int report(struct diagnostics *d, const struct sweep_options *options, struct err *e)
{
	struct str text = { 0 };
	diagnostics_print(d, &text);
	while (text.length > 0 && text.s[text.length - 1] == '\n')
		text.s[--text.length] = '\0';
	if (options && options->messages)
		str_add(options->messages, text.s);
	err_set(e, ERR_USAGE, "%s", text.s);
	str_free(&text);
	return -1;
}

int sweep_parse(const char *path, const char *text, size_t length,
	const struct sweep_options *options, struct err *e, struct sweep **out)
{
	*out = NULL;
	struct sweep *sweep = calloc(1, sizeof(*sweep));
	struct arena *memory = calloc(1, sizeof(*memory));
	if (!sweep || !memory) {
		free(sweep);
		free(memory);
		return err_nomem(e);
	}
	struct diagnostics diagnostics = { 0 };
	struct study study = { .arena = memory, .diagnostics = &diagnostics, .options = options };
	study.library.arena = memory;
	study.library.diagnostics = &diagnostics;
	sweep->memory = memory;
	snprintf(sweep->path, sizeof(sweep->path), "%s", path);
	sweep->text = arena_text(memory, text, length);
	digest_bytes(text, length, sweep->digest);
	const struct source source = { path, sweep->text, length };
	const struct node *root = yaml_read(&source, memory, &diagnostics);
	if (root)
		read_root(&study, root, sweep);
	library_free(&study.library);
	const int result = diagnostics.count ? report(&diagnostics, options, e) : 0;
	diagnostics_free(&diagnostics);
	if (result)
		sweep_free(sweep);
	else
		*out = sweep;
	return result;
}

int sweep_read(
	const char *path, const struct sweep_options *options, struct err *e, struct sweep **out)
{
	char *bytes;
	size_t length;
	*out = NULL;
	if (file_read(path, YAML_BYTES_MAX, &bytes, &length, e))
		return -1;
	const int result = sweep_parse(path, bytes, length, options, e, out);
	free(bytes);
	return result;
}

void sweep_free(struct sweep *s)
{
	if (!s)
		return;
	free(s->trials);
	arena_free(s->memory);
	free(s->memory);
	free(s);
}
