/* model_cli.c - see model_cli.h. */
#include "model_cli.h"

#include <stdlib.h>
#include <string.h>

#include "../model/images.h"

/* Accuracies and predictions beside those of the file. */
static void compare(const struct model_facts *f, uint8_t *const predictions[NN_OUTPUTS_MAX],
	struct model_evaluation *r)
{
	r->same_accuracy = r->same_predictions = true;
	for (int k = 0; k < r->outputs; k++) {
		char digest[DIGEST_TEXT];
		digest_bytes(predictions[k], (size_t)r->count, digest);
		r->same_accuracy = r->same_accuracy && r->accuracy[k] == f->test_accuracy[k];
		r->same_predictions =
			r->same_predictions && strcmp(digest, f->predictions_digest[k]) == 0;
	}
}

int model_cli_evaluate(const struct model *m, const struct dataset *d,
	const struct nn_kernels *kernels, struct model_evaluation *out, struct err *e)
{
	struct nn_images images = images_of(d, true);
	uint8_t *predictions[NN_OUTPUTS_MAX] = { NULL };
	*out = (struct model_evaluation){ .outputs = m->net.output_count };
	out->comparable = m->facts.test_count > 0 && (uint32_t)m->facts.test_count <= d->test_count
		&& strcmp(m->facts.data_digest, d->digest) == 0;
	if (out->comparable)
		images.count = (uint32_t)m->facts.test_count;
	out->count = (int)images.count;
	int result = 0;
	for (int k = 0; !result && k < out->outputs; k++)
		if (!(predictions[k] = malloc(images.count + 1)))
			result = err_nomem(e);
	if (!result)
		result = model_evaluate(m, &images, kernels, out->accuracy, predictions, e);
	for (int k = 0; k < out->outputs; k++)
		out->mean += out->accuracy[k] / out->outputs;
	if (!result && out->comparable)
		compare(&m->facts, predictions, out);
	for (int k = 0; k < out->outputs; k++)
		free(predictions[k]);
	return result;
}

static void add_accuracies(struct str *out, const double *accuracy, int count)
{
	for (int k = 0; k < count; k++)
		str_addf(out, "%s%.6g", k ? ", " : "", accuracy[k]);
}

void model_cli_describe(const struct model *m, const struct dataset *d,
	const struct model_evaluation *r, struct str *out)
{
	str_add(out, "test accuracy ");
	add_accuracies(out, r->accuracy, r->outputs);
	str_addf(out, " on %d images of %s", r->count, d->name);
	if (!r->comparable) {
		str_addf(out, " (nothing to compare with: %s)",
			m->facts.test_count == 0 ? "the file says nothing of its accuracy"
						 : "it was tested on other data");
		return;
	}
	str_add(out, " (recorded: ");
	add_accuracies(out, m->facts.test_accuracy, r->outputs);
	str_addf(out, "; %s)",
		r->same_predictions ? "the same predictions" : "not the same predictions");
}
