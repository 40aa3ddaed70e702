/* random.c - drawing configurations. No library of logarithms or powers: their last bits differ
 * between machines, and a bit here is another trial. */
#include "random.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../base/digest.h"
#include "assign.h"
#include "language.h"

enum { AXES_MAX = 32, DIGITS = 3 };

enum shape { SHAPE_LIST, SHAPE_UNIFORM, SHAPE_LOG };

struct random_axis {
	const struct target *target;
	const struct node *node;
	enum shape shape;
	const struct setting *values; /* SHAPE_LIST */
	size_t count;
	double low, high; /* the others */
	bool whole;
};

/* ---- numbers ---- */

/* In [0, 1), from 52 bits of a digest. */
static double uniform(uint64_t seed, const char *path, uint64_t draw)
{
	char text[160], digest[DIGEST_TEXT];
	const int length = snprintf(text, sizeof(text), "retrial random %llu %s %llu",
		(unsigned long long)seed, path, (unsigned long long)draw);
	digest_bytes(text, (size_t)length, digest);
	uint64_t bits = 0;
	for (int i = 0; i < 13; i++)
		bits = bits << 4
			| (uint64_t)(digest[i] <= '9' ? digest[i] - '0' : digest[i] - 'a' + 10);
	return (double)bits / 4503599627370496.0;
}

/* base to the power of u, u in [0, 1), by square roots alone: they are exact to the last bit
 * everywhere. (The results of glibc 2.36's pow with and without FMA instructions differ for 712 of
 * 1,000,000 random arguments.) */
static double power(double base, double u)
{
	double result = 1, root = base;
	for (int i = 0; i < 52; i++) {
		root = sqrt(root);
		u *= 2;
		if (u >= 1) {
			result *= root;
			u -= 1;
		}
	}
	return result;
}

static void number_text(const struct random_axis *a, double u, char text[32])
{
	double value = a->shape == SHAPE_LOG ? a->low * power(a->high / a->low, u)
					     : a->low + (a->high - a->low) * u;
	if (a->whole) {
		/* Every whole number of the range has its own share of [0, 1). */
		value = a->shape == SHAPE_LOG ? floor(a->low * power((a->high + 1) / a->low, u))
					      : a->low + floor((a->high - a->low + 1) * u);
		snprintf(text, 32, "%.0f", value < a->high ? value : a->high);
		return;
	}
	double rounded = value;
	snprintf(text, 32, "%.*g", DIGITS, value);
	if (!number_parse(text, &rounded) || rounded < a->low || rounded > a->high)
		number_format(value,
			text); /* rounding left the range: it is narrower than three digits tell */
}

/* ---- reading ---- */

static int read_list(struct study *s, struct random_axis *a)
{
	struct setting *values = arena_zero(s->arena, a->node->count * sizeof(*values));
	for (const struct node *n = a->node->first; n; n = n->next)
		a->count += setting_read(s, a->target, n, &values[a->count]) == 0;
	a->values = values;
	if (a->node->count == 0)
		node_error(s->diagnostics, a->node, "random: '%s' needs at least one value",
			a->node->key);
	return a->count ? 0 : -1;
}

static int read_range(struct study *s, struct random_axis *a, const struct node *range)
{
	const enum param_type type = a->target->param ? a->target->param->type : PARAM_TEXT;
	double bounds[2] = { 0, 0 };
	int count = 0;
	if (type != PARAM_INTEGER && type != PARAM_REAL) {
		node_key_error(s->diagnostics, range, "'%s' is not a number: give a list of values",
			a->target->path);
		return -1;
	}
	for (const struct node *n = range->kind == NODE_LIST && range->count == 2 ? range->first
										  : NULL;
		n; n = n->next) {
		struct setting checked;
		if (setting_read(s, a->target, n, &checked))
			return -1;
		number_parse(checked.text, &bounds[count++]);
	}
	if (count != 2 || bounds[0] >= bounds[1] || (a->shape == SHAPE_LOG && bounds[0] <= 0)) {
		node_error(s->diagnostics, range,
			"%s: the lower and the higher bound are needed here, such as %s",
			range->key,
			a->shape == SHAPE_LOG ? "[1e-4, 1e-1] (both above 0)" : "[5, 30]");
		return -1;
	}
	a->low = bounds[0];
	a->high = bounds[1];
	a->whole = type == PARAM_INTEGER || (a->target->param->share && a->low >= 1);
	return 0;
}

static int read_axis(struct study *s, const struct node *n, struct random_axis *out)
{
	*out = (struct random_axis){ .target = target_find(s, n->key, n), .node = n };
	if (!out->target)
		return -1;
	if (n->kind == NODE_LIST)
		return read_list(s, out);
	const struct node *range = n->kind == NODE_MAP && n->count == 1 ? n->first : NULL;
	if (range && strcmp(range->key, "uniform") == 0)
		out->shape = SHAPE_UNIFORM;
	else if (range && strcmp(range->key, "log") == 0)
		out->shape = SHAPE_LOG;
	else
		range = NULL;
	if (range)
		return read_range(s, out, range);
	node_error(s->diagnostics, n,
		"random: '%s' needs a list of values, {uniform: [low, high]} or {log: [low, high]}",
		n->key);
	return -1;
}

static int read_axes(struct study *s, const struct node *map, struct random_axis axes[AXES_MAX])
{
	int count = 0, result = 0;
	if (!map || map->kind != NODE_MAP || map->count == 0 || map->count > AXES_MAX)
		return -1;
	for (const struct node *n = map->first; n; n = n->next)
		result |= read_axis(s, n, &axes[count++]);
	return result ? -1 : count;
}

/* A whole number of the map, or its default. Returns 0 or -1. */
static int read_whole(struct study *s, const struct node *map, const char *name, double *out)
{
	const struct key *key = language_find(PLACE_RANDOM, name);
	const struct node *n = node_get(map, name);
	if (!n && key->fallback && number_parse(key->fallback, out))
		return 0;
	if (n && n->kind == NODE_SCALAR && number_parse(n->text, out) && *out >= key->min
		&& *out <= key->max && *out == floor(*out))
		return 0;
	node_error(s->diagnostics, n ? n : map,
		"random: %s: a whole number from %.0f to %.0f is needed", name, key->min, key->max);
	return -1;
}

/* ---- drawing ---- */

/* One axis of one draw: a value of the list, or the text of a number. */
struct draw {
	const struct setting *value;
	char number[32];
};

/* Draw k of every axis, and all of it as one text. */
static void draw_row(const struct random_axis *axes, int axis_count, uint64_t seed, uint64_t k,
	struct draw *row, struct str *key)
{
	str_clear(key);
	for (int i = 0; i < axis_count; i++) {
		const struct random_axis *a = &axes[i];
		const double u = uniform(seed, a->target->path, k);
		row[i].value = NULL;
		if (a->shape == SHAPE_LIST)
			row[i].value = &a->values[(size_t)(u * (double)a->count)];
		else
			number_text(a, u, row[i].number);
		str_addf(key, "%s\n", row[i].value ? row[i].value->text : row[i].number);
	}
}

/* The settings of a draw that is kept. */
static int keep_row(struct study *s, const struct random_axis *axes, int axis_count,
	const struct draw *draw, struct row *out)
{
	struct setting *settings = arena_zero(s->arena, (size_t)axis_count * sizeof(*settings));
	*out = (struct row){ settings, axis_count };
	for (int i = 0; i < axis_count; i++) {
		if (draw[i].value) {
			settings[i] = *draw[i].value;
		} else {
			struct node *n = arena_zero(s->arena, sizeof(*n));
			*n = (struct node){ .line = axes[i].node->line,
				.column = axes[i].node->column,
				.source = axes[i].node->source };
			n->text = arena_text(s->arena, draw[i].number, strlen(draw[i].number));
			if (setting_read(s, axes[i].target, n, &settings[i]))
				return -1;
		}
		settings[i].named = axes[i].node;
	}
	return 0;
}

static void draw_rows(struct study *s, const struct random_axis *axes, int axis_count,
	uint64_t seed, size_t count, struct dimension *out)
{
	struct row *rows = arena_zero(s->arena, count * sizeof(*rows));
	struct draw draw[AXES_MAX];
	struct index seen = { 0 };
	struct str key = { 0 };
	/* The last of n equally likely values takes n draws on average; twenty times as many in
	 * vain: there is none. */
	const uint64_t patience = 1000 + 20 * (uint64_t)count;
	uint64_t in_vain = 0;
	for (uint64_t k = 0; out->count < count && in_vain < patience; k++) {
		draw_row(axes, axis_count, seed, k, draw, &key);
		in_vain++;
		if (index_find(&seen, key.s, key.length) != SIZE_MAX)
			continue;
		in_vain = 0;
		index_add(&seen, arena_text(s->arena, key.s, key.length), key.length);
		if (keep_row(s, axes, axis_count, draw, &rows[out->count]))
			break;
		out->count++;
	}
	str_free(&key);
	index_free(&seen);
	out->rows = rows;
	if (out->count < count)
		node_error(s->diagnostics, out->node,
			"random: only %zu different configurations were found, %zu are asked for",
			out->count, count);
}

const struct dimension *random_dimension(struct study *s, const struct node *map)
{
	struct random_axis axes[AXES_MAX];
	double count, seed;
	if (map->kind != NODE_MAP) {
		node_error(s->diagnostics, map,
			"random: a map with count, seed and axes is needed here");
		return NULL;
	}
	language_check_keys(PLACE_RANDOM, map, s->diagnostics);
	const struct node *axes_node = node_get(map, "axes");
	const int axis_count = read_axes(s, axes_node, axes);
	if (!axes_node || axes_node->kind != NODE_MAP || axes_node->count == 0
		|| axes_node->count > AXES_MAX)
		node_error(s->diagnostics, axes_node ? axes_node : map,
			"random: axes: a map of at most %d parameters is needed", AXES_MAX);
	const int bad = read_whole(s, map, "count", &count) | read_whole(s, map, "seed", &seed);
	if (axis_count < 0 || bad)
		return NULL;
	struct dimension *d = arena_zero(s->arena, sizeof(*d));
	d->node = map;
	draw_rows(s, axes, axis_count, (uint64_t)seed, (size_t)count, d);
	return d->count ? d : NULL;
}
