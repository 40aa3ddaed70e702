/* worktree.h - the git work tree that a program lies in: how its files differ from a commit, and
 * the files of a commit. Asks git. */
#ifndef BASE_WORKTREE_H
#define BASE_WORKTREE_H

#include "str.h"

enum { WORKTREE_DIFF_BYTES = 1 << 20, WORKTREE_SOURCE_BYTES = 100 << 20, WORKTREE_SECONDS = 10 };

/* Append `git diff COMMIT` of the work tree that the running program lies in, at most so many bytes
 * and for so many seconds. Returns NULL if it is complete, else the reason ("longer than a
 * megabyte: cut"); nothing is appended when there is no git, tree or commit. */
const char *worktree_diff(const char *commit, struct str *out);

/* Append all files of the commit as a tar archive, which always has the same bytes. Returns NULL,
 * or why not; then nothing is appended. */
const char *worktree_source(const char *commit, struct str *out);

/* Append what is changed in the tree and not committed, as `git status --porcelain` lists it,
 * without results/ (which the program itself writes). Returns NULL when that is all (nothing
 * appended: the tree is clean), else why not. */
const char *worktree_changes(struct str *out);

#endif
