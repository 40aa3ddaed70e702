/* tables.h - a table of the sweep file filled with numbers: struct table_spec + study -> struct
 * table. Computing only; table_print.h writes it as text, Markdown, LaTeX, CSV and JSON.
 *
 * A row is one configuration (its replicates are the seeds), a column a metric. Rows are never
 * mixed over configurations: if two trials of a row differ in a label, that is an error which names
 * the label. */
#ifndef REPORT_TABLES_H
#define REPORT_TABLES_H

#include "claims.h"
#include "family.h"
#include "stats.h"
#include "study.h"

/* The difference of a cell to the baseline's cell, paired by seed. */
struct comparison {
	bool made;   /* there are a baseline and at least one common seed */
	bool tested; /* the metric is a result, or the table names a family: differences of counts
			and times are stated, not tested */
	size_t pairs;
	double difference;        /* mean of (ours - baseline) over the common seeds */
	struct interval interval; /* 95 % interval of it: of the family member (family.h); not
				     tested: stats_difference_interval */
	struct interval both95;   /* of test accuracies: over seeds and test images: the crossed
				     bootstrap (crossed.h), at least `interval`, so that it does not
				     contradict p; none without the data set */
	double dz;                /* in units of the sd of the differences */
	double cliff;             /* Cliff's delta of the two samples */
	double p; /* exact sign-flip test, above STATS_EXACT_MAX pairs Wilcoxon's; NAN when there
		   * are too few pairs ever to reach 0.05: such a comparison is no member of the
		   * family */
	double p_adjusted;      /* corrected within its family (family.h) */
	double p_wilcoxon, p_t; /* for the machine formats, uncorrected */
};

struct cell {
	size_t n;        /* values there are */
	size_t censored; /* trials that never came so far (epochs_to_N), behind the values: epochs
			    that they were trained */
	double *values;  /* in the order of the seeds; owned by the table */
	uint64_t *seeds; /* whose values they are */
	double mean, sd, median, min, max;
	struct interval t95;   /* of the mean; none for n < 3: then the values say more */
	struct interval bca95; /* of the mean; none for n < 10 */
	size_t images; /* test images that each value is of; 0: no accuracy on test images, or not
			  recorded */
	struct interval
		images95; /* Wilson's 95 % interval of the mean as one proportion of so many images:
			   * what the test set leaves open. All seeds, folds and outputs are scored
			   * on the same images, so none of them makes it narrower */
	struct comparison against;
	bool best; /* better than every other row of its group, each time significantly (see
		      tables_make) */
	const struct claim_result *claim; /* that covers this cell, or NULL; owned by the table */
};

struct table_row {
	char labels[4][64]; /* values of the spec's row labels */
	size_t planned, done, failed, diverged, skipped, missing; /* trials */
	char reason[512]; /* why there is no value; "" otherwise */
	bool baseline;
	struct cell *cells; /* one a metric */
	const struct sample *const
		*members; /* its trials, in the order of the plan: `planned` of them */
};

struct table {
	const struct table_spec *spec;
	const struct study *study;
	struct table_row *rows;
	size_t row_count;
	const struct sample **members; /* of all rows, one after the other */
	struct claim_result *claims;   /* all of the sweep */
	size_t comparisons;            /* of the table, members of a family */
	size_t family_tests; /* comparisons of the largest family that one of them is a member of */
	size_t fewest_pairs; /* of the comparisons tested; 0: none */
	size_t most_pairs;
	bool unbounded; /* a comparison with a p has no interval (family.h) */
	bool untested;  /* there are differences that are not tested (times) */
};

/* Fill the table. On success *out is the caller's (tables_free); study must live as long. Returns
 * 0, or -1 with e (ERR_USAGE: unknown metric or label, a row that mixes configurations, a baseline
 * that no row is). An empty table - nothing was run - is no error.
 *
 * Best: rows that agree in all row labels but those of the baseline (without a baseline: but the
 * innermost) are a group; its best cell is marked only if it beats each other row of the group with
 * p < 0.05, corrected jointly over all pairs of rows of the group, and no printed p of a comparison
 * between it and another row is 0.05 or more. So nothing is marked where rows are tied, nor with
 * fewer than 6 seeds. */
int tables_make(const struct study *study, const struct table_spec *spec, struct err *e,
	struct table **out);
void tables_free(struct table *t);

/* Add the table's comparisons with its baseline to their families: place is the row's number times
 * the number of metrics, plus the metric's. Returns 0 or -1 with e, as tables_make. */
int tables_add_comparisons(const struct study *study, const struct table_spec *spec,
	struct families *families, struct err *e);

/* Say what tables_make would refuse of this table of a plan (study_planned), before anything is
 * run. Returns 0 with the family that its comparisons form, and in *rows how many rows there are;
 * or -1 with e. */
int tables_foresee(const struct study *study, const struct table_spec *spec,
	struct stats_family *family, size_t *rows, struct err *e);

/* Is the comparison significant, but not sure over test images: does both95 include 0? */
bool tables_unsure_over_images(const struct comparison *c);

/* Does any cell of this metric have test images / a BCa interval / a comparison / one that is
 * tested / one with an interval / one over seeds and images / a claim? (Then the column is shown.)
 */
bool tables_has_images(const struct table *t, int metric);
bool tables_has_bca(const struct table *t, int metric);
bool tables_has_comparison(const struct table *t, int metric);
bool tables_has_test(const struct table *t, int metric);
bool tables_has_interval(const struct table *t, int metric);
bool tables_has_both(const struct table *t, int metric);
bool tables_has_claim(const struct table *t, int metric);

#endif
