/* stop.c - early stopping: the arithmetic of Keras's EarlyStopping. */
#include "stop.h"

#include <assert.h>

int nn_stop_epoch(struct nn_stop *s, int epoch, double value)
{
	assert(epoch >= 0 && s->patience >= 0);
	if (epoch < s->from_epoch)
		return NN_STOP_GO_ON;
	bool first = !s->any;
	bool improved =
		s->maximize ? value - s->min_delta > s->best : value + s->min_delta < s->best;
	if (first && value == value)
		improved = true; /* Keras starts from -infinity (or +infinity) */
	s->any = true;
	if (first)
		s->best_epoch = epoch;
	if (improved) {
		s->best = value;
		s->best_epoch = epoch;
		s->wait = 0;
		return NN_STOP_KEEP;
	}
	if (first)
		s->best = s->maximize ? -__builtin_inf() : __builtin_inf();
	s->wait++;
	int result = first ? NN_STOP_KEEP : NN_STOP_GO_ON;
	if (s->patience > 0 && s->wait >= s->patience && epoch > 0)
		result |= NN_STOP_NOW;
	return result;
}
