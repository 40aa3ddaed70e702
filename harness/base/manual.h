/* manual.h - the pieces of a manual in three forms: plain text for terminals, Markdown, and mdoc
 * (man pages). Callers are independent of the form. */
#ifndef BASE_MANUAL_H
#define BASE_MANUAL_H

#include "str.h"

enum manual_form { MANUAL_TEXT, MANUAL_MARKDOWN, MANUAL_MAN };

struct manual {
	enum manual_form form;
	struct str *out;
};

/* A section; level 1 or 2. */
void manual_heading(struct manual *m, int level, const char *title);
/* A paragraph. Lines are filled to the width of the form; a line that begins with blanks is not
 * filled. */
void manual_text(struct manual *m, const char *text);
/* Lines of a file, verbatim. title: "example"; NULL: none. */
void manual_code(struct manual *m, const char *title, const char *text);

/* Entries stand between begin and end. An entry is a term and what it means, then facts ("default",
 * "1"), then paragraphs and code. */
void manual_list_begin(struct manual *m);
void manual_entry(struct manual *m, const char *term, const char *meaning);
void manual_fact(struct manual *m, const char *name, const char *value);
void manual_list_end(struct manual *m);

/* A short entry, on one line where the form allows it. Stands between begin and end, too. */
void manual_row(struct manual *m, const char *term, const char *meaning);

/* Text with what mdoc would read as a macro or an escape made harmless. */
void manual_escape(struct str *out, const char *text);

#endif
