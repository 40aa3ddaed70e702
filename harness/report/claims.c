/* claims.c - the rule of claims.h. Asks no database: study.h has the values. */
#include "claims.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metric.h"

/* The numbers that print as the paper's. Computed from whole numbers, so that the ends are the
 * doubles nearest to 0.885 and 0.895. */
static struct interval paper_interval(const struct claim *c)
{
	if (c->rounds_to < 0)
		return (struct interval){ c->paper, c->paper };
	const double unit = pow(10, c->rounds_to), printed = round(c->paper * unit);

	return (struct interval){ (printed - 0.5) / unit, (printed + 0.5) / unit };
}

static bool satisfies(double value, int compare, struct interval paper)
{
	const bool exact = paper.low == paper.high;

	if (compare < 0)
		return exact ? value <= paper.high : value < paper.high;
	if (compare > 0)
		return value >= paper.low;
	return exact ? value == paper.low : value >= paper.low && value < paper.high;
}

static enum verdict judge_every_value(
	const struct claim *c, const double *values, size_t n, struct interval paper)
{
	for (size_t i = 0; i < n; i++)
		if (!satisfies(values[i], c->compare, paper))
			return c->compare == 0 && paper.low < paper.high
					&& stats_min(values, n) >= paper.high
				? VERDICT_EXCEEDED
				: VERDICT_NOT_REPRODUCED;
	return VERDICT_REPRODUCED;
}

static enum verdict judge_interval(
	int compare, double mean, struct interval ours, struct interval paper)
{
	const bool above = ours.low >= paper.high && ours.low > paper.low,
		   below = ours.high < paper.low;
	const bool mean_allowed = satisfies(mean, compare, paper);

	if (compare < 0)
		return mean_allowed ? VERDICT_REPRODUCED
			: above     ? VERDICT_NOT_REPRODUCED
				    : VERDICT_UNDECIDED;
	if (compare > 0)
		return mean_allowed ? VERDICT_REPRODUCED
			: below     ? VERDICT_NOT_REPRODUCED
				    : VERDICT_UNDECIDED;
	if (above)
		return VERDICT_EXCEEDED;
	if (below)
		return VERDICT_NOT_REPRODUCED;
	const bool covers_all = ours.low < paper.low && ours.high >= paper.high;
	return mean_allowed || !covers_all ? VERDICT_REPRODUCED : VERDICT_UNDECIDED;
}

static void give_reason(struct claim_result *r, const char *text)
{
	struct str s = { 0 };

	str_add(&s, text);
	memset(r->reason, 0, sizeof(r->reason));
	memcpy(r->reason, s.s, s.length < sizeof(r->reason) ? s.length : sizeof(r->reason) - 1);
	str_free(&s);
}

void claims_judge(
	const struct claim *c, bool exact, const double *values, size_t n, struct claim_result *out)
{
	*out = (struct claim_result){
		.claim = c,
		.n = n,
		.mean = stats_mean(values, n),
		.sd = stats_sd(values, n),
		.min = stats_min(values, n),
		.max = stats_max(values, n),
		.ours = exact ? interval_none() : stats_t_interval(values, n, 0.95),
		.paper = paper_interval(c),
		.p = NAN,
		.p_holm = NAN,
	};
	if (!n) {
		out->verdict = VERDICT_NO_DATA;
	} else if (exact || (c->rounds_to < 0 && c->compare == 0)) {
		out->verdict = judge_every_value(c, values, n, out->paper);
	} else if (n < CLAIM_MIN_SEEDS) {
		out->verdict = VERDICT_UNDECIDED;
		give_reason(out, "fewer than 3 seeds");
	} else {
		out->verdict = judge_interval(c->compare, out->mean, out->ours, out->paper);
		if (out->verdict == VERDICT_UNDECIDED)
			give_reason(out,
				"the spread over the seeds is too wide to tell: more seeds are "
				"needed");
	}
}

/* Why there is no value: what most likely has to be done first. */
static void explain_no_data(
	struct claim_result *r, const struct study *study, const struct where *where)
{
	const struct sample *skipped = NULL, *failed = NULL;
	bool done = false;

	for (size_t i = 0; i < study->count; i++) {
		const struct sample *s = &study->samples[i];
		if (!study_holds(where, s))
			continue;
		done |= s->state == SAMPLE_DONE;
		if (s->state == SAMPLE_SKIPPED && !skipped)
			skipped = s;
		if ((s->state == SAMPLE_FAILED || s->state == SAMPLE_DIVERGED) && !failed)
			failed = s;
	}
	if (done)
		give_reason(r,
			!strcmp(r->claim->metric, "latency")
				? "not measured yet (retrial latency)"
				: "the finished trials have no such value");
	else if (failed)
		give_reason(r, failed->reason[0] ? failed->reason : "every trial failed");
	else if (skipped)
		give_reason(r, skipped->reason);
	else
		give_reason(r, "not run yet");
}

static int mixed(const struct claim *c, const struct sample *a, const struct sample *b,
	const char *label, struct err *e)
{
	const char *left = study_label(a, label), *right = study_label(b, label);

	return err_set(e, ERR_USAGE,
		"claim %s covers different configurations (%s is %s and %s): name one in its "
		"'where'",
		c->id, label, left ? left : "not set", right ? right : "not set");
}

/* What is there of one configuration: values in the order of the plan, with their seeds. */
struct found {
	double *values; /* room for all trials of the study */
	uint64_t *seeds;
	size_t n, planned, failed, diverged;
};

static int find_values(const struct study *study, const struct claim *c, const struct where *where,
	bool exact, int metric, struct err *e, struct found *out)
{
	const struct sample *first = NULL;

	out->n = out->planned = out->failed = out->diverged = 0;
	for (size_t i = 0; i < study->count; i++) {
		const struct sample *s = &study->samples[i];
		const char *label;
		if (!study_holds(where, s))
			continue;
		if (first && !exact && !study_same_labels(first, s, &label))
			return mixed(c, first, s, label, e);
		first = first ? first : s;
		out->planned++;
		out->failed += s->state == SAMPLE_FAILED;
		out->diverged += s->state == SAMPLE_DIVERGED;
		const double value = study_value(study, s, metric);
		if (isnan(value))
			continue;
		out->seeds[out->n] = s->seed;
		out->values[out->n++] = c->scale != 0 ? value * c->scale : value;
	}
	return 0;
}

/* ---- one configuration against another ---- */

/* The trials that `than` means: those of `where` but for these labels. */
static struct where other_side(const struct claim *c)
{
	struct where w = c->than;

	for (int i = 0; i < c->where.count; i++) {
		bool replaced = false;
		for (int k = 0; k < c->than.count; k++)
			replaced |= !strcmp(c->than.is[k].name, c->where.is[i].name);
		if (!replaced)
			w.is[w.count++] = c->where.is[i]; /* there is room: the reader counts both
							     (outputs.c) */
	}
	return w;
}

/* A constant has no spread to test: every pair must have the sign that is claimed. */
static enum verdict judge_constant(const struct claim_result *r)
{
	const int compare = r->claim->compare;

	return (compare > 0 ? r->min > 0 : r->max < 0) ? VERDICT_REPRODUCED
						       : VERDICT_NOT_REPRODUCED;
}

void claims_compare(const struct claim *c, bool constant, const double *differences, size_t n,
	struct claim_result *out)
{
	*out = (struct claim_result){
		.claim = c,
		.n = n,
		.mean = stats_mean(differences, n),
		.sd = stats_sd(differences, n),
		.min = stats_min(differences, n),
		.max = stats_max(differences, n),
		.ours = n >= CLAIM_MIN_SEEDS && !constant ? stats_t_interval(differences, n, 0.95)
							  : interval_none(),
		.paper = interval_none(),
		.p = constant ? NAN : stats_paired_exact(differences, n, CLAIM_ALPHA),
		.p_holm = NAN,
	};
	out->verdict = !n ? VERDICT_NO_DATA : constant ? judge_constant(out) : VERDICT_UNDECIDED;
}

/* Is the claim a member of the family of tests? */
static bool is_tested(const struct claim *c)
{
	return c->than.count && metric_of_claim(c)->kind != METRIC_CONSTANT;
}

/* The verdicts of claims that compare, once the p values of all of them are known. */
static int judge_comparisons(struct claim_result *results, size_t count, struct err *e)
{
	double *p = calloc(count + 1, sizeof(*p));
	size_t family = 0;
	if (!p)
		return err_nomem(e);
	for (size_t i = 0; i < count; i++) {
		p[i] = is_tested(results[i].claim) && results[i].n ? results[i].p : NAN;
		family += !isnan(p[i]);
	}
	stats_holm(p, count, p);
	for (size_t i = 0; i < count; i++) {
		struct claim_result *r = &results[i];
		struct str why = { 0 };
		if (!is_tested(r->claim) || !r->n)
			continue;
		r->p_holm = p[i];
		const size_t needed =
			stats_exact_pairs(CLAIM_ALPHA / (double)(family ? family : 1));
		if (p[i] < CLAIM_ALPHA)
			r->verdict = r->mean * r->claim->compare > 0 ? VERDICT_REPRODUCED
								     : VERDICT_NOT_REPRODUCED;
		else if (r->n < needed)
			str_addf(&why,
				"too few pairs for the exact test to reach 0.05: %zu are needed",
				needed);
		else
			str_add(&why, "no difference that could not be chance");
		if (why.length)
			give_reason(r, why.s);
		str_free(&why);
	}
	free(p);
	return 0;
}

/* ---- all of them ---- */

/* found: room for the values of two configurations. */
static int evaluate(const struct study *study, const struct claim *c, struct found found[2],
	struct err *e, struct claim_result *out)
{
	char context[32] = "claim ";
	memcpy(context + 6, c->id, sizeof(c->id));
	const int metric = study_metric(study, c->metric, c->phase, context, e);
	if (metric < 0)
		return -1;
	const bool constant = metric_of_claim(c)->kind == METRIC_CONSTANT,
		   exact = constant && !c->than.count; /* pairs are of one configuration each,
							* whatever the metric */
	const struct where than = other_side(c);

	if (find_values(study, c, &c->where, exact, metric, e, &found[0]))
		return -1;
	if (c->than.count) {
		if (find_values(study, c, &than, exact, metric, e, &found[1]))
			return -1;
		const size_t pairs = stats_pair(found[0].values, found[0].seeds, found[0].n,
			found[1].values, found[1].seeds, found[1].n, found[0].values);
		claims_compare(c, constant, found[0].values, pairs, out);
		found[0].failed += found[1].failed;
		found[0].diverged += found[1].diverged;
	} else {
		claims_judge(c, exact, found[0].values, found[0].n, out);
	}
	out->planned = found[0].planned;
	out->failed = found[0].failed;
	out->diverged = found[0].diverged;
	if (!out->planned || (c->than.count && !found[1].planned))
		give_reason(out, "no trial of the plan is one of these");
	else if (!out->n)
		explain_no_data(out, study, found[0].n ? &than : &c->where);
	return 0;
}

/* Room for the values of two configurations; free values and seeds of the first. */
static int found_new(const struct study *study, struct found found[2], struct err *e)
{
	double *values = calloc(2 * study->count + 1, sizeof(*values));
	uint64_t *seeds = calloc(2 * study->count + 1, sizeof(*seeds));

	found[0] = (struct found){ .values = values, .seeds = seeds };
	if (!values || !seeds)
		return err_nomem(e);
	found[1] = (struct found){ .values = values + study->count, .seeds = seeds + study->count };
	return 0;
}

static void found_free(struct found found[2])
{
	free(found[0].values);
	free(found[0].seeds);
}

int claims_evaluate(const struct study *study, struct err *e, struct claim_result **out)
{
	const struct sweep *sweep = study->sweep;
	struct claim_result *results = calloc(sweep->claim_count + 1, sizeof(*results));
	struct found found[2] = { { .values = NULL } };
	int result = -1;

	if (!results) {
		err_nomem(e);
		goto out;
	}
	if (found_new(study, found, e))
		goto out;
	for (size_t i = 0; i < sweep->claim_count; i++)
		if (evaluate(study, &sweep->claims[i], found, e, &results[i]))
			goto out;
	if (judge_comparisons(results, sweep->claim_count, e))
		goto out;
	*out = results;
	results = NULL;
	result = 0;
out:
	free(results);
	found_free(found);
	return result;
}

int claims_foresee(const struct study *study, const struct claim *c, struct stats_family *family,
	size_t *planned, struct err *e)
{
	const bool exact = metric_of_claim(c)->kind == METRIC_CONSTANT && !c->than.count;
	const struct where than = other_side(c);
	struct found found[2] = { { .values = NULL } };
	struct err reason = { 0 };
	int result = -1;

	if (metric_foresee(study->sweep, c->metric, c->phase, &reason))
		return err_set(e, ERR_USAGE, "claim %s: %s", c->id, reason.text);
	if (found_new(study, found, e) || find_values(study, c, &c->where, exact, 0, e, &found[0])
		|| (c->than.count && find_values(study, c, &than, exact, 0, e, &found[1])))
		goto out;
	*planned = found[0].planned;
	if (c->than.count) {
		*planned = found[1].planned ? *planned : 0;
		const size_t pairs = stats_pair(found[0].values, found[0].seeds, found[0].n,
			found[1].values, found[1].seeds, found[1].n, found[0].values);
		family->tests += is_tested(c) && pairs;
		if (is_tested(c) && pairs > family->most_pairs)
			family->most_pairs = pairs;
	}
	result = 0;
out:
	found_free(found);
	return result;
}
