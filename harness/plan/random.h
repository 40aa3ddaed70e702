/* random.h - configurations drawn at random: seeded, without repeats, and such that asking for more
 * only adds to the list. */
#ifndef PLAN_RANDOM_H
#define PLAN_RANDOM_H

#include "blocks.h"

/* Read {count: 20, seed: 1, axes: {dual.lr: {log: [1e-4, 1e-1]}, dual.epochs: {uniform: [5, 30]},
 * batch_size: [16, 32]}}.
 *
 * Draw k of a parameter is a function of seed, path and k alone (SHA-256), so other axes and a
 * larger count change nothing of it. Numbers of a range are rounded to three digits, so they are
 * readable and the same on every machine. Returns NULL after an error. */
const struct dimension *random_dimension(struct study *s, const struct node *map);

#endif
