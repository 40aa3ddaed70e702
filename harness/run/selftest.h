/* selftest.h - do all kernel variants that this CPU runs compute the same bits? */
#ifndef RUN_SELFTEST_H
#define RUN_SELFTEST_H

#include "../base/err.h"

/* Train a small network (a convolution, a dense layer) with every variant, on the same synthetic
 * images, and compare the weights byte by byte. Takes some milliseconds. Returns 0, or -1:
 * ERR_FAILED with the variant and the first weight that differs, or ERR_ENVIRONMENT. */
int selftest_kernels(struct err *e);

#endif
