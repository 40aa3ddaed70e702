/* reported.c - see reported.h. */
#include "reported.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/match.h"
#include "logs.h"

enum {
	LINE_BYTES_MAX = 1 << 20,
	STEPS_MAX = 1000000, /* of a trial */
	OTHERS_BYTES = 200,
};

/* A metric's steps, in the order in which they came. */
struct series {
	struct match *match;
	bool any;
	double last;
	int64_t next_step;
	int64_t *steps;
	double *values;
	size_t count, capacity, told;
	bool before; /* all of them are of an earlier attempt, and nothing has come yet */
};

/* Bytes of a stream until they are a line. */
struct lines {
	struct str rest;
	long number;   /* of the line that is being read, from 1 */
	bool skipping; /* the rest of a line that is too long */
	bool returned; /* a carriage return ended the line before */
};

struct reported {
	const struct program_config *program;
	struct series *series; /* [program->metric_count] */
	struct lines out, standard;
	size_t steps; /* of all series */
	char others[OTHERS_BYTES + 64];
	bool matches, failed;
};

int reported_new(const struct program_config *p, struct err *e, struct reported **out)
{
	struct reported *r = calloc(1, sizeof(*r));
	*out = NULL;
	if (r)
		r->series = calloc((size_t)p->metric_count + 1, sizeof(*r->series));
	if (!r || !r->series) {
		free(r);
		return err_nomem(e);
	}
	r->program = p;
	r->out.number = r->standard.number = 1;
	for (int i = 0; i < p->metric_count; i++) {
		struct str why = { 0 };
		if (!p->metrics[i].match)
			continue;
		r->matches = true;
		const int bad = match_new(p->metrics[i].match, &why, &r->series[i].match);
		if (bad)
			err_set(e, ERR_USAGE, "metric %s: match: %s", p->metrics[i].declared.name,
				why.s);
		str_free(&why);
		if (bad) {
			reported_free(r);
			return -1;
		}
	}
	*out = r;
	return 0;
}

void reported_free(struct reported *r)
{
	if (!r)
		return;
	for (int i = 0; i < r->program->metric_count; i++) {
		match_free(r->series[i].match);
		free(r->series[i].steps);
		free(r->series[i].values);
	}
	free(r->series);
	str_free(&r->out.rest);
	str_free(&r->standard.rest);
	free(r);
}

/* ---- values ---- */

static int grow(struct series *s, struct err *e)
{
	if (s->count < s->capacity)
		return 0;
	const size_t capacity = s->capacity ? s->capacity * 2 : 64;
	int64_t *steps = realloc(s->steps, capacity * sizeof(*steps));
	if (!steps)
		return err_nomem(e);
	s->steps = steps;
	double *values = realloc(s->values, capacity * sizeof(*values));
	if (!values)
		return err_nomem(e);
	s->values = values;
	s->capacity = capacity;
	return 0;
}

/* Keep the steps of earlier attempts, which are in order, that are below this one, which comes
 * next. */
static void keep_below(struct series *s, int64_t step)
{
	while (s->count && s->steps[s->count - 1] >= step)
		s->count--;
}

int reported_before(
	struct reported *r, const char *metric, int64_t step, double value, struct err *e)
{
	const struct declared_metric *m = program_metric(r->program, metric);
	struct series *s = m ? &r->series[m - r->program->metrics] : NULL;
	if (!m || !m->series)
		return 0;
	/* Attempts follow each other: this one has gone back. */
	keep_below(s, step);
	if (grow(s, e))
		return -1;
	s->before = true;
	s->steps[s->count] = step;
	s->values[s->count++] = value;
	return 0;
}

/* step: NULL when the program names none. */
static int add_value(
	struct reported *r, int metric, double value, const int64_t *step, struct err *e)
{
	struct series *s = &r->series[metric];
	s->any = true;
	s->last = value;
	if (!r->program->metrics[metric].series)
		return 0;
	if (s->before) {
		s->before = false;
		keep_below(s, step ? *step : INT64_MIN);
		r->steps += s->count;
	}
	if (r->steps >= STEPS_MAX)
		return err_set(e, ERR_FAILED, "more than %d steps were reported", STEPS_MAX);
	if (grow(s, e))
		return -1;
	s->steps[s->count] = step ? *step : s->next_step;
	s->next_step = s->steps[s->count] + 1;
	s->values[s->count++] = value;
	r->steps++;
	return 0;
}

/* ---- JSON Lines ---- */

static int bad_line(
	const struct reported *r, const char *line, size_t length, const char *why, struct err *e)
{
	struct str shown = { 0 };
	log_escape(line, length < 100 ? length : 100, &shown);
	err_set(e, ERR_FAILED, "RETRIAL_OUT, line %ld: %s: %s%s", r->out.number, why,
		shown.s ? shown.s : "", length > 100 ? "..." : "");
	str_free(&shown);
	return -1;
}

/* The line with NaN, Infinity and -Infinity outside of texts as "nan", "inf" and "-inf". */
static void quote_nonfinite(const char *line, size_t length, struct str *out)
{
	static const struct {
		const char *word, *text;
	} words[] = { { "NaN", "\"nan\"" }, { "Infinity", "\"inf\"" },
		{ "-Infinity", "\"-inf\"" } };
	bool quoted = false;
	for (size_t i = 0; i < length;) {
		size_t w = 0;
		if (line[i] == '"')
			quoted = !quoted;
		else if (line[i] == '\\' && quoted && i + 1 < length)
			str_add_bytes(out, &line[i++], 1);
		for (; !quoted && w < 3; w++) {
			const size_t n = strlen(words[w].word);
			if (n <= length - i && strncmp(line + i, words[w].word, n) == 0)
				break;
		}
		if (!quoted && w < 3) {
			str_add(out, words[w].text);
			i += strlen(words[w].word);
		} else {
			str_add_bytes(out, &line[i++], 1);
		}
	}
}

/* A number, or one of the three texts. */
static bool number_of(const json_t *j, double *value)
{
	static const char *const texts[] = { "nan", "inf", "-inf" };
	static const double values[] = { NAN, INFINITY, -INFINITY };
	const char *text = json_string_value(j);
	*value = json_number_value(j);
	for (size_t i = 0; text && i < 3; i++)
		if (strcmp(text, texts[i]) == 0) {
			*value = values[i];
			return true;
		}
	return json_is_number(j);
}

/* The step that an object names for the metric. Returns 1, 0 when there is none, or -1. */
static int step_of(const json_t *object, const char *series, int64_t *step)
{
	const json_t *j = series ? json_object_get(object, series) : NULL;
	if (!j)
		j = json_object_get(object, "step");
	if (!j)
		return 0;
	const double number = json_number_value(j);
	if (!json_is_number(j) || number != floor(number) || fabs(number) > 9e15)
		return -1;
	*step = (int64_t)number;
	return 1;
}

/* Remember the names of members that nobody declared. */
static void note_other(struct reported *r, const char *key)
{
	const char *at = strstr(r->others, key);
	const size_t used = strlen(r->others);
	if (at || strcmp(key, "step") == 0 || used + strlen(key) + 3 > OTHERS_BYTES
		|| !name_is_good(key, 64))
		return;
	for (int i = 0; i < r->program->metric_count; i++)
		if (r->program->metrics[i].series
			&& strcmp(r->program->metrics[i].series, key) == 0)
			return;
	snprintf(r->others + used, sizeof(r->others) - used, "%s%s", used ? ", " : "", key);
}

static int take_object(
	struct reported *r, const json_t *object, const char *line, size_t length, struct err *e)
{
	const char *key;
	json_t *member;
	json_object_foreach((json_t *)object, key, member)
	{
		const struct declared_metric *m = program_metric(r->program, key);
		double value;
		int64_t step = 0;
		if (!m) {
			note_other(r, key);
			continue;
		}
		if (m->match)
			continue; /* it comes by standard output */
		const int has_step = step_of(object, m->series, &step);
		if (has_step < 0)
			return bad_line(r, line, length, "the step is no whole number", e);
		if (!number_of(member, &value)) {
			char why[96];
			snprintf(why, sizeof(why), "metric %s is no number", m->declared.name);
			return bad_line(r, line, length, why, e);
		}
		if (add_value(r, (int)(m - r->program->metrics), value, has_step ? &step : NULL, e))
			return -1;
	}
	return 0;
}

static int take_json(struct reported *r, const char *line, size_t length, struct err *e)
{
	struct str quoted = { 0 };
	json_error_t why;
	while (length > 0 && strchr(" \t\r", line[length - 1]))
		length--;
	if (length == 0)
		return 0;
	json_t *object = json_loadb(line, length, 0, &why);
	if (!object) {
		quote_nonfinite(line, length, &quoted);
		object = json_loadb(quoted.s, quoted.length, 0, &why);
	}
	const int result = json_is_object(object)
		? take_object(r, object, line, length, e)
		: bad_line(r, line, length, "not a whole JSON object", e);
	json_decref(object);
	str_free(&quoted);
	return result;
}

/* ---- standard output ---- */

static bool parse_real(const char *text, size_t length, double *value)
{
	char copy[64], *end;
	if (length == 0 || length >= sizeof(copy))
		return false;
	memcpy(copy, text, length);
	copy[length] = '\0';
	*value = strtod(copy, &end);
	return end > copy && !*end;
}

static int take_text(struct reported *r, const char *line, size_t length, struct err *e)
{
	for (int i = 0; i < r->program->metric_count; i++) {
		const char *name = r->program->metrics[i].declared.name;
		struct match_found found;
		double value, step = 0;
		const int says = r->series[i].match
			? match_line(r->series[i].match, line, length, &found)
			: 0;
		if (says < 0)
			return err_set(e, ERR_FAILED,
				"standard output, line %ld: the pattern of metric %s takes too "
				"long for it: write it without nested repetitions",
				r->standard.number, name);
		if (says == 0)
			continue;
		if (!parse_real(found.value, found.value_length, &value))
			return err_set(e, ERR_FAILED,
				"standard output, line %ld: what the pattern of metric %s finds is "
				"no number: %.*s",
				r->standard.number, name,
				(int)(found.value_length < 40 ? found.value_length : 40),
				found.value);
		const bool has_step = found.step && parse_real(found.step, found.step_length, &step)
			&& step == floor(step) && fabs(step) < 9e15;
		const int64_t whole = has_step ? (int64_t)step : 0;
		if (add_value(r, i, value, has_step ? &whole : NULL, e))
			return -1;
	}
	return 0;
}

/* ---- lines ---- */

typedef int take_line(struct reported *r, const char *line, size_t length, struct err *e);

/* Where the line ends that begins here, or NULL. A carriage return ends one of standard output,
 * too: progress bars write the next number over the one before, and some programs end lines with
 * both. */
static const char *line_end(bool standard, const char *bytes, size_t count)
{
	const char *feed = memchr(bytes, '\n', count);
	const char *back =
		standard ? memchr(bytes, '\r', feed ? (size_t)(feed - bytes) : count) : NULL;
	return back ? back : feed;
}

/* Give every whole line to `take`. */
static int split(struct reported *r, struct lines *l, const char *bytes, size_t count,
	take_line *take, struct err *e)
{
	while (count && !r->failed) {
		const char *end = line_end(l == &r->standard, bytes, count);
		const size_t n = end ? (size_t)(end - bytes) : count;
		if (l->rest.length + n > LINE_BYTES_MAX)
			l->skipping = true;
		if (!l->skipping)
			str_add_bytes(&l->rest, bytes, n);
		if (end) {
			if (l->skipping && l == &r->out)
				r->failed = err_set(e, ERR_FAILED,
					"RETRIAL_OUT, line %ld: longer than a megabyte", l->number);
			else if (!l->skipping
				&& (!l->returned || l->rest.length > 0)) /* \r\n ends one line */
				r->failed = take(r, l->rest.s ? l->rest.s : "", l->rest.length, e);
			str_clear(&l->rest);
			l->skipping = false;
			l->returned = *end == '\r';
			l->number += *end == '\n';
		}
		bytes += n + (end != NULL);
		count -= n + (end != NULL);
	}
	return r->failed ? -1 : 0;
}

int reported_out(struct reported *r, const char *bytes, size_t count, struct err *e)
{
	return split(r, &r->out, bytes, count, take_json, e);
}

int reported_stdout(struct reported *r, const char *bytes, size_t count, struct err *e)
{
	return r->matches ? split(r, &r->standard, bytes, count, take_text, e) : 0;
}

int reported_finish(struct reported *r, struct err *e)
{
	if (reported_out(r, "\n", r->out.rest.length > 0 || r->out.skipping, e))
		return -1;
	return reported_stdout(r, "\n", r->standard.rest.length > 0, e);
}

/* ---- what came ---- */

bool reported_steps(struct reported *r, struct steps_result *out)
{
	for (int i = 0; i < r->program->metric_count; i++) {
		struct series *s = &r->series[i];
		if (s->before || s->told == s->count)
			continue;
		size_t count = s->count - s->told;
		if (count > STEPS_RESULT_MAX)
			count = STEPS_RESULT_MAX;
		*out = (struct steps_result){ .metric = r->program->metrics[i].declared.name,
			.steps = s->steps + s->told,
			.values = s->values + s->told,
			.count = count };
		s->told += count;
		return true;
	}
	return false;
}

bool reported_value(const struct reported *r, int metric, double *value)
{
	*value = r->series[metric].last;
	return r->series[metric].any;
}

const char *reported_others(const struct reported *r)
{
	return r->others;
}

void reported_canonical(const struct reported *r, struct str *out)
{
	for (int i = 0; i < r->program->metric_count; i++) {
		const struct metric *m = &r->program->metrics[i].declared;
		const struct series *s = &r->series[i];
		if (m->kind == METRIC_TIME)
			continue;
		for (size_t k = 0; k < s->count && !s->before; k++)
			str_addf(out, "%s %lld %.17g\n", m->name, (long long)s->steps[k],
				s->values[k]);
		if (s->any)
			str_addf(out, "%s %.17g\n", m->name, s->last);
	}
}
