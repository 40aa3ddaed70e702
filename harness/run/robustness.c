/* robustness.c - which networks of a sweep have not seen which corrupted images yet; their weights
 * from the database, in portions; the answers into it. The work itself is in evaluations.c. */
#include "robustness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"
#include "../model/images.h"
#include "../store/attempts.h"
#include "../store/read.h"
#include "evaluations.h"
#include "trained.h"

enum {
	CELLS_MAX = 1 + CORRUPTIONS * SEVERITIES_MAX,
	PORTION_BYTES = 128 << 20, /* of weights in memory at a time */
	UNKEPT_SHOWN = 5,          /* trials without weights that are named; all are counted */
	STOPPED = 1,               /* what take_answers returns when nothing else is to be begun */
};

static const char clean[] = "none"; /* the corruption of a row about clean images */

/* A corruption and severity that the sweep names; the first stands for clean images. */
struct cell {
	int corruption; /* enum corruption; CORRUPTIONS: none */
	double severity;
};

/* A network that has not seen everything: a fold of a trial. */
struct network {
	const struct trial *trial;
	int64_t attempt;
	int phase, fold;
	bool missing[CELLS_MAX];
	bool wrong;
	struct model *model;
};

struct robustness_work {
	struct store *store;
	const struct robustness_options *options;
	struct robustness_summary *summary;
	struct cell cells[CELLS_MAX];
	size_t cell_count;
	struct network *networks;
	size_t network_count, capacity;
	struct evaluation *evaluations; /* at work */
	const struct dataset *dataset;
	uint32_t test_count;
	double begun;
	struct err *e; /* where take_answers says what went wrong */
};

static void tell(const struct robustness_work *w, struct robustness_event event)
{
	event.done = w->summary->done;
	event.total = w->summary->total;
	if (w->options->event)
		w->options->event(w->options->context, &event);
}

static bool wants_to_stop(const struct robustness_work *w)
{
	return (w->options->stop && atomic_load(w->options->stop))
		|| (w->options->time_limit > 0
			&& clock_seconds() - w->begun > w->options->time_limit);
}

static const char *corruption_name(const struct cell *c)
{
	return c->corruption == CORRUPTIONS ? clean
					    : corruption_info((enum corruption)c->corruption)->name;
}

/* ---- what is missing ---- */

static void list_cells(struct robustness_work *w, const struct sweep *sweep)
{
	w->cells[w->cell_count++] = (struct cell){ CORRUPTIONS, 0 };
	for (size_t i = 0; i < sweep->robustness_count; i++)
		for (size_t k = 0; k < sweep->robustness[i].count; k++)
			w->cells[w->cell_count++] =
				(struct cell){ (int)sweep->robustness[i].corruption,
					sweep->robustness[i].severities[k] };
}

/* Columns of robustness_networks.sql. */
enum { ATTEMPT, PHASE, FOLD, KEPT, CORE_VERSION };

static int add_network(struct robustness_work *w, const struct network *n)
{
	if (w->network_count == w->capacity) {
		const size_t capacity = w->capacity ? 2 * w->capacity : 64;
		struct network *more = realloc(w->networks, capacity * sizeof(*more));
		if (!more)
			return err_nomem(w->e);
		w->networks = more;
		w->capacity = capacity;
	}
	w->networks[w->network_count++] = *n;
	return 0;
}

/* Mark which cells the network has not seen; returns how many. */
static size_t mark_missing(
	const struct robustness_work *w, const struct rows *recorded, struct network *n)
{
	size_t missing = w->cell_count;
	for (size_t c = 0; c < w->cell_count; c++)
		n->missing[c] = true;
	for (size_t r = 0; r < recorded->row_count; r++) {
		const struct value *v = rows_at(recorded, r, 0);
		for (size_t c = 0; v[0].integer == n->fold && c < w->cell_count; c++)
			if (v[2].real == w->cells[c].severity
				&& strcmp(v[1].text, corruption_name(&w->cells[c])) == 0) {
				missing -= n->missing[c];
				n->missing[c] = false;
			}
	}
	return missing;
}

/* The networks of a done trial that have not seen everything. */
static int add_trial(struct robustness_work *w, const struct trial *t, const struct rows *networks)
{
	char attempt[24];
	const char *const parameters[] = { "attempt", attempt, NULL };
	struct rows *recorded;
	int result = 0;
	bool unkept = false;
	snprintf(attempt, sizeof(attempt), "%lld", (long long)rows_integer(networks, 0, ATTEMPT));
	if (store_ask(w->store, "robustness_recorded", parameters, w->e, &recorded))
		return -1;
	for (size_t r = 0; r < networks->row_count && !result; r++) {
		const struct value *v = rows_at(networks, r, 0);
		struct network n = { .trial = t,
			.attempt = v[ATTEMPT].integer,
			.phase = (int)v[PHASE].integer,
			.fold = (int)v[FOLD].integer };
		const size_t missing = mark_missing(w, recorded, &n);
		w->summary->before += w->cell_count - missing;
		if (missing && v[KEPT].integer == 0)
			unkept = true;
		else if (missing)
			result = add_network(w, &n);
		if (missing && v[KEPT].integer)
			w->summary->total += missing;
	}
	w->summary->unkept += unkept;
	if (unkept && w->summary->unkept <= UNKEPT_SHOWN) {
		char text[400];
		snprintf(text, sizeof(text),
			"the weights of trial %.12s (%s, seed %llu) were not kept (--no-weights, "
			"or an older version trained it):"
			" retrial rerun %.12s trains it again and keeps them",
			t->identity, t->dataset, (unsigned long long)t->seed, t->identity);
		tell(w,
			(struct robustness_event){
				.kind = ROBUSTNESS_PROBLEM, .dataset = t->dataset, .text = text });
	}
	rows_free(recorded);
	return result;
}

/* By what the images depend on; equal trials (of several labels) then stand together. */
static int by_images(const void *a, const void *b)
{
	const struct trial *const *x = a, *const *y = b;
	const int order = strcmp((*x)->dataset, (*y)->dataset);
	if (order)
		return order;
	if ((*x)->test_limit != (*y)->test_limit)
		return (*x)->test_limit < (*y)->test_limit ? -1 : 1;
	return strcmp((*x)->identity, (*y)->identity);
}

static int list_networks(struct robustness_work *w, const struct sweep *sweep)
{
	const struct trial **trials = malloc((sweep->trial_count + 1) * sizeof(*trials));
	int result = trials ? 0 : err_nomem(w->e);
	for (size_t i = 0; trials && i < sweep->trial_count; i++)
		trials[i] = &sweep->trials[i];
	if (trials)
		qsort(trials, sweep->trial_count, sizeof(*trials), by_images);
	for (size_t i = 0; i < sweep->trial_count && !result; i++) {
		struct rows *networks = NULL;
		if (i > 0 && strcmp(trials[i]->identity, trials[i - 1]->identity) == 0)
			continue;
		result = store_ask(w->store, "robustness_networks",
			(const char *const[]){ "trial", trials[i]->identity, NULL }, w->e,
			&networks);
		if (!result && networks->row_count
			&& rows_integer(networks, 0, CORE_VERSION) != NN_CORE_VERSION)
			w->summary->elsewhere++;
		else if (!result && networks->row_count)
			result = add_trial(w, trials[i], networks);
		rows_free(networks);
	}
	free(trials);
	return result;
}

/* ---- networks in memory ---- */

/* "trial 3522efb88fae (fashion-mnist, seed 1), fold 2: ..." */
static void tell_wrong(struct robustness_work *w, struct network *n, const char *what)
{
	char fold[24] = "", text[700];
	if (n->fold >= 0)
		snprintf(fold, sizeof(fold), ", fold %d", n->fold + 1);
	snprintf(text, sizeof(text), "trial %.12s (%s, seed %llu)%s: %.500s", n->trial->identity,
		n->trial->dataset, (unsigned long long)n->trial->seed, fold, what);
	n->wrong = true;
	w->summary->wrong++;
	tell(w,
		(struct robustness_event){
			.kind = ROBUSTNESS_PROBLEM, .dataset = n->trial->dataset, .text = text });
}

static void unload(struct network *n)
{
	if (n->model)
		model_free(n->model);
	free(n->model);
	n->model = NULL;
}

/* Take the network's weights from the database. Returns their bytes; 0: it is wrong, or there is no
 * memory (-1 in *answer). */
static size_t load(struct robustness_work *w, struct network *n, int *answer)
{
	struct err why = { 0 };
	int64_t attempt;
	n->model = malloc(sizeof(*n->model));
	if (!n->model) {
		*answer = err_nomem(w->e);
		return 0;
	}
	if (trained_load(w->store, n->trial->identity, n->fold, w->options->places, n->model,
		    &attempt, &why)) {
		free(n->model);
		n->model = NULL;
		tell_wrong(w, n, why.text);
		return 0;
	}
	const char *what = attempt != n->attempt ? "it has a newer attempt by now: run again"
		: strcmp(n->model->facts.data_digest, w->dataset->digest) != 0
		? "it was tested on other data than there are here"
		: n->model->facts.test_count != (int)w->test_count
		? "it was tested on another number of images"
		: NULL;
	if (what) {
		unload(n);
		tell_wrong(w, n, what);
		return 0;
	}
	return sizeof(*n->model) + n->model->net.parameter_count * sizeof(float);
}

/* ---- answers ---- */

/* Does the network give the recorded results on clean images? */
static void check_clean(struct robustness_work *w, struct network *n, const struct evaluation *x)
{
	const struct model_facts *f = &n->model->facts;
	for (int k = 0; k < n->model->net.output_count; k++)
		if (x->accuracy[k] != f->test_accuracy[k]
			|| strcmp(x->predictions_digest[k], f->predictions_digest[k]) != 0) {
			char text[300];
			snprintf(text, sizeof(text),
				"not reproduced: on the clean test images its weights give the "
				"accuracy %.9g in output %d"
				" (predictions %.12s), recorded are %.9g (%.12s); nothing of it "
				"was recorded",
				x->accuracy[k], k + 1, x->predictions_digest[k],
				f->test_accuracy[k], f->predictions_digest[k]);
			tell_wrong(w, n, text);
			return;
		}
}

static int record(struct robustness_work *w, const struct network *n, const struct evaluation *x)
{
	const struct cell cell = { x->corruption, x->severity };
	struct robustness_result r = { .phase = n->phase,
		.fold = n->fold,
		.corruption = corruption_name(&cell),
		.severity = x->severity,
		.outputs = n->model->net.output_count,
		.test_count = (int)w->test_count };
	for (int k = 0; k < r.outputs && k < OUTPUTS_MAX; k++)
		r.test_accuracy[k] = x->accuracy[k];
	w->summary->done++;
	return store_robustness(w->store, n->attempt, &r, w->e);
}

/* Called by evaluations_run. */
static int take_answers(void *context, const size_t *over, size_t count)
{
	struct robustness_work *w = context;
	const struct evaluation *last = NULL;
	int result = count ? store_group_begin(w->store, w->e) : 0;
	if (result)
		return -1;
	for (size_t i = 0; i < count && !result; i++) {
		const struct evaluation *x = &w->evaluations[over[i]];
		struct network *n = &w->networks[x->owner];
		if (x->failed)
			result = err_set(w->e, ERR_ENVIRONMENT,
				"trial %.12s cannot be evaluated: %s", n->trial->identity, x->why);
		else if (x->corruption == CORRUPTIONS)
			check_clean(w, n, x);
		if (!result && !n->wrong)
			result = record(w, n, x);
		last = x;
	}
	if (count && store_group_end(w->store, !result, w->e))
		result = -1;
	if (result)
		return -1;
	if (last) {
		const struct cell cell = { last->corruption, last->severity };
		tell(w,
			(struct robustness_event){ .kind = ROBUSTNESS_STEP,
				.dataset = w->networks[last->owner].trial->dataset,
				.corruption = corruption_name(&cell),
				.severity = last->severity });
	} else {
		tell(w, (struct robustness_event){ .kind = ROBUSTNESS_TICK });
	}
	return wants_to_stop(w) ? STOPPED : 0;
}

/* ---- portions ---- */

/* Evaluate the cells from first_cell up to end_cell that the networks [first, end) have not seen.
 * Returns 0, STOPPED, or -1 with e. */
static int run_cells(struct robustness_work *w, const struct nn_images *images, size_t first,
	size_t end, size_t first_cell, size_t end_cell)
{
	struct evaluations all = { .list = malloc(((end - first) * (end_cell - first_cell) + 1)
					   * sizeof(*all.list)),
		.images = images,
		.kernels = w->options->kernels,
		.workers = w->options->workers,
		.take = take_answers,
		.context = w };
	if (!all.list)
		return err_nomem(w->e);
	for (size_t c = first_cell; c < end_cell; c++)
		for (size_t i = first; i < end; i++)
			if (w->networks[i].missing[c] && !w->networks[i].wrong)
				all.list[all.count++] =
					(struct evaluation){ .model = w->networks[i].model,
						.corruption = w->cells[c].corruption,
						.severity = w->cells[c].severity,
						.owner = i };
	w->evaluations = all.list;
	int result = wants_to_stop(w) ? STOPPED : evaluations_run(&all, w->e);
	free(all.list);
	return result;
}

/* Networks [first, *end) of the same images, as many as fit into memory: clean images
 * first. */
static int run_portion(struct robustness_work *w, const struct nn_images *images, size_t first,
	size_t group_end, size_t *end)
{
	int result = 0;
	size_t bytes = 0;
	for (*end = first; *end < group_end && bytes < PORTION_BYTES && !result; ++*end)
		bytes += load(w, &w->networks[*end], &result);
	if (!result)
		result = run_cells(w, images, first, *end, 0, 1);
	if (!result)
		result = run_cells(w, images, first, *end, 1, w->cell_count);
	for (size_t i = first; i < *end; i++)
		unload(&w->networks[i]);
	return result;
}

/* All networks [first, end) are of trials with the same test images. */
static int run_group(struct robustness_work *w, size_t first, size_t end)
{
	const struct trial *t = w->networks[first].trial;
	struct dataset *d;
	struct err missing = { 0 };
	int result = 0;
	if (dataset_open(t->dataset, w->options->places, &missing, &d)) {
		for (size_t i = first; i < end; i++)
			w->summary->elsewhere +=
				i == first || w->networks[i].trial != w->networks[i - 1].trial;
		return 0; /* local_run has said so */
	}
	if (d->reals) {
		err_set(w->e, ERR_USAGE,
			"robustness: %s holds floats, not images: they cannot be corrupted",
			t->dataset);
		dataset_close(d);
		return -1;
	}
	w->dataset = d;
	w->test_count = t->test_limit > 0 && (uint32_t)t->test_limit < d->test_count
		? (uint32_t)t->test_limit
		: d->test_count;
	struct nn_images images = images_of(d, true);
	images.count = w->test_count;
	while (first < end && !result) {
		size_t portion_end;
		result = run_portion(w, &images, first, end, &portion_end);
		first = portion_end;
	}
	dataset_close(d);
	return result;
}

static int run_groups(struct robustness_work *w)
{
	int result = 0;
	for (size_t first = 0, end; first < w->network_count && !result; first = end) {
		const struct trial *t = w->networks[first].trial;
		for (end = first + 1; end < w->network_count; end++) {
			const struct trial *other = w->networks[end].trial;
			if (strcmp(other->dataset, t->dataset) != 0
				|| other->test_limit != t->test_limit)
				break;
		}
		result = run_group(w, first, end);
	}
	return result < 0 ? -1 : 0;
}

int robustness_run(struct store *store, const struct sweep *sweep,
	const struct robustness_options *options, struct robustness_summary *summary, struct err *e)
{
	struct robustness_work *w = calloc(1, sizeof(*w));
	*summary = (struct robustness_summary){ .total = 0 };
	if (!w)
		return err_nomem(e);
	*w = (struct robustness_work){ .store = store,
		.options = options,
		.summary = summary,
		.begun = clock_seconds(),
		.e = e };
	list_cells(w, sweep);
	int result = list_networks(w, sweep);
	if (!result)
		result = run_groups(w);
	summary->seconds = clock_seconds() - w->begun;
	free(w->networks);
	free(w);
	return result;
}
