/* net.h - a network: layers in an order in which each comes after its inputs, their shapes, and the table of parameter tensors.
 * A network is only a description; weights and memory belong to train.h.
 *
 * Shapes are for one image: channels x height x width. A dense layer's output has height = width = 1; its input is flattened in
 * the order channel, y, x, so a Dense on a c x h x w map and a convolution with an h x w kernel have the same weights in the same order. */
#ifndef NN_NET_H
#define NN_NET_H

#include <stdbool.h>
#include <stddef.h>

struct nn_shape {
	int channels, height, width;
};

enum nn_kind {
	NN_INPUT,   /* pixels / 255 */
	NN_CONV,    /* cross-correlation, stride 1, with bias */
	NN_DENSE,   /* every output from every input, with bias */
	NN_RELU,    /* max(x, 0); conv and dense have it built in, too */
	NN_MAXPOOL, /* size x size windows at that stride; rows and columns that fill no window are dropped ("valid") */
	NN_DROPOUT, /* training: 0 with probability rate, else x / (1 - rate); evaluation: x */
	NN_CONCAT,  /* along channels; all inputs have the same height and width */
	NN_OUTPUT,  /* softmax cross-entropy of the logits that come in: a loss and a prediction */
};

enum nn_padding { NN_VALID, NN_SAME };              /* same: zeros outside, (kernel - 1) / 2 before and kernel / 2 after */
enum nn_init_kind { NN_HE_NORMAL, NN_GLOROT_UNIFORM };

enum { NN_LAYERS_MAX = 64, NN_LAYER_INPUTS_MAX = 4, NN_NAME_MAX = 48, NN_OUTPUTS_MAX = 4 };

struct nn_layer {
	enum nn_kind kind;
	char name[NN_NAME_MAX];            /* a path: "stem1/conv1" */
	int inputs[NN_LAYER_INPUTS_MAX];   /* layer numbers, all smaller than this layer's */
	int input_count;
	struct nn_shape shape;             /* of its output */
	int kernel_height, kernel_width;   /* conv; maxpool: the window */
	enum nn_padding padding;           /* conv */
	bool relu;                         /* conv, dense: ReLU on the output */
	double rate;                       /* dropout */
	int kernel_tensor, bias_tensor;    /* numbers in tensors[], -1 where the layer has none */
};

/* One parameter tensor: kernels [filters][channels][ky][kx] or [units][inputs], biases [filters] or [units]. */
struct nn_tensor {
	char name[NN_NAME_MAX + 8];        /* "stem1/conv1/kernel", "stem1/conv1/bias" */
	int layer;
	size_t offset, count;              /* floats in the one parameter array */
	int fan_in, fan_out;
	bool bias;                         /* starts at 0 */
	enum nn_init_kind init;
};

struct nn_net {
	struct nn_layer layers[NN_LAYERS_MAX];
	int layer_count;
	struct nn_tensor tensors[2 * NN_LAYERS_MAX];
	int tensor_count;
	size_t parameter_count;            /* in the order of tensors[], without gaps */
	int inputs[NN_OUTPUTS_MAX];        /* layers of kind NN_INPUT, in order of appearance */
	int input_count;
	int outputs[NN_OUTPUTS_MAX];       /* layers of kind NN_OUTPUT, in order of appearance */
	int output_count;
	char error[160];                   /* why the first layer that failed could not be added; "" */
};

/* Build a network by adding layers to a zero-initialised struct. Each returns the new layer's number, or -1 when the shapes do not
 * fit or a limit is passed: net->error then names the layer and both shapes, and every later call fails too, so one check at the
 * end (nn_net_ok) is enough. */
int nn_input(struct nn_net *net, const char *name, struct nn_shape shape);
int nn_conv(struct nn_net *net, const char *name, int input, int filters, int kernel_height, int kernel_width,
            enum nn_padding padding, bool relu, enum nn_init_kind init);
int nn_dense(struct nn_net *net, const char *name, int input, int units, bool relu, enum nn_init_kind init);
int nn_relu(struct nn_net *net, const char *name, int input);
int nn_maxpool(struct nn_net *net, const char *name, int input, int size);
int nn_dropout(struct nn_net *net, const char *name, int input, double rate);
int nn_concat(struct nn_net *net, const char *name, const int *inputs, int input_count);
int nn_output(struct nn_net *net, const char *name, int input); /* of 2 to 256 logits: height and width 1 */

/* No error, and at least one input and one output. */
bool nn_net_ok(struct nn_net *net);

size_t nn_shape_size(struct nn_shape s);

/* The tensor of that name, or NULL. */
const struct nn_tensor *nn_net_tensor(const struct nn_net *net, const char *name);

/* Does `pattern` name this layer: its whole path, or one or more neighbouring components of it ("conv1" names stem1/conv1 and stem2/conv1)? */
bool nn_layer_matches(const struct nn_layer *layer, const char *pattern);

#endif
