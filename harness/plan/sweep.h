/* sweep.h - a sweep file, read, checked and expanded: the interface from the file to everything
 * else.
 *
 * One YAML file holds a whole study: what is tried (axes, recipes, augmentations), how often
 * (seeds), and the outputs (claims, tables, figures). Reading it finds all errors of the file, not
 * only the first. The keys of a file are the rows of language_table.c; `retrial help sweep` prints
 * them. */
#ifndef PLAN_SWEEP_H
#define PLAN_SWEEP_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/err.h"
#include "../base/str.h"
#include "robustness.h"
#include "trial.h"

struct arena;
struct program_config;
struct metric;
struct sweep;

enum { SWEEP_COLUMNS_MAX = 12, SWEEP_WHERE_MAX = 8 };

/* A condition on labels: all of them hold. A label that is not named may have any value. */
struct where {
	struct label is[SWEEP_WHERE_MAX];
	int count;
};

/* Which setting an arm is taken at: the values of these labels with the best mean of the metric. */
struct selection {
	char labels[4][32];
	int label_count; /* 0: nothing is selected */
	char metric[32]; /* of the validation images */
};

/* A number that the paper prints: metric of the trials in `where`, mean over seeds, against the
 * paper's value. */
struct claim {
	char id[16]; /* C2 */
	int line;    /* of the file; 0: it is not in the file */
	char title[128];
	struct where where;
	struct where than; /* count > 0: the paper prints no number but says that `where` has more
			    * (compare +1) or less (-1) of the metric than the trials whose labels
			    * are these instead, or that both are equivalent (0, needs a margin);
			    * paper, rounds_to and unit mean nothing then */
	char metric[32]; /* a metric name of the view `accuracy` or `models` (test_accuracy, params,
			    weight_bytes ...) */
	double paper;
	int rounds_to;  /* decimals the paper prints: 0.89 with 2 means the interval [0.885, 0.895);
			   -1: exact */
	int compare;    /* 0: equal within rounding; -1: at most; +1: at least */
	char phase[32]; /* the phase by name whose result is meant; "": the trial's, that is of the
			   last phase */
	const struct metric
		*declared; /* what the sweep file says of the metric; NULL: the core's */
	char unit[16]; /* what the paper's number counts, "" for the metric's own; the metric times
			  `scale` is in it */
	double scale;  /* 1, or 1/1024 (KB), 1/1048576 (MB) as Keras counts bytes, 100 (percent) */
	double margin; /* how far from the paper's number still is the same, in its unit; with
			  `than` in the metric's: differences that small are equivalent; 0: none */
	double paper_sd;         /* of the paper's number over its own runs, 0: not given */
	int paper_n;             /* how many runs; 0: not given */
	char family[32];         /* whose tests are corrected with this one; "": the metric's */
	bool post_hoc;           /* made when results were known */
	struct selection select; /* of each side by itself */
};

/* A table: one row a combination of the `rows` labels, one column a metric. */
struct table_spec {
	char id[32];
	int line; /* of the file; 0: it is not in the file */
	char title[160];
	struct where where;
	char rows[4][32]; /* label names, outer to inner */
	int row_count;
	char metrics[SWEEP_COLUMNS_MAX][32];
	int metric_count;
	struct where baseline; /* the row that others are compared with; count 0: none */
	char family[32]; /* whose tests are corrected with the table's; "": each metric has its own,
			    and counts and times are not tested */
	struct selection select; /* of each row by itself */
};

/* A figure: one of the scripts in plots/, fed from the trials in `where`. */
struct figure_spec {
	char id[32];
	int line; /* of the file; 0: it is not in the file */
	char title[160];
	char kind[32]; /* curves, bars, ... : plots/KIND.gp */
	struct where where;
	char series[32];    /* the label whose values are the series */
	char parameter[32]; /* slice, heatmap: the label on the horizontal axis */
	char metric[32];
	char against[32]; /* pareto: the metric on the other axis, lower is better; "": params */
	char phase[32]; /* the phase by name; "": all of them (curves), or the last (the others) */
};

/* A label of the plan and how many trials have which of its values: for people who look at a plan.
 */
struct sweep_value {
	char text[64];
	size_t trials;
};

struct sweep_axis {
	char name[32];
	struct sweep_value *values; /* in the order of the plan */
	size_t value_count;
};

/* A rule under exclude: and what it removed (configurations, not counting seeds). */
struct sweep_rule {
	char text[160]; /* "dataset=cifar10, recipe=single-both" */
	int line;
	size_t removed;
	bool useless; /* no combination matches it, whatever other rules remove and --set sets */
};

/* What the plan does silently, and where it is written. */
struct sweep_warning {
	const char *path, *text;
	int line;
};

struct sweep {
	char path[512];
	char name[64];
	char title[256];
	char digest[DIGEST_TEXT]; /* of the file's bytes */
	char *text;               /* the file's bytes, for the record */
	struct trial *trials; /* every trial of every seed, in the order of the file: seed-major, so
				 that first results span the study */
	size_t trial_count;
	const size_t *positions; /* of a part (run/shards.h): the trials' places in the whole plan;
				    NULL: it is the whole */
	const struct program_config
		*program; /* what executes the trials; NULL: retrial's own core */
	bool clean_tree;  /* the file requires that all is committed: this program, and its own
			     repository */
	int seed_count;   /* replicates that the plan asks for: n of every table cell, unless
			     something failed */
	struct claim *claims;
	size_t claim_count;
	struct table_spec *tables;
	size_t table_count;
	struct figure_spec *figures;
	size_t figure_count;
	struct robustness_spec *robustness; /* every change at most once */
	size_t robustness_count;
	struct sweep_axis *axes;
	size_t axis_count;
	struct sweep_rule *rules;
	size_t rule_count;
	size_t combinations; /* before exclude and merging, not counting seeds */
	size_t merged;       /* combinations that stand for a trial that was already there (union of
				blocks, or an inactive parameter) */
	struct sweep_warning *warnings; /* values that are in no trial of the plan */
	size_t warning_count;
	struct arena *memory; /* what the pointers above point to; owned */
};

/* What a trial's networks fail at: a layer of its model, or a phase. -1: none in particular. */
struct misfit {
	int block, layer; /* enum model_block, and its position in it */
	int phase;
};

/* What the command line may change. Zero-initialise for "as the file says". */
struct sweep_options {
	bool frozen; /* a text of the database: what it says was run, mistakes that check refuses
			since then included */
	int seeds;   /* > 0: seeds 1..n instead of the file's */
	const char *const *set; /* "key=value" overrides of base parameters, recorded as labels */
	size_t set_count;
	const char *const *
		datasets; /* names that `dataset` may have, NULL: any (whoever opens it will say) */
	size_t dataset_count;
	/* Do the trial's networks fit its data set's images? NULL: not asked. Asked once for equal
	 * phases, model and data set; returns 0, or -1 with the reason and where it is
	 * (run/networks.h has one). */
	int (*fits)(
		const struct trial *t, const void *context, struct misfit *where, struct err *e);
	const void *fits_context;
	/* Is there such a metric, and such a kind of figure? Likewise (report/metric.h and
	 * report/figures.h have them). */
	int (*metric)(const struct sweep *sweep, const char *name, struct err *e);
	int (*figure)(const char *kind, struct err *e);
	size_t most_trials;   /* more are an error; 0: as many as are reasonable */
	struct str *messages; /* gets all errors in full, where e would cut them; may be NULL */
};

/* Read path. On success *out is the caller's (sweep_free). Returns 0, or -1 with all errors of the
 * file in e (ERR_USAGE; one a paragraph: "file:line:col: error: ...", the source line, a caret, a
 * hint), or ERR_ENVIRONMENT if it cannot be read. */
int sweep_read(
	const char *path, const struct sweep_options *options, struct err *e, struct sweep **out);
/* The same from memory; path is only for messages. */
int sweep_parse(const char *path, const char *text, size_t length,
	const struct sweep_options *options, struct err *e, struct sweep **out);
void sweep_free(struct sweep *s);

#endif
