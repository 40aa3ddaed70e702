/* evaluate.c - what a network makes of test images. */
#include <stdlib.h>
#include <string.h>

#include "model.h"

enum { BATCH = 256 };

static int fits(const struct model *m, const struct nn_images *images, struct err *e)
{
	const struct nn_shape want = m->net.layers[m->net.inputs[0]].shape, is = images->shape;
	if (want.channels != is.channels || want.height != is.height || want.width != is.width)
		return err_set(e, ERR_USAGE,
			"the network takes images of %dx%dx%d (channels, height, width), these are "
			"%dx%dx%d",
			want.channels, want.height, want.width, is.channels, is.height, is.width);
	for (int k = 0; k < m->net.output_count; k++) {
		const int classes = m->net.layers[m->net.outputs[k]].shape.channels;
		for (uint32_t i = 0; i < images->count; i++)
			if (images->labels[i] >= classes)
				return err_set(e, ERR_USAGE,
					"the network has %d classes, image %u is of class %d",
					classes, i, images->labels[i]);
	}
	return 0;
}

static int evaluate_quantised(const struct model *m, const struct nn_images *images,
	const struct nn_kernels *kernels, double accuracy[NN_OUTPUTS_MAX],
	uint8_t *const predictions[NN_OUTPUTS_MAX], struct err *e)
{
	uint32_t correct[NN_OUTPUTS_MAX] = { 0 };
	if (images->values)
		return err_set(e, ERR_USAGE, "an int8 network takes images, these are floats");
	struct nn_quant_infer *f = nn_quant_infer_new(m->quant, kernels);
	if (!f)
		return err_nomem(e);
	for (uint32_t i = 0; i < images->count; i++) {
		nn_quant_infer_bytes(f, images->pixels + i * nn_shape_size(images->shape));
		for (int k = 0; k < m->net.output_count; k++) {
			const int class = nn_quant_infer_class(f, k);
			correct[k] += class == images->labels[i];
			if (predictions && predictions[k])
				predictions[k][i] = (uint8_t) class;
		}
	}
	for (int k = 0; k < m->net.output_count; k++)
		accuracy[k] = images->count ? (double)correct[k] / images->count : 0;
	nn_quant_infer_free(f);
	return 0;
}

int model_evaluate(const struct model *m, const struct nn_images *images,
	const struct nn_kernels *kernels, double accuracy[NN_OUTPUTS_MAX],
	uint8_t *const predictions[NN_OUTPUTS_MAX], struct err *e)
{
	const struct nn_trainer_options options = { .kernels = kernels,
		.batch_size = BATCH,
		.threads = 1,
		.optimizer = { .kind = NN_SGD, .lr = 1 } };
	struct nn_score score;
	if (fits(m, images, e))
		return -1;
	if (m->quant)
		return evaluate_quantised(m, images, kernels, accuracy, predictions, e);
	struct nn_trainer *t = nn_trainer_new(&m->net, &options);
	if (!t)
		return err_nomem(e);
	memcpy(nn_trainer_params(t), m->params, m->net.parameter_count * sizeof(*m->params));
	nn_evaluate(t, images, NULL, 0, images->count, &score, predictions);
	for (int k = 0; k < m->net.output_count; k++)
		accuracy[k] = score.count ? (double)score.correct[k] / score.count : 0;
	nn_trainer_free(t);
	return 0;
}

int model_evaluate_exit(const struct model *m, const struct nn_images *images,
	const struct nn_kernels *kernels, double at_least, struct exit_score *out, struct err *e)
{
	const struct nn_net *net = &m->net;
	if (m->quant || !exits_has(net))
		return err_set(e, ERR_USAGE,
			"its network has no early exit: one input and two outputs, in fp32");
	if (fits(m, images, e))
		return -1;
	return exits_evaluate(net, m->params, images, kernels, &at_least, 1, out, e);
}
