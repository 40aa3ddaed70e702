/* robustness.c - the table of changes, and the list of a sweep file that names some of them. */
#include "robustness.h"

#include <stdlib.h>
#include <string.h>

#include "assign.h"
#include "settings.h"

static const struct change_info changes[ROBUSTNESS_CHANGES] = {
	[CHANGE_ROTATION] = { "rotation", "degrees", "turned by s degrees, left or right", 180 },
	[CHANGE_TRANSLATION] = { "translation", "fraction of the side",
		"moved by s of its width and height, in any direction", 1 },
	[CHANGE_ZOOM] = { "zoom", "fraction", "1 + s or 1 - s times as much is seen", 0.9 },
	[CHANGE_SHEAR] = { "shear", "tangent", "sheared by the tangent s, left or right", 2 },
	[CHANGE_BRIGHTNESS] = { "brightness", "fraction of full scale",
		"s of full scale is added to every pixel or taken from it", 1 },
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
	const char *text = node_text(n, "change", s->diagnostics);
	if (!text)
		return ROBUSTNESS_CHANGES;
	const int found = change_find(text);
	for (int i = 0; i < ROBUSTNESS_CHANGES; i++) {
		names[i] = changes[i].name;
		str_addf(&list, "%s%s", i ? ", " : "", names[i]);
	}
	const char *near = str_nearest(text, names, ROBUSTNESS_CHANGES);
	if (found == ROBUSTNESS_CHANGES && near)
		node_error(s->diagnostics, n, "change = %.40s: unknown (did you mean '%s'?)", text,
			near);
	else if (found == ROBUSTNESS_CHANGES)
		node_error(s->diagnostics, n, "change = %.40s: unknown (one of %s)", text, list.s);
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
	const char *text = node_text(n, "strengths", s->diagnostics);
	if (!text)
		return -1;
	if (!number_parse(text, &value)) {
		node_error(s->diagnostics, n, "strength = %.40s: not a number", text);
	} else if (!(value >= 0 && value <= c->max)) {
		char most[32];
		number_format(c->max, most);
		node_error(s->diagnostics, n, "strength = %.40s: out of range (%s: 0 to %s, %s)",
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
			"strengths: a list of 1 to %d numbers is needed here, such as [5, 10, 20]",
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
				s->diagnostics, item, "strength %.40s is given twice", item->text);
		else if (value > 0)
			strengths[out->count++] = value;
	}
	qsort(strengths, out->count, sizeof(*strengths), by_size);
	out->strengths = strengths;
	if (out->count == 0 && s->diagnostics->count == 0)
		node_error(s->diagnostics, n,
			"strengths: 0 is the image as it is: at least one strength above it is "
			"needed here");
}

static void read_entry(struct study *s, const struct node *map, struct sweep *sweep)
{
	static const char *const keys[] = { "change", "strengths" };
	const struct node *change = node_get(map, "change"),
			  *strengths = node_get(map, "strengths");
	for (const struct node *n = map->first; n; n = n->next)
		if (n != change && n != strengths)
			unknown_key(s->diagnostics, n, "in an entry of robustness", keys,
				sizeof(keys) / sizeof(keys[0]));
	if (!change)
		node_error(s->diagnostics, map,
			"'change' is missing in this entry of robustness: what is done to the test "
			"images, such as rotation");
	if (!strengths)
		node_error(s->diagnostics, map,
			"'strengths' is missing in this entry of robustness: a list of numbers");
	const int found = change ? read_change(s, change) : ROBUSTNESS_CHANGES;
	if (found == ROBUSTNESS_CHANGES || !strengths)
		return;
	for (size_t i = 0; i < sweep->robustness_count; i++)
		if ((int)sweep->robustness[i].change == found) {
			node_error(s->diagnostics, change,
				"change %s is given twice: put its strengths into one list",
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
			"robustness: a list such as [{change: rotation, strengths: [10, 20]}] is "
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

/* ---- help ---- */

void robustness_describe(struct str *out)
{
	str_add(out,
		"robustness - changed test images on which the trained networks of a sweep are "
		"evaluated\n"
		"  where     at the top of a sweep file; no part of a trial's identity: nothing is "
		"trained again for it\n"
		"  value     a list of changes: {change: rotation, strengths: [5, 10, 20]}\n"
		"\nchanges of an image by a strength s:\n");
	for (int i = 0; i < ROBUSTNESS_CHANGES; i++)
		str_addf(out, "  %-12s %s (%s, at most %g)\n", changes[i].name, changes[i].help,
			changes[i].unit, changes[i].max);
	str_add(out,
		"\nWhich way (left or right, lighter or darker ...) is random for every image, and "
		"the same for every network and strength.\n"
		"Metrics for tables and claims: robust_accuracy and robust_drop (mean over all "
		"changes), rotation_accuracy and\n"
		"rotation_drop (mean over the strengths of one) and so on; a drop is the accuracy "
		"on the images as they are minus the other.\n");
}
