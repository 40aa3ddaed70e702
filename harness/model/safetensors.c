/* safetensors.c - files of named tensors (safetensors.h), and the native format of trained
 * networks. */
#include "safetensors.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "describe.h"
#include "formats.h"

enum { HEADER_BYTES_MAX = 4 << 20, ALIGNMENT = 8 };

/* ---- writing ---- */

static json_t *tensor_json(const struct safetensor *t, size_t at)
{
	json_t *shape = json_array();
	for (int i = 0; i < t->rank; i++)
		json_array_append_new(shape, json_integer((json_int_t)t->sizes[i]));
	return json_pack("{s:s, s:o, s:[I, I]}", "dtype", t->type, "shape", shape, "data_offsets",
		(json_int_t)at, (json_int_t)(at + t->bytes));
}

int safetensors_pack(json_t *metadata, const struct safetensor *tensors, int count, struct str *out,
	struct err *e)
{
	size_t at = 0;
	json_t *header = json_object();
	json_object_set_new(header, "__metadata__", metadata);
	for (int i = 0; i < count; at += tensors[i++].bytes)
		json_object_set_new(header, tensors[i].name, tensor_json(&tensors[i], at));
	char *text = json_dumps(header, JSON_COMPACT);
	json_decref(header);
	if (!text)
		return err_nomem(e);
	const size_t length = strlen(text),
		     padded = (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	const uint64_t size = padded;
	str_add_bytes(out, (const char *)&size, sizeof(size));
	str_add_bytes(out, text, length);
	str_add_bytes(out, "        ", padded - length);
	for (int i = 0; i < count; i++)
		str_add_bytes(out, tensors[i].data, tensors[i].bytes);
	free(text);
	return 0;
}

/* ---- reading ---- */

int safetensors_open(const char *bytes, size_t count, struct safetensors_file *out, struct err *e)
{
	uint64_t length;
	if (count < sizeof(length))
		return err_set(e, ERR_USAGE, "no safetensors file: it has %zu bytes", count);
	memcpy(&length, bytes, sizeof(length));
	if (length > HEADER_BYTES_MAX || length > count - sizeof(length))
		return err_set(e, ERR_USAGE,
			"no safetensors file, or cut short: its header is said to have %llu bytes "
			"(at most %d, and %zu follow)",
			(unsigned long long)length, HEADER_BYTES_MAX, count - sizeof(length));
	json_error_t why;
	json_t *header = json_loadb(bytes + sizeof(length), length, JSON_REJECT_DUPLICATES, &why);
	if (!header)
		return err_set(e, ERR_USAGE, "its header is no JSON, at byte %d", why.position);
	*out = (struct safetensors_file){ header, bytes + sizeof(length) + length,
		count - sizeof(length) - length };
	if (json_is_object(header) && json_is_object(safetensors_metadata(out)))
		return 0;
	json_decref(header);
	return err_set(e, ERR_USAGE, "its header has no __metadata__ (retrial export writes it)");
}

json_t *safetensors_metadata(const struct safetensors_file *f)
{
	return json_object_get(f->header, "__metadata__");
}

static int check_shape(const json_t *shape, const struct safetensor *t, struct err *e)
{
	bool same = json_array_size(shape) == (size_t)t->rank;
	for (int i = 0; same && i < t->rank; i++)
		same = json_is_integer(json_array_get(shape, (size_t)i))
			&& json_integer_value(json_array_get(shape, (size_t)i))
				== (json_int_t)t->sizes[i];
	return same ? 0
		    : err_set(e, ERR_USAGE, "%s: its shape is not that of the network", t->name);
}

static int take_tensor(const struct safetensors_file *f, const struct safetensor *t, struct err *e)
{
	const json_t *o = json_object_get(f->header, t->name),
		     *offsets = json_object_get(o, "data_offsets");
	const char *type = json_string_value(json_object_get(o, "dtype"));
	if (!o)
		return err_set(e, ERR_USAGE, "there is no tensor %s", t->name);
	if (!type || strcmp(type, t->type) != 0)
		return err_set(
			e, ERR_USAGE, "%s: its numbers must be of type %s", t->name, t->type);
	if (check_shape(json_object_get(o, "shape"), t, e))
		return -1;
	const json_t *first = json_array_get(offsets, 0), *last = json_array_get(offsets, 1);
	const json_int_t begin = json_integer_value(first), end = json_integer_value(last);
	if (json_array_size(offsets) != 2 || !json_is_integer(first) || !json_is_integer(last)
		|| begin < 0 || end < begin || (uint64_t)end > f->count
		|| (uint64_t)(end - begin) != t->bytes)
		return err_set(e, ERR_USAGE,
			"%s: data_offsets do not say where its %zu bytes are among the %zu that "
			"there are",
			t->name, t->bytes, f->count);
	if (t->bytes)
		memcpy(t->data, f->numbers + begin, t->bytes);
	return 0;
}

struct place {
	json_int_t begin, end;
};

static int by_begin(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	return x->begin < y->begin ? -1 : x->begin > y->begin;
}

/* Every byte belongs to one tensor, as the format demands; each tensor's place has been checked. */
static int check_places(const struct safetensors_file *f, const struct safetensor *tensors,
	int count, struct err *e)
{
	struct place *places = calloc((size_t)count + 1, sizeof(*places));
	json_int_t at = 0;
	if (!places)
		return err_nomem(e);
	for (int i = 0; i < count; i++) {
		const json_t *offsets = json_object_get(
			json_object_get(f->header, tensors[i].name), "data_offsets");
		places[i] = (struct place){ json_integer_value(json_array_get(offsets, 0)),
			json_integer_value(json_array_get(offsets, 1)) };
	}
	qsort(places, (size_t)count, sizeof(*places), by_begin);
	bool whole = true;
	for (int i = 0; whole && i < count; i++) {
		whole = places[i].begin == at;
		at = whole ? places[i].end : at;
	}
	free(places);
	if (!whole)
		return err_set(e, ERR_USAGE,
			"its tensors overlap or leave gaps at byte %lld of the numbers",
			(long long)at);
	return (size_t)at == f->count
		? 0
		: err_set(e, ERR_USAGE, "there are %zu bytes behind the last tensor",
			f->count - (size_t)at);
}

int safetensors_take(const struct safetensors_file *f, const struct safetensor *tensors, int count,
	struct err *e)
{
	if (json_object_size(f->header) != (size_t)count + 1)
		return err_set(e, ERR_USAGE, "it has %zu tensors, the network that it describes %d",
			json_object_size(f->header) - 1, count);
	for (int i = 0; i < count; i++)
		if (take_tensor(f, &tensors[i], e))
			return -1;
	return check_places(f, tensors, count, e);
}

/* ---- the native format ---- */

/* The parameter tensors of a network; returns how many. */
static int list_tensors(const struct model *m, struct safetensor out[2 * NN_LAYERS_MAX])
{
	for (int i = 0; i < m->net.tensor_count; i++) {
		const struct nn_tensor *t = &m->net.tensors[i];
		out[i] = (struct safetensor){ .name = t->name,
			.type = "F32",
			.data = m->params + t->offset,
			.bytes = t->count * sizeof(*m->params) };
		out[i].rank = describe_tensor_shape(&m->net, i, out[i].sizes);
	}
	return m->net.tensor_count;
}

int safetensors_write(const struct model *m, const struct model_writing *how,
	struct model_files *out, struct err *e)
{
	(void)how;
	struct safetensor tensors[2 * NN_LAYERS_MAX];
	return safetensors_pack(
		describe_metadata(m), tensors, list_tensors(m, tensors), &out->main, e);
}

static int take_all(const struct safetensors_file *f, struct model *out, struct err *e)
{
	const json_t *metadata = safetensors_metadata(f);
	if (describe_read_network(metadata, &out->net, e)
		|| describe_read_facts(metadata, &out->facts, e))
		return -1;
	out->params = malloc(out->net.parameter_count * sizeof(*out->params) + 1);
	if (!out->params)
		return err_nomem(e);
	struct safetensor tensors[2 * NN_LAYERS_MAX];
	return safetensors_take(f, tensors, list_tensors(out, tensors), e)
			|| describe_check_params(out, e)
		? -1
		: 0;
}

int safetensors_read(const char *bytes, size_t count, struct model *out, struct err *e)
{
	struct safetensors_file f;
	if (safetensors_open(bytes, count, &f, e))
		return -1;
	const int result = take_all(&f, out, e);
	json_decref(f.header);
	return result;
}
