/* mat.c - see mat.h. Trusts nothing: every length is checked against the bytes that are there. */
#include "mat.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* Types of data elements, and the classes of matrices that are read. */
enum {
	HEADER_BYTES = 128,
	TYPE_INT8 = 1,
	TYPE_UINT8 = 2,
	TYPE_INT32 = 5,
	TYPE_UINT32 = 6,
	TYPE_DOUBLE = 9,
	TYPE_MATRIX = 14,
	TYPE_COMPRESSED = 15,
	CLASS_DOUBLE = 6,
	CLASS_UINT8 = 9,
};

/* Bytes that are still to be read. */
struct cursor {
	const uint8_t *at;
	size_t left;
};

struct element {
	uint32_t type;
	const uint8_t *data;
	size_t bytes;
};

static uint32_t little_endian(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* The next element; those of at most four bytes have a short form. `padded`: to whole eights. */
static int take_element(struct cursor *c, bool padded, struct element *out)
{
	if (c->left < 8)
		return -1;
	const uint32_t first = little_endian(c->at);
	if (first >> 16) {
		*out = (struct element){ first & 0xffff, c->at + 4, first >> 16 };
		c->at += 8;
		c->left -= 8;
		return out->bytes <= 4 ? 0 : -1;
	}
	*out = (struct element){ first, c->at + 8, little_endian(c->at + 4) };
	c->at += 8;
	c->left -= 8;
	if (out->bytes > c->left)
		return -1;
	size_t whole = padded ? (out->bytes + 7) / 8 * 8 : out->bytes;
	whole = whole < c->left ? whole : c->left;
	c->at += whole;
	c->left -= whole;
	return 0;
}

/* Uncompress a whole element; memory grows with what is there. Owned by the caller; NULL: damaged
 * or too long (or, with *nomem, no memory). */
static uint8_t *inflate_element(
	const struct element *from, size_t max_bytes, size_t *count, bool *nomem)
{
	z_stream z = { .next_in = (Bytef *)from->data, .avail_in = (uInt)from->bytes };
	size_t capacity = 1 << 16, used = 0;
	uint8_t *bytes = malloc(capacity);
	int state = inflateInit(&z);
	*nomem = !bytes || state != Z_OK;
	while (!*nomem && state == Z_OK && used <= max_bytes) {
		if (used == capacity) {
			uint8_t *larger = realloc(bytes, 2 * capacity);
			if (!larger) {
				*nomem = true;
				break;
			}
			bytes = larger;
			capacity *= 2;
		}
		z.next_out = bytes + used;
		z.avail_out = capacity - used < 1u << 30 ? (uInt)(capacity - used) : 1u << 30;
		const uInt room = z.avail_out;
		state = inflate(&z, Z_NO_FLUSH);
		used += room - z.avail_out;
	}
	inflateEnd(&z);
	*count = used;
	if (*nomem || state != Z_STREAM_END || used > max_bytes) {
		free(bytes);
		return NULL;
	}
	return bytes;
}

static bool is_byte(double x)
{
	return x >= 0 && x <= 255 && x == (double)(int)x;
}

static int take_numbers(const struct element *numbers, uint32_t class, size_t count,
	const char *where, struct mat *out, struct err *e)
{
	const size_t each = numbers->type == TYPE_DOUBLE ? sizeof(double) : 1;
	if ((class != CLASS_UINT8 && class != CLASS_DOUBLE)
		|| (numbers->type != TYPE_UINT8 && numbers->type != TYPE_INT8
			&& numbers->type != TYPE_DOUBLE))
		return err_set(e, ERR_USAGE,
			"%s: a matrix of another type than uint8 and double (class %u, type %u)",
			where, (unsigned)class, (unsigned)numbers->type);
	if (numbers->bytes / each != count || numbers->bytes % each)
		return err_set(e, ERR_USAGE, "%s: damaged: %zu bytes for %zu numbers", where,
			numbers->bytes, count);
	if (!(out->data = malloc(count + 1)))
		return err_nomem(e);
	for (size_t i = 0; i < count; i++) {
		double number = numbers->data[each == 1 ? i : 0];
		if (each != 1)
			memcpy(&number, numbers->data + i * each, each);
		else if (numbers->type == TYPE_INT8)
			number = (int8_t)numbers->data[i];
		if (!is_byte(number)) {
			free(out->data);
			out->data = NULL;
			return err_set(e, ERR_USAGE,
				"%s: number %zu is %g, no whole number from 0 to 255", where, i,
				number);
		}
		out->data[i] = (uint8_t)number;
	}
	return 0;
}

/* A matrix element: 1 if it has another name. */
static int take_matrix(const struct element *matrix, const char *name, const char *where,
	struct mat *out, struct err *e)
{
	struct cursor c = { matrix->data, matrix->bytes };
	struct element flags, sizes, text, numbers;
	if (take_element(&c, true, &flags) || flags.type != TYPE_UINT32 || flags.bytes != 8
		|| take_element(&c, true, &sizes) || sizes.type != TYPE_INT32
		|| take_element(&c, true, &text) || text.type != TYPE_INT8)
		return err_set(e, ERR_USAGE, "%s: damaged: a matrix without its beginning", where);
	if (text.bytes != strlen(name) || memcmp(text.data, name, text.bytes) != 0)
		return 1;
	out->dimensions = (int)(sizes.bytes / 4);
	if (out->dimensions < 2 || out->dimensions > MAT_DIMENSIONS_MAX)
		return err_set(
			e, ERR_USAGE, "%s: %s has %zu dimensions", where, name, sizes.bytes / 4);
	size_t product = 1;
	for (int i = 0; i < out->dimensions; i++) {
		out->size[i] = little_endian(sizes.data + 4 * i);
		if (__builtin_mul_overflow(product, (size_t)out->size[i], &product))
			return err_set(
				e, ERR_USAGE, "%s: the sizes of %s are impossible", where, name);
	}
	if (take_element(&c, true, &numbers))
		return err_set(e, ERR_USAGE, "%s: truncated: %s has no numbers", where, name);
	return take_numbers(&numbers, little_endian(flags.data) & 0xff, product, where, out, e);
}

/* The same for an element of the file, which may be a compressed one. */
static int take_variable(const struct element *from, const char *name, size_t max_bytes,
	const char *where, struct mat *out, struct err *e)
{
	bool nomem;
	size_t count;
	if (from->type == TYPE_MATRIX)
		return take_matrix(from, name, where, out, e);
	if (from->type != TYPE_COMPRESSED)
		return 1;
	uint8_t *bytes = inflate_element(from, max_bytes, &count, &nomem);
	if (!bytes)
		return nomem ? err_nomem(e)
			     : err_set(e, ERR_USAGE,
				     "%s: a compressed matrix is damaged, or longer than %zu "
				     "bytes",
				     where, max_bytes);
	struct cursor c = { bytes, count };
	struct element inner;
	int result = 1;
	if (take_element(&c, false, &inner))
		result = err_set(e, ERR_USAGE, "%s: a compressed matrix is truncated", where);
	else if (inner.type == TYPE_MATRIX)
		result = take_matrix(&inner, name, where, out, e);
	free(bytes);
	return result;
}

int mat_read(const void *bytes, size_t count, const char *name, size_t max_bytes, const char *where,
	struct mat *out, struct err *e)
{
	const uint8_t *p = bytes;
	*out = (struct mat){ 0 };
	if (count < HEADER_BYTES || memcmp(p, "MATLAB 5.0 MAT-file", 19) != 0 || p[126] != 'I'
		|| p[127] != 'M')
		return err_set(e, ERR_USAGE,
			"%s: no MAT-file of level 5, little-endian (save with -v7)", where);
	struct cursor c = { p + HEADER_BYTES, count - HEADER_BYTES };
	while (c.left > 0) {
		struct element element;
		if (take_element(&c, false, &element))
			return err_set(e, ERR_USAGE, "%s: truncated", where);
		const int result = take_variable(&element, name, max_bytes, where, out, e);
		if (result <= 0)
			return result;
	}
	return err_set(e, ERR_USAGE, "%s: it has no matrix %s", where, name);
}
