/* batchnorm.c - see batchnorm.h. */
#include "batchnorm.h"

size_t nn_batchnorm_row(int channels)
{
	return ((size_t)channels + 15) / 16 * 16;
}

static float *shared_row(const struct nn_batch *batch, int layer, int number)
{
	return batch->shared + batch->plan->ops[layer].shared
		+ (size_t)number * nn_batchnorm_row(batch->net->layers[layer].shape.channels);
}

static const float *sums_row(
	const struct nn_batch *batch, const struct nn_block *block, int layer, int number)
{
	return block->memory + batch->plan->ops[layer].aux
		+ (size_t)number * nn_batchnorm_row(batch->net->layers[layer].shape.channels);
}

static double positions(const struct nn_batch *batch, int layer)
{
	const struct nn_shape shape = batch->net->layers[layer].shape;
	return (double)shape.height * shape.width;
}

static const float *tensor(const struct nn_batch *batch, const float *params, int number)
{
	return params + batch->net->tensors[number].offset;
}

static void set_forward(
	const struct nn_batch *batch, int layer, int c, double mean, double variance)
{
	const struct nn_layer *l = &batch->net->layers[layer];
	const double inverse = 1 / __builtin_sqrt(variance + l->epsilon);
	shared_row(batch, layer, NN_BATCHNORM_CENTRE)[c] = (float)mean;
	shared_row(batch, layer, NN_BATCHNORM_VARIANCE)[c] = (float)variance;
	shared_row(batch, layer, NN_BATCHNORM_INVERSE)[c] = (float)inverse;
	shared_row(batch, layer, NN_BATCHNORM_SCALE)[c] =
		(float)((double)tensor(batch, batch->params, l->kernel_tensor)[c] * inverse);
	shared_row(batch, layer, NN_BATCHNORM_OFFSET)[c] = 0;
	shared_row(batch, layer, NN_BATCHNORM_TILT)[c] = 0;
}

void nn_batchnorm_prepare(const struct nn_batch *batch)
{
	for (int l = 0; l < batch->net->layer_count; l++) {
		const struct nn_layer *layer = &batch->net->layers[l];
		if (layer->kind != NN_BATCHNORM || (batch->training && batch->plan->ops[l].trained))
			continue;
		for (int c = 0; c < layer->shape.channels; c++)
			set_forward(batch, l, c,
				(double)tensor(batch, batch->params, layer->mean_tensor)[c],
				(double)tensor(batch, batch->params, layer->variance_tensor)[c]);
	}
}

void nn_batchnorm_join(
	const struct nn_batch *batch, int cut, const struct nn_block *blocks, int block_count)
{
	const int l = batch->plan->cuts[cut];
	for (int c = 0; c < batch->net->layers[l].shape.channels; c++) {
		double number = 0, mean = 0, squares = 0;
		for (int b = 0; b < block_count; b++) {
			const double more = blocks[b].count * positions(batch, l),
				     all = number + more;
			const double apart =
				(double)sums_row(batch, &blocks[b], l, NN_BATCHNORM_MEAN)[c] - mean;
			squares += (double)sums_row(batch, &blocks[b], l, NN_BATCHNORM_SQUARES)[c]
				+ apart * apart * (number * more / all);
			mean += apart * (more / all);
			number = all;
		}
		set_forward(batch, l, c, mean, squares / number);
	}
}

void nn_batchnorm_join_slopes(
	const struct nn_batch *batch, int cut, const struct nn_block *blocks, int block_count)
{
	const int l = batch->plan->cuts[cut];
	const double number = batch->count * positions(batch, l);
	for (int c = 0; c < batch->net->layers[l].shape.channels; c++) {
		double sum = 0, product = 0;
		for (int b = 0; b < block_count; b++) {
			sum += (double)sums_row(batch, &blocks[b], l, NN_BATCHNORM_SUM)[c];
			product += (double)sums_row(batch, &blocks[b], l, NN_BATCHNORM_PRODUCT)[c];
		}
		const double inverse = (double)shared_row(batch, l, NN_BATCHNORM_INVERSE)[c];
		shared_row(batch, l, NN_BATCHNORM_OFFSET)[c] = (float)(sum / number);
		shared_row(batch, l, NN_BATCHNORM_TILT)[c] =
			(float)(product * inverse * inverse / number);
	}
}

static void move(float *moving, const float *batch, int channels, double momentum)
{
	for (int c = 0; c < channels; c++)
		moving[c] =
			(float)((double)moving[c] * momentum + (double)batch[c] * (1 - momentum));
}

void nn_batchnorm_move(const struct nn_batch *batch, float *params)
{
	for (int k = 0; k < batch->plan->cut_count; k++) {
		const int l = batch->plan->cuts[k];
		const struct nn_layer *layer = &batch->net->layers[l];
		move(params + batch->net->tensors[layer->mean_tensor].offset,
			shared_row(batch, l, NN_BATCHNORM_CENTRE), layer->shape.channels,
			layer->momentum);
		move(params + batch->net->tensors[layer->variance_tensor].offset,
			shared_row(batch, l, NN_BATCHNORM_VARIANCE), layer->shape.channels,
			layer->momentum);
	}
}
