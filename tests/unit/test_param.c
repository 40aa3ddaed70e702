/* test_param.c - harness/plan/param.h: numbers, names, ranges, and that the table of parameters is
 * sound. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/plan/language.h"
#include "harness/plan/param.h"

static void numbers_are_read_as_people_write_them_and_nothing_else_is(void **state)
{
	(void)state;
	static const char *const good[] = { "1", "0.001", "1e-3", "1.0e-3", "+5", ".5", "5.",
		"-2E+3", "00.1" };
	static const double values[] = { 1, 0.001, 0.001, 0.001, 5, 0.5, 5, -2000, 0.1 };
	static const char *const bad[] = { "", "x", "1x", "0x10", "nan", "inf", "1e", "1e+", ".",
		"-", "1,5", "1 ", " 1", "1_000", "1e400" };
	double value;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(number_parse(good[i], &value));
		assert_true(value == values[i]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (number_parse(bad[i], &value))
			fail_msg("'%s' was read as a number", bad[i]);
}

static void numbers_are_written_with_as_few_digits_as_read_back(void **state)
{
	(void)state;
	static const double values[] = { 0.1, 0.001, 1e-7, 1.0 / 3, 0.1 + 0.2, 5e-324,
		1.7976931348623157e308, 20000, 123456789012345678.0 };
	static const char *const texts[] = { "0.1", "0.001", "1e-07", "0.3333333333333333",
		"0.30000000000000004", "4.94065645841247e-324", "1.7976931348623157e+308", "20000",
		"1.2345678901234568e+17" };
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		char text[32];
		number_format(values[i], text);
		assert_string_equal(text, texts[i]);
		assert_true(strtod(text, NULL) == values[i]);
	}
}

static void minus_zero_is_zero(void **state)
{
	(void)state;
	double value = 1;
	assert_true(number_parse("-0.0", &value));
	assert_false(signbit(value));
}

static int parse(enum param_scope scope, const char *name, const char *text, void *base,
	const char *expected)
{
	struct str why = { 0 };
	const struct param *p = param_find(scope, name);
	assert_non_null(p);
	const int result = param_parse(p, text, 0, base, &why);
	assert_string_equal(why.s ? why.s : "", expected);
	str_free(&why);
	return result;
}

static void open_bounds_are_not_allowed_and_closed_ones_are(void **state)
{
	(void)state;
	struct optimizer_config o = { 0 };
	assert_int_equal(parse(SCOPE_OPTIMIZER, "lr", "0", &o, "out of range"), -1);
	assert_int_equal(parse(SCOPE_OPTIMIZER, "lr", "10", &o, ""), 0);
	assert_true(o.lr == 10);
	assert_int_equal(parse(SCOPE_OPTIMIZER, "lr", "10.0001", &o, "out of range"), -1);
	assert_int_equal(parse(SCOPE_OPTIMIZER, "momentum", "0", &o, ""), 0);
	assert_int_equal(parse(SCOPE_OPTIMIZER, "momentum", "1", &o, "out of range"), -1);
	assert_true(o.lr == 10);
}

static void whole_numbers_may_be_spelled_as_numbers_but_have_to_be_whole(void **state)
{
	(void)state;
	struct trial t = { 0 };
	assert_int_equal(parse(SCOPE_TRIAL, "batch_size", "1e2", &t, ""), 0);
	assert_int_equal(t.batch_size, 100);
	assert_int_equal(parse(SCOPE_TRIAL, "batch_size", "32.0", &t, ""), 0);
	assert_int_equal(t.batch_size, 32);
	assert_int_equal(parse(SCOPE_TRIAL, "batch_size", "32.5", &t, "not a whole number"), -1);
	assert_int_equal(
		parse(SCOPE_TRIAL, "batch_size", "99999999999999999999", &t, "out of range"), -1);
	assert_int_equal(t.batch_size, 32);
}

static void a_name_that_is_nearly_right_gets_a_hint(void **state)
{
	(void)state;
	struct phase_config p = { 0 };
	assert_int_equal(
		parse(SCOPE_PHASE, "keep", "restord", &p, "unknown (did you mean 'restored'?)"),
		-1);
	assert_int_equal(parse(SCOPE_PHASE, "keep", "everything", &p, "unknown"), -1);
	assert_int_equal(parse(SCOPE_PHASE, "both", "yes", &p, "neither true nor false"), -1);
}

/* A default that cannot be read would be found by an assert in param_defaults; this also checks
 * that it is in its own range. */
static void every_default_is_a_value_of_its_parameter(void **state)
{
	(void)state;
	size_t count;
	const struct param *table = param_table(&count);
	int checked = 0;
	for (size_t i = 0; i < count; i++) {
		const struct param *p = &table[i];
		const bool simple = p->type == PARAM_INTEGER || p->type == PARAM_REAL
			|| p->type == PARAM_BOOL || p->type == PARAM_ENUM;
		if (!simple || !p->fallback)
			continue;
		union {
			struct trial trial;
			struct phase_config phase;
		} scratch = { 0 };
		struct str why = { 0 };
		if (param_parse(p, p->fallback, 0, &scratch, &why))
			fail_msg("default of %s: %s", p->name, why.s);
		checked++;
	}
	assert_true(checked > 15);
}

static void names_are_unique_within_their_scope(void **state)
{
	(void)state;
	size_t count;
	const struct param *table = param_table(&count);
	for (size_t i = 0; i < count; i++)
		assert_ptr_equal(param_find(table[i].scope, table[i].name), &table[i]);
}

static void keep_has_another_default_in_dual_and_kfold_phases(void **state)
{
	(void)state;
	for (int kind = PHASE_SINGLE; kind <= PHASE_KFOLD; kind++) {
		struct phase_config p = { 0 };
		param_defaults(SCOPE_PHASE, kind, &p);
		const bool best = kind == PHASE_DUAL || kind == PHASE_KFOLD;
		assert_int_equal(p.keep, best ? KEEP_BEST : KEEP_RESTORED);
	}
}

static void the_dual_phase_sees_originals_and_augmented_images_by_default(void **state)
{
	(void)state;
	struct phase_config p = { 0 };
	param_defaults(SCOPE_PHASE, PHASE_DUAL, &p);
	assert_int_equal(p.inputs[0], INPUT_ORIGINAL);
	assert_int_equal(p.inputs[1], INPUT_AUGMENTED);
}

static void help_tells_values_default_and_where(void **state)
{
	(void)state;
	struct str out = { 0 };
	assert_int_equal(language_describe("lr", &out), 1);
	assert_non_null(strstr(out.s, "learning rate"));
	assert_non_null(strstr(out.s, "above 0, at most 10"));
	assert_non_null(strstr(out.s, "default   0.001"));
	str_clear(&out);
	assert_int_equal(language_describe("stop.patience", &out), 1);
	assert_non_null(strstr(out.s, "0: never"));
	str_clear(&out);
	assert_int_equal(language_describe("keep", &out), 1);
	assert_non_null(strstr(out.s, "restored; best in phases of the kind dual, kfold"));
	str_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_read_as_people_write_them_and_nothing_else_is),
		cmocka_unit_test(numbers_are_written_with_as_few_digits_as_read_back),
		cmocka_unit_test(minus_zero_is_zero),
		cmocka_unit_test(open_bounds_are_not_allowed_and_closed_ones_are),
		cmocka_unit_test(whole_numbers_may_be_spelled_as_numbers_but_have_to_be_whole),
		cmocka_unit_test(a_name_that_is_nearly_right_gets_a_hint),
		cmocka_unit_test(every_default_is_a_value_of_its_parameter),
		cmocka_unit_test(names_are_unique_within_their_scope),
		cmocka_unit_test(keep_has_another_default_in_dual_and_kfold_phases),
		cmocka_unit_test(the_dual_phase_sees_originals_and_augmented_images_by_default),
		cmocka_unit_test(help_tells_values_default_and_where),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
