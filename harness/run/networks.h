/* networks.h - the networks of a trial's model (plan/model.h) for images of one shape: its layers
 * by their paths. */
#ifndef RUN_NETWORKS_H
#define RUN_NETWORKS_H

#include "../../nn/nn.h"
#include "../base/err.h"
#include "../plan/layers.h"
#include "../plan/sweep.h"

/* The submodel is stem1: stem and submodel_head, with an input and an output. The dual model is
 * stem1 and stem2 with an input and an output each. The unified model has one input, both stems
 * with unified_stem behind each, concat, unified_head, output. Model lightweight, ten classes:
 * 28x28x1: 6,930, 13,860 and 14,862 parameters; 32x32x3: 9,310, 18,620 and 19,622. Returns 0, or -1
 * with e (ERR_USAGE) when the images do not fit: the layer and both shapes are named. */
int network_build(const struct model_config *m, enum network kind, struct nn_shape input,
	int classes, struct nn_net *net, struct err *e);

/* The network of a trial, which begins with what the trial normalises images by (its constants are
 * set by network_set_constants). */
int network_of_trial(const struct trial *t, enum network kind, struct nn_shape input, int classes,
	struct nn_net *net, struct err *e);

/* Set the constants of the network's normalisation from these of the images. */
void network_set_constants(const struct trial *t, const struct nn_net *net,
	const struct nn_images *images, const uint32_t *ids, uint32_t count, float *params);

/* Remove the part of the remaining weights that the phase says: *mask [parameter_count] (made of
 * ones if it is NULL; the caller's, free) gets 0 where a weight of the smallest magnitude is
 * removed, the first of equals first. Weights are not changed. Returns 0, or -1 when memory runs
 * out. */
int network_prune(const struct trial *t, const struct phase_config *phase, const struct nn_net *net,
	const float *params, float **mask);

/* The weights that phase number `number` goes on with by its `rewind`, which is not none. */
void network_rewind(const struct trial *t, int number, const struct nn_net *net, float *params);

/* Stage 2a (paper.md): give the unified network what the submodels have learned. Stems take the
 * weights of the submodels' stems; where heads[stem] is HEAD_COPY, each layer with weights of
 * unified_stem takes those of the layer in the same position of submodel_head, which have to be as
 * many (N2). from, to: the parameters of both networks; NULL: only ask whether they match. Returns
 * 0, or -1 with e (ERR_USAGE): both tensors are named. */
int network_unify(const struct model_config *m, const enum head_init heads[2],
	const struct nn_net *dual, const float *from, const struct nn_net *unified, float *to,
	struct err *e);

/* How many times the multiply-accumulates of the paper's network (model lightweight) those of the
 * network of phase number `phase` are, for images of this shape and ten classes; 1 where one of the
 * two does not fit them. */
double network_share(const struct trial *t, int phase, struct nn_shape shape);

/* Floats are no pictures: nothing turns or brightens them. reals: the trial's data set holds
 * floats. Returns 0, or -1 with e (ERR_USAGE) when a phase of the trial has augmented images. */
int network_check_augment(const struct trial *t, bool reals, struct err *e);

/* Do the networks of all phases of the trial fit the images of its data set, by what is known of it
 * without reading it, and is it of images where a phase augments them? places (struct
 * dataset_places): where imported sets are; may be NULL. True of a data set that is not known. For
 * sweep_options.fits. Returns 0, or -1 with *where and e (ERR_USAGE). */
int networks_fit(const struct trial *t, const void *places, struct misfit *where, struct err *e);

#endif
