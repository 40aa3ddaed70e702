/* formats.c - the table of formats, and a file read by the one that its name tells. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "../data/dataset.h"
#include "formats.h"

enum {
	FILE_BYTES_MAX = 256 << 20
}; /* the largest network has 50 million parameters (run/networks.c) */

const struct model_format model_formats[] = {
	{ "safetensors", ".safetensors", "the native format: JSON header, then the numbers", true,
		false, safetensors_write, safetensors_read },
	{ "npz", ".npz", "NumPy's archive of arrays", true, false, npz_write, npz_read },
	{ "int8", ".int8.safetensors", "8-bit whole numbers, calibrated on training images", false,
		true, int8_write, int8_read },
	{ "onnx", ".onnx", "a graph of operators, for ONNX Runtime, OpenCV and others", true, false,
		onnx_write, onnx_read },
	{ "c", ".c", "C99 source and header: no memory allocated, no library", false, false,
		c_source_write, NULL },
	{ 0 },
};

void model_free(struct model *m)
{
	free(m->params);
	nn_quant_free(m->quant);
	free(m->facts.config);
	free(m->facts.class_names);
	m->params = NULL;
	m->quant = NULL;
	m->facts.config = NULL;
	m->facts.class_names = NULL;
}

const char *model_class_name(const struct model *m, int k, char number[16])
{
	const char *name = m->facts.class_names;
	if (!name) {
		const char *published = dataset_class_name(m->facts.dataset, k);
		if (strcmp(published, "?") != 0)
			return published;
		snprintf(number, 16, "%d", k);
		return number;
	}
	while (k-- > 0)
		name += strlen(name) + 1;
	return name;
}

void model_files_free(struct model_files *f)
{
	str_free(&f->main);
	str_free(&f->header);
}

const struct model_format *model_format_find(const char *name, struct err *e)
{
	struct str names = { 0 };
	for (const struct model_format *f = model_formats; f->name; f++) {
		if (strcmp(f->name, name) == 0) {
			str_free(&names);
			return f;
		}
		str_addf(&names, "%s%s", f == model_formats ? "" : ", ", f->name);
	}
	err_set(e, ERR_USAGE, "unknown format '%s': there are %s", name,
		names.s ? names.s : "none");
	str_free(&names);
	return NULL;
}

const struct model_format *model_format_of_path(const char *path)
{
	const size_t length = strlen(path);
	const struct model_format *found =
		NULL; /* the longest ending: .int8.safetensors is more than .safetensors */
	for (const struct model_format *f = model_formats; f->name; f++) {
		const size_t ending = strlen(f->ending);
		if (length > ending && strcmp(path + length - ending, f->ending) == 0
			&& (!found || ending > strlen(found->ending)))
			found = f;
	}
	return found;
}

int model_file_read(
	const char *path, struct model *out, const struct model_format **format, struct err *e)
{
	const struct model_format *f = model_format_of_path(path);
	char *bytes;
	size_t count;
	*out = (struct model){ .facts.fold = -1 };
	if (!f || !f->read) {
		struct str endings = { 0 };
		for (const struct model_format *k = model_formats; k->name; k++)
			if (k->read)
				str_addf(&endings, "%s%s", endings.length ? ", " : "", k->ending);
		err_set(e, ERR_USAGE, "%s: %s can be read (told by the name's ending)", path,
			endings.s ? endings.s : "nothing");
		str_free(&endings);
		return -1;
	}
	if (file_read(path, FILE_BYTES_MAX, &bytes, &count, e))
		return -1;
	const int result = f->read(bytes, count, out, e);
	free(bytes);
	if (result) {
		model_free(out);
		return err_prefix(e, "%s: ", path);
	}
	if (format)
		*format = f;
	return 0;
}
