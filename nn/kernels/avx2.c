/* avx2.c - the AVX2 + FMA variant: 8 lanes a register, 16 registers. */
#define W 8

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

const struct nn_kernels nn_kernels_avx2 = {
	.name = "avx2",
#include "table.h"
};
