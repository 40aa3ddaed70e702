/* places.c - see places.h. */
#include "places.h"

#include <stdlib.h>
#include <string.h>

/* $VARIABLE/retrial, or $HOME/fallback/retrial; NULL when neither is an absolute path (XDG Base
 * Directory Specification). */
static const char *xdg_folder(const char *variable, const char *fallback, char path[PATH_MAX])
{
	const char *folder = getenv(variable), *home = getenv("HOME");
	int length = -1;
	if (folder && folder[0] == '/')
		length = snprintf(path, PATH_MAX, "%s/retrial", folder);
	else if (home && home[0] == '/')
		length = snprintf(path, PATH_MAX, "%s/%s/retrial", home, fallback);
	return length > 0 && length < PATH_MAX ? path : NULL;
}

const char *places_temporary(void)
{
	const char *folder = getenv("TMPDIR");
	return folder && folder[0] ? folder : "/tmp";
}

void places_fill(struct places *out, const struct cli *c)
{
	out->dataset = (struct dataset_places){
		.folder = cli_get(c, "data", NULL),
		.environment = getenv("RETRIAL_DATA"),
		.xdg_data = xdg_folder("XDG_DATA_HOME", ".local/share", out->xdg_data),
		.cache = xdg_folder("XDG_CACHE_HOME", ".cache", out->cache),
	};
}

static void take_imported(void *context, const char *name)
{
	struct known_datasets *known = context;
	for (size_t i = 0; i < known->count; i++)
		if (strcmp(known->names[i], name) == 0)
			return;
	if (known->count == KNOWN_DATASETS_MAX)
		return;
	char *copy = known->imported[known->count];
	snprintf(copy, sizeof(known->imported[0]), "%s", name);
	known->names[known->count++] = copy;
}

void known_datasets_fill(struct known_datasets *out, const struct cli *c)
{
	struct places places;
	int count;
	const struct dataset_info *infos = dataset_manifest(&count);
	places_fill(&places, c);
	out->count = 0;
	for (int i = 0; i < count; i++)
		out->names[out->count++] = infos[i].name;
	dataset_imported(&places.dataset, take_imported, out);
}
