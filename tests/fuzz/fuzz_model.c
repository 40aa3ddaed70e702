/* fuzz_model.c - libFuzzer target: no file makes the readers of models crash, or take numbers that
 * are not finite or a network that cannot be run. The first byte chooses the format, the rest is
 * the file. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "harness/model/model.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

/* What was read is a model: its weights are numbers and it takes an image. */
static void try_model(const struct model *m)
{
	const struct nn_shape shape = m->net.layers[m->net.inputs[0]].shape;
	uint8_t *pixels = calloc(nn_shape_size(shape), 1), label = 0;
	const struct nn_images images = { pixels, &label, shape, 1 };
	double accuracy[NN_OUTPUTS_MAX];
	uint8_t *predictions[NN_OUTPUTS_MAX] = { NULL };
	struct err e = { 0 };
	if (!pixels)
		abort();
	for (size_t i = 0; i < m->net.parameter_count; i++)
		if (!isfinite(m->params[i]))
			abort();
	if (nn_net_macs(&m->net) < 1000000 && m->net.parameter_count < 100000
		&& nn_shape_size(shape) < 10000) /* soon done */
		if (model_evaluate(m, &images, NULL, accuracy, predictions, &e))
			abort();
	free(pixels);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	int formats = 0;
	struct model m = { .facts.fold = -1 };
	struct err e = { 0 };
	while (model_formats[formats].name)
		formats++;
	if (count == 0)
		return 0;
	const struct model_format *f = &model_formats[bytes[0] % formats];
	if (!f->read)
		return 0;
	if (f->read((const char *)bytes + 1, count - 1, &m, &e) == 0) {
		if (f->exact)
			try_model(&m);
	} else if (!e.text[0]) {
		abort();
	}
	model_free(&m);
	return 0;
}
