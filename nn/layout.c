/* layout.c - where in a thread's memory the maps of a plan lie. A block runs all layers forward,
 * then all backward, so each buffer lives from one step to another, and buffers that never live at
 * once share their place. A concatenation's inputs lie in it where nothing is in the way; so do an
 * addition's gradients. */
#include "layout.h"

enum { BUFFERS_MAX = 3 * NN_LAYERS_MAX };

/* Steps: 0 .. n - 1 forward, n the losses, 2 n - l back from layer l. */
struct buffer {
	size_t size, at;
	int from, to;
};

struct layout {
	struct nn_plan *plan;
	const struct nn_net *net;
	struct buffer buffers[BUFFERS_MAX];
	int count;
	int out[NN_LAYERS_MAX], gradient[NN_LAYERS_MAX],
		aux[NN_LAYERS_MAX]; /* numbers of buffers */
	/* The layer in whose map this one's lies, or -1; floats from its start. */
	int out_in[NN_LAYERS_MAX], gradient_in[NN_LAYERS_MAX];
	size_t out_shift[NN_LAYERS_MAX], gradient_shift[NN_LAYERS_MAX];
};

static int back(const struct layout *y, int layer)
{
	return 2 * y->net->layer_count - layer;
}

/* Layers that go together (chain.h) are one step: begun with the first, done with the last. */
static int begun(const struct layout *y, int layer)
{
	const int first = y->plan->ops[layer].chain;
	return first > 0 ? first : layer;
}

static int done(const struct layout *y, int layer)
{
	const int first = y->plan->ops[layer].chain;
	return first > 0 ? y->plan->ops[first].chain_end : layer;
}

static int back_begun(const struct layout *y, int layer)
{
	const bool second = layer + 1 < y->net->layer_count && y->plan->ops[layer + 1].pairs;
	return back(y, second ? layer + 1 : layer);
}

static int back_done(const struct layout *y, int layer)
{
	return back(y, y->plan->ops[layer].pairs ? y->plan->ops[layer].inputs[0] : layer);
}

/* The reader of a layer with the largest number; -1: nobody. */
static int last_reader(const struct layout *y, int layer)
{
	int last = -1;
	nn_plan_readers(y->plan, y->net, layer, &last);
	return last;
}

/* ---- what lives how long ---- */

/* Does this operation's way back read its input again? Of kinds that are not known here, yes. */
static bool reads_input_back(const struct nn_op *op)
{
	switch (op->kind) {
	case NN_OP_CONV_POOL:
	case NN_OP_CONV:
	case NN_OP_CONV_GENERAL:
	case NN_OP_DENSE:
	case NN_OP_DEPTHWISE: return op->trained;
	case NN_OP_NOTHING:
	case NN_OP_INPUT:
	case NN_OP_RELU:
	case NN_OP_RELU6:
	case NN_OP_POOL:
	case NN_OP_LARGEST:
	case NN_OP_MEAN:
	case NN_OP_DROPOUT:
	case NN_OP_CONCAT:
	case NN_OP_ADD:
	case NN_OP_AVERAGE:
	case NN_OP_OUTPUT: return false;
	default: return op->wants_gradient;
	}
}

/* ... its own output? */
static bool reads_output_back(const struct nn_op *op, const struct nn_layer *layer)
{
	switch (op->kind) {
	case NN_OP_NOTHING:
	case NN_OP_INPUT:
	case NN_OP_CONV_POOL:
	case NN_OP_POOL:
	case NN_OP_LARGEST:
	case NN_OP_MEAN:
	case NN_OP_DROPOUT:
	case NN_OP_CONCAT:
	case NN_OP_AVERAGE:
	case NN_OP_OUTPUT: return false;
	case NN_OP_CONV:
	case NN_OP_CONV_GENERAL:
	case NN_OP_DENSE:
	case NN_OP_DEPTHWISE: return op->wants_gradient && layer->relu;
	case NN_OP_ADD:
	case NN_OP_BATCHNORM: return op->wants_gradient && op->rectifier != NN_NOT_RECTIFIED;
	default: return op->wants_gradient;
	}
}

static int last_use(const struct layout *y, int layer)
{
	const struct nn_op *ops = y->plan->ops;
	if (y->plan->sharing == NN_MAPS_KEPT)
		return back(y, -1);
	int end = reads_output_back(&ops[layer], &y->net->layers[layer]) ? back_done(y, layer)
									 : done(y, layer);
	for (int r = layer + 1; r < y->net->layer_count; r++)
		for (int i = 0; i < ops[r].input_count; i++) {
			if (ops[r].inputs[i] != layer)
				continue;
			const int use = reads_input_back(&ops[r])
				? back_done(y, r)
				: (ops[r].kind == NN_OP_OUTPUT ? y->net->layer_count : done(y, r));
			end = end > use ? end : use;
		}
	return end;
}

/* ---- what lies in what ---- */

static void put_out_in(struct layout *y, int layer, int where, size_t shift)
{
	y->out_in[layer] = where;
	y->out_shift[layer] = shift;
}

static void put_gradient_in(struct layout *y, int layer, int where, size_t shift)
{
	y->gradient_in[layer] = where;
	y->gradient_shift[layer] = shift;
}

static bool appears_once(const struct nn_op *op, int layer)
{
	int count = 0;
	for (int i = 0; i < op->input_count; i++)
		count += op->inputs[i] == layer;
	return count == 1;
}

/* Inputs that no other concatenation has; their gradients where this one is the first to send. */
static void join_concat(struct layout *y, int layer)
{
	const struct nn_op *op = &y->plan->ops[layer];
	size_t shift = 0;
	for (int i = 0; i < op->input_count; i++) {
		const int in = op->inputs[i];
		const struct nn_op *from = &y->plan->ops[in];
		if (from->kind != NN_OP_INPUT && y->out_in[in] < 0 && appears_once(op, in)) {
			put_out_in(y, in, layer, shift);
			if (from->wants_gradient && y->gradient_in[in] < 0
				&& last_reader(y, in) == layer)
				put_gradient_in(y, in, layer, shift);
		}
		shift += from->size;
	}
}

/* An input that only this addition reads has the addition's own gradient. So has a second one, of
 * which all other readers come before the first: when they send, the first has done with it, unless
 * gradients of layers before it lie in its own (a concatenation, an addition, a rectifier). */
static void join_add(struct layout *y, int layer)
{
	const struct nn_op *ops = y->plan->ops, *op = &ops[layer];
	int reader = -1, sole = -1;
	for (int i = 0; i < op->input_count && sole < 0; i++) {
		const int in = op->inputs[i];
		if (ops[in].wants_gradient && y->gradient_in[in] < 0
			&& nn_plan_readers(y->plan, y->net, in, &reader) == 1 && reader == layer)
			sole = in;
	}
	if (sole < 0)
		return;
	put_gradient_in(y, sole, layer, 0);
	if (op->input_count != 2 || y->net->layers[sole].relu
		|| (ops[sole].kind == NN_OP_ADD && ops[sole].rectifier != NN_NOT_RECTIFIED))
		return; /* sole's is changed on its way back */
	for (int l = 0; l < sole; l++)
		if (y->gradient_in[l] == sole)
			return;
	const int other = op->inputs[op->inputs[0] == sole];
	if (!ops[other].wants_gradient || y->gradient_in[other] >= 0 || other >= sole
		|| last_reader(y, other) != layer)
		return;
	for (int r = sole; r < layer; r++)
		for (int i = 0; i < ops[r].input_count; i++)
			if (ops[r].inputs[i] == other)
				return;
	put_gradient_in(y, other, layer, 0);
}

static void join(struct layout *y)
{
	for (int l = 0; l < y->net->layer_count; l++)
		y->out_in[l] = y->gradient_in[l] = -1;
	if (y->plan->sharing == NN_MAPS_KEPT)
		return;
	for (int l = 0; l < y->net->layer_count; l++) {
		const struct nn_op *op = &y->plan->ops[l];
		if (op->done) {
			put_out_in(y, op->inputs[0], l, 0);
			put_gradient_in(y, op->inputs[0], l, 0);
		} else if (op->kind == NN_OP_CONCAT && y->plan->sharing == NN_MAPS_SHARED)
			join_concat(y, l);
	}
	for (int l = 0; l < y->net->layer_count; l++)
		if (y->plan->ops[l].kind == NN_OP_ADD && y->plan->ops[l].wants_gradient)
			join_add(y, l);
}

/* ---- buffers ---- */

static int add(struct layout *y, size_t size, int from, int to)
{
	y->buffers[y->count] = (struct buffer){ .size = size, .from = from, .to = to };
	return y->count++;
}

static void extend(struct buffer *b, int from, int to)
{
	b->from = b->from < from ? b->from : from;
	b->to = b->to > to ? b->to : to;
}

/* A gradient that only a pair (chain.h) has, between its two. */
static bool gradient_in_strip(const struct layout *y, int layer)
{
	return layer + 1 < y->net->layer_count && y->plan->ops[layer + 1].pairs;
}

/* From the last layer on: what a layer lies in comes behind it. */
static void list_buffers(struct layout *y)
{
	for (int l = y->net->layer_count - 1; l >= 0; l--) {
		struct nn_op *op = &y->plan->ops[l];
		if (op->kind == NN_OP_NOTHING)
			continue;
		const int from = op->kind == NN_OP_INPUT ? 0 : begun(y, l), to = last_use(y, l);
		if (y->out_in[l] < 0)
			y->out[l] = add(y, op->strip ? 0 : op->size, from, to);
		else
			extend(&y->buffers[y->out[l] = y->out[y->out_in[l]]], from, to);
		if (op->kind == NN_OP_CONV_POOL || op->kind == NN_OP_POOL
			|| op->kind == NN_OP_LARGEST || op->kind == NN_OP_DROPOUT)
			y->aux[l] = add(
				y, op->size, l, op->wants_gradient ? back_done(y, l) : done(y, l));
		if (!op->wants_gradient)
			continue;
		const int reader = last_reader(y, l),
			  sent = op->kind == NN_OP_OUTPUT ? y->net->layer_count
							  : back_begun(y, reader < 0 ? l : reader);
		if (y->gradient_in[l] < 0)
			y->gradient[l] = add(
				y, gradient_in_strip(y, l) ? 0 : op->size, sent, back_done(y, l));
		else
			extend(&y->buffers[y->gradient[l] = y->gradient[y->gradient_in[l]]], sent,
				back_done(y, l));
	}
}

/* Largest first: what is small fits into gaps. */
static void sort(struct layout *y, struct buffer **order)
{
	for (int i = 0; i < y->count; i++) {
		int at = i;
		for (; at > 0 && order[at - 1]->size < y->buffers[i].size; at--)
			order[at] = order[at - 1];
		order[at] = &y->buffers[i];
	}
}

/* The lowest place where it meets none of the placed ones, which are in order of their places. */
static void place(struct buffer *b, struct buffer **placed, int *count, size_t start)
{
	b->at = start;
	for (int i = 0; i < *count; i++)
		if (placed[i]->from <= b->to && b->from <= placed[i]->to
			&& placed[i]->at < b->at + b->size
			&& b->at < placed[i]->at + placed[i]->size)
			b->at = placed[i]->at + placed[i]->size;
	int i = (*count)++;
	for (; i > 0 && placed[i - 1]->at > b->at; i--)
		placed[i] = placed[i - 1];
	placed[i] = b;
}

size_t nn_layout(struct nn_plan *plan, const struct nn_net *net, size_t start)
{
	struct layout y = { .plan = plan, .net = net };
	struct buffer *order[BUFFERS_MAX], *placed[BUFFERS_MAX];
	int count = 0;
	size_t end = start;
	join(&y);
	list_buffers(&y);
	sort(&y, order);
	for (int i = 0; i < y.count; i++) {
		place(order[i], placed, &count, start);
		if (order[i]->at + order[i]->size > end)
			end = order[i]->at + order[i]->size;
	}
	for (int l = net->layer_count - 1; l >= 0; l--) {
		struct nn_op *op = &plan->ops[l];
		if (op->kind == NN_OP_NOTHING)
			continue;
		op->out = y.out_in[l] < 0 ? y.buffers[y.out[l]].at
					  : plan->ops[y.out_in[l]].out + y.out_shift[l];
		if (op->kind == NN_OP_CONV_POOL || op->kind == NN_OP_POOL
			|| op->kind == NN_OP_LARGEST || op->kind == NN_OP_DROPOUT)
			op->aux = y.buffers[y.aux[l]].at;
		if (op->wants_gradient)
			op->gradient = y.gradient_in[l] < 0
				? y.buffers[y.gradient[l]].at
				: plan->ops[y.gradient_in[l]].gradient + y.gradient_shift[l];
	}
	return end;
}
