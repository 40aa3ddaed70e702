/* study_fixture.h - for tests of what asks the store for a study: a small sweep file of two recipes
 * on two data sets and, for every test, a database with made up results of it (made_results.h). A
 * test program includes cmocka.h and this. */
#ifndef TESTS_STUDY_FIXTURE_H
#define TESTS_STUDY_FIXTURE_H

#include <stdlib.h>

#include "harness/report/study.h"
#include "harness/store/attempts.h"
#include "harness/store/open.h"
#include "harness/store/sweeps.h"
#include "made_results.h"
#include "scratch.h"

static const char sweep_text[] =
	"retrial: 1\n"
	"name: tiny\n"
	"title: A study of two recipes\n"
	"seeds: 3\n"
	"base: {model: lightweight, batch_size: 32, validation: 100}\n"
	"axes:\n"
	"  dataset: [mnist, cifar10]\n"
	"  recipe: [both, alone]\n"
	"recipes:\n"
	"  both:\n"
	"    - {phase: dual, inputs: [original, augmented], epochs: 6}\n"
	"    - {phase: unify, heads: [copy, random], epochs: 4}\n"
	"    - {phase: kfold, folds: 2, chain: true, epochs: 1, optimizer: {sgd: {lr: 0.001}}}\n"
	"  alone:\n"
	"    - {phase: single, epochs: 5}\n"
	"claims:\n"
	"  - {id: C1, title: accuracy, where: {dataset: mnist, recipe: both}, metric: "
	"test_accuracy, paper: 0.99, rounds_to: 2}\n"
	"  - {id: C3, title: accuracy on CIFAR-10, where: {dataset: cifar10, recipe: both}, "
	"metric: test_accuracy, paper: 0.65, rounds_to: "
	"2}\n"
	"  - {id: C4, title: parameters, where: {dataset: mnist, recipe: both}, metric: params, "
	"paper: 14862}\n"
	"  - {id: C6, title: size of the file, where: {dataset: mnist, recipe: both}, phase: "
	"unify, metric: training_bytes, unit: MB, "
	"paper: 0.17,\n"
	"     rounds_to: 2}\n"
	"tables:\n"
	"  - {id: main, title: Two recipes, rows: [dataset, recipe], metrics: [test_accuracy, "
	"params], baseline: {recipe: alone}}\n"
	"figures:\n"
	"  - {id: curves, kind: curves, title: Curves, series: recipe, metric: val_accuracy}\n"
	"  - {id: points, kind: accuracy, title: 'Points of `all` \"$recipes\"', series: recipe, "
	"metric: test_accuracy}\n"
	"  - {id: speed, kind: convergence, title: Speed, series: recipe, metric: val_accuracy}\n"
	"  - {id: pareto, kind: pareto, title: Size, series: recipe, metric: test_accuracy}\n"
	"  - {id: change, kind: ablation, title: What the second recipe changes, series: recipe, "
	"metric: test_accuracy}\n"
	"  - {id: epochs, kind: pareto, title: Epochs, series: recipe, metric: test_accuracy, "
	"against: epochs}\n"
	"  - {id: nothing, kind: ablation, title: No baseline, series: dataset, where: {recipe: "
	"both}, metric: test_accuracy}\n";

/* A scratch folder with a database in it. */
struct fixture {
	char folder[SCRATCH_MAX], path[64];
	struct sweep *sweep;
	struct store *store;
};

static inline void must(int status, const struct err *e)
{
	if (status)
		fail_msg("%s", e->text);
}

static inline int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct err e = { 0 };

	if (scratch_make(f->folder))
		return -1;
	snprintf(f->path, sizeof(f->path), "%s/tiny.db", f->folder);
	const struct sweep_options options = { .seeds = 0 };
	if (sweep_parse("tiny.yaml", sweep_text, sizeof(sweep_text) - 1, &options, &e, &f->sweep)
		|| store_open(f->path, STORE_WRITE, &e, &f->store)) {
		fprintf(stderr, "%s\n", e.text);
		return -1;
	}
	*state = f;
	return 0;
}

static inline int tear_down(void **state)
{
	struct fixture *f = *state;
	store_close(f->store);
	sweep_free(f->sweep);
	const int result = scratch_remove(f->folder);
	free(f);
	return result;
}

/* Freeze the plan; cifar10 is missing, the trial at `diverged` diverges, all others are done. */
static inline void fill(struct fixture *f, size_t diverged)
{
	struct err e = { 0 };
	int64_t sweep, environment;

	must(store_sweep(f->store, f->sweep, &sweep, &e), &e);
	must(store_environment(f->store, "compiler\tmade up\n", &environment, &e), &e);
	for (size_t i = 0; i < f->sweep->trial_count; i++) {
		const struct trial *t = &f->sweep->trials[i];
		if (!strcmp(t->dataset, "cifar10"))
			must(store_skip(f->store, sweep, t->identity, "data set cifar10 not found",
				     &e),
				&e);
		else
			must(made_attempt(f->store, sweep, environment, t,
				     i == diverged ? TRIAL_DIVERGED : TRIAL_DONE, &e),
				&e);
	}
}

static inline struct study *study_of(const struct fixture *f)
{
	struct err e = { 0 };
	struct study *study = NULL;

	must(study_read(f->store, f->sweep, &e, &study), &e);
	return study;
}

#define WITH_DATABASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
