/* label_text.c - see label_text.h. */
#include "label_text.h"

#include <jansson.h>
#include <string.h>

static bool is_left_out(const char *name, const char *value)
{
	return strcmp(name, "dataset") == 0 || strcmp(name, "recipe") == 0
		|| (strcmp(name, "augment") == 0 && strcmp(value, "none") == 0);
}

void label_text(struct str *out, const char *labels)
{
	json_t *object = json_loads(labels ? labels : "", JSON_DISABLE_EOF_CHECK, NULL), *value;
	const char *name;
	json_object_foreach(object, name, value)
	{
		const char *text = json_string_value(value) ? json_string_value(value) : "";
		if (!is_left_out(name, text))
			str_addf(out, " %s=%s", name, text);
	}
	json_decref(object);
}
