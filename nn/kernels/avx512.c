/* avx512.c - the AVX-512 variant (F, BW, DQ, VL): 16 lanes a register, 32 registers. */
#define W 16

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

const struct nn_kernels nn_kernels_avx512 = {
	.name = "avx512",
#include "table.h"
};
