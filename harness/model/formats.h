/* formats.h - the functions of model_formats (model.h), each in the file of its name. Internal to
 * model/. */
#ifndef MODEL_FORMATS_H
#define MODEL_FORMATS_H

#include "model.h"

typedef int model_write_function(const struct model *m, const struct model_writing *how,
	struct model_files *out, struct err *e);
typedef int model_read_function(const char *bytes, size_t count, struct model *out, struct err *e);

model_write_function safetensors_write, npz_write, int8_write, onnx_write, c_source_write;
model_read_function safetensors_read, npz_read, int8_read, onnx_read;

enum { ONNX_OPSET = 10 };

/* ONNX's pads of a convolution of images of this shape: before the rows, before the columns, after
 * the rows, after the columns. */
void onnx_pads(const struct nn_layer *layer, struct nn_shape in, int pads[4]);

#endif
