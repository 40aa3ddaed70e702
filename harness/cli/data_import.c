/* data_import.c - retrial data import and export: a user's own pictures in, any data set out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/str.h"
#include "../data/import.h"
#include "data_cli.h"

enum { SIDE_MAX = 512 };

/* "32x48": width and height. */
static int read_resize(const struct cli *c, struct import_options *o)
{
	const char *text = cli_get(c, "resize", NULL);
	char *end;
	if (!text)
		return 0;
	const long width = strtol(text, &end, 10);
	const long height = *end == 'x' ? strtol(end + 1, &end, 10) : 0;
	if (*end || width < 1 || height < 1 || width > SIDE_MAX || height > SIDE_MAX)
		return cli_misuse(c,
			"--resize=%s: WIDTHxHEIGHT in pixels, such as 32x32, at most %d", text,
			SIDE_MAX);
	o->width = (int)width;
	o->height = (int)height;
	return 0;
}

static int read_options(const struct cli *c, struct import_options *o)
{
	bool bad = false;
	char *end = NULL;
	const char *share = cli_get(c, "test", NULL);
	*o = (struct import_options){ .keep_order = cli_has(c, "keep-order"),
		.test_share = share ? strtod(share, &end) : 0.2,
		.seed = (uint64_t)cli_number(c, "seed", 0, 1000000000, 1, &bad),
		.variant = cli_get(c, "variant", NULL),
		.split_given = share || cli_has(c, "seed") };
	if (bad)
		return ERR_USAGE;
	if (share && (*end || end == share || !(o->test_share > 0 && o->test_share < 1)))
		return cli_misuse(c, "--test=%s: a fraction between 0 and 1, such as 0.2", share);
	return read_resize(c, o);
}

int data_import(const struct cli *c, const struct dataset_places *places)
{
	const char *target = data_target(c, places);
	struct import_options options;
	if (c->argument_count != 3)
		return cli_misuse(
			c, "import takes a name for the data set and the folder that it is in");
	if (!target)
		return cli_misuse(c, "no HOME: name a folder for the data with --data DIR");
	if (read_options(c, &options))
		return ERR_USAGE;
	struct err e = { 0 };
	struct dataset *d = NULL;
	uint32_t in_both = 0;
	if (dataset_import(c->arguments[1], c->arguments[2], target, &options, &e, &in_both, &d))
		return cli_fail(&e);
	if (d->reals)
		printf("%s: %u training and %u test examples of %d x %d x %d floats (channels, "
		       "height, width), %d classes\n%s\n%s\n",
			d->name, (unsigned)d->train_count, (unsigned)d->test_count, d->channels,
			d->height, d->width, d->classes, d->origin, d->source);
	else
		printf("%s: %u training and %u test images of %d x %d pixels, %s, %d classes\n%s\n"
		       "%s\n",
			d->name, (unsigned)d->train_count, (unsigned)d->test_count, d->height,
			d->width, d->channels == 3 ? "coloured" : "grey", d->classes, d->origin,
			d->source);
	const char *one = d->reals ? "example" : "image";
	if (in_both)
		fprintf(stderr,
			"warning: %u of the %u test %ss %s training %s%s as well: test accuracy "
			"will be too high\n",
			(unsigned)in_both, (unsigned)d->test_count, one,
			in_both == 1 ? "is a" : "are", one, in_both == 1 ? "" : "s");
	dataset_close(d);
	return ERR_NONE;
}

int data_rm(const struct cli *c, const struct dataset_places *places)
{
	const char *target = data_target(c, places);
	struct err e = { 0 };
	if (c->argument_count < 2 || c->argument_count > 3)
		return cli_misuse(c,
			"rm takes the name of one imported data set, and the beginning of its "
			"digest if there are several of the name");
	if (!target)
		return cli_misuse(c, "no HOME: name the folder of the data with --data DIR");
	if (dataset_remove(
		    c->arguments[1], target, c->argument_count == 3 ? c->arguments[2] : NULL, &e))
		return cli_fail(&e);
	printf("%s is removed from %s\n", c->arguments[1], target);
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
