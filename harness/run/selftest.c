/* selftest.c - see selftest.h. */
#include "selftest.h"

#include <stdlib.h>
#include <string.h>

#include "../../nn/init.h"
#include "../../nn/nn.h"
#include "../data/dataset.h"
#include "../model/images.h"

enum { IMAGES = 80 }; /* of them the last batch has 16 */

static void network(struct nn_net *net, const struct dataset *d)
{
	int at = nn_input(net, "in", (struct nn_shape){ d->channels, d->height, d->width });
	at = nn_conv(net, "conv", at, 5, 3, 3, NN_VALID, true, NN_HE_NORMAL);
	at = nn_maxpool(net, "pool", at, 2);
	nn_output(net, "out", nn_dense(net, "dense", at, d->classes, false, NN_GLOROT_UNIFORM));
}

/* The trained weights, owned by the caller; NULL when memory runs out. */
static float *train(
	const struct nn_net *net, const struct dataset *d, const struct nn_kernels *kernels)
{
	const struct nn_trainer_options options = { .kernels = kernels,
		.batch_size = 32,
		.threads = 1,
		.optimizer = { .kind = NN_NADAM,
			.lr = 1e-3,
			.beta1 = 0.9,
			.beta2 = 0.999,
			.epsilon = 1e-7 } };
	const struct nn_images images = images_of(d, false);
	uint32_t order[IMAGES];
	for (uint32_t i = 0; i < IMAGES; i++)
		order[i] = i;
	const size_t bytes = net->parameter_count * sizeof(float);
	struct nn_trainer *t = nn_trainer_new(net, &options);
	float *weights = malloc(bytes);
	if (t && weights) {
		nn_init_net(net, 1, nn_trainer_params(t));
		struct nn_score score;
		for (uint32_t i = 0; i < 2; i++) {
			const struct nn_epoch epoch = { .images = &images,
				.order = order,
				.count = IMAGES,
				.seed = 1,
				.epoch = i };
			nn_train_epoch(t, &epoch, &score);
		}
		memcpy(weights, nn_trainer_params(t), bytes);
	} else {
		free(weights);
		weights = NULL;
	}
	nn_trainer_free(t);
	return weights;
}

static int compare(const struct nn_net *net, const float *want, const float *have,
	const struct nn_kernels *kernels, struct err *e)
{
	for (size_t i = 0; i < net->parameter_count; i++)
		if (memcmp(&want[i], &have[i], sizeof(float)) != 0)
			return err_set(e, ERR_FAILED,
				"kernels %s: weight %zu of %zu is %.9g, with %s it is %.9g: this "
				"machine does not compute the same bits",
				nn_kernels_name(kernels), i, net->parameter_count, (double)have[i],
				nn_kernels_name(nn_kernels_at(0)), (double)want[i]);
	return 0;
}

int selftest_kernels(struct err *e)
{
	const struct dataset_places nowhere = { 0 };
	struct dataset *d = NULL;
	struct nn_net net = { 0 };
	float *want = NULL;
	int result = dataset_open("synthetic", &nowhere, e, &d);
	if (result == 0)
		network(&net, d);
	for (int k = 0; result == 0 && nn_kernels_at(k); k++) {
		float *have = train(&net, d, nn_kernels_at(k));
		if (!have)
			result = err_nomem(e);
		else if (want)
			result = compare(&net, want, have, nn_kernels_at(k), e);
		if (want)
			free(have);
		else
			want = have;
	}
	free(want);
	dataset_close(d);
	return result;
}
