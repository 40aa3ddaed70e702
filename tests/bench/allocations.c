/* allocations.c - see allocations.h. free is glibc's own. */
#include "allocations.h"

#include <stdatomic.h>
#include <stdlib.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static atomic_long count;

long allocations(void)
{
	return atomic_load(&count);
}

void *malloc(size_t size)
{
	atomic_fetch_add(&count, 1);
	return __libc_malloc(size);
}

void *calloc(size_t number, size_t size)
{
	atomic_fetch_add(&count, 1);
	return __libc_calloc(number, size);
}

void *realloc(void *old, size_t size)
{
	atomic_fetch_add(&count, 1);
	return __libc_realloc(old, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	atomic_fetch_add(&count, 1);
	return __libc_memalign(alignment, size);
}
