/* claims.c - the rule of claims.h, and the sentences that carry its evidence. Asks no database: study.h has the values. */
#include "claims.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metric.h"

/* The numbers that print as the paper's. Computed from whole numbers, so that the ends are the doubles nearest to 0.885 and 0.895. */
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

static enum verdict judge_every_value(const struct claim *c, const double *values, size_t n, struct interval paper)
{
	for (size_t i = 0; i < n; i++)
		if (!satisfies(values[i], c->compare, paper))
			return c->compare == 0 && paper.low < paper.high && stats_min(values, n) >= paper.high ? VERDICT_EXCEEDED
				: VERDICT_NOT_REPRODUCED;
	return VERDICT_REPRODUCED;
}

static enum verdict judge_interval(int compare, double mean, struct interval ours, struct interval paper)
{
	const bool above = ours.low >= paper.high && ours.low > paper.low, below = ours.high < paper.low;
	const bool mean_allowed = satisfies(mean, compare, paper);

	if (compare < 0)
		return mean_allowed ? VERDICT_REPRODUCED : above ? VERDICT_NOT_REPRODUCED : VERDICT_UNDECIDED;
	if (compare > 0)
		return mean_allowed ? VERDICT_REPRODUCED : below ? VERDICT_NOT_REPRODUCED : VERDICT_UNDECIDED;
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

void claims_judge(const struct claim *c, bool exact, const double *values, size_t n, struct claim_result *out)
{
	*out = (struct claim_result){
		.claim = c,
		.n = n,
		.mean = stats_mean(values, n), .sd = stats_sd(values, n),
		.min = stats_min(values, n), .max = stats_max(values, n),
		.ours = exact ? interval_none() : stats_t_interval(values, n, 0.95),
		.paper = paper_interval(c),
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
			give_reason(out, "the spread over the seeds is too wide to tell: more seeds are needed");
	}
}

/* Why there is no value: what most likely has to be done first. */
static void explain_no_data(struct claim_result *r, const struct study *study, const struct where *where)
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
		give_reason(r, !strcmp(r->claim->metric, "latency") ? "not measured yet (retrial latency)" : "the finished trials have no such value");
	else if (failed)
		give_reason(r, failed->reason[0] ? failed->reason : "every trial failed");
	else if (skipped)
		give_reason(r, skipped->reason);
	else
		give_reason(r, "not run yet");
}

static int mixed(const struct claim *c, const struct sample *a, const struct sample *b, const char *label, struct err *e)
{
	const char *left = study_label(a, label), *right = study_label(b, label);

	return err_set(e, ERR_USAGE, "claim %s covers different configurations (%s is %s and %s): name one in its 'where'", c->id, label,
		       left ? left : "not set", right ? right : "not set");
}

static int evaluate(const struct study *study, const struct claim *c, double *values, struct err *e, struct claim_result *out)
{
	char context[32] = "claim ";
	memcpy(context + 6, c->id, sizeof(c->id));
	const int metric = study_metric(study, c->metric, c->phase, context, e);
	if (metric < 0)
		return -1;
	const bool exact = metric_find(c->metric)->exact;
	const struct sample *first = NULL;
	size_t n = 0, planned = 0, failed = 0, diverged = 0;

	for (size_t i = 0; i < study->count; i++) {
		const struct sample *s = &study->samples[i];
		const char *label;
		if (!study_holds(&c->where, s))
			continue;
		if (first && !exact && !study_same_labels(first, s, &label))
			return mixed(c, first, s, label, e);
		first = first ? first : s;
		planned++;
		failed += s->state == SAMPLE_FAILED;
		diverged += s->state == SAMPLE_DIVERGED;
		const double value = study_value(study, s, metric);
		if (!isnan(value))
			values[n++] = c->scale != 0 ? value * c->scale : value;
	}
	claims_judge(c, exact, values, n, out);
	out->planned = planned;
	out->failed = failed;
	out->diverged = diverged;
	if (!planned)
		give_reason(out, "no trial of the plan is one of these");
	else if (!n)
		explain_no_data(out, study, &c->where);
	return 0;
}

int claims_evaluate(const struct study *study, struct err *e, struct claim_result **out)
{
	const struct sweep *sweep = study->sweep;
	struct claim_result *results = calloc(sweep->claim_count + 1, sizeof(*results));
	double *values = calloc(study->count + 1, sizeof(*values));
	int status = -1;

	if (!results || !values) {
		err_nomem(e);
		goto done;
	}
	for (size_t i = 0; i < sweep->claim_count; i++)
		if (evaluate(study, &sweep->claims[i], values, e, &results[i]))
			goto done;
	*out = results;
	results = NULL;
	status = 0;
done:
	free(results);
	free(values);
	return status;
}

const char *claims_verdict_name(enum verdict v)
{
	static const char *const names[] = {
		[VERDICT_REPRODUCED] = "reproduced", [VERDICT_EXCEEDED] = "exceeded", [VERDICT_NOT_REPRODUCED] = "not reproduced",
		[VERDICT_UNDECIDED] = "undecided", [VERDICT_NO_DATA] = "no data",
	};
	return names[v];
}

/* How numbers of a claim are printed: in its own unit, or in the metric's. */
struct display {
	const char *unit;
	double scale;
	int decimals; /* of our numbers; -1: as many as it takes */
};

static struct display display_of(const struct claim *c)
{
	const struct metric *m = metric_find(c->metric);

	if (!c->unit[0])
		return (struct display){ m->unit, m->scale, m->decimals };
	return (struct display){ c->unit, 1, c->rounds_to < 0 ? -1 : c->rounds_to + 2 };
}

static void add_number(struct str *out, double value, const struct display *d, int decimals)
{
	if (isnan(value))
		str_add(out, "n/a");
	else if (decimals < 0)
		str_addf(out, "%.10g", value * d->scale);
	else
		str_addf(out, "%.*f", decimals, value * d->scale);
}

static void add_unit(struct str *out, const struct display *d)
{
	if (d->unit[0])
		str_addf(out, " %s", d->unit);
}

/* With as many decimals as the paper gives, and `more`. */
static void paper_number(struct str *out, const struct claim *c, double value, int more)
{
	const struct display d = display_of(c);
	const int decimals = c->rounds_to - (int)lround(log10(d.scale)) + more;

	add_number(out, value, &d, c->rounds_to < 0 ? -1 : decimals > 0 ? decimals : 0);
}

void claims_paper_text(struct str *out, const struct claim *c)
{
	const struct display d = display_of(c);

	if (c->compare)
		str_add(out, c->compare < 0 ? "at most " : "at least ");
	paper_number(out, c, c->paper, 0);
	add_unit(out, &d);
}

static void add_paper(struct str *out, const struct claim_result *r)
{
	str_add(out, "; the paper: ");
	claims_paper_text(out, r->claim);
	if (r->claim->rounds_to < 0 || r->claim->compare)
		return;
	str_add(out, ", which is ");
	paper_number(out, r->claim, r->paper.low, 1);
	str_add(out, " to ");
	paper_number(out, r->claim, r->paper.high, 1);
}

void claims_ours_text(struct str *out, const struct claim_result *r)
{
	const struct display d = display_of(r->claim);

	if (!r->n)
		return;
	add_number(out, r->mean, &d, d.decimals);
	if (r->min != r->max) {
		str_add(out, " ± ");
		add_number(out, r->sd, &d, d.decimals);
	}
	add_unit(out, &d);
}

void claims_interval_text(struct str *out, const struct claim_result *r)
{
	const struct display d = display_of(r->claim);

	if (!interval_exists(r->ours) || r->n < CLAIM_MIN_SEEDS || r->min == r->max)
		return;
	add_number(out, r->ours.low, &d, d.decimals);
	str_add(out, " to ");
	add_number(out, r->ours.high, &d, d.decimals);
}

static void add_ours(struct str *out, const struct claim_result *r)
{
	claims_ours_text(out, r);
	if (r->min == r->max) {
		str_addf(out, r->n > 1 ? " in all %zu trials" : " in 1 trial", r->n);
	} else {
		str_addf(out, " (n = %zu", r->n);
		if (r->planned > r->n)
			str_addf(out, " of %zu", r->planned);
		str_add(out, ")");
	}
	struct str interval = { 0 };
	claims_interval_text(&interval, r);
	if (interval.length)
		str_addf(out, ", 95 %% t interval %s", interval.s);
	str_free(&interval);
}

void claims_evidence(struct str *out, const struct claim_result *r)
{
	if (r->n)
		add_ours(out, r);
	else
		str_add(out, "no result");
	add_paper(out, r);
	if (r->failed || r->diverged)
		str_addf(out, "; %zu failed, %zu diverged of %zu trials", r->failed, r->diverged, r->planned);
	if (r->reason[0])
		str_addf(out, "; %s", r->reason);
}
