/* claims.c - the rule of claims.h. Asks no database: study.h has the values. */
#include "claims.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "arms.h"
#include "comparisons.h"
#include "crossed.h"
#include "metric.h"
#include "selection.h"

struct interval claims_paper_interval(const struct claim *c)
{
	if (c->margin > 0 && c->compare == 0)
		return (struct interval){ c->paper - c->margin, c->paper + c->margin };
	if (c->rounds_to < 0)
		return (struct interval){ c->paper, c->paper };
	/* Computed from whole numbers, so that the ends are the doubles nearest to 0.885 and 0.895.
	 */
	const double unit = pow(10, c->rounds_to), printed = round(c->paper * unit);

	return (struct interval){ (printed - 0.5) / unit, (printed + 0.5) / unit };
}

static bool is_closed(const struct claim *c)
{
	return (c->margin > 0 && c->compare == 0) || c->rounds_to < 0;
}

/* Is all of `ours` within what the claim allows? One value: low and high are equal. */
static bool inside(const struct claim *c, struct interval ours, struct interval paper)
{
	const bool above = is_closed(c) ? ours.high > paper.high : ours.high >= paper.high;

	return (c->compare > 0 || !above) && (c->compare < 0 || ours.low >= paper.low);
}

/* Is all of it beyond what the claim allows: 1 above, -1 below; else 0. */
static int beyond(const struct claim *c, struct interval ours, struct interval paper)
{
	const bool above = is_closed(c) ? ours.low > paper.high : ours.low >= paper.high;

	return c->compare <= 0 && above ? 1 : c->compare >= 0 && ours.high < paper.low ? -1 : 0;
}

static void give_reason(struct claim_result *r, const char *text)
{
	struct str s = { 0 };

	if (r->reason[0])
		str_addf(&s, "%s; ", r->reason);
	str_add(&s, text);
	memset(r->reason, 0, sizeof(r->reason));
	memcpy(r->reason, s.s, s.length < sizeof(r->reason) ? s.length : sizeof(r->reason) - 1);
	str_free(&s);
}

/* The bound is so many times what we measured, or the other way about; 0 where that says nothing.
 */
static double looseness(const struct claim *c, struct interval ours)
{
	if (c->compare < 0)
		return ours.high > 0 ? c->paper / ours.high : 0;
	return c->compare > 0 && c->paper > 0 ? ours.low / c->paper : 0;
}

static enum verdict judge_inside(const struct claim *c, struct claim_result *r)
{
	const struct interval range =
		interval_exists(r->ours) ? r->ours : (struct interval){ r->min, r->max };
	const double times = looseness(c, range);
	struct str why = { 0 };

	if (!c->compare)
		return VERDICT_REPRODUCED;
	if (times < CLAIM_LOOSE)
		return VERDICT_CONSISTENT;
	str_addf(&why, "the bound is %.0f times away from what was measured: it says nothing",
		times);
	give_reason(r, why.s);
	str_free(&why);
	return VERDICT_UNINFORMATIVE;
}

/* side: 1 above, -1 below. */
static enum verdict judge_beyond(
	const struct claim *c, const struct claim_basis *basis, int side, struct claim_result *r)
{
	if (c->compare || !basis->better || basis->constant)
		return side > 0 ? VERDICT_LARGER : VERDICT_SMALLER;
	give_reason(r,
		side * basis->better > 0 ? "better than the paper's figure"
					 : "worse than the paper's figure");
	return VERDICT_NOT_REPRODUCED;
}

static enum verdict judge_every_value(
	const struct claim *c, const struct claim_basis *basis, struct claim_result *r)
{
	const struct interval all = { r->min, r->max };
	const int side = beyond(c, all, r->paper);

	if (inside(c, all, r->paper))
		return judge_inside(c, r);
	if (side)
		return judge_beyond(c, basis, side, r);
	give_reason(r, "not every trial satisfies it");
	return VERDICT_NOT_REPRODUCED;
}

static enum verdict judge_interval(
	const struct claim *c, const struct claim_basis *basis, struct claim_result *r)
{
	const int side = beyond(c, r->ours, r->paper);

	if (inside(c, r->ours, r->paper))
		return judge_inside(c, r);
	if (side)
		return judge_beyond(c, basis, side, r);
	give_reason(r,
		c->compare ? "the interval reaches beyond the bound"
			   : "the interval is neither inside nor outside of the margin");
	return VERDICT_INCONCLUSIVE;
}

/* Over seeds, or wider; with the paper's own uncertainty where it is given. */
static struct interval interval_of_claim(const struct claim *c, const struct claim_basis *basis)
{
	const struct interval seeds = stats_t_interval(basis->values, basis->n, 0.95),
			      ours = interval_exists(basis->wider) ? basis->wider : seeds;

	if (!c->paper_n || c->compare || !interval_exists(seeds))
		return ours;
	/* The widening of the Welch interval over that of ours alone, added to both sides. */
	const struct interval welch = stats_welch_interval(
		basis->values, basis->n, c->paper, c->paper_sd, (size_t)c->paper_n, 0.95);
	const double more = ((welch.high - welch.low) - (seeds.high - seeds.low)) / 2;

	return (struct interval){ ours.low - fmax(more, 0), ours.high + fmax(more, 0) };
}

void claims_judge(const struct claim *c, const struct claim_basis *basis, struct claim_result *out)
{
	const double *values = basis->values;
	const size_t n = basis->n;

	*out = (struct claim_result){
		.claim = c,
		.n = n,
		.mean = stats_mean(values, n),
		.sd = stats_sd(values, n),
		.min = stats_min(values, n),
		.max = stats_max(values, n),
		.ours = basis->constant ? interval_none() : interval_of_claim(c, basis),
		.of = interval_exists(basis->wider) ? basis->of : OF_SEEDS,
		.images = interval_none(),
		.paper = claims_paper_interval(c),
		.p = NAN,
		.p_adjusted = NAN,
		.p_equivalence = NAN,
	};
	if (!n) {
		out->verdict = VERDICT_NO_DATA;
	} else if (basis->constant || (c->rounds_to < 0 && c->compare == 0 && !(c->margin > 0))) {
		out->verdict = judge_every_value(c, basis, out);
	} else if (n < CLAIM_MIN_SEEDS) {
		out->verdict = VERDICT_INCONCLUSIVE;
		give_reason(out, "fewer than 3 seeds");
	} else {
		out->verdict = judge_interval(c, basis, out);
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
	const struct sample **samples;
	size_t n, planned, failed, diverged;
	size_t censored; /* trials that never came so far (epochs_to_N), behind the n values: epochs
			    that they were trained */
};

static int find_values(const struct study *study, const struct claim *c, const struct where *where,
	bool exact, int metric, struct err *e, struct found *out)
{
	const struct sample **members = calloc(study->count + 1, sizeof(struct sample *));
	size_t count = 0;
	int result = 0;

	out->n = out->planned = out->failed = out->diverged = out->censored = 0;
	if (!members)
		return err_nomem(e);
	for (size_t i = 0; i < study->count; i++)
		if (study_holds(where, &study->samples[i]))
			members[count++] = &study->samples[i];
	selection_keep(study, &c->select, members, &count, NULL);
	for (size_t i = 0; i < count && !result; i++) {
		const struct sample *s = members[i];
		const char *label;
		if (!exact && !study_same_labels(members[0], s, &label))
			result = mixed(c, members[0], s, label, e);
		out->planned++;
		out->failed += s->state == SAMPLE_FAILED;
		out->diverged += s->state == SAMPLE_DIVERGED;
		const double value = study_value(study, s, metric);
		if (isnan(value))
			continue;
		out->seeds[out->n] = s->seed;
		out->samples[out->n] = s;
		out->values[out->n++] = c->scale != 0 ? value * c->scale : value;
	}
	for (size_t i = 0; i < count && metric_threshold(c->metric, NULL); i++) {
		const double trained = study_censored(study, members[i], metric);
		if (isnan(trained))
			continue;
		const size_t at = out->n + out->censored++;
		out->seeds[at] = members[i]->seed;
		out->samples[at] = members[i];
		out->values[at] = trained;
	}
	free(members);
	return result;
}

/* ---- one configuration against another ---- */

/* The differences of both sides, with the seeds if they are not NULL; returns how many. */
static size_t paired_differences(const struct found found[2], double *difference, uint64_t *seeds)
{
	const struct durations x = { found[0].values, found[0].seeds, found[0].n,
		found[0].censored },
			       y = { found[1].values, found[1].seeds, found[1].n,
				       found[1].censored };

	return stats_pair_durations(&x, &y, difference, seeds);
}

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
	const struct claim *c = r->claim;

	if (!c->compare)
		return fmax(fabs(r->min), fabs(r->max)) <= c->margin ? VERDICT_EQUIVALENT
								     : VERDICT_NOT_REPRODUCED;
	return (c->compare > 0 ? r->min > 0 : r->max < 0) ? VERDICT_REPRODUCED
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
		.ours = interval_none(),
		.of = OF_SIGN_FLIPS,
		.images = interval_none(),
		.paper = interval_none(),
		.p = constant ? NAN : stats_paired_exact(differences, n, CLAIM_ALPHA),
		.p_adjusted = NAN,
		.p_equivalence = constant || !(c->margin > 0)
			? NAN
			: stats_equivalence(differences, n, c->margin),
	};
	out->verdict = !n ? VERDICT_NO_DATA : constant ? judge_constant(out) : VERDICT_INCONCLUSIVE;
}

/* Is the claim a member of a family of tests? */
static bool is_tested(const struct claim *c)
{
	return c->than.count && metric_of_claim(c)->kind != METRIC_CONSTANT;
}

static void family_of(const struct claim *c, char out[40])
{
	struct str name = { 0 };

	if (c->family[0])
		str_add(&name, c->family);
	else
		str_addf(&name, "%s%s%s", c->metric, c->phase[0] ? "@" : "", c->phase);
	memset(out, 0, 40);
	memcpy(out, name.s, name.length < 40 ? name.length : 39);
	str_free(&name);
}

/* Holm over the equivalence tests of each family. */
static int correct_equivalence(struct claim_result *results, size_t count, struct err *e)
{
	double *p = calloc(count + 1, sizeof(*p)), *corrected = calloc(count + 1, sizeof(*p));
	int result = p && corrected ? 0 : err_nomem(e);

	for (size_t i = 0; i < count && !result; i++) {
		char mine[40], other[40];
		family_of(results[i].claim, mine);
		for (size_t k = 0; k < count; k++) {
			family_of(results[k].claim, other);
			p[k] = strcmp(mine, other) ? NAN : results[k].p_equivalence;
		}
		stats_holm(p, count, p);
		corrected[i] = p[i];
	}
	for (size_t i = 0; i < count && !result; i++)
		results[i].p_equivalence = corrected[i];
	free(p);
	free(corrected);
	return result;
}

static void judge_significant(struct claim_result *r)
{
	struct str why = { 0 };

	r->verdict = r->mean * r->claim->compare > 0 ? VERDICT_REPRODUCED : VERDICT_NOT_REPRODUCED;
	if (r->p_equivalence < CLAIM_ALPHA) {
		str_add(&why, "the difference lies within the margin of ");
		metric_value(&why, metric_of_claim(r->claim), r->claim->margin);
		give_reason(r, why.s);
	}
	if (interval_exists(r->images) && r->images.low <= 0 && r->images.high >= 0) {
		str_clear(&why);
		str_add(&why, "sure over seeds, not over test images (");
		metric_difference(&why, metric_of_claim(r->claim), r->images.low);
		str_add(&why, " to ");
		metric_difference(&why, metric_of_claim(r->claim), r->images.high);
		str_add(&why, ")");
		give_reason(r, why.s);
	}
	str_free(&why);
}

static void judge_insignificant(struct claim_result *r)
{
	struct str why = { 0 };
	const size_t needed = stats_exact_pairs(CLAIM_ALPHA);

	if (r->p_equivalence < CLAIM_ALPHA) {
		r->verdict = VERDICT_EQUIVALENT;
	} else if (r->n < needed) {
		str_addf(&why, "too few pairs for the exact test to reach 0.05: %zu are needed",
			needed);
		give_reason(r, why.s);
	} else if (!r->claim->compare && interval_exists(r->ours)
		&& (r->ours.low > r->claim->margin || r->ours.high < -r->claim->margin)) {
		r->verdict = VERDICT_NOT_REPRODUCED;
	} else {
		give_reason(r,
			!r->claim->compare ? "the difference is not shown to lie within the margin"
					   : "not significant (p >= 0.05)");
	}
	str_free(&why);
}

/* The verdicts of claims that compare, once p and interval of all of them are known. */
static int judge_comparisons(
	const struct families *families, struct claim_result *results, size_t count, struct err *e)
{
	if (correct_equivalence(results, count, e))
		return -1;
	for (size_t i = 0; i < count; i++) {
		struct claim_result *r = &results[i];
		if (!is_tested(r->claim) || !r->n)
			continue;
		const struct family_member *m = families_find(families, r->claim, 0);
		r->p_adjusted = m ? m->p : NAN;
		r->ours = m ? m->interval : interval_none();
		r->images = interval_hull(r->images, r->ours);
		r->family_tests = m ? m->tests : 0;
		if (r->claim->compare && r->p_adjusted < CLAIM_ALPHA)
			judge_significant(r);
		else
			judge_insignificant(r);
	}
	return 0;
}

/* ---- all of them ---- */

/* Are values of the metric accuracies of the trial's test images? */
static bool is_test_accuracy(const struct claim *c)
{
	return !c->declared && !c->phase[0] && !strcmp(c->metric, "test_accuracy");
}

static struct interval scaled(struct interval i, double scale)
{
	return (struct interval){ i.low * scale, i.high * scale };
}

/* The interval over seeds and test images: of the images, else of their number alone: the variance
 * of the mean over seeds and the binomial one of the test set, added. */
static void widen_to_images(const struct study *study, const struct claim *c,
	const struct found *found, struct claim_basis *basis)
{
	struct err none = { 0 };
	const double scale = c->scale != 0 ? c->scale : 1;
	const int column = study_metric(study, "test_count", "", "claim", &none);

	basis->wider = interval_none();
	if (!is_test_accuracy(c) || found->n < CLAIM_MIN_SEEDS)
		return;
	basis->of = OF_SEEDS_AND_IMAGES;
	basis->wider = scaled(crossed_of(study, found->samples, found->n), scale);
	const double images = column < 0 ? NAN : study_value(study, found->samples[0], column);
	if (interval_exists(basis->wider) || !(images > 0))
		return;
	const struct interval t = stats_t_interval(found->values, found->n, 0.95);
	const double mean = stats_mean(found->values, found->n), p = mean / scale,
		     half = (t.high - t.low) / 2,
		     binomial = 1.959963984540054 * scale * sqrt(fmax(p * (1 - p), 0) / images),
		     both = sqrt(half * half + binomial * binomial);
	basis->of = OF_SEEDS_AND_COUNTS;
	basis->wider = (struct interval){ mean - both, mean + both };
}

/* The pairs of both sides, in the order of found[0]; returns how many. */
static size_t pair_samples(
	const struct found found[2], const struct sample **a, const struct sample **b)
{
	size_t pairs = 0;

	for (size_t i = 0; i < found[0].n; i++)
		for (size_t k = 0; k < found[1].n; k++)
			if (found[0].seeds[i] == found[1].seeds[k]) {
				a[pairs] = found[0].samples[i];
				b[pairs++] = found[1].samples[k];
				break;
			}
	return pairs;
}

static int compare_images(const struct study *study, const struct claim *c,
	const struct found found[2], struct claim_result *out, struct err *e)
{
	const struct sample **a = calloc(2 * found[0].n + 1, sizeof(struct sample *));
	if (!a)
		return err_nomem(e);
	if (is_test_accuracy(c)) {
		const size_t pairs = pair_samples(found, a, a + found[0].n);
		out->images = crossed_of_pairs(study, a, a + found[0].n, pairs);
	}
	free(a);
	return 0;
}

static void warn(const struct study *study, const struct claim *c, int metric,
	const struct found found[2], struct claim_result *out)
{
	struct str text = { 0 }, names[2] = { { 0 } };
	const bool accuracy = strstr(c->metric, "accuracy") != NULL;

	if (!is_tested(c) && metric_of_claim(c)->kind != METRIC_RESULT)
		return;
	study_where_text(&names[0], &c->where);
	study_where_text(&names[1], &c->than);
	const struct arm arms[2] = { { names[0].s ? names[0].s : "all", found[0].samples,
					     found[0].n },
		{ names[1].s ? names[1].s : "", found[1].samples, found[1].n } };
	const bool two = c->than.count > 0;
	arms_check(&text, study, &arms[0], two ? &arms[1] : NULL, metric, accuracy);
	if (two)
		arms_check(&text, study, &arms[1], &arms[0], metric, accuracy);
	if (text.length)
		memcpy(out->warning, text.s,
			text.length < sizeof(out->warning) ? text.length
							   : sizeof(out->warning) - 1);
	str_free(&text);
	str_free(&names[0]);
	str_free(&names[1]);
}

/* The values of both sides of a claim. Returns the number of its metric, or -1 with e. */
static int find_sides(
	const struct study *study, const struct claim *c, struct found found[2], struct err *e)
{
	char context[32] = "claim ";
	memcpy(context + 6, c->id, sizeof(c->id));
	const int metric = study_metric(study, c->metric, c->phase, context, e);
	/* Pairs are of one configuration each, whatever the metric. */
	const bool exact = metric_of_claim(c)->kind == METRIC_CONSTANT && !c->than.count;
	const struct where than = other_side(c);

	if (metric < 0 || find_values(study, c, &c->where, exact, metric, e, &found[0])
		|| (c->than.count && find_values(study, c, &than, exact, metric, e, &found[1])))
		return -1;
	return metric;
}

/* Trials that never came so far must not go unmentioned. */
static void explain_censored(const struct found found[2], bool two, struct claim_result *out)
{
	struct str why = { 0 };

	if (found[0].censored + found[1].censored == 0)
		return;
	if (two)
		str_addf(&why,
			"%zu and %zu trials never came so far: they count as one epoch more than "
			"they were trained, or as no difference",
			found[0].censored, found[1].censored);
	else
		str_addf(&why, "%zu trials never came so far and are not in the mean",
			found[0].censored);
	give_reason(out, why.s);
	str_free(&why);
}

/* At which setting each side was taken. */
static int explain_selection(
	const struct study *study, const struct claim *c, struct claim_result *out, struct err *e)
{
	const struct where sides[2] = { c->where, other_side(c) };
	const struct sample **members = calloc(study->count + 1, sizeof(struct sample *));
	struct str why = { 0 };

	if (!members)
		return err_nomem(e);
	for (int k = 0; c->select.label_count && k < (c->than.count ? 2 : 1); k++) {
		size_t count = 0;
		for (size_t i = 0; i < study->count; i++)
			if (study_holds(&sides[k], &study->samples[i]))
				members[count++] = &study->samples[i];
		str_add(&why, k ? "; " : "");
		selection_keep(study, &c->select, members, &count, &why);
	}
	if (why.length)
		give_reason(out, why.s);
	free(members);
	str_free(&why);
	return 0;
}

/* found: room for the values of two configurations. */
static int evaluate(const struct study *study, const struct claim *c, struct found found[2],
	struct err *e, struct claim_result *out)
{
	const bool constant = metric_of_claim(c)->kind == METRIC_CONSTANT;
	const struct where than = other_side(c);

	found[1].n = found[1].planned = found[1].failed = found[1].diverged = found[1].censored = 0;
	const int metric = find_sides(study, c, found, e);
	if (metric < 0)
		return -1;
	if (c->than.count) {
		double *difference =
			calloc(found[0].n + found[0].censored + 1, sizeof(*difference));
		if (!difference)
			return err_nomem(e);
		claims_compare(
			c, constant, difference, paired_differences(found, difference, NULL), out);
		free(difference);
		if (compare_images(study, c, found, out, e))
			return -1;
	} else {
		struct claim_basis basis = { .values = found[0].values,
			.n = found[0].n,
			.constant = constant,
			.better = metric_of_claim(c)->better };
		widen_to_images(study, c, &found[0], &basis);
		claims_judge(c, &basis, out);
	}
	explain_censored(found, c->than.count > 0, out);
	if (explain_selection(study, c, out, e))
		return -1;
	warn(study, c, metric, found, out);
	out->planned = found[0].planned;
	out->failed = found[0].failed + found[1].failed;
	out->diverged = found[0].diverged + found[1].diverged;
	if (!out->planned || (c->than.count && !found[1].planned))
		give_reason(out, "no trial of the plan is one of these");
	else if (!out->n)
		explain_no_data(out, study, found[0].n ? &than : &c->where);
	return 0;
}

/* Room for the values of two configurations; free values, seeds and samples of the first. */
static int found_new(const struct study *study, struct found found[2], struct err *e)
{
	double *values = calloc(2 * study->count + 1, sizeof(*values));
	uint64_t *seeds = calloc(2 * study->count + 1, sizeof(*seeds));
	const struct sample **samples = calloc(2 * study->count + 1, sizeof(struct sample *));

	found[0] = (struct found){ .values = values, .seeds = seeds, .samples = samples };
	if (!values || !seeds || !samples)
		return err_nomem(e);
	found[1] = (struct found){ .values = values + study->count,
		.seeds = seeds + study->count,
		.samples = samples + study->count };
	return 0;
}

static void found_free(struct found found[2])
{
	free(found[0].values);
	free(found[0].seeds);
	free(found[0].samples);
}

int claims_add_comparison(
	const struct study *study, const struct claim *c, struct families *families, struct err *e)
{
	struct found found[2] = { { .values = NULL } };
	int result = -1;
	char family[40];

	if (!is_tested(c))
		return 0;
	if (found_new(study, found, e) || find_sides(study, c, found, e) < 0)
		goto out;
	const size_t room = found[0].n + found[0].censored + 1;
	double *difference = calloc(room, sizeof(*difference));
	uint64_t *seeds = calloc(room, sizeof(*seeds));
	family_of(c, family);
	result = !difference || !seeds ? err_nomem(e)
				       : families_add(families, family, c, 0, difference, seeds,
					       paired_differences(found, difference, seeds), e);
	free(difference);
	free(seeds);
out:
	found_free(found);
	return result;
}

int claims_evaluate(const struct study *study, struct err *e, struct claim_result **out)
{
	const struct sweep *sweep = study->sweep;
	struct claim_result *results = calloc(sweep->claim_count + 1, sizeof(*results));
	struct found found[2] = { { .values = NULL } };
	struct families families = { 0 };
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
	if (comparisons_of(study, NULL, &families, e)
		|| judge_comparisons(&families, results, sweep->claim_count, e))
		goto out;
	*out = results;
	results = NULL;
	result = 0;
out:
	free(results);
	found_free(found);
	families_free(&families);
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
