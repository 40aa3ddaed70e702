/* assets.h - the style sheet and the script of the live page, compiled into the program.
 * asset-to-c.sh generates the C file at build time. */
#ifndef SERVE_ASSETS_H
#define SERVE_ASSETS_H

#include <stddef.h>

struct asset {
	const char *name; /* "style.css" */
	const char *text;
};

extern const struct asset assets[];
extern const size_t asset_count;

#endif
