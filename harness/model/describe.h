/* describe.h - writes a model's layers and facts as texts, the metadata of every model file, and
 * reads them. Internal to model/.
 *
 * Metadata is a set of names and texts; lists and objects are JSON in their text:
 *   format   "retrial model 1"
 *   network  the layers in order: [{"kind":"conv","name":"conv1","inputs":[0],"filters":10,
 *            "kernel":[3,3], ...}, ...]; inputs are layer numbers
 *   input    a description of the input
 *   output   a description of the output
 *   classes  their names
 *   identity, config, fold, core_version, weights_digest, dataset, data_digest, data_variant
 *            the fields of struct model_facts that are known
 *   test     [{"accuracy":..., "count":..., "predictions_digest":...}, ...], one object per output
 */
#ifndef MODEL_DESCRIBE_H
#define MODEL_DESCRIBE_H

#include <jansson.h>

#include "model.h"

/* The metadata as an object of strings, owned by the caller (json_decref). NULL when memory runs
 * out. */
json_t *describe_metadata(const struct model *m);

/* The name of a kind in "network". */
const char *describe_kind(enum nn_kind kind);

/* The layers that the metadata's "network" describes. Returns 0, or -1 with e (ERR_USAGE). */
int describe_read_network(const json_t *metadata, struct nn_net *net, struct err *e);
/* The facts; fields without metadata are left unchanged. Returns 0, or -1 with e (ERR_USAGE: wrong
 * type or length). */
int describe_read_facts(const json_t *metadata, struct model_facts *facts, struct err *e);

/* Add a layer from an untrusted file. Of `layer` these fields are read: name, kind, inputs, and
 * those that its kind has: kernel, stride, padding, relu, rate, slope, momentum, epsilon and shape
 * (input: all of it; conv, dense: its channels). bias: conv, depthwise and dense have a bias;
 * normalize is by pixel. Networks larger than this program would train are refused before sizes
 * overflow. Returns 0, or -1 with e (ERR_USAGE). */
int describe_add_layer(struct nn_net *net, const struct nn_layer *layer, bool bias, struct err *e);

/* After all layers: check that it is a network, that names of its tensors differ, and that all
 * inputs have the same shape. Returns 0, or -1 with e (ERR_USAGE). */
int describe_check_network(struct nn_net *net, struct err *e);

/* Shape of a parameter tensor in files: convolution [filters][channels][ky][kx], depthwise
 * [channels][1][ky][kx], dense [units][inputs], others [count]. Returns the number of sizes. */
int describe_tensor_shape(const struct nn_net *net, int tensor, size_t sizes[4]);

/* After the parameters: check that they are finite and have the digest of the facts, if that is
 * known. Returns 0, or -1 with e (ERR_USAGE). */
int describe_check_params(const struct model *m, struct err *e);

#endif
