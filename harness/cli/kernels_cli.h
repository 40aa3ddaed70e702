/* kernels_cli.h - the option --kernels, for verbs that train. */
#ifndef CLI_KERNELS_CLI_H
#define CLI_KERNELS_CLI_H

#include "../../nn/nn.h"
#include "cli.h"

#define CLI_OPTION_KERNELS                                                                       \
	{                                                                                        \
		"kernels", 0, "NAME",                                                            \
			"plain, avx2, avx512 or neon (default: the fastest here); all give the " \
			"same bits"                                                              \
	}

/* The kernels that were asked for, or the fastest. Returns 0, or ERR_USAGE after a message that
 * lists those that run here. */
int kernels_cli_find(const struct cli *c, const struct nn_kernels **kernels);

#endif
