/* test_wire.c - harness/run/wire.h: a line is read back exactly, or refused; never in part. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "harness/run/wire.h"

static struct epoch_result epoch(void)
{
	return (struct epoch_result){ .phase = 1,
		.fold = -1,
		.epoch = 7,
		.outputs = 2,
		.train_loss = { 0.1 + 0.2, NAN },
		.train_accuracy = { 0.140625, 1 },
		.val_loss = { INFINITY, -INFINITY },
		.val_accuracy = { 0.140625, 5e-324 },
		.seconds = 1.5,
		.images_per_second = 70000 };
}

static uint8_t classes[2][3] = { { 9, 0, 255 }, { 1, 2, 3 } };

static struct phase_result phase(void)
{
	return (struct phase_result){ .phase = 2,
		.fold = 4,
		.name = "unify",
		.epochs_run = 3,
		.best_epoch = { 1, 2 },
		.stopped = "patience",
		.outputs = 2,
		.val_loss = { 0.5, 0.25 },
		.val_accuracy = { 0.75, 0.5 },
		.test_loss = { 0.5, NAN },
		.test_accuracy = { 0.75, 0.5 },
		.test_count = 3,
		.predictions = { classes[0], classes[1] },
		.weights_digest = "abc",
		.parameters = 14862 };
}

/* A line of each kind; the caller's. */
static char *made_line(enum wire_event event)
{
	static float values[] = { 1, -0.0f, 3.5f };
	const struct epoch_result an_epoch = epoch();
	const struct phase_result a_phase = phase();
	const struct weights_result weights = {
		.phase = 2, .fold = 0, .count = 3, .values = values
	};
	const struct trial_end end = {
		.state = TRIAL_DIVERGED, .error = "not UTF-8: \xff", .core_version = 3, .seconds = 2
	};
	static const int64_t at[] = { 0, -3, 9000000000000000 };
	static const double reals[] = { 0.1, NAN, -INFINITY };
	static const uint8_t bytes[] = { 0x78, 0x9c, 0x00, 0xff };
	const struct steps_result steps = { "loss", at, reals, 3 };
	const struct measure_result measure = { "accuracy", 0.1 };
	const struct log_result log = {
		.stream = "stderr", .total = 5, .kept = 3, .bytes = bytes, .count = 4
	};
	const struct output_result output = {
		.path = "a/b", .bytes = 7, .digest = "0123", .file = "/tmp/x"
	};
	struct str line = { 0 };
	switch (event) {
	case WIRE_EPOCH: assert_int_equal(wire_epoch(&line, &an_epoch, NULL), 0); break;
	case WIRE_PHASE: assert_int_equal(wire_phase(&line, &a_phase, NULL), 0); break;
	case WIRE_WEIGHTS: assert_int_equal(wire_weights(&line, &weights, NULL), 0); break;
	case WIRE_STEPS: assert_int_equal(wire_steps(&line, &steps, NULL), 0); break;
	case WIRE_MEASURE: assert_int_equal(wire_measure(&line, &measure, NULL), 0); break;
	case WIRE_LOG: assert_int_equal(wire_log(&line, &log, NULL), 0); break;
	case WIRE_OUTPUT: assert_int_equal(wire_output(&line, &output, NULL), 0); break;
	case WIRE_WARNING: assert_int_equal(wire_warning(&line, "a text", NULL), 0); break;
	case WIRE_END: assert_int_equal(wire_end(&line, &end, NULL), 0); break;
	}
	assert_int_equal(line.s[line.length - 1], '\n');
	line.s[line.length - 1] = '\0'; /* as a reader of lines hands them on */
	return str_take(&line);
}

static void numbers_and_bytes_read_back_exactly(void **state)
{
	(void)state;
	struct wire_message m;
	struct err e = { 0 };
	char *line = made_line(WIRE_EPOCH);
	const struct epoch_result sent = epoch();
	assert_int_equal(wire_read(line, strlen(line), &m, &e), 0);
	assert_int_equal(m.event, WIRE_EPOCH);
	assert_int_equal(m.epoch.outputs, 2);
	assert_true(m.epoch.train_loss[0] == sent.train_loss[0] && isnan(m.epoch.train_loss[1]));
	assert_true(m.epoch.val_loss[0] == INFINITY && m.epoch.val_loss[1] == -INFINITY);
	assert_true(m.epoch.val_accuracy[0] == 0.140625 && m.epoch.val_accuracy[1] == 5e-324);
	free(line);
	line = made_line(WIRE_PHASE);
	assert_int_equal(wire_read(line, strlen(line), &m, &e), 0);
	assert_memory_equal(m.phase.predictions[0], classes[0], 3);
	assert_memory_equal(m.phase.predictions[1], classes[1], 3);
	assert_int_equal(m.phase.best_epoch[1], 2);
	wire_message_free(&m);
	free(line);
	line = made_line(WIRE_STEPS);
	assert_int_equal(wire_read(line, strlen(line), &m, &e), 0);
	assert_true(m.steps.count == 3 && m.steps.steps[1] == -3 && m.steps.values[0] == 0.1
		&& isnan(m.steps.values[1]) && m.steps.values[2] == -INFINITY);
	wire_message_free(&m);
	free(line);
	line = made_line(WIRE_LOG);
	assert_int_equal(wire_read(line, strlen(line), &m, &e), 0);
	assert_true(m.log.count == 4 && m.log.bytes[3] == 0xff && m.log.total == 5);
	wire_message_free(&m);
	free(line);
	line = made_line(WIRE_END);
	assert_int_equal(wire_read(line, strlen(line), &m, &e), 0);
	assert_int_equal(m.end.state, TRIAL_DIVERGED);
	assert_string_equal(m.end.error, "not UTF-8: ?");
	free(line);
}

/* No beginning of a line is a line, and no changed byte is overlooked. */
static void a_damaged_line_is_refused(void **state)
{
	(void)state;
	for (int event = WIRE_EPOCH; event <= WIRE_END; event++) {
		char *line = made_line((enum wire_event)event);
		const size_t length = strlen(line);
		for (size_t n = 0; n < length; n++) {
			struct wire_message m;
			struct err e = { 0 };
			const char kept = line[n];
			line[n] = '\0';
			assert_int_equal(wire_read(line, n, &m, &e), -1);
			assert_int_equal(e.kind, ERR_ENVIRONMENT);
			line[n] = (char)(kept ^ 1);
			assert_int_equal(wire_read(line, length, &m, &e), -1);
			line[n] = kept;
		}
		free(line);
	}
}

/* Text with a correct length and checksum, as nonsense of a healthy pipe. */
static char *framed(const char *json)
{
	struct str line = { 0 };
	str_addf(&line, "%zu %08lx %s", strlen(json),
		crc32_z(0, (const unsigned char *)json, strlen(json)), json);
	return str_take(&line);
}

static void refuse(const char *json)
{
	struct wire_message m;
	struct err e = { 0 };
	char *line = framed(json);
	if (wire_read(line, strlen(line), &m, &e) != -1)
		fail_msg("read: %s", json);
	free(line);
}

/* A member that is missing, of another type, or of another length: never a zero in its place. */
static void every_member_must_be_there(void **state)
{
	(void)state;
	for (int event = WIRE_EPOCH; event <= WIRE_END; event++) {
		char *line = made_line((enum wire_event)event);
		size_t length = strlen(line);
		const char *body = wire_body(line, &length);
		assert_non_null(body);
		json_t *whole = json_loadb(body, length, 0, NULL);
		const char *name;
		json_t *value;
		json_object_foreach(whole, name, value)
		{
			json_t *part = json_copy(whole);
			json_object_del(part, name);
			char *text = json_dumps(part, JSON_COMPACT);
			refuse(text);
			free(text);
			json_object_set_new(part, name, json_null());
			text = json_dumps(part, JSON_COMPACT);
			refuse(text);
			free(text);
			if (json_is_array(value)) {
				json_t *shorter = json_copy(value);
				json_array_remove(shorter, 1);
				json_object_set_new(part, name, shorter);
				text = json_dumps(part, JSON_COMPACT);
				refuse(text);
				free(text);
			}
			json_decref(part);
		}
		json_decref(whole);
		free(line);
	}
}

static void nonsense_is_refused(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"", "{}", "[]", "3", "{\"event\":\"other\"}", "{\"event\":3}",
		"{\"event\":\"warning\",\"text\":[]}",
		"{\"event\":\"weights\",\"phase\":99,\"fold\":0,\"count\":0,\"values\":\"\"}",
		"{\"event\":\"weights\",\"phase\":0,\"fold\":0,\"count\":-1,\"values\":\"\"}",
		"{\"event\":\"weights\",\"phase\":0,\"fold\":0,\"count\":1,\"values\":\"0000000g\"}"
	};
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		refuse(texts[i]);
	struct wire_message m;
	struct err e = { 0 };
	assert_int_equal(wire_read("hello", 5, &m, &e), -1);
	assert_int_equal(wire_read("99999999999999999999 00000000 {}", 32, &m, &e), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_and_bytes_read_back_exactly),
		cmocka_unit_test(a_damaged_line_is_refused),
		cmocka_unit_test(every_member_must_be_there),
		cmocka_unit_test(nonsense_is_refused),
	};
	return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
