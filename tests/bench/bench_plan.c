/* bench_plan.c - what expanding a sweep file costs: processor time and memory for 1,000, 10,000 and
 * 100,000 trials, each in a process of its own, and how much ten times as many trials cost (10 is
 * linear). The promise: 10,000 in under a second, 100,000 in under ten. No gate. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/plan/sweep.h"

/* 10 seeds, 10 batch sizes, and as many learning rates as it takes. */
static void write_text(struct str *out, int trials)
{
	str_add(out,
		"retrial: 1\nname: large\nseeds: 10\nbase: {dataset: synthetic, recipe: "
		"one}\naxes:\n"
		"  batch_size: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\n  dual.lr: [1e-6");
	for (int i = 2; i <= trials / 100; i++)
		str_addf(out, ", %de-6", i);
	str_add(out,
		"]\nrecipes:\n  one: [{phase: dual, epochs: 20}, {phase: unify, heads: [copy, "
		"random], epochs: 10, freeze: [classifier]}, {phase: unfreeze, epochs: 50}]\n");
}

/* In a child: the parent's rusage of it is its own. */
static int expand(int trials)
{
	struct str text = { 0 };
	struct err e = { 0 };
	struct sweep *s;
	write_text(&text, trials);
	if (sweep_parse("large.yaml", text.s, text.length, NULL, &e, &s)) {
		fprintf(stderr, "%s\n", e.text);
		return 1;
	}
	return s->trial_count == (size_t)trials ? 0 : 1;
}

static int measure(int trials, double *seconds, double *bytes)
{
	struct rusage usage;
	int status;
	const pid_t child = fork();
	if (child == 0)
		_exit(expand(trials));
	if (child < 0 || wait4(child, &status, 0, &usage) < 0 || status != 0)
		return -1;
	*seconds = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
		+ 1e-6 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
	*bytes = 1024.0 * (double)usage.ru_maxrss;
	return 0;
}

int main(void)
{
	double last_seconds = 0, last_bytes = 0, before = 0, seconds, bytes;
	if (measure(100, &seconds, &before)) /* the program itself */
		return 1;
	for (int trials = 1000; trials <= 100000; trials *= 10) {
		if (measure(trials, &seconds, &bytes))
			return 1;
		printf("%6d trials: %.3f s of one processor, %.1f microseconds and %.0f bytes a "
		       "trial",
			trials, seconds, 1e6 * seconds / trials, (bytes - before) / trials);
		if (last_seconds > 0)
			printf("; ten times the trials: %.1f times the time, %.1f times the memory",
				seconds / last_seconds, (bytes - before) / last_bytes);
		printf("\n");
		last_seconds = seconds;
		last_bytes = bytes - before;
	}
	return 0;
}
