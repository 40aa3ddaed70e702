/* evaluate.c - what a network makes of test images. */
#include <math.h>
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

/* ---- early exits ---- */

/* Multiply-accumulates of what leads to output k. */
static double macs_to(const struct nn_net *net, int k)
{
	bool wanted[NN_LAYERS_MAX] = { false };
	double sum = 0;
	wanted[net->outputs[k]] = true;
	for (int l = net->layer_count - 1; l >= 0; l--) {
		for (int i = 0; wanted[l] && i < net->layers[l].input_count; i++)
			wanted[net->layers[l].inputs[i]] = true;
		sum += wanted[l] ? (double)nn_layer_macs(net, l) : 0;
	}
	return sum;
}

static int class_of(const float *logits, int classes, double *probability)
{
	int best = 0;
	double sum = 0;
	for (int k = 1; k < classes; k++)
		best = logits[k] > logits[best] ? k : best;
	for (int k = 0; k < classes; k++)
		sum += exp((double)logits[k] - (double)logits[best]);
	*probability = 1 / sum;
	return best;
}

static void run_exit(struct nn_trainer *t, const struct nn_images *images, int classes,
	float *const logits[2], double at_least, struct model_exit *out)
{
	uint32_t order[BATCH], left = 0, correct = 0;
	for (uint32_t first = 0; first < images->count; first += BATCH) {
		const uint32_t rest = images->count - first, now = rest < BATCH ? rest : BATCH;
		for (uint32_t i = 0; i < now; i++)
			order[i] = first + i;
		for (int k = 0; k < 2; k++)
			nn_logits(t, images, order, now, k, logits[k]);
		for (uint32_t i = 0; i < now; i++) {
			double sure;
			const size_t at = (size_t)i * (size_t)classes;
			int class = class_of(logits[1] + at, classes, &sure);
			const bool leaves = sure >= at_least;
			if (!leaves)
				class = class_of(logits[0] + at, classes, &sure);
			left += leaves;
			correct += class == images->labels[first + i];
		}
	}
	out->share = (double)left / images->count;
	out->accuracy = (double)correct / images->count;
}

int model_evaluate_exit(const struct model *m, const struct nn_images *images,
	const struct nn_kernels *kernels, double at_least, struct model_exit *out, struct err *e)
{
	const struct nn_net *net = &m->net;
	if (m->quant || net->output_count != 2 || net->input_count != 1)
		return err_set(e, ERR_USAGE,
			"its network has no early exit: one input and two outputs, in fp32");
	if (fits(m, images, e))
		return -1;
	const int classes = net->layers[net->outputs[0]].shape.channels;
	const struct nn_trainer_options options = { .kernels = kernels,
		.batch_size = BATCH,
		.threads = 1,
		.optimizer = { .kind = NN_SGD, .lr = 1 } };
	struct nn_trainer *t = nn_trainer_new(net, &options);
	float *logits = malloc(2 * BATCH * (size_t)classes * sizeof(*logits));
	if (t && logits) {
		memcpy(nn_trainer_params(t), m->params, net->parameter_count * sizeof(*m->params));
		run_exit(t, images, classes,
			(float *const[]){ logits, logits + (size_t)BATCH * (size_t)classes },
			at_least, out);
		/* who does not leave has asked the exit, too */
		out->macs =
			out->share * macs_to(net, 1) + (1 - out->share) * (double)nn_net_macs(net);
	}
	const int result = t && logits ? 0 : err_nomem(e);
	free(logits);
	nn_trainer_free(t);
	return result;
}
