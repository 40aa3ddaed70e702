/* npz.c - NumPy's archive: a zip file (libarchive) with an array (.npy) a tensor, and one of bytes,
 * "metadata", with the metadata as JSON: json.loads(numpy.load(FILE)["metadata"].tobytes()).
 * Nothing is compressed and no time is kept: the same model gives the same bytes. */
#include "formats.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "describe.h"

enum {
	NPY_PREFIX = 10,
	NPY_ALIGNMENT = 64,
	METADATA_BYTES_MAX = 4 << 20,
	UNPACKED_BYTES_MAX = 256 << 20
};

/* ---- arrays ---- */

/* NumPy's format 1.0: magic number, version, length of the header, the header (a Python dictionary
 * padded with blanks), the numbers. */
static void add_npy(struct str *out, const char *type, const size_t *sizes, int rank,
	const void *bytes, size_t count)
{
	struct str header = { 0 };
	str_addf(&header, "{'descr': '%s', 'fortran_order': False, 'shape': (", type);
	for (int i = 0; i < rank; i++)
		str_addf(&header, "%zu%s", sizes[i], i + 1 < rank ? ", " : rank == 1 ? "," : "");
	str_add(&header, "), }");
	while ((NPY_PREFIX + header.length + 1) % NPY_ALIGNMENT)
		str_add(&header, " ");
	str_add(&header, "\n");
	const char prefix[NPY_PREFIX] = { '\x93', 'N', 'U', 'M', 'P', 'Y', 1, 0,
		(char)(header.length & 255), (char)(header.length >> 8) };
	str_add_bytes(out, prefix, sizeof(prefix));
	str_add_bytes(out, header.s, header.length);
	str_add_bytes(out, bytes, count);
	str_free(&header);
}

/* Where the numbers begin, or 0. */
static size_t npy_begin(const char *bytes, size_t count)
{
	if (count < NPY_PREFIX || memcmp(bytes, "\x93NUMPY\x01", 8) != 0)
		return 0;
	const size_t begin = NPY_PREFIX
		+ ((size_t)(unsigned char)bytes[8] | (size_t)(unsigned char)bytes[9] << 8);
	return begin <= count ? begin : 0;
}

/* The numbers of an array that has exactly this type and shape, or NULL. */
static const char *npy_data(const char *bytes, size_t count, const char *type, const size_t *sizes,
	int rank, size_t data_bytes)
{
	struct str want = { 0 };
	const size_t begin = npy_begin(bytes, count);
	str_addf(&want, "{'descr': '%s', 'fortran_order': False, 'shape': (", type);
	for (int i = 0; i < rank; i++)
		str_addf(&want, "%zu%s", sizes[i], i + 1 < rank ? ", " : rank == 1 ? "," : "");
	str_add(&want, "), }");
	const bool fits = begin >= NPY_PREFIX + want.length && count - begin == data_bytes
		&& memcmp(bytes + NPY_PREFIX, want.s, want.length) == 0;
	str_free(&want);
	return fits ? bytes + begin : NULL;
}

/* ---- writing ---- */

static la_ssize_t take_bytes(struct archive *a, void *context, const void *bytes, size_t count)
{
	(void)a;
	str_add_bytes(context, bytes, count);
	return (la_ssize_t)count;
}

static int zip_fail(struct archive *a, struct err *e)
{
	return err_set(e, ERR_FAILED, "the archive cannot be made: %s",
		archive_error_string(a) ? archive_error_string(a) : "out of memory");
}

static int add_member(struct archive *a, const char *name, const struct str *bytes, struct err *e)
{
	struct archive_entry *entry = archive_entry_new();
	struct str path = { 0 };
	if (!entry)
		return err_nomem(e);
	str_addf(&path, "%s.npy", name);
	archive_entry_set_pathname(entry, path.s);
	archive_entry_set_size(entry, (la_int64_t)bytes->length);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0644);
	const bool good = archive_write_header(a, entry) == ARCHIVE_OK
		&& archive_write_data(a, bytes->s, bytes->length) == (la_ssize_t)bytes->length;
	archive_entry_free(entry);
	str_free(&path);
	return good ? 0 : zip_fail(a, e);
}

static int add_members(struct archive *a, const struct model *m, struct err *e)
{
	json_t *metadata = describe_metadata(m);
	char *text = json_dumps(metadata, JSON_COMPACT);
	json_decref(metadata);
	if (!text)
		return err_nomem(e);
	struct str array = { 0 };
	const size_t length = strlen(text);
	add_npy(&array, "|u1", &length, 1, text, length);
	free(text);
	int result = add_member(a, "metadata", &array, e);
	for (int i = 0; !result && i < m->net.tensor_count; i++) {
		size_t sizes[4];
		const struct nn_tensor *t = &m->net.tensors[i];
		const int rank = describe_tensor_shape(&m->net, i, sizes);
		str_clear(&array);
		add_npy(&array, "<f4", sizes, rank, m->params + t->offset,
			t->count * sizeof(*m->params));
		result = add_member(a, t->name, &array, e);
	}
	str_free(&array);
	return result;
}

int npz_write(const struct model *m, const struct model_writing *how, struct model_files *out,
	struct err *e)
{
	(void)how;
	struct archive *a = archive_write_new();
	if (!a)
		return err_nomem(e);
	int result = -1;
	if (archive_write_set_format_zip(a) != ARCHIVE_OK
		|| archive_write_set_options(a, "zip:compression=store") != ARCHIVE_OK
		|| archive_write_set_bytes_in_last_block(a, 1) != ARCHIVE_OK
		|| archive_write_open(a, &out->main, NULL, take_bytes, NULL) != ARCHIVE_OK)
		zip_fail(a, e);
	else
		result = add_members(a, m, e);
	if (!result && archive_write_close(a) != ARCHIVE_OK)
		result = zip_fail(a, e);
	archive_write_free(a);
	return result;
}

/* ---- reading ---- */

/* All of the archive's members, as they were found. */
struct members {
	char *name;
	char *bytes;
	size_t count;
};
enum { MEMBERS_MAX = 2 * NN_LAYERS_MAX + 1 };

/* Read the current entry; memory grows with what is really there. */
static int read_member(
	struct archive *a, const char *name, size_t max_bytes, struct members *out, struct err *e)
{
	struct str bytes = { 0 };
	char part[1 << 14];
	la_ssize_t got;
	while ((got = archive_read_data(a, part, sizeof(part))) > 0 && bytes.length <= max_bytes)
		str_add_bytes(&bytes, part, (size_t)got);
	if (got != 0 || bytes.length > max_bytes) {
		str_free(&bytes);
		return err_set(
			e, ERR_USAGE, "a member of the archive is cut short, damaged or too long");
	}
	*out = (struct members){ strdup(name), NULL, bytes.length };
	out->bytes = str_take(&bytes);
	return out->name ? 0 : err_nomem(e);
}

static int read_members(struct archive *a, struct members *members, int *count, struct err *e)
{
	size_t left = UNPACKED_BYTES_MAX;
	struct archive_entry *entry;
	int result;
	while ((result = archive_read_next_header(a, &entry)) == ARCHIVE_OK) {
		const char *path = archive_entry_pathname(entry);
		const size_t length = path ? strlen(path) : 0;
		if (*count == MEMBERS_MAX)
			return err_set(
				e, ERR_USAGE, "the archive has more than %d members", MEMBERS_MAX);
		if (length < 5 || strcmp(path + length - 4, ".npy") != 0)
			return err_set(
				e, ERR_USAGE, "the archive has a member that is no .npy file");
		char name[NN_NAME_MAX + 16];
		if (length - 4 >= sizeof(name))
			return err_set(e, ERR_USAGE,
				"the archive has a member with a name of more than %zu bytes",
				sizeof(name) - 1);
		snprintf(name, sizeof(name), "%.*s", (int)(length - 4), path);
		for (int i = 0; i < *count; i++)
			if (strcmp(members[i].name, name) == 0)
				return err_set(e, ERR_USAGE,
					"the archive has two members of the same name");
		if (read_member(a, name, left, &members[*count], e))
			return -1;
		left -= members[*count].count < left ? members[*count].count : left;
		++*count;
	}
	return result == ARCHIVE_EOF
		? 0
		: err_set(e, ERR_USAGE, "no .npz file, or a damaged one (no zip archive)");
}

static const struct members *find_member(const struct members *members, int count, const char *name)
{
	for (int i = 0; i < count; i++)
		if (strcmp(members[i].name, name) == 0)
			return &members[i];
	return NULL;
}

static int take_metadata(const struct members *metadata, struct model *out, struct err *e)
{
	const size_t begin = metadata ? npy_begin(metadata->bytes, metadata->count) : 0;
	const size_t length = begin ? metadata->count - begin : 0;
	const char *text = length > METADATA_BYTES_MAX || !length
		? NULL
		: npy_data(metadata->bytes, metadata->count, "|u1", &length, 1, length);
	json_error_t why;
	if (!text)
		return err_set(e, ERR_USAGE,
			"it has no array 'metadata' of bytes (retrial export writes it)");
	json_t *o = json_loadb(text, length, JSON_REJECT_DUPLICATES, &why);
	int result = json_is_object(o)
		? describe_read_network(o, &out->net, e) || describe_read_facts(o, &out->facts, e)
			? -1
			: 0
		: err_set(e, ERR_USAGE, "its metadata is no JSON object, at byte %d", why.position);
	json_decref(o);
	return result;
}

static int take_tensors(const struct members *members, int count, struct model *out, struct err *e)
{
	if (count != out->net.tensor_count + 1)
		return err_set(e, ERR_USAGE, "it has %d tensors, the network that it describes %d",
			count - 1, out->net.tensor_count);
	out->params = malloc(out->net.parameter_count * sizeof(*out->params) + 1);
	if (!out->params)
		return err_nomem(e);
	for (int i = 0; i < out->net.tensor_count; i++) {
		const struct nn_tensor *t = &out->net.tensors[i];
		const struct members *member = find_member(members, count, t->name);
		size_t sizes[4];
		const int rank = describe_tensor_shape(&out->net, i, sizes);
		if (!member)
			return err_set(e, ERR_USAGE, "there is no tensor %s", t->name);
		const char *data = npy_data(
			member->bytes, member->count, "<f4", sizes, rank, t->count * sizeof(float));
		if (!data)
			return err_set(e, ERR_USAGE,
				"%s: no array of 32-bit little-endian floats of the network's "
				"shape",
				t->name);
		memcpy(out->params + t->offset, data, t->count * sizeof(float));
	}
	return describe_check_params(out, e);
}

int npz_read(const char *bytes, size_t count, struct model *out, struct err *e)
{
	struct members *members = calloc(MEMBERS_MAX, sizeof(*members));
	struct archive *a = archive_read_new();
	int result = -1, member_count = 0;
	if (!members || !a)
		err_nomem(e);
	else if (archive_read_support_format_zip(a) != ARCHIVE_OK
		|| archive_read_open_memory(a, bytes, count) != ARCHIVE_OK)
		err_set(e, ERR_USAGE, "no .npz file (no zip archive)");
	else if (read_members(a, members, &member_count, e) == 0)
		result = take_metadata(find_member(members, member_count, "metadata"), out, e)
				|| take_tensors(members, member_count, out, e)
			? -1
			: 0;
	for (int i = 0; members && i < member_count; i++) {
		free(members[i].name);
		free(members[i].bytes);
	}
	free(members);
	archive_read_free(a);
	return result;
}
