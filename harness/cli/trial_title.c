/* trial_title.c - see trial_title.h. */
#include "trial_title.h"

#include <stdio.h>
#include <string.h>

#include "../base/str.h"
#include "../plan/trial_kind.h"

enum { IDENTITY = 7 };

static bool varies(const struct sweep *sweep, const char *label)
{
	for (size_t i = 0; i < sweep->axis_count; i++)
		if (strcmp(sweep->axes[i].name, label) == 0)
			return sweep->axes[i].value_count > 1;
	return false;
}

static void add_word(struct str *out, const char *name, const char *value)
{
	const char *dot = strrchr(name, '.');
	str_add(out, out->length ? " " : "");
	if (strcmp(name, "dataset") != 0 && strcmp(name, "recipe") != 0)
		str_addf(out, "%s ", dot && dot[1] ? dot + 1 : name);
	str_add(out, value);
}

static bool begins_a_character(char c)
{
	return ((unsigned char)c & 0xc0) != 0x80;
}

/* The last bytes of text, a whole number of characters. */
static const char *tail(const char *text, size_t bytes)
{
	const size_t length = strlen(text);
	const char *at = text + (length > bytes ? length - bytes : 0);
	while (*at && !begins_a_character(*at))
		at++;
	return at;
}

static void shorten(const struct trial *t, const char *title, size_t bytes, char out[TITLE_MAX])
{
	const char *rest = bytes > IDENTITY + 4 ? tail(title, bytes - IDENTITY - 4) : "";
	snprintf(out, TITLE_MAX, "%.*s%s%s", IDENTITY, t->identity, *rest ? " .. " : "", rest);
}

void trial_title(const struct sweep *sweep, const struct trial *t, char out[TITLE_MAX])
{
	struct str title = { 0 };
	for (int i = 0; i < t->label_count; i++)
		if (varies(sweep, t->labels[i].name))
			add_word(&title, t->labels[i].name, t->labels[i].value);
	if (!title.length && trial_kind_of_trial(t)->networks)
		str_addf(&title, "%s %s", t->dataset,
			label_value(t, "recipe") ? label_value(t, "recipe") : t->model);
	str_addf(&title, "%sseed %llu", title.length ? " " : "", (unsigned long long)t->seed);
	if (title.length < TITLE_MAX)
		snprintf(out, TITLE_MAX, "%s", title.s);
	else
		shorten(t, title.s, TITLE_MAX - 1, out);
	str_free(&title);
}

void trial_title_fit(const struct trial *t, const char *title, int columns, char out[TITLE_MAX])
{
	int width = 0;
	for (const char *c = title; *c; c++)
		width += begins_a_character(*c);
	if (width > columns)
		shorten(t, title, (size_t)columns, out);
	else
		snprintf(out, TITLE_MAX, "%s%*s", title, columns - width, "");
}
