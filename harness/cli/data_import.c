/* data_import.c - retrial data import and export: a user's own pictures in, any data set out. */
#include <stdio.h>
#include <string.h>

#include "../base/str.h"
#include "../data/import.h"
#include "data_cli.h"

int data_import(const struct cli *c, const struct dataset_places *places)
{
	const char *target = data_target(c, places);
	if (c->argument_count != 3)
		return cli_misuse(
			c, "import takes a name for the data set and the folder that it is in");
	if (!target)
		return cli_misuse(c, "no HOME: name a folder for the data with --data DIR");
	struct err e = { 0 };
	struct dataset *d = NULL;
	if (dataset_import(c->arguments[1], c->arguments[2], target, &e, &d))
		return cli_fail(&e);
	printf("%s: %u training and %u test images of %d x %d pixels, %s, %d classes\n%s\n",
		d->name, (unsigned)d->train_count, (unsigned)d->test_count, d->height, d->width,
		d->channels == 3 ? "coloured" : "grey", d->classes, d->source);
	dataset_close(d);
	return ERR_NONE;
}

int data_export(const struct cli *c, const struct dataset_places *places)
{
	static const char *const names[] = {
		[DATASET_IDX] = "idx", [DATASET_CIFAR] = "cifar", [DATASET_PNG] = "png"
	};
	const char *form = cli_get(c, "form", NULL), *folder = cli_get(c, "output", NULL);
	if (c->argument_count != 2 || !folder || !form)
		return cli_misuse(c,
			"export takes the name of a data set, --form idx, cifar or png, and -o "
			"DIR");
	size_t k = 0;
	while (k < sizeof(names) / sizeof(names[0]) && strcmp(names[k], form))
		k++;
	if (k == sizeof(names) / sizeof(names[0]))
		return cli_misuse(c, "unknown form '%s' (there are: idx, cifar, png)", form);
	struct err e = { 0 };
	struct dataset *d = NULL;
	int result = dataset_open(c->arguments[1], places, &e, &d);
	if (result == 0)
		result = dataset_export(d, (enum dataset_format)k, folder, &e);
	dataset_close(d);
	return result ? cli_fail(&e) : ERR_NONE;
}
