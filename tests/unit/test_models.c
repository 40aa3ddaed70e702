/* test_models.c - harness/plan/model.h, models.h and run/networks.h: models as data, from a sweep
 * file to the core's networks. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/file.h"
#include "harness/base/str.h"
#include "harness/plan/identity.h"
#include "harness/plan/sweep.h"
#include "harness/run/networks.h"

#define HEAD "submodel_head: [{dense: {name: out, units: classes}}]"
#define UNIFIED "unified_head: [{dense: {name: classifier, units: classes}}]"

static const char recipes[] =
	"retrial: 1\n"
	"recipes:\n"
	"  one: [{phase: single, epochs: 1}]\n"
	"  all: [{phase: dual, epochs: 1}, {phase: unify, heads: [copy, random], epochs: 1}]\n";

/* The sweep of one trial of model `m` with these blocks. The recipe is `one` or `all`. */
static int parse(
	const char *blocks, const char *recipe, const char *rest, struct err *e, struct sweep **out)
{
	struct str text = { 0 };
	str_addf(&text,
		"%smodels:\n  m: {%s}\nbase: {dataset: synthetic, recipe: %s, model: m}\n%s",
		recipes, blocks, recipe, rest);
	const struct sweep_options options = { .fits = networks_fit };
	const int result = sweep_parse("test.yaml", text.s, text.length, &options, e, out);
	str_free(&text);
	return result;
}

static struct sweep *read_good(const char *blocks, const char *recipe)
{
	struct err e = { 0 };
	struct sweep *s;
	if (parse(blocks, recipe, "", &e, &s))
		fail_msg("%s", e.text);
	return s;
}

static void refused(const char *blocks, const char *recipe, const char *expected)
{
	struct err e = { 0 };
	struct sweep *s;
	if (parse(blocks, recipe, "", &e, &s) == 0)
		fail_msg("accepted: %s", blocks);
	assert_int_equal(e.kind, ERR_USAGE);
	if (!strstr(e.text, expected))
		fail_msg("'%s' does not say '%s'", e.text, expected);
}

static size_t parameters(const struct model_config *m, enum network kind, struct nn_shape shape)
{
	struct nn_net net;
	struct err e = { 0 };
	if (network_build(m, kind, shape, 10, &net, &e))
		fail_msg("%s", e.text);
	return net.parameter_count;
}

/* ---- the paper's model ---- */

static void the_library_describes_the_papers_networks(void **state)
{
	(void)state;
	static const char text[] = "retrial: 1\nuse: library/lightweight.yaml\nbase: {dataset: "
				   "mnist, model: lightweight, recipe: paper-notebook}\n";
	struct err e = { 0 };
	struct sweep *s;
	char *library;
	size_t length;
	if (file_read("experiments/library/lightweight.yaml", 1 << 20, &library, &length, &e))
		fail_msg("%s", e.text);
	assert_non_null(
		strstr(library, "\nmodels:\n  lightweight:\n")); /* not only the built-in one; other
								    layers would be an error */
	free(library);
	if (sweep_parse("experiments/test.yaml", text, strlen(text), NULL, &e, &s))
		fail_msg("%s", e.text);
	const struct model_config *m = trial_networks(&s->trials[0]);
	assert_true(model_equal(m, model_lightweight()));
	const struct nn_shape grey = { 1, 28, 28 }, colour = { 3, 32, 32 };
	assert_int_equal(parameters(m, NETWORK_SUBMODEL, grey), 6930);
	assert_int_equal(parameters(m, NETWORK_DUAL, grey), 13860);
	assert_int_equal(parameters(m, NETWORK_UNIFIED, grey), 14862);
	assert_int_equal(parameters(m, NETWORK_SUBMODEL, colour), 9310);
	assert_int_equal(parameters(m, NETWORK_DUAL, colour), 18620);
	assert_int_equal(parameters(m, NETWORK_UNIFIED, colour), 19622);
	sweep_free(s);
}

static void the_small_networks_have_the_parameters_that_their_library_says(void **state)
{
	(void)state;
	static const char text[] =
		"retrial: 1\nuse: library/small-nets.yaml\nbase: {dataset: mnist, recipe: modern}\n"
		"axes: {model: [resnet-small, mobilenet-small]}\n";
	static const size_t expected[2][2] = { { 20146, 20290 }, { 11178, 11466 } };
	const struct nn_shape grey = { 1, 28, 28 }, colour = { 3, 32, 32 };
	struct err e = { 0 };
	struct sweep *s;
	if (sweep_parse("experiments/test.yaml", text, strlen(text), NULL, &e, &s))
		fail_msg("%s", e.text);
	for (int i = 0; i < 2; i++) {
		const struct model_config *m = trial_networks(&s->trials[i]);
		assert_int_equal(parameters(m, NETWORK_SUBMODEL, grey), expected[i][0]);
		assert_int_equal(parameters(m, NETWORK_SUBMODEL, colour), expected[i][1]);
	}
	sweep_free(s);
}

/* Initial weights and dropout are drawn by these names; k-fold states and freeze lists use them. */
static void its_tensors_have_the_names_and_the_order_they_always_had(void **state)
{
	(void)state;
	static const char *const names[] = {
		"stem1/conv1/kernel",
		"stem1/conv1/bias",
		"stem1/conv2/kernel",
		"stem1/conv2/bias",
		"stem1/wide/kernel",
		"stem1/wide/bias",
		"stem2/conv1/kernel",
		"stem2/conv1/bias",
		"stem2/conv2/kernel",
		"stem2/conv2/bias",
		"stem2/wide/kernel",
		"stem2/wide/bias",
		"dense/kernel",
		"dense/bias",
		"classifier/kernel",
		"classifier/bias",
	};
	struct nn_net net;
	bool dropout = false;
	assert_int_equal(network_build(model_lightweight(), NETWORK_UNIFIED,
				 (struct nn_shape){ 1, 28, 28 }, 10, &net, NULL),
		0);
	assert_int_equal(net.tensor_count, sizeof(names) / sizeof(names[0]));
	for (int i = 0; i < net.tensor_count; i++)
		assert_string_equal(net.tensors[i].name, names[i]);
	for (int i = 0; i < net.layer_count; i++)
		dropout |= net.layers[i].kind == NN_DROPOUT
			&& strcmp(net.layers[i].name, "dropout") == 0;
	assert_true(dropout);
}

static void a_trial_without_a_model_has_the_papers(void **state)
{
	(void)state;
	struct err e = { 0 };
	struct sweep *s;
	struct str text = { 0 };
	str_addf(&text, "%sbase: {dataset: mnist, recipe: one}\n", recipes);
	if (sweep_parse("test.yaml", text.s, text.length, NULL, &e, &s))
		fail_msg("%s", e.text);
	assert_string_equal(s->trials[0].model, "lightweight");
	assert_ptr_equal(trial_networks(&s->trials[0]), model_lightweight());
	const struct trial empty = { 0 };
	assert_ptr_equal(trial_networks(&empty), model_lightweight());
	sweep_free(s);
	str_free(&text);
}

static void the_name_lightweight_is_the_papers_only(void **state)
{
	(void)state;
	struct err e = { 0 };
	struct sweep *s;
	struct str text = { 0 };
	str_addf(&text,
		"%smodels: {lightweight: {" HEAD "}}\nbase: {dataset: mnist, recipe: one}\n",
		recipes);
	assert_int_equal(sweep_parse("test.yaml", text.s, text.length, NULL, &e, &s), -1);
	assert_non_null(strstr(e.text,
		"test.yaml:5:10: error: the name lightweight is kept for the paper's networks"));
	str_free(&text);
}

/* ---- other models ---- */

static const char other[] =
	"stem: [{conv: {name: c, filters: 4, kernel: 5, padding: same, activation: relu}}, "
	"{maxpool: {size: 4}}], "
	"submodel_head: [{dense: {name: a, units: 12}}, {dense: {name: out, units: classes}}], "
	"unified_stem: [{conv: {name: wide, filters: 12, kernel: map}}], " UNIFIED;

static void another_model_has_the_layers_that_are_written(void **state)
{
	(void)state;
	struct sweep *s = read_good(other, "all");
	const struct model_config *m = trial_networks(&s->trials[0]);
	const struct nn_shape grey = { 1, 28, 28 };
	assert_string_equal(s->trials[0].model, "m");
	/* 5x5x1x4 + 4; 4 maps of 7x7 to 12, 12 to 10 */
	assert_int_equal(parameters(m, NETWORK_SUBMODEL, grey), 104 + 196 * 12 + 12 + 130);
	assert_int_equal(parameters(m, NETWORK_DUAL, grey), 2 * (104 + 196 * 12 + 12 + 130));
	assert_int_equal(parameters(m, NETWORK_UNIFIED, grey), 2 * (104 + 196 * 12 + 12) + 250);
	sweep_free(s);
}

static void a_unified_network_begins_with_what_the_submodels_learned(void **state)
{
	(void)state;
	struct sweep *s = read_good(other, "all");
	const struct model_config *m = trial_networks(&s->trials[0]);
	static const enum head_init heads[] = { HEAD_COPY, HEAD_RANDOM };
	struct nn_net dual, unified;
	const struct nn_shape grey = { 1, 28, 28 };
	assert_int_equal(network_build(m, NETWORK_DUAL, grey, 10, &dual, NULL), 0);
	assert_int_equal(network_build(m, NETWORK_UNIFIED, grey, 10, &unified, NULL), 0);
	float *from = malloc(dual.parameter_count * sizeof(*from)),
	      *to = calloc(unified.parameter_count, sizeof(*to));
	for (size_t i = 0; i < dual.parameter_count; i++)
		from[i] = (float)(i + 1);
	assert_int_equal(network_unify(m, heads, &dual, from, &unified, to, NULL), 0);
	static const char *const pairs[][2] = {
		{ "stem1/c/kernel", "stem1/c/kernel" },
		{ "stem2/c/bias", "stem2/c/bias" },
		{ "stem1/a/kernel", "stem1/wide/kernel" },
		{ "stem1/a/bias", "stem1/wide/bias" },
	};
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		const struct nn_tensor *a = nn_net_tensor(&dual, pairs[i][0]),
				       *b = nn_net_tensor(&unified, pairs[i][1]);
		assert_memory_equal(from + a->offset, to + b->offset, a->count * sizeof(*to));
	}
	const struct nn_tensor *random = nn_net_tensor(&unified, "stem2/wide/kernel");
	assert_true(to[random->offset] == 0 && to[random->offset + random->count - 1] == 0);
	free(from);
	free(to);
	sweep_free(s);
}

static void a_model_is_part_of_what_a_trial_is_and_its_name_is_not(void **state)
{
	(void)state;
	static const char *const blocks[] = {
		HEAD,
		"submodel_head: [{dense: {name: other, units: classes}}]",
		"submodel_head: [{dense: {name: out, units: classes, init: he_normal}}]",
		"stem: [{maxpool: {size: 2}}], " HEAD,
		"stem: [{maxpool: {size: 4}}], " HEAD,
		"stem: [{dropout: {rate: 0.5}}], " HEAD,
		"stem: [{dropout: {name: other, rate: 0.5}}], " HEAD,
		"stem: [{conv: {name: c, filters: 2, kernel: 3}}], " HEAD,
		"stem: [{conv: {name: c, filters: 2, kernel: map}}], " HEAD,
		"stem: [{conv: {name: c, filters: 2, kernel: 3, padding: same}}], " HEAD,
		"stem: [{conv: {name: c, filters: 2, kernel: 3, activation: relu}}], " HEAD,
		HEAD ", " UNIFIED,
	};
	enum { COUNT = sizeof(blocks) / sizeof(blocks[0]) };
	char identities[COUNT][DIGEST_TEXT];
	for (int i = 0; i < COUNT; i++) {
		struct sweep *s = read_good(blocks[i], "one");
		memcpy(identities[i], s->trials[0].identity, DIGEST_TEXT);
		char *text = trial_canonical(&s->trials[0]);
		struct trial back;
		struct err e = { 0 };
		if (trial_from_canonical(text, &back, &e))
			fail_msg("%s", e.text);
		assert_string_equal(back.identity, identities[i]);
		assert_true(model_equal(trial_networks(&back), trial_networks(&s->trials[0])));
		trial_free(&back);
		free(text);
		sweep_free(s);
		for (int k = 0; k < i; k++)
			if (strcmp(identities[i], identities[k]) == 0)
				fail_msg("%s and %s are one identity", blocks[i], blocks[k]);
	}
	struct err e = { 0 };
	struct sweep *s;
	struct str text = { 0 };
	str_addf(&text,
		"%smodels: {a: {%s}, b: {unified_stem: [], %s}}\nbase: {dataset: synthetic, "
		"recipe: one}\naxes: {model: [a, b]}\n",
		recipes, HEAD, HEAD);
	if (sweep_parse("test.yaml", text.s, text.length, NULL, &e, &s))
		fail_msg("%s", e.text);
	assert_int_equal(s->trial_count, 1);
	assert_int_equal(s->merged, 1);
	assert_string_equal(s->trials[0].identity, identities[0]);
	sweep_free(s);
	str_free(&text);
}

/* ---- errors ---- */

static void wrong_descriptions_are_refused_where_they_are_wrong(void **state)
{
	(void)state;
	refused("stam: [], " HEAD, "one",
		"test.yaml:6:7: error: unknown key 'stam' in a model (did you mean 'stem'?)");
	refused("stem: 3, " HEAD, "one", "stem: a list of layers is needed here");
	refused("stem: [{cnov: {}}], " HEAD, "one", "unknown layer 'cnov' (did you mean 'conv'?)");
	refused("stem: [conv], " HEAD, "one", "a layer is a map of one kind");
	refused("stem: [{conv: {name: c, filters: 2}}], " HEAD, "one",
		"'kernel' is missing in this conv layer");
	refused("stem: [{conv: {name: c, filters: 2, kernel: 0}}], " HEAD, "one",
		"kernel = 0: out of range (kernel: height and width of the "
		"filters; map: those of the whole map, at least 1, at most 64, or map)");
	refused("stem: [{conv: {name: c, filters: 2, kernel: 3, units: 3}}], " HEAD, "one",
		"'units' does not belong to a layer of the kind conv (only to: dense)");
	refused("stem: [{cnov: {}}], " HEAD, "one",
		"(one of conv, maxpool, dense, dropout, depthwise, avgpool, batchnorm, add, "
		"concat, multiply, shuffle, pad_channels)");
	refused("stem: [{maxpool: {sise: 3}}], " HEAD, "one",
		"unknown key 'sise' in a layer (did you mean 'size'?)");
	refused("stem: [{dropout: {rate: 1}}], " HEAD, "one", "rate = 1: out of range");
	refused("stem: [{conv: {name: out, filters: 2, kernel: 3}}], " HEAD, "one",
		"name = out: another layer of this network (in stem)");
	refused("stem: [{dropout: {rate: 0.1}}, {dropout: {rate: 0.2}}], " HEAD, "one",
		"name = dropout: another layer of this network (in stem)");
	refused("submodel_head: []", "one", "submodel_head must end with one output per class");
	refused("submodel_head: [{dense: {name: out, units: 10}}]", "one",
		"submodel_head must end with");
	refused("network: [{dense: {name: out, units: 10}}]", "one",
		"test.yaml:6:17: error: network must end with one output per class");
	refused(HEAD ", unified_stem: [{conv: {name: w, filters: 2, kernel: map}}]", "one",
		"unified_head must end with");
	struct str many = { 0 };
	str_add(&many, "stem: [{maxpool: {}}");
	for (int i = 0; i < BLOCK_LAYERS_MAX; i++)
		str_add(&many, ", {maxpool: {}}");
	str_add(&many, "], " HEAD);
	refused(many.s, "one", "too many layers: at most 1024 are possible");
	str_free(&many);
}

#define CONV(name, more) "{conv: {name: " name ", filters: 4, kernel: 3, padding: same" more "}}"

static void inputs_by_name_are_looked_for_before_the_layer(void **state)
{
	(void)state;
	refused("stem: [" CONV("a", "") ", {add: {with: b}}, " CONV("b", "") "], " HEAD, "one",
		"with = b: no layer before this one has that name (it can be input, a)");
	refused("stem: [" CONV("first", "") ", {add: {with: [input, frist]}}], " HEAD, "one",
		"(did you mean 'first'?)");
	refused("stem: [" CONV("a", ", input: a") "], " HEAD, "one",
		"input = a: no layer before this one has that name (it can be input)");
	refused("stem: [" CONV("a",
			"") "], submodel_head: [{dense: {name: out, units: classes, input: zz}}]",
		"one", "input = zz: no layer before this one has that name (it can be input, a)");
	refused(HEAD
		", unified_stem: [" CONV("a", "") "], unified_head: [{add: {with: a}}, {dense: "
						  "{name: classifier, units: classes}}]",
		"one", "with = a: no layer before this one has that name (it can be input)");
	refused("stem: [{add: {}}], " HEAD, "one", "'with' is missing in this add layer");
	refused("stem: [{add: {with: [input, input, input, input]}}], " HEAD, "one",
		"with = input: too many layers (at most 3)");
	refused("stem: [{maxpool: {with: input}}], " HEAD, "one",
		"'with' does not belong to a layer of the kind maxpool (only to: add, concat, "
		"multiply)");
	refused("stem: [{batchnorm: {}}], " HEAD, "one",
		"'name' is missing in this batchnorm layer");
	refused("stem: [{maxpool: {name: p}}, {maxpool: {name: p}}], " HEAD, "one",
		"name = p: another layer of this network (in stem) has this name");
}

static void joined_shapes_have_to_be_alike_and_everything_is_read(void **state)
{
	(void)state;
	refused("stem: [" CONV("a", "") ", {add: {with: input}}], " HEAD, "one",
		"stem1/add1: stem1/a's output 4x28x28 and stem1/input's output 1x28x28 differ in "
		"shape");
	refused("stem: [" CONV("a", "") ", {maxpool: {}}, {concat: {with: a}}], " HEAD, "one",
		"stem1/concat1: stem1/pool1's output 4x14x14 and stem1/a's output 4x28x28 differ "
		"in height or width");
	refused("stem: [" CONV("a", "") ", {maxpool: {}}, {avgpool: {size: 15}}], " HEAD, "one",
		"stem1/pool2: a 15x15 window does not fit into stem1/pool1's output 4x14x14");
	refused("stem: [" CONV("a", "") ", {add: {with: []}}], " HEAD, "one",
		"stem1/add1: a sum needs two inputs or more");
	refused("stem: [" CONV("a", "") ", {add: {with: a}}], " HEAD, "one",
		"stem1/add1: stem1/a comes in twice");
	refused("stem: [" CONV("a", "") ", " CONV("b", ", input: input") "], " HEAD, "one",
		"stem1/a: no layer takes its output");
	refused("stem: [" CONV("a", "") ", " CONV("b", "") "], " HEAD ", unified_stem: [" CONV(
			"c", ", input: a") "], " UNIFIED,
		"all", "stem1/b: no layer takes its output");
	refused("network: [{dense: {name: out, units: 10}}]", "one",
		"test.yaml:6:17: error: network must end with one output per class");
	refused(HEAD ", unified_stem: [{conv: {name: w, filters: 10, kernel: map, bias: "
		     "false}}], " UNIFIED,
		"all",
		"stem1/w/bias (0 numbers) cannot begin as a copy of stem1/out/bias (10 numbers)");
}

/* The layer of that name is of this kind and has these shape and inputs (second: NULL: one). */
static void check_layer(const struct nn_net *net, const char *name, enum nn_kind kind,
	struct nn_shape shape, const char *first, const char *second)
{
	const struct nn_layer *l = NULL;
	for (int i = 0; i < net->layer_count && !l; i++)
		if (strcmp(net->layers[i].name, name) == 0)
			l = &net->layers[i];
	if (!l)
		fail_msg("no layer %s", name);
	if (l->kind != kind || l->shape.channels != shape.channels
		|| l->shape.height != shape.height || l->shape.width != shape.width)
		fail_msg("%s is of kind %d, %dx%dx%d", name, l->kind, l->shape.channels,
			l->shape.height, l->shape.width);
	assert_int_equal(l->input_count, second ? 2 : 1);
	assert_string_equal(net->layers[l->inputs[0]].name, first);
	if (second)
		assert_string_equal(net->layers[l->inputs[1]].name, second);
}

static void residual_and_separable_blocks_are_put_together(void **state)
{
	(void)state;
	struct sweep *s = read_good(
		"stem: [" CONV(
			"a", ", stride: 2, bias: false") ", {batchnorm: {name: n, momentum: 0.9, "
							 "activation: relu6}},"
							 " {depthwise: {name: d, kernel: 3, "
							 "padding: same, activation: relu}}, {add: "
							 "{name: sum, with: n, activation: silu}}],"
							 " submodel_head: [{avgpool: {name: p, "
							 "size: map, input: d}}, {maxpool: {name: "
							 "q, size: map, input: input}},"
							 " {concat: {with: p}}, {dense: {name: "
							 "out, units: classes}}]",
		"one");
	struct nn_net net;
	struct err e = { 0 };
	const struct nn_shape map = { 4, 14, 14 }, point = { 4, 1, 1 };
	if (network_build(trial_networks(&s->trials[0]), NETWORK_SUBMODEL,
		    (struct nn_shape){ 1, 28, 28 }, 10, &net, &e))
		fail_msg("%s", e.text);
	check_layer(&net, "stem1/a", NN_CONV, map, "stem1/input", NULL);
	check_layer(&net, "stem1/n", NN_BATCHNORM, map, "stem1/a", NULL);
	check_layer(&net, "stem1/n/relu6", NN_RELU6, map, "stem1/n", NULL);
	check_layer(&net, "stem1/d", NN_DEPTHWISE, map, "stem1/n/relu6", NULL);
	check_layer(&net, "stem1/sum", NN_ADD, map, "stem1/d", "stem1/n/relu6");
	check_layer(&net, "stem1/sum/silu", NN_SILU, map, "stem1/sum", NULL);
	check_layer(&net, "stem1/p", NN_AVGPOOL, point, "stem1/d", NULL);
	check_layer(&net, "stem1/q", NN_MAXPOOL, point, "stem1/sum/silu", NULL);
	check_layer(&net, "stem1/concat1", NN_CONCAT, (struct nn_shape){ 8, 1, 1 }, "stem1/q",
		"stem1/p");
	assert_int_equal(net.parameter_count, 4 * 9 + 4 * 4 + 4 * 9 + 4 + 8 * 10 + 10);
	sweep_free(s);
}

/* Files of 8-bit networks have numbers of layers without weights, by name. */
static void layers_without_a_name_are_numbered_over_all_blocks(void **state)
{
	(void)state;
	struct sweep *s =
		read_good("stem: [" CONV("a", "") ", {maxpool: {}}, {avgpool: {}}], "
						  "submodel_head: [{maxpool: {}}, {dense: "
						  "{name: out, units: classes}}]",
			"one");
	struct nn_net net;
	struct err e = { 0 };
	if (network_build(trial_networks(&s->trials[0]), NETWORK_SUBMODEL,
		    (struct nn_shape){ 1, 28, 28 }, 10, &net, &e))
		fail_msg("%s", e.text);
	static const char *const names[] = { "stem1/pool1", "stem1/pool2", "stem1/pool3" };
	for (int i = 0; i < 3; i++)
		assert_string_equal(net.layers[2 + i].name, names[i]);
	sweep_free(s);
}

/* Averages of a batch normalisation belong to what a submodel has learned. */
static void moving_statistics_are_handed_on_with_the_weights(void **state)
{
	(void)state;
	struct sweep *s = read_good(
		"stem: [" CONV("a", "") ", {batchnorm: {name: n}}], " HEAD
					", unified_stem: [{avgpool: {size: map}}], " UNIFIED,
		"all");
	const struct model_config *m = trial_networks(&s->trials[0]);
	static const enum head_init heads[] = { HEAD_COPY, HEAD_COPY };
	static const char *const names[] = { "stem1/n/gamma", "stem1/n/beta", "stem2/n/moving_mean",
		"stem2/n/moving_variance" };
	static struct nn_net dual, unified;
	const struct nn_shape grey = { 1, 28, 28 };
	assert_int_equal(network_build(m, NETWORK_DUAL, grey, 10, &dual, NULL), 0);
	assert_int_equal(network_build(m, NETWORK_UNIFIED, grey, 10, &unified, NULL), 0);
	float *from = malloc(dual.parameter_count * sizeof(*from)),
	      *to = calloc(unified.parameter_count, sizeof(*to));
	for (size_t i = 0; i < dual.parameter_count; i++)
		from[i] = (float)(i + 1);
	assert_int_equal(network_unify(m, heads, &dual, from, &unified, to, NULL), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct nn_tensor *a = nn_net_tensor(&dual, names[i]),
				       *b = nn_net_tensor(&unified, names[i]);
		assert_memory_equal(from + a->offset, to + b->offset, a->count * sizeof(*to));
	}
	free(from);
	free(to);
	sweep_free(s);
}

static void networks_that_do_not_fit_the_images_are_refused(void **state)
{
	(void)state;
	refused("stem: [{maxpool: {size: 4}}, {conv: {name: c, filters: 2, kernel: 9}}], " HEAD,
		"one",
		"model m does not fit data set synthetic: images of 1x28x28 (channels, height, "
		"width): stem1/c: a 9x9 kernel does not fit into "
		"stem1/pool1's output 1x7x7");
	refused("stem: [{maxpool: {size: 32}}], " HEAD, "one",
		"stem1/pool1: a 32x32 window does not fit into stem1/input's output 1x28x28");
	refused("stem: [{dense: {name: a, units: 65536}}, {dense: {name: b, units: 65536}}], " HEAD,
		"one", "more than the 50000000 that are possible");
	refused("network: [{dense: {name: out, units: 10}}]", "one",
		"test.yaml:6:17: error: network must end with one output per class");
	refused(HEAD ", unified_stem: [{conv: {name: w, filters: 3, kernel: map}}], " UNIFIED,
		"all",
		"stem1/w/kernel (2352 numbers) cannot begin as a copy of stem1/out/kernel (7840 "
		"numbers)");
	refused("network: [{dense: {name: out, units: 10}}]", "one",
		"test.yaml:6:17: error: network must end with one output per class");
	refused(HEAD ", unified_stem: [{conv: {name: w, filters: 10, kernel: map}}, {dense: {name: "
		     "x, units: 2}}], " UNIFIED,
		"all", "stem1/x has no counterpart in submodel_head");
}

static void what_does_not_fit_is_shown_at_its_layer_with_or_without_a_name(void **state)
{
	(void)state;
	refused("stem: [{maxpool: {size: 32}}], " HEAD, "one",
		"test.yaml:6:14: error: model m does not fit data set synthetic: images of "
		"1x28x28 (channels, height, width): stem1/pool1:");
	refused("stem: [{maxpool: {}}], submodel_head: [{maxpool: {size: 15}}, {dense: {name: out, "
		"units: classes}}]",
		"one",
		"test.yaml:6:46: error: model m does not fit data set synthetic: images of "
		"1x28x28 (channels, height, width): stem1/pool2:");
	refused("stem: [{maxpool: {size: 4}}, {conv: {name: c, filters: 2, kernel: 9}}], " HEAD,
		"one", "test.yaml:6:36: error: model m does not fit");
	refused("stem: [{maxpool: {}}, {avgpool: {input: input}}], " HEAD, "one",
		"test.yaml:6:14: error: model m does not fit data set synthetic: stem1/pool1: no "
		"layer takes its output");
	refused("network: [{conv: {name: c, filters: classes, kernel: 27}}, {avgpool: {size: 1}}]",
		"one",
		"test.yaml:6:66: error: model m does not fit data set synthetic: images of "
		"1x28x28 (channels, height, width): stem1/pool1: its output 10x2x2 must be");
}

static void recipes_and_models_have_to_go_together(void **state)
{
	(void)state;
	struct err e = { 0 };
	struct sweep *s;
	refused(HEAD, "all", "the model has no unified network");
	static const char text[] =
		"retrial: 1\nrecipes: {r: [{phase: single, freeze: [c], epochs: 1}]}\n"
		"models: {m: {stem: [{conv: {name: c, filters: 2, kernel: 3}}], " HEAD "}}\n"
		"base: {dataset: synthetic, recipe: r}\naxes: {model: [m, lightweight]}\n";
	assert_int_equal(sweep_parse("test.yaml", text, strlen(text), NULL, &e, &s), -1);
	assert_non_null(
		strstr(e.text, "test.yaml:2:39: error: phase 1 (single): freeze: no layer 'c' "));
	assert_non_null(strstr(e.text, "its network has stem1/conv1, stem1/conv2, stem1/dense"));
	assert_int_equal(parse("stem: [{conv: {name: c, filters: 2, kernel: 3}}], " HEAD, "one",
				 "axes: {model: [n]}\n", &e, &s),
		-1);
	assert_non_null(strstr(e.text, "unknown model 'n' (known: lightweight, m)"));
	assert_int_equal(parse(HEAD, "one", "axes: {model: [lihgtweight]}\n", &e, &s), -1);
	assert_non_null(
		strstr(e.text, "unknown model 'lihgtweight' (did you mean 'lightweight'?)"));
}

static void broken_models_in_canonical_texts_are_refused(void **state)
{
	(void)state;
	static const char *const models[] = {
		"3",
		"{}",
		"{\"stem\":3}",
		"{\"unknown\":[]}",
		"{\"submodel_head\":[3]}",
		"{\"submodel_head\":[{\"dense\":{\"units\":\"classes\"}}]}",
		"{\"submodel_head\":[{\"dense\":{\"name\":\"a\"}}]}",
		"{\"submodel_head\":[{\"none\":{}}]}",
		"{\"submodel_head\":[{\"dense\":{\"name\":\"a\",\"units\":10}}]}",
		"{\"submodel_head\":[{\"dense\":{\"name\":\"a\",\"input\":\"b\",\"units\":"
		"\"classes\"}}]}",
		"{\"stem\":[{\"add\":{}}],\"submodel_head\":[{\"dense\":{\"name\":\"a\",\"units\":"
		"\"classes\"}}]}",
	};
	for (size_t i = 0; i < sizeof(models) / sizeof(models[0]); i++) {
		struct str text = { 0 };
		struct trial t;
		struct err e = { 0 };
		str_addf(&text,
			"{\"dataset\":\"mnist\",\"model\":%s,\"phases\":[{\"epochs\":1,\"phase\":"
			"\"single\"}],\"seed\":1}",
			models[i]);
		if (trial_from_canonical(text.s, &t, &e) == 0)
			fail_msg("accepted: %s", models[i]);
		assert_int_equal(e.kind, ERR_USAGE);
		str_free(&text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_library_describes_the_papers_networks),
		cmocka_unit_test(the_small_networks_have_the_parameters_that_their_library_says),
		cmocka_unit_test(its_tensors_have_the_names_and_the_order_they_always_had),
		cmocka_unit_test(a_trial_without_a_model_has_the_papers),
		cmocka_unit_test(the_name_lightweight_is_the_papers_only),
		cmocka_unit_test(another_model_has_the_layers_that_are_written),
		cmocka_unit_test(a_unified_network_begins_with_what_the_submodels_learned),
		cmocka_unit_test(a_model_is_part_of_what_a_trial_is_and_its_name_is_not),
		cmocka_unit_test(wrong_descriptions_are_refused_where_they_are_wrong),
		cmocka_unit_test(inputs_by_name_are_looked_for_before_the_layer),
		cmocka_unit_test(joined_shapes_have_to_be_alike_and_everything_is_read),
		cmocka_unit_test(residual_and_separable_blocks_are_put_together),
		cmocka_unit_test(layers_without_a_name_are_numbered_over_all_blocks),
		cmocka_unit_test(moving_statistics_are_handed_on_with_the_weights),
		cmocka_unit_test(networks_that_do_not_fit_the_images_are_refused),
		cmocka_unit_test(what_does_not_fit_is_shown_at_its_layer_with_or_without_a_name),
		cmocka_unit_test(recipes_and_models_have_to_go_together),
		cmocka_unit_test(broken_models_in_canonical_texts_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
