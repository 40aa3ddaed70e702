#!/bin/sh
# commit-message.sh FILE - is the message in FILE as CONTRIBUTING.md wants it: a subject of at most 72
# characters without a full stop, an empty line, and a body wrapped at 72? Lines that begin with # are
# git's. Links may be longer. Used by pre-commit (.pre-commit-config.yaml).
set -u
LC_ALL=C.UTF-8 awk '
	/^#/ { next }
	{ line++ }
	line == 1 && length > 72 { print "the subject has " length " characters; at most 72"; bad = 1 }
	line == 1 && /\.$/ { print "the subject ends with a full stop"; bad = 1 }
	line == 2 && length { print "the second line is not empty"; bad = 1 }
	line > 2 && length > 72 && !/:\/\// { print "line " line " has " length " characters; at most 72"; bad = 1 }
	END { exit bad }' "$1"
