/* forecast.h - what running a sweep would do: which trials are done, why the others would run, and
 * about how long it would take. Runs nothing and changes nothing. */
#ifndef REPORT_FORECAST_H
#define REPORT_FORECAST_H

#include "../base/digest.h"
#include "../plan/sweep.h"
#include "../store/open.h"
#include "sharing.h"

/* What the caller knows of a data set. All that past trials may have used should be there; digest
 * and damaged only count for those that the sweep uses. */
struct forecast_dataset {
	const char *name;         /* NULL: what all trials of the sweep depend on, its inputs */
	char digest[DIGEST_TEXT]; /* "": it cannot be had */
	bool damaged; /* ... because what is there is wrong, not because nothing is there */
	int channels, height, width;
	uint32_t train_count;
	/* How many times the multiply-accumulates of the paper's network those of phase number
	 * `phase` are, on these images; NULL: 1. */
	double (*share)(const struct trial *t, int phase, const struct forecast_dataset *d);
};

enum forecast_state {
	FORECAST_DONE,
	FORECAST_RUN,  /* would be run; why says what for */
	FORECAST_BAD,  /* ended badly before: only with --retry */
	FORECAST_SKIP, /* its data set is missing */
};

struct forecast_trial {
	enum forecast_state state;
	char why[64];   /* "", "new", "interrupted", "core version 1 then", "other data then",
			   "failed", "data set missing" ... */
	double seconds; /* of one processor, expected, without what other trials do for it; NAN:
			   nothing to go by */
	double saved;   /* likewise: of the phases that it takes over from others; 0: none; NAN:
			   nothing to go by */
};

/* Multiply-accumulates of training on one processor in a second that are assumed where nothing was
 * measured. */
#define FORECAST_MACS 20e9

struct forecast {
	struct forecast_trial *trials; /* in the order of the sweep */
	size_t counts[4];              /* by state */
	double seconds;                /* of all that would run and can be estimated */
	double saved; /* of phases that are trained once for several trials: not in `seconds` */
	double rough; /* seconds of all that would run and cannot be estimated: from its
			 multiply-accumulates at FORECAST_MACS a second; 0: of programs */
	struct sharing sharing; /* which ones */
	size_t unknown;         /* that would run and cannot */
	size_t measured;        /* finished trials that the estimate is made from */
	size_t finished;        /* trials with a finished attempt in the whole database */
};

/* Look at every trial of the sweep. s NULL: no database yet. On success *out is the caller's
 * (forecast_free). Returns 0 or -1 with e. */
int forecast_make(struct store *s, const struct sweep *sweep,
	const struct forecast_dataset *datasets, size_t dataset_count, int core_version,
	struct err *e, struct forecast **out);
void forecast_free(struct forecast *f);

/* The reason of a trial that was run on other data, or other inputs. */
extern const char forecast_other_data[];

/* "done", "run", "ended badly", "skip". */
const char *forecast_state_name(enum forecast_state state);

/* The work of a trial in units of one training step of the paper's submodel on one 28x28x1 image,
 * if no phase stops early: other models by their multiply-accumulates. */
double forecast_work(const struct trial *t, const struct forecast_dataset *d);

#endif
