/* net.h - a network: layers in an order in which each comes after its inputs, their shapes, and the
 * table of parameter tensors. A network is only a description; weights and memory belong to
 * train.h.
 *
 * Shapes are for one image: channels x height x width. A dense layer's output has height = width =
 * 1; its input is flattened in the order channel, y, x, so a Dense on a c x h x w map and a
 * convolution with an h x w kernel have the same weights in the same order. */
#ifndef NN_NET_H
#define NN_NET_H

#include <stdbool.h>
#include <stddef.h>

struct nn_shape {
	int channels, height, width;
};

enum nn_kind {
	NN_INPUT,   /* pixels / 255 */
	NN_CONV,    /* cross-correlation */
	NN_DENSE,   /* every output from every input, with bias */
	NN_RELU,    /* max(x, 0); conv and dense have it built in, too */
	NN_MAXPOOL, /* size x size windows at that stride; rows and columns that fill no window are
		       dropped ("valid") */
	NN_DROPOUT, /* training: 0 with probability rate, else x / (1 - rate); evaluation: x */
	NN_CONCAT,  /* along channels; all inputs have the same height and width */
	NN_OUTPUT,  /* softmax cross-entropy of the logits that come in: a loss and a prediction */
	NN_DEPTHWISE, /* a convolution of each channel by itself (multiplier 1) */
	NN_AVGPOOL,   /* mean of height x width windows at that stride, "valid"; one window of the
			 whole map: global average pooling */
	NN_ADD,       /* the sum of inputs of one shape: the residual connection */
	NN_RELU6,     /* min(max(x, 0), 6); slope 1 between 0 and 6, 0 at both ends */
	NN_SILU,      /* x / (1 + e^-x), also called swish */
	NN_BATCHNORM, /* per channel; nn_batchnorm below */
	NN_NORMALIZE, /* (x - mean) * scale, of an input: constants, nn_normalize below */
	NN_MULTIPLY,  /* the first input times the second: a map of its shape, or a number a channel
			 (1x1): squeeze-and-excitation's gate */
	NN_SHUFFLE,   /* channels in another order: of g groups of n the first of each, the second
			 of each, ... (ShuffleNet) */
	NN_PAD,       /* channels of zeros before (the smaller half) and behind those that come in:
			 ResNet's shortcut without weights */
	NN_TANH,
	NN_SIGMOID,      /* 1 / (1 + e^-x) */
	NN_LEAKY_RELU,   /* x > 0 ? x : slope * x */
	NN_GELU,         /* x times the normal distribution function of x */
	NN_HARD_SWISH,   /* x * hard sigmoid of x */
	NN_HARD_SIGMOID, /* min(max(x + 3, 0), 6) / 6 */
	NN_KIND_COUNT,
};

/* A function of each number by itself. */
bool nn_is_activation(enum nn_kind kind);

/* Same: zeros outside; the output is ceil(size / stride) high and wide, of the padding that this
 * needs the smaller half comes before (as in Keras; with stride 1: (kernel - 1) / 2 before, kernel
 * / 2 after). Valid: only windows that lie inside. */
enum nn_padding { NN_VALID, NN_SAME };
/* How a tensor begins; init.h has the formulas. */
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
	int stride; /* conv, depthwise, pooling: from row to row; pooling: 0: windows side by side
		     */
	int stride_width;             /* ... from column to column */
	int dilation, dilation_width; /* conv, depthwise: rows and columns from tap to tap; 1 where
					 the kernel has one */
	enum nn_padding padding;      /* conv, depthwise, pooling */
	bool relu;                    /* conv, depthwise, dense: ReLU on the output */
	int groups; /* conv: filters read only the channels of their group; shuffle; 0 counts as 1
		     */
	double loss_weight;       /* output: what its loss counts; 0 counts as 1 */
	double rate;              /* dropout */
	double slope;             /* leaky ReLU */
	double momentum, epsilon; /* batchnorm */
	double rate_scale;        /* multiplies the learning rate of its tensors; 0 counts as 1 */
	int kernel_tensor, bias_tensor;   /* numbers in tensors[], -1 where the layer has none;
					     batchnorm: gamma and beta */
	int mean_tensor, variance_tensor; /* batchnorm: the moving ones; normalize: mean and scale;
					     else -1 */
};

/* One parameter tensor: kernels [filters][channels / groups][ky][kx], depthwise [channels][ky][kx]
 * or [units][inputs], biases [filters] or [units], of a batch normalisation [channels] each. */
struct nn_tensor {
	char name[NN_NAME_MAX + 16]; /* "stem1/conv1/kernel", "stem1/conv1/bias" */
	int layer;
	size_t offset, count; /* floats in the one parameter array */
	int fan_in, fan_out;
	bool bias;   /* starts at 0, if init is not NN_CONSTANT or NN_TORCH_UNIFORM */
	bool moving; /* a moving mean or variance: kept beside the weights, but no optimizer touches
			it */
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
	char error[160]; /* why the first layer that failed could not be added; "" */
};

/* Make it an empty network; cheaper than to set the whole struct to zero. */
void nn_net_clear(struct nn_net *net);

/* Build a network by adding layers to a cleared or zero-initialised struct. Each returns the new
 * layer's number, or -1 when the shapes do not fit or a limit is passed: net->error then names the
 * layer and both shapes, and every later call fails too, so one check at the end (nn_net_ok) is
 * enough.
 */
int nn_input(struct nn_net *net, const char *name, struct nn_shape shape);
int nn_conv(struct nn_net *net, const char *name, int input, int filters, int kernel_height,
	int kernel_width, enum nn_padding padding, bool relu, enum nn_init_kind init);

/* What convolutions can have beyond nn_conv's stride of 1 and bias. */
struct nn_conv_options {
	int filters; /* not for depthwise */
	int kernel_height, kernel_width;
	int stride;         /* 1 .. 64; 0 counts as 1 */
	int stride_width;   /* from column to column; 0: as stride */
	int dilation;       /* rows from tap to tap, 1 .. 64; 0 counts as 1 */
	int dilation_width; /* columns; 0: as dilation */
	enum nn_padding padding;
	bool relu;
	bool no_bias; /* a batch normalisation that follows has one */
	enum nn_init_kind init;
	int groups; /* not for depthwise; divides channels and filters; 0 counts as 1 */
};
int nn_conv_with(
	struct nn_net *net, const char *name, int input, const struct nn_conv_options *options);
/* fan_in and fan_out as in Keras's DepthwiseConv2D: channels * height * width of the kernel, and
 * height * width. */
int nn_depthwise(
	struct nn_net *net, const char *name, int input, const struct nn_conv_options *options);

int nn_dense(struct nn_net *net, const char *name, int input, int units, bool relu,
	enum nn_init_kind init);
/* The same without a bias. */
int nn_dense_without_bias(struct nn_net *net, const char *name, int input, int units, bool relu,
	enum nn_init_kind init);
int nn_relu(struct nn_net *net, const char *name, int input);
int nn_maxpool(struct nn_net *net, const char *name, int input, int size);
/* Pooling (kind NN_MAXPOOL or NN_AVGPOOL) of windows that may overlap or reach beyond the map: what
 * lies outside does not count, neither as a number nor for the mean. */
struct nn_pool_options {
	int height, width; /* of the window, 1 .. 1024 */
	int stride;        /* 1 .. 64, or as the window; 0: as the window */
	enum nn_padding padding;
	int stride_width; /* from column to column; 0: as stride, or as the window */
};
int nn_pool_with(struct nn_net *net, enum nn_kind kind, const char *name, int input,
	const struct nn_pool_options *options);
/* slope: leaky ReLU's, else not used. */
int nn_activation(struct nn_net *net, const char *name, int input, enum nn_kind kind, double slope);
int nn_dropout(struct nn_net *net, const char *name, int input, double rate);
int nn_concat(struct nn_net *net, const char *name, const int *inputs, int input_count);
int nn_relu6(struct nn_net *net, const char *name, int input);
int nn_silu(struct nn_net *net, const char *name, int input);
int nn_avgpool(struct nn_net *net, const char *name, int input, int height, int width);
int nn_global_avgpool(struct nn_net *net, const char *name, int input);
int nn_add(
	struct nn_net *net, const char *name, const int *inputs, int input_count); /* two or more */

/* The second input is of the first one's shape, or has one number for each of its channels. */
int nn_multiply(struct nn_net *net, const char *name, int input, int by);
int nn_shuffle(struct nn_net *net, const char *name, int input, int groups);
/* channels: of the output, at least those of the input. */
int nn_pad_channels(struct nn_net *net, const char *name, int input, int channels);
/* Which channel of the input channel c of a shuffle or a padding is; -1: zeros. */
int nn_channel_source(const struct nn_net *net, const struct nn_layer *layer, int c);

/* Batch normalisation (Ioffe and Szegedy, 2015) of each channel, as Keras has it (momentum 0.99,
 * epsilon 1e-3 are its defaults): training    y = gamma (x - mean) / sqrt(variance + epsilon) +
 * beta, with the mean and the variance (divided by their number) of all images of the batch and all
 * positions; after each step moving = moving * momentum + batch's * (1 - momentum), for both;
 *   evaluation  the same with the moving mean and variance.
 * When gamma and beta are both frozen, training uses the moving ones, too, and does not move them
 * (Keras: trainable = False). Tensors: "gamma" (starts at 1), "beta" (0), "moving_mean" (0),
 * "moving_variance" (1). batchnorm.h has the order of summation. */
int nn_batchnorm(struct nn_net *net, const char *name, int input, double momentum, double epsilon);

/* Directly behind an input: (x - mean) * scale with constants of each channel or, if by_pixel, of
 * each channel, row and column. Tensors "mean" (0) and "scale" (1): set by the caller, as moving
 * ones never trained. */
int nn_normalize(struct nn_net *net, const char *name, int input, bool by_pixel);

/* Parameters that are constants of normalisation: papers do not count them. */
size_t nn_net_constants(const struct nn_net *net);

int nn_output(struct nn_net *net, const char *name,
	int input); /* of 2 to 256 logits: height and width 1 */

/* No error, and at least one input and one output. */
bool nn_net_ok(struct nn_net *net);

size_t nn_shape_size(struct nn_shape s);

/* Of a convolution or a pooling, along the rows (axis 0) or the columns (axis 1). Span: from the
 * first to the last that a window reads. Padding: zeros that a map of `size` needs, of which the
 * smaller half comes before. */
int nn_window_stride(const struct nn_layer *layer, int axis);
int nn_window_span(const struct nn_layer *layer, int axis);
int nn_window_padding(const struct nn_layer *layer, int axis, int size);

/* Does a convolution have strides that differ or dilation? */
bool nn_is_general(const struct nn_layer *layer);

/* The tensor of that name, or NULL. */
const struct nn_tensor *nn_net_tensor(const struct nn_net *net, const char *name);

/* Does `pattern` name this layer: its whole path, or one or more neighbouring components of it
 * ("conv1" names stem1/conv1 and stem2/conv1)? */
bool nn_layer_matches(const struct nn_layer *layer, const char *pattern);

#endif
