/* diff.c - see diff.h. Every part reads both sides, makes one table of what differs, and says so
 * when nothing does. */
#include "diff.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../plan/trial_kind.h"
#include "../store/read.h"
#include "format.h"
#include "label_text.h"
#include "screen.h"
#include "stats.h"

/* One of the two. The texts belong to `row`. */
struct side {
	const char *identity;
	struct rows *row;
	const char *config, *dataset, *state, *data_digest, *data_variant;
	const struct trial_kind *kind;
	char attempt[24]; /* number, as a parameter of queries; "0": never tried */
};

struct comparison {
	struct store *store;
	struct str *out;
	struct side a, b;
	bool same, json;
};

/* ---- reading ---- */

/* NULL when it is no text. */
static const char *text_at(const struct rows *r, size_t row, int column)
{
	const struct value *v = rows_at(r, row, column);
	return v->kind == VALUE_TEXT ? v->text : NULL;
}

static int side_read(struct store *s, const char *identity, struct side *out, struct err *e)
{
	const char *const parameters[] = { "trial", identity, NULL };
	*out = (struct side){ .identity = identity };
	if (store_ask(s, "diff_side", parameters, e, &out->row))
		return -1;
	if (out->row->row_count == 0)
		return err_set(e, ERR_USAGE, "no trial %s in this database", identity);
	out->config = text_at(out->row, 0, 0);
	out->dataset = text_at(out->row, 0, 1);
	out->state = text_at(out->row, 0, 2);
	out->data_digest = text_at(out->row, 0, 3);
	out->data_variant = text_at(out->row, 0, 4);
	out->kind = trial_kind_of_config(out->config);
	snprintf(out->attempt, sizeof(out->attempt), "%lld",
		(long long)rows_at(out->row, 0, 5)->integer);
	return 0;
}

static void add_side(const struct comparison *c, const char *name, const struct side *s)
{
	const char *recipe = text_at(s->row, 0, 7);
	str_addf(c->out, "%s  %.16s ", name, s->identity);
	if (s->dataset[0])
		str_addf(c->out, " %s %s", s->dataset, recipe ? recipe : "");
	label_text(c->out, text_at(s->row, 0, 8));
	str_addf(c->out, " seed %lld, ", (long long)rows_at(s->row, 0, 6)->integer);
	if (s->state)
		str_addf(c->out, "attempt %s (%s)\n", s->attempt, s->state);
	else
		str_add(c->out, "never tried\n");
}

static int ask_both(struct comparison *c, const char *query, struct err *e, struct rows **out)
{
	const char *const parameters[] = { "a", c->a.attempt, "b", c->b.attempt, NULL };
	return store_ask(c->store, query, parameters, e, out);
}

/* ---- printing ---- */

/* A member of the JSON object: the rows under this name. */
static int add_member(
	struct comparison *c, const char *name, const struct rows *rows, struct err *e)
{
	str_addf(c->out, "%s\"%s\": ", c->out->length > 1 ? ", " : "", name);
	return format_rows(rows, FORMAT_JSON, c->out, e);
}

/* "code: the same", or the heading and the rows, indented; in JSON the rows under `name`. */
static int add_table(struct comparison *c, const char *name, const char *title,
	const struct rows *rows, struct err *e)
{
	struct str table = { 0 };
	if (c->json)
		return add_member(c, name, rows, e);
	if (rows->row_count == 0) {
		str_addf(c->out, "\n%s: the same\n", title);
		return 0;
	}
	screen_indent(2);
	const int result = format_rows(rows, FORMAT_TABLE, &table, e);
	screen_indent(0);
	if (result)
		return -1;
	str_addf(c->out, "\n%s\n", title);
	for (const char *line = table.s; *line;) {
		const size_t length = strcspn(line, "\n");
		str_addf(c->out, "  %.*s\n", (int)length, line);
		line += length + (line[length] == '\n');
	}
	str_free(&table);
	return 0;
}

/* ---- configuration ---- */

static void add_difference(
	struct rows *out, const char *path, const json_t *a, const json_t *b, const char *missing)
{
	char *left = a
		? json_dumps(a,
			JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15))
		: NULL;
	char *right = b
		? json_dumps(b,
			JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15))
		: NULL;
	rows_add_text(out, path);
	rows_add_text(out, left ? left : missing);
	rows_add_text(out, right ? right : missing);
	free(left);
	free(right);
}

/* Where two values differ, as deep as both go. */
static void compare_json(
	struct rows *out, const char *path, const json_t *a, const json_t *b, const char *missing)
{
	struct str inner = { 0 };
	if (a && b && json_equal(a, b))
		return;
	if (json_is_object(a) && json_is_object(b)) {
		json_t *keys = json_object(); /* of both */
		json_object_update(keys, (json_t *)a);
		json_object_update(keys, (json_t *)b);
		const char *key;
		json_t *ignored;
		json_object_foreach(keys, key, ignored)
		{
			str_clear(&inner);
			str_addf(&inner, "%s%s%s", path, *path ? "." : "", key);
			compare_json(out, inner.s, json_object_get(a, key), json_object_get(b, key),
				"(default)");
		}
		json_decref(keys);
	} else if (json_is_array(a) && json_is_array(b) && strcmp(path, "phases") == 0) {
		for (size_t i = 0; i < json_array_size(a) || i < json_array_size(b); i++) {
			str_clear(&inner);
			str_addf(&inner, "%s[%zu]", path, i);
			compare_json(
				out, inner.s, json_array_get(a, i), json_array_get(b, i), "(none)");
		}
	} else {
		add_difference(out, path, a, b, missing);
	}
	str_free(&inner);
}

static int add_configuration(struct comparison *c, struct err *e)
{
	static const char *const columns[] = { "parameter", "A", "B" };
	struct rows *rows = rows_new(3, columns);
	json_t *a = json_loads(c->a.config, 0, NULL), *b = json_loads(c->b.config, 0, NULL);
	int result = -1;
	if (!rows) {
		err_nomem(e);
		goto out;
	}
	compare_json(rows, "", a, b, "(none)");
	if (!rows_complete(rows)) {
		err_nomem(e);
		goto out;
	}
	c->same &= rows->row_count == 0;
	result = add_table(c, "configuration", "configuration", rows, e);
out:
	json_decref(a);
	json_decref(b);
	rows_free(rows);
	return result;
}

/* ---- code, data, machine ---- */

static int add_facts(struct comparison *c, const char *title, const char *query, struct err *e)
{
	struct rows *rows;
	if (ask_both(c, query, e, &rows))
		return -1;
	const int result = add_table(c, title, title, rows, e);
	rows_free(rows);
	return result;
}

static bool same_data(const struct comparison *c)
{
	return c->a.data_digest && c->b.data_digest
		&& strcmp(c->a.data_digest, c->b.data_digest) == 0;
}

static int add_inputs(struct comparison *c, struct err *e)
{
	struct rows *rows;
	if (ask_both(c, "diff_inputs", e, &rows))
		return -1;
	const int result = add_table(c, "inputs", "inputs", rows, e);
	rows_free(rows);
	return result;
}

/* The two trials as rows, for JSON. */
static int add_sides(struct comparison *c, struct err *e)
{
	static const char *const columns[] = { "side", "trial", "dataset", "recipe", "seed",
		"attempt", "state", "data_variant", "data_digest" };
	const struct side *const sides[] = { &c->a, &c->b };
	struct rows *rows = rows_new(9, columns);
	for (int i = 0; rows && i < 2; i++) {
		const struct side *s = sides[i];
		rows_add_text(rows, i ? "B" : "A");
		rows_add_text(rows, s->identity);
		rows_add_text(rows, s->dataset);
		rows_add_text(rows, text_at(s->row, 0, 7));
		rows_add_integer(rows, rows_at(s->row, 0, 6)->integer);
		rows_add_value(rows, rows_at(s->row, 0, 5));
		rows_add_text(rows, s->state);
		rows_add_text(rows, s->data_variant);
		rows_add_text(rows, s->data_digest);
	}
	const int result =
		rows && rows_complete(rows) ? add_member(c, "trials", rows, e) : err_nomem(e);
	rows_free(rows);
	return result;
}

/* Have both trials inputs, metrics and outputs, and no networks? */
static bool by_metrics(const struct comparison *c)
{
	return !c->a.kind->networks && !c->b.kind->networks;
}

static int add_data(struct comparison *c, struct err *e)
{
	const struct side *a = &c->a, *b = &c->b;
	if (by_metrics(c))
		return add_inputs(c, e);
	if (same_data(c))
		str_addf(c->out, "\ndata: the same (%s, %s, %.16s)\n", a->dataset,
			a->data_variant ? a->data_variant : "", a->data_digest);
	else
		str_addf(c->out, "\ndata\n  A  %s, %s, %.16s\n  B  %s, %s, %.16s\n", a->dataset,
			a->data_variant ? a->data_variant : "unknown",
			a->data_digest ? a->data_digest : "", b->dataset,
			b->data_variant ? b->data_variant : "unknown",
			b->data_digest ? b->data_digest : "");
	return 0;
}

/* ---- results ---- */

static bool is_finished(const struct side *s)
{
	return s->state && strcmp(s->state, "done") == 0;
}

/* Of two trials whose results are metrics and outputs. */
static int add_measures(struct comparison *c, struct err *e)
{
	struct rows *rows;
	if (ask_both(c, "diff_measures", e, &rows))
		return -1;
	int result = rows->row_count || c->json ? add_table(c, "metrics", "metrics", rows, e) : 0;
	rows_free(rows);
	if (result || ask_both(c, "diff_results", e, &rows))
		return -1;
	const bool same = rows->row_count && !rows_at(rows, 0, 0)->integer;
	const bool finished = is_finished(&c->a) && is_finished(&c->b);
	c->same &= finished && same;
	rows_free(rows);
	if (c->json)
		return 0;
	if (!finished)
		str_addf(c->out, "\nresults: %s not finished\n",
			is_finished(&c->a) ? "B is" : "A is");
	else if (same)
		str_add(c->out, "\nresults: the same (every metric but times, every output)\n");
	else
		str_add(c->out, "\nresults: metrics or outputs differ\n");
	return 0;
}

static int add_results(struct comparison *c, struct err *e)
{
	struct rows *rows;
	if (by_metrics(c))
		return add_measures(c, e);
	if (ask_both(c, "diff_accuracy", e, &rows))
		return -1;
	int result = rows->row_count || c->json ? add_table(c, "phases",
			     "test accuracy by phase (k-fold: mean over folds)", rows, e)
						: 0;
	rows_free(rows);
	if (result || ask_both(c, "diff_digests", e, &rows))
		return -1;
	const bool finished = is_finished(&c->a) && is_finished(&c->b);
	const int64_t differences = rows_at(rows, 0, 0)->integer,
		      digests = rows_at(rows, 0, 1)->integer;
	c->same &= finished && differences == 0;
	rows_free(rows);
	if (c->json)
		return 0;
	if (!finished)
		str_addf(c->out, "\nresults: %s not finished\n",
			is_finished(&c->a) ? "B is" : "A is");
	else if (differences == 0)
		str_addf(c->out,
			"\nresults: the same to the bit (%lld digests of weights and "
			"predictions)\n",
			(long long)digests);
	else
		str_add(c->out, "\nresults: weights or predictions differ\n");
	return 0;
}

/* ---- flipped images ---- */

static void add_flips(
	struct rows *out, const struct rows *in, size_t row, const struct dataset *labelled)
{
	const struct value *x = rows_at(in, row, 2), *y = rows_at(in, row, 3);
	int64_t flipped = 0;
	unsigned right[2][2] = { { 0 } }; /* [A is right][B is right] */
	for (size_t i = 0; i < x->length; i++) {
		const unsigned char p = (unsigned char)x->text[i], q = (unsigned char)y->text[i];
		flipped += p != q;
		if (labelled)
			right[p == labelled->test_labels[i]][q == labelled->test_labels[i]]++;
	}
	rows_add_integer(out, rows_at(in, row, 0)->integer);
	rows_add_integer(out, rows_at(in, row, 1)->integer);
	rows_add_integer(out, (int64_t)x->length);
	rows_add_integer(out, flipped);
	if (!labelled)
		return;
	rows_add_integer(out, right[1][1]);
	rows_add_integer(out, right[1][0]);
	rows_add_integer(out, right[0][1]);
	rows_add_integer(out, right[0][0]);
	rows_add_real(out, stats_mcnemar_exact(right[1][0], right[0][1]));
}

/* The data set that both were tested on, if it is here; else NULL, and why not. */
static struct dataset *open_labels(
	const struct comparison *c, const struct dataset_places *places, const char **why)
{
	struct dataset *d;
	struct err e = { 0 };
	*why = "the two were tested on different data";
	if (!same_data(c))
		return NULL;
	*why = "the data set is not here";
	if (dataset_open(c->a.dataset, places, &e, &d))
		return NULL;
	*why = "the data set here is not the one that they were tested on";
	if (strcmp(d->digest, c->a.data_digest) == 0)
		return d;
	dataset_close(d);
	return NULL;
}

static int add_predictions(struct comparison *c, const struct dataset_places *places, struct err *e)
{
	static const char *const columns[] = { "fold", "output", "images", "flipped", "both right",
		"only A", "only B", "both wrong", "McNemar p" };
	const char *why;
	struct rows *in;
	if (ask_both(c, "diff_predictions", e, &in))
		return -1;
	if (in->row_count == 0 && !c->json) {
		rows_free(in);
		return 0;
	}
	struct dataset *d = open_labels(c, places, &why);
	struct rows *out = rows_new(d ? 9 : 4, columns);
	for (size_t r = 0; out && r < in->row_count; r++)
		if (!d || rows_at(in, r, 2)->length <= d->test_count)
			add_flips(out, in, r, d);
	int result = out && rows_complete(out) ? add_table(c, "test_images",
			     "test images classified differently, after the last phase", out, e)
					       : err_nomem(e);
	if (!result && !d && !c->json)
		str_addf(c->out, "  who is right is not known: %s\n", why);
	rows_free(out);
	dataset_close(d);
	rows_free(in);
	return result;
}

int diff_trials(struct store *s, const char *identity_a, const char *identity_b,
	const struct dataset_places *places, bool json, struct str *out, bool *same, struct err *e)
{
	struct comparison c = { .store = s, .out = out, .same = true, .json = json };
	int result = -1;
	if (side_read(s, identity_a, &c.a, e) || side_read(s, identity_b, &c.b, e))
		goto out;
	if (json) {
		str_add(out, "{");
		if (add_sides(&c, e))
			goto out;
	} else {
		add_side(&c, "A", &c.a);
		add_side(&c, "B", &c.b);
	}
	if (add_configuration(&c, e) || add_facts(&c, "code", "diff_code", e))
		goto out;
	/* Of data sets JSON has the digests, among the trials. */
	if ((!json || by_metrics(&c)) && add_data(&c, e))
		goto out;
	if (add_facts(&c, "machine", "diff_machine", e) || add_results(&c, e)
		|| add_predictions(&c, places, e))
		goto out;
	if (json)
		str_addf(out, ", \"same\": %s}\n", c.same ? "true" : "false");
	*same = c.same;
	result = 0;
out:
	rows_free(c.a.row);
	rows_free(c.b.row);
	return result;
}
