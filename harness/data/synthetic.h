/* synthetic.h - the generated data set: ten signs, drawn with random position, brightness, gaps and
 * noise. It can be learned within a few epochs, but not perfectly, and needs no file. Integer
 * arithmetic only: the same bytes on every machine. */
#ifndef DATA_SYNTHETIC_H
#define DATA_SYNTHETIC_H

#include <stdint.h>

enum { SYNTHETIC_SIDE = 28, SYNTHETIC_CLASSES = 10 };

/* Make images first, first + 1, ...: images is [count][28][28], labels [count]. An image is a
 * function of its number alone. */
void synthetic_make(uint32_t first, uint32_t count, uint8_t *images, uint8_t *labels);

/* The same signs in colour, for networks with CIFAR-10's shape: images is [count][3][32][32]. */
enum { SYNTHETIC_COLOUR_SIDE = 32 };
void synthetic_make_colour(uint32_t first, uint32_t count, uint8_t *images, uint8_t *labels);

#endif
