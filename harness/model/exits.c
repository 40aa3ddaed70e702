/* exits.c - see exits.h. */
#include "exits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 256 };

bool exits_has(const struct nn_net *net)
{
	return net->output_count == 2 && net->input_count == 1
		&& net->layers[net->outputs[0]].shape.channels
		== net->layers[net->outputs[1]].shape.channels;
}

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

/* Counts of images in *out, not yet fractions. */
static void run(struct nn_trainer *t, const struct nn_images *images, int classes,
	float *const logits[2], const double *at_least, int count, struct exit_score *out)
{
	uint32_t order[BATCH];
	for (uint32_t first = 0; first < images->count; first += BATCH) {
		const uint32_t rest = images->count - first, now = rest < BATCH ? rest : BATCH;
		for (uint32_t i = 0; i < now; i++)
			order[i] = first + i;
		for (int k = 0; k < 2; k++)
			nn_logits(t, images, order, now, k, logits[k]);
		for (uint32_t i = 0; i < now; i++) {
			double sure, unused;
			const size_t at = (size_t)i * (size_t)classes;
			const int early = class_of(logits[1] + at, classes, &sure),
				  late = class_of(logits[0] + at, classes, &unused);
			for (int k = 0; k < count; k++) {
				const bool leaves = sure >= at_least[k];
				out[k].share += leaves;
				out[k].accuracy +=
					(leaves ? early : late) == images->labels[first + i];
			}
		}
	}
}

int exits_evaluate(const struct nn_net *net, const float *params, const struct nn_images *images,
	const struct nn_kernels *kernels, const double *at_least, int count, struct exit_score *out,
	struct err *e)
{
	const int classes = net->layers[net->outputs[0]].shape.channels;
	const struct nn_trainer_options options = { .kernels = kernels,
		.batch_size = BATCH,
		.threads = 1,
		.optimizer = { .kind = NN_SGD, .lr = 1 } };
	struct nn_trainer *t = nn_trainer_new(net, &options);
	float *logits = malloc(2 * BATCH * (size_t)classes * sizeof(*logits));
	memset(out, 0, (size_t)count * sizeof(*out));
	if (t && logits) {
		memcpy(nn_trainer_params(t), params, net->parameter_count * sizeof(*params));
		run(t, images, classes,
			(float *const[]){ logits, logits + (size_t)BATCH * (size_t)classes },
			at_least, count, out);
		for (int k = 0; k < count; k++) {
			out[k].share /= images->count;
			out[k].accuracy /= images->count;
			out[k].macs = out[k].share * macs_to(net, 1)
				+ (1 - out[k].share) * (double)nn_net_macs(net);
		}
	}
	const int result = t && logits ? 0 : err_nomem(e);
	free(logits);
	nn_trainer_free(t);
	return result;
}
