/* language.h - the one table of the sweep language: every key of a sweep file that is not a
 * parameter of param.h. The parser's checks and messages, `retrial help`, the reference
 * (retrial-sweep(5), docs/sweep.md) and the JSON Schema all read it. A new key is a row of
 * language_table.c and, unless outputs.c reads a field of its type, a function that reads it. */
#ifndef PLAN_LANGUAGE_H
#define PLAN_LANGUAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "../base/str.h"
#include "param.h"
#include "yaml.h"

/* Where a key may stand: a map of the file. A row names one or several (bits). */
enum place {
	PLACE_SWEEP = 1 << 0,       /* the top of a sweep file */
	PLACE_LIBRARY = 1 << 1,     /* the top of a file that others `use` */
	PLACE_BLOCK = 1 << 2,       /* an entry of blocks: */
	PLACE_AXIS = 1 << 3,        /* an axis that is a map */
	PLACE_ZIP = 1 << 4,         /* zip:, beside its paths */
	PLACE_RANDOM = 1 << 5,      /* random: */
	PLACE_RANGE = 1 << 6,       /* an axis of random: */
	PLACE_CLAIM = 1 << 7,       /* an entry of claims: */
	PLACE_TABLE = 1 << 8,       /* an entry of tables: */
	PLACE_FIGURE = 1 << 9,      /* an entry of figures: */
	PLACE_ROBUSTNESS = 1 << 10, /* an entry of robustness: */
	PLACE_MODEL = 1 << 11,      /* a model */
	PLACE_PROGRAM = 1 << 12,    /* program: */
	PLACE_PARAMETER = 1 << 13,  /* an entry of parameters: */
	PLACE_METRIC = 1 << 14,     /* an entry of metrics: */
	PLACE_TEMPLATE = 1 << 15,   /* an entry of templates: */
	PLACE_LAYERS = 1 << 16,     /* a list of layers, beside the kinds of layer */
	PLACE_REPEAT = 1 << 17,     /* repeat: */
	PLACES_END = 1 << 18
};

/* What a value looks like. The types up to KEY_PHASE are read into a field by
 * outputs.c. */
enum key_type {
	KEY_NAME,       /* char[size]: letters, digits and - _ + . */
	KEY_TEXT,       /* char[size]: one line */
	KEY_WORD,       /* one of words; char[size], or size 0: checked only */
	KEY_WHOLE,      /* int in [min, max] */
	KEY_REAL,       /* double in [min, max] */
	KEY_WHERE,      /* struct where: {label: value} */
	KEY_LABEL,      /* char[size]: the name of a label */
	KEY_LABELS,     /* char[max][size] and, at offset `count`, how many */
	KEY_METRIC,     /* char[size] */
	KEY_METRICS,    /* as KEY_LABELS */
	KEY_FIGURE,     /* char[size]: a kind of figure */
	KEY_PHASE,      /* char[size]: the name of a phase */
	KEY_VERSION,    /* 1 */
	KEY_SEEDS,      /* how many, or a list */
	KEY_FILES,      /* a file or a list of files */
	KEY_SETTINGS,   /* {PATH: value} */
	KEY_AXES,       /* {PATH: [values]}, or {PATH: map of PLACE_AXIS} */
	KEY_VALUES,     /* the values of an axis */
	KEY_ZIP,        /* {PATH: [values]} of one length, or a list of such maps */
	KEY_TRIALS,     /* a list of settings, or a CSV file */
	KEY_DRAWS,      /* {PATH: [values] or map of PLACE_RANGE} */
	KEY_BOUNDS,     /* [low, high] */
	KEY_CHANGES,    /* {NAME: settings} */
	KEY_CONDITION,  /* {PATH: value or [values]} */
	KEY_CONDITIONS, /* a list of them */
	KEY_RECIPES,    /* {NAME: [phases]} */
	KEY_AUGMENTS,   /* {NAME: {amount: value}} */
	KEY_MODELS,     /* {NAME: map of PLACE_MODEL} */
	KEY_LAYERS,     /* a list of layers */
	KEY_SEVERITIES, /* a list of numbers */
	KEY_MAP,        /* a map of the place `members` */
	KEY_MAPS,       /* a list of them */
	KEY_NAMED_MAPS, /* {NAME: map of the place `members`} */
	KEY_COMMAND,    /* a list of texts: a program and its arguments */
	KEY_PATHS,      /* a text, or a list of texts */
	KEY_TEXTS,      /* {NAME: text} */
	KEY_STRING,     /* any text */
	KEY_NUMBER,     /* any number in [min, max], read elsewhere */
	KEY_FLAG,       /* true or false */
	KEY_PARAMETERS, /* {NAME: type, or map of PLACE_PARAMETER} */
	KEY_TOLERANCES, /* {METRIC: number} */
	KEY_ANY,        /* a value of the parameter's own type */
};

struct key {
	unsigned places; /* bits of enum place */
	const char *name;
	enum key_type type;
	size_t offset, size, count; /* the field, see enum key_type; 0: read elsewhere */
	double min, max;
	const char *const *words; /* KEY_WORD; ends with NULL */
	enum place members;       /* KEY_MAP, KEY_MAPS, KEY_NAMED_MAPS */
	unsigned needed;          /* places where it must be given */
	const char *fallback;     /* default, as help shows it; NULL: none */
	const char *unit;
	const char *old;     /* a former spelling that is still read; NULL: none */
	const char *help;    /* one line; stands in messages */
	const char *detail;  /* a paragraph, lines of at most 80 columns; NULL: none */
	const char *example; /* the line of a file; of an entry or model: inside its map */
};

const struct key *language_table(size_t *count);
/* The row of the key (by its name or former spelling) in the place, or NULL. */
const struct key *language_find(enum place place, const char *name);
/* The place's names, at most `most`; returns how many. */
size_t language_names(enum place place, const char **names, size_t most);
/* "at the top of a sweep file", "in a claim": for messages and help. */
const char *place_name(enum place place);

/* The member of the map under the key's name or its former spelling, or NULL. */
const struct node *language_get(const struct node *map, enum place place, const char *name);
/* Note an error at every key of the map that the place does not have. Returns 0 or -1. */
int language_check_keys(enum place place, const struct node *map, struct diagnostics *d);
/* Note an error for every key that the place needs and the map lacks. Returns 0 or -1. */
int language_check_needed(enum place place, const struct node *map, struct diagnostics *d);
/* The word's position in key->words, or -1 after an error ("compare = x: unknown (one of ...)"). */
int language_word(const struct key *key, const struct node *value, struct diagnostics *d);

/* ---- kinds: what an optimizer, schedule, layer or phase can be (param_kinds) ---- */

struct kind {
	enum param_scope scope;
	const char *name;
	const char *help;    /* one line */
	const char *detail;  /* a paragraph, or NULL */
	const char *example; /* the layer, phase, optimizer or schedule as a file writes it */
};

const struct kind *kind_table(size_t *count);
const struct kind *kind_find(enum param_scope scope, const char *name);

/* ---- help (language_help.c) ---- */

/* Append what the word means: keys, parameters (also as a path: dual.lr), kinds, values,
 * corruptions. Returns how many meanings it has; 0: nothing appended. */
int language_describe(const char *word, struct str *out);
/* Every word that language_describe answers, through `each`; some come several times. */
void language_words(void (*each)(const char *word, const char *help, void *context), void *context);
/* Write the complete reference of the language, without a title. */
void language_reference(struct manual *m);
/* The row's value in words: "a whole number from 1 to 9", "one of a | b". */
void language_value(const struct key *key, struct str *out);
/* Append an example of the parameter: a line of a file, a phase, an optimizer, a layer. */
void language_param_example(const struct param *p, struct str *out);
/* A whole sweep file that holds the example of the row (a key, parameter or kind; the others
 * NULL): what tests parse. Returns false when the row has no example. */
bool language_example_file(
	const struct key *key, const struct param *param, const struct kind *kind, struct str *out);

#endif
