/* safetensors.h - a file of named tensors: 8 bytes with the length of the header, the header (JSON:
 * names, types, shapes, places, metadata), the numbers. Little-endian throughout, as the machines
 * that this runs on. Internal to model/. */
#ifndef MODEL_SAFETENSORS_H
#define MODEL_SAFETENSORS_H

#include <jansson.h>

#include "model.h"

struct safetensor {
	const char *name, *type; /* type: "F32", "I32", "I8" */
	size_t sizes[4];
	int rank;
	void *data; /* written from here, read to here */
	size_t bytes;
};

/* Append a file of these tensors, in this order, with this metadata (taken over). Returns 0, or -1
 * when memory runs out. */
int safetensors_pack(json_t *metadata, const struct safetensor *tensors, int count, struct str *out,
	struct err *e);

/* A file that is being read: its header, and the numbers behind it. */
struct safetensors_file {
	json_t *header; /* json_decref */
	const char *numbers;
	size_t count; /* bytes of them */
};

/* Returns 0 with *out, or -1 with e (ERR_USAGE). The metadata is there, as an object. */
int safetensors_open(const char *bytes, size_t count, struct safetensors_file *out, struct err *e);
json_t *safetensors_metadata(const struct safetensors_file *f); /* not owned */

/* Read the tensors to their data: these and no others must be there, of these types and shapes, and
 * every byte must belong to one. Returns 0, or -1 with e (ERR_USAGE). */
int safetensors_take(const struct safetensors_file *f, const struct safetensor *tensors, int count,
	struct err *e);

#endif
