/* made_study.h - a study put together by hand, for tests of what is computed from one: no file, no
 * database. */
#ifndef TESTS_MADE_STUDY_H
#define TESTS_MADE_STUDY_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/report/study.h"

enum { MADE_MAX = 64, MADE_METRICS = 3 };

struct made_study {
	struct sweep sweep;
	struct study study;
	struct sample samples[MADE_MAX];
	double values[MADE_MAX * MADE_METRICS];
	char metrics[MADE_METRICS][STUDY_METRIC_MAX]; /* test_accuracy, params, test_count */
};

static inline void made_copy(char *out, size_t size, const char *text)
{
	const size_t length = strlen(text);

	memset(out, 0, size);
	memcpy(out, text, length < size ? length : size - 1);
}

static inline void made_init(struct made_study *m)
{
	memset(m, 0, sizeof(*m));
	made_copy(m->sweep.name, sizeof(m->sweep.name), "made");
	made_copy(m->sweep.digest, sizeof(m->sweep.digest), "0123456789abcdef");
	made_copy(m->metrics[0], sizeof(m->metrics[0]), "test_accuracy");
	made_copy(m->metrics[1], sizeof(m->metrics[1]), "params");
	made_copy(m->metrics[2], sizeof(m->metrics[2]), "test_count");
	m->study = (struct study){
		.sweep = &m->sweep,
		.frozen = true,
		.samples = m->samples,
		.metrics = m->metrics,
		.metric_count = MADE_METRICS,
		.values = m->values,
	};
}

static inline void made_label(struct sample *s, const char *name, const char *value)
{
	made_copy(s->labels[s->label_count].name, sizeof(s->labels[0].name), name);
	made_copy(s->labels[s->label_count++].value, sizeof(s->labels[0].value), value);
}

/* A finished trial with this test accuracy and 100 parameters; on how many images is not known. */
static inline struct sample *made_trial(struct made_study *m, const char *dataset,
	const char *recipe, uint64_t seed, double accuracy)
{
	struct sample *s = &m->samples[m->study.count];

	s->first_value = m->study.count++ * MADE_METRICS;
	s->seed = seed;
	s->state = SAMPLE_DONE;
	s->core_version = 1;
	made_copy(s->data_variant, sizeof(s->data_variant), "canonical");
	made_label(s, "dataset", dataset);
	made_label(s, "recipe", recipe);
	m->values[s->first_value] = accuracy;
	m->values[s->first_value + 1] = 100;
	m->values[s->first_value + 2] = NAN;
	return s;
}

/* A planned trial without a result. */
static inline struct sample *made_without(struct made_study *m, const char *dataset,
	const char *recipe, uint64_t seed, enum sample_state state, const char *reason)
{
	struct sample *s = made_trial(m, dataset, recipe, seed, NAN);

	s->state = state;
	made_copy(s->reason, sizeof(s->reason), reason);
	return s;
}

static inline void made_where(struct where *w, const char *name, const char *value)
{
	made_copy(w->is[w->count].name, sizeof(w->is[0].name), name);
	made_copy(w->is[w->count++].value, sizeof(w->is[0].value), value);
}

#endif
