/* memory.c - see memory.h. */
#include "memory.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Kernels go through many channels side by side, each of which lies in a page of its own. With
 * pages of 4 KiB the processor looks up more addresses than it remembers. */
enum { HUGE_PAGE = 2 << 20, CACHE_LINE = 64 };

void *nn_zeroed(size_t bytes)
{
	const size_t alignment = bytes >= 2 * (size_t)HUGE_PAGE ? HUGE_PAGE : CACHE_LINE;
	bytes = (bytes + alignment - 1) / alignment * alignment;
	void *p = aligned_alloc(alignment, bytes);
	if (!p)
		return NULL;
#ifdef MADV_HUGEPAGE
	if (alignment == HUGE_PAGE)
		madvise(p, bytes, MADV_HUGEPAGE); /* or not: it is only slower */
#endif
	memset(p, 0, bytes);
	return p;
}
