/* bench_core.c - how fast the core trains, and how near that is to the machine's peak: `make bench`.
 *
 * Every timed block stands between two measurements of the fused multiply-add peak of the same variant on the same core, so that a
 * fraction of the peak survives clock changes and neighbours; absolute figures do not. Medians of several rounds, CPU time of the thread. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness/run/networks.h"
#include "nn/kernels/kernels.h"
#include "peak.h"

enum { ROUNDS = 7, IMAGES = 4096 };

static double now(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double median(double *values)
{
	qsort(values, ROUNDS, sizeof *values, compare);
	return values[ROUNDS / 2];
}

/* Multiply-accumulates of one image, forward and in training, of direct convolution and only of outputs that are read later. */
struct work {
	double forward, training;
};

static struct work count_work(const struct nn_net *net)
{
	struct work w = { 0, 0 };
	for (int l = 0; l < net->layer_count; l++) {
		const struct nn_layer *layer = &net->layers[l];
		if (layer->kernel_tensor < 0)
			continue;
		double macs = (double)net->tensors[layer->kernel_tensor].count;
		if (layer->kind == NN_CONV) { /* conv1's pooled map is read up to the last window of pool2 */
			struct nn_shape out = layer->shape;
			if (l + 1 < net->layer_count && net->layers[l + 1].kind == NN_MAXPOOL)
				out = (struct nn_shape){ 0, out.height / 2 * 2, out.width / 2 * 2 };
			if (strstr(layer->name, "conv1"))
				out = (struct nn_shape){ 0, (out.height / 2 - 2) / 2 * 4 + 4, (out.width / 2 - 2) / 2 * 4 + 4 };
			macs *= out.height * out.width;
		}
		w.forward += macs;
		w.training += net->layers[layer->inputs[0]].kind == NN_INPUT ? 2 * macs : 3 * macs; /* no gradient goes to the images */
	}
	return w;
}

struct timing {
	double per_second;      /* images */
	double fraction;        /* of the peak */
};

/* What is timed: one epoch of IMAGES images, or an evaluation of them. */
struct job {
	struct nn_trainer *trainer;
	const struct nn_images *images;
	struct nn_epoch epoch;
	bool evaluate;
};

static void run(const struct job *j)
{
	struct nn_score score;
	if (j->evaluate)
		nn_evaluate(j->trainer, j->images, NULL, 0, IMAGES, &score, NULL);
	else
		nn_train_epoch(j->trainer, &j->epoch, &score);
}

static struct timing measure(const struct job *j, double macs_per_image, const char *variant, clockid_t clock)
{
	double speed[ROUNDS], fraction[ROUNDS];
	run(j);
	for (int r = 0; r < ROUNDS; r++) {
		double before = peak_gflops(variant), start = now(clock);
		run(j);
		double seconds = now(clock) - start, after = peak_gflops(variant);
		speed[r] = IMAGES / seconds;
		fraction[r] = 2 * macs_per_image * IMAGES / seconds * 1e-9 / ((before + after) / 2);
	}
	return (struct timing){ median(speed), median(fraction) };
}

static void bench_network(FILE *json, const struct nn_kernels *k, enum network kind, struct nn_shape shape, int threads)
{
	static const char *const names[] = { "submodel", "dual", "unified" };
	struct nn_net net;
	if (network_build(model_lightweight(), kind, shape, 10, &net, NULL))
		return;
	uint8_t *pixels = malloc(IMAGES * nn_shape_size(shape)), *labels = malloc(IMAGES);
	uint32_t *order = malloc(IMAGES * sizeof *order);
	for (size_t i = 0; i < IMAGES * nn_shape_size(shape); i++)
		pixels[i] = (uint8_t)(i * 2654435761u >> 13);
	for (uint32_t i = 0; i < IMAGES; i++) {
		labels[i] = (uint8_t)(i % 10);
		order[i] = i;
	}
	struct nn_images images = { pixels, labels, shape, IMAGES };
	struct nn_trainer_options options = { .kernels = k, .batch_size = 32, .threads = threads,
		.optimizer = { .kind = NN_NADAM, .lr = 1e-3, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-7 } };
	struct job j = { .trainer = nn_trainer_new(&net, &options), .images = &images,
		.epoch = { .images = &images, .order = order, .count = IMAGES, .seed = 1,
			.augment = { .rotation = 0.1, .zoom = 0.2, .translation = 0.2 } } };
	nn_init_net(&net, 1, nn_trainer_params(j.trainer));
	struct work work = count_work(&net);
	for (int what = 0; what < 3; what++) { /* training, training with augmentation in the last input, evaluation */
		if (what == 1 && kind != NETWORK_DUAL)
			continue;
		j.epoch.augmented[1] = what == 1;
		j.evaluate = what == 2;
		struct timing t = measure(&j, j.evaluate ? work.forward : work.training, k->name,
		                          threads > 1 ? CLOCK_MONOTONIC : CLOCK_THREAD_CPUTIME_ID);
		const char *task = what == 0 ? "train" : what == 1 ? "train, augmented" : "evaluate";
		printf("%-7s %d thread%s %-8s %dx%dx%d  %-17s %9.0f images/s  %5.1f %% of the peak\n", k->name, threads, threads > 1 ? "s" : " ",
		       names[kind], shape.height, shape.width, shape.channels, task, t.per_second, 100 * t.fraction / threads);
		if (json)
			fprintf(json, "%s\n{\"kernels\": \"%s\", \"threads\": %d, \"network\": \"%s\", \"height\": %d, \"width\": %d, \"channels\": %d, \"task\": \"%s\", "
			        "\"images_per_second\": %.0f, \"fraction_of_peak\": %.4f}", ftell(json) > 2 ? "," : "", k->name, threads, names[kind],
			        shape.height, shape.width, shape.channels, task, t.per_second, t.fraction / threads);
		fflush(stdout);
	}
	nn_trainer_free(j.trainer);
	free(pixels);
	free(labels);
	free(order);
}

int main(int argc, char **argv)
{
	FILE *json = argc > 1 ? fopen(argv[1], "w") : NULL;
	const char *only = argc > 2 ? argv[2] : NULL;
	if (json)
		fprintf(json, "[\n");
	for (int i = 0; nn_kernels_at(i); i++) {
		const struct nn_kernels *k = nn_kernels_at(i);
		if (only ? strcmp(only, k->name) != 0 : strcmp(k->name, "plain") == 0)
			continue; /* the plain variant is an oracle: seconds a batch where the CPU has no FMA at compile time */
		printf("%-7s fused multiply-add peak: %.1f GFLOP/s on one core\n", k->name, peak_gflops(k->name));
		for (int threads = 1; threads <= 2; threads++)
			for (int shape = 0; shape < 2; shape++)
				for (int kind = NETWORK_DUAL; kind <= NETWORK_UNIFIED; kind++)
					bench_network(json, k, kind, shape ? (struct nn_shape){ 3, 32, 32 } : (struct nn_shape){ 1, 28, 28 }, threads);
	}
	if (json) {
		fprintf(json, "\n]\n");
		fclose(json);
	}
	return 0;
}
