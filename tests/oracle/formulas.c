/* formulas.c - optimizers, initial weights, image maps and early stopping as their sources state
 * them (oracle.h). */
#include "oracle.h"

#include <math.h>

/* Keras, class Nadam. */
void oracle_nadam(struct oracle_slot *s, double gradient, int step, double lr, double beta1,
	double beta2, double epsilon)
{
	double mu = beta1 * (1 - 0.5 * pow(0.96, step));
	double mu_next = beta1 * (1 - 0.5 * pow(0.96, step + 1));
	s->mu_product *= mu;
	s->first += (gradient - s->first) * (1 - beta1);
	s->second += (gradient * gradient - s->second) * (1 - beta2);
	double first_hat = mu_next * s->first / (1 - s->mu_product * mu_next)
		+ (1 - mu) * gradient / (1 - s->mu_product);
	double second_hat = s->second / (1 - pow(beta2, step));
	s->weight -= lr * first_hat / (sqrt(second_hat) + epsilon);
}

/* Keras, class SGD; the weight decay of class Optimizer comes before the step. */
void oracle_sgd(struct oracle_slot *s, double gradient, double lr, double momentum, bool nesterov,
	double weight_decay)
{
	s->weight -= s->weight * weight_decay * lr;
	if (momentum == 0) {
		s->weight -= lr * gradient;
		return;
	}
	s->first = momentum * s->first - lr * gradient;
	s->weight += nesterov ? momentum * s->first - lr * gradient : s->first;
}

/* Keras, VarianceScaling(scale 2, fan_in, truncated normal): the standard deviation is corrected
 * for the truncation at two of them. */
double oracle_he_normal_cdf(double x, int fan_in)
{
	double sd = sqrt(2.0 / fan_in) / .87962566103423978;
	double low = erfc(2 / sqrt(2)) / 2;
	double p = (erfc(-x / sd / sqrt(2)) / 2 - low) / (1 - 2 * low);
	return p < 0 ? 0 : p > 1 ? 1 : p;
}

double oracle_glorot_limit(int fan_in, int fan_out)
{
	return sqrt(6.0 / (fan_in + fan_out));
}

/* Place i of a row of n that is continued by mirror images of itself. */
static int mirrored(int i, int n)
{
	while (i < 0 || i >= n)
		i = i < 0 ? -1 - i : 2 * n - 1 - i;
	return i;
}

void oracle_warp(const double map[6], double brightness, const uint8_t *image,
	struct nn_shape shape, double *out)
{
	for (int c = 0; c < shape.channels; c++)
		for (int y = 0; y < shape.height; y++)
			for (int x = 0; x < shape.width; x++) {
				double from_x = map[0] * x + map[1] * y + map[2],
				       from_y = map[3] * x + map[4] * y + map[5];
				int left = (int)floor(from_x), above = (int)floor(from_y);
				double sum = 0;
				for (int k = 0; k < 4; k++) {
					int at_x = left + k % 2, at_y = above + k / 2;
					double share = (1 - fabs(from_x - at_x))
						* (1 - fabs(from_y - at_y));
					int pixel = image[(c * shape.height
								  + mirrored(at_y, shape.height))
							* shape.width
						+ mirrored(at_x, shape.width)];
					sum += share * pixel / 255;
				}
				sum += brightness;
				out[(c * shape.height + y) * shape.width + x] = sum < 0 ? 0
					: sum > 1                                       ? 1
											: sum;
			}
}

/* third(x, y) = second(x - right, y - down); second(p) = first(centre + Z (p - centre)); first(p) =
 * image(centre + R (p - centre)). */
void oracle_warp_map(double turns, double zoom_x, double zoom_y, double right, double down,
	struct nn_shape shape, double map[6])
{
	double centre_x = (shape.width - 1) / 2.0, centre_y = (shape.height - 1) / 2.0;
	double c = cos(2 * acos(-1) * turns), s = sin(2 * acos(-1) * turns);
	map[0] = c * zoom_x;
	map[1] = -s * zoom_y;
	map[3] = s * zoom_x;
	map[4] = c * zoom_y;
	map[2] = centre_x + map[0] * (-right - centre_x) + map[1] * (-down - centre_y);
	map[5] = centre_y + map[3] * (-right - centre_x) + map[4] * (-down - centre_y);
}

/* Keras, class EarlyStopping, on_epoch_end, restore_best_weights=True, no baseline. */
void oracle_stop_epoch(struct oracle_stop *s, int epoch, double value, bool *keep, bool *stop)
{
	*keep = *stop = false;
	if (!s->begun) {
		s->begun = true;
		s->best = s->maximize ? -INFINITY : INFINITY;
	}
	if (epoch < s->start_from_epoch)
		return;
	if (!s->have_weights) {
		s->have_weights = true;
		s->best_epoch = epoch;
		*keep = true;
	}
	s->wait++;
	bool improved =
		s->maximize ? value - s->min_delta > s->best : value + s->min_delta < s->best;
	if (improved) {
		s->best = value;
		s->best_epoch = epoch;
		s->wait = 0;
		*keep = true;
		return;
	}
	if (s->patience > 0 && s->wait >= s->patience && epoch > 0)
		*stop = true;
}
