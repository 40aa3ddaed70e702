/* forecast_cli.c - see forecast_cli.h. */
#include "forecast_cli.h"

#include <string.h>

#include "../../nn/nn.h"
#include "../run/engine.h"
#include "../run/inputs.h"
#include "../run/networks.h"
#include "../store/read.h"
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

static double share_of(const struct trial *t, int phase, const struct forecast_dataset *d)
{
	return network_share(t, phase, (struct nn_shape){ d->channels, d->height, d->width });
}

/* What the manifest says of it, and if it is used and can be opened, what it is. */
static void describe_dataset(const char *name, bool used, const struct dataset_places *places,
	struct forecast_dataset *out)
{
	struct dataset *d;
	struct err e = { 0 };
	bool missing;
	const struct dataset_info *info = dataset_find(name);
	*out = (struct forecast_dataset){ .name = name, .share = share_of };
	if (info) {
		out->channels = info->channels, out->height = info->height,
		out->width = info->width;
		out->train_count = info->train_count;
	}
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

/* "stale: train.py changed" in the place of "other data then". */
static int explain_stale(struct store *store, const struct inputs *in, const struct sweep *sweep,
	struct forecast *forecast, struct err *e)
{
	char last[DIGEST_TEXT] = "";
	struct str what = { 0 };
	int result = 0;
	for (size_t i = 0; store && i < sweep->trial_count && !result; i++) {
		struct forecast_trial *t = &forecast->trials[i];
		struct rows *digest = NULL, *files = NULL;
		if (strcmp(t->why, forecast_other_data) != 0)
			continue;
		result = store_ask(store, "latest_inputs",
			(const char *const[]){ "trial", sweep->trials[i].identity, NULL }, e,
			&digest);
		const char *recorded = !result && digest->row_count ? digest->values[0].text : "";
		if (!result && strcmp(last, recorded) != 0) {
			snprintf(last, sizeof(last), "%s", recorded);
			str_clear(&what);
			result = store_ask(store, "input_files",
				(const char *const[]){ "inputs", recorded, NULL }, e, &files);
			if (!result)
				inputs_compare(in, files, &what);
		}
		snprintf(t->why, sizeof(t->why), "stale: %s", what.length ? what.s : "inputs");
		rows_free(digest);
		rows_free(files);
	}
	str_free(&what);
	return result;
}

/* The same for trials with inputs, which stand where a data set would. */
static int forecast_of_inputs(
	struct store *store, const struct sweep *sweep, struct err *e, struct forecast **out)
{
	struct inputs in;
	struct forecast_dataset d = { .name = NULL };
	int result = engine_read_inputs(sweep, &in, e);
	memcpy(d.digest, in.digest, sizeof(d.digest));
	if (!result)
		result = forecast_make(store, sweep, &d, 1, 0, e, out);
	if (!result)
		result = explain_stale(store, &in, sweep, *out, e);
	inputs_free(&in);
	return result;
}

int forecast_cli_make(const struct cli *c, struct store *store, const struct sweep *sweep,
	struct err *e, struct forecast **out)
{
	if (engine_of(sweep)->has_inputs)
		return forecast_of_inputs(store, sweep, e, out);
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
