/* made_sweep.h - sweep files made in a test: from a text behind a common head, or in a scratch
 * folder. Include it after cmocka.h. */
#ifndef TESTS_MADE_SWEEP_H
#define TESTS_MADE_SWEEP_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/file.h"
#include "harness/plan/sweep.h"

/* Two recipes and a set of transforms that most texts below use. */
static const char made_head[] =
	"retrial: 1\n"
	"recipes:\n"
	"  two: [{phase: dual, epochs: 2}, {phase: unify, heads: [copy, copy], epochs: 3}]\n"
	"  one: [{phase: single, epochs: 2}]\n"
	"augments: {strong: {rotation: 0.5, zoom: 0.5}}\n";

static inline struct sweep *read_with(const char *rest, const struct sweep_options *options)
{
	struct err e = { 0 };
	struct sweep *s;
	struct str text = { 0 };
	str_addf(&text, "%s%s", made_head, rest);
	if (sweep_parse("test.yaml", text.s, text.length, options, &e, &s))
		fail_msg("%s", e.text);
	str_free(&text);
	return s;
}

static inline struct sweep *read_text(const char *rest)
{
	return read_with(rest, NULL);
}

/* The text behind the head is refused, and the messages contain this. */
static inline void refused_with(
	const char *rest, const struct sweep_options *options, const char *expected)
{
	struct err e = { 0 };
	struct sweep *s;
	struct str text = { 0 };
	str_addf(&text, "%s%s", made_head, rest);
	if (sweep_parse("test.yaml", text.s, text.length, options, &e, &s) == 0)
		fail_msg("accepted: %s", rest);
	assert_int_equal(e.kind, ERR_USAGE);
	assert_null(s);
	if (!strstr(e.text, expected))
		fail_msg("expected \"%s\" in:\n%s", expected, e.text);
	str_free(&text);
}

static inline void refused(const char *rest, const char *expected)
{
	refused_with(rest, NULL, expected);
}

static inline void assert_label(const struct trial *t, const char *name, const char *value)
{
	const char *found = label_value(t, name);
	if (!found)
		fail_msg("no label %s", name);
	assert_string_equal(found, value);
}

/* Write the file below the folder where tests may write. */
static inline void write_scratch(const char *folder, const char *name, const char *text)
{
	struct err e = { 0 };
	struct str path = { 0 };
	str_addf(&path, "%s/%s", folder, name);
	if (file_write(path.s, text, strlen(text), &e))
		fail_msg("%s", e.text);
	str_free(&path);
}

static inline void read_scratch(
	const char *folder, const char *name, const char *expected, size_t trials)
{
	struct err e = { 0 };
	struct sweep *s;
	struct str path = { 0 };
	str_addf(&path, "%s/%s", folder, name);
	const int failed = sweep_read(path.s, NULL, &e, &s);
	if (!failed && expected)
		fail_msg("%s was accepted", name);
	if (failed && (!expected || !strstr(e.text, expected)))
		fail_msg("%s: %s", name, e.text);
	if (!failed)
		assert_int_equal(s->trial_count, trials);
	sweep_free(s);
	str_free(&path);
}

#endif
