/* describe.h - a model's layers and facts as texts, which every file carries as its metadata, and
 * back. Internal to model/.
 *
 * Metadata is a set of names and texts; what is a list or an object is JSON in its text:
 *   format            "retrial model 1"
 *   network           the layers in order:
 * [{"kind":"conv","name":"conv1","inputs":[0],"filters":10,"kernel":[3,3], ...}, ...]; inputs are
 * numbers of layers input             what goes in, in words;   output: what comes out classes
 * their names identity, config, fold, core_version, weights_digest, dataset, data_digest,
 * data_variant: of struct model_facts, those that are known test              [{"accuracy":...,
 * "count":..., "predictions_digest":...}, ...], an object an output of the network
 */
#ifndef MODEL_DESCRIBE_H
#define MODEL_DESCRIBE_H

#include <jansson.h>

#include "model.h"

/* The metadata as an object of strings, owned by the caller (json_decref); NULL when memory runs
 * out. */
json_t *describe_metadata(const struct model *m);

/* The layers that the metadata's "network" describes. Returns 0, or -1 with e (ERR_USAGE). */
int describe_read_network(const json_t *metadata, struct nn_net *net, struct err *e);
/* The facts; what is not there is left as it is. Returns 0, or -1 with e (ERR_USAGE: of a kind or
 * length that cannot be). */
int describe_read_facts(const json_t *metadata, struct model_facts *facts, struct err *e);

/* Add a layer made by anybody: of `layer` the name, kind, inputs, and as its kind has them the
 * kernel, stride, padding, relu, rate, slope, momentum, epsilon and shape (input: all of it; conv,
 * dense: its channels); bias: conv, depthwise and dense have one, normalize is by pixel. Networks
 * beyond what this program would train are refused before their sizes overflow. Returns 0, or -1
 * with e (ERR_USAGE). */
int describe_add_layer(struct nn_net *net, const struct nn_layer *layer, bool bias, struct err *e);

/* All layers are there: is it a network, with weights of different names, whose inputs are alike?
 * Returns 0, or -1 with e (ERR_USAGE). */
int describe_check_network(struct nn_net *net, struct err *e);

/* Shape of a parameter tensor in files; returns how many sizes: kernels
 * [filters][channels][ky][kx], depthwise [channels][1][ky][kx], dense [units][inputs], others
 * [count]. */
int describe_tensor_shape(const struct nn_net *net, int tensor, size_t sizes[4]);

/* The parameters were read: are they finite numbers with the digest that the facts have, if they
 * have one? Returns 0, or -1 with e (ERR_USAGE). */
int describe_check_params(const struct model *m, struct err *e);

#endif
