/* bench_core.c - how fast the core is, and how near that is to the machine's peak: `make bench`, or
 *
 *   build/bench-core [--quick] FILE.json [VARIANT]
 *
 * Every timed block is some milliseconds and stands between two measurements of the fused
 * multiply-add peak of the same kernel variant on the same core, so that a fraction of the peak
 * survives clock changes and neighbours; absolute figures do not. One core is measured in CPU time
 * of a thread that is bound to it, two cores and latencies in wall time. One core and two take
 * turns in one run. What is shown is the median of all rounds and, in brackets, the quarter of them
 * that was disturbed least. The plain variant is an oracle: not measured. */
#include <jansson.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "allocations.h"
#include "nn/kernels/kernels.h"
#include "nn/nn.h"
#include "peak.h"
#include "tests/oracle/paper_nets.h"
#include "work.h"

enum { BATCH = 32, IMAGES = 512, ROUNDS_MAX = 31, CALLS = 4000 };

struct bench {
	const struct nn_kernels *kernels;
	int rounds;
	json_t *results;
};

/* ---- time and statistics ---- */

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

/* The value below which that share of them lies. */
static double quantile(const double *values, int count, double share)
{
	static double sorted[CALLS];
	memcpy(sorted, values, (size_t)count * sizeof(*values));
	qsort(sorted, (size_t)count, sizeof(*sorted), compare);
	return sorted[(int)(share * (count - 1) + 0.5)];
}

/* Bind this thread to one core, or let it run on all it may. Threads that it makes have its
 * binding. */
static void bind_to_core(bool one)
{
	static cpu_set_t allowed;
	if (CPU_COUNT(&allowed) == 0)
		sched_getaffinity(0, sizeof(allowed), &allowed);
	cpu_set_t set = allowed;
	for (int cpu = 0; one && cpu < CPU_SETSIZE && CPU_COUNT(&set) > 1; cpu++)
		CPU_CLR(cpu, &set); /* the last one stays: the first has the interrupts */
	sched_setaffinity(0, sizeof(set), &set);
}

static const char *shape_name(struct nn_shape s)
{
	return s.channels == 1 ? "28x28x1" : "32x32x3";
}

/* ---- throughput: images per second ---- */

/* What is timed: some batches of training, or an evaluation. */
struct job {
	const struct nn_net *net;
	struct nn_trainer *trainer[2]; /* of one thread, of two */
	struct nn_images images;
	struct nn_epoch epoch;
	bool evaluate;
};

/* Every round begins with the same weights and a fresh optimizer: moments of units that have died
 * decay to denormal numbers. */
static void reset(const struct job *j, int threads)
{
	struct nn_trainer *t = j->trainer[threads];
	const struct nn_optimizer_state state = nn_trainer_optimizer_state(t);
	nn_init_net(j->net, 1, nn_trainer_params(t));
	memset(state.first, 0, j->net->parameter_count * sizeof(*state.first));
	memset(state.second, 0, j->net->parameter_count * sizeof(*state.second));
	*state.schedule = (struct nn_schedule){ 0 };
}

static double run_seconds(const struct job *j, int threads)
{
	const clockid_t clock = threads ? CLOCK_MONOTONIC : CLOCK_THREAD_CPUTIME_ID;
	struct nn_score score;
	reset(j, threads);
	bind_to_core(!threads);
	const double start = now(clock);
	if (j->evaluate)
		nn_evaluate(j->trainer[threads], &j->images, NULL, 0, IMAGES, &score, NULL);
	else
		nn_train_epoch(j->trainer[threads], &j->epoch, &score);
	const double seconds = now(clock) - start;
	bind_to_core(true);
	return seconds;
}

struct rounds {
	double speed[2][ROUNDS_MAX], fraction[2][ROUNDS_MAX], ratio[ROUNDS_MAX];
};

static void measure(const struct bench *b, const struct job *j, double macs, struct rounds *r)
{
	const char *variant = b->kernels->name;
	run_seconds(j, 0);
	run_seconds(j, 1);
	double before = peak_gflops(variant);
	for (int i = 0; i < b->rounds; i++) {
		for (int threads = 0; threads < 2; threads++) {
			const double seconds = run_seconds(j, threads),
				     after = peak_gflops(variant);
			r->speed[threads][i] = IMAGES / seconds;
			r->fraction[threads][i] = 2e-9 * macs * IMAGES / seconds
				/ ((before + after) / 2) / (threads + 1);
			before = after;
		}
		r->ratio[i] = r->speed[1][i] / r->speed[0][i];
	}
}

static void report(const struct bench *b, const struct job *j, const char *network,
	const char *task, double macs)
{
	static struct rounds r;
	measure(b, j, macs, &r);
	for (int threads = 0; threads < 2; threads++) {
		const double speed = quantile(r.speed[threads], b->rounds, .5),
			     best = quantile(r.speed[threads], b->rounds, .875);
		const double fraction = quantile(r.fraction[threads], b->rounds, .5),
			     best_fraction = quantile(r.fraction[threads], b->rounds, .875);
		const double ratio = quantile(r.ratio, b->rounds, .5);
		printf("%-7s %-7s %s  %-15s %d core%s %7.0f [%6.0f] images/s  %5.1f [%5.1f] %% of "
		       "the peak",
			b->kernels->name, network, shape_name(j->images.shape), task, threads + 1,
			threads ? "s" : " ", speed, best, 100 * fraction, 100 * best_fraction);
		printf(threads ? "  x %.2f [%.2f]\n" : "\n", ratio,
			quantile(r.ratio, b->rounds, .875));
		json_t *row = json_pack("{s:s, s:s, s:s, s:s, s:i, s:f, s:f, s:f, s:f}", "kernels",
			b->kernels->name, "network", network, "shape", shape_name(j->images.shape),
			"task", task, "cores", threads + 1, "images_per_second", speed,
			"images_per_second_best", best, "fraction_of_peak", fraction,
			"fraction_of_peak_best", best_fraction);
		if (threads)
			json_object_set_new(row, "ratio_to_one_core", json_real(ratio));
		json_array_append_new(b->results, row);
	}
	fflush(stdout);
}

static void bench_throughput(
	const struct bench *b, bool dual, struct nn_shape shape, const uint8_t *pixels)
{
	static struct nn_net net;
	static uint8_t labels[IMAGES];
	static uint32_t order[IMAGES];
	memset(&net, 0, sizeof(net));
	(dual ? paper_dual : paper_unified)(&net, shape, 10);
	for (uint32_t i = 0; i < IMAGES; i++) {
		labels[i] = (uint8_t)(i % 10);
		order[i] = i;
	}
	struct job j = { .net = &net, .images = { pixels, labels, shape, IMAGES } };
	j.epoch = (struct nn_epoch){ .images = &j.images,
		.order = order,
		.count = IMAGES,
		.seed = 1,
		.augment = { .rotation = 0.1, .zoom = 0.2, .translation = 0.2 } };
	bind_to_core(false);
	for (int threads = 0; threads < 2; threads++) {
		const struct nn_trainer_options options = { .kernels = b->kernels,
			.batch_size = BATCH,
			.threads = threads + 1,
			.optimizer = { .kind = NN_NADAM,
				.lr = 1e-3,
				.beta1 = 0.9,
				.beta2 = 0.999,
				.epsilon = 1e-7 } };
		j.trainer[threads] = nn_trainer_new(&net, &options);
	}
	const struct work work = work_of(&net);
	const char *name = dual ? "dual" : "unified";
	if (j.trainer[0] && j.trainer[1]) {
		report(b, &j, name, "train", work.training);
		j.epoch.augmented[1] = true;
		if (dual) /* the original in one input, an augmented one in the other */
			report(b, &j, name, "train augmented", work.training);
		j.evaluate = true;
		report(b, &j, name, "evaluate", work.forward);
	}
	nn_trainer_free(j.trainer[0]);
	nn_trainer_free(j.trainer[1]);
}

/* ---- latency: one image ---- */

static void bench_latency(
	const struct bench *b, bool dual, struct nn_shape shape, const uint8_t *pixels)
{
	static struct nn_net net;
	static double seconds[CALLS];
	memset(&net, 0, sizeof(net));
	(dual ? paper_dual : paper_unified)(&net, shape, 10);
	float *params = calloc(net.parameter_count, sizeof(*params)), probabilities[10];
	nn_init_net(&net, 1, params);
	struct nn_infer *f = nn_infer_new(&net, params, b->kernels);
	const size_t size = nn_shape_size(shape);
	const double before = peak_gflops(b->kernels->name);
	long allocated = 0;
	for (int i = -500; i < CALLS; i++) { /* the first to warm up */
		if (i == 0)
			allocated = allocations();
		const double start = now(CLOCK_MONOTONIC);
		nn_infer_bytes(f, pixels + (size_t)(i & 63) * size);
		nn_infer_probabilities(f, 0, probabilities);
		seconds[i < 0 ? 0 : i] = now(CLOCK_MONOTONIC) - start;
	}
	allocated = allocations() - allocated;
	const double peak = (before + peak_gflops(b->kernels->name)) / 2;
	const double p50 = quantile(seconds, CALLS, .5), p90 = quantile(seconds, CALLS, .9),
		     p99 = quantile(seconds, CALLS, .99);
	const double least = quantile(seconds, CALLS, .1),
		     fraction = 2e-9 * work_of(&net).forward / p50 / peak;
	const char *name = dual ? "dual" : "unified";
	printf("%-7s %-7s %s  one image       p50 %.2f  p90 %.2f  p99 %.2f us [p10 %.2f]  %.1f %% "
	       "of the peak  %ld allocations in %d calls\n",
		b->kernels->name, name, shape_name(shape), 1e6 * p50, 1e6 * p90, 1e6 * p99,
		1e6 * least, 100 * fraction, allocated, CALLS);
	json_array_append_new(b->results,
		json_pack("{s:s, s:s, s:s, s:s, s:i, s:f, s:f, s:f, s:f, s:f, s:f}", "kernels",
			b->kernels->name, "network", name, "shape", shape_name(shape), "task",
			"one image", "cores", 1, "p10_us", 1e6 * least, "p50_us", 1e6 * p50,
			"p90_us", 1e6 * p90, "p99_us", 1e6 * p99, "fraction_of_peak", fraction,
			"allocations_per_call", (double)allocated / CALLS));
	nn_infer_free(f);
	free(params);
}

/* ---- parts: augmentation of an image, a step of the optimizer ---- */

static void report_part(
	const struct bench *b, const char *task, const char *what, const double *seconds)
{
	const double median = 1e6 * quantile(seconds, b->rounds, .5),
		     best = 1e6 * quantile(seconds, b->rounds, .125);
	printf("%-7s %-24s %-15s %.2f [%.2f] us\n", b->kernels->name, what, task, median, best);
	json_array_append_new(b->results,
		json_pack("{s:s, s:s, s:s, s:i, s:f, s:f}", "kernels", b->kernels->name, "of", what,
			"task", task, "cores", 1, "us", median, "us_best", best));
}

static void bench_augmentation(const struct bench *b, struct nn_shape shape, const uint8_t *pixels)
{
	static float out[3 * 32 * 32 + 16], padded[3 * 34 * 34 + 16];
	const struct nn_augment amounts = { .rotation = 0.1, .zoom = 0.2, .translation = 0.2 };
	const struct nn_rng rng = { .seed = 1, .stream = NN_STREAM_AUGMENT };
	double seconds[ROUNDS_MAX];
	for (int r = 0; r < b->rounds; r++) {
		const double start = now(CLOCK_THREAD_CPUTIME_ID);
		for (uint32_t i = 0; i < IMAGES; i++) {
			struct nn_warp warp;
			nn_augment_draw(&amounts, &rng, i, shape, &warp);
			b->kernels->warp(out, pixels + i * nn_shape_size(shape),
				(struct nn_warp_shape){ shape.channels, shape.height, shape.width },
				warp.map, warp.brightness, padded);
		}
		seconds[r] = (now(CLOCK_THREAD_CPUTIME_ID) - start) / IMAGES;
	}
	report_part(b, "augmentation", shape_name(shape), seconds);
}

enum { PARAMETERS = 14862, STEPS = 50 }; /* of the unified network on 28x28x1 */

static void fill(float *x, float size)
{
	for (uint32_t i = 0; i < PARAMETERS; i++)
		x[i] = size * ((float)(i * 2654435761u >> 16) / 65536.0f - 0.5f);
}

static void bench_optimizer(const struct bench *b, enum nn_optimizer_kind kind)
{
	static float w[PARAMETERS + 16], first[PARAMETERS + 16], second[PARAMETERS + 16],
		gradient[PARAMETERS + 16];
	const struct nn_optimizer o = { .kind = kind,
		.lr = 1e-3,
		.beta1 = 0.9,
		.beta2 = 0.999,
		.epsilon = 1e-7,
		.momentum = 0.9,
		.nesterov = true };
	struct nn_schedule schedule = { 0 };
	double seconds[ROUNDS_MAX];
	fill(gradient, 1e-2f);
	for (int r = 0; r < b->rounds; r++) {
		const double start = now(CLOCK_THREAD_CPUTIME_ID);
		for (int i = 0; i < STEPS; i++) {
			const struct nn_step_factors f = nn_optimizer_advance(&o, &schedule);
			b->kernels->step[kind](w, first, second, gradient, PARAMETERS, &f);
		}
		seconds[r] = (now(CLOCK_THREAD_CPUTIME_ID) - start) / STEPS;
	}
	report_part(b, kind == NN_NADAM ? "nadam step" : "sgd step", "14862 parameters", seconds);
}

/* ---- all of it ---- */

static void bench_variant(const struct bench *b, const uint8_t *pixels)
{
	static const struct nn_shape shapes[] = { { 1, 28, 28 }, { 3, 32, 32 } };
	bind_to_core(true);
	const double peak = peak_gflops(b->kernels->name);
	printf("%-7s fused multiply-adds: %.1f GFLOP/s on one core\n", b->kernels->name, peak);
	json_array_append_new(b->results,
		json_pack("{s:s, s:s, s:i, s:f}", "kernels", b->kernels->name, "task", "peak",
			"cores", 1, "gflops", peak));
	for (int s = 0; s < 2; s++)
		for (int dual = 1; dual >= 0; dual--) {
			bench_throughput(b, dual, shapes[s], pixels);
			bench_latency(b, dual, shapes[s], pixels);
		}
	for (int s = 0; s < 2; s++)
		bench_augmentation(b, shapes[s], pixels);
	bench_optimizer(b, NN_NADAM);
	bench_optimizer(b, NN_SGD);
}

int main(int argc, char **argv)
{
	struct bench b = { .rounds = ROUNDS_MAX, .results = json_array() };
	if (argc > 1 && strcmp(argv[1], "--quick") == 0) {
		b.rounds = 3;
		argv++;
		argc--;
	}
	if (argc < 2 || argc > 3) {
		fprintf(stderr, "usage: bench-core [--quick] FILE.json [VARIANT]\n");
		return 2;
	}
	uint8_t *pixels = malloc(IMAGES * 3 * 32 * 32);
	for (uint32_t i = 0; i < IMAGES * 3 * 32 * 32; i++)
		pixels[i] = (uint8_t)(i * 2654435761u >> 13);
	for (int i = 0; (b.kernels = nn_kernels_at(i)); i++)
		if (argc == 3 ? strcmp(argv[2], b.kernels->name) == 0
			      : strcmp(b.kernels->name, "plain") != 0)
			bench_variant(&b, pixels);
	free(pixels);
	json_t *all = json_pack("{s:i, s:i, s:o}", "core_version", NN_CORE_VERSION, "rounds",
		b.rounds, "results", b.results);
	const int status = json_dump_file(all, argv[1], JSON_INDENT(2) | JSON_REAL_PRECISION(6));
	if (status)
		fprintf(stderr, "bench-core: %s cannot be written\n", argv[1]);
	json_decref(all);
	return status ? 3 : 0;
}
