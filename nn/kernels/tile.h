/* tile.h - register tiles: the number of registers, and the sizes of tiles. */
#ifndef NN_KERNELS_TILE_H
#define NN_KERNELS_TILE_H

#include "lanes.h"

/* Vector registers. A tile that does not fit in them is slower than a smaller one. */
#if W == 16 || defined LANES_NEON
#define REGISTERS 32
#else
#define REGISTERS 16
#endif

/* Hide the origin of a pointer. Otherwise gcc keeps values loaded in one step of a loop in
 * registers for the next step that loads them, and the tile needs those registers. */
#define FRESH(pointer) __asm__("" : "+r"(pointer))

/* A barrier for the compiler: what was loaded before it is loaded again after it, not kept in
 * registers. For unrolled loops whose tile needs those registers. */
#define LOAD_ANEW() __asm__ volatile("" ::: "memory")

/* *sum += a * b, fused, for the sums of a tile. With 16 registers a tile leaves none free, and gcc
 * moves or spills sums whose register another operand could take: here it cannot. */
INLINE void add_product(vf *sum, vf a, vf b)
{
#if W == 8
	__asm__("vfmadd231ps %1, %2, %0" : "+x"(*sum) : "x"(a), "x"(b));
#else
	*sum = fma_(a, b, *sum);
#endif
}

/* How many of `left` rows or channels the next tile takes if a tile holds up to `tile`. All tiles
 * are of sizes as equal as possible. */
INLINE size_t tile_of(size_t left, size_t tile)
{
	const size_t tiles = (left + tile - 1) / tile;
	return (left + tiles - 1) / tiles;
}

#endif
