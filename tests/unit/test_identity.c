/* test_identity.c - harness/plan/identity.h: what makes two trials one, and that identities never
 * change. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/file.h"
#include "harness/plan/identity.h"
#include "harness/plan/sweep.h"

static const char start[] = "retrial: 1\nrecipes:\n  r:\n";

/* The sweep of a text, which has to be good. */
static struct sweep *read_text(const char *text)
{
	struct err e = { 0 };
	struct sweep *s;
	if (sweep_parse("test.yaml", text, strlen(text), NULL, &e, &s))
		fail_msg("%s", e.text);
	return s;
}

/* The identity of the only trial of a recipe of one phase, with these lines behind it. */
static void identity_of(const char *phase, const char *rest, char identity[DIGEST_TEXT])
{
	struct str text = { 0 };
	str_addf(&text, "%s    - %s\n%s", start, phase, rest);
	struct sweep *s = read_text(text.s);
	assert_int_equal(s->trial_count, 1);
	memcpy(identity, s->trials[0].identity, DIGEST_TEXT);
	sweep_free(s);
	str_free(&text);
}

static const char base[] = "base: {dataset: mnist, recipe: r}\n";

static void spellings_of_a_number_are_one_identity(void **state)
{
	(void)state;
	static const char *const spellings[] = { "2e-3", "0.002", "2.0e-3", "'0.002'", "+2E-03",
		"0.0020", ".002" };
	char first[DIGEST_TEXT], other[DIGEST_TEXT];
	for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
		struct str phase = { 0 };
		str_addf(&phase, "{phase: single, epochs: 3, optimizer: {nadam: {lr: %s}}}",
			spellings[i]);
		identity_of(phase.s, base, i ? other : first);
		str_free(&phase);
		if (i)
			assert_string_equal(first, other);
	}
}

static void spellings_of_a_whole_number_are_one_identity(void **state)
{
	(void)state;
	static const char *const spellings[] = { "30", "30.0", "3e1", "\"30\"", "030" };
	char first[DIGEST_TEXT], other[DIGEST_TEXT];
	for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
		struct str phase = { 0 };
		str_addf(&phase, "{phase: single, epochs: %s}", spellings[i]);
		identity_of(phase.s, base, i ? other : first);
		str_free(&phase);
		if (i)
			assert_string_equal(first, other);
	}
}

static void the_order_of_keys_does_not_matter(void **state)
{
	(void)state;
	char a[DIGEST_TEXT], b[DIGEST_TEXT];
	identity_of("{phase: single, epochs: 3, stop: {patience: 2, on: val_loss}, optimizer: "
		    "{sgd: {lr: 0.1, momentum: 0.5}}}",
		"base: {dataset: mnist, recipe: r, batch_size: 64, test_limit: 5}\n", a);
	identity_of("{stop: {on: val_loss, patience: 2}, optimizer: {sgd: {momentum: 0.5, lr: "
		    "0.1}}, epochs: 3, phase: single}",
		"base: {test_limit: 5, batch_size: 64, recipe: r, dataset: mnist}\n", b);
	assert_string_equal(a, b);
}

static void a_default_that_is_written_is_the_default(void **state)
{
	(void)state;
	char a[DIGEST_TEXT], b[DIGEST_TEXT];
	identity_of("{phase: single, epochs: 3}", base, a);
	identity_of("{phase: single, name: my-name, epochs: 3, inputs: [original], both: false, "
		    "freeze: [], keep: restored, "
		    "optimizer: {nadam: {lr: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7}}, "
		    "stop: {on: val_accuracy, patience: 0, min_delta: 0.001, from_epoch: 0}}",
		"base: {dataset: mnist, recipe: r, model: lightweight, batch_size: 32, validation: "
		"10000, train_limit: 0, test_limit: 0}\n",
		b);
	assert_string_equal(a, b);
}

static void every_parameter_changes_the_identity(void **state)
{
	(void)state;
	static const char *const phases[] = {
		"{phase: single, epochs: 3}",
		"{phase: single, epochs: 4}",
		"{phase: dual, epochs: 3}",
		"{phase: dual, epochs: 3, inputs: [augmented, original]}",
		"{phase: scratch, epochs: 3}",
		"{phase: single, epochs: 3, inputs: augmented}",
		"{phase: single, epochs: 3, both: true}",
		"{phase: single, epochs: 3, keep: best}",
		"{phase: single, epochs: 3, freeze: [conv1]}",
		"{phase: single, epochs: 3, optimizer: sgd}",
		"{phase: single, epochs: 3, optimizer: {sgd: {nesterov: true}}}",
		"{phase: single, epochs: 3, optimizer: {nadam: {epsilon: 1e-8}}}",
		"{phase: single, epochs: 3, stop: {patience: 1}}",
		"{phase: single, epochs: 3, stop: {on: val_loss}}",
		"{phase: single, epochs: 3, stop: {min_delta: 0}}",
		"{phase: single, epochs: 3, stop: {from_epoch: 1}}",
		"{phase: single, epochs: 3, optimizer: adam}",
		"{phase: single, epochs: 3, optimizer: adamw}",
		"{phase: single, epochs: 3, optimizer: {adamw: {weight_decay: 0.01}}}",
		"{phase: single, epochs: 3, optimizer: {nadam: {ema: 0.9}}}",
		"{phase: single, epochs: 3, schedule: cosine}",
		"{phase: single, epochs: 3, schedule: {cosine: {warm_up: 1}}}",
		"{phase: single, epochs: 3, schedule: {cosine: {final: 0.1}}}",
		"{phase: single, epochs: 3, schedule: {constant: {warm_up: 1}}}",
		"{phase: single, epochs: 3, schedule: step}",
		"{phase: single, epochs: 3, schedule: {step: {every: 2}}}",
		"{phase: single, epochs: 3, schedule: {step: {factor: 0.5}}}",
		"{phase: single, epochs: 3, label_smoothing: 0.1}",
		"{phase: single, epochs: 3, mixup: 0.1}",
	};
	enum { COUNT = sizeof(phases) / sizeof(phases[0]) };
	char identities[COUNT][DIGEST_TEXT];
	for (size_t i = 0; i < COUNT; i++) {
		identity_of(phases[i], base, identities[i]);
		for (size_t k = 0; k < i; k++)
			if (strcmp(identities[i], identities[k]) == 0)
				fail_msg("%s and %s are one identity", phases[i], phases[k]);
	}
}

static void names_of_recipes_and_phases_are_no_part_of_it(void **state)
{
	(void)state;
	struct sweep *a = read_text("retrial: 1\nrecipes: {one: [{phase: single, name: x, epochs: "
				    "2}]}\nbase: {dataset: mnist, recipe: one}\n");
	struct sweep *b = read_text("retrial: 1\nrecipes: {two: [{phase: single, name: y, epochs: "
				    "2}]}\nbase: {dataset: mnist, recipe: two}\n");
	assert_string_equal(a->trials[0].identity, b->trials[0].identity);
	assert_string_not_equal(
		label_value(&a->trials[0], "recipe"), label_value(&b->trials[0], "recipe"));
	sweep_free(a);
	sweep_free(b);
}

static void a_freeze_list_is_the_layers_it_stands_for(void **state)
{
	(void)state;
	char a[DIGEST_TEXT], b[DIGEST_TEXT], c[DIGEST_TEXT];
	identity_of("{phase: scratch, epochs: 2, freeze: [stem1, stem2]}", base, a);
	identity_of(
		"{phase: scratch, epochs: 2, freeze: [wide, conv2, conv1, stem1/conv1]}", base, b);
	identity_of("{phase: scratch, epochs: 2, freeze: [stem1]}", base, c);
	assert_string_equal(a, b);
	assert_string_not_equal(a, c);
}

static void amounts_that_no_phase_uses_are_no_part_of_it(void **state)
{
	(void)state;
	char a[DIGEST_TEXT], b[DIGEST_TEXT], c[DIGEST_TEXT];
	static const char strong[] =
		"augments: {s: {zoom: 0.5}}\nbase: {dataset: mnist, recipe: r, augment: s}\n";
	identity_of("{phase: single, epochs: 2}", base, a);
	identity_of("{phase: single, epochs: 2}", strong, b);
	assert_string_equal(a, b);
	identity_of("{phase: single, epochs: 2, inputs: augmented}", base, a);
	identity_of("{phase: single, epochs: 2, inputs: augmented}", strong, b);
	assert_string_not_equal(a, b);
	identity_of("{phase: single, epochs: 2, inputs: augmented}",
		"augments: {s: {crop_fill: reflect}}\nbase: {dataset: mnist, recipe: r, augment: "
		"s}\n",
		b);
	assert_string_equal(a, b); /* of no crop */
	identity_of("{phase: single, epochs: 2, both: true}", base, a);
	identity_of("{phase: single, epochs: 2, both: true}", strong, c);
	assert_string_not_equal(a, c);
}

/* The trial of two phases, with these parameters each, and these lines behind them. */
static struct sweep *two_phases(const char *first, const char *last, const char *rest)
{
	struct str text = { 0 };
	str_addf(&text,
		"%s    - {phase: single, epochs: 3%s}\n    - {phase: unfreeze, name: last, epochs: "
		"2%s}\naugments: {a: {zoom: 0.5}, b: {flip: true}}\n%s",
		start, first, last, rest);
	struct sweep *s = read_text(text.s);
	str_free(&text);
	return s;
}

/* Are they one trial, and if they share it, the first phase? */
static void compare(struct sweep *a, struct sweep *b, bool same, bool same_start)
{
	char x[DIGEST_TEXT], y[DIGEST_TEXT];
	const struct trial *trials[] = { &a->trials[0], &b->trials[0] };
	assert_int_equal(strcmp(trials[0]->identity, trials[1]->identity) == 0, same);
	trial_beginning(trials[0], 1, x);
	trial_beginning(trials[1], 1, y);
	assert_int_equal(strcmp(x, y) == 0, same_start);
	for (int i = 0; i < 2; i++) {
		struct trial back;
		struct err e = { 0 };
		char *text = trial_canonical(trials[i]);
		if (trial_from_canonical(text, &back, &e))
			fail_msg("%s: %s", text, e.text);
		assert_string_equal(back.identity, trials[i]->identity);
		trial_free(&back);
		free(text);
	}
	sweep_free(a);
	sweep_free(b);
}

#define SHOWN ", inputs: augmented"
#define BASE(more) "base: {dataset: mnist, recipe: r" more "}\n"

static void transforms_of_a_phase_are_part_of_what_it_trains(void **state)
{
	(void)state;
	static const char with_a[] = BASE(", augment: a"), without[] = BASE("");
	/* as the trial has them, or written out in the phases */
	compare(two_phases(SHOWN, SHOWN ", augment: trial", with_a),
		two_phases(SHOWN ", augment: a", SHOWN ", augment: a", without), true, true);
	compare(two_phases(SHOWN, SHOWN ", augment: b", with_a),
		two_phases(SHOWN ", augment: a", SHOWN, BASE(", augment: b")), true, true);
	/* another set in the last phase, or in the first */
	compare(two_phases(SHOWN, SHOWN, with_a),
		two_phases(SHOWN, SHOWN ", augment: none", with_a), false, true);
	compare(two_phases(SHOWN, SHOWN, with_a), two_phases(SHOWN ", augment: b", SHOWN, with_a),
		false, false);
	/* of original images */
	compare(two_phases(SHOWN, "", with_a), two_phases(SHOWN, ", augment: b", with_a), true,
		true);
	compare(two_phases("", SHOWN, with_a), two_phases(", augment: b", SHOWN, with_a), true,
		true);
	/* one amount, of the trial's set and of the phase's own */
	compare(two_phases(SHOWN, SHOWN, BASE(", augment: a, last.augment.flip: true")),
		two_phases(
			SHOWN, SHOWN ", augment: b", BASE(", augment: a, last.augment.zoom: 0.5")),
		true, true);
	compare(two_phases(SHOWN, SHOWN, BASE(", augment: a, last.augment: b")),
		two_phases(SHOWN, SHOWN ", augment: b", with_a), true, true);
	compare(two_phases(SHOWN, SHOWN ", augment: b", BASE(", augment: a, last.augment: trial")),
		two_phases(SHOWN, SHOWN, with_a), true, true);
}

static void validation_of_a_phase_is_part_of_what_it_trains(void **state)
{
	(void)state;
	compare(two_phases("", "", BASE("")),
		two_phases(", validation: trial", ", validation: 10000", BASE("")), true, true);
	compare(two_phases("", "", BASE("")), two_phases("", ", validation: 0", BASE("")), false,
		true);
	compare(two_phases("", ", validation: 0.1", BASE("")),
		two_phases("", "", BASE(", last.validation: 0.1")), true, true);
	compare(two_phases("", "", BASE("")), two_phases(", validation: 5", "", BASE("")), false,
		false);
}

static void the_canonical_text_reads_back_as_the_same_trial(void **state)
{
	(void)state;
	struct err e = { 0 };
	struct sweep *s;
	if (sweep_read("tests/fixtures/identities.yaml", NULL, &e, &s))
		fail_msg("%s", e.text);
	for (size_t i = 0; i < s->trial_count; i++) {
		char *text = trial_canonical(&s->trials[i]);
		struct trial back;
		if (trial_from_canonical(text, &back, &e))
			fail_msg("%s", e.text);
		char *again = trial_canonical(&back);
		assert_string_equal(text, again);
		assert_string_equal(back.identity, s->trials[i].identity);
		assert_int_equal(back.phase_count, s->trials[i].phase_count);
		assert_int_equal(back.seed, s->trials[i].seed);
		assert_int_equal(back.label_count, 0);
		free(again);
		free(text);
		trial_free(&back);
	}
	sweep_free(s);
}

/* Lines "identity canonical-text", in the order of the sweep file, seed by seed. */
static void check_identities(const char *sweep, const char *lines_of)
{
	struct err e = { 0 };
	struct sweep *s;
	char *bytes = NULL;
	size_t count = 0;
	if (sweep_read(sweep, NULL, &e, &s) || file_read(lines_of, 1 << 20, &bytes, &count, &e))
		fail_msg("%s", e.text);
	char *line = bytes;
	size_t lines = 0;
	for (; *line; lines++) {
		char *end = strchr(line, '\n');
		assert_non_null(end);
		*end = '\0';
		assert_true(strlen(line) > DIGEST_TEXT);
		struct trial t;
		if (trial_from_canonical(line + DIGEST_TEXT, &t, &e))
			fail_msg("%s", e.text);
		assert_memory_equal(t.identity, line, DIGEST_TEXT - 1);
		assert_true(lines < s->trial_count);
		assert_memory_equal(s->trials[lines].identity, line, DIGEST_TEXT - 1);
		trial_free(&t);
		line = end + 1;
	}
	assert_int_equal(lines, s->trial_count);
	free(bytes);
	sweep_free(s);
}

static void identities_of_old_releases_are_what_they_were(void **state)
{
	(void)state;
	check_identities("tests/fixtures/identities.yaml", "tests/fixtures/identities.txt");
	check_identities("tests/fixtures/wide.yaml", "tests/fixtures/identities-wide.txt");
	check_identities("tests/fixtures/recipes.yaml", "tests/fixtures/identities-recipes.txt");
}

static void broken_canonical_texts_are_refused(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"",
		"[]",
		"{",
		"{\"dataset\":\"mnist\",\"seed\":1}",
		"{\"dataset\":\"mnist\",\"seed\":1,\"phases\":[]}",
		"{\"dataset\":\"mnist\",\"seed\":1,\"phases\":[{\"epochs\":1}]}",
		"{\"dataset\":\"mnist\",\"seed\":1,\"phases\":[{\"phase\":\"single\"}]}",
		"{\"dataset\":\"mnist\",\"seed\":1,\"phases\":[{\"phase\":\"nothing\",\"epochs\":1}"
		"]}",
		"{\"seed\":1,\"phases\":[{\"phase\":\"single\",\"epochs\":1}]}",
		"{\"dataset\":\"mnist\",\"seed\":1,\"phases\":[{\"phase\":\"single\",\"epochs\":1}]"
		",\"unknown\":3}",
		"{\"dataset\":\"mnist\",\"seed\":1,\"phases\":[{\"phase\":\"single\",\"epochs\":0}]"
		"}",
		"{\"dataset\":\"mnist\",\"recipe\":{\"seed\":3},\"seed\":1,\"phases\":[{\"phase\":"
		"\"single\",\"epochs\":1}]}",
		"{\"dataset\":\"mnist\",\"seed\":1,\"phases\":[{\"phase\":\"dual\",\"epochs\":1,"
		"\"inputs\":[\"original\",\"original\",\"original\"]}]}",
	};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct trial t;
		struct err e = { 0 };
		if (trial_from_canonical(texts[i], &t, &e) == 0)
			fail_msg("accepted: %s", texts[i]);
		assert_int_equal(e.kind, ERR_USAGE);
		assert_true(e.text[0]);
		assert_null(t.phases);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spellings_of_a_number_are_one_identity),
		cmocka_unit_test(spellings_of_a_whole_number_are_one_identity),
		cmocka_unit_test(the_order_of_keys_does_not_matter),
		cmocka_unit_test(a_default_that_is_written_is_the_default),
		cmocka_unit_test(every_parameter_changes_the_identity),
		cmocka_unit_test(names_of_recipes_and_phases_are_no_part_of_it),
		cmocka_unit_test(a_freeze_list_is_the_layers_it_stands_for),
		cmocka_unit_test(amounts_that_no_phase_uses_are_no_part_of_it),
		cmocka_unit_test(transforms_of_a_phase_are_part_of_what_it_trains),
		cmocka_unit_test(validation_of_a_phase_is_part_of_what_it_trains),
		cmocka_unit_test(the_canonical_text_reads_back_as_the_same_trial),
		cmocka_unit_test(identities_of_old_releases_are_what_they_were),
		cmocka_unit_test(broken_canonical_texts_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
