/* dataset.c - see dataset.h. Where to look, and what to say when nothing is found. */
#include "dataset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "../base/file.h"
#include "../base/str.h"
#include "imported.h"
#include "manifest.h"
#include "memory.h"
#include "source.h"
#include "synthetic.h"

static const char system_folder[] = "/usr/share/datasets";

enum { PLACES = 4 };

static void list_places(const struct dataset_places *places, const char *list[PLACES])
{
	static const struct dataset_places none;
	if (!places)
		places = &none;
	list[0] = places->folder;
	list[1] = places->environment;
	list[2] = places->xdg_data;
	list[3] = places->system ? places->system : system_folder;
}

static int unknown_name(const char *name, struct err *e)
{
	int count;
	const struct dataset_info *infos = dataset_manifest(&count);
	struct str all = { 0 };
	const char *names[16];
	for (int i = 0; i < count; i++) {
		names[i] = infos[i].name;
		str_addf(&all, "%s%s", i ? ", " : "", infos[i].name);
	}
	const char *nearest = str_nearest(name, names, (size_t)count);
	if (nearest)
		err_set(e, ERR_USAGE, "unknown data set '%s' (did you mean '%s'?)", name, nearest);
	else
		err_set(e, ERR_USAGE,
			"unknown data set '%s' (there are: %s; retrial data import NAME DIR "
			"adds one)",
			name, all.s);
	str_free(&all);
	return -1;
}

/* ---- searching ---- */

enum search_result { SEARCH_FAILED = -1, SEARCH_DONE, SEARCH_NOT_HERE };

struct search {
	const struct manifest_set *set;
	const char *cache;
	struct dataset *d;
	struct str looked; /* "A, B (no such folder)" */
	struct str notes;  /* what was there but cannot be used */
};

/* Look in one folder. named: the folder has the data set's name, so that files of another one in it
 * are a mistake; a place itself may well be another data set's folder. */
static enum search_result search_folder(
	struct search *s, const char *folder, bool named, struct err *e)
{
	struct source source;
	if (!source_find(s->set, folder, &source)) {
		if (source_find_unusable(s->set, folder, source.path))
			str_addf(&s->notes, "; %s is %s", source.path, s->set->unusable_reason);
		return SEARCH_NOT_HERE;
	}
	const int result = source_read(s->set, &source, s->cache, s->d, e);
	if (result == 0) {
		snprintf(s->d->source, sizeof(s->d->source), "%.*s", (int)sizeof(s->d->source) - 1,
			source.path);
		return SEARCH_DONE;
	}
	if (result < 0 || named)
		return SEARCH_FAILED;
	str_addf(&s->notes, "; %s", e->text);
	if (s->d->memory)
		munmap(s->d->memory, s->d->memory_bytes);
	s->d->memory = NULL;
	return SEARCH_NOT_HERE;
}

static enum search_result search_place(struct search *s, const char *place, struct err *e)
{
	str_addf(&s->looked, "%s%s%s", s->looked.length ? ", " : "", place,
		file_exists(place) ? "" : " (no such folder)");
	enum search_result result = SEARCH_NOT_HERE;
	for (int i = 0; result == SEARCH_NOT_HERE && i < MANIFEST_FOLDERS && s->set->folders[i];
		i++) {
		struct str folder = { 0 };
		str_addf(&folder, "%s/%s", place, s->set->folders[i]);
		result = search_folder(s, folder.s, true, e);
		str_free(&folder);
	}
	return result == SEARCH_NOT_HERE ? search_folder(s, place, false, e) : result;
}

static int search_all(
	struct search *s, const struct dataset_places *places, struct err *e, bool *missing)
{
	const char *list[PLACES];
	list_places(places, list);
	enum search_result result = SEARCH_NOT_HERE;
	struct err why = { 0 }; /* e may be NULL */
	for (int i = 0; result == SEARCH_NOT_HERE && i < PLACES; i++)
		if (list[i] && list[i][0])
			result = search_place(s, list[i], &why);
	*missing = result == SEARCH_NOT_HERE;
	if (*missing)
		return err_set(e, ERR_ENVIRONMENT, "data set %s not found: looked in %s%s; %s",
			s->set->info->name, s->looked.s, s->notes.s ? s->notes.s : "",
			s->set->info->fetch_hint);
	if (result == SEARCH_FAILED)
		return err_set(e, why.kind, "data set %s: %s", s->set->info->name, why.text);
	return 0;
}

/* Not in the manifest: an imported one? */
static int open_imported(
	const char *name, const struct dataset_places *places, struct err *e, struct dataset **out)
{
	const char *list[PLACES];
	list_places(places, list);
	for (int i = 0; i < PLACES; i++) {
		const int result = list[i] && list[i][0] ? imported_open(list[i], name, e, out) : 0;
		if (result)
			return result > 0 ? 0 : err_prefix(e, "data set %s: ", name);
	}
	return unknown_name(name, e);
}

void dataset_imported(const struct dataset_places *places,
	void (*take)(void *context, const char *name), void *context)
{
	const char *list[PLACES];
	list_places(places, list);
	for (int i = 0; i < PLACES; i++)
		if (list[i] && list[i][0])
			imported_list(list[i], take, context);
}

bool dataset_imported_info(
	const char *name, const struct dataset_places *places, struct dataset_info *out)
{
	const char *list[PLACES];
	int result = 0;
	list_places(places, list);
	for (int i = 0; result == 0 && i < PLACES; i++)
		if (list[i] && list[i][0])
			result = imported_describe(list[i], name, out);
	return result > 0;
}

/* ---- opening ---- */

static int make_synthetic(struct dataset *d, struct err *e)
{
	struct memory_part parts[PART_COUNT];
	if (memory_allocate(d, parts, e))
		return -1;
	void (*const make)(uint32_t, uint32_t, uint8_t *, uint8_t *) =
		d->channels == 3 ? synthetic_make_colour : synthetic_make;
	make(0, d->train_count, parts[PART_TRAIN].images, parts[PART_TRAIN].labels);
	make(d->train_count, d->test_count, parts[PART_TEST].images, parts[PART_TEST].labels);
	snprintf(d->variant, sizeof(d->variant), "canonical");
	snprintf(d->source, sizeof(d->source), "made");
	memory_digest(d, d->digest);
	return memory_protect(d, e);
}

int dataset_open_or_miss(const char *name, const struct dataset_places *places, struct err *e,
	bool *missing, struct dataset **out)
{
	*missing = false;
	const struct manifest_set *set = manifest_find(name);
	if (!set)
		return open_imported(name, places, e, out);
	struct dataset *d = memory_describe(set->info);
	if (!d)
		return err_nomem(e);

	int result;
	if (set->format == FORMAT_MADE) {
		result = make_synthetic(d, e);
	} else {
		struct search search = {
			.set = set, .cache = places ? places->cache : NULL, .d = d
		};
		result = search_all(&search, places, e, missing);
		str_free(&search.looked);
		str_free(&search.notes);
	}
	if (result) {
		dataset_close(d);
		return -1;
	}
	*out = d;
	return 0;
}

int dataset_open(
	const char *name, const struct dataset_places *places, struct err *e, struct dataset **out)
{
	bool missing;
	return dataset_open_or_miss(name, places, e, &missing, out);
}

const float *dataset_reals(const struct dataset *d, bool test)
{
	return !d->reals ? NULL : (const float *)(test ? d->test_images : d->train_images);
}

void dataset_close(struct dataset *d)
{
	if (!d)
		return;
	if (d->memory)
		munmap(d->memory, d->memory_bytes);
	free(d->class_names);
	free(d);
}
