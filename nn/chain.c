/* chain.c - see chain.h. */
#include "chain.h"

#include "layout.h"

/* Floats that may be in the second cache at once; strips: two that forward operations take in turn,
 * and one for a gradient. */
enum { LANES = 16, CACHE = 192 * 1024, STRIPS = 3, GRADIENT_STRIP = 2 };

/* The layer that has an operation's map: the rectifier that is done with it, or itself. */
static int map_of(const struct nn_plan *plan, const struct nn_net *net, int l)
{
	const bool done = l + 1 < net->layer_count && plan->ops[l + 1].done
		&& plan->ops[l + 1].inputs[0] == l;
	return done ? l + 1 : l;
}

/* May a chain begin here? */
static bool begins(const struct nn_plan *plan, const struct nn_net *net, int l)
{
	const struct nn_op *op = &plan->ops[l];
	return op->kind == NN_OP_BATCHNORM || op->kind == NN_OP_DEPTHWISE
		|| (op->kind == NN_OP_CONV && !op->wants_gradient && !net->layers[l].groups);
}

/* May a chain that begins here contain more than this layer and its normalisation? A convolution
 * reads its whole input for every few of its channels: its own map must be worth that. */
static bool goes_on(const struct nn_plan *plan, int l)
{
	const struct nn_op *op = &plan->ops[l];
	return op->kind != NN_OP_CONV
		|| (op->shape.conv.kernel_height == 1 && op->shape.conv.kernel_width == 1
			&& op->size > 2 * plan->ops[op->inputs[0]].size);
}

/* May `next` follow what lies in the map of layer `map`? A trained normalisation waits for the
 * other blocks. */
static bool follows(const struct nn_plan *plan, int next, int map)
{
	const struct nn_op *op = &plan->ops[next];
	return op->input_count == 1 && op->inputs[0] == map
		&& (op->kind == NN_OP_DEPTHWISE || (op->kind == NN_OP_BATCHNORM && !op->trained));
}

/* Does the normalisation go back together with the depthwise convolution before it? That one is
 * read by nobody else, and the first to send a gradient to its input. */
static bool pairs(const struct nn_plan *plan, const struct nn_net *net, int l)
{
	const struct nn_op *op = &plan->ops[l];
	if (op->kind != NN_OP_BATCHNORM || !op->wants_gradient)
		return false;
	const int deep = op->inputs[0];
	const struct nn_op *by = &plan->ops[deep];
	return deep == l - 1 && by->kind == NN_OP_DEPTHWISE && by->wants_gradient
		&& !net->layers[deep].relu && nn_net_readers(net, deep, NULL) == 1
		&& nn_net_readers(net, by->inputs[0], NULL) == 1;
}

/* Channels at once of `maps` planes of that many floats. */
static int fitting(size_t plane, size_t maps, int channels, int tile)
{
	const int fit = (int)(CACHE / (maps * plane)) / tile * tile, some = fit < tile ? tile : fit;
	return channels < some ? channels : some;
}

/* Of the chain from .. to. */
static int channels_at_once(const struct nn_plan *plan, const struct nn_net *net, int from, int to)
{
	const bool convolution = plan->ops[from].kind == NN_OP_CONV;
	size_t plane = convolution ? 0 : plan->ops[plan->ops[from].inputs[0]].plane, maps = 1;
	for (int l = from; l <= to; l++) {
		plane = plane > plan->ops[l].plane ? plane : plan->ops[l].plane;
		maps += !plan->ops[l].done;
	}
	return fitting(plane, maps, net->layers[from].shape.channels, convolution ? 12 : 4);
}

/* Of a pair: the gradients of three maps and the maps themselves. */
static int channels_back(const struct nn_plan *plan, const struct nn_net *net, int l)
{
	const struct nn_op *in = &plan->ops[plan->ops[plan->ops[l].inputs[0]].inputs[0]];
	const size_t own = plan->ops[l].plane, plane = own > in->plane ? own : in->plane;
	return fitting(plane, 6, net->layers[l].shape.channels, 4);
}

static void give_strip(struct nn_plan *plan, int from, int map)
{
	for (int l = from; l <= map; l++)
		plan->ops[l].strip = true;
}

/* One chain that begins at `first`; returns its last layer. */
static int find_chain(struct nn_plan *plan, const struct nn_net *net, int first)
{
	int last = first, map = map_of(plan, net, first);
	while (map + 1 < net->layer_count && follows(plan, map + 1, map)
		&& (goes_on(plan, first)
			|| (last == first && plan->ops[map + 1].kind == NN_OP_BATCHNORM))) {
		last = map + 1;
		map = map_of(plan, net, last);
	}
	if (last == first && plan->ops[first].kind != NN_OP_DEPTHWISE)
		return map; /* alone: whole */
	plan->ops[first].chain_end = map;
	for (int l = first; l <= map; l++)
		plan->ops[l].chain = first;
	plan->ops[first].at_once = goes_on(plan, first) ? channels_at_once(plan, net, first, map)
							: net->layers[first].shape.channels;
	for (int l = first; l < last;) {
		const int own = map_of(plan, net, l), next = own + 1;
		const struct nn_op *reader = &plan->ops[next];
		/* the way back computes a normalisation's map again */
		const bool again = plan->ops[l].kind == NN_OP_BATCHNORM
			&& plan->ops[l].wants_gradient && reader->kind == NN_OP_DEPTHWISE
			&& plan->ops[next + 1].pairs;
		const bool kept = reader->kind == NN_OP_DEPTHWISE ? reader->trained && !again
								  : reader->wants_gradient;
		if (nn_net_readers(net, own, NULL) == 1 && !kept
			&& !(net->layers[l].relu && plan->ops[l].wants_gradient))
			give_strip(plan, l, own);
		plan->ops[l].absorbs = plan->ops[l].strip && plan->ops[l].kind != NN_OP_BATCHNORM
			&& reader->kind == NN_OP_BATCHNORM;
		l = next;
	}
	return map;
}

/* Where the strips are, when the rest is laid out. */
static void place_strips(struct nn_plan *plan, const struct nn_net *net, size_t strip)
{
	size_t at = plan->maps;
	for (int l = 0; l < net->layer_count; l++) {
		struct nn_op *op = &plan->ops[l];
		if (op->strip && !op->done) /* not where its input lies */
			at = at == plan->maps ? plan->maps + strip : plan->maps;
		if (op->strip)
			op->out = at;
		if (op->pairs)
			plan->ops[op->inputs[0]].gradient = plan->maps + GRADIENT_STRIP * strip;
	}
}

void nn_plan_chain(struct nn_plan *plan, const struct nn_net *net)
{
	size_t strip = 0;
	for (int l = 0; l < net->layer_count; l++) {
		struct nn_op *op = &plan->ops[l];
		op->pairs = pairs(plan, net, l);
		if (!op->pairs)
			continue;
		op->at_back = channels_back(plan, net, l);
		const struct nn_op *deep = &plan->ops[op->inputs[0]];
		strip = nn_larger(strip,
			(size_t)op->at_back
				* nn_larger(op->plane, plan->ops[deep->inputs[0]].plane));
	}
	for (int l = 0, last; l < net->layer_count; l++) {
		if (!begins(plan, net, l))
			continue;
		last = find_chain(plan, net, l);
		for (int k = l; k <= last; k++)
			if (plan->ops[k].strip && !plan->ops[k].absorbs)
				strip = nn_larger(
					strip, (size_t)plan->ops[l].at_once * plan->ops[k].plane);
		l = last;
	}
	plan->memory = nn_layout(plan, net, plan->maps + STRIPS * strip);
	place_strips(plan, net, strip);
}
