/* study_tree.c - see study_tree.h. */
#include "study_tree.h"

#include <string.h>

#include "facts.h"
#include "git.h"

enum { SECONDS = 2, COMMIT_BYTES = 200, DIFF_BYTES = 1 << 20 };

static const char *ask(
	const char *folder, const char *const *words, size_t max_bytes, struct str *out)
{
	int code;
	const enum command_end end = git_ask(folder, words, SECONDS, max_bytes, out, &code);
	return command_complaint(end, code);
}

void study_tree_facts(const char *folder, struct str *facts)
{
	static const char *const head[] = { "rev-parse", "HEAD", NULL };
	static const char *const changes[] = { "diff", "--no-ext-diff", "--no-textconv",
		"--no-color", "HEAD", "--", NULL };
	struct str commit = { 0 }, diff = { 0 };
	if (!ask(folder, head, COMMIT_BYTES, &commit) && commit.length) {
		commit.s[strcspn(commit.s, "\n")] = '\0';
		facts_add(facts, "study_commit", commit.s);
		const char *why = ask(folder, changes, DIFF_BYTES, &diff);
		facts_add(facts, "study_dirty", diff.length ? "yes" : why ? "unknown" : "no");
		if (!facts_add_lines(facts, "study_diff", &diff))
			why = "it is no UTF-8 text";
		facts_add(facts, "study_diff_note", why);
	}
	str_free(&commit);
	str_free(&diff);
}

void study_tree_changes(const char *folder, const char *const *paths, struct str *out)
{
	static const char *const tracked[] = { "status", "--porcelain", "--untracked-files=no",
		"--", ":/", NULL };
	struct str answer = { 0 };
	if (!ask(folder, tracked, DIFF_BYTES, &answer) && answer.length)
		str_add_bytes(out, answer.s, answer.length);
	for (size_t i = 0; paths[i]; i++) {
		const char *const others[] = { "ls-files", "--others", "--exclude-standard", "--",
			paths[i], NULL };
		str_clear(&answer);
		if (ask(folder, others, DIFF_BYTES, &answer))
			continue; /* such as one that lies outside the repository */
		for (const char *line = answer.s; line && *line;) {
			const size_t length = strcspn(line, "\n");
			str_addf(out, "?? %.*s\n", (int)length, line);
			line += length + (line[length] == '\n');
		}
	}
	str_free(&answer);
}
