/* peak.h - the fp32 fused multiply-add peak of one core, measured. */
#ifndef BENCH_PEAK_H
#define BENCH_PEAK_H

/* GFLOP/s with the registers of this kernel variant ("avx512", "avx2", "neon", "plain"); takes some
 * milliseconds of CPU time. */
double peak_gflops(const char *variant);

#endif
