/* wire.c - results to JSON and back (jansson). */
#include "wire.h"

#include <stdlib.h>
#include <string.h>

#include "real.h"

static void set_integer(json_t *object, const char *name, long value)
{
	json_object_set_new(object, name, json_integer(value));
}

static long get_integer(const json_t *object, const char *name)
{
	return (long)json_integer_value(json_object_get(object, name));
}

static void get_text(const json_t *object, const char *name, char *out, size_t size)
{
	const char *text = json_string_value(json_object_get(object, name));
	snprintf(out, size, "%s", text ? text : "");
}

static void add_line(struct str *out, json_t *object)
{
	char *text = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(17));
	str_addf(out, "%s\n", text ? text : "{}");
	free(text);
	json_decref(object);
}

void wire_epoch(struct str *out, const struct epoch_result *r)
{
	json_t *o = json_pack("{s:s}", "event", "epoch");
	set_integer(o, "phase", r->phase);
	set_integer(o, "fold", r->fold);
	set_integer(o, "epoch", r->epoch);
	real_set_array(o, "train_loss", r->train_loss, r->outputs);
	real_set_array(o, "train_accuracy", r->train_accuracy, r->outputs);
	real_set_array(o, "val_loss", r->val_loss, r->outputs);
	real_set_array(o, "val_accuracy", r->val_accuracy, r->outputs);
	json_object_set_new(o, "seconds", real_json(r->seconds));
	json_object_set_new(o, "images_per_second", real_json(r->images_per_second));
	add_line(out, o);
}

static void read_epoch(const json_t *o, struct epoch_result *r)
{
	r->phase = (int)get_integer(o, "phase");
	r->fold = (int)get_integer(o, "fold");
	r->epoch = (int)get_integer(o, "epoch");
	r->outputs = (int)json_array_size(json_object_get(o, "val_loss"));
	real_get_array(o, "train_loss", r->train_loss, OUTPUTS_MAX);
	real_get_array(o, "train_accuracy", r->train_accuracy, OUTPUTS_MAX);
	real_get_array(o, "val_loss", r->val_loss, OUTPUTS_MAX);
	real_get_array(o, "val_accuracy", r->val_accuracy, OUTPUTS_MAX);
	r->seconds = real_value(json_object_get(o, "seconds"));
	r->images_per_second = real_value(json_object_get(o, "images_per_second"));
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

/* So many bytes again, owned by the caller; NULL when the text is not of so many. */
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

void wire_phase(struct str *out, const struct phase_result *r)
{
	json_t *o = json_pack("{s:s, s:s, s:s, s:s}", "event", "phase", "name", r->name, "stopped",
		r->stopped, "weights_digest", r->weights_digest);
	set_integer(o, "phase", r->phase);
	set_integer(o, "fold", r->fold);
	set_integer(o, "epochs_run", r->epochs_run);
	set_integer(o, "test_count", r->test_count);
	set_integer(o, "parameters", r->parameters);
	set_integer(o, "trainable", r->trainable);
	set_integer(o, "weight_bytes", r->weight_bytes);
	set_integer(o, "optimizer_bytes", r->optimizer_bytes);
	json_object_set_new(o, "seconds", real_json(r->seconds));
	real_set_array(o, "val_loss", r->val_loss, r->outputs);
	real_set_array(o, "val_accuracy", r->val_accuracy, r->outputs);
	real_set_array(o, "test_loss", r->test_loss, r->outputs);
	real_set_array(o, "test_accuracy", r->test_accuracy, r->outputs);
	json_t *epochs = json_array(), *predictions = json_array();
	for (int k = 0; k < r->outputs; k++) {
		json_array_append_new(epochs, json_integer(r->best_epoch[k]));
		json_array_append_new(
			predictions, bytes_text(r->predictions[k], (size_t)r->test_count));
	}
	json_object_set_new(o, "best_epoch", epochs);
	json_object_set_new(o, "predictions", predictions);
	add_line(out, o);
}

static int read_phase(const json_t *o, struct phase_result *r, struct err *e)
{
	get_text(o, "name", r->name, sizeof(r->name));
	get_text(o, "stopped", r->stopped, sizeof(r->stopped));
	get_text(o, "weights_digest", r->weights_digest, sizeof(r->weights_digest));
	r->phase = (int)get_integer(o, "phase");
	r->fold = (int)get_integer(o, "fold");
	r->epochs_run = (int)get_integer(o, "epochs_run");
	r->test_count = (int)get_integer(o, "test_count");
	r->parameters = get_integer(o, "parameters");
	r->trainable = get_integer(o, "trainable");
	r->weight_bytes = get_integer(o, "weight_bytes");
	r->optimizer_bytes = get_integer(o, "optimizer_bytes");
	r->seconds = real_value(json_object_get(o, "seconds"));
	r->outputs = (int)json_array_size(json_object_get(o, "val_loss"));
	if (r->outputs > OUTPUTS_MAX)
		return err_set(e, ERR_FAILED, "a phase with %d outputs", r->outputs);
	real_get_array(o, "val_loss", r->val_loss, OUTPUTS_MAX);
	real_get_array(o, "val_accuracy", r->val_accuracy, OUTPUTS_MAX);
	real_get_array(o, "test_loss", r->test_loss, OUTPUTS_MAX);
	real_get_array(o, "test_accuracy", r->test_accuracy, OUTPUTS_MAX);
	for (int k = 0; k < r->outputs; k++) {
		r->best_epoch[k] = (int)json_integer_value(
			json_array_get(json_object_get(o, "best_epoch"), (size_t)k));
		r->predictions[k] = r->test_count < 0
			? NULL
			: bytes_of(json_array_get(json_object_get(o, "predictions"), (size_t)k),
				(size_t)r->test_count);
		if (!r->predictions[k]) {
			phase_result_free(r);
			return err_set(e, ERR_FAILED, "a phase whose predictions cannot be read");
		}
	}
	return 0;
}

void wire_weights(struct str *out, const struct weights_result *r)
{
	json_t *o = json_pack("{s:s}", "event", "weights");
	set_integer(o, "phase", r->phase);
	set_integer(o, "fold", r->fold);
	set_integer(o, "count", (long)r->count);
	json_object_set_new(
		o, "values", bytes_text((const uint8_t *)r->values, r->count * sizeof(*r->values)));
	add_line(out, o);
}

static int read_weights(const json_t *o, struct weights_result *r, struct err *e)
{
	r->phase = (int)get_integer(o, "phase");
	r->fold = (int)get_integer(o, "fold");
	r->count = (size_t)get_integer(o, "count");
	r->values = (float *)bytes_of(json_object_get(o, "values"), r->count * sizeof(*r->values));
	return r->values ? 0 : err_set(e, ERR_FAILED, "weights that cannot be read");
}

void wire_end(struct str *out, const struct trial_end *end)
{
	json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "event", "end", "state",
		trial_state_name(end->state), "error", end->error, "weights_digest",
		end->weights_digest, "kernels", end->kernels, "data_digest", end->data_digest,
		"data_variant", end->data_variant);
	set_integer(o, "peak_bytes", end->peak_bytes);
	set_integer(o, "core_version", end->core_version);
	set_integer(o, "macs", end->macs);
	set_integer(o, "activation_bytes", end->activation_bytes);
	json_object_set_new(o, "seconds", real_json(end->seconds));
	json_object_set_new(o, "cpu_seconds", real_json(end->cpu_seconds));
	add_line(out, o);
}

static int read_end(const json_t *o, struct trial_end *end, struct err *e)
{
	char state[16];
	get_text(o, "state", state, sizeof(state));
	end->state = TRIAL_DONE;
	while (strcmp(state, trial_state_name(end->state)) != 0) {
		if (end->state == TRIAL_INTERRUPTED)
			return err_set(e, ERR_FAILED, "a trial that ended as '%s'", state);
		end->state++;
	}
	get_text(o, "error", end->error, sizeof(end->error));
	get_text(o, "weights_digest", end->weights_digest, sizeof(end->weights_digest));
	get_text(o, "kernels", end->kernels, sizeof(end->kernels));
	get_text(o, "data_digest", end->data_digest, sizeof(end->data_digest));
	get_text(o, "data_variant", end->data_variant, sizeof(end->data_variant));
	end->peak_bytes = get_integer(o, "peak_bytes");
	end->core_version = (int)get_integer(o, "core_version");
	end->macs = get_integer(o, "macs");
	end->activation_bytes = get_integer(o, "activation_bytes");
	end->seconds = real_value(json_object_get(o, "seconds"));
	end->cpu_seconds = real_value(json_object_get(o, "cpu_seconds"));
	return 0;
}

int wire_read(const char *line, size_t length, struct wire_message *out, struct err *e)
{
	json_error_t why;
	json_t *o = json_loadb(line, length, 0, &why);
	const char *event = json_string_value(json_object_get(o, "event"));
	int result = 0;
	*out = (struct wire_message){ 0 };
	if (!event) {
		result = err_set(e, ERR_FAILED, "a worker's line cannot be read: %s",
			o ? "no event" : why.text);
	} else if (strcmp(event, "epoch") == 0) {
		out->event = WIRE_EPOCH;
		read_epoch(o, &out->epoch);
	} else if (strcmp(event, "phase") == 0) {
		out->event = WIRE_PHASE;
		result = read_phase(o, &out->phase, e);
	} else if (strcmp(event, "weights") == 0) {
		out->event = WIRE_WEIGHTS;
		result = read_weights(o, &out->weights, e);
	} else if (strcmp(event, "end") == 0) {
		out->event = WIRE_END;
		result = read_end(o, &out->end, e);
	} else {
		result = err_set(e, ERR_FAILED, "a worker's line has an unknown event '%s'", event);
	}
	json_decref(o);
	return result;
}

void wire_message_free(struct wire_message *m)
{
	phase_result_free(&m->phase);
	free(m->weights.values);
	m->weights.values = NULL;
}
