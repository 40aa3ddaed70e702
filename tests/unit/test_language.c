/* test_language.c - harness/plan/language.h: the table of the sweep language is complete, its
 * examples are sweep files, and help answers every word. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "harness/plan/language.h"
#include "harness/plan/sweep.h"
#include "harness/report/figures.h"
#include "harness/report/metric.h"

/* Is it a sweep file? Its name is beside experiments/library. */
static void parsed(const char *what, const struct str *text)
{
	const struct sweep_options options = { .metric = metric_check,
		.figure = figures_check_kind };
	struct err e = { 0 };
	struct sweep *sweep = NULL;
	if (sweep_parse("experiments/example.yaml", text->s, text->length, &options, &e, &sweep))
		fail_msg("the example of %s is refused: %s\n%s", what, e.text, text->s);
	sweep_free(sweep);
}

static void the_example_of_every_key_is_read(void **state)
{
	(void)state;
	size_t count;
	const struct key *table = language_table(&count);
	for (size_t i = 0; i < count; i++) {
		struct str text = { 0 };
		if (!language_example_file(&table[i], NULL, NULL, &text))
			fail_msg("the key %s has no example", table[i].name);
		struct str key = { 0 };
		str_addf(&key, "%s:", table[i].name);
		if (!strstr(table[i].example, key.s))
			fail_msg("the example of %s does not use it", table[i].name);
		parsed(table[i].name, &text);
		str_free(&key);
		str_free(&text);
	}
}

static void the_example_of_every_parameter_and_kind_is_read(void **state)
{
	(void)state;
	size_t count;
	const struct param *params = param_table(&count);
	for (size_t i = 0; i < count; i++) {
		struct str text = { 0 };
		assert_true(language_example_file(NULL, &params[i], NULL, &text));
		parsed(params[i].name, &text);
		str_free(&text);
	}
	const struct kind *kinds = kind_table(&count);
	for (size_t i = 0; i < count; i++) {
		struct str text = { 0 };
		if (!language_example_file(NULL, NULL, &kinds[i], &text))
			fail_msg("the kind %s has no example", kinds[i].name);
		parsed(kinds[i].name, &text);
		str_free(&text);
	}
}

/* A layer, optimizer, schedule or phase that can be used is explained, and the other way round. */
static void every_kind_has_its_row(void **state)
{
	(void)state;
	static const enum param_scope scopes[] = { SCOPE_PHASE, SCOPE_OPTIMIZER, SCOPE_SCHEDULE,
		SCOPE_LAYER };
	size_t rows, known = 0;
	kind_table(&rows);
	for (size_t s = 0; s < sizeof(scopes) / sizeof(scopes[0]); s++)
		for (int k = 0; param_kinds(scopes[s])[k]; k++, known++)
			if (!kind_find(scopes[s], param_kinds(scopes[s])[k]))
				fail_msg("%s '%s' has no row in language_table.c",
					param_kinds_noun(scopes[s]), param_kinds(scopes[s])[k]);
	assert_int_equal(rows, known);
}

static void explained(const char *word, const char *help, void *context)
{
	struct str text = { 0 };
	assert_true(help && *help);
	(void)context;
	if (!language_describe(word, &text))
		fail_msg("help does not know the word '%s'", word);
	str_free(&text);
}

static void help_answers_every_word(void **state)
{
	(void)state;
	language_words(explained, NULL);
	size_t count;
	const struct param *params = param_table(&count);
	for (size_t i = 0; i < count; i++)
		if (params[i].scope == SCOPE_OPTIMIZER) {
			struct str path = { 0 };
			str_addf(&path, "dual.%s", params[i].name);
			explained(path.s, "path", NULL);
			str_free(&path);
		}
	struct str nothing = { 0 };
	assert_int_equal(language_describe("no-such-word", &nothing), 0);
	assert_int_equal(nothing.length, 0);
}

static void every_row_says_enough(void **state)
{
	(void)state;
	size_t count;
	const struct key *table = language_table(&count);
	for (size_t i = 0; i < count; i++) {
		assert_true(table[i].places && table[i].places < PLACES_END);
		assert_true(table[i].help && strlen(table[i].help) <= 90);
		assert_int_equal(table[i].needed & ~table[i].places, 0);
		struct str value = { 0 };
		language_value(&table[i], &value);
		assert_true(value.length > 0);
		str_free(&value);
		for (size_t k = 0; k < i; k++)
			if (strcmp(table[k].name, table[i].name) == 0
				&& table[k].places & table[i].places)
				fail_msg("two rows of %s in one place", table[i].name);
	}
}

static void the_reference_names_every_key_in_every_form(void **state)
{
	(void)state;
	for (int form = MANUAL_TEXT; form <= MANUAL_MAN; form++) {
		struct str text = { 0 };
		struct manual m = { (enum manual_form)form, &text };
		size_t count;
		language_reference(&m);
		const struct key *table = language_table(&count);
		for (size_t i = 0; i < count; i++)
			if (!strstr(text.s, table[i].help + 1))
				fail_msg("the reference lacks %s", table[i].name);
		str_free(&text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_of_every_key_is_read),
		cmocka_unit_test(the_example_of_every_parameter_and_kind_is_read),
		cmocka_unit_test(every_kind_has_its_row),
		cmocka_unit_test(help_answers_every_word),
		cmocka_unit_test(every_row_says_enough),
		cmocka_unit_test(the_reference_names_every_key_in_every_form),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
