/* digests.c - the same bits everywhere: tiny trainings that cover every layer, optimizer and
 * augmentation, dropout, freezing and batches that are no multiple of 16, and one line a training
 * with digests of what came out; and networks in 8 bits. digests.txt has the lines that every
 * kernel variant, compiler, optimisation level, processor and number of threads must print; when
 * they change on purpose, so does NN_CORE_VERSION. Needs the core alone, so that it can be built
 * for other processors.
 *
 *   digests --list                        the kernel variants that this processor runs
 *   digests [--kernels NAME] [--threads N] */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "networks.h"
#include "nn/nn.h"

static uint64_t fnv1a(const void *bytes, size_t count)
{
	const unsigned char *p = bytes;
	uint64_t h = 0xcbf29ce484222325u;
	for (size_t i = 0; i < count; i++)
		h = (h ^ p[i]) * 0x100000001b3u;
	return h;
}

static void *need(void *p)
{
	if (!p) {
		fputs("digests: out of memory, or a trainer was refused\n", stderr);
		exit(3);
	}
	return p;
}

/* ---- images made of integers: bright discs of a size and place that depend on the label, over
 * noise ---- */

static struct nn_images make_images(struct nn_shape shape, uint32_t count, int classes)
{
	size_t size = nn_shape_size(shape);
	uint8_t *pixels = need(malloc(count * size)), *labels = need(malloc(count));
	uint32_t noise = 12345;
	for (uint32_t i = 0; i < count; i++) {
		labels[i] = (uint8_t)((i * 7 + i / 11) % (uint32_t)classes);
		int radius = 4 + 3 * labels[i], centre = 3 + labels[i] % 5;
		for (size_t k = 0; k < size; k++) {
			int x = (int)(k % (size_t)shape.width),
			    y = (int)(k / (size_t)shape.width % (size_t)shape.height);
			noise = noise * 1664525u + 1013904223u;
			bool inside =
				(x - centre) * (x - centre) + (y - centre) * (y - centre) < radius;
			pixels[i * size + k] =
				(uint8_t)((inside ? 160 : 0) + (noise >> 24) * 3 / 8);
		}
	}
	return (struct nn_images){
		.pixels = pixels, .labels = labels, .shape = shape, .count = count
	};
}

static void free_images(struct nn_images *i)
{
	free((void *)(uintptr_t)i->pixels);
	free((void *)(uintptr_t)i->labels);
}

/* ---- trainings ---- */

struct training {
	const char *name;
	void (*build)(struct nn_net *net, struct nn_shape image);
	struct nn_shape image;
	struct nn_optimizer optimizer;
	uint32_t count;         /* images an epoch */
	int batch_size, epochs; /* 0: 32, 1 */
	struct nn_augment augment;
	bool augmented[NN_OUTPUTS_MAX];
	bool both;          /* every image also as an augmented copy */
	const char *freeze; /* a pattern of layers */
	double label_smoothing, mixup;
	void (*teacher)(struct nn_net *net, struct nn_shape image); /* with its initial weights */
	double distill, temperature;
	int weight_bits, map_bits;
};

#define NADAM                                                                             \
	{                                                                                 \
		.kind = NN_NADAM, .lr = 1e-3, .beta1 = .9, .beta2 = .999, .epsilon = 1e-7 \
	}
#define SGD                                                                                        \
	{                                                                                          \
		.kind = NN_SGD, .lr = 1e-2, .momentum = .9, .weight_decay = 1e-4, .nesterov = true \
	}
#define PAPER                                                 \
	{                                                     \
		.rotation = .1, .zoom = .2, .translation = .2 \
	}
#define ADAMW                                                                             \
	{                                                                                 \
		.kind = NN_ADAM, .lr = 1e-2, .beta1 = .9, .beta2 = .999, .epsilon = 1e-7, \
		.weight_decay = 1e-2                                                      \
	}
#define EVERYTHING                                                                              \
	{                                                                                       \
		.rotation = .2, .zoom = .3, .brightness = .25, .translation = .15, .flip = true \
	}

#define WIDE                                                                                   \
	{                                                                                      \
		.rotation = .1, .zoom = .1, .brightness = .1, .translation = .1, .flip = true, \
		.shear = .2, .crop = 2, .contrast = .4, .noise = .05, .cutout = 4              \
	}

/* One epoch of batches of 32 where nothing else is said. */
static const struct training trainings[] = {
	{ .name = "dual-28x28-nadam",
		.build = build_dual,
		.image = { 1, 28, 28 },
		.optimizer = NADAM,
		.count = 40,
		.augment = PAPER,
		.augmented = { false, true } },
	{ .name = "dual-32x32-nadam",
		.build = build_dual,
		.image = { 3, 32, 32 },
		.optimizer = NADAM,
		.count = 20,
		.augment = PAPER,
		.augmented = { false, true } },
	{ .name = "unified-28x28-nadam",
		.build = build_unified,
		.image = { 1, 28, 28 },
		.optimizer = NADAM,
		.count = 40,
		.freeze = "logits" },
	{ .name = "unified-28x28-sgd",
		.build = build_unified,
		.image = { 1, 28, 28 },
		.optimizer = SGD,
		.count = 40 },
	{ .name = "unified-32x32-sgd",
		.build = build_unified,
		.image = { 3, 32, 32 },
		.optimizer = SGD,
		.count = 20 },
	{ .name = "stem-frozen",
		.build = build_unified,
		.image = { 1, 12, 12 },
		.optimizer = SGD,
		.count = 90,
		.epochs = 2,
		.freeze = "stem1" },
	{ .name = "head-frozen",
		.build = build_unified,
		.image = { 1, 12, 12 },
		.optimizer = NADAM,
		.count = 90,
		.epochs = 2,
		.freeze = "classifier" },
	{ .name = "zoo-nadam",
		.build = build_zoo,
		.image = { 2, 11, 14 },
		.optimizer = NADAM,
		.count = 75,
		.epochs = 2 },
	{ .name = "zoo-sgd",
		.build = build_zoo,
		.image = { 3, 10, 8 },
		.optimizer = SGD,
		.count = 75,
		.epochs = 2 },
	{ .name = "zoo-momentum",
		.build = build_zoo,
		.image = { 2, 13, 8 },
		.optimizer = { .kind = NN_SGD, .lr = .01, .momentum = .5 },
		.count = 33,
		.batch_size = 16,
		.epochs = 2 },
	{ .name = "zoo-plain-sgd",
		.build = build_zoo,
		.image = { 2, 7, 8 },
		.optimizer = { .kind = NN_SGD, .lr = .02 },
		.count = 33,
		.batch_size = 16,
		.epochs = 2 },
	{ .name = "zoo-decay",
		.build = build_zoo,
		.image = { 2, 7, 8 },
		.optimizer = { .kind = NN_SGD, .lr = .02, .weight_decay = .01 },
		.count = 33,
		.batch_size = 16,
		.epochs = 2 },
	{ .name = "all-augmentations",
		.build = build_zoo,
		.image = { 3, 10, 14 },
		.optimizer = NADAM,
		.count = 64,
		.epochs = 2,
		.augment = EVERYTHING,
		.augmented = { true } },
	{ .name = "both-copies",
		.build = build_zoo,
		.image = { 1, 13, 11 },
		.optimizer = NADAM,
		.count = 40,
		.epochs = 2,
		.augment = PAPER,
		.both = true },
	{ .name = "rotation",
		.build = build_zoo,
		.image = { 1, 13, 11 },
		.optimizer = SGD,
		.count = 32,
		.augment = { .rotation = .5 },
		.augmented = { true } },
	{ .name = "zoom",
		.build = build_zoo,
		.image = { 1, 13, 11 },
		.optimizer = SGD,
		.count = 32,
		.augment = { .zoom = .5 },
		.augmented = { true } },
	{ .name = "brightness",
		.build = build_zoo,
		.image = { 1, 13, 11 },
		.optimizer = SGD,
		.count = 32,
		.augment = { .brightness = .5 },
		.augmented = { true } },
	{ .name = "translation",
		.build = build_zoo,
		.image = { 1, 13, 11 },
		.optimizer = SGD,
		.count = 32,
		.augment = { .translation = .5 },
		.augmented = { true } },
	{ .name = "flip",
		.build = build_zoo,
		.image = { 1, 13, 11 },
		.optimizer = SGD,
		.count = 32,
		.augment = { .flip = true },
		.augmented = { true } },
	{ .name = "batches-of-1",
		.build = build_zoo,
		.image = { 1, 7, 8 },
		.optimizer = NADAM,
		.count = 3,
		.batch_size = 1 },
	{ .name = "batches-of-15",
		.build = build_zoo,
		.image = { 1, 7, 8 },
		.optimizer = NADAM,
		.count = 31,
		.batch_size = 15 },
	{ .name = "batches-of-17",
		.build = build_zoo,
		.image = { 1, 7, 8 },
		.optimizer = NADAM,
		.count = 35,
		.batch_size = 17 },
	{ .name = "batches-of-100",
		.build = build_zoo,
		.image = { 1, 7, 8 },
		.optimizer = NADAM,
		.count = 130,
		.batch_size = 100,
		.augment = PAPER,
		.augmented = { true } },
	{ .name = "wild-sgd",
		.build = build_zoo,
		.image = { 1, 7, 8 },
		.optimizer = { .kind = NN_SGD, .lr = 1e10 },
		.count = 64,
		.batch_size = 8,
		.epochs = 4 },
	{ .name = "wild-nadam",
		.build = build_unified,
		.image = { 1, 10, 10 },
		.optimizer = { .kind = NN_NADAM,
			.lr = 1e30,
			.beta1 = .9,
			.beta2 = .999,
			.epsilon = 1e-7 },
		.count = 64,
		.batch_size = 8,
		.epochs = 4 },
	{ .name = "residual-sgd",
		.build = build_residual,
		.image = { 3, 12, 11 },
		.optimizer = SGD,
		.count = 75,
		.epochs = 2 },
	{ .name = "residual-adamw",
		.build = build_residual,
		.image = { 1, 13, 9 },
		.optimizer = ADAMW,
		.count = 75,
		.epochs = 2 },
	{ .name = "residual-frozen",
		.build = build_residual,
		.image = { 2, 11, 9 },
		.optimizer = ADAMW,
		.count = 40,
		.batch_size = 16,
		.epochs = 2,
		.freeze = "bn2" },
	{ .name = "residual-batches-of-49",
		.build = build_residual,
		.image = { 1, 9, 10 },
		.optimizer = { .kind = NN_ADAM,
			.lr = .01,
			.beta1 = .8,
			.beta2 = .99,
			.epsilon = 1e-5,
			.rate = { .kind = NN_RATE_COSINE, .warm_up = 2, .total = 8, .last = .1 } },
		.count = 98,
		.batch_size = 49,
		.epochs = 5 },
	{ .name = "step-rate-average",
		.build = build_residual,
		.image = { 1, 9, 10 },
		.optimizer = { .kind = NN_SGD,
			.lr = .1,
			.momentum = .9,
			.average_momentum = .9,
			.rate = { .kind = NN_RATE_STEP, .every = 3, .factor = .3 } },
		.count = 60,
		.batch_size = 16,
		.epochs = 2 },
	{ .name = "label-smoothing",
		.build = build_zoo,
		.image = { 2, 10, 8 },
		.optimizer = ADAMW,
		.count = 40,
		.label_smoothing = .1 },
	{ .name = "mixup",
		.build = build_zoo,
		.image = { 2, 10, 8 },
		.optimizer = NADAM,
		.count = 75,
		.mixup = .4,
		.augment = PAPER,
		.augmented = { true } },
	{ .name = "mixup-smoothing",
		.build = build_residual,
		.image = { 2, 10, 8 },
		.optimizer = ADAMW,
		.count = 75,
		.mixup = 2,
		.label_smoothing = .2 },
	{ .name = "shear",
		.build = build_zoo,
		.image = { 1, 13, 11 },
		.optimizer = SGD,
		.count = 32,
		.augment = { .shear = .5 },
		.augmented = { true } },
	{ .name = "crop-zero",
		.build = build_zoo,
		.image = { 2, 13, 11 },
		.optimizer = SGD,
		.count = 32,
		.augment = { .crop = 3 },
		.augmented = { true } },
	{ .name = "crop-reflect",
		.build = build_zoo,
		.image = { 1, 13, 11 },
		.optimizer = SGD,
		.count = 32,
		.augment = { .crop = 3, .crop_fill = NN_CROP_REFLECT },
		.augmented = { true } },
	{ .name = "contrast",
		.build = build_zoo,
		.image = { 3, 13, 11 },
		.optimizer = SGD,
		.count = 32,
		.augment = { .contrast = .5 },
		.augmented = { true } },
	{ .name = "noise",
		.build = build_zoo,
		.image = { 1, 13, 11 },
		.optimizer = SGD,
		.count = 32,
		.augment = { .noise = .1 },
		.augmented = { true } },
	{ .name = "cutout",
		.build = build_zoo,
		.image = { 1, 13, 11 },
		.optimizer = SGD,
		.count = 32,
		.augment = { .cutout = 5 },
		.augmented = { true } },
	{ .name = "sequential-resampling",
		.build = build_zoo,
		.image = { 1, 13, 11 },
		.optimizer = SGD,
		.count = 32,
		.augment = { .sequential = true,
			.rotation = .3,
			.zoom = .3,
			.translation = .3,
			.brightness = .2,
			.flip = true,
			.crop = 2 },
		.augmented = { true } },
	{ .name = "all-wide-augmentations",
		.build = build_residual,
		.image = { 3, 10, 14 },
		.optimizer = ADAMW,
		.count = 64,
		.epochs = 2,
		.augment = WIDE,
		.augmented = { true } },
	{ .name = "wild-adam",
		.build = build_residual,
		.image = { 1, 10, 10 },
		.optimizer = { .kind = NN_ADAM,
			.lr = 1e30,
			.beta1 = .9,
			.beta2 = .999,
			.epsilon = 1e-7 },
		.count = 64,
		.batch_size = 8,
		.epochs = 4 },
	{ .name = "rmsprop",
		.build = build_residual,
		.image = { 1, 9, 10 },
		.optimizer = { .kind = NN_RMSPROP,
			.lr = 3e-3,
			.rho = .9,
			.momentum = .5,
			.epsilon = 1e-7,
			.rate = { .kind = NN_RATE_LINEAR, .total = 8, .last = .1 } },
		.count = 60,
		.batch_size = 16,
		.epochs = 2 },
	{ .name = "adagrad-clipped",
		.build = build_zoo,
		.image = { 1, 10, 8 },
		.optimizer = { .kind = NN_ADAGRAD,
			.lr = .05,
			.accumulator = .1,
			.epsilon = 1e-7,
			.clip_norm = .5,
			.clip_value = .05,
			.rate = { .kind = NN_RATE_EXPONENTIAL, .every = 4, .factor = .7 } },
		.count = 60,
		.batch_size = 16,
		.epochs = 2 },
	{ .name = "adadelta-l2",
		.build = build_residual,
		.image = { 1, 9, 10 },
		.optimizer = { .kind = NN_ADADELTA,
			.lr = .5,
			.rho = .95,
			.epsilon = 1e-6,
			.l2 = .01 },
		.count = 60,
		.batch_size = 16,
		.epochs = 2 },
	{ .name = "l2-kernels-milestones",
		.build = build_residual,
		.image = { 1, 9, 10 },
		.optimizer = { .kind = NN_SGD,
			.lr = .1,
			.momentum = .9,
			.l2 = .01,
			.decay_kernels = true,
			.rate = { .kind = NN_RATE_MILESTONES,
				.factor = .1,
				.milestones = { 3, 6 },
				.milestone_count = 2 } },
		.count = 60,
		.batch_size = 16,
		.epochs = 2 },
	{ .name = "lookahead-one-cycle",
		.build = build_residual,
		.image = { 1, 9, 10 },
		.optimizer = { .kind = NN_ADAM,
			.lr = .01,
			.beta1 = .9,
			.beta2 = .999,
			.epsilon = 1e-7,
			.lookahead = 3,
			.lookahead_share = .5,
			.rate = { .kind = NN_RATE_ONE_CYCLE,
				.total = 8,
				.rise = 3,
				.first = .04,
				.last = 1e-5 } },
		.count = 60,
		.batch_size = 16,
		.epochs = 2 },
	{ .name = "warm-restarts",
		.build = build_zoo,
		.image = { 1, 10, 8 },
		.optimizer = { .kind = NN_SGD,
			.lr = .1,
			.rate = { .kind = NN_RATE_RESTARTS, .every = 3, .growth = 2 } },
		.count = 60,
		.batch_size = 16,
		.epochs = 2 },
	{ .name = "recipe-sgd",
		.build = build_recipe,
		.image = { 2, 9, 11 },
		.optimizer = SGD,
		.count = 75,
		.epochs = 2 },
	{ .name = "recipe-adamw",
		.build = build_recipe,
		.image = { 1, 12, 10 },
		.optimizer = ADAMW,
		.count = 75,
		.epochs = 2,
		.augment = PAPER,
		.augmented = { true } },
	{ .name = "combined-nadam",
		.build = build_combined,
		.image = { 2, 10, 12 },
		.optimizer = NADAM,
		.count = 75,
		.epochs = 2,
		.augment = PAPER,
		.augmented = { true } },
	{ .name = "distilled",
		.build = build_zoo,
		.image = { 2, 10, 14 },
		.optimizer = SGD,
		.count = 75,
		.augment = PAPER,
		.augmented = { true },
		.mixup = 0.4,
		.teacher = build_recipe,
		.distill = 0.8,
		.temperature = 3 },
	{ .name = "rounded",
		.build = build_residual,
		.image = { 2, 12, 12 },
		.optimizer = SGD,
		.count = 75,
		.weight_bits = 4,
		.map_bits = 6 },
	{ .name = "dilated-sgd",
		.build = build_dilated,
		.image = { 2, 13, 15 },
		.optimizer = SGD,
		.count = 75,
		.epochs = 2 },
	{ .name = "inverted-sgd",
		.build = build_inverted,
		.image = { 2, 30, 28 },
		.optimizer = SGD,
		.count = 75,
		.epochs = 1 },
	{ .name = "inverted-frozen",
		.build = build_inverted,
		.image = { 2, 30, 28 },
		.optimizer = ADAMW,
		.count = 40,
		.epochs = 1,
		.freeze = "*1" },
	{ .name = "inverted-norms-frozen",
		.build = build_inverted,
		.image = { 2, 30, 28 },
		.optimizer = SGD,
		.count = 40,
		.epochs = 1,
		.freeze = "norm*" },
};

/* *of_trainer has to outlive the trainer, and is freed by the caller. */
static struct nn_trainer *start(const struct training *g, const struct nn_net *net,
	const struct nn_kernels *kernels, int threads, struct nn_net **of_trainer)
{
	bool frozen[2 * NN_LAYERS_MAX] = { false };
	for (int i = 0; i < net->tensor_count && g->freeze; i++)
		frozen[i] = nn_layer_matches(&net->layers[net->tensors[i].layer], g->freeze);
	struct nn_net *teacher = g->teacher ? need(calloc(1, sizeof(*teacher))) : NULL;
	float *teacher_params = NULL;
	if (teacher) {
		g->teacher(teacher, g->image);
		teacher_params = need(calloc(teacher->parameter_count, sizeof(*teacher_params)));
		nn_init_net(teacher, 2025, teacher_params);
	}
	struct nn_trainer_options options = { .kernels = kernels,
		.teacher = teacher,
		.teacher_params = teacher_params,
		.weight_bits = g->weight_bits,
		.map_bits = g->map_bits,
		.batch_size = g->batch_size ? g->batch_size : 32,
		.threads = threads,
		.frozen = frozen,
		.optimizer = g->optimizer };
	struct nn_trainer *t = need(nn_trainer_new(net, &options));
	nn_init_net(net, 2024, nn_trainer_params(t));
	free(teacher_params);
	if (g->map_bits) {
		struct nn_images images = make_images(g->image, g->count, 10);
		uint32_t order[16] = { 0 };
		for (uint32_t i = 0; i < 16; i++)
			order[i] = i;
		nn_trainer_measure(t, &images, order, 16);
		free_images(&images);
	}
	*of_trainer = teacher;
	return t;
}

static long train_epoch(const struct training *g, struct nn_trainer *t,
	const struct nn_images *images, uint32_t epoch, struct nn_score *score)
{
	uint32_t count = g->count * (g->both ? 2 : 1),
		 *order = need(malloc(count * sizeof(*order)));
	for (uint32_t i = 0; i < count; i++)
		order[i] = i < g->count ? i : (i - g->count) | NN_ORDER_AUGMENTED;
	const struct nn_rng rng = {
		.seed = 2024, .stream = NN_STREAM_SHUFFLE, .phase = 1, .epoch = epoch
	};
	nn_rng_shuffle(&rng, order, count);
	struct nn_epoch e = { .images = images,
		.order = order,
		.count = count,
		.augment = g->augment,
		.seed = 2024,
		.phase = 1,
		.epoch = epoch,
		.label_smoothing = g->label_smoothing,
		.distill = g->distill,
		.temperature = g->temperature,
		.mixup = g->mixup };
	memcpy(e.augmented, g->augmented, sizeof(e.augmented));
	long diverged = nn_train_epoch(t, &e, score);
	free(order);
	return diverged;
}

static uint64_t bits(double x)
{
	uint64_t b;
	memcpy(&b, &x, sizeof(b));
	return b;
}

static void print_training(const struct training *g, const struct nn_kernels *kernels, int threads)
{
	struct nn_net *net = need(calloc(1, sizeof(*net)));
	g->build(net, g->image);
	if (!nn_net_ok(net)) {
		fprintf(stderr, "digests: %s: %s\n", g->name, net->error);
		exit(3);
	}
	struct nn_images images = make_images(g->image, g->count, 10);
	struct nn_net *teacher;
	struct nn_trainer *t = start(g, net, kernels, threads, &teacher);
	struct nn_score trained = { 0 }, evaluated;
	long diverged = -1;
	for (int epoch = 0; epoch < (g->epochs ? g->epochs : 1) && diverged < 0; epoch++) {
		diverged = train_epoch(g, t, &images, (uint32_t)epoch, &trained);
		if (diverged >= 0)
			printf("%s diverged in epoch %d at step %ld\n", g->name, epoch, diverged);
	}
	if (diverged < 0) {
		uint8_t *predictions = need(malloc(images.count));
		nn_evaluate(t, &images, NULL, 0, images.count, &evaluated,
			(uint8_t *const[NN_OUTPUTS_MAX]){ predictions });
		printf("%s weights %016" PRIx64 " predictions %016" PRIx64, g->name,
			fnv1a(nn_trainer_params(t), net->parameter_count * sizeof(float)),
			fnv1a(predictions, images.count));
		for (int k = 0; k < net->output_count; k++)
			printf(" loss %016" PRIx64 " %016" PRIx64, bits(trained.loss_sum[k]),
				bits(evaluated.loss_sum[k]));
		if (g->optimizer.average_momentum > 0)
			printf(" average %016" PRIx64,
				fnv1a(nn_trainer_average(t), net->parameter_count * sizeof(float)));
		printf("\n");
		free(predictions);
	}
	nn_trainer_free(t);
	free_images(&images);
	free(teacher);
	free(net);
}

/* A network with its initial weights in 8 bits: the numbers that calibration finds, and the logits.
 */
static void print_quantised(const char *name,
	void (*build)(struct nn_net *net, struct nn_shape image), struct nn_shape image,
	const struct nn_kernels *kernels)
{
	enum { COUNT = 40 };
	struct nn_net *made = need(calloc(1, sizeof(*made))), *net = need(calloc(1, sizeof(*net)));
	build(made, image);
	float *initial = need(calloc(made->parameter_count, sizeof(*initial))),
	      *params = need(calloc(made->parameter_count, sizeof(*params)));
	nn_init_net(made, 2024, initial);
	if (nn_fold_all_batchnorm(made, initial, net, params)) /* without any: a copy */
		exit(3);
	free(made);
	free(initial);
	struct nn_images images = make_images(image, COUNT, 10);
	char error[NN_QUANT_ERROR];
	struct nn_quant *q = need(nn_quant_new(net, error));
	if (nn_quant_fit(q, params, &images, NULL, COUNT, kernels)) {
		fprintf(stderr, "digests: %s: %s\n", name, q->error);
		exit(3);
	}
	uint64_t numbers = 0, logits = 0;
	for (int i = 0; i < q->tensor_count; i++)
		numbers = numbers * 31
			+ fnv1a(q->tensors[i].data,
				q->tensors[i].count * (q->tensors[i].type == NN_QUANT_I8 ? 1 : 4));
	struct nn_quant_infer *f = need(nn_quant_infer_new(q, kernels));
	for (uint32_t i = 0; i < COUNT; i++) {
		nn_quant_infer_bytes(f, images.pixels + i * nn_shape_size(image));
		for (int k = 0; k < net->output_count; k++)
			logits = logits * 31
				+ fnv1a(nn_quant_infer_logits(f, k),
					(size_t)net->layers[net->outputs[k]].shape.channels
						* sizeof(int32_t));
	}
	printf("int8-%s numbers %016" PRIx64 " logits %016" PRIx64 "\n", name, numbers, logits);
	nn_quant_infer_free(f);
	nn_quant_free(q);
	free_images(&images);
	free(params);
	free(net);
}

/* ---- what trainings are made of: the kernels have no part in it ---- */

static void print_scalars(void)
{
	double values[4000];
	for (int i = 0; i < 1000; i++) {
		values[i] = nn_exp((i - 500) * 1.40625);
		values[1000 + i] = nn_log((i + 1) * (i + 1) * 0.0009765625);
		nn_sincos((i - 500) * 0.03125, &values[2000 + i], &values[3000 + i]);
	}
	printf("exp %016" PRIx64 "\nlog %016" PRIx64 "\nsincos %016" PRIx64 "\n",
		fnv1a(values, 8000), fnv1a(values + 1000, 8000), fnv1a(values + 2000, 16000));
	for (int i = 0; i < 4000; i++)
		values[i] = nn_normal_quantile((i + .5) / 4000);
	printf("normal-quantile %016" PRIx64 "\n", fnv1a(values, sizeof(values)));
}

static void print_initial_weights(const char *name,
	void (*build)(struct nn_net *net, struct nn_shape image), struct nn_shape image)
{
	struct nn_net *net = need(calloc(1, sizeof(*net)));
	build(net, image);
	float *params = need(calloc(net->parameter_count, sizeof(*params)));
	nn_init_net(net, 1, params);
	printf("initial-%s %016" PRIx64 "\n", name,
		fnv1a(params, net->parameter_count * sizeof(*params)));
	free(params);
	free(net);
}

static void print_initialisers(void)
{
	static float x[35 * 20];
	printf("initialisers");
	for (enum nn_init_kind init = NN_HE_NORMAL; init <= NN_CONSTANT; init++) {
		struct nn_tensor t = { .name = "dense/kernel",
			.count = 35 * 20,
			.fan_in = 35,
			.fan_out = 20,
			.init = init,
			.amount = 0.5 };
		nn_init_tensor(&t, 2024, x);
		printf(" %016" PRIx64, fnv1a(x, sizeof(x)));
	}
	printf("\n");
}

static void print_shuffle(void)
{
	uint32_t order[1000];
	for (uint32_t i = 0; i < 1000; i++)
		order[i] = i;
	const struct nn_rng rng = {
		.seed = 1, .stream = NN_STREAM_SHUFFLE, .phase = 258, .epoch = 3
	};
	nn_rng_shuffle(&rng, order, 1000);
	printf("shuffle %016" PRIx64 "\n", fnv1a(order, sizeof(order)));
}

static void print_augmented_images(
	const char *name, struct nn_augment amounts, struct nn_shape shape)
{
	enum { IMAGES = 20 };
	struct nn_images images = make_images(shape, IMAGES, 10);
	size_t size = nn_shape_size(shape);
	float *out = need(malloc(IMAGES * size * sizeof(*out)));
	struct nn_warp warps[IMAGES];
	const struct nn_rng rng = {
		.seed = 1, .stream = NN_STREAM_AUGMENT, .phase = 1, .epoch = 2
	};
	for (uint32_t i = 0; i < IMAGES; i++) {
		nn_augment_draw(&amounts, &rng, i, shape, &warps[i]);
		nn_augment_apply(&warps[i], images.pixels + i * size, shape, out + i * size);
	}
	printf("augmented-%s draws %016" PRIx64 " pixels %016" PRIx64 "\n", name,
		fnv1a(warps, sizeof(warps)), fnv1a(out, IMAGES * size * sizeof(*out)));
	free(out);
	free_images(&images);
}

/* Every change at two strengths, so that nothing of it is the same by chance. */
static void print_changed_images(
	const char *name, struct nn_shape shape, const struct nn_kernels *kernels)
{
	enum { IMAGES = 20 };
	struct nn_images images = make_images(shape, IMAGES, 10);
	const size_t bytes = IMAGES * nn_shape_size(shape);
	uint8_t *out = need(malloc(bytes));
	printf("changed-%s", name);
	for (enum nn_corruption change = NN_ROTATE; change <= NN_NOISE; change++)
		for (int i = 1; i <= 2; i++) {
			if (nn_corrupt(&images, IMAGES, change,
				    (change == NN_ROTATE ? 17.0 : 0.15) * i, kernels, out))
				need(NULL);
			printf(" %016" PRIx64, fnv1a(out, bytes));
		}
	printf("\n");
	free(out);
	free_images(&images);
}

static int list_variants(void)
{
	for (int i = 0; nn_kernels_at(i); i++)
		puts(nn_kernels_name(nn_kernels_at(i)));
	return 0;
}

int main(int argc, char **argv)
{
	const char *kernels_name = NULL;
	int threads = 1;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--list") == 0)
			return list_variants();
		if (strcmp(argv[i], "--kernels") == 0 && i + 1 < argc) {
			kernels_name = argv[++i];
		} else if (strcmp(argv[i], "--threads") == 0 && i + 1 < argc) {
			threads = (int)strtol(argv[++i], NULL, 10);
		} else {
			fprintf(stderr,
				"usage: digests [--list | [--kernels NAME] [--threads N]]\n");
			return 2;
		}
	}
	const struct nn_kernels *kernels = nn_kernels_find(kernels_name);
	if (!kernels || threads < 1 || threads > NN_THREADS_MAX) {
		fprintf(stderr, "digests: no kernels '%s' here, or not 1 to %d threads\n",
			kernels_name ? kernels_name : "", NN_THREADS_MAX);
		return 2;
	}
	printf("core-version %d\n", NN_CORE_VERSION);
	print_scalars();
	print_shuffle();
	print_initial_weights("unified-28x28", build_unified, (struct nn_shape){ 1, 28, 28 });
	print_initial_weights("dual-32x32", build_dual, (struct nn_shape){ 3, 32, 32 });
	print_augmented_images("paper", (struct nn_augment)PAPER, (struct nn_shape){ 1, 28, 28 });
	print_augmented_images(
		"everything", (struct nn_augment)EVERYTHING, (struct nn_shape){ 3, 32, 32 });
	print_changed_images("28x28", (struct nn_shape){ 1, 28, 28 }, kernels);
	print_changed_images("32x32", (struct nn_shape){ 3, 32, 32 }, kernels);
	for (size_t i = 0; i < sizeof(trainings) / sizeof(trainings[0]); i++)
		print_training(&trainings[i], kernels, threads);
	print_quantised("unified-28x28", build_unified, (struct nn_shape){ 1, 28, 28 }, kernels);
	print_quantised("dual-32x32", build_dual, (struct nn_shape){ 3, 32, 32 }, kernels);
	print_quantised("zoo", build_zoo, (struct nn_shape){ 2, 10, 14 }, kernels);
	print_quantised("residual", build_residual, (struct nn_shape){ 2, 12, 12 }, kernels);
	print_quantised("recipe", build_recipe, (struct nn_shape){ 2, 9, 11 }, kernels);
	print_quantised("combined", build_combined, (struct nn_shape){ 2, 10, 12 }, kernels);
	print_quantised("dilated", build_dilated, (struct nn_shape){ 2, 13, 15 }, kernels);
	print_initialisers();
	return 0;
}
