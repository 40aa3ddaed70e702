/* plain.c - the portable variant: vectors of 4 lanes in the compilers' vector extension, fmaf from
 * libm where the CPU has no FMA. The oracle of the others. */
#define W 4

#include "activation.h"
#include "average.h"
#include "conv.h"
#include "conv_general.h"
#include "conv_pool.h"
#include "conv_weights.h"
#include "dense.h"
#include "depthwise.h"
#include "elementwise.h"
#include "image.h"
#include "infer_channels.h"
#include "infer_kernels.h"
#include "loss.h"
#include "normalize.h"
#include "quant_kernels.h"
#include "smooth.h"
#include "steps.h"
#include "window.h"

const struct nn_kernels nn_kernels_plain = {
	.name = "plain",
#include "table.h"
};
