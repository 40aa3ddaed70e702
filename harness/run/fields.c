/* fields.c - checked members of JSON objects (jansson, of which every result is looked at). */
#include "fields.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- writing ---- */

struct fields fields_begin(void)
{
	json_t *object = json_object();
	return (struct fields){ .object = object, .failed = !object };
}

void fields_set(struct fields *f, const char *name, json_t *value)
{
	/* json_object_set_new() frees the value in any case. */
	if (json_object_set_new(f->object, name, value))
		f->failed = true;
}

void fields_append(struct fields *f, json_t *array, json_t *value)
{
	if (json_array_append_new(array, value))
		f->failed = true;
}

void fields_set_integer(struct fields *f, const char *name, json_int_t value)
{
	fields_set(f, name, json_integer(value));
}

static json_t *real_json(double x)
{
	if (isnan(x))
		return json_string("nan");
	if (isinf(x))
		return json_string(x > 0 ? "inf" : "-inf");
	return json_real(x);
}

void fields_set_real(struct fields *f, const char *name, double value)
{
	fields_set(f, name, real_json(value));
}

void fields_set_reals(struct fields *f, const char *name, const double *values, int count)
{
	json_t *array = json_array();
	for (int i = 0; i < count; i++)
		fields_append(f, array, real_json(values[i]));
	fields_set(f, name, array);
}

void fields_set_text(struct fields *f, const char *name, const char *text)
{
	if (str_is_utf8(text)) {
		fields_set(f, name, json_string(text));
		return;
	}
	char *ascii = strdup(text);
	for (char *c = ascii; c && *c; c++)
		if ((unsigned char)*c >= 0x80)
			*c = '?';
	fields_set(f, name, ascii ? json_string(ascii) : NULL);
	free(ascii);
}

json_t *fields_take(struct fields *f)
{
	json_t *object = f->object;
	f->object = NULL;
	if (!f->failed)
		return object;
	json_decref(object);
	return NULL;
}

int fields_text(struct fields *f, struct str *out)
{
	json_t *object = fields_take(f);
	char *text = object ? json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(17)) : NULL;
	if (text)
		str_add(out, text);
	free(text);
	json_decref(object);
	return text ? 0 : -1;
}

/* ---- reading ---- */

static void blame(struct members *m, const char *name)
{
	if (!m->bad)
		m->bad = name;
}

/* The member, if it has that type. */
static const json_t *find(struct members *m, const char *name, json_type type)
{
	const json_t *j = json_object_get(m->object, name);
	if (j && json_typeof(j) == type)
		return j;
	blame(m, name);
	return NULL;
}

json_int_t members_integer(
	struct members *m, const char *name, json_int_t lowest, json_int_t highest)
{
	const json_int_t value = json_integer_value(find(m, name, JSON_INTEGER));
	if (value >= lowest && value <= highest)
		return value;
	blame(m, name);
	return lowest;
}

bool members_bool(struct members *m, const char *name)
{
	const json_t *j = json_object_get(m->object, name);
	if (!json_is_boolean(j))
		blame(m, name);
	return json_is_true(j);
}

static double real_of(struct members *m, const char *name, const json_t *j)
{
	const char *text = json_string_value(j);
	if (json_is_number(j))
		return json_number_value(j);
	if (text && strcmp(text, "nan") == 0)
		return (double)NAN;
	if (text && strcmp(text, "inf") == 0)
		return (double)INFINITY;
	if (text && strcmp(text, "-inf") == 0)
		return -(double)INFINITY;
	blame(m, name);
	return (double)NAN;
}

double members_real(struct members *m, const char *name)
{
	return real_of(m, name, json_object_get(m->object, name));
}

void members_reals(struct members *m, const char *name, double *values, int count)
{
	const json_t *array = find(m, name, JSON_ARRAY);
	if (json_array_size(array) != (size_t)count)
		blame(m, name);
	for (int i = 0; i < count; i++)
		values[i] = real_of(m, name, json_array_get(array, (size_t)i));
}

const char *members_lent_text(struct members *m, const char *name)
{
	const char *text = json_string_value(find(m, name, JSON_STRING));
	return text ? text : "";
}

void members_text(struct members *m, const char *name, char *out, size_t size)
{
	const char *text = members_lent_text(m, name);
	if (strlen(text) >= size)
		blame(m, name);
	snprintf(out, size, "%s", text);
}

int members_count(struct members *m, const char *name, int lowest, int highest)
{
	const size_t count = json_array_size(find(m, name, JSON_ARRAY));
	if (count >= (size_t)lowest && count <= (size_t)highest)
		return (int)count;
	blame(m, name);
	return lowest;
}

const json_t *members_element(struct members *m, const char *name, size_t i)
{
	const json_t *element = json_array_get(find(m, name, JSON_ARRAY), i);
	if (!element)
		blame(m, name);
	return element;
}
