/* study_tree.h - the git repository that a study lies in, as facts (facts.h). */
#ifndef BASE_STUDY_TREE_H
#define BASE_STUDY_TREE_H

#include "str.h"

/* Append git's facts about the folder: study_commit; study_dirty, yes when tracked files have
 * changes that are not committed; then study_diff, bounded (facts_add_lines), and study_diff_note
 * if it is incomplete. Nothing outside a repository, or without git. */
void study_tree_facts(const char *folder, struct str *facts);

/* Append what is changed in that repository and not committed, a line a file as `git status
 * --porcelain` has it: tracked files anywhere, and of files that git does not track those that a
 * path or glob pattern of the list (NULL at its end; relative to the folder) names. Nothing when
 * all is committed, outside a repository, or without git. */
void study_tree_changes(const char *folder, const char *const *paths, struct str *out);

#endif
