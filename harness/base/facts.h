/* facts.h - what is known about this program and this machine, as text "name\tvalue\n"... for the
 * record of an attempt (store_environment). Read from /proc, /sys and the build; what cannot be
 * read is left out. The host's and the user's names are never recorded: databases are published. */
#ifndef BASE_FACTS_H
#define BASE_FACTS_H

#include <stdbool.h>

#include "str.h"

/* Append all facts:
 *   program_version, commit (none outside git), dirty (facts_dirty), sources_sha256, core_version,
 * compiler, flags: of the build; program_sha256: of the running executable file; os, kernel, libc,
 * architecture; cpu, cpu_flags (of avx2, fma, avx512f, asimd: those present), cores (that this
 * process may use), cores_online, memory_bytes, governor (what changes from minute to minute, such
 * as the load, is not here: one machine is one set of facts); boot_id: tells a process of this boot
 * from one of an earlier boot. */
void facts_add_all(struct str *out, int core_version);

/* Append one fact; tabs and line ends in the value become spaces. A value that is NULL or empty
 * adds nothing. For facts that only the caller knows (library versions, kernels). */
void facts_add(struct str *out, const char *name, const char *value);

/* Append a text of several lines as one fact: line ends as \n, tabs as \t, backslashes as \\.
 * Returns false, and appends nothing, if it is no UTF-8 text. */
bool facts_add_lines(struct str *out, const char *name, const struct str *text);

/* When the program was built from a tree with changes that were not committed: diff, the difference
 * between the program's work tree and the commit that it was built from (facts_add_lines), bounded
 * in size and time (worktree.h); diff_note, why it is incomplete. Returns whether the tree had
 * changes. */
bool facts_add_diff(struct str *out);

/* Was the program built from a tree with changes that are not committed: "yes", "no", or "unknown"
 * when it was built outside git. */
const char *facts_dirty(void);

/* The version; the commit that the program was built from, "unknown" outside git; the id of this
 * boot, "" where it cannot be read. */
const char *facts_version(void);
const char *facts_commit(void);
enum { FACTS_BOOT_ID = 64 };
void facts_boot_id(char id[FACTS_BOOT_ID]);

#endif
