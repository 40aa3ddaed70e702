/* wire.h - results as lines of JSON, from a worker process to the writer. One line is one piece,
 * after its length in bytes and its CRC-32:
 *
 *   391 0f3c9a12 {"event": "epoch", "phase": 0, "fold": -1, "val_accuracy": [0.81, 0.42], ...}
 *   {"event": "phase", "name": "dual", "predictions": ["0903...", ...], ...}
 *   {"event": "weights", "phase": 2, "fold": 0, "count": 14862, "values": "cdcc..."}
 *   {"event": "steps", "metric": "loss", "steps": [0, 1], "values": [0.5, 0.4]}
 *   {"event": "warning", "text": "..."}
 *   {"event": "end", "state": "done", ...}
 *
 * Predictions have two hexadecimal digits per image. Weights are 32-bit floats, little-endian, in
 * hexadecimal. steps, measure, log and output come from programs. A line is read whole or not at
 * all: every member must be there, of its type and in its range. Numbers read back exactly; numbers
 * that are not finite are written as "nan", "inf" or "-inf". */
#ifndef RUN_WIRE_H
#define RUN_WIRE_H

#include "../plan/result.h"

/* Append one line, newline included. Each returns 0, or -1 with e when memory runs out; then out is
 * as it was. */
int wire_epoch(struct str *out, const struct epoch_result *r, struct err *e);
int wire_phase(struct str *out, const struct phase_result *r, struct err *e);
int wire_weights(struct str *out, const struct weights_result *r, struct err *e);
int wire_steps(struct str *out, const struct steps_result *r, struct err *e);
int wire_measure(struct str *out, const struct measure_result *r, struct err *e);
int wire_log(struct str *out, const struct log_result *r, struct err *e);
int wire_output(struct str *out, const struct output_result *r, struct err *e);
int wire_warning(struct str *out, const char *text, struct err *e);
int wire_end(struct str *out, const struct trial_end *end, struct err *e);

/* The JSON of a line with a correct length and checksum (*length: of the line, then of the JSON),
 * or NULL. */
const char *wire_body(const char *line, size_t *length);

enum wire_event {
	WIRE_EPOCH,
	WIRE_PHASE,
	WIRE_WEIGHTS,
	WIRE_STEPS,
	WIRE_MEASURE,
	WIRE_LOG,
	WIRE_OUTPUT,
	WIRE_WARNING,
	WIRE_END
};

/* One line read back: which piece it is, and the piece. What the piece owns is the caller's
 * (wire_message_free). */
struct wire_message {
	enum wire_event event;
	struct epoch_result epoch;
	struct phase_result phase;
	struct weights_result weights;
	char warning[1024];
	struct steps_result steps;
	struct measure_result measure;
	struct log_result log;
	struct output_result output;
	void *lists[2]; /* what the four above point to */
	char texts[3][1024];
	struct trial_end end;
};

/* Returns 0, or -1 with e (ERR_ENVIRONMENT) when the line is not complete or none of the above, or
 * memory runs out; then *out owns nothing. */
int wire_read(const char *line, size_t length, struct wire_message *out, struct err *e);
void wire_message_free(struct wire_message *m);

#endif
