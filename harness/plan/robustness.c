/* robustness.c - the table of changes, and the list of a sweep file that names some of them. */
#include "robustness.h"

#include <stdlib.h>
#include <string.h>

#include "assign.h"
#include "language.h"
#include "settings.h"

static const struct change_info changes[ROBUSTNESS_CHANGES] = {
	[CHANGE_ROTATION] = { "rotation", "degrees", "rotated by s degrees, left or right", 180 },
	[CHANGE_TRANSLATION] = { "translation", "fraction of the side",
		"translated by s of its width and height, in any direction", 1 },
	[CHANGE_ZOOM] = { "zoom", "fraction", "zoomed: 1 + s or 1 - s times as much is visible",
		0.9 },
	[CHANGE_SHEAR] = { "shear", "tangent", "sheared by the tangent s, left or right", 2 },
	[CHANGE_BRIGHTNESS] = { "brightness", "fraction of full scale",
		"s of full scale is added to every pixel or subtracted", 1 },
	[CHANGE_CONTRAST] = { "contrast", "fraction taken away",
		"contrast is 1 - s times what it was", 1 },
	[CHANGE_NOISE] = { "noise", "sd, fraction of full scale",
		"normal noise with standard deviation s is added to every pixel", 1 },
};

const struct change_info *change_info(enum change change)
{
	return &changes[change];
}

int change_find(const char *name)
{
	int i = 0;
	while (i < ROBUSTNESS_CHANGES && strcmp(changes[i].name, name) != 0)
		i++;
	return i;
}

/* ---- reading ---- */

static int read_change(struct study *s, const struct node *n)
{
	const char *names[ROBUSTNESS_CHANGES];
	struct str list = { 0 };
	const char *text = node_text(n, "corruption", s->diagnostics);
	if (!text)
		return ROBUSTNESS_CHANGES;
	const int found = change_find(text);
	for (int i = 0; i < ROBUSTNESS_CHANGES; i++) {
		names[i] = changes[i].name;
		str_addf(&list, "%s%s", i ? ", " : "", names[i]);
	}
	const char *near = str_nearest(text, names, ROBUSTNESS_CHANGES);
	if (found == ROBUSTNESS_CHANGES && near)
		node_error(s->diagnostics, n, "corruption = %.40s: unknown (did you mean '%s'?)",
			text, near);
	else if (found == ROBUSTNESS_CHANGES)
		node_error(
			s->diagnostics, n, "corruption = %.40s: unknown (one of %s)", text, list.s);
	str_free(&list);
	return found;
}

static int by_size(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* One strength of the change, or -1 after an error. */
static double read_strength(struct study *s, const struct node *n, const struct change_info *c)
{
	double value;
	const char *text = node_text(n, "severities", s->diagnostics);
	if (!text)
		return -1;
	if (!number_parse(text, &value)) {
		node_error(s->diagnostics, n, "severity = %.40s: not a number", text);
	} else if (!(value >= 0 && value <= c->max)) {
		char most[32];
		number_format(c->max, most);
		node_error(s->diagnostics, n, "severity = %.40s: out of range (%s: 0 to %s, %s)",
			text, c->name, most, c->unit);
	} else {
		return value;
	}
	return -1;
}

static void read_strengths(struct study *s, const struct node *n, struct robustness_spec *out)
{
	if (n->kind != NODE_LIST || n->count == 0 || n->count > STRENGTHS_MAX) {
		node_error(s->diagnostics, n,
			"severities: a list of 1 to %d numbers is needed here, such as [5, 10, 20]",
			STRENGTHS_MAX);
		return;
	}
	double *strengths = arena_zero(s->arena, n->count * sizeof(*strengths));
	for (const struct node *item = n->first; item; item = item->next) {
		const double value = read_strength(s, item, &changes[out->change]);
		size_t i = 0;
		while (i < out->count && strengths[i] != value)
			i++;
		if (i < out->count)
			node_error(
				s->diagnostics, item, "severity %.40s is given twice", item->text);
		else if (value > 0)
			strengths[out->count++] = value;
	}
	qsort(strengths, out->count, sizeof(*strengths), by_size);
	out->strengths = strengths;
	if (out->count == 0 && s->diagnostics->count == 0)
		node_error(s->diagnostics, n,
			"severities: 0 is the clean image: at least one severity above 0 is "
			"needed here");
}

static void read_entry(struct study *s, const struct node *map, struct sweep *sweep)
{
	const struct node *change = language_get(map, PLACE_ROBUSTNESS, "corruption"),
			  *strengths = language_get(map, PLACE_ROBUSTNESS, "severities");
	language_check_keys(PLACE_ROBUSTNESS, map, s->diagnostics);
	language_check_needed(PLACE_ROBUSTNESS, map, s->diagnostics);
	const int found = change ? read_change(s, change) : ROBUSTNESS_CHANGES;
	if (found == ROBUSTNESS_CHANGES || !strengths)
		return;
	for (size_t i = 0; i < sweep->robustness_count; i++)
		if ((int)sweep->robustness[i].change == found) {
			node_error(s->diagnostics, change,
				"corruption %s is given twice: put its severities into one list",
				changes[found].name);
			return;
		}
	struct robustness_spec *spec = &sweep->robustness[sweep->robustness_count++];
	*spec = (struct robustness_spec){ .change = (enum change)found };
	read_strengths(s, strengths, spec);
}

void robustness_read(struct study *s, const struct node *root, struct sweep *out)
{
	const struct node *list = node_get(root, "robustness");
	if (!list || (list->kind == NODE_SCALAR && !*list->text))
		return;
	if (list->kind != NODE_LIST) {
		node_error(s->diagnostics, list,
			"robustness: a list such as [{corruption: rotation, severities: [10, 20]}] "
			"is "
			"needed here, not %s",
			node_kind_name(list));
		return;
	}
	out->robustness = arena_zero(s->arena, ROBUSTNESS_CHANGES * sizeof(*out->robustness));
	for (const struct node *n = list->first; n; n = n->next) {
		if (n->kind == NODE_MAP)
			read_entry(s, n, out);
		else
			node_error(s->diagnostics, n, "robustness: a map is needed here, not %s",
				node_kind_name(n));
	}
}
