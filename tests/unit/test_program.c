/* test_program.c - harness/plan/program.h: sweep files whose trials a program of the user's
 * executes. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "harness/base/match.h"
#include "harness/plan/identity.h"
#include "harness/plan/program.h"
#include "harness/plan/template.h"
#include "harness/report/metric.h"
#include "made_sweep.h"

static const char head[] =
	"retrial: 1\n"
	"program: {command: [python3, train.py, \"--C={C}\", --kernel, \"{kernel}\", \"{seed}\"]}\n"
	"parameters: {C: {type: real, above: 0}, kernel: {type: enum, values: [linear, rbf]}}\n"
	"metrics: {accuracy: {unit: \"%\", better: higher}, loss: {better: lower, series: "
	"epoch}}\n";

static struct sweep *parse(const char *rest, struct err *e)
{
	static const struct sweep_options o = { .metric = metric_check };
	struct str text = { 0 };
	struct sweep *s;
	str_addf(&text, "%s%s", head, rest);
	if (sweep_parse("study/test.yaml", text.s, text.length, &o, e, &s))
		s = NULL;
	str_free(&text);
	return s;
}

static struct sweep *good(const char *rest)
{
	struct err e = { 0 };
	struct sweep *s = parse(rest, &e);
	if (!s)
		fail_msg("%s", e.text);
	return s;
}

/* The whole file is refused with this message. */
static void bad_file(const char *text, const char *expected)
{
	static const struct sweep_options o = { .metric = metric_check };
	struct err e = { 0 };
	struct sweep *s;
	if (sweep_parse("test.yaml", text, strlen(text), &o, &e, &s) == 0)
		fail_msg("accepted: %s", text);
	if (!strstr(e.text, expected))
		fail_msg("expected \"%s\" in:\n%s", expected, e.text);
}

static void bad(const char *rest, const char *expected)
{
	struct str text = { 0 };
	str_addf(&text, "%s%s", head, rest);
	bad_file(text.s, expected);
	str_free(&text);
}

/* ---- expansion ---- */

static void axes_are_parameters_of_the_program_and_the_only_labels(void **state)
{
	(void)state;
	struct sweep *s = good("seeds: 2\naxes: {C: [0.1, 1, 1e1], kernel: [linear, rbf]}\n");
	assert_int_equal(s->trial_count, 12);
	const struct trial *t = &s->trials[5];
	assert_int_equal(t->label_count, 2);
	assert_string_equal(label_value(t, "C"), "10");
	assert_string_equal(label_value(t, "kernel"), "rbf");
	assert_ptr_equal(t->program, s->program);
	assert_int_equal(t->phase_count, 0);
	assert_string_equal(s->program->folder, "study");
	sweep_free(s);
}

static void all_of_the_language_combines_parameters(void **state)
{
	(void)state;
	struct sweep *s = good("base: {kernel: linear}\n"
			       "blocks:\n"
			       "- axes: {C: [1, 2]}\n"
			       "- ablate: {rbf: {kernel: rbf}}\n"
			       "  base: {C: 1.0}\n"
			       "- random: {count: 3, seed: 1, axes: {C: {log: [0.01, 100]}}}\n"
			       "- zip: {C: [5, 6], kernel: [linear, rbf]}\n"
			       "- axes: {kernel: [linear, rbf], C: {values: [7, 8], when: {kernel: "
			       "rbf}}}\n"
			       "  base: {C: 9}\n"
			       "  exclude: [{kernel: rbf, C: 8}]\n");
	/* C=1 is there twice, so it counts once. */
	assert_int_equal(s->trial_count, 2 + 1 + 3 + 2 + 2);
	assert_int_equal(s->merged, 1);
	assert_string_equal(s->tables[0].id, "ablation");
	assert_string_equal(s->tables[0].metrics[0], "accuracy");
	sweep_free(s);
}

static void defaults_count_where_nothing_is_set(void **state)
{
	(void)state;
	static const char text[] =
		"retrial: 1\n"
		"program: {command: [./run, \"{n}\", \"{name}\"]}\n"
		"parameters: {n: {type: integer, default: 7}, name: {type: text, "
		"default: \"a b\"}}\n"
		"metrics: {x: }\n";
	struct err e = { 0 };
	struct sweep *s;
	if (sweep_parse("t.yaml", text, strlen(text), NULL, &e, &s))
		fail_msg("%s", e.text);
	assert_int_equal(s->trial_count, 1);
	char *canonical = trial_canonical(&s->trials[0]);
	assert_string_equal(canonical,
		"{\"parameters\":{\"n\":7,\"name\":\"a b\"},\"program\":[\"./"
		"run\",\"{n}\",\"{name}\"],\"seed\":1}");
	free(canonical);
	sweep_free(s);
}

/* ---- identity ---- */

/* Never change this: the results of a program in every database are found by it. */
static void the_identity_is_that_of_command_and_values(void **state)
{
	(void)state;
	struct sweep *s = good("base: {C: 1.0e-1, kernel: rbf}\nseeds: [3]\n");
	char *text = trial_canonical(&s->trials[0]);
	assert_string_equal(text,
		"{\"parameters\":{\"C\":0.1,\"kernel\":\"rbf\"},"
		"\"program\":[\"python3\",\"train.py\","
		"\"--C={C}\",\"--kernel\",\"{kernel}\",\"{seed}\"],\"seed\":3}");
	assert_string_equal(s->trials[0].identity,
		"e021c6dc84d7a320e020f9a08a0d2ef38a0dcaacbc853e947d5c748bf63b3dd9");
	free(text);
	sweep_free(s);
}

static void a_trial_is_read_back_from_its_canonical_text(void **state)
{
	(void)state;
	static const char text[] =
		"retrial: 1\n"
		"program: {command: [sh, -c, \"echo \\\"$1\\\" \\\\ {{}}\\n\", \"{a}{b}{c}{d}\"]}\n"
		"parameters: {a: real, b: integer, c: boolean, d: text}\n"
		"metrics: {x: }\n"
		"base: {a: 1e300, b: -2147483648, c: true, d: \"q\\\"\\\\ \u00b5\"}\n";
	struct err e = { 0 };
	struct sweep *s;
	struct trial back;
	if (sweep_parse("t.yaml", text, strlen(text), NULL, &e, &s))
		fail_msg("%s", e.text);
	char *canonical = trial_canonical(&s->trials[0]);
	if (trial_from_canonical(canonical, &back, &e))
		fail_msg("%s", e.text);
	assert_string_equal(back.identity, s->trials[0].identity);
	char *again = trial_canonical(&back);
	assert_string_equal(again, canonical);
	free(again);
	free(canonical);
	trial_free(&back);
	sweep_free(s);
}

/* ---- what is wrong ---- */

static void what_the_program_would_never_see_is_an_error(void **state)
{
	(void)state;
	static const char unused[] = "retrial: 1\nprogram: {command: [./run, \"{a}\"]}\n"
				     "parameters: {a: real, b: real}\nmetrics: {x: }\n";
	struct str text = { 0 };
	str_addf(&text, "%saxes: {a: [1], b: [1, 2]}\n", unused);
	bad_file(text.s, "test.yaml:5:16: error: no placeholder uses 'b'");
	str_clear(&text);
	str_addf(&text, "%saxes: {a: [1]}\n", unused);
	bad_file(text.s, "test.yaml:3:23: error: no placeholder uses 'b'");
	str_free(&text);
	bad("axes: {C: [1], kernel: [rbf], gamma: [2]}\n",
		"'gamma' is no parameter of the program: declare it");
	bad("axes: {C: [1], seed: [1, 2]}\n", "seeds are replicates, not an axis");
}

static void a_placeholder_that_nothing_sets_is_an_error(void **state)
{
	(void)state;
	bad_file("retrial: 1\nprogram: {command: [./run, \"{kernl}\"]}\n"
		 "parameters: {kernel: text}\nmetrics: {x: }\nbase: {kernel: a}\n",
		"nothing sets the placeholder {kernl} (did you mean {kernel}?)");
	bad_file("retrial: 1\nprogram: {command: [./run, \"{\"]}\nmetrics: {x: }\n",
		"a brace without its partner");
	bad("base: {C: 1}\n", "'kernel' is not set");
}

static void values_are_typed(void **state)
{
	(void)state;
	bad("axes: {C: [0], kernel: [rbf]}\n",
		"C = 0: out of range (C: parameter of the program, above 0)");
	bad("axes: {C: [1], kernel: [rfb]}\n", "kernel = rfb: unknown (did you mean 'rbf'?)");
	bad("axes: {C: [0.1, 1e-1], kernel: [rbf]}\n", "C = 0.1 is already in this list");
	bad("axes: {C: [x]}\nbase: {kernel: rbf}\n", "C = x: not a number");
	bad_file("retrial: 1\nprogram: {command: [./run, \"{n}\"]}\nparameters: {n: integer}\n"
		 "metrics: {x: }\nbase: {n: 3000000000}\n",
		"n = 3000000000: out of range; integers end at 2147483647, a real may be larger");
	bad_file("retrial: 1\nprogram: {command: [./run, \"{n}\"]}\n"
		 "parameters: {n: {type: real, at_most: 9, below: 100}}\n"
		 "metrics: {x: }\nbase: {n: 50}\n",
		"'below' and 'at_most' are the same bound");
}

/* One wrong key of the program; {n} is a parameter. */
static void bad_key(const char *key, const char *expected)
{
	struct str text = { 0 };
	str_addf(&text,
		"retrial: 1\nprogram: {command: [./run, \"{n}\"], %s}\n"
		"parameters: {n: real}\nmetrics: {x: }\nbase: {n: 1}\n",
		key);
	bad_file(text.s, expected);
	str_free(&text);
}

static void what_run_would_find_too_late_is_an_error(void **state)
{
	(void)state;
	bad_key("outputs: [a, \"m-{n}.pkl\"]", "outputs: {n} is not filled in here");
	bad_key("inputs: \"{seed}.csv\"", "inputs: {seed} is not filled in here");
	bad_key("version: [echo, \"{n}\"]", "version: {n} is not filled in here");
	bad_key("packages: [cat, \"{study}/lock\"]", "packages: {study} is not filled in here");
	bad_key("inputs: [\"\"]", "inputs: the name of a file is needed here");
	bad_key("retries: 2.7", "retries = 2.7: a whole number is needed here");
	/* Braces that are no placeholders may be part of a name. */
	static const char braces[] =
		"retrial: 1\nprogram: {command: [./run], outputs: [\"a{b}\"]}\nmetrics: {x: }\n";
	struct err e = { 0 };
	struct sweep *s;
	if (sweep_parse("t.yaml", braces, strlen(braces), NULL, &e, &s))
		fail_msg("%s", e.text);
	sweep_free(s);
}

/* What was run can be read again, though check has become stricter. */
static void a_text_of_the_database_is_read_as_it_was_run(void **state)
{
	(void)state;
	static const char text[] =
		"retrial: 1\nprogram: {command: [a, '{x}'], retries: 2.7, outputs: "
		"'m-{x}'}\nparameters: {x: {type: real, default: 1}}\nmetrics: {x: }\n";
	static const struct sweep_options o = { .frozen = true };
	struct err e = { 0 };
	struct sweep *s;
	bad_file(text, "retries = 2.7");
	bad_file(text, "a parameter has this name");
	if (sweep_parse("test.yaml", text, strlen(text), &o, &e, &s))
		fail_msg("%s", e.text);
	sweep_free(s);
}

static void keys_of_the_core_and_of_programs_exclude_each_other(void **state)
{
	(void)state;
	bad("recipes: {}\n", "'recipes' belongs to sweeps that train with retrial's own core");
	bad_file("retrial: 1\nmetrics: {x: }\n", "'metrics' belongs to sweeps with a program");
	bad_file("retrial: 1\nprogram: {command: [./run]}\n", "'metrics' is missing");
	bad_file("retrial: 1\nprogram: {comand: [./run]}\nmetrics: {x: }\n",
		"unknown key 'comand' in program (did you mean 'command'?)");
	bad_file("retrial: 1\nprogram: {command: ./run it}\nmetrics: {x: }\n",
		"one element an argument: no shell reads it");
}

/* ---- metrics ---- */

static void metrics_are_declared_by_the_file(void **state)
{
	(void)state;
	struct sweep *s = good("base: {C: 1, kernel: rbf}\n"
			       "verify: {accuracy: 1e-6}\n"
			       "tables: [{id: t, rows: [], metrics: [accuracy, loss, seconds]}]\n");
	const struct metric *accuracy = metric_find(s, "accuracy"), *loss = metric_find(s, "loss");
	assert_true(accuracy->scale == 100 && accuracy->better == 1);
	assert_string_equal(accuracy->unit_of_difference, "pp");
	assert_int_equal(loss->better, -1);
	assert_int_equal(metric_find(s, "seconds")->kind, METRIC_TIME);
	assert_string_equal(metric_find(s, "test_accuracy")->name, "");
	assert_true(program_metric(s->program, "accuracy")->tolerance == 1e-6);
	assert_string_equal(program_metric(s->program, "loss")->series, "epoch");
	sweep_free(s);
	bad("base: {C: 1, kernel: rbf}\ntables: [{id: t, rows: [], metrics: [acuracy]}]\n",
		"unknown metric 'acuracy' (did you mean 'accuracy'?)");
	bad("verify: {los: 1}\n", "(did you mean 'loss'?)");
	bad_file("retrial: 1\nprogram: {command: [./run]}\nmetrics: {x: {match: 'a=[0-9]'}}\n",
		"no group for the number");
	bad_file("retrial: 1\nprogram: {command: [./run]}\nmetrics: {seconds: }\n",
		"every trial has something of this name");
	bad_file("retrial: 1\nprogram: {command: [./run, \"{x}\"]}\nparameters: {x: real}\n"
		 "metrics: {x: }\nbase: {x: 1}\n",
		"metric 'x': a parameter has this name");
}

/* ---- templates and patterns ---- */

static int value_of(void *context, const char *name, struct str *out)
{
	(void)context;
	str_addf(out, "<%s>", name);
	return strcmp(name, "none") == 0 ? -1 : 0;
}

static void placeholders_are_filled_in_and_doubled_braces_are_braces(void **state)
{
	(void)state;
	struct str out = { 0 };
	assert_int_equal(template_fill("a{x}{{b}}{y.z}", value_of, NULL, &out), 0);
	assert_string_equal(out.s, "a<x>{b}<y.z>");
	assert_int_equal(template_fill("{none}", value_of, NULL, &out), -1);
	assert_int_equal(template_fill("{}", value_of, NULL, &out), -1);
	assert_int_equal(template_fill("}", value_of, NULL, &out), -1);
	str_free(&out);
}

static void patterns_find_numbers_in_any_bytes(void **state)
{
	(void)state;
	struct match *m;
	struct match_found f;
	struct str why = { 0 };
	assert_int_equal(match_new("epoch (?<step>\\d+): acc=([0-9.]+)", &why, &m), 0);
	static const char line[] = "\xff epoch 12: acc=0.5 \x1b[0m";
	assert_int_equal(match_line(m, line, strlen(line), &f), 1);
	assert_int_equal(f.value_length, 3);
	assert_memory_equal(f.value, "0.5", 3);
	assert_memory_equal(f.step, "12", 2);
	assert_int_equal(match_line(m, "nothing", 7, &f), 0);
	match_free(m);
	/* A pattern that would take for ever says so. */
	static const char long_line[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!";
	assert_int_equal(match_new("^(a+)+$", &why, &m), 0);
	assert_int_equal(match_line(m, long_line, strlen(long_line), &f), -1);
	match_free(m);
	str_free(&why);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(axes_are_parameters_of_the_program_and_the_only_labels),
		cmocka_unit_test(all_of_the_language_combines_parameters),
		cmocka_unit_test(defaults_count_where_nothing_is_set),
		cmocka_unit_test(the_identity_is_that_of_command_and_values),
		cmocka_unit_test(a_trial_is_read_back_from_its_canonical_text),
		cmocka_unit_test(what_the_program_would_never_see_is_an_error),
		cmocka_unit_test(a_placeholder_that_nothing_sets_is_an_error),
		cmocka_unit_test(values_are_typed),
		cmocka_unit_test(what_run_would_find_too_late_is_an_error),
		cmocka_unit_test(a_text_of_the_database_is_read_as_it_was_run),
		cmocka_unit_test(keys_of_the_core_and_of_programs_exclude_each_other),
		cmocka_unit_test(metrics_are_declared_by_the_file),
		cmocka_unit_test(placeholders_are_filled_in_and_doubled_braces_are_braces),
		cmocka_unit_test(patterns_find_numbers_in_any_bytes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
