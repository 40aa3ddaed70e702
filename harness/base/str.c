/* str.c - see str.h. */
#include "str.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "err.h"

/* ---- growing ---- */

/* Room for `more` bytes and the NUL. */
static void reserve(struct str *out, size_t more)
{
	if (more > SIZE_MAX / 4 || out->length > SIZE_MAX / 4)
		err_end_nomem();
	const size_t need = out->length + more + 1;
	if (need <= out->capacity)
		return;
	size_t capacity = out->capacity ? 2 * out->capacity : 64;
	if (capacity < need)
		capacity = need;
	char *s = realloc(out->s, capacity);
	if (!s)
		err_end_nomem();
	out->s = s;
	out->capacity = capacity;
}

void str_add(struct str *out, const char *text)
{
	str_add_bytes(out, text, strlen(text));
}

void str_add_bytes(struct str *out, const char *bytes, size_t count)
{
	reserve(out, count);
	if (count)
		memcpy(out->s + out->length, bytes, count);
	out->length += count;
	out->s[out->length] = '\0';
}

void str_addv(struct str *out, const char *format, va_list list)
{
	char *text;
	const int count = vasprintf(&text, format, list);
	if (count < 0)
		err_end_nomem();
	str_add_bytes(out, text, (size_t)count);
	free(text);
}

void str_addf(struct str *out, const char *format, ...)
{
	va_list list;
	va_start(list, format);
	str_addv(out, format, list);
	va_end(list);
}

void str_add_word(struct str *out, const char *text)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=,:+@%";
	if (text[0] && strspn(text, plain) == strlen(text)) {
		str_add(out, text);
		return;
	}
	str_add(out, "'");
	for (; *text; text++)
		if (*text == '\'')
			str_add(out, "'\\''");
		else
			str_add_bytes(out, text, 1);
	str_add(out, "'");
}

void str_add_json(struct str *out, const char *text)
{
	str_add(out, "\"");
	for (; *text; text++) {
		const unsigned char c = (unsigned char)*text;
		if (c == '"' || c == '\\')
			str_addf(out, "\\%c", c);
		else if (c < ' ')
			str_addf(out, "\\u%04x", c);
		else
			str_add_bytes(out, text, 1);
	}
	str_add(out, "\"");
}

void str_clear(struct str *out)
{
	out->length = 0;
	if (out->s)
		out->s[0] = '\0';
}

void str_free(struct str *out)
{
	free(out->s);
	*out = (struct str){ 0 };
}

char *str_take(struct str *out)
{
	reserve(out, 0);
	out->s[out->length] = '\0';
	char *s = out->s;
	*out = (struct str){ 0 };
	return s;
}

/* ---- did you mean ---- */

enum { WORD_MAX = 64 };

static int lower(char c)
{
	return tolower((unsigned char)c);
}

static int smaller(int a, int b)
{
	return a < b ? a : b;
}

/* Damerau-Levenshtein distance (a swap of neighbours counts one), upper and lower case alike. Both
 * shorter than WORD_MAX. */
static int edit_distance(const char *a, int a_length, const char *b, int b_length)
{
	int rows[3][WORD_MAX + 1];
	int *before = rows[0], *above = rows[1], *row = rows[2];
	for (int j = 0; j <= b_length; j++)
		above[j] = before[j] = j;
	for (int i = 1; i <= a_length; i++) {
		row[0] = i;
		for (int j = 1; j <= b_length; j++) {
			const int change = lower(a[i - 1]) != lower(b[j - 1]);
			int least = smaller(above[j] + 1, row[j - 1] + 1);
			least = smaller(least, above[j - 1] + change);
			if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2])
				&& lower(a[i - 2]) == lower(b[j - 1]))
				least = smaller(least, before[j - 2] + 1);
			row[j] = least;
		}
		int *oldest = before;
		before = above;
		above = row;
		row = oldest;
	}
	return above[b_length];
}

/* How far name is from word; a word that name begins with ("fashion" for "fashion-mnist") is as
 * near as one typing error. */
static int distance(const char *word, int word_length, const char *name, int name_length)
{
	const int edits = edit_distance(word, word_length, name, name_length);
	if (edits > 1 && word_length >= 3 && strncasecmp(word, name, (size_t)word_length) == 0)
		return 1;
	return edits;
}

const char *str_nearest(const char *word, const char *const *names, size_t count)
{
	const size_t word_length = strlen(word);
	if (word_length == 0 || word_length >= WORD_MAX)
		return NULL;

	const char *nearest = NULL;
	int least = WORD_MAX;
	for (size_t i = 0; i < count; i++) {
		const size_t name_length = strlen(names[i]);
		if (name_length >= WORD_MAX)
			continue;
		/* One error in three letters is a slip, more is another word. */
		const int longer = (int)(word_length > name_length ? word_length : name_length);
		const int allowed = longer < 6 ? 1 : longer / 3;
		const int d = distance(word, (int)word_length, names[i], (int)name_length);
		if (d <= allowed && d < longer && d < least) {
			least = d;
			nearest = names[i];
		}
	}
	return nearest;
}

/* ---- UTF-8 ---- */

size_t str_utf8_length(const char *text)
{
	/* First bytes, how many follow, and the range of the second byte; all others are 80 to BF.
	 */
	static const struct {
		unsigned char first, last, more, low, high;
	} kinds[] = {
		{ 0x01, 0x7f, 0, 0, 0 },
		{ 0xc2, 0xdf, 1, 0x80, 0xbf },
		{ 0xe0, 0xe0, 2, 0xa0, 0xbf },
		{ 0xe1, 0xec, 2, 0x80, 0xbf },
		{ 0xed, 0xed, 2, 0x80, 0x9f },
		{ 0xee, 0xef, 2, 0x80, 0xbf },
		{ 0xf0, 0xf0, 3, 0x90, 0xbf },
		{ 0xf1, 0xf3, 3, 0x80, 0xbf },
		{ 0xf4, 0xf4, 3, 0x80, 0x8f },
	};
	const size_t count = sizeof(kinds) / sizeof(kinds[0]);
	const unsigned char *c = (const unsigned char *)text;
	size_t k = 0;
	while (k < count && (*c < kinds[k].first || *c > kinds[k].last))
		k++;
	if (k == count)
		return 0;
	for (int i = 1; i <= kinds[k].more; i++)
		if (c[i] < (i > 1 ? 0x80 : kinds[k].low) || c[i] > (i > 1 ? 0xbf : kinds[k].high))
			return 0;
	return 1u + kinds[k].more;
}

bool str_is_utf8(const char *text)
{
	for (size_t length; *text; text += length) {
		length = str_utf8_length(text);
		if (!length)
			return false;
	}
	return true;
}

bool str_has_control(const char *text, bool lines)
{
	for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
		const bool line = lines && (*c == '\n' || *c == '\t');
		const bool c1 = c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0;
		if ((*c < ' ' && !line) || *c == 127 || c1)
			return true;
	}
	return false;
}
