/* test_layer_lists.c - repetitions and templates in lists of layers: what they are written out as,
 * and what is refused where. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "harness/plan/sweep.h"
#include "harness/run/networks.h"
#include "made_sweep.h"

#define FILE_WITH(model) \
	"name: m\nbase: {dataset: mnist, recipe: one, model: m}\nmodels:\n  m:\n" model

static void same_layers(const char *one, const char *other)
{
	struct sweep *a = read_text(one), *b = read_text(other);
	assert_int_equal(a->trial_count, 1);
	assert_int_equal(b->trial_count, 1);
	if (!model_equal(trial_networks(&a->trials[0]), trial_networks(&b->trials[0])))
		fail_msg("the models differ");
	assert_string_equal(a->trials[0].identity, b->trials[0].identity);
	sweep_free(a);
	sweep_free(b);
}

static void a_repetition_is_its_layers_with_numbers(void **state)
{
	(void)state;
	same_layers(FILE_WITH("    stem:\n"
			      "      - {repeat: {times: 2, layers: [{conv: {name: c, filters: $i, "
			      "kernel: 3}}, "
			      "{batchnorm: {name: n}}]}}\n"
			      "    submodel_head: [{dense: {name: d, units: classes}}]\n"),
		FILE_WITH("    stem:\n"
			  "      - {conv: {name: c-1, filters: 1, kernel: 3}}\n"
			  "      - {batchnorm: {name: n-1}}\n"
			  "      - {conv: {name: c-2, filters: 2, kernel: 3}}\n"
			  "      - {batchnorm: {name: n-2}}\n"
			  "    submodel_head: [{dense: {name: d, units: classes}}]\n"));
}

static void a_template_is_its_layers_with_values(void **state)
{
	(void)state;
	same_layers(FILE_WITH("    templates:\n"
			      "      block:\n"
			      "        parameters: {filters: , stride: 1}\n"
			      "        layers:\n"
			      "          - {conv: {name: a, filters: $filters, kernel: 3, stride: "
			      "$stride, padding: same}}\n"
			      "          - {conv: {name: b, filters: $filters, kernel: 3, padding: "
			      "same}}\n"
			      "          - {add: {name: sum, with: a}}\n"
			      "    stem:\n"
			      "      - {block: {name: x, filters: 4}}\n"
			      "      - {block: {name: y, filters: 6, stride: 2}}\n"
			      "    submodel_head: [{dense: {name: d, units: classes}}]\n"),
		FILE_WITH("    stem:\n"
			  "      - {conv: {name: x-a, filters: 4, kernel: 3, padding: same}}\n"
			  "      - {conv: {name: x-b, filters: 4, kernel: 3, padding: same}}\n"
			  "      - {add: {name: x-sum, with: x-a}}\n"
			  "      - {conv: {name: y-a, filters: 6, kernel: 3, stride: 2, padding: "
			  "same}}\n"
			  "      - {conv: {name: y-b, filters: 6, kernel: 3, padding: same}}\n"
			  "      - {add: {name: y-sum, with: y-a}}\n"
			  "    submodel_head: [{dense: {name: d, units: classes}}]\n"));
}

/* A layer that comes before and has no name gets one, so that it can be meant. */
static void input_is_what_comes_into_the_repetition(void **state)
{
	(void)state;
	same_layers(FILE_WITH("    stem:\n"
			      "      - {conv: {name: first, filters: 4, kernel: 3}}\n"
			      "      - {maxpool: {}}\n"
			      "      - {repeat: {times: 2, layers: [{conv: {name: c, filters: 4, "
			      "kernel: 3, "
			      "padding: same}}, {add: {with: input}}]}}\n"
			      "    submodel_head: [{dense: {name: d, units: classes}}]\n"),
		FILE_WITH("    stem:\n"
			  "      - {conv: {name: first, filters: 4, kernel: 3}}\n"
			  "      - {maxpool: {name: 1-in}}\n"
			  "      - {conv: {name: c-1, filters: 4, kernel: 3, padding: same}}\n"
			  "      - {add: {name: 2-in, with: 1-in}}\n"
			  "      - {conv: {name: c-2, filters: 4, kernel: 3, padding: same}}\n"
			  "      - {add: {with: 2-in}}\n"
			  "    submodel_head: [{dense: {name: d, units: classes}}]\n"));
}

static void templates_and_repetitions_nest(void **state)
{
	(void)state;
	same_layers(
		FILE_WITH("    templates:\n"
			  "      unit: {parameters: [filters], layers: [{conv: {name: c, filters: "
			  "$filters, kernel: 1}}, {batchnorm: {name: n}}]}\n"
			  "      stage: {parameters: [filters, units], layers: [{repeat: {times: "
			  "$units, layers: "
			  "[{unit: {name: u, filters: $filters}}]}}, {concat: {with: input}}]}\n"
			  "    stem:\n"
			  "      - {conv: {name: first, filters: 4, kernel: 3}}\n"
			  "      - {stage: {name: s, filters: 5, units: 2}}\n"
			  "    submodel_head: [{dense: {name: d, units: classes}}]\n"),
		FILE_WITH("    stem:\n"
			  "      - {conv: {name: first, filters: 4, kernel: 3}}\n"
			  "      - {conv: {name: s-u-c-1, filters: 5, kernel: 1}}\n"
			  "      - {batchnorm: {name: s-u-n-1}}\n"
			  "      - {conv: {name: s-u-c-2, filters: 5, kernel: 1}}\n"
			  "      - {batchnorm: {name: s-u-n-2}}\n"
			  "      - {concat: {with: first}}\n"
			  "    submodel_head: [{dense: {name: d, units: classes}}]\n"));
}

/* ResNet-56 (He et al., 2016) for 32x32x3, identity shortcuts of parameter-free kind aside: with
 * 1x1 convolutions its 27 blocks of two convolutions have these sizes. */
static void resnet_56_is_a_page(void **state)
{
	(void)state;
	struct sweep *s = read_text(
		"name: m\nbase: {dataset: cifar10, recipe: one, model: resnet56}\n"
		"models:\n"
		"  resnet56:\n"
		"    templates:\n"
		"      same:\n"
		"        parameters: [filters]\n"
		"        layers:\n"
		"          - {conv: {name: a, filters: $filters, kernel: 3, padding: same, bias: "
		"false}}\n"
		"          - {batchnorm: {name: an, activation: relu}}\n"
		"          - {conv: {name: b, filters: $filters, kernel: 3, padding: same, bias: "
		"false}}\n"
		"          - {batchnorm: {name: bn}}\n"
		"          - {add: {with: input, activation: relu}}\n"
		"      half:\n"
		"        parameters: [filters]\n"
		"        layers:\n"
		"          - {conv: {name: s, filters: $filters, kernel: 1, stride: 2, bias: "
		"false}}\n"
		"          - {conv: {name: a, input: input, filters: $filters, kernel: 3, stride: "
		"2, padding: same, bias: false}}\n"
		"          - {batchnorm: {name: an, activation: relu}}\n"
		"          - {conv: {name: b, filters: $filters, kernel: 3, padding: same, bias: "
		"false}}\n"
		"          - {batchnorm: {name: bn}}\n"
		"          - {add: {with: s, activation: relu}}\n"
		"    stem:\n"
		"      - {conv: {name: first, filters: 16, kernel: 3, padding: same, bias: "
		"false}}\n"
		"      - {batchnorm: {name: norm, activation: relu}}\n"
		"      - {repeat: {times: 9, layers: [{same: {name: s1, filters: 16}}]}}\n"
		"      - {half: {name: h2, filters: 32}}\n"
		"      - {repeat: {times: 8, layers: [{same: {name: s2, filters: 32}}]}}\n"
		"      - {half: {name: h3, filters: 64}}\n"
		"      - {repeat: {times: 8, layers: [{same: {name: s3, filters: 64}}]}}\n"
		"      - {avgpool: {size: map}}\n"
		"    submodel_head: [{dense: {name: d, units: classes}}]\n");
	struct nn_net *net = calloc(1, sizeof(*net));
	struct err e = { 0 };
	assert_non_null(net);
	if (network_of_trial(
		    &s->trials[0], NETWORK_SUBMODEL, (struct nn_shape){ 3, 32, 32 }, 10, net, &e))
		fail_msg("%s", e.text);
	/* convolutions 432 + 18 * 2,304 + 4,608 + 17 * 9,216 + 18,432 + 17 * 36,864 and shortcuts
	 * 512 + 2,048, normalisations 4 * (19 * 16 + 18 * 32 + 18 * 64), dense 650 */
	assert_int_equal(net->parameter_count,
		432 + 18 * 2304 + 4608 + 17 * 9216 + 18432 + 17 * 36864 + 512 + 2048
			+ 4 * (19 * 16 + 18 * 32 + 18 * 64) + 650);
	free(net);
	sweep_free(s);
}

static void what_is_wrong_is_said_where_it_is(void **state)
{
	(void)state;
	static const struct {
		const char *model, *message;
	} rows[] = {
		{ "    stem: [{repeat: {layers: []}}]\n", "times and a list of layers are needed" },
		{ "    stem: [{repeat: {times: 1.5, layers: []}}]\n",
			"times = 1.5: not a whole number" },
		{ "    stem: [{repeat: {times: 2000, layers: []}}]\n",
			"times = 2000: not a whole number from 0 to 1024" },
		{ "    stem: [{repeat: {times: 600, layers: [{maxpool: {}}, {maxpool: {}}]}}]\n",
			"at most 1024 are possible" },
		{ "    stem: [{repeat: {times: 2, layer: [], layers: []}}]\n",
			"unknown key 'layer' in a repetition (did you mean 'layers'?)" },
		{ "    templates: {conv: {layers: []}}\n", "a template cannot be called conv" },
		{ "    templates: {t: {layers: []}}\n    stem: [{t: {}}]\n", "needs a name" },
		{ "    templates: {t: {parameters: [f], layers: []}}\n    stem: [{t: {name: a}}]\n",
			"'f' is missing for this template" },
		{ "    templates: {t: {parameters: [filters], layers: []}}\n    stem: [{t: {name: "
		  "a, filters: 1, filter: 2}}]\n",
			"unknown key 'filter' for this template (did you mean 'filters'?)" },
		{ "    templates: {t: {layers: [{conv: {name: c, filters: $f, kernel: 1}}]}}\n    "
		  "stem: [{t: {name: a}}]\n",
			"'$f' has no value here" },
		{ "    templates: {t: {layers: [{t: {name: a}}]}}\n    stem: [{t: {name: a}}]\n",
			"nested too deeply" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[1024];
		snprintf(text, sizeof(text),
			FILE_WITH("%s    submodel_head: [{dense: {name: d, units: classes}}]\n"),
			rows[i].model);
		refused(text, rows[i].message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_repetition_is_its_layers_with_numbers),
		cmocka_unit_test(a_template_is_its_layers_with_values),
		cmocka_unit_test(input_is_what_comes_into_the_repetition),
		cmocka_unit_test(templates_and_repetitions_nest),
		cmocka_unit_test(resnet_56_is_a_page),
		cmocka_unit_test(what_is_wrong_is_said_where_it_is),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
