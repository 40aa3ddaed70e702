/* worktree.h - how the files of the git work tree that a program lies in differ from a commit. For the record of an attempt; asks git. */
#ifndef BASE_WORKTREE_H
#define BASE_WORKTREE_H

#include "str.h"

enum { WORKTREE_DIFF_BYTES = 1 << 20, WORKTREE_DIFF_SECONDS = 2 };

/* Append `git diff COMMIT` of the work tree that the running program lies in, at most so many bytes and for so many seconds. Returns NULL
 * when that is all of it, else why not ("longer than 1048576 bytes: cut"); nothing is appended when there is no git, tree or commit. */
const char *worktree_diff(const char *commit, struct str *out);

#endif
