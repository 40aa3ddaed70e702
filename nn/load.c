/* load.c - the images of a block into lanes: plain, augmented, mixed with others of the batch. */
#include <string.h>

#include "block.h"
#include "photometric.h"

/* Which images, for which network input. */
struct loading {
	const struct nn_block *block;
	const uint32_t *ids; /* [block->count], with NN_ORDER_AUGMENTED */
	int input;
};

static bool augmented(const struct loading *l, int lane)
{
	const struct nn_epoch *epoch = l->block->batch->epoch;
	return epoch && (epoch->augmented[l->input] || l->ids[lane] & NN_ORDER_AUGMENTED);
}

/* Warp each image of the block by itself, then interleave; an image that is not augmented gets the
 * map that changes nothing. */
static void load_warped(const struct loading *l, float *out)
{
	const struct nn_batch *batch = l->block->batch;
	const struct nn_plan *plan = batch->plan;
	const struct nn_epoch *epoch = batch->epoch;
	const struct nn_shape shape = batch->images->shape;
	const struct nn_rng rng = { .seed = epoch->seed,
		.stream = NN_STREAM_AUGMENT,
		.phase = epoch->phase,
		.epoch = epoch->epoch };
	float *images = l->block->memory + plan->images;
	for (int lane = 0; lane < NN_LANES; lane++) {
		float *to = images + (size_t)lane * plan->image_stride;
		if (lane >= l->block->count) {
			memset(to, 0, plan->image_stride * sizeof(*to));
			continue;
		}
		uint32_t id = l->ids[lane] & ~NN_ORDER_AUGMENTED;
		struct nn_warp warps[NN_WARPS_MAX] = { { .map = { 1, 0, 0, 0, 1, 0 } } };
		struct nn_photometric photometric = { 0 };
		int count = 1;
		if (augmented(l, lane)) {
			count = nn_augment_draw_all(&epoch->augment, &rng, id, shape, warps);
			nn_photometric_draw(&epoch->augment, &rng, id, shape, &photometric);
		}
		const struct nn_warp_shape size = { shape.channels, shape.height, shape.width };
		float *scratch = l->block->memory + plan->warp_scratch;
		batch->kernels->warp(to, batch->images->pixels + id * nn_shape_size(shape), size,
			warps[0].map, warps[0].brightness, scratch);
		for (int i = 1; i < count; i++)
			batch->kernels->warp_again(
				to, size, warps[i].map, warps[i].brightness, scratch);
		nn_photometric_apply(&photometric, shape, to);
	}
	batch->kernels->interleave(out, images, plan->image_stride, nn_shape_size(shape));
}

static void load_values(const struct loading *l, float *out, size_t size)
{
	memset(out, 0, size * NN_LANES * sizeof(*out));
	for (int lane = 0; lane < l->block->count; lane++) {
		const float *from = l->block->batch->images->values
			+ (l->ids[lane] & ~NN_ORDER_AUGMENTED) * size;
		for (size_t i = 0; i < size; i++)
			out[i * NN_LANES + (size_t)lane] = from[i];
	}
}

static void load(const struct loading *l, float *out)
{
	const struct nn_batch *batch = l->block->batch;
	bool any = false;
	for (int lane = 0; lane < l->block->count && !batch->images->values; lane++)
		any |= augmented(l, lane);
	if (any) {
		load_warped(l, out);
		return;
	}
	size_t pixels = nn_shape_size(batch->images->shape);
	if (batch->images->values) {
		load_values(l, out, pixels);
		return;
	}
	const uint8_t *images[NN_LANES] = { NULL };
	for (int lane = 0; lane < l->block->count; lane++)
		images[lane] =
			batch->images->pixels + (l->ids[lane] & ~NN_ORDER_AUGMENTED) * pixels;
	batch->kernels->load_images(out, images, pixels);
}

void nn_block_load(const struct nn_block *block, int input, float *out)
{
	const struct nn_batch *batch = block->batch;
	if (batch->values) {
		const size_t size = nn_shape_size(batch->images->shape);
		memset(out, 0, size * NN_LANES * sizeof(*out));
		for (size_t i = 0; i < size; i++)
			out[i * NN_LANES] = batch->values[i];
		return;
	}
	load(&(struct loading){ block, block->ids, input }, out);
	if (batch->partner_share == 0)
		return;
	uint32_t ids[NN_LANES];
	for (uint32_t lane = 0; lane < (uint32_t)block->count; lane++)
		ids[lane] = nn_batch_image(batch, nn_batch_partner(batch, block->first + lane));
	float *partner = block->memory + batch->plan->partner;
	load(&(struct loading){ block, ids, input }, partner);
	batch->kernels->lerp(
		out, partner, (float)batch->partner_share, nn_shape_size(batch->images->shape));
}
