/* param.c - what the table of parameters is used for: reading, writing, comparing and describing
 * one value. */
#include "param.h"

#include <assert.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- numbers and names ---- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool number_parse(const char *text, double *value)
{
	const char *p = text;
	int digits = 0;
	if (*p == '+' || *p == '-')
		p++;
	for (; is_digit(*p); p++)
		digits++;
	if (*p == '.')
		for (p++; is_digit(*p); p++)
			digits++;
	if (digits == 0)
		return false;
	if (*p == 'e' || *p == 'E') {
		p++;
		if (*p == '+' || *p == '-')
			p++;
		if (!is_digit(*p))
			return false;
		while (is_digit(*p))
			p++;
	}
	if (*p)
		return false;
	*value = strtod(text, NULL); /* the program never sets a locale: the point is a point */
	if (*value == 0)
		*value = 0; /* -0 is 0: they would be two identities */
	return isfinite(*value);
}

void number_format(double value, char text[32])
{
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, 32, "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			return;
	}
}

bool name_is_good(const char *text, size_t size)
{
	const size_t length = strlen(text);
	if (length == 0 || length >= size)
		return false;
	for (const char *p = text; *p; p++) {
		const bool letter = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z');
		if (!letter && !is_digit(*p) && (p == text || !strchr("-_+.", *p)))
			return false;
	}
	return true;
}

/* ---- rows ---- */

bool param_applies(const struct param *p, int kind)
{
	return p->kinds == 0 || (p->kinds >> kind & 1) != 0;
}

bool param_is_list(const struct param *p)
{
	return p->type == PARAM_NAMES || p->type == PARAM_ENUMS || p->type == PARAM_REALS;
}

const char *param_fallback(const struct param *p, int kind)
{
	if (p->needed_kinds >> kind & 1)
		return NULL;
	return p->fallback_for && (p->fallback_kinds >> kind & 1) ? p->fallback_for : p->fallback;
}

static void *field(const struct param *p, void *base)
{
	return (char *)base + p->offset;
}

static const void *field_const(const struct param *p, const void *base)
{
	return (const char *)base + p->offset;
}

static int int_of(const struct param *p, const void *base, int index)
{
	int value;
	memcpy(&value, (const char *)field_const(p, base) + (size_t)index * sizeof(int),
		sizeof(value));
	return value;
}

static double real_of(const struct param *p, const void *base, int index)
{
	double value;
	memcpy(&value, (const char *)field_const(p, base) + (size_t)index * sizeof(value),
		sizeof(value));
	return value;
}

static uint64_t seed_of(const struct param *p, const void *base)
{
	uint64_t value;
	memcpy(&value, field_const(p, base), sizeof(value));
	return value;
}

static bool bool_of(const struct param *p, const void *base)
{
	bool value;
	memcpy(&value, field_const(p, base), sizeof(value));
	return value;
}

static const char *text_of(const struct param *p, const void *base, int index)
{
	return (const char *)field_const(p, base) + (size_t)index * LISTED_NAME_MAX;
}

/* Is the value that for which there is a word? */
static bool is_word(const struct param *p, const void *base)
{
	return p->zero
		&& (p->type == PARAM_REAL ? real_of(p, base, 0) == -1 : int_of(p, base, 0) == 0);
}

/* How many values a list has. */
static int count_of(const struct param *p, int kind, const void *base)
{
	if (p->type == PARAM_NAMES || p->type == PARAM_REALS) {
		int count;
		memcpy(&count, (const char *)base + p->size, sizeof(count));
		return count;
	}
	return p->pair_kinds >> kind & 1 ? 2 : 1;
}

void param_defaults(enum param_scope scope, int kind, void *base)
{
	size_t count;
	const struct param *table = param_table(&count);
	for (size_t i = 0; i < count; i++) {
		const struct param *p = &table[i];
		const char *fallback = param_fallback(p, kind);
		if (p->scope != scope || !fallback || p->type == PARAM_GROUP
			|| p->type == PARAM_NAMED)
			continue;
		int index = 0;
		char word[64];
		for (const char *at = fallback; *at; index++) {
			const size_t length = strcspn(at, " ");
			snprintf(word, sizeof(word), "%.*s", (int)length, at);
			struct str why = { 0 };
			const int failed = param_parse(p, word, index, base, &why);
			assert(!failed);
			(void)failed;
			str_free(&why);
			at += length + (at[length] == ' ');
		}
	}
}

/* ---- reading ---- */

/* In range? Otherwise says so. */
static int check_range(const struct param *p, double value, struct str *why)
{
	if (value < p->min || (p->min_open && value == p->min) || value > p->max
		|| (p->max_open && value == p->max)) {
		str_add(why, "out of range");
		/* The limit of a parameter that has none: nothing else says it. */
		if (p->type == PARAM_INTEGER && value > p->max && p->max == INT_MAX)
			str_addf(why, "; integers end at %d, a real may be larger", INT_MAX);
		return -1;
	}
	return 0;
}

static int parse_number(const struct param *p, const char *text, void *base, struct str *why)
{
	double value;
	if (p->zero && strcmp(text, p->zero) == 0) {
		if (p->type == PARAM_REAL)
			memcpy(field(p, base), &(double){ -1 }, sizeof(double));
		else
			memcpy(field(p, base), &(int){ 0 }, sizeof(int));
		return 0;
	}
	if (!number_parse(text, &value)) {
		str_add(why, p->type == PARAM_REAL ? "not a number" : "not a whole number");
		return -1;
	}
	if (check_range(p, value, why))
		return -1;
	const bool whole = p->type != PARAM_REAL || (p->share && value >= 1);
	if (whole && value != floor(value)) {
		str_add(why,
			p->share ? "neither a whole number nor a fraction below 1"
				 : "not a whole number");
		return -1;
	}
	if (p->type == PARAM_REAL) {
		memcpy(field(p, base), &value, sizeof(value));
		return 0;
	}
	if (p->type == PARAM_SEED) {
		const uint64_t seed = (uint64_t)value;
		memcpy(field(p, base), &seed, sizeof(seed));
	} else {
		const int number = (int)value;
		memcpy(field(p, base), &number, sizeof(number));
	}
	return 0;
}

static int parse_real_of_list(
	const struct param *p, const char *text, int index, void *base, struct str *why)
{
	double value;
	if (index >= p->max_count) {
		str_addf(why, "too many numbers (at most %d)", p->max_count);
		return -1;
	}
	if (!number_parse(text, &value)) {
		str_add(why, "not a number");
		return -1;
	}
	if (check_range(p, value, why))
		return -1;
	if (index > 0 && value <= real_of(p, base, index - 1)) {
		str_add(why, "not larger than the number before it");
		return -1;
	}
	const int count = index + 1;
	memcpy((char *)field(p, base) + (size_t)index * sizeof(value), &value, sizeof(value));
	memcpy((char *)base + p->size, &count, sizeof(count));
	return 0;
}

static size_t names_count(const char *const *names)
{
	size_t count = 0;
	while (names[count])
		count++;
	return count;
}

/* Position in names, or -1 with a hint. */
static int parse_name(const struct param *p, const char *text, struct str *why)
{
	const size_t count = names_count(p->names);
	for (size_t i = 0; i < count; i++)
		if (strcmp(p->names[i], text) == 0)
			return (int)i;
	const char *near = str_nearest(text, p->names, count);
	if (!near && p->words)
		near = str_nearest(text, p->words, names_count(p->words));
	str_add(why, "unknown");
	if (near)
		str_addf(why, " (did you mean '%s'?)", near);
	return -1;
}

static int parse_bool(const struct param *p, const char *text, void *base, struct str *why)
{
	const bool value = strcmp(text, "true") == 0;
	if (!value && strcmp(text, "false") != 0) {
		str_add(why, "neither true nor false");
		return -1;
	}
	memcpy(field(p, base), &value, sizeof(value));
	return 0;
}

static int parse_text(const struct param *p, const char *text, void *base, struct str *why)
{
	if (p->names && parse_name(p, text, why) < 0)
		return -1;
	if (!name_is_good(text, p->size)) {
		str_addf(why, "not a name (letters, digits and - _ + ., at most %zu)", p->size - 1);
		return -1;
	}
	memcpy(field(p, base), text, strlen(text) + 1);
	return 0;
}

static int parse_string(const struct param *p, const char *text, void *base, struct str *why)
{
	if (strlen(text) >= p->size) {
		str_addf(why, "too long (at most %zu bytes)", p->size - 1);
		return -1;
	}
	for (const char *c = text; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 127) {
			str_add(why, "a control character is in it");
			return -1;
		}
	memcpy(field(p, base), text, strlen(text) + 1);
	return 0;
}

static int parse_layer(
	const struct param *p, const char *text, int index, void *base, struct str *why)
{
	if (index >= (int)p->max) {
		str_addf(why, "too many layers (at most %d)", (int)p->max);
		return -1;
	}
	for (const char *part = text; part;
		part = strchr(part, '/') ? strchr(part, '/') + 1 : NULL) {
		char name[LISTED_NAME_MAX];
		const size_t length = strcspn(part, "/");
		snprintf(name, sizeof(name), "%.*s",
			(int)(length < sizeof(name) ? length : sizeof(name)), part);
		if (!name_is_good(name, sizeof(name)) || strlen(text) >= LISTED_NAME_MAX) {
			str_add(why, "not the name of a layer");
			return -1;
		}
	}
	memcpy((char *)field(p, base) + (size_t)index * LISTED_NAME_MAX, text, strlen(text) + 1);
	const int count = index + 1;
	memcpy((char *)base + p->size, &count, sizeof(count));
	return 0;
}

int param_parse(const struct param *p, const char *text, int index, void *base, struct str *why)
{
	switch (p->type) {
	case PARAM_INTEGER:
	case PARAM_SEED:
	case PARAM_REAL: return parse_number(p, text, base, why);
	case PARAM_REALS: return parse_real_of_list(p, text, index, base, why);
	case PARAM_BOOL: return parse_bool(p, text, base, why);
	case PARAM_ENUM:
	case PARAM_ENUMS: {
		assert(index < 2);
		const int value = parse_name(p, text, why);
		if (value < 0)
			return -1;
		memcpy((char *)field(p, base) + (size_t)index * sizeof(int), &value, sizeof(value));
		return 0;
	}
	case PARAM_TEXT: return parse_text(p, text, base, why);
	case PARAM_NAMES: return parse_layer(p, text, index, base, why);
	case PARAM_STRING: return parse_string(p, text, base, why);
	case PARAM_GROUP:
	case PARAM_NAMED: break;
	}
	assert(!"groups and named things are read by those who know them");
	return -1;
}

/* ---- writing ---- */

/* The i-th value of a list, or the value, without quotes. */
static void format_one(const struct param *p, const void *base, int index, struct str *out)
{
	char number[32];
	if (is_word(p, base)) {
		str_add(out, p->zero);
		return;
	}
	switch (p->type) {
	case PARAM_INTEGER: str_addf(out, "%d", int_of(p, base, 0)); return;
	case PARAM_SEED: str_addf(out, "%llu", (unsigned long long)seed_of(p, base)); return;
	case PARAM_REAL:
	case PARAM_REALS:
		number_format(real_of(p, base, index), number);
		str_add(out, number);
		return;
	case PARAM_BOOL: str_add(out, bool_of(p, base) ? "true" : "false"); return;
	case PARAM_ENUM:
	case PARAM_ENUMS: str_add(out, p->names[int_of(p, base, index)]); return;
	case PARAM_TEXT:
	case PARAM_STRING:
	case PARAM_NAMES: str_add(out, text_of(p, base, index)); return;
	case PARAM_GROUP:
	case PARAM_NAMED: return;
	}
}

void param_format(const struct param *p, int kind, const void *base, struct str *out)
{
	const bool quoted = p->type >= PARAM_ENUM || is_word(p, base);
	const bool list = param_is_list(p);
	const int count = list ? count_of(p, kind, base) : 1;
	if (list)
		str_add(out, "[");
	for (int i = 0; i < count; i++) {
		struct str value = { 0 };
		str_add(out, i > 0 ? "," : "");
		format_one(p, base, i, &value);
		if (quoted)
			str_add_json(out, value.s ? value.s : "");
		else
			str_add(out, value.s);
		str_free(&value);
	}
	if (list)
		str_add(out, "]");
}

void param_text(const struct param *p, int kind, const void *base, struct str *out)
{
	const int count = param_is_list(p) ? count_of(p, kind, base) : 1;
	for (int i = 0; i < count; i++) {
		str_add(out, i > 0 ? "+" : "");
		format_one(p, base, i, out);
	}
	if (count == 0)
		str_add(out, "none");
}

bool param_equal(const struct param *p, int kind, const void *a, const void *b)
{
	switch (p->type) {
	case PARAM_INTEGER:
	case PARAM_ENUM: return int_of(p, a, 0) == int_of(p, b, 0);
	case PARAM_SEED: return seed_of(p, a) == seed_of(p, b);
	case PARAM_REAL: return real_of(p, a, 0) == real_of(p, b, 0);
	case PARAM_BOOL: return bool_of(p, a) == bool_of(p, b);
	case PARAM_TEXT:
	case PARAM_STRING: return strcmp(text_of(p, a, 0), text_of(p, b, 0)) == 0;
	case PARAM_ENUMS:
	case PARAM_REALS:
	case PARAM_NAMES: break;
	case PARAM_GROUP:
	case PARAM_NAMED: return true;
	}
	const int count = count_of(p, kind, a);
	if (count != count_of(p, kind, b))
		return false;
	for (int i = 0; i < count; i++) {
		if (p->type == PARAM_REALS) {
			if (real_of(p, a, i) != real_of(p, b, i))
				return false;
			continue;
		}
		if (p->type == PARAM_ENUMS ? int_of(p, a, i) != int_of(p, b, i)
					   : strcmp(text_of(p, a, i), text_of(p, b, i)) != 0)
			return false;
	}
	return true;
}
