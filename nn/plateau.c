/* plateau.c - the arithmetic of Keras's ReduceLROnPlateau. */
#include "plateau.h"

double nn_plateau_epoch(struct nn_plateau *p, double value, double scale)
{
	const bool improved = value == value
		&& (!p->any
			|| (p->maximize ? value > p->best + p->min_delta
					: value < p->best - p->min_delta));
	if (p->cooling > 0) {
		p->cooling--;
		p->wait = 0;
	}
	if (improved) {
		p->any = true;
		p->best = value;
		p->wait = 0;
		return scale;
	}
	if (p->cooling > 0 || ++p->wait < p->patience || scale <= p->least)
		return scale;
	p->cooling = p->cooldown;
	p->wait = 0;
	return scale * p->factor > p->least ? scale * p->factor : p->least;
}
