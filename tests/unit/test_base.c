/* test_base.c - harness/base: errors, strings, whole files, digests, facts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/clock.h"
#include "harness/base/command.h"
#include "harness/base/csv.h"
#include "harness/base/digest.h"
#include "harness/base/err.h"
#include "harness/base/facts.h"
#include "harness/base/file.h"
#include "harness/base/str.h"
#include "scratch.h"

static void assert_file_is(const char *path, const char *expected)
{
	char *bytes;
	size_t count;
	struct err e = { 0 };
	assert_int_equal(file_read(path, 1 << 20, &bytes, &count, &e), 0);
	assert_string_equal(bytes, expected);
	assert_int_equal(count, strlen(expected));
	free(bytes);
}

static int count_files(const char *pattern)
{
	glob_t found;
	const int status = glob(in_scratch(pattern), GLOB_PERIOD, NULL, &found);
	const int count = status == 0 ? (int)found.gl_pathc : 0;
	if (status == 0)
		globfree(&found);
	return count;
}

/* ---- err ---- */

static void err_set_gives_kind_text_and_minus_one(void **state)
{
	(void)state;
	struct err e = { 0 };
	assert_int_equal(err_set(&e, ERR_USAGE, "%s:%d: no", "a.yaml", 7), -1);
	assert_int_equal(e.kind, ERR_USAGE);
	assert_string_equal(e.text, "a.yaml:7: no");
	assert_int_equal(err_set(NULL, ERR_USAGE, "nobody listens"), -1);
}

static void err_set_may_use_its_own_old_text(void **state)
{
	(void)state;
	struct err e = { 0 };
	err_set(&e, ERR_FAILED, "inner");
	err_set(&e, ERR_FAILED, "outer (%s)", e.text);
	assert_string_equal(e.text, "outer (inner)");
}

static void err_text_that_does_not_fit_ends_in_dots_and_splits_no_character(void **state)
{
	(void)state;
	char long_text[3 * 4000 + 1];
	for (int i = 0; i < 4000; i++)
		memcpy(long_text + 3 * i, "\xE2\x82\xAC", 3); /* the euro sign */
	long_text[sizeof(long_text) - 1] = '\0';
	struct err e = { 0 };
	for (int shift = 0; shift < 3; shift++) {
		err_set(&e, ERR_USAGE, "%.*s%s", shift, "ab", long_text);
		const size_t length = strlen(e.text);
		assert_true(length < sizeof(e.text) && length > sizeof(e.text) - 8);
		assert_string_equal(e.text + length - 3, "...");
		const size_t begin = shift < 2 ? (size_t)shift : 2;
		assert_int_equal((length - 3 - begin) % 3, 0);
	}
}

static void err_text_that_just_fits_is_whole(void **state)
{
	(void)state;
	struct err e = { 0 };
	char text[sizeof(e.text) + 1];
	memset(text, 'x', sizeof(text));
	text[sizeof(e.text) - 1] = '\0';
	err_set(&e, ERR_USAGE, "%s", text);
	assert_string_equal(e.text, text);
	text[sizeof(e.text) - 1] = 'x';
	text[sizeof(e.text)] = '\0';
	err_set(&e, ERR_USAGE, "%s", text);
	assert_string_equal(e.text + sizeof(e.text) - 4, "...");
}

static void err_prefix_keeps_kind_and_old_text(void **state)
{
	(void)state;
	struct err e = { 0 };
	err_set(&e, ERR_ENVIRONMENT, "disk full");
	assert_int_equal(err_prefix(&e, "%s: ", "results/a.db"), -1);
	assert_string_equal(e.text, "results/a.db: disk full");
	assert_int_equal(e.kind, ERR_ENVIRONMENT);
}

static void err_errno_names_the_path_and_the_reason(void **state)
{
	(void)state;
	struct err e = { 0 };
	errno = ENOENT;
	assert_int_equal(err_errno(&e, "gone.txt"), -1);
	assert_string_equal(e.text, "gone.txt: No such file or directory");
	assert_int_equal(e.kind, ERR_ENVIRONMENT);
}

/* ---- str ---- */

static void str_grows_and_keeps_every_byte(void **state)
{
	(void)state;
	struct str s = { 0 };
	for (int i = 0; i < 1000; i++)
		str_addf(&s, "%d,", i % 10);
	assert_int_equal(s.length, 2000);
	assert_int_equal(strlen(s.s), 2000);
	assert_memory_equal(s.s + 1998, "9,", 3);
	str_clear(&s);
	assert_string_equal(s.s, "");
	str_add_bytes(&s, "a\0b", 3);
	assert_int_equal(s.length, 3);
	assert_memory_equal(s.s, "a\0b", 4);
	str_free(&s);
	assert_null(s.s);
}

static void str_take_gives_the_text_away_and_never_null(void **state)
{
	(void)state;
	struct str s = { 0 };
	char *text = str_take(&s);
	assert_string_equal(text, "");
	free(text);
	str_add(&s, "x");
	text = str_take(&s);
	assert_string_equal(text, "x");
	assert_null(s.s);
	assert_int_equal(s.length, 0);
	free(text);
}

static void str_nearest_finds_slips_and_not_other_words(void **state)
{
	(void)state;
	static const char *const names[] = { "batch_size", "dataset", "lr", "mnist",
		"fashion-mnist", "cifar10" };
	const struct {
		const char *word, *expected;
	} cases[] = {
		{ "batchsize", "batch_size" },
		{ "datasets", "dataset" },
		{ "dtaaset", "dataset" },
		{ "lrr", "lr" },
		{ "Mnist", "mnist" },
		{ "CIFAR-10", "cifar10" },
		{ "fashion", "fashion-mnist" },
		{ "fashion_mnist", "fashion-mnist" },
		{ "optimizer", NULL },
		{ "x", NULL },
		{ "", NULL },
		{ "wd", NULL },
		{ "0123456789012345678901234567890123456789012345678901234567890123456789", NULL },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *found =
			str_nearest(cases[i].word, names, sizeof(names) / sizeof(names[0]));
		if (!cases[i].expected)
			assert_null(found);
		else
			assert_string_equal(found ? found : "(none)", cases[i].expected);
	}
	assert_null(str_nearest("mnist", names, 0));
}

/* ---- file ---- */

static void file_written_is_read_back_and_missing_folders_are_made(void **state)
{
	(void)state;
	struct err e = { 0 };
	assert_int_equal(file_write(in_scratch("a/b//c/file.txt"), "hello", 5, &e), 0);
	assert_file_is(in_scratch("a/b/c/file.txt"), "hello");
	assert_int_equal(file_write(in_scratch("a/b/c/file.txt"), "", 0, &e), 0);
	assert_file_is(in_scratch("a/b/c/file.txt"), "");
	assert_int_equal(count_files("a/b/c/*tmp*"), 0);
}

static void file_write_in_the_current_folder_needs_no_slash(void **state)
{
	(void)state;
	char before[4096];
	assert_non_null(getcwd(before, sizeof(before)));
	assert_int_equal(chdir(scratch), 0);
	struct err e = { 0 };
	const int written = file_write("plain.txt", "x", 1, &e);
	assert_int_equal(chdir(before), 0);
	assert_int_equal(written, 0);
	assert_file_is(in_scratch("plain.txt"), "x");
}

/* In a process of its own, because the limit stays. */
static void file_that_cannot_be_written_whole_stays_as_it_was(void **state)
{
	(void)state;
	struct err e = { 0 };
	const char *path = in_scratch("limited/file.txt");
	assert_int_equal(file_write(path, "old", 3, &e), 0);
	const pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		const struct rlimit limit = { 100, 100 };
		signal(SIGXFSZ, SIG_IGN);
		char many[1000];
		memset(many, 'n', sizeof(many));
		if (setrlimit(RLIMIT_FSIZE, &limit))
			_exit(9);
		if (file_write(path, many, sizeof(many), &e) != -1)
			_exit(8);
		_exit(e.kind == ERR_ENVIRONMENT && strstr(e.text, "file.txt: File too large") ? 0
											      : 7);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_file_is(path, "old");
	assert_int_equal(count_files("limited/*"), 1 + 2); /* the file, ".", ".." */
}

static void file_write_under_a_file_says_what_is_no_folder(void **state)
{
	(void)state;
	struct err e = { 0 };
	assert_int_equal(file_write(in_scratch("plain"), "x", 1, &e), 0);
	assert_int_equal(file_write(in_scratch("plain/sub/file"), "x", 1, &e), -1);
	assert_int_equal(e.kind, ERR_ENVIRONMENT);
	assert_non_null(strstr(e.text, "plain: Not a directory"));
	assert_int_equal(file_write(scratch, "x", 1, &e), -1);
	assert_non_null(strstr(e.text, "Is a directory"));
}

static void file_write_keeps_a_symbolic_link_and_a_device(void **state)
{
	(void)state;
	struct err e = { 0 };
	assert_int_equal(file_write(in_scratch("target.txt"), "old", 3, &e), 0);
	assert_int_equal(symlink("target.txt", in_scratch("link.txt")), 0);
	assert_int_equal(file_write(in_scratch("link.txt"), "new", 3, &e), 0);
	assert_file_is(in_scratch("target.txt"), "new");
	struct stat info;
	assert_int_equal(lstat(in_scratch("link.txt"), &info), 0);
	assert_true(S_ISLNK(info.st_mode));
	assert_int_equal(file_write("/dev/null", "gone", 4, &e), 0);
	assert_int_equal(lstat("/dev/null", &info), 0);
	assert_true(S_ISCHR(info.st_mode));
}

static void file_read_refuses_more_than_allowed_folders_and_missing_files(void **state)
{
	(void)state;
	char *bytes = NULL;
	size_t count;
	struct err e = { 0 };
	assert_int_equal(file_write(in_scratch("ten"), "0123456789", 10, &e), 0);
	assert_int_equal(file_read(in_scratch("ten"), 10, &bytes, &count, &e), 0);
	assert_int_equal(count, 10);
	free(bytes);
	assert_int_equal(file_read(in_scratch("ten"), 9, &bytes, &count, &e), -1);
	assert_non_null(strstr(e.text, "more than the 9"));
	assert_int_equal(file_read(scratch, 100, &bytes, &count, &e), -1);
	assert_non_null(strstr(e.text, "Is a directory"));
	assert_int_equal(file_read(in_scratch("none"), 100, &bytes, &count, &e), -1);
	assert_non_null(strstr(e.text, "No such file"));
}

static void file_read_takes_files_that_do_not_know_their_size(void **state)
{
	(void)state;
	char *bytes;
	size_t count;
	struct err e = { 0 };
	assert_int_equal(file_read("/proc/self/status", 1 << 20, &bytes, &count, &e), 0);
	assert_true(count > 100);
	assert_int_equal(strlen(bytes), count);
	free(bytes);
	assert_int_equal(file_read("/dev/zero", 100000, &bytes, &count, &e), -1);
	assert_non_null(strstr(e.text, "more than the 100000"));
}

/* ---- digest ---- */

static void digest_gives_the_standards_answers(void **state)
{
	(void)state;
	char text[DIGEST_TEXT], sha1[DIGEST_SHA1_TEXT];
	digest_bytes("abc", 3, text); /* FIPS 180-4 examples */
	assert_string_equal(
		text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	digest_bytes(NULL, 0, text);
	assert_string_equal(
		text, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	digest_sha1_bytes("abc", 3, sha1);
	assert_string_equal(sha1, "a9993e364706816aba3e25717850c26c9cd0d89d");
}

static void digest_of_pieces_and_of_a_file_is_that_of_the_whole(void **state)
{
	(void)state;
	const size_t count = 200001;
	char *bytes = malloc(count);
	assert_non_null(bytes);
	for (size_t i = 0; i < count; i++)
		bytes[i] = (char)(i * 7 + i / 300);
	char whole[DIGEST_TEXT], text[DIGEST_TEXT];
	digest_bytes(bytes, count, whole);
	struct digest *d = digest_begin();
	digest_add(d, bytes, 1);
	digest_add(d, bytes + 1, 0);
	digest_add(d, bytes + 1, count - 1);
	digest_end(d, text);
	assert_string_equal(text, whole);
	struct err e = { 0 };
	assert_int_equal(file_write(in_scratch("digest.bin"), bytes, count, &e), 0);
	assert_int_equal(digest_file(in_scratch("digest.bin"), text, &e), 0);
	assert_string_equal(text, whole);
	assert_int_equal(digest_file(in_scratch("none"), text, &e), -1);
	assert_int_equal(e.kind, ERR_ENVIRONMENT);
	assert_int_equal(digest_file(scratch, text, &e), -1);
	free(bytes);
}

/* ---- facts ---- */

static void facts_are_lines_of_name_and_value_without_the_hosts_name(void **state)
{
	(void)state;
	struct str facts = { 0 };
	facts_add_all(&facts, 42);
	assert_non_null(strstr(facts.s, "core_version\t42\n"));
	static const char *const names[] = { "compiler\t", "flags\t", "dirty\t", "sources_sha256\t",
		"kernel\tLinux ", "libc\tglibc ", "cores\t", "memory_bytes\t" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_non_null(strstr(facts.s, names[i]));
	for (const char *line = facts.s; *line; line = strchr(line, '\n') + 1) {
		const size_t name = strcspn(line, "\t\n"), length = strcspn(line, "\n");
		assert_true(name > 0 && name + 1 < length); /* a name, a tab, a value */
		assert_int_equal(line[name], '\t');
		assert_int_equal(strcspn(line + name + 1, "\t\n") + name + 1, length);
		assert_int_equal(line[length], '\n');
	}
	assert_null(strstr(facts.s, "hostname"));
	str_free(&facts);
}

static void facts_know_the_digest_of_the_running_program(void **state)
{
	(void)state;
	char digest[DIGEST_TEXT], line[128];
	struct err e = { 0 };
	assert_int_equal(digest_file("/proc/self/exe", digest, &e), 0);
	snprintf(line, sizeof(line), "program_sha256\t%s\n", digest);
	struct str facts = { 0 };
	facts_add_all(&facts, 1);
	assert_non_null(strstr(facts.s, line));
	str_free(&facts);
}

static void facts_add_cannot_break_the_format(void **state)
{
	(void)state;
	struct str facts = { 0 };
	facts_add(&facts, "flags", "-O2\t-g\nx\tforged");
	facts_add(&facts, "empty", "");
	facts_add(&facts, "none", NULL);
	assert_string_equal(facts.s, "flags\t-O2 -g x forged\n");
	str_free(&facts);
}

/* Every field as "LINE:COLUMN text", quoted ones with a q, a line's last ones with a dot. */
static const char *fields_of(const char *text, size_t length)
{
	static char out[512];
	struct csv csv = csv_begin(text, length);
	struct csv_field f = { 0 };
	int n = 0;
	while (csv.at < csv.end) {
		if (csv_skip_empty(&csv)) {
			n += snprintf(out + n, sizeof(out) - (size_t)n, "-");
			continue;
		}
		const int broken = csv_next(&csv, &f);
		n += snprintf(out + n, sizeof(out) - (size_t)n, "[%d:%d%s %s%s]", f.line, f.column,
			f.quoted ? "q" : "",
			broken                  ? "broken"
				: f.text.length ? f.text.s
						: "",
			!broken && f.last ? "." : "");
		if (broken)
			break;
	}
	str_free(&f.text);
	return out;
}

/* ---- command ---- */

/* "END CODE out|messages" of a shell's command, in 0.4 seconds and 8 bytes at most. */
static const char *ends_as(const char *text)
{
	static char said[64];
	struct str out = { 0 }, messages = { 0 };
	const char *const words[] = { "sh", "-c", text, NULL };
	const struct command c = { .words = words,
		.folder = "/",
		.seconds = 0.4,
		.max_bytes = 8,
		.out = &out,
		.messages = &messages };
	int code;
	const enum command_end end = command_run(&c, &code);
	snprintf(said, sizeof(said), "%d %d %s|%s", (int)end, code, out.s ? out.s : "",
		messages.s ? messages.s : "");
	str_free(&out);
	str_free(&messages);
	return said;
}

static void command_says_how_a_program_ended(void **state)
{
	(void)state;
	const double begin = clock_seconds();
	assert_string_equal(ends_as("pwd; echo b >&2; exit 3"), "0 3 /\n|b\n");
	assert_string_equal(ends_as("kill -KILL $$"), "1 9 |");
	assert_string_equal(ends_as("echo a; exec sleep 30"), "3 0 a\n|");
	assert_string_equal(ends_as("exec >&- 2>&-; exec sleep 30"), "3 0 |");
	assert_string_equal(ends_as("sleep 30 & exit 0"), "3 0 |"); /* it has the pipe still */
	assert_string_equal(ends_as("echo 123456789"), "4 0 12345678|");
	assert_true(clock_seconds() - begin < 20);
	const struct command none = {
		.words = (const char *const[]){ "no-such-program-here", NULL }, .seconds = 10
	};
	int code;
	const enum command_end end = command_run(&none, &code);
	assert_string_equal(command_complaint(end, code), "there is no such program");
	assert_null(command_complaint(COMMAND_ENDED, 0));
}

static void a_word_for_a_shell_is_quoted_where_it_has_to_be(void **state)
{
	(void)state;
	struct str out = { 0 };
	static const char *const words[] = { "a/b-1.c", "", "it's", "$x" };
	for (size_t i = 0; i < 4; i++) {
		str_add(&out, i ? " " : "");
		str_add_word(&out, words[i]);
	}
	assert_string_equal(out.s, "a/b-1.c '' 'it'\\''s' '$x'");
	str_free(&out);
}

static void csv_fields_are_split_unquoted_and_placed(void **state)
{
	(void)state;
	static const struct {
		const char *text, *fields;
	} cases[] = {
		{ "a,b\nc,d\n", "[1:1 a][1:3 b.][2:1 c][2:3 d.]" },
		{ "a,b\r\n\r\nc", "[1:1 a][1:3 b.]-[3:1 c.]" },
		{ "\xEF\xBB\xBF"
		  "a,,\n",
			"[1:1 a][1:3 ][1:4 .]" },
		{ "\"a,\"\"b\"\"\n\",c\n", "[1:1q a,\"b\"\n][2:3 c.]" },
		{ "\xC3\xA4,\"\",x\ry", "[1:1 \xC3\xA4][1:3q ][1:6 x\ry.]" },
		{ "a,\"b", "[1:1 a][1:3q broken]" },
		{ "\"a\"b,c", "[1:1q broken]" },
		{ "\"a\"\"", "[1:1q broken]" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(
			fields_of(cases[i].text, strlen(cases[i].text)), cases[i].fields);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(err_set_gives_kind_text_and_minus_one),
		cmocka_unit_test(err_set_may_use_its_own_old_text),
		cmocka_unit_test(err_text_that_does_not_fit_ends_in_dots_and_splits_no_character),
		cmocka_unit_test(err_text_that_just_fits_is_whole),
		cmocka_unit_test(err_prefix_keeps_kind_and_old_text),
		cmocka_unit_test(err_errno_names_the_path_and_the_reason),
		cmocka_unit_test(str_grows_and_keeps_every_byte),
		cmocka_unit_test(str_take_gives_the_text_away_and_never_null),
		cmocka_unit_test(str_nearest_finds_slips_and_not_other_words),
		cmocka_unit_test(file_written_is_read_back_and_missing_folders_are_made),
		cmocka_unit_test(file_write_in_the_current_folder_needs_no_slash),
		cmocka_unit_test(file_that_cannot_be_written_whole_stays_as_it_was),
		cmocka_unit_test(file_write_under_a_file_says_what_is_no_folder),
		cmocka_unit_test(file_write_keeps_a_symbolic_link_and_a_device),
		cmocka_unit_test(file_read_refuses_more_than_allowed_folders_and_missing_files),
		cmocka_unit_test(file_read_takes_files_that_do_not_know_their_size),
		cmocka_unit_test(digest_gives_the_standards_answers),
		cmocka_unit_test(digest_of_pieces_and_of_a_file_is_that_of_the_whole),
		cmocka_unit_test(facts_are_lines_of_name_and_value_without_the_hosts_name),
		cmocka_unit_test(facts_know_the_digest_of_the_running_program),
		cmocka_unit_test(facts_add_cannot_break_the_format),
		cmocka_unit_test(command_says_how_a_program_ended),
		cmocka_unit_test(a_word_for_a_shell_is_quoted_where_it_has_to_be),
		cmocka_unit_test(csv_fields_are_split_unquoted_and_placed),
	};
	return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
