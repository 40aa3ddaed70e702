/* work.c - see work.h. */
#include "work.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/clock.h"
#include "../plan/identity.h"
#include "wire.h"

int work_fail(struct trial_work *w, enum trial_state state, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	w->end->state = state;
	vsnprintf(w->end->error, sizeof(w->end->error), format, arguments);
	va_end(arguments);
	return -1;
}

int work_fail_by(struct trial_work *w, const struct err *e)
{
	return work_fail(
		w, e->kind == ERR_ENVIRONMENT ? TRIAL_MACHINE : TRIAL_FAILED, "%s", e->text);
}

int work_nomem(struct trial_work *w)
{
	return work_fail(w, TRIAL_MACHINE, "out of memory");
}

/* Pass on the line that the events end with; it begins at `from`. */
static int pass_line(const struct trial_work *w, size_t from, struct err *e)
{
	const struct str *events = &w->state.events;
	return w->sink->line(w->sink->context, events->s + from, events->length - from, e);
}

int work_send_epoch(struct trial_work *w, const struct epoch_result *r)
{
	const size_t from = w->state.events.length;
	struct err e = { 0 };
	if (wire_epoch(&w->state.events, r, &e)
		|| (w->sink->line ? pass_line(w, from, &e)
				  : w->sink->epoch(w->sink->context, r, &e)))
		return work_fail_by(w, &e);
	return 0;
}

int work_send_phase(struct trial_work *w, const struct phase_result *r)
{
	const size_t from = w->state.events.length;
	struct err e = { 0 };
	if (wire_phase(&w->state.events, r, &e)
		|| (w->sink->line ? pass_line(w, from, &e)
				  : w->sink->phase(w->sink->context, r, &e)))
		return work_fail_by(w, &e);
	return 0;
}

int work_send_weights(struct trial_work *w, const struct weights_result *r)
{
	const size_t from = w->state.events.length;
	struct err e = { 0 };
	/* Also when nobody wants a fold's now: who goes on from the checkpoint may. */
	int result = r->fold >= 0 ? wire_weights(&w->state.events, r, &e) : 0;
	if (!result && w->sink->weights)
		result = r->fold >= 0 && w->sink->line ? pass_line(w, from, &e)
						       : w->sink->weights(w->sink->context, r, &e);
	return result ? work_fail_by(w, &e) : 0;
}

/* A state file is a help, not a result: where none can be written the trial goes on without, and
 * whoever listens is told. */
static int save_or_warn(struct trial_work *w, const struct state_key *key, const char *path)
{
	struct err e = { 0 };
	if (!state_save(&w->state, key, path, &e) || !w->sink->warning)
		return 0;
	err_prefix(&e, "no checkpoint can be written, the trial goes on without: ");
	return w->sink->warning(w->sink->context, e.text, &e) ? work_fail_by(w, &e) : 0;
}

int work_checkpoint(struct trial_work *w, bool now)
{
	double time = clock_seconds();
	if (!w->checkpoint || (!now && time - w->last_checkpoint < w->options->checkpoint_seconds))
		return 0;
	w->last_checkpoint = time;
	return save_or_warn(w, &w->key, w->checkpoint);
}

/* One result of the events that a state was read with. Names of phases are this trial's own: they
 * may differ where the work is the same. */
static int send_again(struct trial_work *w, const char *line, size_t length)
{
	struct wire_message m;
	struct err e = { 0 };
	int result = 0;
	if (wire_read(line, length, &m, &e))
		return work_fail_by(w, &e);
	if (m.event == WIRE_EPOCH) {
		result = work_send_epoch(w, &m.epoch);
	} else if (m.event == WIRE_PHASE) {
		snprintf(m.phase.name, sizeof(m.phase.name), "%s",
			w->trial->phases[m.phase.phase].name);
		result = work_send_phase(w, &m.phase);
	} else if (m.event == WIRE_WEIGHTS) {
		result = work_send_weights(w, &m.weights);
	}
	wire_message_free(&m);
	return result;
}

static int send_all_again(struct trial_work *w)
{
	struct str events = w->state.events; /* they are written anew */
	w->state.events = (struct str){ 0 };
	const char *line = events.s, *end = line + events.length;
	int result = 0;
	for (const char *stop;
		!result && line < end && (stop = memchr(line, '\n', (size_t)(end - line)));
		line = stop + 1)
		result = send_again(w, line, (size_t)(stop - line));
	str_free(&events);
	return result;
}

/* The file of the state after a phase. Owned by the caller. */
static char *shared_path(const struct trial_work *w, int phase, struct state_key *key)
{
	*key = w->key;
	trial_beginning(w->trial, phase + 1, key->identity);
	return state_path(w->options->states, key, false);
}

int work_load(struct trial_work *w)
{
	int found = state_load(w->checkpoint, &w->key, &w->state);
	for (int p = w->trial->phase_count - 1; p >= 0 && !found; p--) {
		struct state_key key;
		char *path = shared_path(w, p, &key);
		found = w->trial->phases[p].kind != PHASE_KFOLD
			&& state_load(path, &key, &w->state);
		free(path);
	}
	return found ? send_all_again(w) : 0;
}

int work_save_phase(struct trial_work *w, struct place at)
{
	if (!w->options->states || at.fold >= 0 || !(w->options->share >> at.phase & 1))
		return 0;
	struct state_key key;
	char *path = shared_path(w, at.phase, &key);
	int result = save_or_warn(w, &key, path);
	free(path);
	return result;
}
