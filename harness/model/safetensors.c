/* safetensors.c - the native format: 8 bytes with the length of the header, the header (JSON: names, types, shapes, places, metadata), the numbers.
 * Little-endian throughout, as the machines that this runs on. */
#include "formats.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "describe.h"

enum { HEADER_BYTES_MAX = 4 << 20, ALIGNMENT = 8 };

/* ---- writing ---------------------------------------------------------------------------------------------------------- */

static json_t *tensor_json(const struct nn_net *net, int tensor, size_t *at)
{
	size_t sizes[4];
	const int rank = describe_tensor_shape(net, tensor, sizes);
	const size_t bytes = net->tensors[tensor].count * sizeof(float);
	json_t *shape = json_array();
	for (int i = 0; i < rank; i++)
		json_array_append_new(shape, json_integer((json_int_t)sizes[i]));
	json_t *o = json_pack("{s:s, s:o, s:[I, I]}", "dtype", "F32", "shape", shape, "data_offsets", (json_int_t)*at, (json_int_t)(*at + bytes));
	*at += bytes;
	return o;
}

int safetensors_write(const struct model *m, const struct model_writing *how, struct model_files *out, struct err *e)
{
	(void)how;
	size_t at = 0;
	json_t *header = json_object();
	json_object_set_new(header, "__metadata__", describe_metadata(m));
	for (int i = 0; i < m->net.tensor_count; i++)
		json_object_set_new(header, m->net.tensors[i].name, tensor_json(&m->net, i, &at));
	char *text = json_dumps(header, JSON_COMPACT);
	json_decref(header);
	if (!text)
		return err_nomem(e);
	const size_t length = strlen(text), padded = (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	const uint64_t size = padded;
	str_add_bytes(&out->main, (const char *)&size, sizeof size);
	str_add_bytes(&out->main, text, length);
	str_add_bytes(&out->main, "        ", padded - length);
	str_add_bytes(&out->main, (const char *)m->params, m->net.parameter_count * sizeof *m->params);
	free(text);
	return 0;
}

/* ---- reading ---------------------------------------------------------------------------------------------------------- */

/* The numbers behind the header, and which of their bytes some tensor has. */
struct data {
	const char *bytes;
	size_t count;
};

static int check_shape(const json_t *shape, const struct nn_net *net, int tensor, struct err *e)
{
	size_t sizes[4];
	const int rank = describe_tensor_shape(net, tensor, sizes);
	bool same = json_array_size(shape) == (size_t)rank;
	for (int i = 0; same && i < rank; i++)
		same = json_is_integer(json_array_get(shape, (size_t)i)) && json_integer_value(json_array_get(shape, (size_t)i)) == (json_int_t)sizes[i];
	return same ? 0 : err_set(e, ERR_USAGE, "%s: its shape is not that of the network", net->tensors[tensor].name);
}

static int take_tensor(const json_t *header, const struct data *data, struct model *out, int tensor, struct err *e)
{
	const struct nn_tensor *t = &out->net.tensors[tensor];
	const json_t *o = json_object_get(header, t->name), *offsets = json_object_get(o, "data_offsets");
	const char *type = json_string_value(json_object_get(o, "dtype"));
	if (!o)
		return err_set(e, ERR_USAGE, "there is no tensor %s", t->name);
	if (!type || strcmp(type, "F32") != 0)
		return err_set(e, ERR_USAGE, "%s: its numbers must be of type F32", t->name);
	if (check_shape(json_object_get(o, "shape"), &out->net, tensor, e))
		return -1;
	const json_t *first = json_array_get(offsets, 0), *last = json_array_get(offsets, 1);
	const json_int_t begin = json_integer_value(first), end = json_integer_value(last);
	if (json_array_size(offsets) != 2 || !json_is_integer(first) || !json_is_integer(last) || begin < 0 || end < begin || (uint64_t)end > data->count
	    || (uint64_t)(end - begin) != t->count * sizeof(float))
		return err_set(e, ERR_USAGE, "%s: data_offsets do not say where its %zu bytes are among the %zu that there are", t->name, t->count * sizeof(float),
		               data->count);
	memcpy(out->params + t->offset, data->bytes + begin, t->count * sizeof(float));
	return 0;
}

static int by_begin(const void *a, const void *b)
{
	const json_int_t *x = a, *y = b;
	return *x < *y ? -1 : *x > *y;
}

/* Every byte belongs to one tensor, as the format demands; each tensor's place has been checked. */
static int check_places(const json_t *header, const struct model *m, size_t count, struct err *e)
{
	json_int_t places[2 * NN_LAYERS_MAX][2], at = 0;
	for (int i = 0; i < m->net.tensor_count; i++)
		for (size_t k = 0; k < 2; k++)
			places[i][k] = json_integer_value(json_array_get(json_object_get(json_object_get(header, m->net.tensors[i].name), "data_offsets"), k));
	qsort(places, (size_t)m->net.tensor_count, sizeof *places, by_begin);
	for (int i = 0; i < m->net.tensor_count; i++) {
		if (places[i][0] != at)
			return err_set(e, ERR_USAGE, "its tensors overlap or leave gaps at byte %lld of the numbers", (long long)at);
		at = places[i][1];
	}
	return (size_t)at == count ? 0 : err_set(e, ERR_USAGE, "there are %zu bytes behind the last tensor", count - (size_t)at);
}

static int take_all(const json_t *header, const struct data *data, struct model *out, struct err *e)
{
	const json_t *metadata = json_object_get(header, "__metadata__");
	if (!json_is_object(header) || !json_is_object(metadata))
		return err_set(e, ERR_USAGE, "its header has no __metadata__ (retrial export writes it)");
	if (describe_read_network(metadata, &out->net, e) || describe_read_facts(metadata, &out->facts, e))
		return -1;
	if (json_object_size(header) != (size_t)out->net.tensor_count + 1)
		return err_set(e, ERR_USAGE, "it has %zu tensors, the network that it describes %d", json_object_size(header) - 1, out->net.tensor_count);
	out->params = malloc(out->net.parameter_count * sizeof *out->params + 1);
	if (!out->params)
		return err_nomem(e);
	for (int i = 0; i < out->net.tensor_count; i++)
		if (take_tensor(header, data, out, i, e))
			return -1;
	return check_places(header, out, data->count, e) || describe_check_params(out, e) ? -1 : 0;
}

int safetensors_read(const char *bytes, size_t count, struct model *out, struct err *e)
{
	uint64_t length;
	if (count < sizeof length)
		return err_set(e, ERR_USAGE, "no safetensors file: it has %zu bytes", count);
	memcpy(&length, bytes, sizeof length);
	if (length > HEADER_BYTES_MAX || length > count - sizeof length)
		return err_set(e, ERR_USAGE, "no safetensors file, or cut short: its header is said to have %llu bytes (at most %d, and %zu follow)",
		               (unsigned long long)length, HEADER_BYTES_MAX, count - sizeof length);
	json_error_t why;
	json_t *header = json_loadb(bytes + sizeof length, length, JSON_REJECT_DUPLICATES, &why);
	if (!header)
		return err_set(e, ERR_USAGE, "its header is no JSON, at byte %d", why.position);
	const struct data data = { bytes + sizeof length + length, count - sizeof length - length };
	const int answer = take_all(header, &data, out, e);
	json_decref(header);
	return answer;
}
