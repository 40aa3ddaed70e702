/* synthetic.c - see synthetic.h. */
#include "synthetic.h"

#include <string.h>

#include "../../nn/rng.h"

/* The published digest of the set (tests/unit/test_data.c) depends on every number here. */
enum {
	SEED = 20250126,
	PIXELS = SYNTHETIC_SIDE * SYNTHETIC_SIDE,
	SIGN_SIDE = 10, /* a sign's squares, each 2 pixels wide */
	SHIFT_MAX =
		SYNTHETIC_SIDE - 2 * SIGN_SIDE, /* a sign begins 0 to 8 pixels from the border */
	COLOUR = 1000,                          /* which random bytes are an image's tint */
};

/* Signs that differ in more than direction, so that rotated ones (augmentation) stay apart. */
static const char *const signs[SYNTHETIC_CLASSES][SIGN_SIDE] = {
	{ "..######..", ".########.", "##......##", "##......##", "##......##", "##......##",
		"##......##", "##......##", ".########.", "..######.." },
	{ "....##....", "....##....", "....##....", "....##....", "....##....", "....##....",
		"....##....", "....##....", "....##....", "....##...." },
	{ "....##....", "....##....", "....##....", "....##....", "##########", "##########",
		"....##....", "....##....", "....##....", "....##...." },
	{ "##########", "##########", "....##....", "....##....", "....##....", "....##....",
		"....##....", "....##....", "....##....", "....##...." },
	{ "##........", "##........", "##........", "##........", "##........", "##........",
		"##........", "##........", "##########", "##########" },
	{ "..........", "...####...", "..######..", ".########.", ".########.", ".########.",
		".########.", "..######..", "...####...", ".........." },
	{ "##......##", "##......##", "##......##", "##......##", "##########", "##########",
		"##......##", "##......##", "##......##", "##......##" },
	{ "##......##", "##......##", "##......##", "##......##", "##......##", "##......##",
		"##......##", "##......##", "##########", "##########" },
	{ "..........", "##......##", "##......##", "..........", "..........", "..........",
		"..........", "##......##", "##......##", ".........." },
	{ "##########", "##########", "......##..", ".....##...", "....##....", "...##.....",
		"..##......", ".##.......", "##########", "##########" },
};

/* Random bytes of image `image`: number `index` of them. */
static void random_bytes(uint32_t image, uint32_t index, uint8_t bytes[16])
{
	const struct nn_rng rng = { .seed = SEED, .stream = NN_STREAM_SYNTHETIC };
	uint32_t four[4];
	nn_rng_four(&rng, image, index, four);
	for (int i = 0; i < 16; i++)
		bytes[i] = (uint8_t)(four[i / 4] >> (8 * (i % 4)));
}

/* The sign with gaps (one square in eight missing), in one grey, on black. */
static void draw_sign(uint32_t image, int label, uint8_t *pixels)
{
	uint8_t random[16];
	random_bytes(image, 0, random);
	const int top = random[0] % (SHIFT_MAX + 1), left = random[1] % (SHIFT_MAX + 1);
	const uint8_t grey = (uint8_t)(112 + random[2] % 128);

	uint8_t gaps[112]; /* 7 times 16; a square takes one byte */
	for (uint32_t i = 0; i < sizeof(gaps) / 16; i++)
		random_bytes(image, 1 + i, gaps + 16 * i);
	for (int y = 0; y < SIGN_SIDE; y++) {
		for (int x = 0; x < SIGN_SIDE; x++) {
			if (signs[label][y][x] != '#' || gaps[SIGN_SIDE * y + x] < 32)
				continue;
			uint8_t *p = pixels + (top + 2 * y) * SYNTHETIC_SIDE + left + 2 * x;
			p[0] = p[1] = p[SYNTHETIC_SIDE] = p[SYNTHETIC_SIDE + 1] = grey;
		}
	}
}

/* Every pixel gets lighter by up to 95; one in 32 becomes any grey. */
static void add_noise(uint32_t image, uint8_t *pixels)
{
	uint8_t random[16];
	for (uint32_t i = 0; i < 2 * PIXELS; i += 2) {
		if (i % 16 == 0)
			random_bytes(image, 16 + i / 16, random);
		const uint8_t chance = random[i % 16], value = random[i % 16 + 1];
		const int lighter = pixels[i / 2] + value * 96 / 256;
		pixels[i / 2] = chance < 8 ? value : (uint8_t)(lighter > 255 ? 255 : lighter);
	}
}

void synthetic_make(uint32_t first, uint32_t count, uint8_t *images, uint8_t *labels)
{
	for (uint32_t i = 0; i < count; i++) {
		const uint32_t image = first + i;
		uint8_t *pixels = images + (size_t)i * PIXELS;
		memset(pixels, 0, PIXELS);
		labels[i] = (uint8_t)(image % SYNTHETIC_CLASSES);
		draw_sign(image, labels[i], pixels);
		add_noise(image, pixels);
	}
}

void synthetic_make_colour(uint32_t first, uint32_t count, uint8_t *images, uint8_t *labels)
{
	enum { SIDE = SYNTHETIC_COLOUR_SIDE, BORDER = (SIDE - SYNTHETIC_SIDE) / 2 };
	for (uint32_t i = 0; i < count; i++) {
		uint8_t grey[PIXELS], tint[16];
		uint8_t *planes = images + (size_t)i * 3 * SIDE * SIDE;
		synthetic_make(first + i, 1, grey, labels + i);
		random_bytes(first + i, COLOUR, tint);
		for (int c = 0; c < 3; c++) {
			memset(planes + c * SIDE * SIDE, tint[3 + c] / 8, SIDE * SIDE);
			for (int p = 0; p < PIXELS; p++)
				planes[c * SIDE * SIDE + (p / SYNTHETIC_SIDE + BORDER) * SIDE
					+ p % SYNTHETIC_SIDE + BORDER] =
					(uint8_t)(grey[p] * (96 + tint[c] % 160) / 255);
		}
	}
}
