/* forecast_cli.c - see forecast_cli.h. */
#include "forecast_cli.h"

#include <string.h>

#include "../../nn/nn.h"
#include "places.h"

static bool is_used(const struct sweep *s, const char *dataset)
{
	for (size_t a = 0; a < s->axis_count; a++)
		for (size_t k = 0;
			strcmp(s->axes[a].name, "dataset") == 0 && k < s->axes[a].value_count; k++)
			if (strcmp(s->axes[a].values[k].text, dataset) == 0)
				return true;
	return false;
}

/* What the manifest says of it, and if it is used and can be opened, what it is. */
static void describe_dataset(const char *name, bool used, const struct dataset_places *places,
	struct forecast_dataset *out)
{
	struct dataset *d;
	struct err e = { 0 };
	int count;
	bool missing;
	const struct dataset_info *info = dataset_manifest(&count);
	*out = (struct forecast_dataset){ .name = name };
	for (int i = 0; i < count; i++)
		if (strcmp(info[i].name, name) == 0)
			*out = (struct forecast_dataset){ .name = name,
				.channels = info[i].channels,
				.height = info[i].height,
				.width = info[i].width,
				.train_count = info[i].train_count };
	if (!used)
		return;
	if (dataset_open_or_miss(name, places, &e, &missing, &d)) {
		out->damaged = !missing;
		return;
	}
	snprintf(out->digest, sizeof(out->digest), "%s", d->digest);
	out->channels = d->channels, out->height = d->height, out->width = d->width;
	out->train_count = d->train_count;
	dataset_close(d);
}

int forecast_cli_make(const struct cli *c, struct store *store, const struct sweep *sweep,
	struct err *e, struct forecast **out)
{
	struct places places;
	struct forecast_dataset datasets[KNOWN_DATASETS_MAX];
	struct known_datasets known;
	known_datasets_fill(&known, c);
	places_fill(&places, c);
	for (size_t i = 0; i < known.count; i++)
		describe_dataset(known.names[i], is_used(sweep, known.names[i]), &places.dataset,
			&datasets[i]);
	return forecast_make(store, sweep, datasets, known.count, NN_CORE_VERSION, e, out);
}
