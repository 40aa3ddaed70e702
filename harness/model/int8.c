/* int8.c - a network in 8 bits (nn/quant.h): its whole numbers and scales in a file of named
 * tensors. What the file needs beside the native format: metadata "quantisation", in words. Its
 * layers are those with batch normalisations folded, or as depthwise convolutions. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "describe.h"
#include "formats.h"
#include "safetensors.h"

enum { CALIBRATION_IMAGES = 1000 };

static int list_tensors(const struct nn_quant *q, struct safetensor out[NN_QUANT_TENSORS_MAX])
{
	static const char *const types[] = {
		[NN_QUANT_I8] = "I8", [NN_QUANT_I32] = "I32", [NN_QUANT_F32] = "F32"
	};
	for (int i = 0; i < q->tensor_count; i++) {
		const struct nn_quant_tensor *t = &q->tensors[i];
		out[i] = (struct safetensor){ .name = t->name,
			.type = types[t->type],
			.rank = t->rank,
			.data = t->data,
			.bytes = t->count * (t->type == NN_QUANT_I8 ? 1 : 4) };
		for (int k = 0; k < t->rank; k++)
			out[i].sizes[k] = (size_t)t->dimensions[k];
	}
	return q->tensor_count;
}

int model_quantise(
	const struct model *m, const struct nn_images *training, struct model *out, struct err *e)
{
	char why[NN_QUANT_ERROR];
	*out = (struct model){ .facts = m->facts };
	out->facts.config = m->facts.config ? strdup(m->facts.config) : NULL;
	out->facts.class_names = m->facts.class_names ? malloc(m->facts.class_names_length) : NULL;
	if ((m->facts.config && !out->facts.config)
		|| (m->facts.class_names && !out->facts.class_names))
		return err_nomem(e);
	if (out->facts.class_names)
		memcpy(out->facts.class_names, m->facts.class_names, m->facts.class_names_length);
	if (training->values)
		return err_set(e, ERR_USAGE,
			"int8 is for networks on images: these take floats, which have no scale "
			"of their own");
	float *params = malloc(m->net.parameter_count * sizeof(*params) + 1);
	if (!params)
		return err_nomem(e);
	if (nn_fold_all_batchnorm(&m->net, m->params, &out->net, params)) {
		free(params);
		return err_set(e, ERR_USAGE, "%s", out->net.error);
	}
	out->quant = nn_quant_new(&out->net, why);
	if (!out->quant) {
		free(params);
		return err_set(e, ERR_USAGE, "%s", why);
	}
	struct nn_images last = *training;
	if (last.count > CALIBRATION_IMAGES) {
		last.pixels +=
			(size_t)(last.count - CALIBRATION_IMAGES) * nn_shape_size(last.shape);
		last.labels += last.count - CALIBRATION_IMAGES;
		last.count = CALIBRATION_IMAGES;
	}
	const int result = nn_quant_fit(out->quant, params, &last, NULL, last.count, NULL);
	free(params);
	return result ? err_set(e, ERR_USAGE, "%s", out->quant->error) : 0;
}

int int8_write(const struct model *m, const struct model_writing *how, struct model_files *out,
	struct err *e)
{
	struct model quantised;
	struct safetensor tensors[NN_QUANT_TENSORS_MAX];
	int result = model_quantise(m, how->images, &quantised, e);
	if (!result) {
		json_t *metadata = describe_metadata(&quantised);
		json_object_set_new(metadata, "quantisation",
			json_sprintf(
				"int8: real = scale * (q - zero_point), kernels scale[channel] * "
				"q, biases scale of the input * scale[channel] * q; "
				"calibrated on the last %d training images",
				CALIBRATION_IMAGES));
		result = safetensors_pack(
			metadata, tensors, list_tensors(quantised.quant, tensors), &out->main, e);
	}
	model_free(&quantised);
	return result;
}

static int take_all(const struct safetensors_file *f, struct model *out, struct err *e)
{
	const json_t *metadata = safetensors_metadata(f);
	char why[NN_QUANT_ERROR];
	if (describe_read_network(metadata, &out->net, e)
		|| describe_read_facts(metadata, &out->facts, e))
		return -1;
	out->quant = nn_quant_new(&out->net, why);
	if (!out->quant)
		return err_set(e, ERR_USAGE, "%s", why);
	struct safetensor tensors[NN_QUANT_TENSORS_MAX];
	if (safetensors_take(f, tensors, list_tensors(out->quant, tensors), e))
		return -1;
	return nn_quant_check(out->quant) ? err_set(e, ERR_USAGE, "%s", out->quant->error) : 0;
}

int int8_read(const char *bytes, size_t count, struct model *out, struct err *e)
{
	struct safetensors_file f;
	if (safetensors_open(bytes, count, &f, e))
		return -1;
	const int result = take_all(&f, out, e);
	json_decref(f.header);
	return result;
}
