/* verb_eval.c - retrial eval: the accuracy of a model's file, beside what is recorded in it. */
#include <stdlib.h>
#include <string.h>

#include "../model/images.h"
#include "kernels_cli.h"
#include "model_cli.h"
#include "places.h"

static const struct cli_option options[] = {
	{ "dataset", 0, "NAME", "data set for the test (default: the one that the file names)" },
	{ "exit", 0, "PROBABILITY",
		"of a network with an early exit: leave there where its largest probability is at "
		"least this" },
	CLI_OPTION_DATA,
	CLI_OPTION_KERNELS,
	{ 0 },
};

/* How the network does when it may leave at its exit. Returns 0, or -1 with e. */
static int leave_early(const struct cli *c, const struct model *m, const struct dataset *d,
	const struct nn_kernels *kernels, struct err *e)
{
	char *end;
	const char *text = cli_get(c, "exit", NULL);
	const double at_least = text ? strtod(text, &end) : 0;
	struct exit_score r;
	if (!text)
		return 0;
	if (*end || end == text || !(at_least > 0 && at_least <= 1))
		return err_set(e, ERR_USAGE,
			"--exit=%s: a probability above 0 and at most 1, such as 0.9", text);
	const struct nn_images images = images_of(d, true);
	if (model_evaluate_exit(m, &images, kernels, at_least, &r, e))
		return -1;
	printf("%.1f %% of the images leave at the exit (probability %g); test accuracy %.6g; "
	       "%.0f multiply-accumulates an image on average, %zu without leaving\n",
		100 * r.share, at_least, r.accuracy, r.macs, nn_net_macs(&m->net));
	return 0;
}

/* Evaluate and print. Returns the exit code, or -1 with e. */
static int evaluate(const struct cli *c, const struct model *m, const struct model_format *format,
	const struct nn_kernels *kernels, struct err *e)
{
	const char *name = cli_get(c, "dataset", m->facts.dataset);
	struct places places;
	struct dataset *d = NULL;
	struct model_evaluation r;
	struct str text = { 0 };
	places_fill(&places, c);
	if (!name[0])
		return err_set(e, ERR_USAGE,
			"%s does not name its data set: say which (--dataset NAME)",
			c->arguments[0]);
	if (dataset_open(name, &places.dataset, e, &d))
		return -1;
	int result = model_cli_evaluate(m, d, kernels, &r, e);
	const bool evaluated = !result;
	if (evaluated) {
		model_cli_describe(m, d, &r, &text);
		printf("%s: %s, %zu parameters: %s\n", c->arguments[0], format->name,
			m->net.parameter_count, text.s);
		result = format->exact && r.comparable && !(r.same_accuracy && r.same_predictions)
			? ERR_FAILED
			: ERR_NONE;
		if (leave_early(c, m, d, kernels, e))
			result = -1;
	}
	if (result < 0) {
		err_prefix(e, "%s: ", c->arguments[0]);
	}
	str_free(&text);
	dataset_close(d);
	return result;
}

static int run(const struct cli *c)
{
	struct err e = { 0 };
	struct model m;
	const struct model_format *format;
	const struct nn_kernels *kernels;
	if (c->argument_count != 1)
		return cli_misuse(c, "which file? (retrial export writes them)");
	if (kernels_cli_find(c, &kernels))
		return ERR_USAGE;
	if (model_file_read(c->arguments[0], &m, &format, &e))
		return cli_fail(&e);
	const int result = evaluate(c, &m, format, kernels, &e);
	model_free(&m);
	return result < 0 ? cli_fail(&e) : result;
}

const struct cli_verb verb_eval = {
	.name = "eval",
	.arguments = "FILE",
	.summary = "evaluate an exported model and compare with the recorded accuracy",
	.examples =
		"  retrial eval model.onnx\n"
		"  retrial eval branchy.safetensors --exit 0.9   # leave early where it is sure\n"
		"  retrial eval model.npz --dataset fashion-mnist",
	.options = options,
	.run = run,
};
