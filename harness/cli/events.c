/* events.c - see events.h. Each line is flushed: whoever reads it follows the run. */
#include "events.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "../run/wire.h"

static void print(json_t *o)
{
	char *text = json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(17));
	printf("%s\n", text ? text : "{}");
	fflush(stdout);
	free(text);
	json_decref(o);
}

static void set_trial(json_t *o, const struct local_event *event)
{
	json_object_set_new(o, "trial", json_string(event->trial->identity));
	json_object_set_new(o, "worker", json_integer(event->worker));
}

/* A line as a worker writes it, with the trial's identity and without the bulk. */
static void print_wire(const struct local_event *event, struct str *line)
{
	size_t length = line->length ? line->length - 1 : 0; /* without its end */
	const char *body = line->s ? wire_body(line->s, &length) : NULL;
	json_t *o = body ? json_loadb(body, length, 0, NULL) : NULL;
	if (o) {
		set_trial(o, event);
		json_object_del(o, "predictions");
		print(o);
	}
	str_free(line);
}

static void print_start(const struct local_event *event)
{
	const struct trial *t = event->trial;
	const char *recipe = label_value(t, "recipe");
	json_t *o = json_object();
	json_object_set_new(o, "event", json_string("start"));
	set_trial(o, event);
	json_object_set_new(o, "index", json_integer((json_int_t)event->index));
	json_object_set_new(o, "dataset", json_string(t->dataset));
	json_object_set_new(o, "recipe", recipe ? json_string(recipe) : json_null());
	json_object_set_new(o, "seed", json_integer((json_int_t)t->seed));
	print(o);
}

void events_print(const struct local_event *event)
{
	struct str line = { 0 };
	switch (event->kind) {
	case LOCAL_SKIPPED:
		print(json_pack("{s:s, s:s, s:s}", "event", "skipped", "dataset",
			event->trial->dataset, "reason", event->text));
		break;
	case LOCAL_START: print_start(event); break;
	case LOCAL_EPOCH:
		wire_epoch(&line, event->epoch, NULL);
		print_wire(event, &line);
		break;
	case LOCAL_PHASE:
		wire_phase(&line, event->phase, NULL);
		print_wire(event, &line);
		break;
	case LOCAL_STEPS:
		wire_steps(&line, event->steps, NULL);
		print_wire(event, &line);
		break;
	case LOCAL_MEASURE:
		wire_measure(&line, event->measure, NULL);
		print_wire(event, &line);
		break;
	case LOCAL_END:
		wire_end(&line, event->end, NULL);
		print_wire(event, &line);
		break;
	case LOCAL_WARNING:
		wire_warning(&line, event->text, NULL);
		print_wire(event, &line);
		break;
	case LOCAL_NOTE:
		print(json_pack("{s:s, s:s}", "event", "note", "text", event->text));
		break;
	case LOCAL_KNOWN:
	case LOCAL_TICK: break;
	}
}

void events_print_summary(const struct local_summary *s)
{
	const struct {
		const char *name;
		size_t count;
	} numbers[] = {
		{ "planned", s->planned },
		{ "done", s->done },
		{ "done_before", s->cached },
		{ "failed", s->failed },
		{ "diverged", s->diverged },
		{ "timeout", s->timeout },
		{ "interrupted", s->interrupted },
		{ "ended_badly_before", s->bad_before },
		{ "elsewhere", s->elsewhere },
		{ "skipped", s->skipped },
		{ "machine_failures", s->machine },
	};
	json_t *o = json_pack("{s:s, s:b}", "event", "summary", "more", s->more);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		json_object_set_new(o, numbers[i].name, json_integer((json_int_t)numbers[i].count));
	json_object_set_new(o, "seconds", json_real(s->seconds));
	print(o);
}

void events_print_robustness(const struct robustness_event *event)
{
	if (event->kind == ROBUSTNESS_PROBLEM)
		print(json_pack("{s:s, s:s, s:s}", "event", "robustness_problem", "dataset",
			event->dataset, "reason", event->text));
	else if (event->kind == ROBUSTNESS_STEP)
		print(json_pack("{s:s, s:s, s:s, s:f, s:I, s:I}", "event", "robustness", "dataset",
			event->dataset, "corruption", event->corruption, "severity",
			event->severity, "done", (json_int_t)event->done, "total",
			(json_int_t)event->total));
}

void events_print_robustness_summary(const struct robustness_summary *s)
{
	const struct {
		const char *name;
		size_t count;
	} numbers[] = {
		{ "total", s->total },
		{ "done", s->done },
		{ "done_before", s->before },
		{ "weights_not_kept", s->unkept },
		{ "elsewhere", s->elsewhere },
		{ "not_reproduced", s->wrong },
	};
	json_t *o = json_pack("{s:s}", "event", "robustness_summary");
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		json_object_set_new(o, numbers[i].name, json_integer((json_int_t)numbers[i].count));
	json_object_set_new(o, "seconds", json_real(s->seconds));
	print(o);
}
