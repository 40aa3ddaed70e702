/* robustness.c - the table of corruptions, and the list of a sweep file that names some of them. */
#include "robustness.h"

#include <stdlib.h>
#include <string.h>

#include "assign.h"
#include "language.h"
#include "settings.h"

static const struct corruption_info corruptions[CORRUPTIONS] = {
	[CORRUPTION_ROTATION] = { "rotation", "degrees", "rotated by s degrees, left or right",
		180 },
	[CORRUPTION_TRANSLATION] = { "translation", "fraction of the side",
		"translated by s of its width and height, in any direction", 1 },
	[CORRUPTION_ZOOM] = { "zoom", "fraction",
		"zoomed: 1 + s or 1 - s times the image is visible", 0.9 },
	[CORRUPTION_SHEAR] = { "shear", "tangent", "sheared by the tangent s, left or right", 2 },
	[CORRUPTION_BRIGHTNESS] = { "brightness", "fraction of full scale",
		"every pixel plus or minus s of full scale", 1 },
	[CORRUPTION_CONTRAST] = { "contrast", "fraction removed", "multiplied by 1 - s", 1 },
	[CORRUPTION_NOISE] = { "noise", "sd, fraction of full scale",
		"Gaussian noise with standard deviation s on every pixel", 1 },
};

const struct corruption_info *corruption_info(enum corruption corruption)
{
	return &corruptions[corruption];
}

int corruption_find(const char *name)
{
	int i = 0;
	while (i < CORRUPTIONS && strcmp(corruptions[i].name, name) != 0)
		i++;
	return i;
}

/* ---- reading ---- */

static int read_corruption(struct study *s, const struct node *n)
{
	const char *names[CORRUPTIONS];
	struct str list = { 0 };
	const char *text = node_text(n, "corruption", s->diagnostics);
	if (!text)
		return CORRUPTIONS;
	const int found = corruption_find(text);
	for (int i = 0; i < CORRUPTIONS; i++) {
		names[i] = corruptions[i].name;
		str_addf(&list, "%s%s", i ? ", " : "", names[i]);
	}
	const char *near = str_nearest(text, names, CORRUPTIONS);
	if (found == CORRUPTIONS && near)
		node_error(s->diagnostics, n, "corruption = %.40s: unknown (did you mean '%s'?)",
			text, near);
	else if (found == CORRUPTIONS)
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

/* One severity of the corruption, or -1 after an error. */
static double read_severity(struct study *s, const struct node *n, const struct corruption_info *c)
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

static void read_severities(struct study *s, const struct node *n, struct robustness_spec *out)
{
	if (n->kind != NODE_LIST || n->count == 0 || n->count > SEVERITIES_MAX) {
		node_error(s->diagnostics, n,
			"severities: a list of 1 to %d numbers is needed here, such as [5, 10, 20]",
			SEVERITIES_MAX);
		return;
	}
	double *severities = arena_zero(s->arena, n->count * sizeof(*severities));
	for (const struct node *item = n->first; item; item = item->next) {
		const double value = read_severity(s, item, &corruptions[out->corruption]);
		size_t i = 0;
		while (i < out->count && severities[i] != value)
			i++;
		if (i < out->count)
			node_error(
				s->diagnostics, item, "severity %.40s is given twice", item->text);
		else if (value > 0)
			severities[out->count++] = value;
	}
	qsort(severities, out->count, sizeof(*severities), by_size);
	out->severities = severities;
	if (out->count == 0 && s->diagnostics->count == 0)
		node_error(s->diagnostics, n,
			"severities: 0 is the clean image: at least one severity above 0 is "
			"needed here");
}

static void read_entry(struct study *s, const struct node *map, struct sweep *sweep)
{
	const struct node *corruption = language_get(map, PLACE_ROBUSTNESS, "corruption"),
			  *severities = language_get(map, PLACE_ROBUSTNESS, "severities");
	language_check_keys(PLACE_ROBUSTNESS, map, s->diagnostics);
	language_check_needed(PLACE_ROBUSTNESS, map, s->diagnostics);
	const int found = corruption ? read_corruption(s, corruption) : CORRUPTIONS;
	if (found == CORRUPTIONS || !severities)
		return;
	for (size_t i = 0; i < sweep->robustness_count; i++)
		if ((int)sweep->robustness[i].corruption == found) {
			node_error(s->diagnostics, corruption,
				"corruption %s is given twice: put its severities into one list",
				corruptions[found].name);
			return;
		}
	struct robustness_spec *spec = &sweep->robustness[sweep->robustness_count++];
	*spec = (struct robustness_spec){ .corruption = (enum corruption)found };
	read_severities(s, severities, spec);
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
	out->robustness = arena_zero(s->arena, CORRUPTIONS * sizeof(*out->robustness));
	for (const struct node *n = list->first; n; n = n->next) {
		if (n->kind == NODE_MAP)
			read_entry(s, n, out);
		else
			node_error(s->diagnostics, n, "robustness: a map is needed here, not %s",
				node_kind_name(n));
	}
}
