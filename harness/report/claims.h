/* claims.h - does what we measured agree with the number that the paper prints?
 *
 * The rule, in full:
 * - A printed figure is an interval: 0.89 with two decimals is any number in [0.885, 0.895). Exact
 * figures (rounds_to -1) are one number.
 * - Ours is the mean over seeds with its 95 % Student t interval. Replicates are never mixed over
 * configurations.
 * - Wholly above the paper's interval (low end of ours at or above its high end): EXCEEDED. Wholly
 * below: NOT REPRODUCED.
 * - The two overlap: REPRODUCED, if our mean lies in the paper's interval or our interval leaves
 * part of the paper's out; if our mean lies outside and our interval covers the paper's whole
 * interval and more on both sides, the spread is too wide to tell: UNDECIDED.
 * - "At most" (compare -1) and "at least" (+1) are one-sided: the allowed side is everything below
 * the high (above the low) end of the paper's interval. Our interval wholly on the other side: NOT
 * REPRODUCED; our mean on the allowed side: REPRODUCED; else UNDECIDED.
 * - Fewer than 3 values of a metric that varies with the seed: UNDECIDED, whatever they are. (A t
 * interval of two values is 12.7 standard errors wide to either side.)
 * - Exact figures (rounds_to -1, compare 0), and metrics that are a property of the network
 * (metric.h: METRIC_CONSTANT), need no n: every trial's value must satisfy the claim.
 * - A claim without a number, that one configuration has more (or less) of a metric than another
 * (`than`): the differences over the seeds that both have, tested against 0 by the paired exact
 * test (stats_paired_exact), Holm-corrected over all such claims of the sweep. p < 0.05 and the
 * sign that is claimed: REPRODUCED; p < 0.05 and the other sign: NOT REPRODUCED; else UNDECIDED, as
 * "no difference" is nothing that a test shows. Constants are not tested, and make no other p
 * larger: every pair must have the sign that is claimed.
 * - No value at all: NO DATA, with the reason.
 * EXCEEDED says "larger than printed"; for accuracies that is better. Trials that failed or
 * diverged have no value: they are counted in `planned` and named in the evidence, never left out
 * in silence. */
#ifndef REPORT_CLAIMS_H
#define REPORT_CLAIMS_H

#include "stats.h"
#include "study.h"

enum verdict {
	VERDICT_REPRODUCED,
	VERDICT_EXCEEDED,
	VERDICT_NOT_REPRODUCED,
	VERDICT_UNDECIDED,
	VERDICT_NO_DATA
};

enum { CLAIM_MIN_SEEDS = 3 };
#define CLAIM_ALPHA 0.05

struct claim_result {
	const struct claim *claim; /* of the sweep; not owned */
	enum verdict verdict;
	size_t n, planned; /* values there are, all in the claim's unit (metric times scale); trials
			      planned */
	size_t failed, diverged;   /* of the planned */
	double mean, sd, min, max; /* with `than`: of the n paired differences */
	struct interval
		ours; /* 95 % t interval of the mean; none for n < 2 and for exact metrics */
	struct interval paper; /* what the printed figure stands for: [low, high); low == high for
				  exact ones; none with `than` */
	double p, p_holm;      /* with `than`: the paired exact test, and corrected; NAN when it can
				  never reach 0.05, and without `than` */
	char reason[512];      /* why undecided or no data; "" otherwise */
};

/* The rule by itself: n values against c. exact: the metric is a property of the network. Fills all
 * of *out but planned, failed, diverged, and the reason for NO DATA. */
void claims_judge(const struct claim *c, bool exact, const double *values, size_t n,
	struct claim_result *out);

/* A claim with `than` by itself: n differences; constant: the metric is a property of the network.
 * Fills the same; but for constants the verdict is UNDECIDED until the p values of all such claims
 * are known. */
void claims_compare(const struct claim *c, bool constant, const double *differences, size_t n,
	struct claim_result *out);

/* All claims of the study's sweep, in its order; *out (one each) is the caller's (free). Returns 0,
 * or -1 with e: ERR_USAGE when a claim names an unknown metric, covers no planned trial, or mixes
 * configurations. */
int claims_evaluate(const struct study *study, struct err *e, struct claim_result **out);

/* Say what claims_evaluate would refuse of this claim of a plan (study_planned), before anything is
 * run. Returns 0 and adds the claim to the family of those that are tested, or -1 with e. *planned:
 * trials of the plan that it is about, 0 also when only the other side of the comparison has none.
 */
int claims_foresee(const struct study *study, const struct claim *c, struct stats_family *family,
	size_t *planned, struct err *e);

/* "reproduced", "exceeded", "not reproduced", "undecided", "no data". */
const char *claims_verdict_name(enum verdict v);

/* The paper's figure as it prints it ("89 %", "14,862" without the comma, "at most 20000"; "higher
 * than scratch"); ours ("89.71 ± 0.21 %",
 * "+0.40 ± 0.43 pp, p = 0.029"; "" without a value); our 95 % interval ("" without one). In the
 * claim's unit, or the metric's where it names none. */
void claims_paper_text(struct str *out, const struct claim *c);
void claims_ours_text(struct str *out, const struct claim_result *r);
void claims_interval_text(struct str *out, const struct claim_result *r);
/* One line of evidence: "89.71 ± 0.21 % (n = 3), 95 % t interval 89.19 to 90.23; the paper's 89 %
 * is 88.5 to 89.5". */
void claims_evidence(struct str *out, const struct claim_result *r);

#endif
