/* test_format.c - harness/report/format: rows as text in every format, and read back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <float.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/report/format.h"

/* Two rows with a value of every kind and every trap. */
static struct rows *made_rows(void)
{
	static const char *const columns[] = { "name", "n", "x_y", "bytes", "none" };
	struct rows *r = rows_new(5, columns);
	rows_add_text(r, "plain");
	rows_add_integer(r, -9223372036854775807 - 1);
	rows_add_real(r, 0.1 + 0.2);
	rows_add_bytes(r, VALUE_BLOB, "\x00\xff", 2);
	rows_add_null(r);
	rows_add_text(r, "a,\"b\"|\\\t\xc2\xb1\n$_");
	rows_add_integer(r, 7);
	rows_add_real(r, 1);
	rows_add_bytes(r, VALUE_BLOB, "", 0);
	rows_add_text(r, "");
	assert_true(rows_complete(r));
	assert_int_equal(r->row_count, 2);
	return r;
}

static void assert_format(const struct rows *r, enum format f, const char *expected)
{
	struct err e = { 0 };
	struct str out = { 0 };
	assert_int_equal(format_rows(r, f, &out, &e), 0);
	assert_string_equal(out.s ? out.s : "", expected);
	str_free(&out);
}

static void csv_quotes_what_it_must_and_keeps_empty_texts_apart_from_null(void **state)
{
	(void)state;
	struct rows *r = made_rows();
	assert_format(r, FORMAT_CSV,
		"name,n,x_y,bytes,none\nplain,-9223372036854775808,0.30000000000000004,00ff,\n"
		"\"a,\"\"b\"\"|\\\t\xc2\xb1\n$_\",7,1.0,,\"\"\n");
	rows_free(r);
}

static void tsv_has_one_line_a_row(void **state)
{
	(void)state;
	struct rows *r = made_rows();
	assert_format(r, FORMAT_TSV,
		"name\tn\tx_y\tbytes\tnone\nplain\t-9223372036854775808\t0."
		"30000000000000004\t00ff\t\n"
		"a,\"b\"|\\\\\\t\xc2\xb1\\n$_\t7\t1.0\t\t\n");
	rows_free(r);
}

static void json_is_read_back_by_a_parser_as_it_was(void **state)
{
	(void)state;
	struct rows *r = made_rows();
	struct err e = { 0 };
	struct str out = { 0 };
	assert_int_equal(format_rows(r, FORMAT_JSON, &out, &e), 0);
	json_t *root = json_loads(out.s, JSON_REJECT_DUPLICATES, NULL);
	assert_int_equal(json_array_size(root), 2);
	const json_t *first = json_array_get(root, 0), *second = json_array_get(root, 1);
	assert_int_equal(json_integer_value(json_object_get(first, "n")), INT64_MIN);
	assert_true(json_real_value(json_object_get(first, "x_y")) == 0.1 + 0.2);
	assert_true(json_is_null(json_object_get(first, "none")));
	assert_string_equal(json_string_value(json_object_get(first, "bytes")), "00ff");
	assert_string_equal(
		json_string_value(json_object_get(second, "name")), "a,\"b\"|\\\t\xc2\xb1\n$_");
	assert_true(json_is_real(json_object_get(second, "x_y"))); /* 1.0 stays a real */
	assert_string_equal(json_string_value(json_object_get(second, "none")), "");
	json_decref(root);
	str_free(&out);
	rows_free(r);
}

static void jsonl_has_one_object_a_line(void **state)
{
	(void)state;
	static const char *const columns[] = { "a", "b" };
	struct rows *r = rows_new(2, columns);
	assert_format(r, FORMAT_JSONL, "");
	assert_format(r, FORMAT_JSON, "[]\n");
	for (int i = 0; i < 2; i++) {
		rows_add_integer(r, i);
		rows_add_text(r, "x\ny");
	}
	assert_format(
		r, FORMAT_JSONL, "{\"a\": 0, \"b\": \"x\\ny\"}\n{\"a\": 1, \"b\": \"x\\ny\"}\n");
	assert_format(r, FORMAT_JSON,
		"[\n {\"a\": 0, \"b\": \"x\\ny\"},\n {\"a\": 1, \"b\": \"x\\ny\"}\n]\n");
	rows_free(r);
}

static void json_has_no_member_twice_and_no_broken_text(void **state)
{
	(void)state;
	static const char *const columns[] = { "id", "id", "x\"" };
	struct rows *r = rows_new(3, columns);
	rows_add_bytes(r, VALUE_TEXT, "a\xff\xc3\xa9\xc3",
		5); /* a broken byte, a good character, half of one */
	rows_add_bytes(r, VALUE_TEXT, "a\0b", 3);
	rows_add_text(r, "\xed\xa0\x80"); /* half of a surrogate pair is no UTF-8 */
	assert_format(r, FORMAT_JSONL,
		"{\"id\": \"a\xef\xbf\xbd\xc3\xa9\xef\xbf\xbd\", \"id_2\": \"a\\u0000b\", "
		"\"x\\\"\": \"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"}\n");
	rows_free(r);
}

static void numbers_that_are_not_finite_are_named_in_every_format(void **state)
{
	(void)state;
	static const char *const columns[] = { "a", "b", "c" };
	struct rows *r = rows_new(3, columns);
	rows_add_real(r, INFINITY);
	rows_add_real(r, -INFINITY);
	rows_add_real(r, NAN);
	assert_format(r, FORMAT_CSV, "a,b,c\ninf,-inf,nan\n");
	assert_format(r, FORMAT_TSV, "a\tb\tc\ninf\t-inf\tnan\n");
	assert_format(r, FORMAT_JSONL, "{\"a\": \"inf\", \"b\": \"-inf\", \"c\": \"nan\"}\n");
	assert_format(r, FORMAT_TABLE, "  a    b   c\ninf -inf nan\n");
	rows_free(r);
}

static void assert_shortest(double x, struct str *out)
{
	char expected[48];
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(expected, sizeof(expected), "%.*g", digits, x);
		if (strtod(expected, NULL) == x)
			break;
	}
	if (!strpbrk(expected, ".e"))
		snprintf(expected + strlen(expected), 3, ".0");
	str_clear(out);
	format_real(out, x);
	assert_string_equal(out->s, expected);
}

static void a_real_reads_back_as_the_same_number(void **state)
{
	(void)state;
	static const double numbers[] = { 0.1, 1.0 / 3, 1e-3, 5e-324, DBL_MIN, DBL_MAX, 1e21, -0.0,
		123456789012345678.0, 0.89916666666666667, 2.5e-310, 1e15, 1e16 };
	struct str out = { 0 };
	uint64_t bits = 88172645463325252u;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]) + 10000; i++) {
		double x;
		if (i < sizeof(numbers) / sizeof(numbers[0])) {
			x = numbers[i];
		} else {
			bits ^= bits << 13;
			bits ^= bits >> 7;
			bits ^= bits << 17;
			memcpy(&x, &bits, sizeof(x));
			if (!isfinite(x))
				continue;
		}
		str_clear(&out);
		format_real(&out, x);
		const double y = strtod(out.s, NULL);
		if (memcmp(&x, &y, sizeof(x)) != 0)
			fail_msg("%s is not %.17g", out.s, x);
		if (!strpbrk(out.s, ".e"))
			fail_msg("%s looks like an integer", out.s);
	}
	str_clear(&out);
	/* Those of a usual size are written by hand: the same text as the shortest of printf's that
	 * reads back. */
	uint64_t random = 1;
	for (int i = 0; i < 200000; i++) {
		static const double units[] = { 1e-7, 1e-6, 1e-4, 1e-3, 0.25, 1, 1000, 1e9 / 3,
			1.0 / 3, 1e-9 / 7 };
		random = random * 6364136223846793005u + 1442695040888963407u;
		double x = (double)(int64_t)(random >> 40) * units[i % 10] * (i % 2 ? 1 : -1);
		for (int k = i / 10 % 4; k > 0; k--)
			x = nextafter(x, i % 3 ? INFINITY : 0); /* neighbours of short ones too */
		assert_shortest(x, &out);
	}
	for (int exponent = -20; exponent < 60; exponent++) { /* around powers of two and ten */
		for (int k = 0; k < 3; k++) {
			const double two = ldexp(1, exponent), ten = pow(10, exponent / 3.0);
			assert_shortest(k == 0 ? two : nextafter(two, k == 1 ? 0 : INFINITY), &out);
			assert_shortest(k == 0 ? ten : nextafter(ten, k == 1 ? 0 : INFINITY), &out);
		}
	}
	str_clear(&out);
	format_real(&out, 0.1);
	assert_string_equal(out.s, "0.1"); /* and no more digits than it needs */
	str_free(&out);
}

static void a_table_is_aligned_by_characters_and_hides_control_characters(void **state)
{
	(void)state;
	static const char *const columns[] = { "recipe", "accuracy", "note" };
	struct rows *r = rows_new(3, columns);
	assert_format(r, FORMAT_TABLE, "recipe accuracy note\n");
	rows_add_text(r, "caf\xc3\xa9");
	rows_add_text(r, "89.92 \xc2\xb1 0.10");
	rows_add_text(r, "a\x1b[31m");
	rows_add_text(r, "x");
	rows_add_text(r, "9");
	rows_add_null(r);
	assert_format(r, FORMAT_TABLE,
		"recipe     accuracy note\ncaf\xc3\xa9   89.92 \xc2\xb1 0.10 a\\x1b[31m\nx         "
		"        9\n");
	rows_free(r);
}

static void markdown_and_latex_escape_what_is_special_to_them(void **state)
{
	(void)state;
	static const char *const columns[] = { "a_b", "n" };
	struct rows *r = rows_new(2, columns);
	rows_add_text(r, "50 % | x_y & \xc2\xb1");
	rows_add_real(r, 0.8991666666);
	assert_format(r, FORMAT_MD,
		"| a\\_b | n |\n| --- | ---: |\n| 50 % \\| x\\_y & \xc2\xb1 | 0.899167 |\n");
	assert_format(r, FORMAT_LATEX,
		"\\begin{tabular}{@{}lr@{}}\n\\toprule\na\\_b & n \\\\\n\\midrule\n50 \\% | x\\_y "
		"\\& $\\pm$ & 0.899167 \\\\\n"
		"\\bottomrule\n\\end{tabular}\n");
	rows_free(r);
}

static void more_columns_than_a_table_has_room_for_are_refused_there_only(void **state)
{
	(void)state;
	const char *columns[100];
	for (int i = 0; i < 100; i++)
		columns[i] = "c";
	struct rows *r = rows_new(100, columns);
	for (int i = 0; i < 100; i++)
		rows_add_integer(r, i);
	struct err e = { 0 };
	struct str out = { 0 };
	assert_int_equal(format_rows(r, FORMAT_TABLE, &out, &e), -1);
	assert_int_equal(e.kind, ERR_USAGE);
	assert_int_equal(format_rows(r, FORMAT_CSV, &out, &e), 0);
	str_free(&out);
	rows_free(r);
}

static void parts_one_after_the_other_are_the_whole(void **state)
{
	(void)state;
	static const char *const columns[] = { "a", "b" };
	static const enum format formats[] = { FORMAT_CSV, FORMAT_TSV, FORMAT_JSON, FORMAT_JSONL };
	for (size_t f = 0; f < sizeof(formats) / sizeof(formats[0]); f++) {
		for (int count = 0; count < 7;
			count++) { /* in parts of two, the last of one or none */
			struct rows *whole = rows_new(2, columns);
			struct str together = { 0 };
			struct err e = { 0 };
			for (int i = 0; i <= count; i += 2) {
				struct rows *part = rows_new(2, columns);
				for (int k = i; k < i + 2 && k < count; k++) {
					rows_add_integer(part, k);
					rows_add_text(part, "x,y");
					rows_add_integer(whole, k);
					rows_add_text(whole, "x,y");
				}
				format_part(part, formats[f], i == 0, i + 2 > count, &together);
				rows_free(part);
			}
			struct str out = { 0 };
			assert_int_equal(format_rows(whole, formats[f], &out, &e), 0);
			assert_string_equal(together.s ? together.s : "", out.s ? out.s : "");
			str_free(&out);
			str_free(&together);
			rows_free(whole);
		}
	}
	assert_false(format_streams(FORMAT_TABLE) || format_streams(FORMAT_MD)
		|| format_streams(FORMAT_LATEX));
}

static void the_names_of_formats_are_known_and_slips_are_noticed(void **state)
{
	(void)state;
	enum format f;
	struct err e = { 0 };
	assert_int_equal(format_parse("jsonl", &f, &e), 0);
	assert_int_equal(f, FORMAT_JSONL);
	assert_int_equal(format_parse("josn", &f, &e), -1);
	assert_string_equal(e.text, "unknown format 'josn' (did you mean 'json'?)");
	assert_int_equal(format_parse("spreadsheet", &f, &e), -1);
	assert_string_equal(
		e.text, "unknown format 'spreadsheet' (one of table|csv|tsv|json|jsonl|md|latex)");
	assert_int_equal(e.kind, ERR_USAGE);
}

static void many_rows_keep_their_texts(void **state)
{
	(void)state;
	static const char *const columns[] = { "i", "text" };
	struct rows *r = rows_new(2, columns);
	char big[100000];
	memset(big, 'x', sizeof(big));
	for (int i = 0; i < 20000; i++) {
		char text[32];
		snprintf(text, sizeof(text), "row %d", i);
		rows_add_integer(r, i);
		if (i == 7777)
			rows_add_bytes(r, VALUE_TEXT, big, sizeof(big));
		else
			rows_add_text(r, text);
	}
	assert_true(rows_complete(r));
	assert_int_equal(r->row_count, 20000);
	assert_string_equal(r->values[1].text, "row 0");
	assert_int_equal(r->values[2 * 7777 + 1].length, sizeof(big));
	assert_string_equal(r->values[2 * 19999 + 1].text, "row 19999");
	rows_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(csv_quotes_what_it_must_and_keeps_empty_texts_apart_from_null),
		cmocka_unit_test(tsv_has_one_line_a_row),
		cmocka_unit_test(json_is_read_back_by_a_parser_as_it_was),
		cmocka_unit_test(jsonl_has_one_object_a_line),
		cmocka_unit_test(json_has_no_member_twice_and_no_broken_text),
		cmocka_unit_test(numbers_that_are_not_finite_are_named_in_every_format),
		cmocka_unit_test(a_real_reads_back_as_the_same_number),
		cmocka_unit_test(a_table_is_aligned_by_characters_and_hides_control_characters),
		cmocka_unit_test(markdown_and_latex_escape_what_is_special_to_them),
		cmocka_unit_test(more_columns_than_a_table_has_room_for_are_refused_there_only),
		cmocka_unit_test(parts_one_after_the_other_are_the_whole),
		cmocka_unit_test(the_names_of_formats_are_known_and_slips_are_noticed),
		cmocka_unit_test(many_rows_keep_their_texts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
