/* listing.c - see listing.h. */
#include "listing.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void listing_free(struct listing *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->at[i]);
	free(l->at);
	*l = (struct listing){ 0 };
}

bool listing_ends(const char *name, const char *ending)
{
	const size_t length = strlen(name), end = strlen(ending);
	return length >= end && strcasecmp(name + length - end, ending) == 0;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int add(struct listing *l, const char *name, struct err *e)
{
	char **larger = reallocarray(l->at, l->count + 1, sizeof(*larger));
	if (!larger)
		return err_nomem(e);
	l->at = larger;
	l->at[l->count] = strdup(name);
	if (!l->at[l->count])
		return err_nomem(e);
	l->count++;
	return 0;
}

int listing_read(
	const char *folder, bool (*wanted)(const char *name), struct listing *out, struct err *e)
{
	*out = (struct listing){ 0 };
	DIR *d = opendir(folder);
	if (!d) {
		err_errno(e, folder);
		if (e)
			e->kind = ERR_USAGE;
		return -1;
	}
	int result = 0;
	for (struct dirent *entry; result == 0 && (entry = readdir(d));)
		if (entry->d_name[0] != '.' && (!wanted || wanted(entry->d_name)))
			result = add(out, entry->d_name, e);
	closedir(d);
	if (out->count)
		qsort(out->at, out->count, sizeof(*out->at), compare_names);
	if (result)
		listing_free(out);
	return result;
}
