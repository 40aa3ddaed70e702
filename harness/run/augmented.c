/* augmented.c - one image through nn's augmentation, with the random numbers of a trial's training.
 */
#include "augmented.h"

#include "training.h"

int augmented_image(const struct trial *t, int phase, int epoch, uint32_t index,
	const uint8_t *image, int channels, int height, int width, float *out, struct err *e)
{
	const struct nn_augment amounts = training_augment(trial_phase_augment(t, phase));
	const struct nn_rng rng = { .seed = t->seed,
		.stream = NN_STREAM_AUGMENT,
		.phase = training_rng_phase((struct place){ .phase = phase, .fold = -1 }),
		.epoch = (uint32_t)epoch };
	const struct nn_shape shape = { .channels = channels, .height = height, .width = width };
	return nn_augment_image(&amounts, &rng, index, image, shape, out) ? err_nomem(e) : 0;
}
