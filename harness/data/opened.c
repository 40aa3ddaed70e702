/* opened.c - see opened.h. */
#include "opened.h"

#include <stdio.h>
#include <string.h>

const struct opened *opened_find(
	struct opened_sets *s, const char *name, const struct dataset_places *places)
{
	for (int i = 0; i < s->count; i++)
		if (strcmp(s->sets[i].name, name) == 0)
			return &s->sets[i];
	if (s->count == OPENED_MAX)
		return NULL;
	struct opened *o = &s->sets[s->count++];
	struct err e = { 0 };
	bool missing;
	o->name = name;
	if (dataset_open_or_miss(name, places, &e, &missing, &o->data)) {
		snprintf(o->why, sizeof(o->why), "%s", e.text);
		o->damaged = !missing;
	}
	return o;
}

void opened_close(struct opened_sets *s)
{
	for (int i = 0; i < s->count; i++)
		dataset_close(s->sets[i].data);
}
