/* paper_nets.c - see paper_nets.h. */
#include "paper_nets.h"

#include <stdio.h>

/* conv-pool-conv-pool; returns the last layer. */
static int stem(struct nn_net *net, int number, int from)
{
	char name[NN_NAME_MAX];
	snprintf(name, sizeof(name), "stem%d/conv1", number);
	from = nn_conv(net, name, from, 10, 3, 3, NN_VALID, true, NN_HE_NORMAL);
	snprintf(name, sizeof(name), "stem%d/pool1", number);
	from = nn_maxpool(net, name, from, 2);
	snprintf(name, sizeof(name), "stem%d/conv2", number);
	from = nn_conv(net, name, from, 20, 3, 3, NN_VALID, true, NN_HE_NORMAL);
	snprintf(name, sizeof(name), "stem%d/pool2", number);
	return nn_maxpool(net, name, from, 2);
}

static void submodel(struct nn_net *net, int number, struct nn_shape image, int classes)
{
	char name[NN_NAME_MAX];
	snprintf(name, sizeof(name), "input%d", number);
	int from = stem(net, number, nn_input(net, name, image));
	snprintf(name, sizeof(name), "head%d/dense", number);
	from = nn_dense(net, name, from, classes, false, NN_GLOROT_UNIFORM);
	snprintf(name, sizeof(name), "output%d", number);
	nn_output(net, name, from);
}

void paper_submodel(struct nn_net *net, struct nn_shape image, int classes)
{
	submodel(net, 1, image, classes);
}

void paper_dual(struct nn_net *net, struct nn_shape image, int classes)
{
	submodel(net, 1, image, classes);
	submodel(net, 2, image, classes);
}

void paper_unified(struct nn_net *net, struct nn_shape image, int classes)
{
	int from = nn_input(net, "input", image), wide[2];
	for (int k = 0; k < 2; k++) {
		char name[NN_NAME_MAX];
		int map = stem(net, k + 1, from);
		if (map < 0)
			return;
		snprintf(name, sizeof(name), "stem%d/wide", k + 1);
		struct nn_shape s = net->layers[map].shape;
		wide[k] = nn_conv(
			net, name, map, 10, s.height, s.width, NN_VALID, true, NN_GLOROT_UNIFORM);
	}
	from = nn_concat(net, "concat", wide, 2);
	from = nn_dense(net, "classifier/dense", from, 32, true, NN_HE_NORMAL);
	from = nn_dropout(net, "classifier/dropout", from, 0.5);
	from = nn_dense(net, "classifier/logits", from, classes, false, NN_GLOROT_UNIFORM);
	nn_output(net, "output", from);
}
