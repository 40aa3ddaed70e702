/* match.c - see match.h. */
#include "match.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>

/* A pattern that backtracks for longer than this on one line is a mistake. */
enum { STEPS_MAX = 1000000 };

struct match {
	pcre2_code *code;
	pcre2_match_data *data;
	pcre2_match_context *limits;
	int step; /* number of the group called step, 0: none */
};

static int refuse(struct str *why, struct match *m, const char *format, int code, size_t at)
{
	char text[200] = "";
	pcre2_get_error_message(code, (PCRE2_UCHAR *)text, sizeof(text));
	str_addf(why, format, text, at + 1);
	match_free(m);
	return -1;
}

int match_new(const char *pattern, struct str *why, struct match **out)
{
	int code;
	size_t at;
	uint32_t groups = 0;
	struct match *m = calloc(1, sizeof(*m));
	*out = NULL;
	if (!m) {
		str_add(why, "out of memory");
		return -1;
	}
	m->code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, 0, &code, &at, NULL);
	if (!m->code)
		return refuse(why, m, "not a regular expression: %s, at character %zu", code, at);
	m->data = pcre2_match_data_create_from_pattern(m->code, NULL);
	m->limits = pcre2_match_context_create(NULL);
	if (!m->data || !m->limits)
		return refuse(why, m, "out of memory (%s%zu)", 0, 0);
	pcre2_set_match_limit(m->limits, STEPS_MAX);
	pcre2_pattern_info(m->code, PCRE2_INFO_CAPTURECOUNT, &groups);
	const int step = pcre2_substring_number_from_name(m->code, (PCRE2_SPTR) "step");
	m->step = step > 0 ? step : 0;
	if (groups < 1 + (m->step > 0)) {
		str_add(why, "no group for the number: write it as (...), such as acc=([0-9.]+)");
		match_free(m);
		return -1;
	}
	*out = m;
	return 0;
}

void match_free(struct match *m)
{
	if (!m)
		return;
	pcre2_match_context_free(m->limits);
	pcre2_match_data_free(m->data);
	pcre2_code_free(m->code);
	free(m);
}

int match_line(struct match *m, const char *line, size_t length, struct match_found *out)
{
	const int count = pcre2_match(m->code, (PCRE2_SPTR)line, length, 0, 0, m->data, m->limits);
	*out = (struct match_found){ .value = NULL };
	if (count == PCRE2_ERROR_NOMATCH)
		return 0;
	if (count < 0)
		return -1;
	const size_t *ends = pcre2_get_ovector_pointer(m->data);
	for (int g = 1; g < count; g++) {
		if (ends[2 * g] == PCRE2_UNSET)
			continue;
		const char *text = line + ends[2 * g];
		const size_t bytes = ends[2 * g + 1] - ends[2 * g];
		if (g == m->step) {
			out->step = text;
			out->step_length = bytes;
		} else if (!out->value) {
			out->value = text;
			out->value_length = bytes;
		}
	}
	return out->value != NULL;
}
