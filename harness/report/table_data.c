/* table_data.c - tables and verdicts as CSV and JSON (jansson). Values as they are stored:
 * accuracies from 0 to 1, bytes, seconds. */
#include "table_data.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"

/* ---- CSV (RFC 4180, but with bare newlines) ---- */

/* A text; nothing for an empty one. */
static void csv_text(struct str *out, const char *text)
{
	if (text[0])
		format_csv_text(out, text, strlen(text));
}

/* A derived number has 12 digits, a missing one is empty. */
static void csv_number(struct str *out, double value)
{
	str_add(out, ",");
	if (!isnan(value))
		str_addf(out, "%.12g", value);
}

void table_data_csv_heading(struct str *out)
{
	str_add(out,
		"table,row,metric,planned,n,failed,diverged,skipped,mean,sd,median,min,max,t95_low,"
		"t95_high,bca95_low,bca95_high,"
		"test_images,images95_low,images95_high,"
		"baseline,pairs,difference,difference95_low,difference95_high,both95_low,both95_"
		"high,dz,cliff_delta,p_"
		"sign_flip,p_adjusted,p_wilcoxon,p_paired_t,"
		"claim,paper,verdict,reason\n");
}

/* "dataset=mnist;recipe=single": one column whatever the table's rows are. */
static void csv_row_labels(struct str *out, const struct table *t, const struct table_row *row)
{
	struct str text = { 0 };

	for (int k = 0; k < t->spec->row_count; k++)
		str_addf(&text, "%s%s=%s", k ? ";" : "", t->spec->rows[k], row->labels[k]);
	csv_text(out, text.s ? text.s : "");
	str_free(&text);
}

static void csv_comparison(struct str *out, const struct table_row *row, const struct comparison *c)
{
	str_addf(out, ",%s,", row->baseline ? "yes" : "");
	if (!c->made) {
		str_add(out, ",,,,,,,,,,,");
		return;
	}
	str_addf(out, "%zu", c->pairs);
	const double numbers[] = { c->difference, c->interval.low, c->interval.high, c->both95.low,
		c->both95.high, c->dz, c->cliff, c->p, c->p_adjusted, c->p_wilcoxon, c->p_t };
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		csv_number(out, numbers[i]);
}

static void csv_cell(struct str *out, const struct table *t, const struct table_row *row, int m)
{
	const struct cell *c = &row->cells[m];

	csv_text(out, t->spec->id);
	str_add(out, ",");
	csv_row_labels(out, t, row);
	str_addf(out, ",%s,%zu,%zu,%zu,%zu,%zu", t->spec->metrics[m], row->planned, c->n,
		row->failed, row->diverged, row->skipped);
	const double numbers[] = { c->mean, c->sd, c->median, c->min, c->max, c->t95.low,
		c->t95.high, c->bca95.low, c->bca95.high };
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		csv_number(out, numbers[i]);
	str_add(out, ",");
	if (c->images)
		str_addf(out, "%zu", c->images);
	csv_number(out, c->images95.low);
	csv_number(out, c->images95.high);
	csv_comparison(out, row, &c->against);
	if (c->claim)
		str_addf(out, ",%s,%.12g,%s,", c->claim->claim->id, c->claim->claim->paper,
			claims_verdict_name(c->claim->verdict));
	else
		str_add(out, ",,,,");
	csv_text(out, row->reason);
	str_add(out, "\n");
}

void table_data_csv(struct str *out, const struct table *t)
{
	for (size_t i = 0; i < t->row_count; i++)
		for (int m = 0; m < t->spec->metric_count; m++)
			csv_cell(out, t, &t->rows[i], m);
}

static const char *compare_name(const struct claim *c)
{
	if (c->than.count)
		return c->compare < 0 ? "lower" : c->compare > 0 ? "higher" : "equivalent";
	return c->compare < 0 ? "at most" : c->compare > 0 ? "at least" : "equal";
}

static void csv_more(struct str *out, const struct claim_result *r)
{
	str_addf(out, ",%s", interval_exists(r->ours) ? claims_interval_of(r->of) : "");
	csv_number(out, r->images.low);
	csv_number(out, r->images.high);
	csv_number(out, r->claim->margin > 0 ? r->claim->margin : NAN);
	csv_number(out, r->p_equivalence);
	csv_number(out, r->family_tests ? (double)r->family_tests : NAN);
	str_addf(out, ",%s,", r->claim->post_hoc ? "yes" : "");
	csv_text(out, r->warning);
}

void table_data_claims_csv(struct str *out, const struct claim_result *results, size_t count)
{
	str_add(out,
		"claim,title,metric,phase,unit,compare,paper,paper_low,paper_high,planned,n,failed,"
		"diverged,mean,sd,min,max,interval95_low,interval95_high,verdict,reason,than,p,"
		"p_adjusted,interval_of,images95_low,images95_high,margin,p_equivalence,family_"
		"tests,"
		"post_hoc,warning\n");
	for (size_t i = 0; i < count; i++) {
		const struct claim_result *r = &results[i];
		csv_text(out, r->claim->id);
		str_add(out, ",");
		csv_text(out, r->claim->title);
		str_addf(out, ",%s,%s,%s,%s", r->claim->metric, r->claim->phase, r->claim->unit,
			compare_name(r->claim));
		csv_number(out, r->claim->than.count ? NAN : r->claim->paper);
		csv_number(out, r->paper.low);
		csv_number(out, r->paper.high);
		str_addf(out, ",%zu,%zu,%zu,%zu", r->planned, r->n, r->failed, r->diverged);
		const double numbers[] = { r->mean, r->sd, r->min, r->max, r->ours.low,
			r->ours.high };
		for (size_t k = 0; k < sizeof(numbers) / sizeof(numbers[0]); k++)
			csv_number(out, numbers[k]);
		str_addf(out, ",%s,", claims_verdict_name(r->verdict));
		csv_text(out, r->reason);
		struct str than = { 0 };
		study_where_text(&than, &r->claim->than);
		str_add(out, ",");
		csv_text(out, than.s ? than.s : "");
		csv_number(out, r->p);
		csv_number(out, r->p_adjusted);
		csv_more(out, r);
		str_add(out, "\n");
		str_free(&than);
	}
}

/* ---- JSON ---- */

/* A derived number, cut to 12 digits; null when there is none (JSON has no NaN). */
static json_t *derived(double value)
{
	if (!isfinite(value))
		return json_null();
	char text[40];
	snprintf(text, sizeof(text), "%.12g", value);
	return json_real(strtod(text, NULL));
}

/* A text from a database that anybody may have written: what is no UTF-8 is said to be so. */
static json_t *json_text(const char *text)
{
	json_t *s = json_string(text);

	return s ? s : json_string("(not UTF-8)");
}

static json_t *json_interval(struct interval i)
{
	return interval_exists(i) ? json_pack("[o,o]", derived(i.low), derived(i.high))
				  : json_null();
}

static json_t *json_integer_of(size_t n)
{
	return json_integer((json_int_t)n);
}

static json_t *json_claim(const struct claim_result *r)
{
	json_t *o = json_object();

	json_object_set_new(o, "id", json_string(r->claim->id));
	json_object_set_new(o, "title", json_text(r->claim->title));
	json_object_set_new(o, "metric", json_string(r->claim->metric));
	json_object_set_new(
		o, "phase", r->claim->phase[0] ? json_string(r->claim->phase) : json_null());
	json_object_set_new(
		o, "unit", r->claim->unit[0] ? json_string(r->claim->unit) : json_null());
	json_object_set_new(o, "compare", json_string(compare_name(r->claim)));
	json_object_set_new(
		o, "paper", r->claim->than.count ? json_null() : derived(r->claim->paper));
	json_object_set_new(o, "paper_interval", json_interval(r->paper));
	json_object_set_new(o, "planned", json_integer_of(r->planned));
	json_object_set_new(o, "n", json_integer_of(r->n));
	json_object_set_new(o, "failed", json_integer_of(r->failed));
	json_object_set_new(o, "diverged", json_integer_of(r->diverged));
	json_object_set_new(o, "mean", derived(r->mean));
	json_object_set_new(o, "sd", derived(r->sd));
	json_object_set_new(o, "min", derived(r->min));
	json_object_set_new(o, "max", derived(r->max));
	json_object_set_new(o, "interval95", json_interval(r->ours));
	json_object_set_new(o, "interval_of",
		interval_exists(r->ours) ? json_string(claims_interval_of(r->of)) : json_null());
	json_object_set_new(
		o, "margin", r->claim->margin > 0 ? derived(r->claim->margin) : json_null());
	json_object_set_new(o, "post_hoc", json_boolean(r->claim->post_hoc));
	json_object_set_new(o, "warning", r->warning[0] ? json_text(r->warning) : json_null());
	if (r->claim->than.count) {
		struct str than = { 0 };
		study_where_text(&than, &r->claim->than);
		json_object_set_new(o, "than", json_text(than.s));
		json_object_set_new(o, "p", derived(r->p));
		json_object_set_new(o, "p_adjusted", derived(r->p_adjusted));
		json_object_set_new(o, "p_equivalence", derived(r->p_equivalence));
		json_object_set_new(o, "family_tests", json_integer_of(r->family_tests));
		json_object_set_new(o, "images95", json_interval(r->images));
		str_free(&than);
	}
	json_object_set_new(o, "verdict", json_string(claims_verdict_name(r->verdict)));
	json_object_set_new(o, "reason", r->reason[0] ? json_text(r->reason) : json_null());
	struct str evidence = { 0 };
	claims_evidence(&evidence, r);
	json_object_set_new(o, "evidence", json_text(evidence.s));
	str_free(&evidence);
	return o;
}

static json_t *json_comparison(const struct comparison *c)
{
	json_t *o = json_object();

	json_object_set_new(o, "pairs", json_integer_of(c->pairs));
	json_object_set_new(o, "difference", derived(c->difference));
	json_object_set_new(o, "difference95", json_interval(c->interval));
	json_object_set_new(o, "both95", json_interval(c->both95));
	json_object_set_new(o, "dz", derived(c->dz));
	json_object_set_new(o, "cliff_delta", derived(c->cliff));
	json_object_set_new(o, "p_sign_flip", derived(c->p));
	json_object_set_new(o, "p_adjusted", derived(c->p_adjusted));
	json_object_set_new(o, "p_wilcoxon", derived(c->p_wilcoxon));
	json_object_set_new(o, "p_paired_t", derived(c->p_t));
	return o;
}

static json_t *json_cell(const struct cell *c)
{
	json_t *o = json_object(), *values = json_object();

	json_object_set_new(o, "n", json_integer_of(c->n));
	for (size_t i = 0; i < c->n; i++) {
		char seed[24];
		snprintf(seed, sizeof(seed), "%llu", (unsigned long long)c->seeds[i]);
		json_object_set_new(values, seed, json_real(c->values[i]));
	}
	json_object_set_new(o, "values", values);
	json_object_set_new(o, "mean", derived(c->mean));
	json_object_set_new(o, "sd", derived(c->sd));
	json_object_set_new(o, "median", derived(c->median));
	json_object_set_new(o, "min", derived(c->min));
	json_object_set_new(o, "max", derived(c->max));
	json_object_set_new(o, "t95", json_interval(c->t95));
	json_object_set_new(o, "bca95", json_interval(c->bca95));
	json_object_set_new(o, "test_images", c->images ? json_integer_of(c->images) : json_null());
	json_object_set_new(o, "images95", json_interval(c->images95));
	json_object_set_new(o, "best", json_boolean(c->best));
	json_object_set_new(o, "against_baseline",
		c->against.made ? json_comparison(&c->against) : json_null());
	json_object_set_new(o, "claim", c->claim ? json_claim(c->claim) : json_null());
	return o;
}

static json_t *json_row(const struct table *t, const struct table_row *row)
{
	json_t *o = json_object(), *labels = json_object(), *metrics = json_object();

	for (int k = 0; k < t->spec->row_count; k++)
		json_object_set_new(labels, t->spec->rows[k], json_text(row->labels[k]));
	for (int m = 0; m < t->spec->metric_count; m++)
		json_object_set_new(metrics, t->spec->metrics[m], json_cell(&row->cells[m]));
	json_object_set_new(o, "labels", labels);
	json_object_set_new(o, "planned", json_integer_of(row->planned));
	json_object_set_new(o, "done", json_integer_of(row->done));
	json_object_set_new(o, "failed", json_integer_of(row->failed));
	json_object_set_new(o, "diverged", json_integer_of(row->diverged));
	json_object_set_new(o, "skipped", json_integer_of(row->skipped));
	json_object_set_new(o, "reason", row->reason[0] ? json_text(row->reason) : json_null());
	json_object_set_new(o, "baseline", json_boolean(row->baseline));
	json_object_set_new(o, "metrics", metrics);
	return o;
}

static int dump(struct str *out, json_t *o, struct err *e)
{
	char *text = o ? json_dumps(o, JSON_INDENT(2) | JSON_REAL_PRECISION(17)) : NULL;

	json_decref(o);
	if (!text)
		return err_nomem(e);
	str_add(out, text);
	free(text);
	return 0;
}

int table_data_json(struct str *out, const struct table *t, const char *command, struct err *e)
{
	json_t *o = json_object(), *rows = json_array();

	json_object_set_new(o, "table", json_string(t->spec->id));
	json_object_set_new(o, "title", json_text(t->spec->title));
	json_object_set_new(o, "sweep", json_string(t->study->sweep->name));
	json_object_set_new(o, "sweep_digest", json_string(t->study->sweep->digest));
	json_object_set_new(o, "frozen", json_boolean(t->study->frozen));
	json_object_set_new(o, "changed_since_frozen", json_boolean(t->study->changed));
	json_object_set_new(o, "comparisons", json_integer_of(t->comparisons));
	json_object_set_new(o, "command", json_text(command));
	for (size_t i = 0; i < t->row_count; i++)
		json_array_append_new(rows, json_row(t, &t->rows[i]));
	json_object_set_new(o, "rows", rows);
	return dump(out, o, e);
}

int table_data_claims_json(struct str *out, const struct claim_result *results, size_t count,
	const char *command, struct err *e)
{
	json_t *o = json_object(), *claims = json_array();

	json_object_set_new(o, "command", json_text(command));
	for (size_t i = 0; i < count; i++)
		json_array_append_new(claims, json_claim(&results[i]));
	json_object_set_new(o, "claims", claims);
	if (dump(out, o, e))
		return -1;
	str_add(out, "\n");
	return 0;
}
