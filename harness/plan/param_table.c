/* param_table.c - the table itself: one row a parameter. What a row means is in param.h, what is
 * done with it in param.c. */
#include "param.h"

#include <string.h>

/* A bit, not code: the kinds of phase, optimizer or layer that a row is for. */
#define KIND(k) (1u << (k))

static const char *const phase_kinds[] = { "single", "dual", "scratch", "unify", "unfreeze",
	"kfold", "teacher", NULL };
static const char *const phase_words[] = { "train", "continue", NULL };
static const char *const inputs[] = { "original", "augmented", NULL };
static const char *const heads[] = { "copy", "random", NULL };
static const char *const optimizers[] = { "nadam", "sgd", "adam", "adamw", "rmsprop", "adagrad",
	"adadelta", NULL };
static const char *const decayed[] = { "all", "kernels", NULL };
static const char *const schedules[] = { "constant", "cosine", "step", "milestones", "linear",
	"exponential", "one_cycle", "restarts", "plateau", NULL };
static const char *const shapes[] = { "cosine", "linear", NULL };
static const char *const resamplings[] = { "composed", "sequential", NULL };
static const char *const fills[] = { "zero", "reflect", NULL };
static const char *const metrics[] = { "val_accuracy", "val_loss", NULL };
static const char *const keeps[] = { "restored", "best", "last", NULL };
static const char *const prune_by[] = { "layer", "all", NULL };
static const char *const rewinds[] = { "none", "initial", "random", NULL };
static const char *const starts[] = { "chain", "same", "clean", NULL };
static const char *const layers[] = { "conv", "maxpool", "dense", "dropout", "depthwise", "avgpool",
	"batchnorm", "add", "concat", "multiply", "shuffle", "pad_channels", NULL };
static const char *const paddings[] = { "valid", "same", NULL };
static const char *const activations[] = { "none", "relu", "relu6", "silu", "tanh", "sigmoid",
	"leaky_relu", "gelu", "hard_swish", "hard_sigmoid", NULL };
static const char *const splits[] = { "first", "seed", NULL };
static const char *const normalizations[] = { "none", "channels", "mean_image", "pixels", "signed",
	"bytes", NULL };
static const char *const inits[] = { "glorot_uniform", "he_normal", "glorot_normal", "he_uniform",
	"lecun_normal", "lecun_uniform", "torch_uniform", "normal", "uniform", "orthogonal", NULL };

#define IN_TRIAL(field) SCOPE_TRIAL, .offset = offsetof(struct trial, field)
#define IN_AUGMENT(field) SCOPE_AUGMENT, .offset = offsetof(struct augment_config, field)
#define IN_PHASE(field) SCOPE_PHASE, .offset = offsetof(struct phase_config, field)
#define IN_OPTIMIZER(field) SCOPE_OPTIMIZER, .offset = offsetof(struct optimizer_config, field)
#define IN_SCHEDULE(field) SCOPE_SCHEDULE, .offset = offsetof(struct schedule_config, field)
#define IN_LAYER(field) SCOPE_LAYER, .offset = offsetof(struct layer_config, field)
#define IN_MODEL(field) SCOPE_MODEL, .offset = offsetof(struct model_options, field)
#define IN_STOP(field) SCOPE_STOP, .offset = offsetof(struct stop_config, field)

enum {
	MOMENTS = KIND(OPTIMIZER_NADAM) | KIND(OPTIMIZER_ADAM) | KIND(OPTIMIZER_ADAMW),
	ROOTS = KIND(OPTIMIZER_RMSPROP) | KIND(OPTIMIZER_ADAGRAD) | KIND(OPTIMIZER_ADADELTA),
	DROPS = KIND(SCHEDULE_STEP) | KIND(SCHEDULE_MILESTONES) | KIND(SCHEDULE_PLATEAU),
	FALLS = KIND(SCHEDULE_COSINE) | KIND(SCHEDULE_LINEAR) | KIND(SCHEDULE_ONE_CYCLE)
		| KIND(SCHEDULE_RESTARTS) | KIND(SCHEDULE_PLATEAU),
	CONVOLUTIONS = KIND(LAYER_CONV) | KIND(LAYER_DEPTHWISE),
	POOLS = KIND(LAYER_MAXPOOL) | KIND(LAYER_AVGPOOL),
	JOINTS = KIND(LAYER_ADD) | KIND(LAYER_CONCAT) | KIND(LAYER_MULTIPLY),
	WITHOUT_FOLDS = KIND(PHASE_SINGLE) | KIND(PHASE_DUAL) | KIND(PHASE_SCRATCH)
		| KIND(PHASE_UNIFY) | KIND(PHASE_UNFREEZE) | KIND(PHASE_TEACHER),
	LEARNERS =
		KIND(PHASE_SINGLE) | KIND(PHASE_SCRATCH) | KIND(PHASE_UNIFY) | KIND(PHASE_UNFREEZE),
	WEIGHTED = CONVOLUTIONS | KIND(LAYER_DENSE) | KIND(LAYER_BATCHNORM),
};

static const struct param table[] = {
	/* ---- the trial ---- */
	{ IN_TRIAL(dataset), .name = "dataset", .type = PARAM_TEXT,
		.size = sizeof(((struct trial *)0)->dataset), .help = "name of the data set",
		.since = "0.1" },
	{ SCOPE_TRIAL, .name = "model", .type = PARAM_NAMED, .members = SCOPE_LAYER,
		.fallback = "lightweight",
		.help = "name of the networks that the phases train (models:)",
		.detail = "A model is a map of blocks, which are lists of layers such as {conv: "
			  "{name: conv1, filters: 10, kernel: 3}}:\n"
			  "  network        all layers of an ordinary network: the same as "
			  "submodel_head without a stem\n"
			  "  stem           the first layers of all networks\n"
			  "  submodel_head  layers of a submodel (single, dual) after its stem\n"
			  "  teacher        all layers of the network that a teacher phase trains "
			  "and later phases learn from (distill)\n"
			  "  exit           an early exit: a second output after the stem, or "
			  "after the layer that its first layer names as input\n"
			  "  unified_stem   layers of the unified network after each of its two "
			  "stems\n"
			  "  unified_head   layers after both, concatenated; without it there is "
			  "no unified network\n"
			  "Both heads end with a dense layer of classes units. `heads: copy` gives "
			  "each layer with weights of unified_stem those of\n"
			  "the layer in the same position of submodel_head.\n"
			  "Layers are conv, depthwise, dense, batchnorm, maxpool, avgpool, "
			  "dropout, add, concat, multiply, shuffle and pad_channels.\n"
			  "The input of a layer is the output of the layer before, or with\n"
			  "`input: NAME` that of the named one. add, concat and multiply merge the "
			  "layer before\n"
			  "with those in `with: [NAME]`. A name means an earlier layer of the "
			  "block or of the stem before it; `input` is the input of\n"
			  "the block. A residual block:\n"
			  "  - {conv: {name: a, filters: 16, kernel: 3, padding: same, bias: "
			  "false}}\n"
			  "  - {batchnorm: {name: a-norm, activation: relu}}\n"
			  "  - {conv: {name: b, filters: 16, kernel: 3, padding: same, bias: "
			  "false}}\n"
			  "  - {batchnorm: {name: b-norm}}\n"
			  "  - {add: {with: input, activation: relu}}\n"
			  "A list may have repetitions, {repeat: {times: 3, layers: [...]}}: names "
			  "get the suffix -1, -2, -3, and $i is the number. A model may have\n"
			  "templates, {templates: {residual: {parameters: {filters: , stride: 1}, "
			  "layers: [...]}}}, used as {residual: {name: a, filters: 16}}:\n"
			  "names get the prefix a-; $filters, $stride and $name stand for the "
			  "given values. `input` is the input of the repetition or template.\n",
		.since = "0.1" },
	{ SCOPE_TRIAL, .name = "recipe", .type = PARAM_NAMED,
		.help = "name of a list of phases (recipes:)", .since = "0.1" },
	{ IN_TRIAL(augment), .name = "augment", .type = PARAM_NAMED, .members = SCOPE_AUGMENT,
		.fallback = "none",
		.help = "name of a set of random transforms (augments:); augment.PARAM changes one "
			"amount. A phase may have another set",
		.since = "0.1" },
	{ IN_TRIAL(seed), .name = "seed", .type = PARAM_SEED, .min = 0, .max = 9007199254740992.0,
		.help = "seed of every random stream; a sweep file sets it with seeds: N or seeds: "
			"[list]",
		.since = "0.1" },
	{ IN_TRIAL(batch_size), .name = "batch_size", .type = PARAM_INTEGER, .min = 1, .max = 4096,
		.fallback = "32", .unit = "images", .help = "images in one step of the optimizer",
		.since = "0.1" },
	{ IN_TRIAL(normalize), .name = "normalize", .type = PARAM_ENUM, .names = normalizations,
		.fallback = "none",
		.help = "normalization of the images, whose pixels are bytes / 255",
		.detail = "  none        nothing\n"
			  "  channels    (x - mean) / sd of each channel\n"
			  "  mean_image  x - mean of each channel, row and column\n"
			  "  pixels      (x - mean) / sd of each channel, row and column\n"
			  "  signed      2x - 1: from -1 to 1\n"
			  "  bytes       255x: the original bytes\n"
			  "Mean and sd are computed on the training images. A k-fold keeps those "
			  "of the phase before it; clean folds compute their own.\n"
			  "Random transforms act before it, so `crop` pads with black. The "
			  "constants are part of the network and of its files, but do not count as "
			  "parameters.\n",
		.since = "0.2" },
	{ IN_TRIAL(validation), .name = "validation", .type = PARAM_REAL, .share = true, .min = 0,
		.max = 10000000, .fallback = "10000", .unit = "images",
		.help = "size of the validation set (which images: split); below 1: a fraction of "
			"the training images; 0: none",
		.detail = "Without a validation set every phase keeps its last weights (`keep` has "
			  "no effect), and a phase with patience or plateau is an error.\n",
		.since = "0.1" },
	{ IN_TRIAL(split), .name = "split", .type = PARAM_ENUM, .names = splits,
		.fallback = "first", .help = "which training images are the validation set",
		.detail = "  first  the first ones: the same for every seed\n"
			  "  seed   drawn at random by the seed: replicates differ in their split, "
			  "too\n"
			  "With train_limit they are drawn among the images in use. The folds of a "
			  "k-fold are always drawn by the seed.\n",
		.since = "0.2" },
	{ IN_TRIAL(stratify), .name = "stratify", .type = PARAM_BOOL, .fallback = "false",
		.help = "stratified sampling: validation set, train_limit and folds keep the class "
			"proportions",
		.since = "0.2" },
	{ IN_TRIAL(train_limit), .name = "train_limit", .type = PARAM_INTEGER, .min = 0,
		.max = 10000000, .fallback = "0", .unit = "images",
		.help = "training images used, after the validation set; 0 for all",
		.since = "0.1" },
	{ IN_TRIAL(test_limit), .name = "test_limit", .type = PARAM_INTEGER, .min = 0,
		.max = 10000000, .fallback = "0", .unit = "images",
		.help = "test images used, from the first on; 0 for all", .since = "0.1" },

	/* ---- amounts of the random transforms ---- */
	{ IN_AUGMENT(rotation), .name = "rotation", .type = PARAM_REAL, .min = 0, .max = 0.5,
		.fallback = "0", .unit = "turns", .help = "largest angle, either way",
		.since = "0.1" },
	{ IN_AUGMENT(zoom), .name = "zoom", .type = PARAM_REAL, .min = 0, .max = 1,
		.max_open = true, .fallback = "0",
		.help = "height and width are scaled by 1 +- zoom, independently", .since = "0.1" },
	{ IN_AUGMENT(brightness), .name = "brightness", .type = PARAM_REAL, .min = 0, .max = 1,
		.fallback = "0",
		.help = "largest amount added, either way (1 is full scale), then clipped",
		.since = "0.1" },
	{ IN_AUGMENT(translation), .name = "translation", .type = PARAM_REAL, .min = 0, .max = 1,
		.fallback = "0",
		.help = "largest shift, either way, as a fraction of height and of width, "
			"independently",
		.since = "0.1" },
	{ IN_AUGMENT(flip), .name = "flip", .type = PARAM_BOOL, .fallback = "false",
		.help = "mirror left and right with probability 1/2", .since = "0.1" },
	{ IN_AUGMENT(shear), .name = "shear", .type = PARAM_REAL, .min = 0, .max = 1,
		.fallback = "0",
		.help = "tangent of the largest angle, either way, of both axes, independently",
		.since = "0.2" },
	{ IN_AUGMENT(crop), .name = "crop", .type = PARAM_INTEGER, .min = 0, .max = 64,
		.fallback = "0", .unit = "pixels",
		.help = "padding on every side before a window of the image's size is cut out at a "
			"random position",
		.since = "0.2" },
	{ IN_AUGMENT(crop_fill), .name = "crop_fill", .type = PARAM_ENUM, .names = fills,
		.fallback = "zero",
		.help = "padding of crop: black, or the image reflected at its border",
		.since = "0.2" },
	{ IN_AUGMENT(contrast), .name = "contrast", .type = PARAM_REAL, .min = 0, .max = 1,
		.fallback = "0",
		.help = "each channel's distance from its mean is scaled by 1 +- contrast, then "
			"clipped",
		.since = "0.2" },
	{ IN_AUGMENT(noise), .name = "noise", .type = PARAM_REAL, .min = 0, .max = 1,
		.fallback = "0",
		.help = "standard deviation of normal noise on every pixel (1 is full scale), then "
			"clipped",
		.since = "0.2" },
	{ IN_AUGMENT(cutout), .name = "cutout", .type = PARAM_INTEGER, .min = 0, .max = 1024,
		.fallback = "0", .unit = "pixels",
		.help = "side of a black square, centred anywhere in the image", .since = "0.2" },

	{ IN_AUGMENT(resampling), .name = "resampling", .type = PARAM_ENUM, .names = resamplings,
		.fallback = "composed",
		.help = "whether the image is sampled once, or after each transform as in Keras",
		.detail =
			"  composed    flip, rotation, shear, zoom, translation and crop are one "
			"map\n"
			"  sequential  three maps: flip, rotation and shear; zoom and brightness; "
			"translation and crop. The random numbers are the same\n",
		.since = "0.2" },

	/* ---- a phase of a recipe ---- */
	{ IN_PHASE(kind), .name = "phase", .type = PARAM_ENUM, .names = phase_kinds,
		.words = phase_words, .help = "which network is trained, and from which weights",
		.detail = "  train     one network from random weights: the same as single, or "
			  "with `network: unified` as scratch\n"
			  "  continue  continues training the network of the phase before: the "
			  "same as unfreeze\n"
			  "  single    one submodel from random weights\n"
			  "  dual      both submodels together from random weights; the loss is "
			  "the sum of both\n"
			  "  scratch   the unified network from random weights\n"
			  "  unify     the unified network from the two submodels of the dual "
			  "phase directly before\n"
			  "  unfreeze  the network of the phase before, with another freeze list, "
			  "optimizer or budget\n"
			  "  kfold     the network of the phase before, in folds over all training "
			  "images; has to be last\n"
			  "  teacher   the model's teacher from random weights; later phases learn "
			  "from it (distill)\n",
		.since = "0.1" },
	{ IN_PHASE(name), .name = "name", .type = PARAM_TEXT, .size = PHASE_NAME_MAX,
		.help = "name in tables and axes (NAME.PARAM), without dots; not part of the "
			"identity; default: the kind",
		.since = "0.1" },
	{ IN_PHASE(inputs), .name = "inputs", .type = PARAM_ENUMS, .names = inputs,
		.pair_kinds = KIND(PHASE_DUAL), .fallback = "original",
		.fallback_for = "original augmented", .fallback_kinds = KIND(PHASE_DUAL),
		.help = "what each network input sees while training; never augmented in "
			"evaluation",
		.since = "0.1" },
	{ IN_PHASE(both), .name = "both", .type = PARAM_BOOL, .fallback = "false",
		.kinds = KIND(PHASE_SINGLE) | KIND(PHASE_DUAL),
		.help = "every epoch shows each image twice to every input: original and augmented",
		.since = "0.1" },
	{ IN_PHASE(heads), .name = "heads", .type = PARAM_ENUMS, .names = heads,
		.kinds = KIND(PHASE_UNIFY), .pair_kinds = KIND(PHASE_UNIFY),
		.help = "initial weights of the two wide convolutions",
		.detail = "  copy    with the Dense weights of their submodel\n"
			  "  random  with Glorot-uniform weights\n",
		.since = "0.1" },
	{ IN_PHASE(freeze), .name = "freeze", .type = PARAM_NAMES, .max = PHASE_FREEZE_MAX,
		.size = offsetof(struct phase_config, freeze_count), .fallback = "",
		.help = "layers that are not trained: paths (stem1/conv1) or parts of them (conv1, "
			"stem1)",
		.since = "0.1" },
	{ SCOPE_PHASE, .name = "optimizer", .type = PARAM_GROUP, .members = SCOPE_OPTIMIZER,
		.names = optimizers, .fallback = "nadam",
		.help = "nadam, sgd, adam, adamw, rmsprop, adagrad or adadelta with its "
			"parameters: {nadam: {lr: 1e-3}}",
		.detail = "All have Keras's formulas. The gradient of a step is first clipped "
			  "(clip_norm, then clip_value); then l2 * weight is added;\n"
			  "then the optimizer steps. `lr_scale` of a layer multiplies its learning "
			  "rate.\n",
		.since = "0.1" },
	{ SCOPE_PHASE, .name = "schedule", .type = PARAM_GROUP, .members = SCOPE_SCHEDULE,
		.names = schedules, .fallback = "constant",
		.help = "how the learning rate changes: constant, cosine, step, milestones, "
			"linear, exponential, one_cycle, restarts or plateau with its parameters: "
			"{cosine: {warm_up: 1}}",
		.detail =
			"  constant     it stays\n"
			"  cosine       it falls along half a cosine, to final * lr at the end "
			"of the budget (epochs)\n"
			"  step         it is multiplied by factor every `every` epochs\n"
			"  milestones   it is multiplied by factor at each of these epochs\n"
			"  linear       it falls along a line, to final * lr at the end of the "
			"budget\n"
			"  exponential  lr * factor^(epochs / every), a little with every step\n"
			"  one_cycle    from first * lr to lr in the first part (rise) of the "
			"budget, then to final * lr\n"
			"  restarts     half a cosine, repeated: the first takes `every` epochs, "
			"each "
			"next one `growth` times as long as the one before\n"
			"  plateau      it is multiplied by factor when the metric `on` has not "
			"improved for `patience` epochs (Keras's ReduceLROnPlateau)\n"
			"It changes with every step, not with every epoch (plateau: between "
			"epochs). Early stopping does not shorten a schedule: its end is not "
			"reached.\n"
			"The state of the optimizer (momentum) is kept through the whole phase.\n",
		.since = "0.2" },
	{ IN_PHASE(label_smoothing), .name = "label_smoothing", .type = PARAM_REAL, .min = 0,
		.max = 1, .max_open = true, .fallback = "0",
		.help = "share of each label that is spread over all classes while training",
		.since = "0.2" },
	{ IN_PHASE(mixup), .name = "mixup", .type = PARAM_REAL, .min = 0, .max = 100,
		.fallback = "0",
		.help = "alpha: pairs of training images and labels are mixed with weights from "
			"Beta(alpha, alpha); 0: off",
		.since = "0.2" },
	{ IN_PHASE(epochs), .name = "epochs", .type = PARAM_INTEGER, .min = 1, .max = 100000,
		.unit = "epochs", .help = "maximum number of epochs, in a k-fold of each fold",
		.since = "0.1" },
	{ SCOPE_PHASE, .name = "stop", .type = PARAM_GROUP, .members = SCOPE_STOP,
		.help = "early stopping: {on: val_accuracy, patience: 5, min_delta: 0.001, "
			"from_epoch: 3}",
		.example = "{patience: 5}", .since = "0.1" },
	{ IN_PHASE(keep), .name = "keep", .type = PARAM_ENUM, .names = keeps,
		.fallback = "restored", .fallback_for = "best",
		.fallback_kinds = KIND(PHASE_DUAL) | KIND(PHASE_KFOLD),
		.help = "which weights a phase keeps",
		.detail = "  restored  those of the last epoch that improved by more than "
			  "min_delta (Keras's restore_best_weights)\n"
			  "  best      those of the epoch with the highest validation accuracy, "
			  "the first of equals; separately for each output\n"
			  "  last      those of the last epoch\n",
		.since = "0.1" },
	{ IN_PHASE(batch_size), .name = "batch_size", .type = PARAM_INTEGER, .min = 1, .max = 4096,
		.zero = "trial", .fallback = "trial", .unit = "images",
		.help = "images in one step of this phase; trial: the trial's batch_size",
		.since = "0.2" },
	{ IN_PHASE(augment), .name = "augment", .type = PARAM_NAMED, .members = SCOPE_AUGMENT,
		.fallback = "trial",
		.help = "name of a set of random transforms (augments:) for this phase; trial: the "
			"trial's augment",
		.detail = "Strong transforms first, none at the end:\n"
			  "  - {phase: train, inputs: augmented, epochs: 40}\n"
			  "  - {phase: continue, name: final, inputs: augmented, augment: none, "
			  "epochs: 5}\n"
			  "It needs `inputs: augmented`: original images are never transformed. An "
			  "axis PHASE.augment.PARAM changes one amount in this phase only.\n",
		.since = "0.2" },
	{ IN_PHASE(validation), .name = "validation", .type = PARAM_REAL, .share = true, .min = 0,
		.max = 10000000, .zero = "trial", .fallback = "trial", .unit = "images",
		.kinds = WITHOUT_FOLDS,
		.help = "size of the validation set in this phase; below 1: a fraction of the "
			"training set; 0: none; trial: the trial's validation",
		.detail = "It is part of the trial's validation set: the first images of it, with "
			  "`stratify` the same share of each class. The phase also trains on the "
			  "rest of it.\n"
			  "With 0 the phase trains on training and validation images together. It "
			  "keeps its last weights and has no val_accuracy and val_loss; patience "
			  "and plateau are errors.\n"
			  "The val_accuracy of a trial is that of its last phase: with 0 there it "
			  "has none. `normalize` keeps the constants of the phase in which the "
			  "network began.\n"
			  "Each fold of a k-fold has its own validation set, also in the phases "
			  "that clean folds repeat.\n",
		.since = "0.2" },
	{ IN_PHASE(prune), .name = "prune", .type = PARAM_REAL, .min = 0, .max = 1,
		.max_open = true, .fallback = "0", .kinds = KIND(PHASE_UNFREEZE),
		.help = "fraction of the remaining weights that is removed before this phase, "
			"those of the smallest magnitude",
		.detail = "Removed weights are 0 and stay 0 in all later phases; biases and "
			  "normalisations are never removed. `prune_scale` of a layer changes the "
			  "fraction.\n"
			  "A lottery ticket (Frankle and Carbin, 2019):\n"
			  "  - {phase: train, epochs: 50}\n"
			  "  - {phase: continue, name: ticket, prune: 0.8, rewind: initial, "
			  "epochs: 50}\n",
		.since = "0.2" },
	{ IN_PHASE(prune_by), .name = "prune_by", .type = PARAM_ENUM, .names = prune_by,
		.fallback = "layer", .kinds = KIND(PHASE_UNFREEZE),
		.help = "whether magnitudes are compared within each layer, or over all of them",
		.since = "0.2" },
	{ IN_PHASE(rewind), .name = "rewind", .type = PARAM_ENUM, .names = rewinds,
		.fallback = "none", .kinds = KIND(PHASE_UNFREEZE),
		.help = "weights that this phase continues with",
		.detail = "  none     those that the phase before left\n"
			  "  initial  those that the network began with\n"
			  "  random   fresh initial weights\n"
			  "Pruned weights stay removed.\n",
		.since = "0.2" },
	{ IN_PHASE(distill), .name = "distill", .type = PARAM_REAL, .min = 0, .max = 1,
		.fallback = "0", .kinds = LEARNERS,
		.help = "weight of the distillation loss, against the output of the teacher; the "
			"loss of the labels has the rest",
		.detail = "Knowledge distillation (Hinton et al., 2015): loss = (1 - distill) * "
			  "cross-entropy + distill * temperature^2 * KL(teacher || student),\n"
			  "both softmaxes at the temperature. The teacher sees the same augmented "
			  "images as the student, without dropout.\n"
			  "  - {phase: teacher, epochs: 20}\n"
			  "  - {phase: train, epochs: 20, distill: 0.9, temperature: 4}\n",
		.since = "0.2" },
	{ IN_PHASE(temperature), .name = "temperature", .type = PARAM_REAL, .min = 0,
		.min_open = true, .max = 1000, .fallback = "4", .kinds = LEARNERS,
		.help = "temperature of distillation: logits are divided by it before both "
			"softmaxes",
		.since = "0.2" },
	{ IN_PHASE(exit_weight), .name = "exit_weight", .type = PARAM_REAL, .min = 0,
		.min_open = true, .max = 1000, .fallback = "0.3",
		.kinds = KIND(PHASE_SINGLE) | KIND(PHASE_UNFREEZE) | KIND(PHASE_KFOLD),
		.help = "weight of the early exit's loss; that of the final output has weight 1",
		.detail = "Results have two outputs then: test_accuracy_1 is that of the final "
			  "output, test_accuracy_2 that of the exit; test_accuracy is the mean of "
			  "both.\n"
			  "Early stopping and `keep` use the final output only.\n"
			  "With the metrics exit_accuracy_at_0.9, exit_share_at_0.9 and "
			  "exit_macs_at_0.9 an image leaves at the exit if its largest probability "
			  "there is at least 0.9; `retrial eval --exit` takes any probability.\n",
		.since = "0.2" },
	{ IN_PHASE(weight_bits), .name = "weight_bits", .type = PARAM_INTEGER, .min = 2, .max = 8,
		.zero = "none", .fallback = "none", .unit = "bits",
		.help = "quantisation-aware training: kernels are rounded to this many bits before "
			"every step",
		.detail = "Each output channel has its own scale, as in int8 files. Gradients pass "
			  "the rounding unchanged (straight-through estimator) and update the "
			  "unrounded weights.\n"
			  "The rounded weights are evaluated, kept and passed on; an int8 file of "
			  "the network contains them unchanged.\n",
		.since = "0.2" },
	{ IN_PHASE(map_bits), .name = "activation_bits", .type = PARAM_INTEGER, .min = 2, .max = 8,
		.zero = "none", .fallback = "none", .unit = "bits",
		.kinds = KIND(PHASE_UNFREEZE) | KIND(PHASE_KFOLD),
		.help = "quantisation-aware training: feature maps are rounded to this many bits, "
			"in training only",
		.detail = "The range of each map is measured before the phase, on its first 1000 "
			  "training images. Evaluation does not round; an int8 file does.\n",
		.since = "0.2" },
	{ IN_PHASE(folds), .name = "folds", .type = PARAM_INTEGER, .min = 2, .max = 100,
		.kinds = KIND(PHASE_KFOLD),
		.help = "number of folds into which all training images are shuffled",
		.since = "0.1" },
	{ IN_PHASE(start), .name = "start", .type = PARAM_ENUM, .names = starts,
		.fallback = "chain", .kinds = KIND(PHASE_KFOLD),
		.help = "initial weights of each fold",
		.detail = "  chain  those of the fold before, as the notebook ran; in the first "
			  "fold, of the phase before (chain: true is the same)\n"
			  "  same   those of the phase before (chain: false is the same)\n"
			  "  clean  random ones: all earlier phases run again on the fold's own "
			  "training images\n",
		.since = "0.1" },

	/* ---- an optimizer ---- */
	{ IN_OPTIMIZER(lr), .name = "lr", .type = PARAM_REAL, .min = 0, .min_open = true, .max = 10,
		.fallback = "0.001", .help = "learning rate", .since = "0.1" },
	{ IN_OPTIMIZER(beta1), .name = "beta1", .type = PARAM_REAL, .min = 0, .max = 1,
		.max_open = true, .fallback = "0.9", .kinds = MOMENTS,
		.help = "decay of the mean of gradients", .since = "0.1" },
	{ IN_OPTIMIZER(beta2), .name = "beta2", .type = PARAM_REAL, .min = 0, .max = 1,
		.max_open = true, .fallback = "0.999", .kinds = MOMENTS,
		.help = "decay of the mean of squared gradients", .since = "0.1" },
	{ IN_OPTIMIZER(epsilon), .name = "epsilon", .type = PARAM_REAL, .min = 0, .min_open = true,
		.max = 1, .fallback = "1e-7", .kinds = MOMENTS | ROOTS,
		.help = "added to the root of the mean of squares (rmsprop, adagrad, adadelta: "
			"under the root)",
		.since = "0.1" },
	{ IN_OPTIMIZER(rho), .name = "rho", .type = PARAM_REAL, .min = 0, .max = 1,
		.max_open = true, .fallback = "0.9", .fallback_for = "0.95",
		.fallback_kinds = KIND(OPTIMIZER_ADADELTA),
		.kinds = KIND(OPTIMIZER_RMSPROP) | KIND(OPTIMIZER_ADADELTA),
		.help = "decay of the mean of squared gradients", .since = "0.2" },
	{ IN_OPTIMIZER(accumulator), .name = "accumulator", .type = PARAM_REAL, .min = 0,
		.max = 1000, .fallback = "0.1", .kinds = KIND(OPTIMIZER_ADAGRAD),
		.help = "initial value of the sum of squared gradients", .since = "0.2" },
	{ IN_OPTIMIZER(momentum), .name = "momentum", .type = PARAM_REAL, .min = 0, .max = 1,
		.max_open = true, .fallback = "0",
		.kinds = KIND(OPTIMIZER_SGD) | KIND(OPTIMIZER_RMSPROP),
		.help = "share of the last step that is kept", .since = "0.1" },
	{ IN_OPTIMIZER(nesterov), .name = "nesterov", .type = PARAM_BOOL, .fallback = "false",
		.kinds = KIND(OPTIMIZER_SGD), .help = "Nesterov's form of momentum",
		.since = "0.1" },
	{ IN_OPTIMIZER(weight_decay), .name = "weight_decay", .type = PARAM_REAL, .min = 0,
		.max = 1, .fallback = "0", .fallback_for = "0.004",
		.fallback_kinds = KIND(OPTIMIZER_ADAMW),
		.kinds = KIND(OPTIMIZER_SGD) | KIND(OPTIMIZER_ADAMW),
		.help = "decoupled: a step takes lr * weight_decay * weight from every weight, "
			"biases too (decay_on)",
		.detail = "PyTorch's weight_decay of SGD and Adam is `l2`.\n", .since = "0.1" },
	{ IN_OPTIMIZER(l2), .name = "l2", .type = PARAM_REAL, .min = 0, .max = 1, .fallback = "0",
		.help = "in the gradient: l2 * weight is added to the gradient of every weight, "
			"biases too (decay_on)",
		.detail = "PyTorch's weight_decay of SGD, Adam and RMSprop. Keras's "
			  "kernel_regularizer=l2(x) is l2: 2x with decay_on: kernels.\n"
			  "The recorded loss does not include it.\n",
		.since = "0.2" },
	{ IN_OPTIMIZER(decay_on), .name = "decay_on", .type = PARAM_ENUM, .names = decayed,
		.fallback = "all",
		.help = "what l2 and weight_decay act on: all weights, or kernels without biases, "
			"gammas and betas",
		.since = "0.2" },
	{ IN_OPTIMIZER(clip_norm), .name = "clip_norm", .type = PARAM_REAL, .min = 0, .max = 1e9,
		.fallback = "0",
		.help = "largest norm of the gradient of all weights together; a larger one is "
			"scaled down; 0 for none",
		.since = "0.2" },
	{ IN_OPTIMIZER(clip_value), .name = "clip_value", .type = PARAM_REAL, .min = 0, .max = 1e9,
		.fallback = "0",
		.help = "largest absolute value in the gradient; larger ones are cut; 0 for none",
		.since = "0.2" },
	{ IN_OPTIMIZER(lookahead), .name = "lookahead", .type = PARAM_INTEGER, .min = 0,
		.max = 10000, .fallback = "0", .unit = "steps",
		.help = "Lookahead: steps between two moves of the slow weights towards the fast "
			"ones, which then continue from there; 0: off",
		.since = "0.2" },
	{ IN_OPTIMIZER(lookahead_share), .name = "lookahead_share", .type = PARAM_REAL, .min = 0,
		.min_open = true, .max = 1, .fallback = "0.5",
		.help = "step size of the slow weights: 1 moves them all the way", .since = "0.2" },
	{ IN_OPTIMIZER(ema), .name = "ema", .type = PARAM_REAL, .min = 0, .max = 1,
		.max_open = true, .fallback = "0",
		.help = "decay of the exponential moving average of the weights; 0 for none",
		.detail = "The averaged weights are evaluated, kept and passed on to the next "
			  "phase. Training continues with the current weights.\n"
			  "Frozen layers and moving means and variances are not averaged.\n",
		.since = "0.2" },

	/* ---- a schedule of the learning rate ---- */
	{ IN_SCHEDULE(warm_up), .name = "warm_up", .type = PARAM_REAL, .min = 0, .max = 100000,
		.fallback = "0", .unit = "epochs",
		.help = "how long the learning rate rises to lr, in equal steps, before the rest "
			"of the schedule",
		.since = "0.2" },
	{ IN_SCHEDULE(final), .name = "final", .type = PARAM_REAL, .min = 0, .max = 1,
		.fallback = "0", .fallback_for = "4e-6", .fallback_kinds = KIND(SCHEDULE_ONE_CYCLE),
		.kinds = FALLS,
		.help = "learning rate at the end of the budget (restarts: of each period; "
			"plateau: the minimum), as a fraction of lr",
		.since = "0.2" },
	{ IN_SCHEDULE(every), .name = "every", .type = PARAM_REAL, .min = 0, .min_open = true,
		.max = 100000, .fallback = "10", .fallback_for = "1",
		.fallback_kinds = KIND(SCHEDULE_EXPONENTIAL), .unit = "epochs",
		.kinds = KIND(SCHEDULE_STEP) | KIND(SCHEDULE_EXPONENTIAL) | KIND(SCHEDULE_RESTARTS),
		.help = "epochs between two drops of the learning rate; exponential: until it has "
			"fallen by factor; restarts: the first period",
		.since = "0.2" },
	{ IN_SCHEDULE(factor), .name = "factor", .type = PARAM_REAL, .min = 0, .min_open = true,
		.max = 1, .fallback = "0.1", .needed_kinds = KIND(SCHEDULE_EXPONENTIAL),
		.kinds = DROPS | KIND(SCHEDULE_EXPONENTIAL),
		.help = "factor of each drop of the learning rate", .since = "0.2" },
	{ IN_SCHEDULE(milestones), .name = "at", .type = PARAM_REALS,
		.size = offsetof(struct schedule_config, milestone_count),
		.max_count = MILESTONES_MAX, .min = 0, .min_open = true, .max = 100000,
		.unit = "epochs", .kinds = KIND(SCHEDULE_MILESTONES),
		.help = "epochs at which the learning rate drops, counted from the end of the "
			"warm-up",
		.since = "0.2" },
	{ IN_SCHEDULE(rise), .name = "rise", .type = PARAM_REAL, .min = 0, .min_open = true,
		.max = 1, .max_open = true, .fallback = "0.3", .kinds = KIND(SCHEDULE_ONE_CYCLE),
		.help = "fraction of the budget in which the learning rate rises to lr",
		.since = "0.2" },
	{ IN_SCHEDULE(first), .name = "first", .type = PARAM_REAL, .min = 0, .max = 1,
		.fallback = "0.04", .kinds = KIND(SCHEDULE_ONE_CYCLE),
		.help = "learning rate of the first step, as a fraction of lr", .since = "0.2" },
	{ IN_SCHEDULE(shape), .name = "shape", .type = PARAM_ENUM, .names = shapes,
		.fallback = "cosine", .kinds = KIND(SCHEDULE_ONE_CYCLE),
		.help = "how it rises and falls: along half a cosine, or linearly",
		.since = "0.2" },
	{ IN_SCHEDULE(growth), .name = "growth", .type = PARAM_INTEGER, .min = 1, .max = 100,
		.fallback = "1", .kinds = KIND(SCHEDULE_RESTARTS),
		.help = "factor from each period to the next", .since = "0.2" },
	{ IN_SCHEDULE(on), .name = "on", .type = PARAM_ENUM, .names = metrics,
		.fallback = "val_loss", .kinds = KIND(SCHEDULE_PLATEAU),
		.help = "the monitored metric (in a dual phase: the mean of both)",
		.since = "0.2" },
	{ IN_SCHEDULE(patience), .name = "patience", .type = PARAM_INTEGER, .min = 1, .max = 100000,
		.fallback = "10", .unit = "epochs", .kinds = KIND(SCHEDULE_PLATEAU),
		.help = "epochs without improvement before the learning rate drops",
		.since = "0.2" },
	{ IN_SCHEDULE(cooldown), .name = "cooldown", .type = PARAM_INTEGER, .min = 0, .max = 100000,
		.fallback = "0", .unit = "epochs", .kinds = KIND(SCHEDULE_PLATEAU),
		.help = "epochs after a drop that do not count", .since = "0.2" },
	{ IN_SCHEDULE(min_delta), .name = "min_delta", .type = PARAM_REAL, .min = 0, .max = 1,
		.fallback = "0.0001", .kinds = KIND(SCHEDULE_PLATEAU),
		.help = "a change must exceed this to count as an improvement", .since = "0.2" },

	/* ---- early stopping ---- */
	{ IN_STOP(on), .name = "on", .type = PARAM_ENUM, .names = metrics,
		.fallback = "val_accuracy", .help = "the monitored metric", .since = "0.1" },
	{ IN_STOP(patience), .name = "patience", .type = PARAM_INTEGER, .min = 0, .max = 100000,
		.fallback = "0", .unit = "epochs",
		.help = "epochs without improvement after which the phase ends; 0: never",
		.since = "0.1" },
	{ IN_STOP(min_delta), .name = "min_delta", .type = PARAM_REAL, .min = 0, .max = 1,
		.fallback = "0.001", .help = "a change must exceed this to count as an improvement",
		.since = "0.1" },
	{ IN_STOP(from_epoch), .name = "from_epoch", .type = PARAM_INTEGER, .min = 0, .max = 100000,
		.fallback = "0", .help = "epochs before this one are ignored; they count from 0",
		.since = "0.1" },

	/* ---- a layer of a model ---- */
	{ IN_LAYER(name), .name = "name", .type = PARAM_TEXT, .size = LAYER_NAME_MAX,
		.fallback = "", .needed_kinds = WEIGHTED, .fallback_for = "dropout",
		.fallback_kinds = KIND(LAYER_DROPOUT),
		.help = "name for freeze lists and other layers; it also chooses the random "
			"numbers of the layer",
		.since = "0.1" },
	{ IN_LAYER(input), .name = "input", .type = PARAM_TEXT, .size = LAYER_NAME_MAX,
		.fallback = "", .example = "input",
		.help = "name of the layer whose output it takes, if that is not the layer before; "
			"input for the input of the block",
		.since = "0.2" },
	{ IN_LAYER(with), .name = "with", .type = PARAM_NAMES, .max = LAYER_WITH_MAX,
		.size = offsetof(struct layer_config, with_count), .kinds = JOINTS,
		.help = "layers that are merged with the layer before; input: the input of the "
			"block",
		.since = "0.2" },
	{ IN_LAYER(filters), .name = "filters", .type = PARAM_INTEGER, .min = 1, .max = 4096,
		.zero = "classes", .kinds = KIND(LAYER_CONV),
		.help = "channels of the output; classes: one per class", .since = "0.1" },
	{ IN_LAYER(kernel), .name = "kernel", .type = PARAM_INTEGER, .min = 1, .max = 64,
		.zero = "map", .kinds = CONVOLUTIONS,
		.help = "height and width of the filters; map: those of the whole map",
		.since = "0.1" },
	{ IN_LAYER(kernel_width), .name = "kernel_width", .type = PARAM_INTEGER, .min = 1,
		.max = 64, .zero = "kernel", .fallback = "kernel", .kinds = CONVOLUTIONS,
		.help = "width of filters that are not square (kernel is their height)",
		.since = "0.2" },
	{ IN_LAYER(groups), .name = "groups", .type = PARAM_INTEGER, .min = 1, .max = 4096,
		.fallback = "1", .needed_kinds = KIND(LAYER_SHUFFLE),
		.kinds = KIND(LAYER_CONV) | KIND(LAYER_SHUFFLE),
		.help = "groups of channels: each filter reads those of its group; shuffle "
			"interleaves the groups",
		.since = "0.2" },
	{ IN_LAYER(multiplier), .name = "multiplier", .type = PARAM_INTEGER, .min = 1, .max = 4096,
		.fallback = "1", .kinds = KIND(LAYER_DEPTHWISE),
		.help = "filters for each channel (depth multiplier)", .since = "0.2" },
	{ IN_LAYER(channels), .name = "channels", .type = PARAM_INTEGER, .min = 1, .max = 65536,
		.kinds = KIND(LAYER_PAD),
		.help = "channels of the output; the new ones are zeros, half of them before the "
			"others and half after",
		.since = "0.2" },
	{ IN_LAYER(stride), .name = "stride", .type = PARAM_INTEGER, .min = 1, .max = 64,
		.fallback = "1", .fallback_for = "window", .fallback_kinds = POOLS,
		.zero = "window", .kinds = CONVOLUTIONS | POOLS,
		.help = "distance between windows in both axes; window: that of windows side by "
			"side",
		.since = "0.2" },
	{ IN_LAYER(stride_width), .name = "stride_width", .type = PARAM_INTEGER, .min = 1,
		.max = 64, .zero = "stride", .fallback = "stride", .kinds = CONVOLUTIONS | POOLS,
		.help = "distance from column to column where it is not that from row to row: "
			"stride is the latter then",
		.since = "0.2" },
	{ IN_LAYER(dilation), .name = "dilation", .type = PARAM_INTEGER, .min = 1, .max = 64,
		.fallback = "1", .kinds = CONVOLUTIONS,
		.help = "rows and columns from one tap of a filter to the next: 2 leaves every "
			"second out",
		.since = "0.2" },
	{ IN_LAYER(dilation_width), .name = "dilation_width", .type = PARAM_INTEGER, .min = 1,
		.max = 64, .zero = "dilation", .fallback = "dilation", .kinds = CONVOLUTIONS,
		.help = "columns from tap to tap where they are not as many as rows: dilation is "
			"the latter then",
		.since = "0.2" },
	{ IN_LAYER(padding), .name = "padding", .type = PARAM_ENUM, .names = paddings,
		.fallback = "valid", .kinds = CONVOLUTIONS | POOLS,
		.help = "same: zeros around the map, so that its size (divided by stride) stays "
			"the same; valid: none; pools ignore these zeros",
		.since = "0.1" },
	{ IN_LAYER(bias), .name = "bias", .type = PARAM_BOOL, .fallback = "true",
		.kinds = CONVOLUTIONS | KIND(LAYER_DENSE),
		.help = "add a trained constant to each channel; a batchnorm that follows has its "
			"own",
		.since = "0.2" },
	{ IN_LAYER(activation), .name = "activation", .type = PARAM_ENUM, .names = activations,
		.fallback = "none", .kinds = WEIGHTED | JOINTS | POOLS,
		.help = "activation function of the output",
		.detail = "  relu          max(x, 0)\n"
			  "  relu6         min(max(x, 0), 6)\n"
			  "  silu          x / (1 + e^-x), also called swish\n"
			  "  tanh          hyperbolic tangent\n"
			  "  sigmoid       1 / (1 + e^-x)\n"
			  "  leaky_relu    x above 0, slope * x below\n"
			  "  gelu          x times the normal distribution function of x\n"
			  "  hard_swish    x * min(max(x + 3, 0), 6) / 6\n"
			  "  hard_sigmoid  min(max(x + 3, 0), 6) / 6\n",
		.since = "0.1" },
	{ IN_LAYER(slope), .name = "slope", .type = PARAM_REAL, .min = 0, .max = 1,
		.max_open = true, .fallback = "0.01", .kinds = WEIGHTED | JOINTS | POOLS,
		.help = "gradient of leaky_relu below 0", .since = "0.2" },
	{ IN_LAYER(init), .name = "init", .type = PARAM_ENUM, .names = inits,
		.fallback = "glorot_uniform", .kinds = CONVOLUTIONS | KIND(LAYER_DENSE),
		.help = "distribution of the initial weights",
		.detail = "  he_normal, he_uniform          sd sqrt(2 / fan_in)\n"
			  "  glorot_normal, glorot_uniform  sd sqrt(2 / (fan_in + fan_out))\n"
			  "  lecun_normal, lecun_uniform    sd sqrt(1 / fan_in)\n"
			  "  torch_uniform                  +- sqrt(1 / fan_in), biases too: "
			  "PyTorch's default\n"
			  "  normal, uniform                sd, or largest value, init_scale "
			  "(default 0.05)\n"
			  "  orthogonal                     orthonormal rows or columns times "
			  "init_scale (default 1)\n"
			  "Normal ones, but for `normal`, are truncated at two standard "
			  "deviations, as "
			  "in Keras.\n",
		.since = "0.1" },
	{ IN_LAYER(init_scale), .name = "init_scale", .type = PARAM_REAL, .min = 0, .max = 1000,
		.fallback = "0", .kinds = CONVOLUTIONS | KIND(LAYER_DENSE),
		.help = "scale of init normal, uniform and orthogonal; 0 for their default",
		.since = "0.2" },
	{ IN_LAYER(bias_init), .name = "bias_init", .type = PARAM_REAL, .min = -1000, .max = 1000,
		.fallback = "0", .kinds = CONVOLUTIONS | KIND(LAYER_DENSE),
		.help = "initial value of biases", .example = "0.1", .since = "0.2" },
	{ IN_LAYER(gamma), .name = "gamma", .type = PARAM_REAL, .min = 0, .max = 1000,
		.fallback = "1", .kinds = KIND(LAYER_BATCHNORM),
		.help = "initial value of the scale; with 0 at the end of a residual branch, the "
			"block begins as the identity",
		.since = "0.2" },
	{ IN_LAYER(size), .name = "size", .type = PARAM_INTEGER, .min = 1, .max = 64,
		.fallback = "2", .zero = "map", .kinds = POOLS,
		.help = "height and width of the windows; map: one window, the whole map",
		.since = "0.1" },
	{ IN_LAYER(size_width), .name = "size_width", .type = PARAM_INTEGER, .min = 1, .max = 64,
		.zero = "size", .fallback = "size", .kinds = POOLS,
		.help = "width of the windows where they are not square: size is their height then",
		.since = "0.2" },
	{ IN_LAYER(lr_scale), .name = "lr_scale", .type = PARAM_REAL, .min = 0, .min_open = true,
		.max = 1000, .fallback = "1", .kinds = WEIGHTED,
		.help = "factor on the learning rate of the layer's weights", .since = "0.2" },
	{ IN_LAYER(prune_scale), .name = "prune_scale", .type = PARAM_REAL, .min = 0, .max = 10,
		.fallback = "1", .kinds = CONVOLUTIONS | KIND(LAYER_DENSE),
		.help = "factor on the phase's prune for this layer", .since = "0.2" },
	{ IN_LAYER(units), .name = "units", .type = PARAM_INTEGER, .min = 1, .max = 65536,
		.zero = "classes", .kinds = KIND(LAYER_DENSE),
		.help = "number of outputs; classes: one per class", .since = "0.1" },
	{ IN_LAYER(rate), .name = "rate", .type = PARAM_REAL, .min = 0, .max = 1, .max_open = true,
		.kinds = KIND(LAYER_DROPOUT),
		.help = "probability with which a unit is dropped while training", .since = "0.1" },
	{ IN_LAYER(momentum), .name = "momentum", .type = PARAM_REAL, .min = 0, .max = 1,
		.max_open = true, .fallback = "0.99", .kinds = KIND(LAYER_BATCHNORM),
		.help = "share of the moving mean and variance that each step keeps",
		.since = "0.2" },
	{ IN_LAYER(epsilon), .name = "epsilon", .type = PARAM_REAL, .min = 0, .min_open = true,
		.max = 1, .fallback = "0.001", .kinds = KIND(LAYER_BATCHNORM),
		.help = "added to the variance", .since = "0.2" },

	/* ---- a model as a whole ---- */
	{ IN_MODEL(width), .name = "width", .type = PARAM_REAL, .min = 0, .min_open = true,
		.max = 64, .fallback = "1",
		.help = "factor on filters and units, rounded to the nearest; layers with one "
			"output per class stay",
		.detail = "An axis model.width: [0.25, 0.5, 1] makes networks of these widths; "
			  "model.LAYER.PARAM changes one parameter of the layers of that name.\n"
			  "It is not part of a trial's identity; the resulting layers are.\n",
		.since = "0.2" },
};

const char *const *param_kinds(enum param_scope scope)
{
	return scope == SCOPE_OPTIMIZER   ? optimizers
		: scope == SCOPE_SCHEDULE ? schedules
		: scope == SCOPE_LAYER    ? layers
					  : phase_kinds;
}

const char *param_kinds_noun(enum param_scope scope)
{
	return scope == SCOPE_OPTIMIZER   ? "optimizer"
		: scope == SCOPE_SCHEDULE ? "schedule"
		: scope == SCOPE_LAYER    ? "layer"
					  : "phase";
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
