/* metrics.c - the map of metrics from its nodes. */
#include "metrics.h"

#include <math.h>
#include <string.h>

#include "../base/match.h"
#include "assign.h"
#include "language.h"
#include "settings.h"

enum { METRICS_MAX = 200, NAME_BYTES = 32 };

/* One of the words, by its position, or -1 after an error. */
static int read_word(struct study *s, const struct node *n, const char *const *words)
{
	const char *text = node_text(n, n->key, s->diagnostics);
	for (int i = 0; text && words[i]; i++)
		if (strcmp(words[i], text) == 0)
			return i;
	if (text)
		unknown_kind(s->diagnostics, n, false, n->key, text, words);
	return -1;
}

static void read_better(struct study *s, const struct node *n, struct declared_metric *out)
{
	static const char *const words[] = { "lower", "neither", "higher", NULL };
	const int word = read_word(s, n, words);
	if (word >= 0)
		out->declared.better = word - 1;
}

static void read_kind(struct study *s, const struct node *n, struct declared_metric *out)
{
	static const char *const words[] = { "result", "series", "constant", "time", "count",
		NULL };
	const int word = read_word(s, n, words);
	if (word >= 0)
		out->declared.kind = (enum metric_kind)word;
}

static void read_number(
	struct study *s, const struct node *n, double min, double max, bool whole, double *out)
{
	double value;
	const char *text = node_text(n, n->key, s->diagnostics);
	if (!text)
		return;
	if (!number_parse(text, &value) || (whole && value != floor(value)))
		node_error(s->diagnostics, n, "%s = %.60s: not a %snumber", n->key, text,
			whole ? "whole " : "");
	else if (value < min || value > max)
		node_error(s->diagnostics, n, "%s = %.60s: out of range (%g to %g)", n->key, text,
			min, max);
	else
		*out = value;
}

/* A text without control characters, at most so long. NULL after an error. */
static const char *read_text(struct study *s, const struct node *n, size_t most)
{
	const char *text = node_text(n, n->key, s->diagnostics);
	if (!text)
		return NULL;
	if (strlen(text) > most) {
		node_error(s->diagnostics, n, "%s: too long (at most %zu bytes)", n->key, most);
		return NULL;
	}
	for (const char *p = text; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 127) {
			node_error(s->diagnostics, n, "%s: a control character is in it", n->key);
			return NULL;
		}
	return text;
}

static void read_match(struct study *s, const struct node *n, struct declared_metric *out)
{
	struct match *m;
	struct str why = { 0 };
	out->match = read_text(s, n, 1000);
	if (out->match && match_new(out->match, &why, &m))
		node_error(s->diagnostics, n, "match: %s", why.s);
	else if (out->match)
		match_free(m);
	str_free(&why);
}

static void read_series(struct study *s, const struct node *n, struct declared_metric *out)
{
	out->series = node_text(n, n->key, s->diagnostics);
	if (out->series && !name_is_good(out->series, NAME_BYTES))
		node_error(s->diagnostics, n,
			"series = %.60s: the name of its steps is needed here, such as epoch",
			out->series);
}

static void read_key(struct study *s, const struct node *n, struct declared_metric *out)
{
	double number = out->declared.decimals;
	const char *text;
	if (strcmp(n->key, "title") == 0) {
		text = read_text(s, n, 60);
		out->declared.title = text ? text : out->declared.title;
	} else if (strcmp(n->key, "unit") == 0) {
		text = read_text(s, n, 15);
		out->declared.unit = text ? text : "";
	} else if (strcmp(n->key, "scale") == 0) {
		read_number(s, n, 1e-30, 1e30, false, &out->declared.scale);
	} else if (strcmp(n->key, "decimals") == 0) {
		read_number(s, n, 0, 15, true, &number);
		out->declared.decimals = (int)number;
	} else if (strcmp(n->key, "better") == 0) {
		read_better(s, n, out);
	} else if (strcmp(n->key, "kind") == 0) {
		read_kind(s, n, out);
	} else if (strcmp(n->key, "series") == 0) {
		read_series(s, n, out);
	} else if (strcmp(n->key, "match") == 0) {
		read_match(s, n, out);
	}
}

/* Names that trials have for numbers of their own. */
static bool is_taken(const char *name)
{
	static const char *const taken[] = { "seconds", "cpu_seconds", "peak_bytes", "step",
		"trial", "sweep", "dataset", "recipe", "augment", "model", "seed", "configuration",
		"data_variant", "nonfinite", "labels" };
	for (size_t i = 0; i < sizeof(taken) / sizeof(*taken); i++)
		if (strcmp(taken[i], name) == 0)
			return true;
	return false;
}

static void read_metric(struct study *s, const struct node *n, struct declared_metric *out)
{
	out->measured = true;
	out->declared = (struct metric){ .name = n->key,
		.title = n->key,
		.unit = "",
		.unit_of_difference = "",
		.decimals = -1,
		.kind = METRIC_RESULT };
	if (!name_is_good(n->key, NAME_BYTES) || strchr(n->key, '@'))
		node_key_error(s->diagnostics, n,
			"metric '%.60s': not a name (letters, digits and - _ + ., at most %d)",
			n->key, NAME_BYTES - 1);
	else if (is_taken(n->key))
		node_key_error(s->diagnostics, n,
			"metric '%s': every trial has something of this name: choose another",
			n->key);
	if (n->kind == NODE_MAP) {
		language_check_keys(PLACE_METRIC, n, s->diagnostics);
		for (const struct node *key = n->first; key; key = key->next)
			read_key(s, key, out);
	} else if (n->kind != NODE_SCALAR || *n->text)
		node_error(s->diagnostics, n,
			"a map such as {unit: \"%%\", better: higher} is needed here, not %s",
			node_kind_name(n));
	const bool percent = strcmp(out->declared.unit, "%") == 0;
	out->declared.unit_of_difference = percent ? "pp" : out->declared.unit;
	if (out->declared.kind == METRIC_SERIES && !out->series)
		out->series = "step";
	if (out->declared.scale == 0)
		out->declared.scale = percent ? 100 : 1;
	if (out->declared.decimals < 0 && percent)
		out->declared.decimals = 2;
}

int metrics_read(struct study *s, const struct node *map, struct declared_metric **out)
{
	*out = NULL;
	if (map->kind != NODE_MAP || map->count == 0 || map->count > METRICS_MAX) {
		node_error(s->diagnostics, map,
			"metrics: a map such as {accuracy: {better: higher}} is needed here (at "
			"most %d metrics)",
			METRICS_MAX);
		return 0;
	}
	struct declared_metric *list = arena_zero(s->arena, map->count * sizeof(*list));
	int count = 0;
	for (const struct node *n = map->first; n; n = n->next)
		read_metric(s, n, &list[count++]);
	*out = list;
	return count;
}

void metrics_read_tolerances(
	struct study *s, const struct node *map, struct declared_metric *metrics, int count)
{
	if (map->kind != NODE_MAP) {
		node_error(s->diagnostics, map,
			"verify: a map such as {accuracy: 1e-6} is needed here, not %s",
			node_kind_name(map));
		return;
	}
	for (const struct node *n = map->first; n; n = n->next) {
		const char *names[METRICS_MAX];
		int i = 0;
		for (; i < count && strcmp(metrics[i].declared.name, n->key) != 0; i++)
			names[i] = metrics[i].declared.name;
		if (i < count)
			read_number(s, n, 0, 1e300, false, &metrics[i].tolerance);
		else
			unknown_key(s->diagnostics, n,
				"in verify: it has the names of metrics that may differ by so much",
				names, (size_t)count);
	}
}
