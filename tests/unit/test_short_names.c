/* test_short_names.c - names cut to the room of a figure: never longer, never two alike. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "harness/report/short_names.h"

enum { MOST_NAMES = 4 };

static void cut(const char *const *texts, size_t count, int most, struct str out[MOST_NAMES])
{
	memset(out, 0, MOST_NAMES * sizeof(*out));
	short_names(texts, count, most, out);
	for (size_t i = 0; i < count; i++) {
		assert_true(short_names_length(out[i].s) <= most);
		assert_true(str_is_utf8(out[i].s));
		for (size_t k = 0; k < i; k++)
			if (strcmp(texts[i], texts[k]) != 0)
				assert_string_not_equal(out[i].s, out[k].s);
	}
}

static void free_all(struct str *out)
{
	for (size_t i = 0; i < MOST_NAMES; i++)
		str_free(&out[i]);
}

static void short_names_stay_as_they_are(void **state)
{
	static const char *const texts[] = { "oak", "beech", "Straße" };
	struct str out[MOST_NAMES];
	(void)state;

	cut(texts, 3, 6, out);
	for (size_t i = 0; i < 3; i++)
		assert_string_equal(out[i].s, texts[i]);
	free_all(out);
}

static void a_long_name_loses_its_middle(void **state)
{
	static const char *const texts[] = { "leaf of the European beech", "oak" };
	struct str out[MOST_NAMES];
	(void)state;

	cut(texts, 2, 11, out);
	assert_string_equal(out[0].s, "leaf …beech");
	free_all(out);
}

static void names_that_differ_in_the_middle_stay_different(void **state)
{
	static const char *const middle[] = { "a long beginning A a long end",
		"a long beginning B a long end", "a long beginning C a long end" };
	static const char *const umlauts[] = { "ääääääääää1ääääääääää", "ääääääääää2ääääääääää" };
	static const char *const apart[] = { "xx1xxxxxxxxxxxxxxxxxxxxx2xxxxxxxxxxxxxxxx",
		"xx1xxxxxxxxxxxxxxxxxxxxx3xxxxxxxxxxxxxxxx", "yyy" };
	struct str out[MOST_NAMES];
	(void)state;

	cut(middle, 3, 8, out);
	free_all(out);
	cut(umlauts, 2, 6, out);
	free_all(out);
	cut(apart, 3, 8, out); /* no cut shows the difference: they are numbered */
	free_all(out);
}

static void equal_names_stay_equal(void **state)
{
	static const char *const texts[] = { "the same long name twice",
		"the same long name twice" };
	struct str out[MOST_NAMES];
	(void)state;

	cut(texts, 2, 9, out);
	assert_string_equal(out[0].s, out[1].s);
	assert_string_equal(out[0].s, "the …wice");
	free_all(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(short_names_stay_as_they_are),
		cmocka_unit_test(a_long_name_loses_its_middle),
		cmocka_unit_test(names_that_differ_in_the_middle_stay_different),
		cmocka_unit_test(equal_names_stay_equal),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
