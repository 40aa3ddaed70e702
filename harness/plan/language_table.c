/* language_table.c - the rows of the language: keys of a sweep file, and the kinds of phases,
 * optimizers, schedules and layers. What a row means is in language.h; parameters are in
 * param_table.c. */
#include "language.h"

#include "sweep.h"

static const char *const trees[] = { "any", "required", NULL };
static const char *const compares[] = { "equal", "at_most", "at_least", "higher", "lower",
	"equivalent", NULL };
static const char *const units[] = { "bytes", "KB", "MB", "percent", "ms", NULL };

static const char *const value_types[] = { "integer", "real", "boolean", "enum", "text", NULL };
static const char *const betters[] = { "lower", "neither", "higher", NULL };
static const char *const metric_kinds[] = { "result", "series", "constant", "time", "count", NULL };

enum {
	FILES = PLACE_SWEEP | PLACE_LIBRARY,
	BLOCKS = PLACE_SWEEP | PLACE_BLOCK,
	OUTPUTS = PLACE_CLAIM | PLACE_TABLE | PLACE_FIGURE,
};

/* A field of a struct: offset and size. */
#define IN_CLAIM(field) \
	.offset = offsetof(struct claim, field), .size = sizeof(((struct claim *)0)->field)
#define IN_TABLE(field)                               \
	.offset = offsetof(struct table_spec, field), \
	.size = sizeof(((struct table_spec *)0)->field)
#define IN_FIGURE(field)                               \
	.offset = offsetof(struct figure_spec, field), \
	.size = sizeof(((struct figure_spec *)0)->field)

/* clang-format off */
static const struct key table[] = {
	/* ---- the file ---- */
	{ FILES, "retrial", KEY_VERSION, .needed = PLACE_SWEEP,
		.help = "version of the sweep language; always 1",
		.example = "retrial: 1" },
	{ PLACE_SWEEP, "name", KEY_NAME, .size = sizeof(((struct sweep *)0)->name),
		.fallback = "the name of the file",
		.help = "name of the sweep in the database",
		.example = "name: learning-rates" },
	{ FILES, "title", KEY_TEXT, .size = sizeof(((struct sweep *)0)->title),
		.help = "one-line description; tables and the report show it",
		.example = "title: Does a smaller learning rate help?" },
	{ PLACE_SWEEP, "seeds", KEY_SEEDS, .min = 1, .max = 100000, .fallback = "1",
		.help = "replicates of every configuration: how many, or a list of seeds",
		.detail =
			"10 means the seeds 1 to 10. Seeds are replicates, not an axis: tables show mean and\n"
			"standard deviation over them, and tests pair trials of the same seed. A larger\n"
			"number keeps the finished trials and adds new ones.",
		.example = "seeds: [3, 5, 8]" },
	{ PLACE_SWEEP, "clean_tree", KEY_WORD, .words = trees, .fallback = "any",
		.help = "whether run refuses uncommitted changes: in retrial and in the study's repository",
		.detail =
			"With `required`, `retrial run` refuses a program that was not built from a commit, or\n"
			"with changes that are not committed, and changes in the repository of the sweep file\n"
			"(the file itself and a program's inputs have to be committed or ignored).\n"
			"--allow-dirty runs it anyway and records that.",
		.example = "clean_tree: required" },
	{ FILES, "use", KEY_FILES,
		.help = "files whose recipes, augments and models this file may name",
		.detail =
			"A relative path is looked for beside the file that names it, then in the folders of\n"
			"experiments that come with retrial (library/lightweight.yaml is one of them).",
		.example = "use: library/lightweight.yaml" },

	/* ---- what is combined ---- */
	{ BLOCKS, "base", KEY_SETTINGS,
		.help = "settings of all trials",
		.detail =
			"A setting is PATH: VALUE. A path is a parameter of the trial (dataset, batch_size), a\n"
			"recipe, model or augment by its name, one amount (augment.rotation), or PHASE.PARAM: a\n"
			"parameter of every phase of that name or, if no phase has the name, of that kind\n"
			"(dual.lr, unfreeze.stop.patience). Later settings win: base, then axes and the other\n"
			"keys that combine, then --set on the command line.",
		.example = "base: {dataset: synthetic, recipe: example, batch_size: 32}" },
	{ BLOCKS, "axes", KEY_AXES,
		.help = "paths with lists of values, multiplied with each other (a grid)",
		.detail =
			"Every path that is not only in base is a label of the trial: tables, figures and\n"
			"claims choose trials by labels. dataset, recipe and augment always are labels. An axis\n"
			"with a condition is a map with values and when.",
		.example = "axes: {batch_size: [16, 32, 64], single.lr: [1e-3, 1e-2]}" },
	{ PLACE_AXIS, "values", KEY_VALUES, .needed = PLACE_AXIS,
		.help = "the values of an axis that has a condition",
		.example = "axes: {batch_size: {values: [16, 32], when: {dataset: synthetic}}}" },
	{ PLACE_AXIS | PLACE_ZIP, "when", KEY_CONDITION,
		.help = "condition: elsewhere the axis (or the zip) sets nothing",
		.detail =
			"Where the condition does not hold, the axis sets nothing and gives one trial, not one\n"
			"for each of its values. A list of values means any of them.",
		.example = "axes: {batch_size: {values: [16, 32], when: {dataset: [synthetic]}}}" },
	{ BLOCKS, "zip", KEY_ZIP,
		.help = "paths whose lists go together: the first values, the second values, ...",
		.detail =
			"The lists have one length. A list of such maps gives several zips, which are\n"
			"multiplied with each other and with the axes.",
		.example = "zip: {batch_size: [16, 64], single.lr: [1e-3, 4e-3]}" },
	{ BLOCKS, "trials", KEY_TRIALS,
		.help = "configurations one at a time: a list of settings, or a CSV file",
		.detail =
			"The first line of a CSV file names the paths, every other line is one configuration;\n"
			"`retrial plan --csv` writes such a file. Lines that repeat an earlier one are skipped.",
		.example = "trials: [{batch_size: 16}, {batch_size: 64, single.lr: 1e-2}]" },
	{ BLOCKS, "random", KEY_MAP, .members = PLACE_RANDOM,
		.help = "configurations drawn at random, without repeats",
		.detail =
			"The same seed gives the same configurations on every machine. A larger count keeps\n"
			"the earlier ones and adds more.",
		.example = "random: {count: 8, seed: 1, axes: {single.lr: {log: [1e-4, 1e-1]}}}" },
	{ PLACE_RANDOM, "count", KEY_WHOLE, .min = 1, .max = 10000, .needed = PLACE_RANDOM,
		.unit = "configurations",
		.help = "how many configurations are drawn",
		.example = "random: {count: 3, axes: {batch_size: [8, 16, 32, 64]}}" },
	{ PLACE_RANDOM, "seed", KEY_WHOLE, .min = 0, .max = 9007199254740992.0, .fallback = "1",
		.help = "seed of the draw; not a seed of the trials",
		.example = "random: {count: 3, seed: 7, axes: {batch_size: [8, 16, 32, 64]}}" },
	{ PLACE_RANDOM, "axes", KEY_DRAWS, .needed = PLACE_RANDOM,
		.help = "what is drawn: a list of values, {uniform: [a, b]} or {log: [a, b]}",
		.example = "random: {count: 3, axes: {single.epochs: {uniform: [2, 20]}}}" },
	{ PLACE_RANGE, "uniform", KEY_BOUNDS,
		.help = "a number between two bounds, all equally likely",
		.example = "random: {count: 3, axes: {augment.rotation: {uniform: [0, 0.25]}}}" },
	{ PLACE_RANGE, "log", KEY_BOUNDS,
		.help = "a number between two bounds above 0, uniform on a logarithmic scale",
		.example = "random: {count: 3, axes: {single.lr: {log: [1e-4, 1e-1]}}}" },
	{ BLOCKS, "ablate", KEY_CHANGES,
		.help = "an ablation: the unchanged base, then one named change each",
		.detail =
			"Makes one configuration called base and one for each change, with the label ablation.\n"
			"The table `ablation`, with the paired differences to base, is added to the sweep\n"
			"unless the file defines a table of that name.",
		.example = "ablate: {small-batch: {batch_size: 8}, more-epochs: {single.epochs: 4}}" },
	{ BLOCKS, "exclude", KEY_CONDITIONS,
		.help = "combinations to leave out: those that match all conditions of a rule",
		.detail = "A rule that matches no combination gives a warning in check and plan.",
		.example = "exclude: [{dataset: synthetic, recipe: [other]}]" },
	{ PLACE_SWEEP, "blocks", KEY_MAPS, .members = PLACE_BLOCK,
		.help = "several sets of combinations in one file",
		.detail =
			"Each block inherits base, axes and the other keys of the file and adds "
			"its own; an\n"
			"axis replaces the file's axis of the same path. A trial that an earlier block already\n"
			"has is merged with it.",
		.example = "blocks: [{base: {batch_size: 8}}, {axes: {batch_size: [16, 32]}}]" },

	/* ---- what is named ---- */
	{ FILES, "recipes", KEY_RECIPES,
		.help = "recipes by name: lists of phases, which say what is trained and how",
		.detail =
			"Each phase is a map of parameters (`retrial help phase`). The first phase starts from\n"
			"random weights, the others continue with the network of the phase before.",
		.example =
			"recipes: {example: [{phase: single, epochs: 2, optimizer: {sgd: {lr: 0.01}}}],\n"
			"  other: [{phase: single, epochs: 3}]}" },
	{ FILES, "augments", KEY_AUGMENTS,
		.help = "sets of random transforms of the training images, by name",
		.detail =
			"Each transform is drawn anew for every image and epoch. Amounts that are not given\n"
			"are 0 (off). The set `none` always exists.",
		.example = "augments: {mild: {rotation: 0.05, translation: 0.1}}" },
	{ FILES, "models", KEY_MODELS, .members = PLACE_MODEL,
		.help = "models by name: blocks of layers; each phase assembles its network from them",
		.detail =
			"Without models, trials have the network of the paper, lightweight. Shapes are checked\n"
			"before anything runs.",
		.example =
			"models: {tiny: {stem: [{conv: {name: c, filters: 4, kernel: 3, activation: relu}}],\n"
			"  submodel_head: [{dense: {name: classifier, units: classes}}]}}" },
	{ PLACE_MODEL, "network", KEY_LAYERS,
		.help = "all layers of an ordinary network, in place of stem and submodel_head",
		.detail = "A list of layers may have repetitions (repeat) and templates.",
		.example =
			"network: [{repeat: {times: 2, layers: [{conv: {name: c, filters: 4, kernel: 3}}]}},\n"
			"  {dense: {name: classifier, units: classes}}]" },
	{ PLACE_MODEL, "templates", KEY_NAMED_MAPS, .members = PLACE_TEMPLATE,
		.help = "lists of layers with parameters, which lists of layers use by name",
		.detail =
			"{residual: {name: a, filters: 16}} inserts the layers of template "
			"residual: their names\n"
			"get the prefix a-; $filters and $name stand for the given values.",
		.example =
			"templates: {unit: {parameters: [filters],\n"
			"  layers: [{conv: {name: conv, filters: $filters, kernel: 3}}]}}" },
	{ PLACE_TEMPLATE, "parameters", KEY_ANY,
		.help = "names of the parameters: a list, or a map with defaults",
		.example = "parameters: {filters: 8, stride: 1}" },
	{ PLACE_TEMPLATE, "layers", KEY_LAYERS, .needed = PLACE_TEMPLATE,
		.help = "layers; $NAME stands for the value of a parameter",
		.example = "layers: [{conv: {name: conv, filters: 8, kernel: 3}}]" },
	{ PLACE_LAYERS, "repeat", KEY_MAP, .members = PLACE_REPEAT,
		.help = "repeats a list of layers",
		.detail =
			"Names of the layers get the suffix -1, -2, -3, and $i is the number. "
			"The name `input`\n"
			"is the input of the repetition. Repetitions may be nested.",
		.example =
			"network: [{repeat: {times: 2, layers: [{conv: {name: c, filters: 4, "
			"kernel: 3}}]}},\n"
			"  {dense: {name: classifier, units: classes}}]" },
	{ PLACE_REPEAT, "times", KEY_WHOLE, .min = 0, .max = 1024, .needed = PLACE_REPEAT,
		.help = "how often the layers are repeated",
		.example =
			"network: [{repeat: {times: 2, layers: [{conv: {name: c, filters: 4, "
			"kernel: 3}}]}},\n"
			"  {dense: {name: classifier, units: classes}}]" },
	{ PLACE_REPEAT, "layers", KEY_LAYERS, .needed = PLACE_REPEAT,
		.help = "the layers to repeat",
		.example =
			"network: [{repeat: {times: 2, layers: [{conv: {name: c, filters: 4, "
			"kernel: 3}}]}},\n"
			"  {dense: {name: classifier, units: classes}}]" },
	{ PLACE_MODEL, "stem", KEY_LAYERS,
		.help = "first layers of all networks of the model",
		.example = "stem: [{conv: {name: c, filters: 4, kernel: 3, activation: relu}}]" },
	{ PLACE_MODEL, "submodel_head", KEY_LAYERS,
		.help = "layers of a submodel (phases single and dual) after its stem",
		.detail = "Ends with one output per class, such as a dense layer of `units: classes`.",
		.example = "submodel_head: [{dense: {name: classifier, units: classes}}]" },
	{ PLACE_MODEL, "teacher", KEY_LAYERS,
		.help = "all layers of the network that a teacher phase trains",
		.detail = "Later phases learn from it: see distill. Its layers are called teacher/NAME.",
		.example = "teacher: [{dense: {name: wide, units: 64, activation: relu}},\n"
			   "  {dense: {name: classifier, units: classes}}]" },
	{ PLACE_MODEL, "exit", KEY_LAYERS,
		.help = "an early exit: layers of a second output, after the stem",
		.detail =
			"Its first layer may take the output of any earlier layer: input: NAME. "
			"Both outputs are\n"
			"trained together (exit_weight). Not for dual phases.",
		.example = "exit: [{dense: {name: early, units: classes}}]" },
	{ PLACE_MODEL, "unified_stem", KEY_LAYERS,
		.help = "layers of the unified network after each of its two stems",
		.detail =
			"With `heads: copy`, each layer with weights takes those of the layer in the same\n"
			"position of submodel_head.",
		.example = "unified_stem: [{conv: {name: wide, filters: 10, kernel: map}}]" },
	{ PLACE_MODEL, "unified_head", KEY_LAYERS,
		.help = "layers of the unified network after both stems, concatenated",
		.detail =
			"Without it the model has no unified network: phases scratch and unify cannot use it.",
		.example = "unified_head: [{dense: {name: classifier, units: classes}}]" },

	/* ---- a program of the user's ---- */
	{ PLACE_SWEEP, "program", KEY_MAP, .members = PLACE_PROGRAM,
		.help = "a program that executes the trials, in place of retrial's own core",
		.detail =
			"One trial is one process. The keys program, parameters, metrics and "
			"verify declare its\n"
			"arguments and how it reports metrics. They replace use, recipes, "
			"augments, models and\n"
			"robustness; a path is then the name of a parameter.",
		.example = "program: {command: [python3, train.py, --C, \"{C}\", --seed, \"{seed}\"]}" },
	{ PLACE_SWEEP, "parameters", KEY_PARAMETERS, .members = PLACE_PARAMETER,
		.help = "parameters of the program, by name: their types and ranges",
		.detail =
			"A type alone is enough: {C: real}. Every parameter must be used by a placeholder of\n"
			"command, environment or directory.",
		.example = "parameters: {C: {type: real, above: 0, default: 1}}" },
	{ PLACE_SWEEP, "metrics", KEY_NAMED_MAPS, .members = PLACE_METRIC,
		.help = "metrics that the program reports, by name",
		.detail =
			"The program writes JSON Lines to the file named in RETRIAL_OUT ({\"accuracy\": 0.91}), or\n"
			"a pattern finds the number in its standard output (match).",
		.example = "metrics: {accuracy: {unit: \"%\", better: higher}}" },
	{ PLACE_SWEEP, "verify", KEY_TOLERANCES, .fallback = "0 for every metric",
		.help = "tolerance of each metric when `retrial verify` runs a trial again",
		.example = "verify: {accuracy: 1e-6}" },
	{ PLACE_PROGRAM, "command", KEY_COMMAND, .needed = PLACE_PROGRAM,
		.help = "the program and its arguments; {NAME} is a placeholder",
		.detail =
			"One element is one argument: no shell reads them. Placeholders are the parameters and\n"
			"seed, slot (the worker's number), scratch (a folder of the trial's own), study (the\n"
			"folder of the sweep file), trial (its identity), parameters (all of them, as JSON) and\n"
			"out (where metrics are reported). {{ and }} are braces.",
		.example = "program: {command: [./solve, \"{C}\", \"{seed}\"]}" },
	{ PLACE_PROGRAM, "directory", KEY_STRING, .fallback = ".",
		.help = "where the program runs, relative to the sweep file; may be {scratch}",
		.example = "program: {command: [./solve, \"{C}\"], directory: \"{scratch}\"}" },
	{ PLACE_PROGRAM, "inputs", KEY_PATHS,
		.help = "files, patterns or folders on which the result depends",
		.detail =
			"Their digest is recorded with every trial. When an input changes, plan calls the\n"
			"trials stale and run repeats them as new attempts.",
		.example = "program: {command: [python3, train.py, \"{C}\"], inputs: [train.py, data/*.csv]}" },
	{ PLACE_PROGRAM, "outputs", KEY_PATHS,
		.help = "files in the scratch folder whose digests are recorded",
		.example = "program: {command: [python3, train.py, \"{C}\"], outputs: [model.pkl]}" },
	{ PLACE_PROGRAM, "keep_outputs", KEY_FLAG, .fallback = "false",
		.help = "keep the output files, not only their digests",
		.example = "program: {command: [./solve, \"{C}\"], outputs: [a.csv], keep_outputs: true}" },
	{ PLACE_PROGRAM, "environment", KEY_TEXTS,
		.help = "variables of the program's environment; values may have placeholders",
		.example = "program: {command: [./solve, \"{C}\"], environment: {OMP_NUM_THREADS: \"1\"}}" },
	{ PLACE_PROGRAM, "version", KEY_COMMAND,
		.help = "command whose first line is recorded as the version of the program",
		.example = "program: {command: [python3, train.py, \"{C}\"], version: [python3, -V]}" },
	{ PLACE_PROGRAM, "packages", KEY_COMMAND,
		.help = "command whose output is recorded as the packages that were installed",
		.detail = "At most 4 MB. A lock file is recorded by [cat, uv.lock].",
		.example = "program: {command: [./solve, \"{C}\"], packages: [python3, -m, pip, freeze]}" },
	{ PLACE_PROGRAM, "timeout", KEY_NUMBER, .min = 0.01, .max = 1e9, .unit = "seconds",
		.fallback = "none",
		.help = "seconds after which a trial is killed",
		.example = "program: {command: [./solve, \"{C}\"], timeout: 60}" },
	{ PLACE_PROGRAM, "memory", KEY_NUMBER, .min = 1, .max = 1e8, .unit = "MB", .fallback = "none",
		.help = "limit of the program's address space",
		.example = "program: {command: [./solve, \"{C}\"], memory: 500}" },
	{ PLACE_PROGRAM, "retries", KEY_NUMBER, .min = 0, .max = 100, .fallback = "0",
		.help = "how often a failed trial is repeated immediately",
		.detail = "If the run stops first, the next run repeats it.",
		.example = "program: {command: [./solve, \"{C}\"], retries: 2}" },
	{ PLACE_PARAMETER, "type", KEY_WORD, .words = value_types, .needed = PLACE_PARAMETER,
		.help = "type of the parameter",
		.example = "parameters: {C: {type: integer}}" },
	{ PLACE_PARAMETER, "above", KEY_NUMBER, .min = -1e300, .max = 1e300,
		.help = "lower bound, exclusive",
		.example = "parameters: {C: {type: real, above: 0}}" },
	{ PLACE_PARAMETER, "below", KEY_NUMBER, .min = -1e300, .max = 1e300,
		.help = "upper bound, exclusive",
		.example = "parameters: {C: {type: real, below: 100}}" },
	{ PLACE_PARAMETER, "at_least", KEY_NUMBER, .min = -1e300, .max = 1e300,
		.help = "smallest value",
		.example = "parameters: {C: {type: integer, at_least: 1}}" },
	{ PLACE_PARAMETER, "at_most", KEY_NUMBER, .min = -1e300, .max = 1e300,
		.help = "largest value",
		.example = "parameters: {C: {type: integer, at_most: 9}}" },
	{ PLACE_PARAMETER, "values", KEY_PATHS,
		.help = "the words of an enum",
		.example = "parameters: {C: {type: enum, values: [1, 2, 3]}}" },
	{ PLACE_PARAMETER, "unit", KEY_STRING,
		.help = "unit of the parameter, for help and figures",
		.example = "parameters: {C: {type: real, unit: mm}}" },
	{ PLACE_PARAMETER, "default", KEY_ANY, .fallback = "none: base or an axis must set it",
		.help = "value where nothing sets the parameter",
		.example = "parameters: {C: {type: real, default: 0.5}}" },
	{ PLACE_PARAMETER, "help", KEY_STRING,
		.help = "what the parameter means, for messages",
		.example = "parameters: {C: {type: real, help: inverse regularization}}" },
	{ PLACE_METRIC, "title", KEY_STRING, .fallback = "the name",
		.help = "column heading and axis label",
		.example = "metrics: {accuracy: {title: test accuracy}}" },
	{ PLACE_METRIC, "unit", KEY_STRING, .fallback = "none",
		.help = "unit as tables show it; with %, values are fractions and scale is 100",
		.example = "metrics: {accuracy: {unit: \"%\"}}" },
	{ PLACE_METRIC, "scale", KEY_NUMBER, .min = 1e-30, .max = 1e30, .fallback = "1; 100 for %",
		.help = "factor from the reported value to the printed one",
		.example = "metrics: {accuracy: {unit: ms, scale: 1000}}" },
	{ PLACE_METRIC, "decimals", KEY_WHOLE, .min = 0, .max = 15,
		.fallback = "six significant digits; 2 for %",
		.help = "decimals in tables",
		.example = "metrics: {accuracy: {decimals: 3}}" },
	{ PLACE_METRIC, "better", KEY_WORD, .words = betters, .fallback = "neither",
		.help = "which direction is better",
		.example = "metrics: {accuracy: {better: higher}}" },
	{ PLACE_METRIC, "kind", KEY_WORD, .words = metric_kinds, .fallback = "result",
		.help = "kind of number; decides whether it is tested",
		.detail =
			"  result    one number per trial: compared and tested\n"
			"  series    one number per step, for curves\n"
			"  constant  the same for every seed: not tested\n"
			"  time      measured on the machine: tested only by a claim\n"
			"  count     how much was done or found: tested by a claim or a table with a family",
		.example = "metrics: {accuracy: {kind: result}}" },
	{ PLACE_METRIC, "series", KEY_NAME, .size = 32, .fallback = "none",
		.help = "name of the steps of a metric reported several times, such as epoch",
		.detail = "The last value is the result.",
		.example = "metrics: {accuracy: {series: epoch}}" },
	{ PLACE_METRIC, "match", KEY_STRING, .fallback = "none: the program writes to RETRIAL_OUT",
		.help = "regular expression (PCRE2) that finds the number in standard output",
		.example = "metrics: {accuracy: {match: \"acc=([0-9.]+)\"}}" },

	/* ---- what is made of the results ---- */
	{ PLACE_SWEEP, "claims", KEY_MAPS, .members = PLACE_CLAIM,
		.help = "claims of a paper; `retrial claims` gives the verdicts",
		.detail =
			"A claim is a number (paper:), or the statement that a metric is "
			"higher, lower or equivalent\n"
			"in one configuration than in another (than: and compare:). A number is "
			"reproduced if the 95 % interval of our mean\n"
			"lies inside the margin around it, not reproduced if it lies outside, else inconclusive.\n"
			"The interval is over seeds, for test accuracies also over test images. A comparison is\n"
			"decided by an exact paired test, corrected for its family, or equivalent within its\n"
			"margin. Sizes and bounds are consistent, larger or smaller.",
		.example = "claims: [{id: C1, metric: test_accuracy, paper: 0.89, rounds_to: 2}]" },
	{ PLACE_SWEEP, "tables", KEY_MAPS, .members = PLACE_TABLE,
		.help = "tables over the trials: `retrial table`",
		.detail =
			"One row for each combination of the row labels, one column for each metric: mean and\n"
			"standard deviation over n seeds. With a baseline, paired differences to it, tested\n"
			"and corrected within the family of the metric (family).",
		.example =
			"tables: [{id: main, rows: [recipe], metrics: [test_accuracy, params]}]" },
	{ PLACE_SWEEP, "figures", KEY_MAPS, .members = PLACE_FIGURE,
		.help = "figures of the trials: `retrial plot`",
		.example = "figures: [{id: curves, kind: curves, metric: val_accuracy}]" },
	{ PLACE_SWEEP, "robustness", KEY_MAPS, .members = PLACE_ROBUSTNESS,
		.help = "also evaluate trained networks on corrupted test images",
		.detail =
			"Uses the kept weights: nothing is trained again, and no trial's identity changes. The\n"
			"direction (left or right, lighter or darker ...) is random for every image, and the\n"
			"same for every network and severity. Metrics for tables and claims: robust_accuracy\n"
			"and robust_drop (mean over all corruptions), rotation_accuracy and rotation_drop (mean\n"
			"over the severities of one corruption) and so on. A drop is the accuracy on the clean\n"
			"images minus the accuracy on the corrupted ones.",
		.example = "robustness: [{corruption: rotation, severities: [5, 10, 20]}]" },
	{ PLACE_CLAIM, "id", KEY_NAME, IN_CLAIM(id), .needed = PLACE_CLAIM,
		.help = "name of the claim, given once in the file",
		.example = "claims: [{id: C2, metric: params, paper: 14862}]" },
	{ PLACE_TABLE, "id", KEY_NAME, IN_TABLE(id), .needed = PLACE_TABLE,
		.help = "name of the table, given once in the file",
		.example = "tables: [{id: main, rows: [recipe], metrics: [params]}]" },
	{ PLACE_FIGURE, "id", KEY_NAME, IN_FIGURE(id), .needed = PLACE_FIGURE,
		.help = "name of the figure and of its files, given once in the file",
		.example = "figures: [{id: curves, kind: curves}]" },
	{ PLACE_CLAIM, "title", KEY_TEXT, IN_CLAIM(title),
		.help = "what is claimed, in words",
		.example = "claims: [{id: C2, title: the size of the network, metric: params, paper: 14862}]" },
	{ PLACE_TABLE, "title", KEY_TEXT, IN_TABLE(title),
		.help = "heading of the table",
		.example = "tables: [{id: main, title: Sizes, rows: [recipe], metrics: [params]}]" },
	{ PLACE_FIGURE, "title", KEY_TEXT, IN_FIGURE(title),
		.help = "heading of the figure",
		.example = "figures: [{id: curves, title: Learning curves, kind: curves}]" },
	{ PLACE_CLAIM, "where", KEY_WHERE, IN_CLAIM(where),
		.help = "labels of the trials that the claim is about",
		.example = "claims: [{id: C2, where: {recipe: example}, metric: params, paper: 14862}]" },
	{ PLACE_TABLE, "where", KEY_WHERE, IN_TABLE(where),
		.help = "labels of the trials that the table shows; default: all",
		.example = "tables: [{id: t, where: {recipe: example}, rows: [dataset], metrics: [params]}]" },
	{ PLACE_FIGURE, "where", KEY_WHERE, IN_FIGURE(where),
		.help = "labels of the trials that the figure shows; default: all",
		.example = "figures: [{id: curves, kind: curves, where: {recipe: example}}]" },
	{ PLACE_CLAIM, "than", KEY_WHERE, IN_CLAIM(than),
		.help = "labels of the trials to compare with, where they differ from where",
		.detail =
			"The claim then needs compare (higher, lower or equivalent) and cannot "
			"have paper, rounds_to\n"
			"or unit.",
		.example =
			"claims: [{id: C3, where: {recipe: example}, than: {recipe: other},\n"
			"  metric: test_accuracy, compare: higher}]" },
	{ PLACE_CLAIM, "phase", KEY_PHASE, IN_CLAIM(phase), .fallback = "the last phase",
		.help = "phase that the claim is about",
		.detail = "Of epochs_to_N: epochs are counted from the beginning of this phase.",
		.example = "claims: [{id: C2, phase: single, metric: test_accuracy, paper: 0.9}]" },
	{ PLACE_FIGURE, "phase", KEY_PHASE, IN_FIGURE(phase),
		.fallback = "all phases (curves), or the last one (the others)",
		.help = "name of the phase that the figure shows",
		.example = "figures: [{id: curves, kind: curves, phase: single}]" },
	{ PLACE_CLAIM, "metric", KEY_METRIC, IN_CLAIM(metric), .needed = PLACE_CLAIM,
		.help = "metric that the claim is about, such as test_accuracy or params",
		.example = "claims: [{id: C2, metric: params, paper: 14862}]" },
	{ PLACE_FIGURE, "metric", KEY_METRIC, IN_FIGURE(metric),
		.help = "metric that the figure shows",
		.detail = "Curves show accuracy or loss by epoch: val_accuracy or val_loss.\n"
			  "Convergence shows val_accuracy. Of programs both show any metric\n"
			  "with series.",
		.example = "figures: [{id: curves, kind: curves, metric: val_loss}]" },
	{ PLACE_CLAIM, "paper", KEY_REAL, IN_CLAIM(paper), .min = -1e15, .max = 1e15,
		.help = "the number that the paper prints",
		.detail = "In the metric's own unit, or in that of unit.\n"
			  "Accuracies are fractions: 89 % is 0.89, or 89 with unit: percent.",
		.example = "claims: [{id: C2, metric: params, paper: 14862}]" },
	{ PLACE_CLAIM, "rounds_to", KEY_WHOLE, IN_CLAIM(rounds_to), .min = 0, .max = 9,
		.fallback = "exact", .unit = "decimals",
		.help = "decimals that the paper prints: 0.89 with 2 means 0.885 to 0.895",
		.example = "claims: [{id: C2, metric: test_accuracy, paper: 0.89, rounds_to: 2}]" },
	{ PLACE_CLAIM, "compare", KEY_WORD, .words = compares, .fallback = "equal",
		.help = "how the metric compares with the paper's number, or with than",
		.detail =
			"  equal      within the rounding of the paper's number\n"
			"  at_most    not above it\n"
			"  at_least   not below it\n"
			"  higher     higher than in the trials of than\n"
			"  lower      lower than in the trials of than\n"
			"  equivalent the same as in the trials of than, within margin",
		.example = "claims: [{id: C5, metric: params, paper: 20000, compare: at_most}]" },
	{ PLACE_CLAIM, "margin", KEY_REAL, IN_CLAIM(margin), .min = 0, .max = 1e15,
		.fallback = "the rounding of the paper's number",
		.help = "largest difference that counts as the same: from the paper's number, "
			"or from than",
		.detail =
			"In the unit of paper; with than in the metric's own (0.002 of an accuracy is 0.2\n"
			"percentage points). With than, two one-sided tests decide whether the difference lies\n"
			"within the margin: the verdict is then equivalent.",
		.example =
			"claims: [{id: C2, metric: test_accuracy, paper: 0.89, rounds_to: 2, margin: 0.01}]" },
	{ PLACE_CLAIM, "paper_sd", KEY_REAL, IN_CLAIM(paper_sd), .min = 0, .max = 1e15,
		.help = "standard deviation of the paper's number over its runs; needs paper_n",
		.detail = "Our interval is then that of the difference of both means (Welch).",
		.example =
			"claims: [{id: C2, metric: test_loss, paper: 0.4, margin: 0.1, paper_sd: 0.02,\n"
			"  paper_n: 5}]" },
	{ PLACE_CLAIM, "paper_n", KEY_WHOLE, IN_CLAIM(paper_n), .min = 2, .max = 1000000,
		.unit = "runs",
		.help = "number of runs behind the paper's mean; needs paper_sd",
		.example =
			"claims: [{id: C2, metric: test_loss, paper: 0.4, margin: 0.1, paper_sd: 0.02,\n"
			"  paper_n: 5}]" },
	{ PLACE_CLAIM, "post_hoc", KEY_FLAG, IN_CLAIM(post_hoc), .fallback = "false",
		.help = "the claim was stated after the results were known; its verdict is marked",
		.example = "claims: [{id: C2, metric: params, paper: 14862, post_hoc: true}]" },
	{ PLACE_CLAIM, "family", KEY_NAME, IN_CLAIM(family), .fallback = "the metric",
		.help = "name of the family of tests with which this comparison is corrected",
		.example =
			"claims: [{id: C3, where: {recipe: example}, than: {recipe: other},\n"
			"  metric: test_accuracy, compare: higher, family: main}]" },
	{ PLACE_CLAIM, "select", KEY_LABELS, .offset = offsetof(struct claim, select.labels),
		.size = sizeof(((struct claim *)0)->select.labels[0]), .max = 4,
		.count = offsetof(struct claim, select.label_count),
		.help = "labels whose best values by validation are taken, of each arm",
		.detail =
			"Of the values of these labels (learning rates, say) those with the best mean of select_by\n"
			"over seeds are taken. The test images choose nothing. A k-fold that chains its folds has\n"
			"trained on its validation images: choose by recipes without.",
		.example = "axes: {recipe: [example, other], batch_size: [16, 32]}\n"
			"claims: [{id: C3, where: {recipe: example}, than: {recipe: other},\n"
			"  metric: test_accuracy, compare: higher, select: [batch_size]}]" },
	{ PLACE_CLAIM, "select_by", KEY_METRIC, IN_CLAIM(select.metric),
		.fallback = "val_accuracy",
		.help = "metric that select looks at: val_accuracy or val_loss",
		.example = "axes: {recipe: [example, other], batch_size: [16, 32]}\n"
			"claims: [{id: C3, where: {recipe: example}, than: {recipe: other},\n"
			"  metric: test_accuracy, compare: higher, select: [batch_size], select_by: val_loss}]" },
	{ PLACE_TABLE, "select", KEY_LABELS, .offset = offsetof(struct table_spec, select.labels),
		.size = sizeof(((struct table_spec *)0)->select.labels[0]), .max = 4,
		.count = offsetof(struct table_spec, select.label_count),
		.help = "labels whose best values by validation are taken, of each row",
		.detail =
			"Of the values of these labels (learning rates, say) those with the best mean of select_by\n"
			"over seeds are taken. The test images choose nothing. A k-fold that chains its folds has\n"
			"trained on its validation images: choose by recipes without.",
		.example = "axes: {recipe: [example, other], batch_size: [16, 32]}\n"
			"tables: [{id: main, rows: [recipe], metrics: [test_accuracy], select: [batch_size]}]" },
	{ PLACE_TABLE, "select_by", KEY_METRIC, IN_TABLE(select.metric),
		.fallback = "val_accuracy",
		.help = "metric that select looks at: val_accuracy or val_loss",
		.example = "axes: {recipe: [example, other], batch_size: [16, 32]}\n"
			"tables: [{id: main, rows: [recipe], metrics: [test_accuracy], select: [batch_size],\n"
			"  select_by: val_loss}]" },
	{ PLACE_TABLE, "family", KEY_NAME, IN_TABLE(family), .fallback = "one for each metric",
		.help = "name of the family of tests with which the table's comparisons are corrected",
		.detail =
			"All comparisons of a family, in all tables and claims of the file, are corrected\n"
			"together (joint sign flips, step-down max-T). By default each metric is a family, and\n"
			"constants, counts and times are not tested; a table with a family also tests\n"
			"counts and times.",
		.example =
			"tables: [{id: main, rows: [recipe], metrics: [test_accuracy],\n"
			"  baseline: {recipe: example}, family: main}]" },
	{ PLACE_CLAIM, "unit", KEY_WORD, IN_CLAIM(unit), .words = units,
		.fallback = "the metric's own",
		.help = "unit of the paper's number; a KB has 1024 bytes",
		.example = "claims: [{id: C6, metric: training_bytes, paper: 0.17, unit: MB}]" },
	{ PLACE_TABLE, "rows", KEY_LABELS, .offset = offsetof(struct table_spec, rows),
		.size = sizeof(((struct table_spec *)0)->rows[0]), .max = 4,
		.count = offsetof(struct table_spec, row_count), .needed = PLACE_TABLE,
		.help = "labels that make the rows, outer to inner, such as [dataset, recipe]",
		.example = "tables: [{id: main, rows: [dataset, recipe], metrics: [params]}]" },
	{ PLACE_TABLE, "metrics", KEY_METRICS, .offset = offsetof(struct table_spec, metrics),
		.size = sizeof(((struct table_spec *)0)->metrics[0]), .max = SWEEP_COLUMNS_MAX,
		.count = offsetof(struct table_spec, metric_count), .needed = PLACE_TABLE,
		.help = "columns of the table, such as [test_accuracy, params]",
		.example = "tables: [{id: main, rows: [recipe], metrics: [test_accuracy, epochs]}]" },
	{ PLACE_TABLE, "baseline", KEY_WHERE, IN_TABLE(baseline),
		.help = "the row that the others are compared with, paired by seed",
		.example =
			"tables: [{id: main, rows: [recipe], metrics: [test_accuracy],\n"
			"  baseline: {recipe: example}}]" },
	{ PLACE_FIGURE, "kind", KEY_FIGURE, IN_FIGURE(kind),
		.help = "what kind of figure it is, such as curves or ablation",
		.detail = "A figure with `parameter` needs no kind. It is a slice if all values "
			"of the label are\n"
			  "numbers, otherwise of kind accuracy with a row for each value.",
		.example = "figures: [{id: speed, kind: convergence, metric: val_accuracy}]" },
	{ PLACE_FIGURE, "series", KEY_LABEL, IN_FIGURE(series), .fallback = "recipe",
		.help = "label whose values are the lines, points or bars of the figure",
		.detail = "The default for a program is its first axis that is not the figure's "
			  "parameter; of a slice, the first with at most 8 values.",
		.example = "figures: [{id: curves, kind: curves, series: dataset}]" },
	{ PLACE_FIGURE, "parameter", KEY_LABEL, IN_FIGURE(parameter),
		.help = "label whose values are the horizontal axis of a slice or heatmap",
		.detail =
			"A slice needs numbers. It shows the mean over seeds at each of them, "
			"with its interval, and\n"
			"one line for each value of series. A heatmap also takes words; its "
			"rows are the values of\n"
			"series. The axis is logarithmic if the numbers are geometric (0.1, "
			"0.01, 0.001).",
		.example =
			"figures: [{id: h, kind: heatmap, metric: test_accuracy, parameter: dataset}]" },
	{ PLACE_FIGURE, "against", KEY_METRIC, IN_FIGURE(against), .fallback = "params",
		.help = "metric on the other axis of a pareto figure; lower must be better",
		.example = "figures: [{id: p, kind: pareto, metric: test_accuracy, against: params}]" },
	{ PLACE_ROBUSTNESS, "corruption", KEY_WORD, .old = "change", .needed = PLACE_ROBUSTNESS,
		.help = "corruption of the test images, such as rotation",
		.example = "robustness: [{corruption: noise, severities: [0.1, 0.2]}]" },
	{ PLACE_ROBUSTNESS, "severities", KEY_SEVERITIES, .old = "strengths",
		.needed = PLACE_ROBUSTNESS,
		.help = "how strong the corruption is: a list of numbers above 0",
		.example = "robustness: [{corruption: contrast, severities: [0.2, 0.4]}]" },
};

static const struct kind kinds[] = {
	/* ---- phases ---- */
	{ SCOPE_PHASE, "single", "trains one submodel from random weights", NULL,
		"{phase: single, epochs: 10}" },
	{ SCOPE_PHASE, "dual",
		"trains both submodels together from random weights; the loss is the sum of both", NULL,
		"{phase: dual, inputs: [original, augmented], epochs: 10}" },
	{ SCOPE_PHASE, "scratch", "trains the unified network from random weights", NULL,
		"{phase: scratch, epochs: 10}" },
	{ SCOPE_PHASE, "unify",
		"trains the unified network, assembled from the two submodels of the dual phase before",
		NULL, "{phase: unify, heads: [copy, copy], epochs: 10}" },
	{ SCOPE_PHASE, "unfreeze",
		"continues with the network of the phase before: other frozen layers or optimizer",
		NULL, "{phase: unfreeze, freeze: [], optimizer: sgd, epochs: 10}" },
	{ SCOPE_PHASE, "kfold",
		"trains the network of the phase before in folds over all training images; comes last",
		NULL, "{phase: kfold, folds: 5, start: clean, epochs: 10}" },
	{ SCOPE_PHASE, "teacher",
		"trains the model's teacher from random weights",
		"Later phases may learn from it (distill). Trials with the same first phases "
		"share its training.",
		"{phase: teacher, epochs: 10}" },
	/* ---- optimizers ---- */
	{ SCOPE_OPTIMIZER, "nadam", "Adam with Nesterov momentum, in Keras's form", NULL,
		"{nadam: {lr: 1e-3}}" },
	{ SCOPE_OPTIMIZER, "sgd", "stochastic gradient descent, with optional momentum", NULL,
		"{sgd: {lr: 0.01, momentum: 0.9, nesterov: true}}" },
	{ SCOPE_OPTIMIZER, "adam", "Adam: means of gradients and of squared gradients", NULL,
		"{adam: {lr: 1e-3}}" },
	{ SCOPE_OPTIMIZER, "adamw", "Adam with decoupled weight decay", NULL,
		"{adamw: {lr: 1e-3, weight_decay: 0.01}}" },
	{ SCOPE_OPTIMIZER, "rmsprop", "RMSprop: steps divided by the root of mean squared gradients",
		NULL, "{rmsprop: {lr: 1e-3, rho: 0.9}}" },
	{ SCOPE_OPTIMIZER, "adagrad", "Adagrad: steps divided by the root of summed squared gradients",
		NULL, "{adagrad: {lr: 0.01}}" },
	{ SCOPE_OPTIMIZER, "adadelta", "Adadelta: as RMSprop, scaled by the size of earlier steps",
		NULL, "{adadelta: {lr: 1}}" },
	/* ---- schedules ---- */
	{ SCOPE_SCHEDULE, "constant", "the learning rate stays the same", NULL, "constant" },
	{ SCOPE_SCHEDULE, "cosine",
		"the learning rate falls along half a cosine to final * lr at the end of the budget",
		NULL, "{cosine: {warm_up: 1, final: 0.01}}" },
	{ SCOPE_SCHEDULE, "step", "the learning rate is multiplied by factor every `every` epochs",
		NULL, "{step: {every: 10, factor: 0.1}}" },
	{ SCOPE_SCHEDULE, "milestones", "the learning rate is multiplied by factor at given epochs",
		NULL, "{milestones: {at: [10, 15], factor: 0.1}}" },
	{ SCOPE_SCHEDULE, "linear", "the learning rate falls linearly to final * lr", NULL,
		"{linear: {final: 0}}" },
	{ SCOPE_SCHEDULE, "exponential", "the learning rate falls a little with every step", NULL,
		"{exponential: {factor: 0.9, every: 1}}" },
	{ SCOPE_SCHEDULE, "one_cycle", "the learning rate rises from first * lr, then falls to final * lr",
		NULL, "{one_cycle: {rise: 0.3}}" },
	{ SCOPE_SCHEDULE, "restarts", "cosine with warm restarts (SGDR)", NULL,
		"{restarts: {every: 5, growth: 2}}" },
	{ SCOPE_SCHEDULE, "plateau",
		"the learning rate drops when a metric has not improved (ReduceLROnPlateau)", NULL,
		"{plateau: {factor: 0.5, patience: 3}}" },
	/* ---- layers ---- */
	{ SCOPE_LAYER, "conv", "convolution over all channels", NULL,
		"{conv: {name: a, filters: 8, kernel: 3, activation: relu}}" },
	{ SCOPE_LAYER, "maxpool", "maximum of each window", NULL, "{maxpool: {size: 2}}" },
	{ SCOPE_LAYER, "dense", "fully connected layer", NULL,
		"{dense: {name: a, units: 32, activation: relu}}" },
	{ SCOPE_LAYER, "dropout", "sets units to 0 at random while training", NULL,
		"{dropout: {rate: 0.5}}" },
	{ SCOPE_LAYER, "depthwise", "convolution of each channel separately", NULL,
		"{depthwise: {name: a, kernel: 3, padding: same}}" },
	{ SCOPE_LAYER, "avgpool", "mean of each window; size: map averages the whole map", NULL,
		"{avgpool: {size: map}}" },
	{ SCOPE_LAYER, "batchnorm", "batch normalization, with scale and shift", NULL,
		"{batchnorm: {name: a, activation: relu}}" },
	{ SCOPE_LAYER, "add", "merge layer: the sum of the layer before and those in `with`",
		"A residual block:\n"
		"  - {conv: {name: a, filters: 16, kernel: 3, padding: same, bias: false}}\n"
		"  - {batchnorm: {name: a-norm, activation: relu}}\n"
		"  - {conv: {name: b, filters: 16, kernel: 3, padding: same, bias: false}}\n"
		"  - {batchnorm: {name: b-norm}}\n"
		"  - {add: {with: input, activation: relu}}",
		"{add: {with: [input]}}" },
	{ SCOPE_LAYER, "concat",
		"merge layer: the layer before and those in `with`, along the channels", NULL,
		"{concat: {with: [input]}}" },
	{ SCOPE_LAYER, "multiply",
		"merge layer: the layer before times the layer in `with`",
		"Both have the same shape, or `with` has one number per channel: the gate of "
		"squeeze-and-excitation.",
		"{multiply: {with: input}}" },
	{ SCOPE_LAYER, "shuffle",
		"channel shuffle: the first channel of each group, then the second of each, "
		"...", NULL,
		"{shuffle: {groups: 2}}" },
	{ SCOPE_LAYER, "pad_channels",
		"adds channels of zeros: a shortcut without weights",
		"A shortcut that also halves the map has {maxpool: {size: 1, stride: 2}} before it.",
		"{pad_channels: {channels: 8}}" },
};
/* clang-format on */

const struct key *language_table(size_t *count)
{
	*count = sizeof(table) / sizeof(table[0]);
	return table;
}

const struct kind *kind_table(size_t *count)
{
	*count = sizeof(kinds) / sizeof(kinds[0]);
	return kinds;
}
