/* template.h - texts with placeholders: "--C={C}". A placeholder is a name in braces; {{ and }} are
 * braces themselves, as in Python's str.format. Knows no parameters. */
#ifndef PLAN_TEMPLATE_H
#define PLAN_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/str.h"

enum template_kind {
	TEMPLATE_TEXT,        /* as it stands */
	TEMPLATE_PLACEHOLDER, /* the text is its name */
	TEMPLATE_BAD,         /* a brace without its partner, or an empty name: text begins there */
};

struct template_part {
	enum template_kind kind;
	const char *text;
	size_t length;
};

/* The part that begins at *at, which moves behind it. Returns false at the end of the text. Nothing
 * follows a TEMPLATE_BAD. */
bool template_next(const char **at, struct template_part *out);

/* Append the text with its placeholders filled in: value appends what the name stands for, and
 * returns 0, or -1 when it stands for nothing. Returns 0, or -1 (then out has the beginning). */
int template_fill(const char *text, int (*value)(void *context, const char *name, struct str *out),
	void *context, struct str *out);

#endif
