/* fuzz_sweep.c - libFuzzer target: no file makes the sweep parser and expander crash, leak or
 * contradict themselves. A sweep that is accepted has trials whose canonical texts read back as the
 * same trial. The corpus is corpus_sweep/. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "harness/plan/identity.h"
#include "harness/plan/sweep.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

enum { TRIALS_READ_BACK = 4 };

static void check_trial(const struct trial *t)
{
	struct trial back;
	struct err e = { 0 };
	char *text = trial_canonical(t);
	if (trial_from_canonical(text, &back, &e) || strcmp(back.identity, t->identity) != 0)
		abort();
	trial_free(&back);
	free(text);
}

static void check_sweep(const struct sweep *s)
{
	if (s->trial_count == 0 || s->seed_count < 1 || s->trial_count % (size_t)s->seed_count != 0)
		abort();
	for (size_t i = 0; i < s->trial_count && i < TRIALS_READ_BACK; i++)
		check_trial(&s->trials[i]);
	for (size_t i = 0; i < s->trial_count; i++)
		for (size_t k = 0; i < TRIALS_READ_BACK && k < i; k++)
			if (strcmp(s->trials[i].identity, s->trials[k].identity) == 0)
				abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	static const char *const set[] = { "batch_size=8" };
	static const char *const datasets[] = { "mnist", "synthetic" };
	const struct sweep_options options = { .set = set,
		.set_count = count % 2,
		.datasets = datasets,
		.dataset_count = 2,
		.most_trials = 2000 };
	struct err e = { 0 };
	struct sweep *s;
	if (sweep_parse("tests/fuzz/corpus_sweep/input.yaml", (const char *)bytes, count, &options,
		    &e, &s)) {
		if (e.kind != ERR_USAGE || !e.text[0] || s)
			abort();
		return 0;
	}
	check_sweep(s);
	sweep_free(s);
	return 0;
}
