/* appendix.h - what venues ask for beside a paper, filled in as far as the database knows: the ACM
 * artifact appendix and the NeurIPS paper checklist. What it cannot know is left to the authors,
 * marked as such. */
#ifndef BUNDLE_APPENDIX_H
#define BUNDLE_APPENDIX_H

#include "../base/str.h"
#include "../store/open.h"

/* What the bundle holds beside the database. */
struct appendix_facts {
	bool source;          /* source.tar */
	const char *build;    /* which program made it: "retrial 0.2.0, commit ..." */
	const char *data;     /* lines about imported data sets; NULL: none was used */
	const char *programs; /* likewise: about the inputs of programs */
};

/* Append the texts (Markdown). Nothing in them depends on when they are made. Returns 0, or -1 with
 * e. */
int appendix_artifact(
	struct store *s, const struct appendix_facts *facts, struct str *out, struct err *e);
int appendix_checklist(
	struct store *s, const struct appendix_facts *facts, struct str *out, struct err *e);

#endif
