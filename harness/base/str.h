/* str.h - a growing string. For messages, SQL, tables and scripts. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stdarg.h>
#include <stddef.h>

/* Zero-initialise ({0}); s is NULL or NUL-terminated. Freed with str_free. */
struct str {
	char *s;
	size_t length, capacity;
};

/* Each appends; when memory runs out the process ends with ERR_ENVIRONMENT (err_end_nomem). */
void str_add(struct str *out, const char *text);
void str_add_bytes(struct str *out, const char *bytes, size_t count);
void str_addf(struct str *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
void str_addv(struct str *out, const char *format, va_list list)
	__attribute__((format(printf, 2, 0)));

/* The text as one word of a POSIX shell: in single quotes, unless it needs none. */
void str_add_word(struct str *out, const char *text);

/* The text as a JSON string, quotes included. The text is UTF-8. */
void str_add_json(struct str *out, const char *text);

/* Empty it, keeping the memory. */
void str_clear(struct str *out);
void str_free(struct str *out);

/* The text, owned by the caller now (free); "" when nothing was added. out is empty afterwards. */
char *str_take(struct str *out);

/* Is the text UTF-8 (as RFC 3629 has it: no surrogates, nothing longer than needed)? */
bool str_is_utf8(const char *text);

/* Is there a control character (of C0 or C1, or DEL) in this UTF-8 text? With `lines` tab and line
 * feed are none. */
bool str_has_control(const char *text, bool lines);

/* The bytes of the character at the beginning of text, 1 to 4; 0 when there is none: the end, or no
 * UTF-8. */
size_t str_utf8_length(const char *text);

/* The nearest of `count` names to `word` by edit distance, or NULL when none is near enough for a
 * "did you mean". */
const char *str_nearest(const char *word, const char *const *names, size_t count);

#endif
