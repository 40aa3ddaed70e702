/* param_table.c - the table itself: one row a parameter. What a row means is in param.h, what is done with it in param.c. */
#include "param.h"

#include <string.h>

#define KIND(k) (1u << (k)) /* a bit, not code: the kinds of phase or optimizer that a row is for */

static const char *const phase_kinds[] = { "single", "dual", "scratch", "unify", "unfreeze", "kfold", NULL };
static const char *const inputs[] = { "original", "augmented", NULL };
static const char *const heads[] = { "copy", "random", NULL };
static const char *const optimizers[] = { "nadam", "sgd", NULL };
static const char *const metrics[] = { "val_accuracy", "val_loss", NULL };
static const char *const keeps[] = { "restored", "best", "last", NULL };
static const char *const starts[] = { "chain", "same", "clean", NULL };
static const char *const layers[] = { "conv", "maxpool", "dense", "dropout", NULL };
static const char *const paddings[] = { "valid", "same", NULL };
static const char *const activations[] = { "none", "relu", NULL };
static const char *const inits[] = { "glorot_uniform", "he_normal", NULL };

#define IN_TRIAL(field) SCOPE_TRIAL, .offset = offsetof(struct trial, field)
#define IN_AUGMENT(field) SCOPE_AUGMENT, .offset = offsetof(struct augment_config, field)
#define IN_PHASE(field) SCOPE_PHASE, .offset = offsetof(struct phase_config, field)
#define IN_OPTIMIZER(field) SCOPE_OPTIMIZER, .offset = offsetof(struct optimizer_config, field)
#define IN_LAYER(field) SCOPE_LAYER, .offset = offsetof(struct layer_config, field)
#define IN_STOP(field) SCOPE_STOP, .offset = offsetof(struct stop_config, field)

static const struct param table[] = {
	/* ---- the trial ------------------------------------------------------------------------------------------------ */
	{ IN_TRIAL(dataset), .name = "dataset", .type = PARAM_TEXT, .size = sizeof(((struct trial *)0)->dataset),
	  .help = "name of the data set", .since = "0.1" },
	{ SCOPE_TRIAL, .name = "model", .type = PARAM_NAMED, .members = SCOPE_LAYER, .fallback = "lightweight",
	  .help = "name of the networks that the phases train (models:)",
	  .detail = "A model is a map of blocks, which are lists of layers such as {conv: {name: conv1, filters: 10, kernel: 3}}:\n"
		    "  stem           the first layers of all networks\n"
		    "  submodel_head  what a submodel (single, dual) has behind its stem\n"
		    "  unified_stem   what the unified network has behind each of its two stems\n"
		    "  unified_head   what it has behind both, concatenated; without it there is no unified network\n"
		    "Both heads end with a dense layer of classes units. `heads: copy` gives each layer with weights of unified_stem those of\n"
		    "the layer in the same position of submodel_head.\n",
	  .since = "0.1" },
	{ SCOPE_TRIAL, .name = "recipe", .type = PARAM_NAMED,
	  .help = "name of a list of phases (recipes:)", .since = "0.1" },
	{ IN_TRIAL(augment), .name = "augment", .type = PARAM_NAMED, .members = SCOPE_AUGMENT, .fallback = "none",
	  .help = "name of a set of random transforms (augments:); augment.PARAM changes one amount", .since = "0.1" },
	{ IN_TRIAL(seed), .name = "seed", .type = PARAM_SEED, .min = 0, .max = 9007199254740992.0,
	  .help = "of every random stream; a sweep file names them with seeds: N or seeds: [list]", .since = "0.1" },
	{ IN_TRIAL(batch_size), .name = "batch_size", .type = PARAM_INTEGER, .min = 1, .max = 4096, .fallback = "32", .unit = "images",
	  .help = "size of one step of an optimizer", .since = "0.1" },
	{ IN_TRIAL(validation), .name = "validation", .type = PARAM_INTEGER, .min = 1, .max = 10000000, .fallback = "10000",
	  .unit = "images", .help = "size of the validation set, the first training images", .since = "0.1" },
	{ IN_TRIAL(train_limit), .name = "train_limit", .type = PARAM_INTEGER, .min = 0, .max = 10000000, .fallback = "0",
	  .unit = "images", .help = "training images behind the validation set, 0 for all", .since = "0.1" },
	{ IN_TRIAL(test_limit), .name = "test_limit", .type = PARAM_INTEGER, .min = 0, .max = 10000000, .fallback = "0",
	  .unit = "images", .help = "test images from the first on, 0 for all", .since = "0.1" },

	/* ---- amounts of the random transforms, in the order in which they are done ------------------------------------ */
	{ IN_AUGMENT(rotation), .name = "rotation", .type = PARAM_REAL, .min = 0, .max = 0.5, .fallback = "0", .unit = "turns",
	  .help = "largest angle, either way", .since = "0.1" },
	{ IN_AUGMENT(zoom), .name = "zoom", .type = PARAM_REAL, .min = 0, .max = 1, .max_open = true, .fallback = "0",
	  .help = "height and width are scaled by 1 +- zoom, independently", .since = "0.1" },
	{ IN_AUGMENT(brightness), .name = "brightness", .type = PARAM_REAL, .min = 0, .max = 1, .fallback = "0",
	  .help = "largest amount added, either way (1 is full scale), then clipped", .since = "0.1" },
	{ IN_AUGMENT(translation), .name = "translation", .type = PARAM_REAL, .min = 0, .max = 1, .fallback = "0",
	  .help = "largest shift, either way, as a fraction of height and of width, independently", .since = "0.1" },
	{ IN_AUGMENT(flip), .name = "flip", .type = PARAM_BOOL, .fallback = "false",
	  .help = "mirror left and right with probability 1/2", .since = "0.1" },

	/* ---- a phase of a recipe -------------------------------------------------------------------------------------- */
	{ IN_PHASE(kind), .name = "phase", .type = PARAM_ENUM, .names = phase_kinds,
	  .help = "what is trained, and from what",
	  .detail = "  single    one submodel from random weights\n"
		    "  dual      both submodels together from random weights; the loss is the sum of both\n"
		    "  scratch   the unified network from random weights\n"
		    "  unify     the unified network from the two submodels of the dual phase directly before\n"
		    "  unfreeze  the network of the phase before, with another freeze list, optimizer or budget\n"
		    "  kfold     the network of the phase before, in folds over all training images; has to be last\n",
	  .since = "0.1" },
	{ IN_PHASE(name), .name = "name", .type = PARAM_TEXT, .size = PHASE_NAME_MAX,
	  .help = "for tables and for axes (NAME.PARAM), without dots; not part of the identity; default: the kind", .since = "0.1" },
	{ IN_PHASE(inputs), .name = "inputs", .type = PARAM_ENUMS, .names = inputs, .pair_kinds = KIND(PHASE_DUAL),
	  .fallback = "original", .fallback_for = "original augmented", .fallback_kinds = KIND(PHASE_DUAL),
	  .help = "what each network input sees while training; never augmented in evaluation", .since = "0.1" },
	{ IN_PHASE(both), .name = "both", .type = PARAM_BOOL, .fallback = "false", .kinds = KIND(PHASE_SINGLE),
	  .help = "every epoch sees each image twice, once original and once augmented", .since = "0.1" },
	{ IN_PHASE(heads), .name = "heads", .type = PARAM_ENUMS, .names = heads, .kinds = KIND(PHASE_UNIFY),
	  .pair_kinds = KIND(PHASE_UNIFY),
	  .help = "where the two wide convolutions begin",
	  .detail = "  copy    with the Dense weights of their submodel\n"
		    "  random  with Glorot-uniform weights\n",
	  .since = "0.1" },
	{ IN_PHASE(freeze), .name = "freeze", .type = PARAM_NAMES, .size = offsetof(struct phase_config, freeze_count), .fallback = "",
	  .help = "layers that are not trained: paths (stem1/conv1) or parts of them (conv1, stem1)", .since = "0.1" },
	{ SCOPE_PHASE, .name = "optimizer", .type = PARAM_GROUP, .members = SCOPE_OPTIMIZER, .names = optimizers, .fallback = "nadam",
	  .help = "nadam or sgd with its parameters: {nadam: {lr: 1e-3}}", .since = "0.1" },
	{ IN_PHASE(epochs), .name = "epochs", .type = PARAM_INTEGER, .min = 1, .max = 100000,
	  .unit = "epochs", .help = "budget, in k-fold of each fold", .since = "0.1" },
	{ SCOPE_PHASE, .name = "stop", .type = PARAM_GROUP, .members = SCOPE_STOP,
	  .help = "early stopping: {on: val_accuracy, patience: 5, min_delta: 0.001, from_epoch: 3}", .since = "0.1" },
	{ IN_PHASE(keep), .name = "keep", .type = PARAM_ENUM, .names = keeps, .fallback = "restored", .fallback_for = "best",
	  .fallback_kinds = KIND(PHASE_DUAL) | KIND(PHASE_KFOLD),
	  .help = "which weights stay",
	  .detail = "  restored  of the last epoch that improved by more than min_delta (Keras's restore_best_weights)\n"
		    "  best      of the highest validation accuracy, the first of equals; each output by itself (a checkpoint)\n"
		    "  last      of the last epoch\n",
	  .since = "0.1" },
	{ IN_PHASE(folds), .name = "folds", .type = PARAM_INTEGER, .min = 2, .max = 100, .kinds = KIND(PHASE_KFOLD),
	  .help = "parts into which all training images are shuffled", .since = "0.1" },
	{ IN_PHASE(start), .name = "start", .type = PARAM_ENUM, .names = starts, .fallback = "chain", .kinds = KIND(PHASE_KFOLD),
	  .help = "where each fold begins",
	  .detail = "  chain  with the fold before, as the notebook ran; the first with the phase before (chain: true says the same)\n"
		    "  same   with the phase before (chain: false says the same)\n"
		    "  clean  from nothing: all earlier phases run again on the fold's own training images\n",
	  .since = "0.1" },

	/* ---- an optimizer --------------------------------------------------------------------------------------------- */
	{ IN_OPTIMIZER(lr), .name = "lr", .type = PARAM_REAL, .min = 0, .min_open = true, .max = 10, .fallback = "0.001",
	  .help = "learning rate", .since = "0.1" },
	{ IN_OPTIMIZER(beta1), .name = "beta1", .type = PARAM_REAL, .min = 0, .max = 1, .max_open = true, .fallback = "0.9",
	  .kinds = KIND(OPTIMIZER_NADAM), .help = "decay of the mean of gradients", .since = "0.1" },
	{ IN_OPTIMIZER(beta2), .name = "beta2", .type = PARAM_REAL, .min = 0, .max = 1, .max_open = true, .fallback = "0.999",
	  .kinds = KIND(OPTIMIZER_NADAM), .help = "decay of the mean of squared gradients", .since = "0.1" },
	{ IN_OPTIMIZER(epsilon), .name = "epsilon", .type = PARAM_REAL, .min = 0, .min_open = true, .max = 1, .fallback = "1e-7",
	  .kinds = KIND(OPTIMIZER_NADAM), .help = "added to the root of the mean of squares", .since = "0.1" },
	{ IN_OPTIMIZER(momentum), .name = "momentum", .type = PARAM_REAL, .min = 0, .max = 1, .max_open = true, .fallback = "0",
	  .kinds = KIND(OPTIMIZER_SGD), .help = "share of the last step that is kept", .since = "0.1" },
	{ IN_OPTIMIZER(nesterov), .name = "nesterov", .type = PARAM_BOOL, .fallback = "false", .kinds = KIND(OPTIMIZER_SGD),
	  .help = "Nesterov's form of momentum", .since = "0.1" },
	{ IN_OPTIMIZER(weight_decay), .name = "weight_decay", .type = PARAM_REAL, .min = 0, .max = 1, .fallback = "0",
	  .kinds = KIND(OPTIMIZER_SGD), .help = "decoupled: a step takes lr * weight_decay * weight from every weight", .since = "0.1" },

	/* ---- early stopping ------------------------------------------------------------------------------------------- */
	{ IN_STOP(on), .name = "on", .type = PARAM_ENUM, .names = metrics, .fallback = "val_accuracy", .help = "what is watched",
	  .since = "0.1" },
	{ IN_STOP(patience), .name = "patience", .type = PARAM_INTEGER, .min = 0, .max = 100000, .fallback = "0", .unit = "epochs",
	  .help = "how long without improvement until the phase ends, 0 for ever", .since = "0.1" },
	{ IN_STOP(min_delta), .name = "min_delta", .type = PARAM_REAL, .min = 0, .max = 1, .fallback = "0.001",
	  .help = "a change that is not larger is no improvement", .since = "0.1" },
	{ IN_STOP(from_epoch), .name = "from_epoch", .type = PARAM_INTEGER, .min = 0, .max = 100000, .fallback = "0",
	  .help = "earlier epochs, counted from 0, are not looked at", .since = "0.1" },

	/* ---- a layer of a model --------------------------------------------------------------------------------------- */
	{ IN_LAYER(name), .name = "name", .type = PARAM_TEXT, .size = LAYER_NAME_MAX,
	  .fallback_for = "dropout", .fallback_kinds = KIND(LAYER_DROPOUT), .kinds = KIND(LAYER_CONV) | KIND(LAYER_DENSE) | KIND(LAYER_DROPOUT),
	  .help = "what freeze lists call it; its random numbers are drawn by it", .since = "0.1" },
	{ IN_LAYER(filters), .name = "filters", .type = PARAM_INTEGER, .min = 1, .max = 4096, .kinds = KIND(LAYER_CONV),
	  .help = "channels of the output", .since = "0.1" },
	{ IN_LAYER(kernel), .name = "kernel", .type = PARAM_INTEGER, .min = 1, .max = 64, .zero = "map", .kinds = KIND(LAYER_CONV),
	  .help = "height and width of the filters, map for the whole map", .since = "0.1" },
	{ IN_LAYER(padding), .name = "padding", .type = PARAM_ENUM, .names = paddings, .fallback = "valid", .kinds = KIND(LAYER_CONV),
	  .help = "zeros around the map so that its size stays the same, or none", .since = "0.1" },
	{ IN_LAYER(activation), .name = "activation", .type = PARAM_ENUM, .names = activations, .fallback = "none",
	  .kinds = KIND(LAYER_CONV) | KIND(LAYER_DENSE), .help = "what is done with the sums", .since = "0.1" },
	{ IN_LAYER(init), .name = "init", .type = PARAM_ENUM, .names = inits, .fallback = "glorot_uniform",
	  .kinds = KIND(LAYER_CONV) | KIND(LAYER_DENSE), .help = "distribution of the initial weights", .since = "0.1" },
	{ IN_LAYER(size), .name = "size", .type = PARAM_INTEGER, .min = 1, .max = 64, .fallback = "2", .kinds = KIND(LAYER_MAXPOOL),
	  .help = "height and width of the windows, and how far they are apart", .since = "0.1" },
	{ IN_LAYER(units), .name = "units", .type = PARAM_INTEGER, .min = 1, .max = 65536, .zero = "classes", .kinds = KIND(LAYER_DENSE),
	  .help = "numbers that come out, classes for one a class", .since = "0.1" },
	{ IN_LAYER(rate), .name = "rate", .type = PARAM_REAL, .min = 0, .max = 1, .max_open = true, .kinds = KIND(LAYER_DROPOUT),
	  .help = "probability with which a unit is dropped while training", .since = "0.1" },
};

const char *const *param_kinds(enum param_scope scope)
{
	return scope == SCOPE_OPTIMIZER ? optimizers : scope == SCOPE_LAYER ? layers : phase_kinds;
}

const char *param_kinds_noun(enum param_scope scope)
{
	return scope == SCOPE_OPTIMIZER ? "optimizer" : scope == SCOPE_LAYER ? "layer" : "phase";
}

const struct param *param_table(size_t *count)
{
	*count = sizeof(table) / sizeof(table[0]);
	return table;
}

const struct param *param_find(enum param_scope scope, const char *name)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].scope == scope && strcmp(table[i].name, name) == 0)
			return &table[i];
	return NULL;
}
