/* one_step.c - one training step, for tests/callgrind.sh to count the instructions of: one-step
 * NETWORK SHAPE KERNELS, the network one of the paper's or of tests/oracle/networks.h (of its own
 * shape, whatever SHAPE says). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nn/nn.h"
#include "tests/oracle/networks.h"
#include "tests/oracle/paper_nets.h"

enum { BATCH = 32 };

int main(int argc, char **argv)
{
	const struct nn_kernels *kernels = argc == 4 ? nn_kernels_find(argv[3]) : NULL;
	if (!kernels) {
		fprintf(stderr, "usage: one-step dual|unified|NETWORK 28x28x1|32x32x3 KERNELS\n");
		return 2;
	}
	static struct nn_net net;
	struct nn_shape shape = strcmp(argv[2], "28x28x1") == 0 ? (struct nn_shape){ 1, 28, 28 }
								: (struct nn_shape){ 3, 32, 32 };
	if (small_network_build(argv[1], &net))
		shape = net.layers[net.inputs[0]].shape;
	else {
		net = (struct nn_net){ 0 };
		(strcmp(argv[1], "dual") == 0 ? paper_dual : paper_unified)(&net, shape, 10);
	}
	static uint8_t pixels[BATCH * 3 * 32 * 32], labels[BATCH];
	uint32_t order[BATCH];
	if (BATCH * nn_shape_size(shape) > sizeof(pixels))
		return 2;
	for (uint32_t i = 0; i < sizeof(pixels); i++)
		pixels[i] = (uint8_t)(i * 2654435761u >> 13);
	for (uint32_t i = 0; i < BATCH; i++) {
		labels[i] = (uint8_t)(i % 10);
		order[i] = i;
	}
	const struct nn_images images = { pixels, labels, shape, BATCH, NULL };
	const struct nn_trainer_options options = { .kernels = kernels,
		.batch_size = BATCH,
		.threads = 1,
		.optimizer = { .kind = NN_NADAM,
			.lr = 1e-3,
			.beta1 = 0.9,
			.beta2 = 0.999,
			.epsilon = 1e-7 } };
	struct nn_trainer *t = nn_trainer_new(&net, &options);
	if (!t)
		return 3;
	nn_init_net(&net, 1, nn_trainer_params(t));
	const struct nn_epoch epoch = { .images = &images,
		.order = order,
		.count = BATCH,
		.seed = 1,
		.augmented = { [1] = true },
		.augment = { .rotation = 0.1, .zoom = 0.2, .translation = 0.2 } };
	struct nn_score score;
	nn_train_epoch(t, &epoch, &score);
	printf("%.17g\n", score.loss_sum[0]);
	nn_trainer_free(t);
	return 0;
}
