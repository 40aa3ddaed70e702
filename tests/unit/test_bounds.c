/* test_bounds.c - nothing reads past the end of an array that it is given: the arrays end where a
 * page without access begins, so that one element too many is a crash in every build. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness/run/wire.h"
#include "nn/kernels/kernels.h"
#include "nn/quant.h"
#include "tests/oracle/check.h"

/* A copy of `count` bytes that ends at the end of its last page; the page behind it has no access.
 */
struct guarded {
	char *pages;
	size_t length;
	void *bytes;
};

static struct guarded guarded_copy(const void *bytes, size_t count)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct guarded g = { .length = (count + page - 1) / page * page + page };
	g.pages = mmap(NULL, g.length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(g.pages, MAP_FAILED);
	assert_int_equal(mprotect(g.pages + g.length - page, page, PROT_NONE), 0);
	g.bytes = g.pages + g.length - page - count;
	memcpy(g.bytes, bytes, count);
	return g;
}

static void guarded_free(struct guarded *g)
{
	munmap(g->pages, g->length);
}

/* ---- weights of a quantised convolution ---- */

enum { IMAGES = 8 };

/* A convolution with pooling, whose weights are laid out in words of 4 channels (or columns). */
static void lay_out(int channels, int filters, int kernel)
{
	char error[NN_QUANT_ERROR];
	struct nn_net net = { 0 };
	const int in = nn_input(&net, "in", (struct nn_shape){ channels, 12, 13 });
	const int conv =
		nn_conv(&net, "conv", in, filters, kernel, kernel, NN_VALID, true, NN_HE_NORMAL);
	const int pool = nn_maxpool(&net, "pool", conv, 2);
	nn_output(&net, "out", nn_dense(&net, "dense", pool, 3, false, NN_HE_NORMAL));
	assert_true(nn_net_ok(&net));
	struct check_images images =
		check_images_new(3, (struct nn_shape){ channels, 12, 13 }, IMAGES, 2, false);
	float *params = calloc(net.parameter_count, sizeof(*params));
	assert_non_null(params);
	check_params(11, &net, false, params);
	struct nn_quant *q = nn_quant_new(&net, error);
	assert_non_null(q);
	assert_int_equal(nn_quant_fit(q, params, &images.images, NULL, IMAGES, NULL), 0);

	struct nn_quant_layer *numbers = &q->layers[conv];
	int8_t *kept = numbers->kernel;
	struct guarded g = guarded_copy(kept, (size_t)(channels * filters * kernel * kernel));
	numbers->kernel = g.bytes;
	for (int k = 0; nn_kernels_at(k); k++) {
		struct nn_quant_infer *f = nn_quant_infer_new(q, nn_kernels_at(k));
		assert_non_null(f);
		nn_quant_infer_bytes(f, images.pixels);
		nn_quant_infer_free(f);
	}
	numbers->kernel = kept;
	guarded_free(&g);
	nn_quant_free(q);
	check_images_free(&images);
	free(params);
}

/* Filters that are no multiple of 4, channels that are none, kernel widths that are none: each
 * alone, as each has a condition of its own. */
static void a_quantised_convolution_reads_no_weight_that_is_not_there(void **state)
{
	(void)state;
	static const struct {
		int channels, filters, kernel;
	} sizes[] = { { 1, 4, 3 }, { 1, 5, 4 }, { 1, 6, 3 }, { 3, 4, 3 }, { 4, 5, 3 }, { 5, 6, 3 },
		{ 8, 7, 1 } };
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		lay_out(sizes[i].channels, sizes[i].filters, sizes[i].kernel);
}

/* ---- a worker's messages ---- */

static void weights_on_the_wire_are_read_to_their_last_byte_and_no_further(void **state)
{
	(void)state;
	static const float values[3] = { 1.0F, -2.5F, 1e-30F };
	struct guarded g = guarded_copy(values, sizeof(values));
	const struct weights_result w = { .phase = 1, .fold = 2, .count = 3, .values = g.bytes };
	struct str line = { 0 };
	wire_weights(&line, &w, NULL);
	struct wire_message m;
	struct err e = { 0 };
	assert_int_equal(wire_read(line.s, line.length - 1, &m, &e), 0);
	assert_int_equal(m.event, WIRE_WEIGHTS);
	assert_int_equal(m.weights.count, 3);
	assert_memory_equal(m.weights.values, values, sizeof(values));
	wire_message_free(&m);
	str_free(&line);
	guarded_free(&g);
}

static void predictions_on_the_wire_are_read_to_their_last_byte_and_no_further(void **state)
{
	(void)state;
	static const uint8_t classes[5] = { 0, 9, 15, 16, 255 };
	struct guarded g = guarded_copy(classes, sizeof(classes));
	struct phase_result r = { .name = "p", .outputs = 1, .test_count = 5 };
	r.predictions[0] = g.bytes;
	struct str line = { 0 };
	wire_phase(&line, &r, NULL);
	struct wire_message m;
	struct err e = { 0 };
	assert_int_equal(wire_read(line.s, line.length - 1, &m, &e), 0);
	assert_int_equal(m.event, WIRE_PHASE);
	assert_memory_equal(m.phase.predictions[0], classes, sizeof(classes));
	wire_message_free(&m);
	str_free(&line);
	guarded_free(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_quantised_convolution_reads_no_weight_that_is_not_there),
		cmocka_unit_test(weights_on_the_wire_are_read_to_their_last_byte_and_no_further),
		cmocka_unit_test(
			predictions_on_the_wire_are_read_to_their_last_byte_and_no_further),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
