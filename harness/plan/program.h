/* program.h - the user's program that executes the trials of a sweep: the keys program, parameters,
 * metrics and verify of a sweep file (docs/programs.md explains them to users). Nothing here starts
 * a program: run/program.h does.
 *
 *   program: {command: [python3, train.py, --C, "{C}", --seed, "{seed}"], directory: ., inputs:
 *     [train.py, data], outputs: [model.pkl], keep_outputs: true, environment: {NAME: text},
 *     version: [python3, -V], packages: [python3, -m, pip, freeze], timeout: 60, memory: 500,
 *     retries: 2}
 *   parameters: {NAME: TYPE | {type, above, below, at_least, at_most, values, unit, default,
 *     help}}
 *   metrics: {NAME: {unit, better, title, decimals, scale, kind, series, match}}
 *   verify: {METRIC: tolerance}
 *
 * A trial of such a sweep has one value a parameter; its identity is that of the command and the
 * values (identity.h). */
#ifndef PLAN_PROGRAM_H
#define PLAN_PROGRAM_H

#include <stdbool.h>

#include "metrics.h"
#include "param.h"

enum {
	PROGRAM_ARGUMENTS_MAX = 1000,
	PROGRAM_PARAMETERS_MAX = 100,
	PROGRAM_LIST_MAX = 1000, /* inputs, outputs, variables */
	PROGRAM_TEXT_MAX = 64,   /* bytes of a text parameter, with its NUL: as many as a label */
};

/* A declared variable of the program's environment; the value is a template. */
struct program_variable {
	const char *name, *value;
};

struct program_config {
	const char *const *command; /* templates; ends with NULL */
	int argument_count;
	const char *folder;        /* of the sweep file: "" for the current one */
	const char *directory;     /* where the program runs: a template, relative to folder */
	const char *const *inputs; /* names or patterns (glob(3)), or folders: relative to the
				      directory, or to the folder when that is {scratch} */
	int input_count;
	const char *const *outputs; /* names in the scratch folder */
	int output_count;
	bool keep_outputs;
	const struct program_variable *variables;
	int variable_count;
	const char *const *version, *const *packages; /* commands, end with NULL; NULL: none */
	double timeout;                               /* seconds; 0: none */
	size_t memory_bytes;                          /* of address space; 0: as it is */
	int retries;

	const struct param *parameters; /* rows of the program's own table: scope SCOPE_PROGRAM */
	int parameter_count;
	size_t values_bytes; /* of a trial's values, which the rows' offsets point into */

	const struct declared_metric *metrics;
	int metric_count;
};

struct study;
struct node;
struct sweep;
struct str;

/* Read the keys program, parameters, metrics and verify of a sweep file whose path is given; NULL
 * when the file has no program (then the others are refused: they belong to one). What is returned
 * lives in the study's arena. Errors are diagnosed. */
const struct program_config *program_read(
	struct study *s, const struct node *root, const char *path);

/* Call it after everything that sets parameters was read without error: a parameter that no
 * placeholder uses is then an error. */
void program_check_unused(struct study *s, const struct node *root);

/* Append the templates of the sweep's command, blanks between them; nothing where no program
 * executes its trials. */
void program_command_text(struct str *out, const struct sweep *sweep);

/* Does a placeholder of the command or of the environment use the parameter? */
bool program_uses(const struct program_config *p, const char *parameter);

/* Is it one of the placeholders that every program has ({seed}, {slot} ...)? */
bool program_placeholder(const char *name);

/* The parameter's row, or NULL. */
const struct param *program_parameter(const struct program_config *p, const char *name);

/* Where the names of inputs begin: the directory, or "" for the folder of the sweep file, which it
 * also is when the directory has placeholders (it differs from trial to trial). And the same as a
 * path from here. Both are the caller's (free). */
char *program_input_directory(const struct program_config *p);
char *program_input_folder(const struct program_config *p);

/* Is the input of this name, as it is recorded, a text of the sweep file ("environment NAME",
 * "match of metric NAME") and no file? */
bool program_input_is_text(const struct program_config *p, const char *name);

/* The metric's declaration, or NULL. */
const struct declared_metric *program_metric(const struct program_config *p, const char *name);

#endif
