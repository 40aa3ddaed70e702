/* test_model_files.c - models written in every format and read again: the same bits; the C source
 * compiled; hostile files refused. With a folder as argument nothing is tested: the networks are
 * written there for other programs, with images and our logits (tests/interop/models.sh). */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <dlfcn.h>
#include <stdio.h>
#include <unistd.h>

#include "harness/base/file.h"
#include "made_models.h"
#include "scratch.h"

enum { IMAGES = 5 };

static struct check_images images_for(const struct model *m)
{
	return check_images_new(3, m->net.layers[m->net.inputs[0]].shape, IMAGES, 2, false);
}

static void write_model(
	const struct model_format *format, const struct model *m, struct model_files *out)
{
	const struct model_writing how = { "made-1", NULL };
	struct err e = { 0 };
	*out = (struct model_files){ 0 };
	if (format->write(m, &how, out, &e))
		fail_msg("%s: %s", format->name, e.text);
}

static void check_same_network(const char *what, const struct model *m, const struct model *again)
{
	const struct check_images images = images_for(m);
	size_t count, count_again;
	float *logits = made_logits(m, &images, &count),
	      *logits_again = made_logits(again, &images, &count_again);
	assert_int_equal(count, count_again);
	for (size_t i = 0; i < count; i++)
		if (memcmp(&logits[i], &logits_again[i], sizeof(*logits)) != 0)
			fail_msg("%s: logit %zu is %.9g, after reading %.9g", what, i,
				(double)logits[i], (double)logits_again[i]);
	free(logits);
	free(logits_again);
	check_images_free((struct check_images *)&images);
}

static void check_same_facts(const struct model_facts *a, const struct model_facts *b)
{
	assert_string_equal(a->identity, b->identity);
	assert_string_equal(a->config, b->config);
	assert_string_equal(a->weights_digest, b->weights_digest);
	assert_string_equal(a->dataset, b->dataset);
	assert_string_equal(a->data_digest, b->data_digest);
	assert_string_equal(a->data_variant, b->data_variant);
	assert_string_equal(a->predictions_digest[0], b->predictions_digest[0]);
	assert_int_equal(a->fold, b->fold);
	assert_int_equal(a->core_version, b->core_version);
	assert_int_equal(a->test_count, b->test_count);
	assert_memory_equal(a->test_accuracy, b->test_accuracy, sizeof(double));
}

static void what_is_read_again_computes_the_same_bits(void **state)
{
	(void)state;
	for (int i = 0; i < MADE_NETWORKS; i++)
		for (const struct model_format *f = model_formats; f->name; f++) {
			struct model m, again = { .facts.fold = -1 };
			struct model_files files, twice;
			struct err e = { 0 };
			char what[64];
			if (!f->exact)
				continue;
			snprintf(what, sizeof(what), "%s, %s", made_networks[i].name, f->name);
			assert_true(made_model(i, &m));
			write_model(f, &m, &files);
			write_model(f, &m, &twice);
			assert_int_equal(files.main.length, twice.main.length);
			assert_memory_equal(files.main.s, twice.main.s, files.main.length);
			if (f->read(files.main.s, files.main.length, &again, &e))
				fail_msg("%s: %s", what, e.text);
			assert_int_equal(again.net.parameter_count, m.net.parameter_count);
			assert_memory_equal(
				again.params, m.params, m.net.parameter_count * sizeof(float));
			check_same_network(what, &m, &again);
			check_same_facts(&m.facts, &again.facts);
			model_files_free(&files);
			model_files_free(&twice);
			model_free(&again);
			model_free(&m);
		}
}

/* ---- C source ---- */

typedef void run_function(const unsigned char *image, float *work, float *logits);

/* Compile the source strictly, with these flags, and load it. */
static run_function *compile(const char *name, const char *flags, void **library)
{
	char command[600], path[160];
	const char *compiler = getenv("CC");
	snprintf(path, sizeof(path), "%s/%s.so", scratch, name);
	snprintf(command, sizeof(command),
		"cd %s && %s -std=c99 -pedantic -Wall -Wextra -Wshadow -Wconversion -Werror -O2 %s "
		"-shared -fPIC -o %s made_1.c -lm",
		scratch, compiler ? compiler : "cc", flags, path);
	if (system(command) != 0)
		fail_msg("%s: %s", name, command);
	*library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!*library)
		fail_msg("%s", dlerror());
	run_function *run;
	void *symbol = dlsym(*library, "made_1_run");
	memcpy(&run, &symbol, sizeof(run));
	assert_non_null(run);
	return run;
}

static void check_source(int i, const char *flags, bool exact)
{
	char path[128], name[64];
	struct model m;
	struct model_files files;
	struct err e = { 0 };
	void *library;
	size_t count, at = 0;
	assert_true(made_model(i, &m));
	write_model(model_format_find("c", &e), &m, &files);
	snprintf(path, sizeof(path), "%s/made_1.c", scratch);
	assert_int_equal(file_write(path, files.main.s, files.main.length, &e), 0);
	snprintf(path, sizeof(path), "%s/made-1.h", scratch);
	assert_int_equal(file_write(path, files.header.s, files.header.length, &e), 0);
	snprintf(name, sizeof(name), "%s%s", made_networks[i].name, exact ? "-exact" : "");
	run_function *run = compile(name, flags, &library);

	const struct check_images images = images_for(&m);
	const size_t size = nn_shape_size(images.images.shape);
	float *want = made_logits(&m, &images, &count), *work = calloc(1 << 16, sizeof(*work)),
	      logits[64];
	for (int k = 0; k < m.net.output_count; k++)
		for (int n = 0; n < IMAGES; n++)
			for (int c = 0; c < m.net.layers[m.net.outputs[k]].shape.channels;
				c++, at++) {
				size_t before = 0;
				for (int other = 0; other < k; other++)
					before += (size_t)m.net.layers[m.net.outputs[other]]
							  .shape.channels;
				run(images.pixels + (size_t)n * size, work, logits);
				const double got = (double)logits[before + (size_t)c],
					     should = (double)want[at];
				if (exact ? got != should
					  : !(fabs(got - should) <= 1e-4 * (1 + fabs(should))))
					fail_msg("%s: output %d, image %d, class %d is %.9g, "
						 "should be %.9g",
						name, k, n, c, got, should);
			}
	assert_int_equal(at, count);
	free(want);
	free(work);
	dlclose(library);
	check_images_free((struct check_images *)&images);
	model_files_free(&files);
	model_free(&m);
}

static void c_source_compiles_without_a_warning_and_computes_the_same(void **state)
{
	(void)state;
	for (int i = 0; i < MADE_NETWORKS; i++)
		check_source(i, "", false);
}

static void c_source_with_fused_sums_has_the_same_bits(void **state)
{
	(void)state;
	for (int i = 0; i < MADE_NETWORKS; i++)
		if (made_networks[i].exact)
			check_source(i, "-DMADE_1_EXACT", true);
}

/* ---- hostile files ---- */

/* Is this refused, with a message that has `part` (NULL: any)? */
static void refuses(const struct model_format *f, const char *bytes, size_t count, const char *part,
	const char *what)
{
	struct model m = { .facts.fold = -1 };
	struct err e = { 0 };
	char *copy = malloc(count + 1); /* so that valgrind sees what is read beyond the end */
	assert_non_null(copy);
	memcpy(copy, bytes, count);
	if (f->read(copy, count, &m, &e) == 0)
		fail_msg("%s: %s was read", f->name, what);
	if (!e.text[0] || e.kind != ERR_USAGE || (part && !strstr(e.text, part)))
		fail_msg("%s, %s: the message is '%s', should have '%s'", f->name, what, e.text,
			part ? part : "");
	model_free(&m);
	free(copy);
}

static void files_that_are_cut_short_are_refused(void **state)
{
	(void)state;
	struct model m;
	assert_true(made_model(0, &m));
	for (const struct model_format *f = model_formats; f->name; f++) {
		struct model_files files;
		if (!f->exact)
			continue;
		write_model(f, &m, &files);
		/* What comes last may be missing: of a zip file the table of contents, which says
		 * again what stands before each member; of an ONNX file whole entries of the
		 * metadata, of which "format" is the first. */
		size_t needed = files.main.length;
		if (strcmp(f->name, "npz") == 0)
			needed -= 800;
		else if (strcmp(f->name, "onnx") == 0)
			needed = (size_t)((const char *)memmem(
						  files.main.s, files.main.length, "format", 6)
					 - files.main.s)
				- 4;
		for (size_t count = 0; count < needed; count++)
			refuses(f, files.main.s, count, NULL, "a file cut short");
		model_files_free(&files);
	}
	model_free(&m);
}

static void changed_bytes_do_no_harm(void **state)
{
	(void)state;
	struct model m;
	assert_true(made_model(0, &m));
	uint64_t random = 9;
	for (const struct model_format *f = model_formats; f->name; f++) {
		struct model_files files;
		if (!f->exact)
			continue;
		write_model(f, &m, &files);
		for (int i = 0; i < 4000; i++) {
			struct model again = { .facts.fold = -1 };
			struct err e = { 0 };
			const size_t at = check_below(&random, (uint32_t)files.main.length);
			const char was = files.main.s[at];
			files.main.s[at] = (char)check_below(&random, 256);
			if (f->read(files.main.s, files.main.length, &again, &e)
				== 0) /* harmless: a name, a fact, padding; the weights have a
					 digest */
				assert_memory_equal(again.params, m.params,
					m.net.parameter_count * sizeof(float));
			else
				assert_true(e.text[0]);
			files.main.s[at] = was;
			model_free(&again);
		}
		model_files_free(&files);
	}
	model_free(&m);
}

/* A safetensors file with `from` in its header replaced by `to`. */
static void refuses_header(const char *from, const char *to, const char *part)
{
	struct model m;
	struct model_files files;
	struct str header = { 0 }, file = { 0 };
	uint64_t size;
	struct err e = { 0 };
	assert_true(made_model(0, &m));
	write_model(model_format_find("safetensors", &e), &m, &files);
	memcpy(&size, files.main.s, sizeof(size));
	char *text = strndup(files.main.s + 8, size), *at = strstr(text, from);
	if (!at)
		fail_msg("there is no %s in %s", from, text);
	str_add_bytes(&header, text, (size_t)(at - text));
	str_add(&header, to);
	str_add(&header, at + strlen(from));
	size = header.length;
	str_add_bytes(&file, (const char *)&size, sizeof(size));
	str_add_bytes(&file, header.s, header.length);
	const uint64_t begin = *(const uint64_t *)(const void *)files.main.s + 8;
	str_add_bytes(&file, files.main.s + begin, files.main.length - begin);
	refuses(model_format_find("safetensors", &e), file.s, file.length, part, to);
	free(text);
	str_free(&header);
	str_free(&file);
	model_files_free(&files);
	model_free(&m);
}

static void headers_that_lie_are_refused_by_name(void **state)
{
	(void)state;
	struct err e = { 0 };
	const struct model_format *f = model_format_find("safetensors", &e);
	refuses(f, "\xff\xff\xff\xff\xff\xff\xff\x7f{}", 10, "cut short",
		"a header of nearly all there is");
	refuses(f, "\0\0\0\x40\0\0\0\0{}", 10, "at most", "a huge header");
	refuses(f, "\2\0\0\0\0\0\0\0[]", 10, "__metadata__", "a list");
	refuses_header("\"F32\"", "\"F16\"", "conv/kernel: its numbers must be of type F32");
	refuses_header("[2,1,3,3]", "[2,9]", "conv/kernel: its shape");
	refuses_header("[0,72]", "[0,18446744073709551615]", "no JSON");
	refuses_header("[0,72]", "[0,9223372036854775807]", "conv/kernel: data_offsets");
	refuses_header("[0,72]", "[-72,0]", "conv/kernel: data_offsets");
	refuses_header("[0,72]", "[72,0]", "conv/kernel: data_offsets");
	refuses_header("[0,72]", "[8,80]", "overlap");
	refuses_header("\"conv/bias\"", "\"conv/kernel\"", "no JSON");
	refuses_header("\"conv/bias\"", "\"other/bias\"", "there is no tensor conv/bias");
	refuses_header("\"conv/bias\"", "\"more\":{},\"conv/bias\"",
		"it has 5 tensors, the network that it describes 4");
	refuses_header("\\\"filters\\\":2", "\\\"filters\\\":3", "conv/kernel: its shape");
	refuses_header("\\\"filters\\\":2", "\\\"filters\\\":1000000", "conv: 1000000 filters");
	refuses_header("\\\"filters\\\":2", "\\\"filters\\\":-1", "layer conv: filters");
	refuses_header("[1,6,6]", "[1024,1024,1024]", "image: the network has more than");
	refuses_header("[1,6,6]", "[1e3,6,6]", "layer image: shape");
	refuses_header("\\\"units\\\":3", "\\\"units\\\":65537", "classifier: 65537 units");
	refuses_header("\\\"inputs\\\":[0]", "\\\"inputs\\\":[1]", "conv: input 1");
	refuses_header("\\\"inputs\\\":[0]", "\\\"inputs\\\":[]", "conv: 0 inputs");
	refuses_header("\\\"inputs\\\":[0]", "\\\"inputs\\\":[0,0,0,0,0]", "at most 4");
	refuses_header("\\\"stride\\\":1", "\\\"stride\\\":0", "layer conv: stride");
	refuses_header("\\\"name\\\":\\\"conv\\\"", "\\\"name\\\":\\\"con\\\\u0007v\\\"",
		"plain characters");
	refuses_header(
		"\\\"kind\\\":\\\"conv\\\"", "\\\"kind\\\":\\\"lstm\\\"", "unknown kind 'lstm'");
	refuses_header("\"weights_digest\":\"", "\"weights_digest\":\"0", "weights_digest");
	refuses_header("\"network\"", "\"net\"", "no 'network'");
}

/* The tiny network in this format with one weight not finite. */
static void weights_that_are_not_finite_are_refused(void **state)
{
	(void)state;
	static const float bad[] = { NAN, INFINITY, -INFINITY };
	for (const struct model_format *f = model_formats; f->name; f++)
		for (int i = 0; i < 3 && f->exact; i++) {
			struct model m;
			struct model_files files;
			assert_true(made_model(0, &m));
			m.params[3] = bad[i];
			m.facts.weights_digest[0] = '\0';
			write_model(f, &m, &files);
			refuses(f, files.main.s, files.main.length,
				"conv/kernel: number 3 is not finite",
				"a weight that is not finite");
			model_files_free(&files);
			model_free(&m);
		}
}

/* Weights that are changed by others are read when the digest is left out, and refused when it
 * stands. */
static void changed_weights_are_noticed(void **state)
{
	(void)state;
	for (const struct model_format *f = model_formats; f->name; f++) {
		struct model m, again = { .facts.fold = -1 };
		struct model_files files;
		struct err e = { 0 };
		if (!f->exact)
			continue;
		assert_true(made_model(0, &m));
		m.params[0] += 1;
		write_model(f, &m, &files);
		refuses(f, files.main.s, files.main.length,
			"the weights are not those of its metadata", "a changed weight");
		model_files_free(&files);
		m.facts.weights_digest[0] = '\0';
		write_model(f, &m, &files);
		assert_int_equal(f->read(files.main.s, files.main.length, &again, &e), 0);
		assert_memory_equal(again.params, m.params, m.net.parameter_count * sizeof(float));
		model_files_free(&files);
		model_free(&again);
		model_free(&m);
	}
}

/* Graphs within graphs within ...: each level of three messages. */
static void an_onnx_file_that_is_nested_without_end_is_refused(void **state)
{
	(void)state;
	struct err e = { 0 };
	struct str inner = { 0 }, outer = { 0 };
	static const char tags[3] = { 0x0a, 0x2a,
		0x32 }; /* graph: node; node: attribute; attribute: graph */
	enum { LEVELS = 3000 };
	for (int level = 0; level < LEVELS; level++) {
		uint64_t length = inner.length;
		char varint[10];
		size_t n = 0;
		do {
			varint[n++] = (char)((length & 127) | (length > 127 ? 128 : 0));
			length >>= 7;
		} while (length);
		str_add_bytes(
			&outer, level == LEVELS - 1 ? "\x3a" : &tags[(LEVELS - 2 - level) % 3], 1);
		str_add_bytes(&outer, varint, n);
		str_add_bytes(&outer, inner.s ? inner.s : "", inner.length);
		const struct str swap = inner;
		inner = outer;
		outer = swap;
		str_clear(&outer);
	}
	refuses(model_format_find("onnx", &e), inner.s, inner.length, "within others",
		"nested graphs");
	str_free(&inner);
	str_free(&outer);
}

static void formats_are_found_by_name_and_by_ending(void **state)
{
	(void)state;
	struct err e = { 0 };
	struct model m;
	assert_null(model_format_find("pickle", &e));
	assert_non_null(strstr(e.text, "unknown format 'pickle': there are safetensors, npz, "));
	assert_string_equal(model_format_of_path("a/b.onnx")->name, "onnx");
	assert_null(model_format_of_path(".onnx"));
	assert_null(model_format_of_path("a/onnx"));
	assert_int_equal(model_file_read("model.pt", &m, NULL, &e), -1);
	assert_non_null(strstr(e.text, "model.pt: .safetensors, .npz, "));
	assert_int_equal(model_file_read("nowhere/model.npz", &m, NULL, &e), -1);
	assert_int_equal(e.kind, ERR_ENVIRONMENT);
}

/* NAME.onnx, .npz and .safetensors, NAME.images (bytes) and NAME.logits (floats,
 * [output][image][class]) of every network. */
static int write_for_others(const char *folder)
{
	for (int i = 0; i < MADE_NETWORKS; i++) {
		struct model m;
		struct err e = { 0 };
		size_t count;
		char path[512];
		if (!made_model(i, &m))
			return 1;
		const struct check_images images = images_for(&m);
		float *logits = made_logits(&m, &images, &count);
		snprintf(path, sizeof(path), "%s/%s.images", folder, made_networks[i].name);
		int result = file_write(
			path, images.pixels, IMAGES * nn_shape_size(images.images.shape), &e);
		snprintf(path, sizeof(path), "%s/%s.logits", folder, made_networks[i].name);
		result |= file_write(path, logits, count * sizeof(*logits), &e);
		for (const struct model_format *f = model_formats; f->name; f++) {
			struct model_files files = { 0 };
			snprintf(path, sizeof(path), "%s/%s%s", folder, made_networks[i].name,
				f->ending);
			result |= f->exact
				&& (f->write(
					    &m, &(struct model_writing){ "made", NULL }, &files, &e)
					|| file_write(path, files.main.s, files.main.length, &e));
			model_files_free(&files);
		}
		free(logits);
		check_images_free((struct check_images *)&images);
		model_free(&m);
		if (result)
			return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return write_for_others(argv[1]);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_read_again_computes_the_same_bits),
		cmocka_unit_test(c_source_compiles_without_a_warning_and_computes_the_same),
		cmocka_unit_test(c_source_with_fused_sums_has_the_same_bits),
		cmocka_unit_test(files_that_are_cut_short_are_refused),
		cmocka_unit_test(changed_bytes_do_no_harm),
		cmocka_unit_test(headers_that_lie_are_refused_by_name),
		cmocka_unit_test(weights_that_are_not_finite_are_refused),
		cmocka_unit_test(changed_weights_are_noticed),
		cmocka_unit_test(an_onnx_file_that_is_nested_without_end_is_refused),
		cmocka_unit_test(formats_are_found_by_name_and_by_ending),
	};
	return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
