/* wire.c - results to JSON and back (jansson), in lines with length and checksum (zlib's CRC-32).
 */
#include "wire.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "fields.h"

/* Of folds, epochs and images: more is nonsense. */
enum { NUMBER_MAX = INT_MAX };

/* ---- lines ---- */

static unsigned long checksum(const char *bytes, size_t count)
{
	return crc32_z(0, (const unsigned char *)bytes, count);
}

/* Close the object; its line goes to out. */
static int add_line(struct str *out, struct fields *f, struct err *e)
{
	struct str json = { 0 };
	if (fields_text(f, &json))
		return err_nomem(e);
	str_addf(out, "%zu %08lx %s\n", json.length, checksum(json.s, json.length), json.s);
	str_free(&json);
	return 0;
}

const char *wire_body(const char *line, size_t *length)
{
	char *after_length, *after_sum;
	const char *end = line + *length;
	/* Texts of lines end in NUL or a newline, at which strtoul stops. */
	const unsigned long claimed = strtoul(line, &after_length, 10);
	if (after_length == line || after_length >= end || *after_length != ' ')
		return NULL;
	const unsigned long sum = strtoul(after_length + 1, &after_sum, 16);
	if (after_sum != after_length + 9 || after_sum >= end || *after_sum != ' ')
		return NULL;
	const char *body = after_sum + 1;
	if ((size_t)(end - body) != claimed || checksum(body, claimed) != sum)
		return NULL;
	*length = claimed;
	return body;
}

static struct fields begin(const char *event)
{
	struct fields f = fields_begin();
	fields_set_text(&f, "event", event);
	return f;
}

/* Bytes as hexadecimal digits, two a byte. */
static json_t *bytes_text(const uint8_t *bytes, size_t count)
{
	static const char digits[] = "0123456789abcdef";
	char *text = malloc(2 * count + 1);
	for (size_t i = 0; text && i < count; i++) {
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 15];
	}
	json_t *j = text ? json_stringn_nocheck(text, 2 * count) : NULL;
	free(text);
	return j;
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* So many bytes again, owned by the caller; NULL when the text is not of so many, or memory runs
 * out. */
static uint8_t *bytes_of(const json_t *j, size_t count)
{
	const char *text = json_string_value(j);
	if (!text || json_string_length(j) / 2 != count || json_string_length(j) % 2)
		return NULL;
	uint8_t *p = malloc(count + 1);
	for (size_t i = 0; p && i < count; i++) {
		int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);
		if (high < 0 || low < 0) {
			free(p);
			return NULL;
		}
		p[i] = (uint8_t)(high << 4 | low);
	}
	return p;
}

/* ---- epochs ---- */

static void set_position(struct fields *f, int phase, int fold)
{
	fields_set_integer(f, "phase", phase);
	fields_set_integer(f, "fold", fold);
}

static void get_position(struct members *m, int *phase, int *fold)
{
	*phase = (int)members_integer(m, "phase", 0, PHASES_MAX - 1);
	*fold = (int)members_integer(m, "fold", -1, NUMBER_MAX);
}

int wire_epoch(struct str *out, const struct epoch_result *r, struct err *e)
{
	struct fields f = begin("epoch");
	set_position(&f, r->phase, r->fold);
	fields_set_integer(&f, "epoch", r->epoch);
	fields_set_reals(&f, "train_loss", r->train_loss, r->outputs);
	fields_set_reals(&f, "train_accuracy", r->train_accuracy, r->outputs);
	fields_set_reals(&f, "val_loss", r->val_loss, r->outputs);
	fields_set_reals(&f, "val_accuracy", r->val_accuracy, r->outputs);
	fields_set_real(&f, "seconds", r->seconds);
	fields_set_real(&f, "images_per_second", r->images_per_second);
	return add_line(out, &f, e);
}

static void read_epoch(struct members *m, struct epoch_result *r)
{
	get_position(m, &r->phase, &r->fold);
	r->epoch = (int)members_integer(m, "epoch", 0, NUMBER_MAX);
	r->outputs = members_count(m, "val_loss", 1, OUTPUTS_MAX);
	members_reals(m, "train_loss", r->train_loss, r->outputs);
	members_reals(m, "train_accuracy", r->train_accuracy, r->outputs);
	members_reals(m, "val_loss", r->val_loss, r->outputs);
	members_reals(m, "val_accuracy", r->val_accuracy, r->outputs);
	r->seconds = members_real(m, "seconds");
	r->images_per_second = members_real(m, "images_per_second");
}

/* ---- phases ---- */

static void set_outputs(struct fields *f, const struct phase_result *r)
{
	json_t *epochs = json_array(), *predictions = json_array();
	for (int k = 0; k < r->outputs; k++) {
		fields_append(f, epochs, json_integer(r->best_epoch[k]));
		fields_append(f, predictions, bytes_text(r->predictions[k], (size_t)r->test_count));
	}
	fields_set(f, "best_epoch", epochs);
	fields_set(f, "predictions", predictions);
}

int wire_phase(struct str *out, const struct phase_result *r, struct err *e)
{
	struct fields f = begin("phase");
	fields_set_text(&f, "name", r->name);
	fields_set_text(&f, "stopped", r->stopped);
	fields_set_text(&f, "weights_digest", r->weights_digest);
	set_position(&f, r->phase, r->fold);
	fields_set_integer(&f, "epochs_run", r->epochs_run);
	fields_set_integer(&f, "test_count", r->test_count);
	fields_set_integer(&f, "parameters", r->parameters);
	fields_set_integer(&f, "trainable", r->trainable);
	fields_set_integer(&f, "weight_bytes", r->weight_bytes);
	fields_set_integer(&f, "optimizer_bytes", r->optimizer_bytes);
	fields_set_real(&f, "seconds", r->seconds);
	fields_set_reals(&f, "val_loss", r->val_loss, r->outputs);
	fields_set_reals(&f, "val_accuracy", r->val_accuracy, r->outputs);
	fields_set_reals(&f, "test_loss", r->test_loss, r->outputs);
	fields_set_reals(&f, "test_accuracy", r->test_accuracy, r->outputs);
	set_outputs(&f, r);
	return add_line(out, &f, e);
}

static void read_outputs(struct members *m, struct phase_result *r)
{
	if (members_count(m, "best_epoch", r->outputs, r->outputs) != r->outputs
		|| members_count(m, "predictions", r->outputs, r->outputs) != r->outputs || m->bad)
		return;
	for (int k = 0; k < r->outputs; k++) {
		const json_t *epoch = members_element(m, "best_epoch", (size_t)k);
		r->best_epoch[k] = (int)json_integer_value(epoch);
		r->predictions[k] = bytes_of(
			members_element(m, "predictions", (size_t)k), (size_t)r->test_count);
		if (!json_is_integer(epoch))
			m->bad = "best_epoch";
		if (!r->predictions[k])
			m->bad = "predictions";
	}
}

static void read_phase(struct members *m, struct phase_result *r)
{
	members_text(m, "name", r->name, sizeof(r->name));
	members_text(m, "stopped", r->stopped, sizeof(r->stopped));
	members_text(m, "weights_digest", r->weights_digest, sizeof(r->weights_digest));
	get_position(m, &r->phase, &r->fold);
	r->epochs_run = (int)members_integer(m, "epochs_run", 0, NUMBER_MAX);
	r->test_count = (int)members_integer(m, "test_count", 0, NUMBER_MAX);
	r->parameters = (long)members_integer(m, "parameters", 0, LONG_MAX);
	r->trainable = (long)members_integer(m, "trainable", 0, LONG_MAX);
	r->weight_bytes = (long)members_integer(m, "weight_bytes", 0, LONG_MAX);
	r->optimizer_bytes = (long)members_integer(m, "optimizer_bytes", 0, LONG_MAX);
	r->seconds = members_real(m, "seconds");
	r->outputs = members_count(m, "val_loss", 1, OUTPUTS_MAX);
	members_reals(m, "val_loss", r->val_loss, r->outputs);
	members_reals(m, "val_accuracy", r->val_accuracy, r->outputs);
	members_reals(m, "test_loss", r->test_loss, r->outputs);
	members_reals(m, "test_accuracy", r->test_accuracy, r->outputs);
	read_outputs(m, r);
}

/* ---- weights ---- */

int wire_weights(struct str *out, const struct weights_result *r, struct err *e)
{
	struct fields f = begin("weights");
	set_position(&f, r->phase, r->fold);
	fields_set_integer(&f, "count", (json_int_t)r->count);
	fields_set(&f, "values",
		bytes_text((const uint8_t *)r->values, r->count * sizeof(*r->values)));
	return add_line(out, &f, e);
}

static void read_weights(struct members *m, struct weights_result *r)
{
	get_position(m, &r->phase, &r->fold);
	r->count = (size_t)members_integer(m, "count", 0, NUMBER_MAX);
	r->values = (float *)bytes_of(
		json_object_get(m->object, "values"), r->count * sizeof(*r->values));
	if (!r->values)
		m->bad = "values";
}

/* ---- of programs ---- */

int wire_steps(struct str *out, const struct steps_result *r, struct err *e)
{
	struct fields f = begin("steps");
	json_t *steps = json_array();
	fields_set_text(&f, "metric", r->metric);
	for (size_t i = 0; i < r->count; i++)
		fields_append(&f, steps, json_integer(r->steps[i]));
	fields_set(&f, "steps", steps);
	fields_set_reals(&f, "values", r->values, (int)r->count);
	return add_line(out, &f, e);
}

/* A text of the message's own. */
static const char *own_text(
	struct members *m, const char *name, struct wire_message *out, int number)
{
	members_text(m, name, out->texts[number], sizeof(out->texts[number]));
	return out->texts[number];
}

static void read_steps(struct members *m, struct wire_message *out)
{
	const int count = members_count(m, "steps", 1, STEPS_RESULT_MAX);
	int64_t *steps = calloc((size_t)count + 1, sizeof(*steps));
	double *values = calloc((size_t)count + 1, sizeof(*values));
	out->lists[0] = steps;
	out->lists[1] = values;
	if (!steps || !values) {
		m->bad = "steps";
		return;
	}
	for (int i = 0; i < count; i++) {
		const json_t *step = members_element(m, "steps", (size_t)i);
		steps[i] = (int64_t)json_integer_value(step);
		if (!json_is_integer(step))
			m->bad = "steps";
	}
	members_reals(m, "values", values, count);
	out->steps = (struct steps_result){ own_text(m, "metric", out, 0), steps, values,
		(size_t)count };
}

int wire_measure(struct str *out, const struct measure_result *r, struct err *e)
{
	struct fields f = begin("measure");
	fields_set_text(&f, "metric", r->metric);
	fields_set_real(&f, "value", r->value);
	return add_line(out, &f, e);
}

int wire_log(struct str *out, const struct log_result *r, struct err *e)
{
	struct fields f = begin("log");
	fields_set_text(&f, "stream", r->stream);
	fields_set_integer(&f, "total", r->total);
	fields_set_integer(&f, "kept", (json_int_t)r->kept);
	fields_set_integer(&f, "count", (json_int_t)r->count);
	fields_set(&f, "bytes", bytes_text(r->bytes, r->count));
	return add_line(out, &f, e);
}

static void read_log(struct members *m, struct wire_message *out)
{
	const size_t count = (size_t)members_integer(m, "count", 0, NUMBER_MAX);
	out->lists[0] = bytes_of(json_object_get(m->object, "bytes"), count);
	if (!out->lists[0])
		m->bad = "bytes";
	out->log = (struct log_result){ .stream = own_text(m, "stream", out, 0),
		.total = members_integer(m, "total", 0, INT64_MAX),
		.kept = (size_t)members_integer(m, "kept", 0, NUMBER_MAX),
		.bytes = out->lists[0],
		.count = count };
	if (strcmp(out->texts[0], "stdout") != 0 && strcmp(out->texts[0], "stderr") != 0)
		m->bad = "stream";
}

int wire_output(struct str *out, const struct output_result *r, struct err *e)
{
	struct fields f = begin("output");
	fields_set_text(&f, "path", r->path);
	fields_set_integer(&f, "bytes", r->bytes);
	fields_set_text(&f, "digest", r->digest);
	fields_set_text(&f, "file", r->file ? r->file : "");
	return add_line(out, &f, e);
}

static void read_output(struct members *m, struct wire_message *out)
{
	const char *file = own_text(m, "file", out, 2);
	out->output = (struct output_result){ .path = own_text(m, "path", out, 0),
		.bytes = members_integer(m, "bytes", 0, INT64_MAX),
		.digest = own_text(m, "digest", out, 1),
		.file = file[0] ? file : NULL };
}

/* ---- warnings and the end ---- */

int wire_warning(struct str *out, const char *text, struct err *e)
{
	struct fields f = begin("warning");
	fields_set_text(&f, "text", text);
	return add_line(out, &f, e);
}

int wire_end(struct str *out, const struct trial_end *end, struct err *e)
{
	struct fields f = begin("end");
	fields_set_text(&f, "state", trial_state_name(end->state));
	fields_set_text(&f, "error", end->error);
	fields_set_text(&f, "weights_digest", end->weights_digest);
	fields_set_text(&f, "kernels", end->kernels);
	fields_set_text(&f, "data_digest", end->data_digest);
	fields_set_text(&f, "data_variant", end->data_variant);
	fields_set_integer(&f, "peak_bytes", end->peak_bytes);
	fields_set_integer(&f, "core_version", end->core_version);
	fields_set_integer(&f, "macs", end->macs);
	fields_set_integer(&f, "activation_bytes", end->activation_bytes);
	fields_set_real(&f, "seconds", end->seconds);
	fields_set_real(&f, "cpu_seconds", end->cpu_seconds);
	return add_line(out, &f, e);
}

static void read_end(struct members *m, struct trial_end *end)
{
	const char *state = members_lent_text(m, "state");
	end->state = TRIAL_DONE;
	while (end->state < TRIAL_STATES && strcmp(state, trial_state_name(end->state)) != 0)
		end->state++;
	if (end->state == TRIAL_STATES) {
		end->state = TRIAL_MACHINE;
		m->bad = "state";
	}
	members_text(m, "error", end->error, sizeof(end->error));
	members_text(m, "weights_digest", end->weights_digest, sizeof(end->weights_digest));
	members_text(m, "kernels", end->kernels, sizeof(end->kernels));
	members_text(m, "data_digest", end->data_digest, sizeof(end->data_digest));
	members_text(m, "data_variant", end->data_variant, sizeof(end->data_variant));
	end->peak_bytes = (long)members_integer(m, "peak_bytes", 0, LONG_MAX);
	end->core_version = (int)members_integer(m, "core_version", 0, NUMBER_MAX);
	end->macs = (long)members_integer(m, "macs", 0, LONG_MAX);
	end->activation_bytes = (long)members_integer(m, "activation_bytes", 0, LONG_MAX);
	end->seconds = members_real(m, "seconds");
	end->cpu_seconds = members_real(m, "cpu_seconds");
}

/* ---- reading ---- */

static int read_members(struct members *m, struct wire_message *out)
{
	const char *event = members_lent_text(m, "event");
	if (strcmp(event, "epoch") == 0) {
		out->event = WIRE_EPOCH;
		read_epoch(m, &out->epoch);
	} else if (strcmp(event, "phase") == 0) {
		out->event = WIRE_PHASE;
		read_phase(m, &out->phase);
	} else if (strcmp(event, "weights") == 0) {
		out->event = WIRE_WEIGHTS;
		read_weights(m, &out->weights);
	} else if (strcmp(event, "steps") == 0) {
		out->event = WIRE_STEPS;
		read_steps(m, out);
	} else if (strcmp(event, "measure") == 0) {
		out->event = WIRE_MEASURE;
		out->measure = (struct measure_result){ own_text(m, "metric", out, 0),
			members_real(m, "value") };
	} else if (strcmp(event, "log") == 0) {
		out->event = WIRE_LOG;
		read_log(m, out);
	} else if (strcmp(event, "output") == 0) {
		out->event = WIRE_OUTPUT;
		read_output(m, out);
	} else if (strcmp(event, "warning") == 0) {
		out->event = WIRE_WARNING;
		members_text(m, "text", out->warning, sizeof(out->warning));
	} else if (strcmp(event, "end") == 0) {
		out->event = WIRE_END;
		read_end(m, &out->end);
	} else {
		m->bad = "event";
	}
	return m->bad ? -1 : 0;
}

int wire_read(const char *line, size_t length, struct wire_message *out, struct err *e)
{
	json_error_t why;
	*out = (struct wire_message){ 0 };
	const char *body = wire_body(line, &length);
	if (!body)
		return err_set(e, ERR_ENVIRONMENT,
			"a result was damaged on its way: wrong length or checksum");
	json_t *object = json_loadb(body, length, 0, &why);
	if (!object)
		return err_set(e, ERR_ENVIRONMENT, "a result cannot be read: %s", why.text);
	struct members m = { .object = object };
	int result = read_members(&m, out);
	if (result) {
		err_set(e, ERR_ENVIRONMENT, "a result cannot be read: its member '%s'", m.bad);
		wire_message_free(out);
	}
	json_decref(object);
	return result;
}

void wire_message_free(struct wire_message *m)
{
	phase_result_free(&m->phase);
	free(m->weights.values);
	m->weights.values = NULL;
	for (int i = 0; i < 2; i++) {
		free(m->lists[i]);
		m->lists[i] = NULL;
	}
}
