/* tile.h - what register tiles need to know about the processor and about compilers. */
#ifndef NN_KERNELS_TILE_H
#define NN_KERNELS_TILE_H

#include "lanes.h"

/* Vector registers: a tile that does not fit in them is slower than a smaller one. */
#if W == 16 || defined LANES_NEON
#define REGISTERS 32
#else
#define REGISTERS 16
#endif

/* Hide where a pointer comes from. Without it gcc keeps what one step of a loop has loaded for the
 * next step that loads it too, in registers that the tile needs. */
#define FRESH(pointer) __asm__("" : "+r"(pointer))

/* How many of `left` rows or channels the next tile takes when a tile holds up to `tile`: all tiles
 * as even as they can be. */
INLINE size_t tile_of(size_t left, size_t tile)
{
	const size_t tiles = (left + tile - 1) / tile;
	return (left + tiles - 1) / tiles;
}

#endif
