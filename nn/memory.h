/* memory.h - memory for whole trainings: zeros, in pages that cost the processor few look-ups.
 * Internal to nn. */
#ifndef NN_MEMORY_H
#define NN_MEMORY_H

#include <stddef.h>

/* `bytes` zeros, 64-byte aligned; NULL when there is no memory. free() frees them. */
void *nn_zeroed(size_t bytes);

#endif
