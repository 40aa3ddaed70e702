/* template.c - see template.h. */
#include "template.h"

#include <stdio.h>
#include <string.h>

enum { NAME_MAX_BYTES = 64 };

bool template_next(const char **at, struct template_part *out)
{
	const char *p = *at;
	if (!*p)
		return false;
	if ((p[0] == '{' && p[1] == '{') || (p[0] == '}' && p[1] == '}')) {
		*out = (struct template_part){ TEMPLATE_TEXT, p, 1 };
		*at = p + 2;
		return true;
	}
	if (*p == '{') {
		const size_t length = strcspn(p + 1, "{}");
		if (length > 0 && length < NAME_MAX_BYTES && p[1 + length] == '}') {
			*out = (struct template_part){ TEMPLATE_PLACEHOLDER, p + 1, length };
			*at = p + length + 2;
			return true;
		}
	}
	const size_t length = strcspn(p, "{}");
	if (length == 0) {
		*out = (struct template_part){ TEMPLATE_BAD, p, strlen(p) };
		*at = p + strlen(p);
		return true;
	}
	*out = (struct template_part){ TEMPLATE_TEXT, p, length };
	*at = p + length;
	return true;
}

int template_fill(const char *text, int (*value)(void *context, const char *name, struct str *out),
	void *context, struct str *out)
{
	struct template_part part;
	while (template_next(&text, &part)) {
		char name[NAME_MAX_BYTES];
		if (part.kind == TEMPLATE_BAD)
			return -1;
		if (part.kind == TEMPLATE_TEXT) {
			str_add_bytes(out, part.text, part.length);
			continue;
		}
		snprintf(name, sizeof(name), "%.*s", (int)part.length, part.text);
		if (value(context, name, out))
			return -1;
	}
	return 0;
}
