/* test_html.c - what stands in a page is text and nothing else (harness/report/html.h), and the
 * page as a whole (report.h). */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <unistd.h>

#include "harness/report/html.h"
#include "harness/report/report.h"
#include "harness/store/attempts.h"
#include "harness/store/sweeps.h"
#include "made_results.h"
#include "scratch.h"

static void expect_text(const char *text, const char *html)
{
	struct str out = { 0 };

	html_text(&out, text);
	assert_string_equal(out.s ? out.s : "", html);
	str_free(&out);
}

static void special_characters_are_escaped(void **state)
{
	(void)state;
	expect_text("<script>alert('x') && \"y\"</script>",
		"&lt;script&gt;alert(&#39;x&#39;) &amp;&amp; &quot;y&quot;&lt;/script&gt;");
	expect_text("89.71 ± 0.21 Δ\n\tok", "89.71 ± 0.21 Δ\n\tok");
	expect_text("", "");
}

static void bytes_that_are_no_text_are_replaced(void **state)
{
	(void)state;
	expect_text("a\x01"
		    "b\x7f",
		"a\xef\xbf\xbd"
		"b\xef\xbf\xbd");
	expect_text("\xff"
		    "x",
		"\xef\xbf\xbd"
		"x");
	expect_text("\xc3", "\xef\xbf\xbd");                 /* cut short */
	expect_text("\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd"); /* overlong '/' */
	expect_text("\xe0\x80\xaf", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	expect_text("\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"); /* a surrogate */
	expect_text("\xf0\x9f\x99\x82", "\xf0\x9f\x99\x82");
	expect_text("\xf4\x90\x80\x80",
		"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"); /* beyond U+10FFFF */
}

static void a_table_has_headings_and_escaped_cells(void **state)
{
	(void)state;
	struct grid g = { 0 };
	struct str out = { 0 };
	grid_column(&g, "a<b", false);
	grid_column(&g, "n", true);
	const size_t row = grid_row(&g);
	grid_set(&g, row, 0, "<i>");
	grid_set(&g, row, 1, "3");
	grid_set_strong(&g, row, 1);
	html_grid(&out, &g, "x & y", 1);

	assert_string_equal(out.s,
		"<div class=\"wide\" tabindex=\"0\">\n<table>\n<caption>x &amp; y</caption>\n"
		"<thead><tr><th scope=\"col\">a&lt;b</th><th scope=\"col\" "
		"class=\"number\">n</th></tr></thead>\n<tbody>\n"
		"<tr><th scope=\"row\">&lt;i&gt;</th><td "
		"class=\"number\"><strong>3</strong></td></tr>\n</tbody>\n</table>\n</div>\n");
	str_free(&out);
	grid_free(&g);
}

static void a_picture_gets_its_own_ids_and_a_title(void **state)
{
	(void)state;
	static const char svg[] = "<?xml version=\"1.0\"?>\n<svg width=\"9\" viewBox=\"0 0 9 "
				  "9\">\n<title>Gnuplot</title>\n<defs><circle "
				  "id='dot' r='1'/></defs>\n"
				  "<g id=\"plot_1\"><title>plot_1</title>\n<g "
				  "fill=\"none\">\n</g>\n<use xlink:href='#dot'/><path "
				  "fill='url(#grey)'/></g></svg>\n";
	struct str out = { 0 };
	html_svg(&out, svg, "figure3", "A \"title\"");

	assert_string_equal(out.s,
		"<svg width=\"9\" viewBox=\"0 0 9 9\" role=\"img\" aria-label=\"A "
		"&quot;title&quot;\">\n\n<defs><circle "
		"id='figure3-dot' r='1'/></defs>\n"
		"<g id=\"figure3-plot_1\">\n\n<use xlink:href='#figure3-dot'/><path "
		"fill='url(#figure3-grey)'/></g></svg>\n");
	str_clear(&out);
	html_svg(&out, "no picture", "figure1", "x");
	html_svg(&out, "<svg", "figure1", "x");
	html_svg(&out, "<svg>", "figure1", "x");
	assert_int_equal(out.length, 0);
	str_free(&out);
}

/* ---- a page ---- */

static const char sweep_text[] =
	"retrial: 1\n"
	"name: hostile\n"
	"title: '<script>alert(1)</script> & <img src=x onerror=alert(2)>'\n"
	"seeds: 3\n"
	"base: {model: lightweight, validation: 100}\n"
	"axes: {dataset: [mnist, cifar10], recipe: [alone]}\n"
	"recipes:\n"
	"  alone:\n"
	"    - {phase: single, epochs: 3}\n"
	"claims:\n"
	"  - {id: C1, title: '<b>accuracy</b>', where: {dataset: mnist}, metric: test_accuracy, "
	"paper: 0.99, rounds_to: 2}\n"
	"  - {id: C2, title: accuracy, where: {dataset: cifar10}, metric: test_accuracy, paper: "
	"0.65, rounds_to: 2}\n"
	"tables:\n"
	"  - {id: main, title: '\"><script>', rows: [dataset, recipe], metrics: [test_accuracy]}\n"
	"figures:\n"
	"  - {id: points, kind: accuracy, title: '</svg><script>alert(3)</script>', series: "
	"recipe, metric: test_accuracy}\n"
	"  - {id: curves, kind: curves, title: Curves, series: recipe, metric: val_accuracy}\n";

static void must(int status, const struct err *e)
{
	if (status)
		fail_msg("%s", e->text);
}

/* The page of a database in which cifar10 is missing for a reason that holds HTML. */
static char *page(const char *folder, const char *scripts)
{
	struct err e = { 0 };
	struct sweep *sweep = NULL;
	struct store *store = NULL;
	struct study *study = NULL;
	struct str out = { 0 };
	int64_t id, environment;
	char path[64];
	const struct sweep_options options = { .seeds = 0 };

	snprintf(path, sizeof(path), "%s/a.db", folder);
	must(sweep_parse("hostile.yaml", sweep_text, sizeof(sweep_text) - 1, &options, &e, &sweep),
		&e);
	must(store_open(path, STORE_WRITE, &e, &store), &e);
	must(store_sweep(store, sweep, &id, &e), &e);
	must(store_environment(store, "cpu_model\t<script>alert(4)</script>\n", &environment, &e),
		&e);
	for (size_t i = 0; i < sweep->trial_count; i++)
		if (!strcmp(sweep->trials[i].dataset, "cifar10"))
			must(store_skip(
				     store, id, sweep->trials[i].identity, "not in <b>DIR</b>", &e),
				&e);
		else
			must(made_attempt(
				     store, id, environment, &sweep->trials[i], TRIAL_DONE, &e),
				&e);
	must(study_read(store, sweep, &e, &study), &e);
	const struct report_context context = { .command = "retrial report 'a<b.yaml'",
		.database = "a.db",
		.scripts = scripts,
		.figures = folder };
	must(report_make(store, study, &context, &out, &e), &e);
	study_free(study);
	store_close(store);
	sweep_free(sweep);
	return str_take(&out);
}

static size_t count(const char *text, const char *what)
{
	size_t n = 0;

	for (const char *at = text; (at = strstr(at, what)); at += strlen(what))
		n++;
	return n;
}

static void a_page_has_no_script_and_loads_nothing(void **state)
{
	(void)state;
	char *html = page(scratch, "plots");
	static const char *const never[] = {
		"<script",
		"<img",
		"<link",
		"<iframe",
		"<object",
		"<b>",
		"@import",
		"src=\"",
		"src='",
		"href=\"http",
		"url(http",
		"javascript:",
	};

	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		if (strstr(html, never[i]))
			fail_msg("the page holds %s", never[i]);
	assert_int_equal(count(html, "<svg"), 2);
	assert_int_equal(count(html, "</svg>"), 2);
	assert_non_null(strstr(html, "&lt;script&gt;alert(1)&lt;/script&gt;"));
	assert_non_null(strstr(html, "retrial report &#39;a&lt;b.yaml&#39;"));
	assert_true(strlen(html) < 2 * 1024 * 1024);
	free(html);
}

static void every_link_of_a_page_leads_somewhere_and_ids_are_unique(void **state)
{
	(void)state;
	char *html = page(scratch, "plots");
	size_t links = 0, ids = 0;

	for (const char *at = html; (at = strstr(at, "href=\"#")); at++, links++) {
		char id[80];
		const size_t length = strcspn(at + 7, "\"");
		snprintf(id, sizeof(id), " id=\"%.*s\"", (int)length, at + 7);
		assert_int_equal(count(html, id), 1);
	}
	for (const char *at = html; (at = strstr(at, " id=")); at++, ids++) {
		char id[80];
		const char end[] = { at[4], '\0' };
		const size_t length = strcspn(at + 5, end);
		snprintf(id, sizeof(id), " id=%c%.*s%c", at[4], (int)length, at + 5, at[4]);
		if (count(html, id) != 1)
			fail_msg("%s is there %zu times", id, count(html, id));
	}
	assert_true(links >= 8 && ids >= 20);
	free(html);
}

static void a_page_says_what_is_missing_and_why(void **state)
{
	(void)state;
	char *html = page(scratch, "plots");

	assert_non_null(strstr(html, "<p>3 of 6 planned trials are done.</p>"));
	assert_non_null(strstr(html, "<li>3 skipped: not in &lt;b&gt;DIR&lt;/b&gt;</li>"));
	assert_non_null(strstr(html, "<li class=\"inconclusive\">1 inconclusive</li>"));
	assert_non_null(strstr(html, "<li class=\"no-data\">1 no data</li>"));
	free(html);
}

static void a_figure_that_cannot_be_drawn_is_named_with_the_reason(void **state)
{
	(void)state;
	char *html = page(scratch, "/nonexistent/plots");

	assert_int_equal(count(html, "<svg"), 0);
	assert_non_null(strstr(html, "Figure points could not be made: "));
	assert_non_null(strstr(html, "/nonexistent/plots/style.gp"));
	assert_non_null(strstr(html, "</html>\n"));
	free(html);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(special_characters_are_escaped),
		cmocka_unit_test(bytes_that_are_no_text_are_replaced),
		cmocka_unit_test(a_table_has_headings_and_escaped_cells),
		cmocka_unit_test(a_picture_gets_its_own_ids_and_a_title),
		cmocka_unit_test_setup_teardown(
			a_page_has_no_script_and_loads_nothing, make_scratch, remove_scratch),
		cmocka_unit_test_setup_teardown(
			every_link_of_a_page_leads_somewhere_and_ids_are_unique, make_scratch,
			remove_scratch),
		cmocka_unit_test_setup_teardown(
			a_page_says_what_is_missing_and_why, make_scratch, remove_scratch),
		cmocka_unit_test_setup_teardown(
			a_figure_that_cannot_be_drawn_is_named_with_the_reason, make_scratch,
			remove_scratch),
	};
	return cmocka_run_group_tests_name("html", tests, NULL, NULL);
}
