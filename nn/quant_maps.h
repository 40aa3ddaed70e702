/* quant_maps.h - the layers without weights of an 8-bit network. Internal to nn. */
#ifndef NN_QUANT_MAPS_H
#define NN_QUANT_MAPS_H

#include "kernels/kernels.h"
#include "quant.h"

/* A layer's output in quads of channels (kernels.h). */
struct nn_quant_map {
	int channels, height, width;
	bool columns; /* an image of one channel: the quad at x is pixels x to x + 3 of the row */
	size_t row, plane, size; /* bytes: from row to row, from quad to quad of channels, in all */
	uint8_t *at;
};

static inline uint8_t *nn_quant_at(const struct nn_quant_map *m, int c, int y, int x)
{
	return m->at + (size_t)(c / 4) * m->plane + (size_t)y * m->row + 4 * (size_t)x
		+ (size_t)(c % 4);
}

/* Rounded once, halves upwards; >> of a negative number is a division that rounds down. */
static inline int32_t nn_quant_scaled(int64_t sum, struct nn_quant_factor f)
{
	return (int32_t)((sum * f.multiplier + ((int64_t)1 << (f.shift - 1))) >> f.shift);
}

static inline uint8_t nn_quant_clamped(int32_t q)
{
	return (uint8_t)(q < 0 ? 0 : q > 255 ? 255 : q);
}

/* Is the layer computed by a table of its input's 256 values? */
bool nn_quant_has_table(const struct nn_layer *l);

/* Bytes of the lookup tables of layer l; 0: it needs none. nn_quant_make_table fills them, with the
 * activations of these kernels. */
size_t nn_quant_table_size(const struct nn_quant *q, int l);
void nn_quant_make_table(
	const struct nn_quant *q, int l, const struct nn_kernels *kernels, uint8_t *table);

/* Compute layer l from the maps of its inputs. l is not an input, an output or a layer with
 * weights. maps: [layer_count]; table: from nn_quant_make_table. */
void nn_quant_run_map(
	const struct nn_quant *q, int l, const struct nn_quant_map *maps, const uint8_t *table);

#endif
