/* model_cli.h - evaluating a model's file beside what is recorded in it: for export and eval. */
#ifndef CLI_MODEL_CLI_H
#define CLI_MODEL_CLI_H

#include "../data/dataset.h"
#include "../model/model.h"

/* What came out on the first `count` test images. */
struct model_evaluation {
	int count, outputs;
	double accuracy[NN_OUTPUTS_MAX];
	double mean;     /* over outputs */
	bool comparable; /* the file says what came out on the same data */
	bool same_accuracy, same_predictions;
};

/* Evaluate m on d's test images: as many as its recorded accuracy is of, if that is of these data,
 * else all. Returns 0, or -1 with e. */
int model_cli_evaluate(const struct model *m, const struct dataset *d,
	const struct nn_kernels *kernels, struct model_evaluation *out, struct err *e);

/* Append "test accuracy 0.8958 on 10000 images of fashion-mnist (recorded: 0.8958; the same
 * predictions)". */
void model_cli_describe(const struct model *m, const struct dataset *d,
	const struct model_evaluation *r, struct str *out);

#endif
