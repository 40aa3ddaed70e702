#!/bin/sh
# asset-to-c.sh FILE... - print the C file that holds these files (see assets.h).
set -eu
LC_ALL=C
export LC_ALL
printf '/* Made by harness/serve/asset-to-c.sh; edit the files beside it. */\n#include "harness/serve/assets.h"\n\nconst struct asset assets[] = {\n'
for file in "$@"; do
	printf '\t{ "%s",\n' "$(basename "$file")"
	# A line becomes a string of its own; \? keeps trigraphs from appearing.
	sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/?/\\?/g' -e 's/	/\\t/g' -e 's/^/		"/' -e 's/$/\\n"/' "$file"
	printf '\t\t"" },\n'
done
printf '};\nconst size_t asset_count = sizeof(assets) / sizeof(assets[0]);\n'
