/* bench_networks.c - how fast the core trains and evaluates the small networks of the literature:
 *
 *   build/bench-networks [--json] [--kernels VARIANT] [--rounds N] [NETWORK ...]
 *   build/bench-networks --list                 the networks
 *   build/bench-networks --layers NETWORK       its layers, as JSON
 *   build/bench-networks --onnx NETWORK FILE    the network with its initial weights
 *
 * One core in CPU time of a bound thread, batches of 32, SGD with Nesterov momentum; an evaluation
 * of 256 images, and of one by nn_infer. Every round stands between two measurements of the fused
 * multiply-add peak; shown are the best round, and the best fraction of the peak. */
#include <jansson.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness/model/describe.h"
#include "harness/model/formats.h"
#include "tests/oracle/networks.h"
#include "nn/kernels/kernels.h"
#include "nn/nn.h"
#include "peak.h"
#include "work.h"

enum { BATCH = 32, IMAGES = 256, GROUPS = 32 };

struct bench {
	const struct nn_kernels *kernels;
	int rounds;
	bool json;
};

static struct nn_net net;
static uint8_t labels[IMAGES];
static uint32_t order[IMAGES];

static double cpu_seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* To the last core that this process may use: the first has the interrupts. */
static void bind_to_core(void)
{
	cpu_set_t set;
	sched_getaffinity(0, sizeof(set), &set);
	for (int cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&set) > 1; cpu++)
		CPU_CLR(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

/* The best of some rounds: seconds an image, and the fraction of the peak. */
struct best {
	double seconds, fraction;
};

static void take(struct best *best, double seconds, double macs, double peak)
{
	const double fraction = 2e-9 * macs / seconds / peak;
	if (best->seconds == 0 || seconds < best->seconds)
		best->seconds = seconds;
	if (fraction > best->fraction)
		best->fraction = fraction;
}

struct figures {
	struct best train, evaluate, one;
};

struct subject {
	struct nn_trainer *trainer;
	struct nn_infer *infer;
	struct nn_images images;
	struct nn_epoch epoch;
	struct work work;
};

static double train(const struct subject *s, uint32_t count)
{
	const struct nn_optimizer_state state = nn_trainer_optimizer_state(s->trainer);
	struct nn_epoch epoch = s->epoch;
	struct nn_score score;
	epoch.count = count;
	nn_init_net(&net, 1, nn_trainer_params(s->trainer));
	memset(state.first, 0, net.parameter_count * sizeof(*state.first));
	const double start = cpu_seconds();
	nn_train_epoch(s->trainer, &epoch, &score);
	return (cpu_seconds() - start) / count;
}

static double evaluate(const struct subject *s, uint32_t count)
{
	struct nn_score score;
	const double start = cpu_seconds();
	nn_evaluate(s->trainer, &s->images, NULL, 0, count, &score, NULL);
	return (cpu_seconds() - start) / count;
}

/* The best of GROUPS groups of calls, as peers_networks.py takes the best call of other engines;
 * the clock takes as long as a part of a call of small networks. The first call does not count:
 * training has moved the weights out of the caches. */
static double one_image(const struct subject *s, int calls)
{
	double best = 0;
	const uint8_t *image = s->images.pixels;
	nn_infer_bytes(s->infer, image);
	for (int group = 0; group < GROUPS; group++) {
		const double start = cpu_seconds();
		for (int i = 0; i < calls; i++, image += nn_shape_size(s->images.shape))
			nn_infer_bytes(s->infer, image);
		const double seconds = (cpu_seconds() - start) / calls;
		if (group == 0 || seconds < best)
			best = seconds;
	}
	return best;
}

static void measure(const struct bench *b, const struct subject *s, struct figures *f)
{
	const char *variant = b->kernels->name;
	/* as many images as take some tenths of a second */
	const uint32_t images =
		s->work.training > 2e7 ? BATCH : (s->work.training > 2e6 ? 4 * BATCH : IMAGES);
	train(s, images);
	double before = peak_gflops(variant);
	for (int i = 0; i < b->rounds; i++) {
		const double training = train(s, images), evaluation = evaluate(s, images),
			     one = one_image(s, images > BATCH ? IMAGES / GROUPS : 1),
			     after = peak_gflops(variant), peak = before > after ? before : after;
		take(&f->train, training, s->work.training, peak);
		take(&f->evaluate, evaluation, s->work.forward, peak);
		take(&f->one, one, s->work.forward, peak);
		before = after;
	}
}

static void print(const struct bench *b, const char *name, const struct figures *f)
{
	if (b->json) {
		json_t *row = json_pack("{s:s, s:s, s:I, s:f, s:f, s:f, s:f, s:f, s:f}", "network",
			name, "kernels", b->kernels->name, "parameters",
			(json_int_t)net.parameter_count, "train", 1 / f->train.seconds,
			"train_fraction", f->train.fraction, "evaluate", 1 / f->evaluate.seconds,
			"evaluate_fraction", f->evaluate.fraction, "one_us", 1e6 * f->one.seconds,
			"one_fraction", f->one.fraction);
		json_dumpf(row, stdout, JSON_COMPACT | JSON_REAL_PRECISION(6));
		printf("\n");
		json_decref(row);
	} else {
		printf("%-7s %-19s %9zu parameters  train %9.1f images/s %5.1f %%  evaluate %9.1f "
		       "%5.1f %%  one image %8.1f us %5.1f %%\n",
			b->kernels->name, name, net.parameter_count, 1 / f->train.seconds,
			100 * f->train.fraction, 1 / f->evaluate.seconds,
			100 * f->evaluate.fraction, 1e6 * f->one.seconds, 100 * f->one.fraction);
	}
	fflush(stdout);
}

static int bench_network(const struct bench *b, const char *name)
{
	if (!small_network_build(name, &net)) {
		fprintf(stderr, "bench-networks: no network '%s'\n", name);
		return 2;
	}
	const struct nn_shape shape = net.layers[net.inputs[0]].shape;
	const size_t bytes = IMAGES * nn_shape_size(shape);
	uint8_t *pixels = malloc(bytes);
	for (size_t i = 0; i < bytes; i++)
		pixels[i] = (uint8_t)((uint32_t)i * 2654435761u >> 13);
	const struct nn_trainer_options options = { .kernels = b->kernels,
		.batch_size = BATCH,
		.threads = 1,
		.optimizer = { .kind = NN_SGD, .lr = 1e-3, .momentum = 0.9, .nesterov = true } };
	struct subject s = { .trainer = nn_trainer_new(&net, &options),
		.infer = nn_infer_new(&net, NULL, b->kernels),
		.images = { pixels, labels, shape, IMAGES },
		.work = work_of(&net) };
	s.epoch = (struct nn_epoch){
		.images = &s.images, .order = order, .count = IMAGES, .seed = 1
	};
	struct figures f = { 0 };
	if (s.trainer && s.infer) {
		nn_infer_free(s.infer);
		nn_init_net(&net, 1, nn_trainer_params(s.trainer));
		s.infer = nn_infer_new(&net, nn_trainer_params(s.trainer), b->kernels);
		measure(b, &s, &f);
		print(b, name, &f);
	}
	nn_infer_free(s.infer);
	nn_trainer_free(s.trainer);
	free(pixels);
	return 0;
}

static int print_layers(const char *name)
{
	if (!small_network_build(name, &net))
		return 2;
	json_t *all = json_array();
	for (int l = 0; l < net.layer_count; l++) {
		const struct nn_layer *layer = &net.layers[l];
		json_t *inputs = json_array();
		for (int i = 0; i < layer->input_count; i++)
			json_array_append_new(inputs, json_integer(layer->inputs[i]));
		json_array_append_new(all,
			json_pack("{s:s, s:o, s:i, s:i, s:i, s:i, s:b, s:b, s:b}", "kind",
				describe_kind(layer->kind), "inputs", inputs, "channels",
				layer->shape.channels, "size", layer->shape.height, "kernel",
				layer->kernel_height, "stride", layer->stride, "same",
				layer->padding == NN_SAME, "relu", layer->relu, "bias",
				layer->bias_tensor >= 0));
	}
	json_dumpf(all, stdout, JSON_COMPACT);
	printf("\n");
	json_decref(all);
	return 0;
}

static int write_onnx(const char *name, const char *path)
{
	static struct model m;
	if (!small_network_build(name, &m.net))
		return 2;
	m.params = calloc(m.net.parameter_count, sizeof(*m.params));
	nn_init_net(&m.net, 1, m.params);
	m.facts.fold = -1;
	struct model_files files = { 0 };
	const struct model_writing how = { .name = name };
	struct err e = { 0 };
	FILE *f = fopen(path, "wb");
	if (!f || onnx_write(&m, &how, &files, &e)
		|| fwrite(files.main.s, 1, files.main.length, f) != files.main.length
		|| fclose(f)) {
		fprintf(stderr, "bench-networks: %s cannot be written\n", path);
		return 3;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct bench b = { .kernels = nn_kernels_find(NULL), .rounds = 5 };
	int i = 1, status = 0;
	if (argc == 2 && strcmp(argv[1], "--list") == 0) {
		for (int k = 0; small_network_at(k); k++)
			puts(small_network_at(k)->name);
		return 0;
	}
	if (argc == 3 && strcmp(argv[1], "--layers") == 0)
		return print_layers(argv[2]);
	if (argc == 4 && strcmp(argv[1], "--onnx") == 0)
		return write_onnx(argv[2], argv[3]);
	for (; i < argc && argv[i][0] == '-'; i++)
		if (strcmp(argv[i], "--json") == 0)
			b.json = true;
		else if (strcmp(argv[i], "--kernels") == 0 && i + 1 < argc)
			b.kernels = nn_kernels_find(argv[++i]);
		else if (strcmp(argv[i], "--rounds") == 0 && i + 1 < argc)
			b.rounds = (int)strtol(argv[++i], NULL, 10);
		else
			b.kernels = NULL;
	if (!b.kernels || b.rounds < 1) {
		fprintf(stderr,
			"usage: bench-networks [--json] [--kernels VARIANT] [--rounds N] "
			"[NETWORK ...] | --list | --layers NETWORK | --onnx NETWORK FILE\n");
		return 2;
	}
	bind_to_core();
	for (uint32_t k = 0; k < IMAGES; k++) {
		labels[k] = (uint8_t)(k % 2);
		order[k] = k;
	}
	for (int k = 0; i == argc && small_network_at(k); k++)
		status |= bench_network(&b, small_network_at(k)->name);
	for (; i < argc; i++)
		status |= bench_network(&b, argv[i]);
	return status;
}
