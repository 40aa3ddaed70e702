/* npy.c - see npy.h. Trusts nothing: every size is checked against the bytes that are there. */
#include "npy.h"

#include <stdlib.h>
#include <string.h>

#include "../base/str.h"

enum { HEADER_MAX = 4096 };

static int no_file(const char *where, struct err *e)
{
	return err_set(e, ERR_USAGE, "%s: no array that NumPy wrote (.npy)", where);
}

/* What stands behind 'NAME': in the header, or NULL. */
static const char *find(const char *header, const char *name)
{
	char key[32];
	const char *at;
	size_t length = strlen(name);
	key[0] = '\'';
	memcpy(key + 1, name, length);
	memcpy(key + 1 + length, "':", 3);
	at = strstr(header, key);
	return at ? at + length + 3 + strspn(at + length + 3, " ") : NULL;
}

static bool read_type(const char *text, struct npy *out)
{
	if (!text || text[0] != '\'' || !strchr("<|", text[1]) || !text[1]
		|| !strchr("buif", text[2]) || !text[2] || !strchr("1248", text[3]) || !text[3]
		|| text[4] != '\'')
		return false;
	out->kind = text[2];
	out->bytes = text[3] - '0';
	return (text[1] == '<' || out->bytes == 1) && (out->kind != 'b' || out->bytes == 1)
		&& (out->kind != 'f' || out->bytes >= 4);
}

/* "(60000, 28, 28)" */
static bool read_shape(const char *text, struct npy *out)
{
	if (!text || *text++ != '(')
		return false;
	out->count = 1;
	for (out->dimensions = 0;; out->dimensions++) {
		text += strspn(text, ", ");
		if (*text == ')')
			return out->dimensions > 0;
		if (*text < '0' || *text > '9' || out->dimensions == NPY_DIMENSIONS_MAX)
			return false;
		char *end;
		const unsigned long long size = strtoull(text, &end, 10);
		text = end;
		out->size[out->dimensions] = (size_t)size;
		if (__builtin_mul_overflow(out->count, (size_t)size, &out->count))
			return false;
	}
}

static int read_header(const char *header, const char *where, struct npy *out, struct err *e)
{
	const char *order = find(header, "fortran_order");
	if (!order)
		return no_file(where, e);
	if (!read_type(find(header, "descr"), out))
		return err_set(e, ERR_USAGE,
			"%s: numbers of another type than bool, int, uint, float32 and float64 "
			"(little-endian)",
			where);
	if (strncmp(order, "False", 5) != 0)
		return err_set(e, ERR_USAGE,
			"%s: in Fortran order; save numpy.ascontiguousarray(x)", where);
	if (!read_shape(find(header, "shape"), out))
		return err_set(e, ERR_USAGE, "%s: its shape has to have 1 to %d dimensions", where,
			NPY_DIMENSIONS_MAX);
	return 0;
}

int npy_parse(const void *bytes, size_t count, const char *where, struct npy *out, struct err *e)
{
	static const char magic[] = "\x93NUMPY";
	const uint8_t *p = bytes;
	char header[HEADER_MAX + 1];
	*out = (struct npy){ 0 };
	if (count < 12 || memcmp(p, magic, 6) != 0 || p[6] < 1 || p[6] > 3)
		return no_file(where, e);
	const size_t begin = p[6] == 1 ? 10 : 12;
	size_t length = (size_t)p[8] | (size_t)p[9] << 8;
	if (p[6] > 1)
		length |= (size_t)p[10] << 16 | (size_t)p[11] << 24;
	if (length > HEADER_MAX || length > count - begin)
		return no_file(where, e);
	memcpy(header, p + begin, length);
	header[length] = '\0';
	if (read_header(header, where, out, e))
		return -1;
	size_t expected;
	const size_t rest = count - begin - length;
	if (__builtin_mul_overflow(out->count, (size_t)out->bytes, &expected) || expected != rest)
		return err_set(e, ERR_USAGE,
			"%s: %s: %zu numbers of %d bytes are promised, %zu bytes are there", where,
			rest < out->count ? "truncated" : "of another length", out->count,
			out->bytes, rest);
	out->data = p + begin + length;
	return 0;
}

/* clang-format off */
#define NUMBER(type) { type x; memcpy(&x, at, sizeof(x)); return (double)x; }
/* clang-format on */

double npy_number(const struct npy *a, size_t i)
{
	const uint8_t *at = a->data + i * (size_t)a->bytes;
	switch (a->kind << 4 | a->bytes) {
	case 'f' << 4 | 8: NUMBER(double)
	case 'f' << 4 | 4: NUMBER(float)
	case 'i' << 4 | 8: NUMBER(int64_t)
	case 'i' << 4 | 4: NUMBER(int32_t)
	case 'i' << 4 | 2: NUMBER(int16_t)
	case 'i' << 4 | 1: NUMBER(int8_t)
	case 'u' << 4 | 8: NUMBER(uint64_t)
	case 'u' << 4 | 4: NUMBER(uint32_t)
	case 'u' << 4 | 2: NUMBER(uint16_t)
	default: NUMBER(uint8_t)
	}
}
