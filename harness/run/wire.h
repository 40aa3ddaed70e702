/* wire.h - results as lines of JSON: how a worker process tells the writer, and how a person can
 * follow. One line, one piece:
 *   {"event": "epoch", "phase": 0, "fold": -1, "epoch": 0, "val_accuracy": [0.81, 0.42], ...}
 *   {"event": "phase", "name": "dual", "predictions": ["0903...", ...], ...}   two hexadecimal
 * digits an image
 *   {"event": "weights", "phase": 2, "fold": 0, "count": 14862, "values": "cdcc..."}   32-bit
 * floats, little-endian, hexadecimal
 *   {"event": "end", "state": "done", ...}
 * Numbers read back exactly; what is not finite is written as "nan", "inf" or "-inf". */
#ifndef RUN_WIRE_H
#define RUN_WIRE_H

#include "result.h"

/* Append one line, newline included. */
void wire_epoch(struct str *out, const struct epoch_result *r);
void wire_phase(struct str *out, const struct phase_result *r);
void wire_weights(struct str *out, const struct weights_result *r);
void wire_end(struct str *out, const struct trial_end *end);

enum wire_event { WIRE_EPOCH, WIRE_PHASE, WIRE_WEIGHTS, WIRE_END };

/* One line read back: which piece it is, and the piece. What the piece owns is the caller's
 * (wire_message_free). */
struct wire_message {
	enum wire_event event;
	struct epoch_result epoch;
	struct phase_result phase;
	struct weights_result weights;
	struct trial_end end;
};

/* Returns 0, or -1 with e (ERR_FAILED) when the line is not one of the above. */
int wire_read(const char *line, size_t length, struct wire_message *out, struct err *e);
void wire_message_free(struct wire_message *m);

#endif
