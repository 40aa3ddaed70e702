/* networks.c - the paper's layer lists. */
#include "networks.h"

#include <stdio.h>

/* stemN/LAYER */
struct path {
	char text[NN_NAME_MAX];
};

static struct path stem_path(int stem, const char *layer)
{
	struct path p;
	snprintf(p.text, sizeof p.text, "stem%d/%s", stem, layer);
	return p;
}

/* conv-pool-conv-pool; returns the last layer. */
static int add_stem(struct nn_net *net, int stem, int input)
{
	int layer = nn_conv(net, stem_path(stem, "conv1").text, input, 10, 3, 3, NN_VALID, true, NN_HE_NORMAL);
	layer = nn_maxpool(net, stem_path(stem, "pool1").text, layer, 2);
	layer = nn_conv(net, stem_path(stem, "conv2").text, layer, 20, 3, 3, NN_VALID, true, NN_HE_NORMAL);
	return nn_maxpool(net, stem_path(stem, "pool2").text, layer, 2);
}

static void add_submodel(struct nn_net *net, int stem, struct nn_shape shape, int classes)
{
	int input = nn_input(net, stem_path(stem, "input").text, shape);
	int layer = add_stem(net, stem, input);
	layer = nn_dense(net, stem_path(stem, "dense").text, layer, classes, false, NN_GLOROT_UNIFORM);
	nn_output(net, stem_path(stem, "output").text, layer);
}

static void add_unified(struct nn_net *net, struct nn_shape shape, int classes)
{
	int input = nn_input(net, "input", shape);
	int wide[2];
	for (int stem = 1; stem <= 2; stem++) {
		int pooled = add_stem(net, stem, input);
		struct nn_shape map = pooled < 0 ? shape : net->layers[pooled].shape;
		wide[stem - 1] = nn_conv(net, stem_path(stem, "wide").text, pooled, 10, map.height, map.width, NN_VALID, true, NN_GLOROT_UNIFORM);
	}
	int layer = nn_concat(net, "concat", wide, 2);
	layer = nn_dense(net, "dense", layer, 32, true, NN_HE_NORMAL);
	layer = nn_dropout(net, "dropout", layer, 0.5);
	layer = nn_dense(net, "classifier", layer, classes, false, NN_GLOROT_UNIFORM);
	nn_output(net, "output", layer);
}

int network_build(enum network_kind kind, struct nn_shape input, int classes, struct nn_net *net, struct err *e)
{
	*net = (struct nn_net){ 0 };
	if (kind == NETWORK_UNIFIED) {
		add_unified(net, input, classes);
	} else {
		add_submodel(net, 1, input, classes);
		if (kind == NETWORK_DUAL)
			add_submodel(net, 2, input, classes);
	}
	if (!nn_net_ok(net))
		return err_set(e, ERR_USAGE, "model lightweight on images of %dx%dx%d: %s", input.height, input.width, input.channels, net->error);
	return 0;
}
