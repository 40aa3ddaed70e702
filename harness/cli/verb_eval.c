/* verb_eval.c - retrial eval: the accuracy of a model's file, beside what is recorded in it. */
#include <string.h>

#include "kernels_cli.h"
#include "model_cli.h"
#include "places.h"

static const struct cli_option options[] = {
	{ "dataset", 0, "NAME", "data set for the test (default: the one that the file names)" },
	CLI_OPTION_DATA,
	CLI_OPTION_KERNELS,
	{ 0 },
};

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
	if (!result) {
		model_cli_describe(m, d, &r, &text);
		printf("%s: %s, %zu parameters: %s\n", c->arguments[0], format->name,
			m->net.parameter_count, text.s);
		result = format->exact && r.comparable && !(r.same_accuracy && r.same_predictions)
			? ERR_FAILED
			: ERR_NONE;
	} else {
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
	.examples = "  retrial eval model.onnx\n"
		    "  retrial eval model.npz --dataset fashion-mnist",
	.options = options,
	.run = run,
};
