/* claims.h - verdicts: do our results agree with the paper's claims?
 *
 * The rule, in full:
 * - A number of the paper stands for an interval: the number +- `margin`, or without a margin what
 * rounds to it (0.89 with two decimals: [0.885, 0.895)); without either it is one number.
 * - Ours is the mean over seeds with a 95 % interval: Student's t over seeds; for the test accuracy
 * of the trial (not of a phase) over seeds and test images: the crossed bootstrap where the data
 * set is at hand, else the t interval widened by the binomial variance of one test set. Where the
 * paper gives its sd and n, ours is widened by the paper's own uncertainty (Welch). Replicates are
 * never mixed over configurations.
 * - REPRODUCED only if our interval lies inside the paper's; NOT REPRODUCED if it lies outside;
 * else INCONCLUSIVE. Overlap is no evidence. Of a metric without a better direction (a size) what
 * lies outside is LARGER or SMALLER.
 * - Bounds ("at most", "at least"): CONSISTENT if our interval lies on the allowed side, LARGER or
 * SMALLER if it lies on the other, else INCONCLUSIVE. A bound that is CLAIM_LOOSE times our value,
 * or more, is UNINFORMATIVE: nearly anything would satisfy it.
 * - Fewer than 3 values of a metric that varies with the seed: INCONCLUSIVE.
 * - Exact numbers (no rounding, no margin), and metrics that are a property of the network
 * (METRIC_CONSTANT), need no n: every trial's value must satisfy the claim.
 * - A comparison (`than`): the differences over the seeds that both have, tested against 0 by the
 * exact sign-flip test, corrected within its family (family.h), as is the interval: it excludes 0
 * exactly when p < 0.05. p < 0.05 and the sign that is claimed: REPRODUCED; p < 0.05 and the other
 * sign: NOT REPRODUCED; else EQUIVALENT if there is a margin and two one-sided tests
 * (Holm-corrected over the margins of the family) put the difference inside it; else INCONCLUSIVE.
 * A claim of equivalence is EQUIVALENT by those tests, NOT REPRODUCED if the interval of the
 * difference lies outside the margin, else INCONCLUSIVE. Constants are not tested: every pair must
 * have the sign that is claimed (or be within the margin).
 * - No value at all: NO DATA, with the reason.
 * Trials that failed or diverged have no value: they are counted in `planned` and named in the
 * evidence. An arm that looks collapsed, bimodal or dead is warned of (arms.h): the verdict is then
 * about training that failed. */
#ifndef REPORT_CLAIMS_H
#define REPORT_CLAIMS_H

#include "family.h"
#include "stats.h"
#include "study.h"

enum verdict {
	VERDICT_REPRODUCED,
	VERDICT_EQUIVALENT,
	VERDICT_CONSISTENT,
	VERDICT_UNINFORMATIVE,
	VERDICT_LARGER,
	VERDICT_SMALLER,
	VERDICT_NOT_REPRODUCED,
	VERDICT_INCONCLUSIVE,
	VERDICT_NO_DATA
};

enum { CLAIM_MIN_SEEDS = 3, CLAIM_LOOSE = 10 };
#define CLAIM_ALPHA FAMILY_ALPHA

/* What an interval is over. */
enum interval_of { OF_SEEDS, OF_SEEDS_AND_IMAGES, OF_SEEDS_AND_COUNTS, OF_SIGN_FLIPS };

struct claim_result {
	const struct claim *claim; /* of the sweep; not owned */
	enum verdict verdict;
	size_t n, planned; /* values there are, all in the claim's unit (metric times scale); trials
			      planned */
	size_t failed, diverged;   /* of the planned */
	double mean, sd, min, max; /* with `than`: of the n paired differences */
	struct interval ours;      /* 95 %; none for too few values and for exact metrics; with
				      `than` that of the family member (family.h) */
	enum interval_of of;
	struct interval images; /* with `than`, of test accuracies: of the difference over seeds and
				   test images: the crossed bootstrap (crossed.h), at least `ours`,
				   so that it does not contradict p; none without the data set */
	struct interval paper;  /* what the printed figure stands for; none with `than` */
	double p, p_adjusted;   /* with `than`: the paired exact test, and corrected within the
				   family; NAN when it can never reach 0.05, and without `than` */
	double p_equivalence;   /* with `than` and a margin: corrected; else NAN */
	size_t family_tests;    /* different comparisons of the family */
	char reason[512];       /* what has to be said of the verdict; "": nothing */
	char warning[512];      /* that an arm looks broken; "": none does */
};

/* What a claim without `than` is judged by. */
struct claim_basis {
	const double *values; /* in the claim's unit */
	size_t n;
	bool constant;         /* the metric is a property of the network */
	int better;            /* of the metric */
	struct interval wider; /* over seeds and test images, of `of`; none: over seeds */
	enum interval_of of;
};

/* The rule by itself. Fills all of *out but planned, failed, diverged, warning, and the reason for
 * NO DATA. */
void claims_judge(const struct claim *c, const struct claim_basis *basis, struct claim_result *out);

/* What the paper's figure stands for. */
struct interval claims_paper_interval(const struct claim *c);

/* A claim with `than` by itself: n differences; constant: the metric is a property of the network.
 * Fills the same; but for constants the verdict is INCONCLUSIVE, and there is no interval, until
 * the family is known. */
void claims_compare(const struct claim *c, bool constant, const double *differences, size_t n,
	struct claim_result *out);

/* All claims of the study's sweep, in its order; *out (one each) is the caller's (free). Returns 0,
 * or -1 with e: ERR_USAGE when a claim names an unknown metric, covers no planned trial, or mixes
 * configurations. */
int claims_evaluate(const struct study *study, struct err *e, struct claim_result **out);

/* Add the claim's comparison to its family, if it has one that is tested. Returns 0 or -1 with e.
 */
int claims_add_comparison(
	const struct study *study, const struct claim *c, struct families *families, struct err *e);

/* Say what claims_evaluate would refuse of this claim of a plan (study_planned), before anything is
 * run. Returns 0 and adds the claim to the family of those that are tested, or -1 with e. *planned:
 * trials of the plan that it is about, 0 also when only the other side of the comparison has none.
 */
int claims_foresee(const struct study *study, const struct claim *c, struct stats_family *family,
	size_t *planned, struct err *e);

/* "reproduced", "equivalent", "consistent", "uninformative", "larger", "smaller", "not reproduced",
 * "inconclusive", "no data". */
const char *claims_verdict_name(enum verdict v);
/* The same with " (post hoc)" where the claim is. */
void claims_verdict_text(struct str *out, const struct claim_result *r);
/* Does it say that what we measured differs from the claim? */
bool claims_differs(enum verdict v);

/* The paper's figure as it prints it ("89 %", "14,862" without the comma, "at most 20000"; "higher
 * than scratch"); ours ("89.71 ± 0.21 %", "+0.40 ± 0.43 pp, p = 0.029"; "" without a value); our
 * 95 % interval ("" without one). In the claim's unit, or the metric's where it names none. */
void claims_paper_text(struct str *out, const struct claim *c);
void claims_ours_text(struct str *out, const struct claim_result *r);
void claims_interval_text(struct str *out, const struct claim_result *r);
/* "over seeds", "over seeds and test images", ... */
const char *claims_interval_of(enum interval_of of);
/* One line of evidence: "89.71 ± 0.21 % (n = 3), 95 % interval over seeds 89.19 to 90.23; the
 * paper: 89 %, which is 88.5 to 89.5". */
void claims_evidence(struct str *out, const struct claim_result *r);

#endif
