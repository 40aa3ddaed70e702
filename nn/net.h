/* net.h - a network: layers in an order in which each comes after its inputs, their shapes, and the
 * table of parameter tensors. A network is only a description; train.h has its weights and memory.
 *
 * Shapes are for one image: channels x height x width. A dense layer's output has height = width =
 * 1. Its input is flattened in the order channel, y, x, so a dense layer on a c x h x w map and a
 * convolution with an h x w kernel have the same weights in the same order. */
#ifndef NN_NET_H
#define NN_NET_H

#include <stdbool.h>
#include <stddef.h>

struct nn_shape {
	int channels, height, width;
};

enum nn_kind {
	NN_INPUT,     /* pixels / 255 */
	NN_CONV,      /* cross-correlation */
	NN_DENSE,     /* fully connected */
	NN_RELU,      /* max(x, 0); conv and dense can have it built in, too */
	NN_MAXPOOL,   /* maximum over windows (nn_maxpool, nn_pool_with) */
	NN_DROPOUT,   /* training: 0 with probability rate, else x / (1 - rate); evaluation: x */
	NN_CONCAT,    /* along channels; all inputs have the same height and width */
	NN_OUTPUT,    /* softmax cross-entropy of the input's logits: a loss and a prediction */
	NN_DEPTHWISE, /* a convolution of each channel with its own kernel (multiplier 1) */
	NN_AVGPOOL,   /* mean over windows (nn_avgpool, nn_pool_with); nn_global_avgpool */
	NN_ADD,       /* the sum of inputs of one shape: the residual connection */
	NN_RELU6,     /* min(max(x, 0), 6); its gradient is 1 between 0 and 6, 0 at both ends */
	NN_SILU,      /* x / (1 + e^-x), also called swish */
	NN_BATCHNORM, /* per channel; nn_batchnorm below */
	NN_NORMALIZE, /* (x - mean) * scale of an input, by constants; nn_normalize below */
	/* The first input times the second: a map of its shape, or one number per channel (1x1) as
	 * in squeeze-and-excitation. */
	NN_MULTIPLY,
	/* Channel shuffle (ShuffleNet): the first channel of each of g groups, then the second of
	 * each, ... */
	NN_SHUFFLE,
	/* Channels of zeros before (the smaller half) and behind the input's: ResNet's shortcut
	 * without weights. */
	NN_PAD,
	NN_TANH,
	NN_SIGMOID,      /* 1 / (1 + e^-x) */
	NN_LEAKY_RELU,   /* x > 0 ? x : slope * x */
	NN_GELU,         /* x times the normal distribution function of x */
	NN_HARD_SWISH,   /* x * hard sigmoid of x */
	NN_HARD_SIGMOID, /* min(max(x + 3, 0), 6) / 6 */
	NN_KIND_COUNT,
};

/* Is it an activation, a function of each number alone? */
bool nn_is_activation(enum nn_kind kind);

/* NN_SAME: zeros outside the map; the output is ceil(size / stride) high and wide. The smaller half
 * of the padding comes before, as in Keras; with stride 1 that is (kernel - 1) / 2 before and
 * kernel / 2 after. NN_VALID: only windows that lie inside the map. */
enum nn_padding { NN_VALID, NN_SAME };
/* The initial values of a tensor; init.h has the formulas. */
enum nn_init_kind {
	NN_HE_NORMAL,
	NN_GLOROT_UNIFORM,
	NN_ZEROS,
	NN_ONES,
	NN_HE_UNIFORM,
	NN_GLOROT_NORMAL,
	NN_LECUN_NORMAL,
	NN_LECUN_UNIFORM,
	NN_TORCH_UNIFORM,
	NN_NORMAL,
	NN_UNIFORM,
	NN_ORTHOGONAL,
	NN_CONSTANT,
};

enum { NN_LAYERS_MAX = 2048, NN_LAYER_INPUTS_MAX = 4, NN_NAME_MAX = 48, NN_OUTPUTS_MAX = 4 };

struct nn_layer {
	enum nn_kind kind;
	char name[NN_NAME_MAX];          /* a path: "stem1/conv1" */
	int inputs[NN_LAYER_INPUTS_MAX]; /* layer numbers, all smaller than this layer's */
	int input_count;
	struct nn_shape shape;           /* of its output */
	int kernel_height, kernel_width; /* conv, depthwise; pooling: the window */
	int stride;                   /* conv, depthwise, pooling: rows; pooling: 0: the window's */
	int stride_width;             /* the same for columns */
	int dilation, dilation_width; /* conv, depthwise; 1 along an axis where the kernel is 1 */
	enum nn_padding padding;      /* conv, depthwise, pooling */
	bool relu;                    /* conv, depthwise, dense: ReLU on the output */
	int groups;         /* conv: filters read only their group's channels; shuffle; 0: 1 */
	double loss_weight; /* output: the weight of its loss; 0 counts as 1 */
	double rate;        /* dropout */
	double slope;       /* leaky ReLU */
	double momentum, epsilon; /* batchnorm */
	double rate_scale;        /* multiplies the learning rate of its tensors; 0 counts as 1 */
	/* Indices into tensors[], -1 if the layer has none. batchnorm: gamma and beta. */
	int kernel_tensor, bias_tensor;
	/* batchnorm: moving mean and variance; normalize: mean and scale; else -1. */
	int mean_tensor, variance_tensor;
};

/* One parameter tensor. Shapes: convolution [filters][channels / groups][ky][kx], depthwise
 * [channels][ky][kx], dense [units][inputs], biases [filters] or [units], batch normalisation
 * [channels] each. */
struct nn_tensor {
	char name[NN_NAME_MAX + 16]; /* "stem1/conv1/kernel", "stem1/conv1/bias" */
	int layer;
	size_t offset, count; /* floats in the one parameter array */
	int fan_in, fan_out;
	bool bias;   /* starts at 0 unless init is NN_CONSTANT or NN_TORCH_UNIFORM */
	bool moving; /* a moving mean or variance, or a constant: no optimizer changes it */
	enum nn_init_kind init;
	double amount; /* normal: sd; uniform: limit; orthogonal: gain; constant: the value */
};

struct nn_net {
	struct nn_layer layers[NN_LAYERS_MAX];
	int layer_count;
	struct nn_tensor tensors[2 * NN_LAYERS_MAX];
	int tensor_count;
	size_t parameter_count;     /* in the order of tensors[], without gaps */
	int inputs[NN_OUTPUTS_MAX]; /* layers of kind NN_INPUT, in order of appearance */
	int input_count;
	int outputs[NN_OUTPUTS_MAX]; /* layers of kind NN_OUTPUT, in order of appearance */
	int output_count;
	char error[160]; /* why adding a layer first failed; "" if none did */
};

/* Make it an empty network. Cheaper than setting the whole struct to zero. */
void nn_net_clear(struct nn_net *net);

/* Build a network by adding layers to a cleared or zero-initialised struct. Each function returns
 * the new layer's number, or -1 when the shapes do not fit or a limit is exceeded. net->error then
 * names the layer, what was found and what would do. Every later call fails too, so one check at
 * the end (nn_net_ok) is enough. */
int nn_input(struct nn_net *net, const char *name, struct nn_shape shape);
int nn_conv(struct nn_net *net, const char *name, int input, int filters, int kernel_height,
	int kernel_width, enum nn_padding padding, bool relu, enum nn_init_kind init);

/* Options of convolutions; nn_conv has stride 1 and a bias. */
struct nn_conv_options {
	int filters; /* not for depthwise */
	int kernel_height, kernel_width;
	int stride;         /* 1 .. 64; 0 counts as 1 */
	int stride_width;   /* from column to column; 0: as stride */
	int dilation;       /* rows between taps, 1 .. 64; 0 counts as 1 */
	int dilation_width; /* columns between taps; 0: as dilation */
	enum nn_padding padding;
	bool relu;
	bool no_bias; /* for a batch normalisation behind it, which has one */
	enum nn_init_kind init;
	int groups; /* not for depthwise; divides channels and filters; 0 counts as 1 */
};
int nn_conv_with(
	struct nn_net *net, const char *name, int input, const struct nn_conv_options *options);
/* fan_in and fan_out are those of Keras's DepthwiseConv2D: channels * kernel_height * kernel_width,
 * and kernel_height * kernel_width. */
int nn_depthwise(
	struct nn_net *net, const char *name, int input, const struct nn_conv_options *options);

int nn_dense(struct nn_net *net, const char *name, int input, int units, bool relu,
	enum nn_init_kind init);
/* The same as nn_dense, without a bias. */
int nn_dense_without_bias(struct nn_net *net, const char *name, int input, int units, bool relu,
	enum nn_init_kind init);
int nn_relu(struct nn_net *net, const char *name, int input);
/* Max pooling of size x size windows side by side. Rows and columns that do not fill a window are
 * dropped ("valid"). */
int nn_maxpool(struct nn_net *net, const char *name, int input, int size);
/* Pooling (kind NN_MAXPOOL or NN_AVGPOOL) of windows that may overlap or extend beyond the map.
 * What lies outside the map does not count, neither for the maximum nor for the mean. */
struct nn_pool_options {
	int height, width; /* of the window, 1 .. 1024 */
	int stride;        /* 1 .. 64, or as the window; 0: as the window */
	enum nn_padding padding;
	int stride_width; /* from column to column; 0: as stride, or as the window */
};
int nn_pool_with(struct nn_net *net, enum nn_kind kind, const char *name, int input,
	const struct nn_pool_options *options);
/* slope: of a leaky ReLU; ignored for other kinds. */
int nn_activation(struct nn_net *net, const char *name, int input, enum nn_kind kind, double slope);
int nn_dropout(struct nn_net *net, const char *name, int input, double rate);
int nn_concat(struct nn_net *net, const char *name, const int *inputs, int input_count);
int nn_relu6(struct nn_net *net, const char *name, int input);
int nn_silu(struct nn_net *net, const char *name, int input);
/* Mean of height x width windows side by side, "valid". */
int nn_avgpool(struct nn_net *net, const char *name, int input, int height, int width);
int nn_global_avgpool(struct nn_net *net, const char *name, int input);
/* Two or more inputs of the same shape. */
int nn_add(struct nn_net *net, const char *name, const int *inputs, int input_count);

/* The second input has the first one's shape, or one number for each of its channels. */
int nn_multiply(struct nn_net *net, const char *name, int input, int by);
int nn_shuffle(struct nn_net *net, const char *name, int input, int groups);
/* channels: of the output, at least the input's and at most 65536. */
int nn_pad_channels(struct nn_net *net, const char *name, int input, int channels);
/* The input channel that channel c of a shuffle or a padding copies; -1: zeros. */
int nn_channel_source(const struct nn_net *net, const struct nn_layer *layer, int c);

/* Batch normalisation (Ioffe and Szegedy, 2015) of each channel, as in Keras, whose defaults are
 * momentum 0.99 and epsilon 1e-3.
 *   training    y = gamma (x - mean) / sqrt(variance + epsilon) + beta, with the mean and the
 *               biased variance over all images and positions of the batch; after each step
 *               moving = moving * momentum + batch's * (1 - momentum), for both
 *   evaluation  the same with the moving mean and variance
 * When gamma and beta are both frozen, training also uses the moving statistics and does not update
 * them (Keras: trainable = False). Tensors: "gamma" (starts at 1), "beta" (0), "moving_mean" (0),
 * "moving_variance" (1). batchnorm.h has the order of summation. */
int nn_batchnorm(struct nn_net *net, const char *name, int input, double momentum, double epsilon);

/* (x - mean) * scale of an input layer, with constants for each channel or, if by_pixel, for each
 * channel, row and column. Tensors "mean" (starts at 0) and "scale" (1): set by the caller, never
 * trained. */
int nn_normalize(struct nn_net *net, const char *name, int input, bool by_pixel);

/* Number of parameters that are constants of nn_normalize. Papers do not count them. */
size_t nn_net_constants(const struct nn_net *net);

/* The input has 2 to 256 logits, height and width 1. */
int nn_output(struct nn_net *net, const char *name, int input);

/* Is there no error, and at least one input and one output? Sets net->error if not. */
bool nn_net_ok(struct nn_net *net);

size_t nn_shape_size(struct nn_shape s);

/* Of a convolution or a pooling layer, along the rows (axis 0) or the columns (axis 1). Span:
 * pixels from the first to the last that a window reads, both included. Padding: zeros that a map
 * of `size` needs in all; the smaller half comes before. */
int nn_window_stride(const struct nn_layer *layer, int axis);
int nn_window_span(const struct nn_layer *layer, int axis);
int nn_window_padding(const struct nn_layer *layer, int axis, int size);

/* Does the layer have different strides along its axes, or a dilation? */
bool nn_is_general(const struct nn_layer *layer);

/* How many inputs of layers are this layer's output; *last is the last such layer, unchanged if
 * there is none; last may be NULL. */
int nn_net_readers(const struct nn_net *net, int layer, int *last);

/* The tensor of that name, or NULL. */
const struct nn_tensor *nn_net_tensor(const struct nn_net *net, const char *name);

/* Does `pattern` name this layer: its whole path, or one or more consecutive components of it
 * ("conv1" names stem1/conv1 and stem2/conv1)? */
bool nn_layer_matches(const struct nn_layer *layer, const char *pattern);

#endif
