/* merged.c - see merged.h. */
#include "merged.h"

#include <stdio.h>
#include <string.h>

/* A label without the bytes behind its texts, to be compared by its bytes. */
static struct label clean(const char *name, const char *value)
{
	struct label l;
	memset(&l, 0, sizeof(l));
	snprintf(l.name, sizeof(l.name), "%s", name);
	snprintf(l.value, sizeof(l.value), "%s", value);
	return l;
}

static const struct label *keep(struct arena *a, const struct label *l)
{
	struct label *kept = arena_zero(a, sizeof(*kept));
	memcpy(kept, l, sizeof(*kept));
	return kept;
}

void merged_add(struct merged *m, const struct label *label, size_t trial, const struct node *place)
{
	const struct label key = clean(label->name, label->value);
	const size_t number = m->labels.count;
	if (index_find(&m->labels, &key, sizeof(key)) != SIZE_MAX)
		return;
	if (number == m->capacity) {
		const size_t capacity = number ? number * 2 : 16;
		struct merged_label *list = arena_zero(m->arena, capacity * sizeof(*list));
		if (number)
			memcpy(list, m->list, number * sizeof(*list));
		m->list = list;
		m->capacity = capacity;
	}
	m->list[number] = (struct merged_label){ keep(m->arena, &key), trial, place };
	index_add(&m->labels, m->list[number].label, sizeof(key));
}

static void index_axes(const struct merged *m, const struct sweep *s, struct index *planned)
{
	for (size_t a = 0; a < s->axis_count; a++)
		for (size_t v = 0; v < s->axes[a].value_count; v++) {
			const struct label l = clean(s->axes[a].name, s->axes[a].values[v].text);
			index_add(planned, keep(m->arena, &l), sizeof(l));
		}
}

static void warn(const struct merged *m, const struct merged_label *l, struct sweep *out)
{
	const char *name = l->label->name, *path = l->place->source->path,
		   *other = label_value(&out->trials[l->trial], name);
	struct str text = { 0 };
	str_addf(&text, "%s = %s has no trial of its own: its trials equal those of ", name,
		l->label->value);
	if (other)
		str_addf(&text, "%s = %s", name, other);
	else
		str_addf(&text, "an earlier block without %s", name);
	str_add(&text, ", so no table shows it");
	out->warnings[out->warning_count++] =
		(struct sweep_warning){ .path = arena_text(m->arena, path, strlen(path)),
			.text = arena_text(m->arena, text.s, text.length),
			.line = l->place->line };
	str_free(&text);
}

void merged_warn(const struct merged *m, struct sweep *out)
{
	enum { WARNINGS_MAX = 8 };
	struct index planned = { 0 };
	if (m->labels.count == 0)
		return;
	index_axes(m, out, &planned);
	out->warnings = arena_zero(m->arena, WARNINGS_MAX * sizeof(*out->warnings));
	for (size_t i = 0; i < m->labels.count && out->warning_count < WARNINGS_MAX; i++)
		if (index_find(&planned, m->list[i].label, sizeof(*m->list[i].label)) == SIZE_MAX)
			warn(m, &m->list[i], out);
	index_free(&planned);
}

void merged_free(struct merged *m)
{
	index_free(&m->labels);
}
