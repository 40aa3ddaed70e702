/* vnni.c - the 8-bit kernels for processors whose AVX-512 has an instruction for them (VNNI). */
#define W 16

#include "quant_kernels.h"

const struct nn_quant_kernels nn_quant_vnni = { quant_conv_pool, quant_dense, quant_rows };
