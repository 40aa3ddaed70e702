/* safetensors.h - a file of named tensors: the length of the header in 8 bytes, the header (JSON:
 * names, types, shapes, offsets, metadata), the numbers. All little-endian, as are the machines
 * that this runs on. Internal to model/. */
#ifndef MODEL_SAFETENSORS_H
#define MODEL_SAFETENSORS_H

#include <jansson.h>

#include "model.h"

struct safetensor {
	const char *name, *type; /* type: "F32", "I32", "I8" */
	size_t sizes[4];
	int rank;
	void *data; /* source of writing, destination of reading */
	size_t bytes;
};

/* Append a file of these tensors, in this order, with this metadata (ownership is taken). Returns
 * 0, or -1 when memory runs out. */
int safetensors_pack(json_t *metadata, const struct safetensor *tensors, int count, struct str *out,
	struct err *e);

/* A file being read: its header, and the numbers after it. */
struct safetensors_file {
	json_t *header; /* json_decref */
	const char *numbers;
	size_t count; /* their size in bytes */
};

/* Returns 0 with *out, or -1 with e (ERR_USAGE). On success the header has metadata, an object. */
int safetensors_open(const char *bytes, size_t count, struct safetensors_file *out, struct err *e);
json_t *safetensors_metadata(const struct safetensors_file *f); /* not owned */

/* Copy the tensors to their data. The file must have exactly these tensors, of these types and
 * shapes, and every byte must belong to one. Returns 0, or -1 with e (ERR_USAGE). */
int safetensors_take(const struct safetensors_file *f, const struct safetensor *tensors, int count,
	struct err *e);

#endif
