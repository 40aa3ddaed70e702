/* allocations.h - counts the program's heap allocations, by standing in for glibc's functions. */
#ifndef BENCH_ALLOCATIONS_H
#define BENCH_ALLOCATIONS_H

/* How many there have been, of all threads. */
long allocations(void);

#endif
