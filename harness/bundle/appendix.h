/* appendix.h - the ACM artifact appendix and the NeurIPS paper checklist, filled in as far as the
 * database allows. The rest is left to the authors and marked as such. */
#ifndef BUNDLE_APPENDIX_H
#define BUNDLE_APPENDIX_H

#include "../base/str.h"
#include "../store/open.h"

/* The contents of the bundle beside the database. */
struct appendix_facts {
	bool source;          /* source.tar */
	const char *build;    /* the program that made it: "retrial 0.2.0, commit ..." */
	const char *data;     /* lines about imported data sets; NULL: none was used */
	const char *programs; /* lines about the inputs of programs; NULL: none were used */
};

/* Append the texts (Markdown). They do not depend on the time. Return 0, or -1 with e. */
int appendix_artifact(
	struct store *s, const struct appendix_facts *facts, struct str *out, struct err *e);
int appendix_checklist(
	struct store *s, const struct appendix_facts *facts, struct str *out, struct err *e);

#endif
