/* test_worktree.c - tests of the difference between a work tree and a commit, in a repository made
 * for it: the tests' own may be none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/base/worktree.h"
#include "scratch.h"

/* The functions look at where their program lies: the test copies itself into the repository and
 * runs there again, with the commit as its argument; that one prints what it found. */
static int print_diff(const char *commit)
{
	struct str diff = { 0 };
	const char *cut = worktree_diff(commit, &diff);
	printf("%zu|%s|%s", diff.length, cut ? cut : "all", diff.s ? diff.s : "");
	str_free(&diff);
	return 0;
}

static int print_source(const char *commit)
{
	struct str tar = { 0 };
	const char *why = worktree_source(commit, &tar);
	if (!why)
		fwrite(tar.s, 1, tar.length, stdout);
	str_free(&tar);
	return why ? 1 : 0;
}

static int make_repository(void **state)
{
	char command[1024];
	if (make_scratch(state))
		return -1;
	snprintf(command, sizeof(command),
		"cd %s && git init -q . && echo one >file && git add file &&"
		" git -c user.name=a -c user.email=a@b -c commit.gpgsign=false commit -q -m one && "
		"cp /proc/%ld/exe program",
		scratch, (long)getpid());
	return system(command) == 0 ? 0 : -1;
}

/* What the copy prints after the shell commands were done in the repository. Owned by the caller.
 */
static char *diff_after(const char *commands, const char *commit)
{
	struct str out = { 0 };
	char command[1024], bytes[4096];
	snprintf(command, sizeof(command), "cd %s && { %s; } && ./program %s", scratch, commands,
		commit);
	FILE *f = popen(command, "r");
	assert_non_null(f);
	for (size_t n; (n = fread(bytes, 1, sizeof(bytes), f)) > 0;)
		str_add_bytes(&out, bytes, n);
	assert_int_equal(pclose(f), 0);
	return str_take(&out);
}

static void a_tree_without_changes_has_no_difference(void **state)
{
	(void)state;
	char *found = diff_after("git checkout -q file", "HEAD");
	assert_string_equal(found, "0|all|");
	free(found);
}

static void a_changed_line_is_in_the_difference(void **state)
{
	(void)state;
	char *found = diff_after("echo two >file", "HEAD");
	assert_non_null(strstr(found, "|all|diff --git"));
	assert_non_null(strstr(found, "-one\n+two\n"));
	free(found);
}

static void a_long_difference_is_cut_at_a_megabyte(void **state)
{
	(void)state;
	char *found = diff_after("seq 300000 >file", "HEAD");
	assert_memory_equal(found, "1048576|longer than a megabyte: cut|", 36);
	free(found);
}

static void an_unknown_commit_is_said_to_be_unknown(void **state)
{
	(void)state;
	char *found = diff_after("true", "0123456789012345678901234567890123456789");
	assert_memory_equal(found, "0|the program lies in no git work tree", 38);
	free(found);
}

/* Also where git knows nothing of the program's own folder, as of one that is ignored. */
static void the_source_is_all_of_the_commit(void **state)
{
	(void)state;
	char *found =
		diff_after("mkdir -p built && cp program built/ && built/program HEAD source | "
			   "tar -tf -",
			"HEAD");
	assert_memory_equal(found, "file\n", 5);
	free(found);
}

int main(int argc, char **argv)
{
	if (argc == 3)
		return print_source(argv[1]);
	if (argc == 2)
		return print_diff(argv[1]);
	if (system("git --version >/dev/null 2>&1") != 0) {
		puts("ok 1 - differences of a work tree # SKIP there is no git");
		return 0;
	}
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tree_without_changes_has_no_difference),
		cmocka_unit_test(a_changed_line_is_in_the_difference),
		cmocka_unit_test(a_long_difference_is_cut_at_a_megabyte),
		cmocka_unit_test(an_unknown_commit_is_said_to_be_unknown),
		cmocka_unit_test(the_source_is_all_of_the_commit),
	};
	return cmocka_run_group_tests(tests, make_repository, remove_scratch);
}
