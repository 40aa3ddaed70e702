/* reported.h - the numbers that a program reports: JSON Lines on RETRIAL_OUT, and lines of standard
 * output that match a metric's pattern. Knows no process.
 *
 * A line of RETRIAL_OUT is an object such as {"step": 3, "loss": 0.2}. Its step is the member
 * "step" or the one that the metric's `series` names; without one, steps are counted. Members that
 * are no declared metric are left alone. NaN, Infinity and -Infinity are numbers here, as Python
 * writes them. The last value of a metric is its result. Lines of standard output end with a line
 * feed or a carriage return. */
#ifndef RUN_REPORTED_H
#define RUN_REPORTED_H

#include "../plan/program.h"
#include "../plan/result.h"

struct reported;

/* Returns 0 with *out to be freed (reported_free; NULL is fine), or -1 with e. */
int reported_new(const struct program_config *p, struct err *e, struct reported **out);
void reported_free(struct reported *r);

/* A step of an earlier attempt, in the order in which they came, before anything is reported now. A
 * program that goes on from a checkpoint of its own names a first step: what is below it stays in
 * the metric's series. Without a first step by name, or of a metric that does not come again,
 * nothing stays. Returns 0, or -1 with e. */
int reported_before(
	struct reported *r, const char *metric, int64_t step, double value, struct err *e);

/* Bytes that have come. Returns 0, or -1 with e (ERR_FAILED: what is wrong with which line;
 * everything that comes later is then left alone). */
int reported_out(struct reported *r, const char *bytes, size_t count, struct err *e);
int reported_stdout(struct reported *r, const char *bytes, size_t count, struct err *e);

/* The streams have ended: a last line without its end counts if it is whole. Returns as above. */
int reported_finish(struct reported *r, struct err *e);

/* Steps that have come since the last call, one metric after the other; false when there are none
 * left. What *out points to stays until the next call of anything. */
bool reported_steps(struct reported *r, struct steps_result *out);

/* Metric i of the program: was it reported, and its last value. */
bool reported_value(const struct reported *r, int metric, double *value);

/* Names of undeclared members that came, joined by ", ": for a message. */
const char *reported_others(const struct reported *r);

/* What two runs must have in common: every declared metric that is no time, its steps and its
 * result, one a line. Append it. */
void reported_canonical(const struct reported *r, struct str *out);

#endif
