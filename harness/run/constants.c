/* constants.c - what a network normalises its images by: mean and sd of the training images, in
 * whole numbers until the last division. */
#include <math.h>
#include <string.h>

#include "networks.h"

/* Mean and sd of floats, in two passes. */
static void moments_of_values(const struct nn_images *images, const uint32_t *ids, uint32_t count,
	size_t first, size_t length, double *mean, double *sd)
{
	const size_t size = nn_shape_size(images->shape);
	const double n = (double)count * (double)length;
	double sum = 0, squares = 0;
	for (uint32_t i = 0; i < count; i++)
		for (size_t k = 0; k < length; k++)
			sum += images->values[ids[i] * size + first + k];
	*mean = sum / n;
	for (uint32_t i = 0; i < count; i++)
		for (size_t k = 0; k < length; k++) {
			const double from = images->values[ids[i] * size + first + k] - *mean;
			squares += from * from;
		}
	*sd = squares > 0 ? sqrt(squares / n) : 1;
}

/* Sums of one channel, or of one pixel, over the images. */
struct sums {
	uint64_t sum, squares, count;
	uint8_t least, most;
};

static struct sums add_up(const struct nn_images *images, const uint32_t *ids, uint32_t count,
	size_t first, size_t length)
{
	const size_t size = nn_shape_size(images->shape);
	struct sums s = { .least = UINT8_MAX };
	for (uint32_t i = 0; i < count; i++) {
		const uint8_t *p = images->pixels + ids[i] * size + first;
		for (size_t k = 0; k < length; k++) {
			s.sum += p[k];
			s.squares += (uint64_t)p[k] * p[k];
			s.least = p[k] < s.least ? p[k] : s.least;
			s.most = p[k] > s.most ? p[k] : s.most;
		}
	}
	s.count = (uint64_t)count * length;
	return s;
}

/* Of images that are all the same in this place, 1. */
static double sd_of(struct sums s)
{
	const double n = (double)s.count, mean = (double)s.sum / n,
		     variance = (double)s.squares / n - mean * mean;
	return s.least < s.most && variance > 0 ? sqrt(variance) / 255 : 1;
}

static void set_layer(const struct trial *t, const struct nn_net *net, const struct nn_layer *layer,
	const struct nn_images *images, const uint32_t *ids, uint32_t count, float *params)
{
	const struct nn_tensor *mean = &net->tensors[layer->mean_tensor],
			       *scale = &net->tensors[layer->variance_tensor];
	const size_t length = nn_shape_size(layer->shape) / mean->count;
	for (size_t i = 0; i < mean->count; i++) {
		double at = 0, by = 1;
		if (t->normalize == NORMALIZE_SIGNED)
			at = 0.5, by = 2;
		else if (t->normalize == NORMALIZE_BYTES)
			by = 255;
		else if (images->values) {
			double sd;
			moments_of_values(images, ids, count, i * length, length, &at, &sd);
			by = t->normalize == NORMALIZE_MEAN_IMAGE ? 1 : 1 / sd;
		} else {
			const struct sums s = add_up(images, ids, count, i * length, length);
			at = (double)s.sum / (double)s.count / 255;
			by = t->normalize == NORMALIZE_MEAN_IMAGE ? 1 : 1 / sd_of(s);
		}
		params[mean->offset + i] = (float)at;
		params[scale->offset + i] = (float)by;
	}
}

void network_set_constants(const struct trial *t, const struct nn_net *net,
	const struct nn_images *images, const uint32_t *ids, uint32_t count, float *params)
{
	for (int l = 0; l < net->layer_count; l++)
		if (net->layers[l].kind == NN_NORMALIZE)
			set_layer(t, net, &net->layers[l], images, ids, count, params);
}
