/* short_names.c - see short_names.h. Characters are those of UTF-8, each taken as one column. */
#include "short_names.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/err.h"

enum form { MIDDLE, END, PREFIX, NUMBERED };

static bool begins_character(char c)
{
	return ((unsigned char)c & 0xc0) != 0x80;
}

int short_names_length(const char *text)
{
	int count = 0;

	for (; *text; text++)
		count += begins_character(*text);
	return count;
}

/* The text after so many characters. */
static const char *skip(const char *text, int characters)
{
	for (; *text; text++)
		if (begins_character(*text) && characters-- <= 0)
			break;
	return text;
}

static void add_head(struct str *out, const char *text, int characters)
{
	str_add_bytes(out, text, (size_t)(skip(text, characters) - text));
}

/* Characters that all texts begin with. */
static int common_prefix(const char *const *texts, size_t count)
{
	size_t bytes = strlen(texts[0]);
	int characters = 0;

	for (size_t i = 1; i < count; i++) {
		size_t same = 0;
		while (same < bytes && texts[i][same] == texts[0][same])
			same++;
		bytes = same;
	}
	while (bytes && !begins_character(texts[0][bytes]))
		bytes--;
	for (size_t i = 0; i < bytes; i++)
		characters += begins_character(texts[0][i]);
	return characters;
}

static void cut(struct str *out, const char *text, int most, enum form form, int prefix, size_t i)
{
	const int length = short_names_length(text);

	if (length <= most) {
		str_add(out, text);
	} else if (form == PREFIX && length - prefix <= most - 1) {
		str_add(out, "…");
		str_add(out, skip(text, prefix));
	} else if (form == PREFIX) {
		str_add(out, "…");
		add_head(out, skip(text, prefix), most - 2);
		str_add(out, "…");
	} else if (form == NUMBERED) {
		char number[24];
		const int digits = snprintf(number, sizeof(number), "…%zu", i + 1) - 2;
		add_head(out, text, most > digits ? most - digits : 0);
		str_add(out, number);
	} else {
		const int tail = form == MIDDLE ? (most - 1) / 2 : 0;
		add_head(out, text, most - 1 - tail);
		str_add(out, "…");
		str_add(out, skip(text, length - tail));
	}
}

static bool stay_different(const char *const *texts, size_t count, const struct str *made)
{
	for (size_t i = 1; i < count; i++)
		for (size_t k = 0; k < i; k++)
			if (!strcmp(made[i].s, made[k].s) && strcmp(texts[i], texts[k]) != 0)
				return false;
	return true;
}

void short_names(const char *const *texts, size_t count, int most, struct str *out)
{
	const int prefix = count > 1 ? common_prefix(texts, count) : 0;
	struct str *made = calloc(count + 1, sizeof(*made));

	if (!made)
		err_end_nomem();
	for (enum form form = MIDDLE; form <= NUMBERED; form++) {
		for (size_t i = 0; i < count; i++) {
			str_clear(&made[i]);
			str_add(&made[i], "");
			cut(&made[i], texts[i], most, form, prefix, i);
		}
		if (form == NUMBERED || stay_different(texts, count, made))
			break;
	}
	for (size_t i = 0; i < count; i++) {
		str_add(&out[i], made[i].s);
		str_free(&made[i]);
	}
	free(made);
}
