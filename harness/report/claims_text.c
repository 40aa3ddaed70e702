/* claims_text.c - verdicts and their evidence in words (claims.h). */
#include "claims.h"

#include <math.h>
#include <string.h>

#include "metric.h"

const char *claims_verdict_name(enum verdict v)
{
	static const char *const names[] = {
		[VERDICT_REPRODUCED] = "reproduced",
		[VERDICT_EQUIVALENT] = "equivalent",
		[VERDICT_CONSISTENT] = "consistent",
		[VERDICT_UNINFORMATIVE] = "uninformative",
		[VERDICT_LARGER] = "larger",
		[VERDICT_SMALLER] = "smaller",
		[VERDICT_NOT_REPRODUCED] = "not reproduced",
		[VERDICT_INCONCLUSIVE] = "inconclusive",
		[VERDICT_NO_DATA] = "no data",
	};
	return names[v];
}

void claims_verdict_text(struct str *out, const struct claim_result *r)
{
	str_addf(out, "%s%s", claims_verdict_name(r->verdict),
		r->claim->post_hoc ? " (post hoc)" : "");
}

bool claims_differs(enum verdict v)
{
	return v == VERDICT_NOT_REPRODUCED || v == VERDICT_LARGER || v == VERDICT_SMALLER;
}

const char *claims_interval_of(enum interval_of of)
{
	static const char *const names[] = {
		[OF_SEEDS] = "over seeds",
		[OF_SEEDS_AND_IMAGES] = "over seeds and test images",
		[OF_SEEDS_AND_COUNTS] = "over seeds and the number of test images",
		[OF_SIGN_FLIPS] = "of the corrected sign-flip test",
	};
	return names[of];
}

/* How numbers of a claim are printed: in its own unit, or in the metric's. */
struct display {
	const char *unit;
	double scale;
	int decimals; /* of our numbers; -1: as many as it takes; -2: four digits, as the paper says
			 nothing of how many matter */
};

static struct display display_of(const struct claim *c)
{
	const struct metric *m = metric_of_claim(c);

	if (!c->unit[0])
		return (struct display){ m->unit, m->scale, m->decimals };
	return (struct display){ c->unit, 1,
		c->rounds_to >= 0                    ? c->rounds_to + 2
			: m->kind == METRIC_CONSTANT ? -1
						     : -2 };
}

static void add_number(struct str *out, double value, const struct display *d, int decimals)
{
	if (isnan(value))
		str_add(out, "n/a");
	else if (decimals < 0)
		str_addf(out, decimals == -1 ? "%.10g" : "%.4g", value * d->scale);
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

/* ---- the two sides ---- */

void claims_paper_text(struct str *out, const struct claim *c)
{
	const struct display d = display_of(c);

	if (c->than.count) {
		str_add(out,
			c->compare < 0           ? "lower than "
				: c->compare > 0 ? "higher than "
						 : "equivalent to ");
		study_where_text(out, &c->than);
		if (!c->compare) {
			str_add(out, " ± ");
			metric_value(out, metric_of_claim(c), c->margin);
		}
		return;
	}
	if (c->compare)
		str_add(out, c->compare < 0 ? "at most " : "at least ");
	paper_number(out, c, c->paper, 0);
	add_unit(out, &d);
}

static void add_paper(struct str *out, const struct claim_result *r)
{
	str_add(out, "; the paper: ");
	claims_paper_text(out, r->claim);
	if (r->claim->paper_n) {
		str_add(out, " ± ");
		paper_number(out, r->claim, r->claim->paper_sd, 1);
		str_addf(out, " (n = %d)", r->claim->paper_n);
	}
	if (r->claim->than.count || r->claim->compare || r->paper.low == r->paper.high)
		return;
	str_add(out, r->claim->margin > 0 ? ", with its margin " : ", which is ");
	paper_number(out, r->claim, r->paper.low, 1);
	str_add(out, " to ");
	paper_number(out, r->claim, r->paper.high, 1);
}

/* The mean paired difference, its spread and the test. */
static void difference_text(struct str *out, const struct claim_result *r)
{
	const struct metric *m = metric_of_claim(r->claim);

	metric_difference(out, m, r->mean);
	if (r->n > 1) {
		str_add(out, " ± ");
		metric_value(out, m, r->sd);
	}
	if (m->unit_of_difference[0])
		str_addf(out, " %s", m->unit_of_difference);
	if (r->claim->compare && !isnan(r->p_adjusted))
		str_addf(out, r->p_adjusted < 0.001 ? ", p < 0.001" : ", p = %.3f", r->p_adjusted);
	if (!isnan(r->p_equivalence) && (!r->claim->compare || r->verdict == VERDICT_EQUIVALENT))
		str_addf(out,
			r->p_equivalence < 0.001 ? ", equivalence p < 0.001"
						 : ", equivalence p = %.3f",
			r->p_equivalence);
}

void claims_ours_text(struct str *out, const struct claim_result *r)
{
	const struct display d = display_of(r->claim);

	if (!r->n)
		return;
	if (r->claim->than.count) {
		difference_text(out, r);
		return;
	}
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

	if (!interval_exists(r->ours) || r->n < CLAIM_MIN_SEEDS || r->ours.low == r->ours.high)
		return;
	if (r->claim->than.count)
		metric_difference(out, metric_of_claim(r->claim), r->ours.low);
	else
		add_number(out, r->ours.low, &d, d.decimals);
	str_add(out, " to ");
	if (r->claim->than.count)
		metric_difference(out, metric_of_claim(r->claim), r->ours.high);
	else
		add_number(out, r->ours.high, &d, d.decimals);
}

static void add_ours(struct str *out, const struct claim_result *r)
{
	claims_ours_text(out, r);
	if (r->min == r->max && !r->claim->than.count) {
		str_addf(out, r->n > 1 ? " in all %zu trials" : " in 1 trial", r->n);
	} else {
		str_addf(out, r->claim->than.count ? " (%zu pairs" : " (n = %zu", r->n);
		if (r->planned > r->n)
			str_addf(out, " of %zu", r->planned);
		str_add(out, ")");
	}
	struct str interval = { 0 };
	claims_interval_text(&interval, r);
	if (interval.length)
		str_addf(out, ", 95 %% interval %s %s", claims_interval_of(r->of), interval.s);
	str_free(&interval);
	if (interval_exists(r->images)) {
		str_add(out, ", over seeds and test images ");
		metric_difference(out, metric_of_claim(r->claim), r->images.low);
		str_add(out, " to ");
		metric_difference(out, metric_of_claim(r->claim), r->images.high);
	}
}

void claims_evidence(struct str *out, const struct claim_result *r)
{
	if (r->n)
		add_ours(out, r);
	else
		str_add(out, "no result");
	add_paper(out, r);
	if (r->failed || r->diverged)
		str_addf(out, "; %zu failed, %zu diverged of %zu trials", r->failed, r->diverged,
			r->planned);
	if (r->reason[0])
		str_addf(out, "; %s", r->reason);
	if (r->claim->post_hoc)
		str_add(out, "; post hoc");
	if (r->warning[0])
		str_addf(out, "; warning: %s", r->warning);
}
