/* program_run.c - see program_run.h. */
#include "program_run.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include "../base/clock.h"
#include "../base/file.h"
#include "../plan/identity.h"
#include "../plan/template.h"
#include "logs.h"
#include "process.h"
#include "reported.h"

enum {
	TICK_MS = 100,
	GRACE_SECONDS = 5,          /* between the request to end and the kill */
	KEPT_BYTES_MAX = 256 << 20, /* of an output */
	ERROR_LINES = 5,
	PIECE_BYTES = 65536,
	BEFORE_BYTES_MAX = 256 << 20, /* of the steps of earlier attempts */
	DIGITS = 16,                  /* of identity and inputs in the name of the scratch folder */
};

struct work {
	const struct trial *trial;
	const struct program_config *program;
	const struct inputs *inputs;
	const struct trial_options *options;
	const struct trial_sink *sink;
	struct trial_end *end;
	struct str scratch, study, out; /* absolute paths: scratch folder, folder of the sweep
					   file, RETRIAL_OUT */
	char *states;                   /* absolute */
	struct process process;
	int reports, reports_hold; /* both ends of the FIFO RETRIAL_OUT; we hold the other one so
				      that it does not end */
	int steps;                 /* the file that the next attempt reads, or -1 */
	struct reported *reported;
	struct log_stream logs[2]; /* standard output and error */
	struct err bad;            /* what is wrong with what the program reported */
	bool asked;                /* to end */
	double begun;
	double killed_at;
	double told_at; /* when steps were last passed on */
};

static int fail(struct work *w, enum trial_state state, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The first reason counts. */
static int fail(struct work *w, enum trial_state state, const char *format, ...)
{
	va_list arguments;
	if (w->end->state != TRIAL_DONE)
		return -1;
	w->end->state = state;
	va_start(arguments, format);
	vsnprintf(w->end->error, sizeof(w->end->error), format, arguments);
	va_end(arguments);
	return -1;
}

static int fail_with(struct work *w, const struct err *e)
{
	return fail(w, e->kind == ERR_ENVIRONMENT ? TRIAL_MACHINE : TRIAL_FAILED, "%.*s",
		(int)sizeof(w->end->error) - 1, e->text);
}

/* ---- places ---- */

char *program_live_log(const char *states, const char *identity, const char *stream)
{
	struct str path = { 0 };
	str_addf(&path, "%s/scratch/%.*s.%s", states, DIGITS, identity, stream);
	return str_take(&path);
}

/* The absolute path of a folder that is there. */
static int absolute(const char *path, char **out, struct err *e)
{
	*out = realpath(path, NULL);
	return *out ? 0 : err_errno(e, path);
}

static int make_places(struct work *w, struct err *e)
{
	char *study;
	struct str base = { 0 };
	str_addf(&base, "%s/scratch", w->options->states);
	const int made = file_make_folder(base.s, e);
	str_free(&base);
	if (made || absolute(w->options->states, &w->states, e)
		|| absolute(w->program->folder[0] ? w->program->folder : ".", &study, e))
		return -1;
	str_add(&w->study, study);
	free(study);
	str_addf(&w->scratch, "%s/scratch/%.*s-%.*s", w->states, DIGITS, w->trial->identity, DIGITS,
		w->inputs->digest);
	if (file_make_folder(w->scratch.s, e))
		return -1;
	str_addf(&w->out, "%s/.retrial-out", w->scratch.s);
	unlink(w->out.s);
	if (mkfifo(w->out.s, 0600))
		return err_errno(e, w->out.s);
	w->reports = open(w->out.s, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	w->reports_hold = w->reports < 0 ? -1 : open(w->out.s, O_WRONLY | O_CLOEXEC);
	return w->reports_hold < 0 ? err_errno(e, w->out.s) : 0;
}

/* A trial that is done needs its scratch folder no more. */
static void clear_places(struct work *w)
{
	for (int i = 0; i < 2 && w->states; i++) {
		char *live =
			program_live_log(w->states, w->trial->identity, i ? "stderr" : "stdout");
		unlink(live);
		free(live);
	}
	if (w->reports >= 0)
		close(w->reports);
	if (w->reports_hold >= 0)
		close(w->reports_hold);
	if (w->steps >= 0)
		close(w->steps);
	if (w->out.length)
		unlink(w->out.s);
	if (w->end->state == TRIAL_DONE && w->scratch.length)
		file_remove_tree(w->scratch.s);
}

/* ---- what the program is told ---- */

static int value_of(void *context, const char *name, struct str *out)
{
	const struct work *w = context;
	const struct param *p = program_parameter(w->program, name);
	if (p)
		param_text(p, 0, w->trial->values, out);
	else if (strcmp(name, "seed") == 0)
		str_addf(out, "%llu", (unsigned long long)w->trial->seed);
	else if (strcmp(name, "slot") == 0)
		str_addf(out, "%d", w->options->slot);
	else if (strcmp(name, "scratch") == 0)
		str_add(out, w->scratch.s);
	else if (strcmp(name, "study") == 0)
		str_add(out, w->study.s);
	else if (strcmp(name, "trial") == 0)
		str_add(out, w->trial->identity);
	else if (strcmp(name, "out") == 0)
		str_add(out, w->out.s);
	else if (strcmp(name, "parameters") == 0)
		str_addf(out, "%s/parameters.json", w->scratch.s);
	else
		return -1;
	return 0;
}

/* A template filled in, the caller's. NULL with e. */
static char *fill(struct work *w, const char *text, struct err *e)
{
	struct str out = { 0 };
	if (template_fill(text, value_of, w, &out) == 0)
		return str_take(&out);
	err_set(e, ERR_USAGE, "program: the placeholders of '%.100s' cannot be filled in", text);
	str_free(&out);
	return NULL;
}

/* All values and the seed, as a file for programs that read one. */
static int write_parameters(struct work *w, struct err *e)
{
	struct str text = { 0 }, path = { 0 };
	str_add(&text, "{");
	for (int i = 0; i < w->program->parameter_count; i++) {
		const struct param *p = &w->program->parameters[i];
		str_add_json(&text, p->name);
		str_add(&text, ":");
		param_format(p, 0, w->trial->values, &text);
		str_add(&text, ",");
	}
	str_addf(&text, "\"seed\":%llu}\n", (unsigned long long)w->trial->seed);
	str_addf(&path, "%s/parameters.json", w->scratch.s);
	const int result = file_write(path.s, text.s, text.length, e);
	str_free(&text);
	str_free(&path);
	return result;
}

static bool wants_parameters(const struct program_config *p)
{
	for (int i = 0; i < p->argument_count; i++)
		if (strstr(p->command[i], "{parameters}"))
			return true;
	for (int i = 0; i < p->variable_count; i++)
		if (strstr(p->variables[i].value, "{parameters}"))
			return true;
	return false;
}

/* The folder that the program runs in, the caller's. */
static char *directory_of(struct work *w, struct err *e)
{
	struct str path = { 0 };
	char *text = fill(w, w->program->directory, e);
	if (!text)
		return NULL;
	if (text[0] != '/')
		str_addf(&path, "%s/", w->study.s);
	str_add(&path, text);
	free(text);
	return str_take(&path);
}

static int start(struct work *w, struct err *e)
{
	enum { OWN = 4 };
	const struct program_config *p = w->program;
	char **arguments = calloc((size_t)p->argument_count + 1, sizeof(*arguments));
	struct process_variable *variables =
		calloc((size_t)p->variable_count + OWN, sizeof(*variables));
	char **values = calloc((size_t)p->variable_count + 1, sizeof(*values));
	char *directory = NULL, seed[32];
	int result = -1, count = 0;
	if (!arguments || !variables || !values) {
		err_nomem(e);
		goto out;
	}
	for (int i = 0; i < p->argument_count; i++)
		if (!(arguments[i] = fill(w, p->command[i], e)))
			goto out;
	for (int i = 0; i < p->variable_count; i++) {
		if (!(values[i] = fill(w, p->variables[i].value, e)))
			goto out;
		variables[count++] = (struct process_variable){ p->variables[i].name, values[i] };
	}
	snprintf(seed, sizeof(seed), "%llu", (unsigned long long)w->trial->seed);
	variables[count++] = (struct process_variable){ "RETRIAL_OUT", w->out.s };
	variables[count++] = (struct process_variable){ "RETRIAL_SCRATCH", w->scratch.s };
	variables[count++] = (struct process_variable){ "RETRIAL_SEED", seed };
	variables[count++] = (struct process_variable){ "RETRIAL_TRIAL", w->trial->identity };
	directory = directory_of(w, e);
	if (!directory || (wants_parameters(p) && write_parameters(w, e)))
		goto out;
	const struct process_start how = { .arguments = (const char *const *)arguments,
		.directory = directory,
		.variables = variables,
		.variable_count = count,
		.memory_bytes = p->memory_bytes };
	process_adopt();
	result = process_start(&how, &w->process, e);
out:
	for (int i = 0; arguments && arguments[i]; i++)
		free(arguments[i]);
	for (int i = 0; values && i < p->variable_count; i++)
		free(values[i]);
	free(arguments);
	free(values);
	free(variables);
	free(directory);
	return result;
}

/* ---- steps of the attempts before ---- */

static bool has_series(const struct program_config *p)
{
	for (int i = 0; i < p->metric_count; i++)
		if (p->metrics[i].series)
			return true;
	return false;
}

/* The scratch folder has the steps that were told, a line each: a program that goes on from its own
 * checkpoint reports only those that follow. Without the file it loses the others, no more. */
static int take_before(struct work *w, struct err *e)
{
	struct str path = { 0 };
	char *text, *rest, *line;
	size_t count;
	int result = 0;
	str_addf(&path, "%s/.retrial-steps", w->scratch.s);
	w->steps = open(path.s, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (w->steps >= 0 && file_read(path.s, BEFORE_BYTES_MAX, &text, &count, NULL) == 0) {
		for (line = text; !result && (rest = strchr(line, '\n')); line = rest + 1) {
			char metric[64];
			long long step;
			double value;
			if (sscanf(line, "%63s %lld %lf", metric, &step, &value) == 3)
				result = reported_before(w->reported, metric, step, value, e);
		}
		/* A kill may have cut the last line. */
		if (*line && !result && ftruncate(w->steps, (off_t)(line - text)))
			result = err_errno(e, path.s);
		free(text);
	}
	str_free(&path);
	return result;
}

static void keep_steps(struct work *w, const struct steps_result *r)
{
	struct str lines = { 0 };
	for (size_t i = 0; i < r->count && w->steps >= 0; i++)
		str_addf(
			&lines, "%s %lld %.17g\n", r->metric, (long long)r->steps[i], r->values[i]);
	if (lines.length && write(w->steps, lines.s, lines.length) != (ssize_t)lines.length) {
		close(w->steps);
		w->steps = -1;
	}
	str_free(&lines);
}

/* ---- while it runs ---- */

/* Read what is there; standard output, standard error, RETRIAL_OUT are 0, 1, 2. Returns whether
 * the stream goes on. */
static bool take(struct work *w, int stream, int from)
{
	char bytes[PIECE_BYTES];
	const ssize_t n = read(from, bytes, sizeof(bytes));
	struct err e = { 0 };
	int result = 0;
	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	if (n == 0)
		return stream == 2;
	if (stream < 2)
		result = log_add(&w->logs[stream], bytes, (size_t)n, &e);
	if (!result && stream != 1 && w->bad.kind == ERR_NONE)
		result = stream == 2 ? reported_out(w->reported, bytes, (size_t)n, &e)
				     : reported_stdout(w->reported, bytes, (size_t)n, &e);
	if (result)
		w->bad = e;
	return true;
}

static int tell_steps(struct work *w, struct err *e)
{
	struct steps_result steps;
	w->told_at = clock_seconds();
	while (reported_steps(w->reported, &steps)) {
		if (w->sink->steps && w->sink->steps(w->sink->context, &steps, e))
			return -1;
		keep_steps(w, &steps);
	}
	return 0;
}

/* What could not be read as a number ends the program: it would run for nothing. */
static void look_at_wishes(struct work *w)
{
	const int wish = w->options->stop ? atomic_load(w->options->stop) : 0;
	const double now = clock_seconds(), limit = w->options->seconds;
	if (limit > 0 && now - w->begun > limit)
		fail(w, TRIAL_TIMEOUT, "killed after %.1f s: the limit for a trial is %g s",
			now - w->begun, limit);
	if (!w->asked && (wish > 0 || w->bad.kind != ERR_NONE || w->end->state != TRIAL_DONE)) {
		w->asked = true;
		w->killed_at = now + GRACE_SECONDS;
		process_signal(&w->process, SIGTERM);
	}
	if (w->asked && (wish > 1 || now >= w->killed_at))
		process_signal(&w->process, SIGKILL);
}

static bool has_ended(const struct process *p)
{
	siginfo_t info = { 0 };
	return waitid(P_PID, (id_t)p->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0
		&& info.si_pid == p->pid;
}

/* Everything that has come and can be had without waiting. */
static void drain(struct work *w)
{
	const int fds[] = { w->process.out, w->process.err, w->reports };
	for (int i = 0; i < 3; i++) {
		struct pollfd ready = { .fd = fds[i], .events = POLLIN };
		while (fds[i] >= 0 && poll(&ready, 1, 0) > 0 && ready.revents & POLLIN)
			if (!take(w, i, fds[i]))
				break;
	}
}

static int attend(struct work *w, struct err *e)
{
	bool open[3] = { true, true, true };
	while (!has_ended(&w->process)) {
		struct pollfd polls[] = { { w->process.out, POLLIN, 0 },
			{ w->process.err, POLLIN, 0 }, { w->reports, POLLIN, 0 },
			{ w->process.watch, POLLIN, 0 } };
		for (int i = 0; i < 3; i++)
			if (!open[i])
				polls[i].fd = -1;
		poll(polls, 4, TICK_MS);
		for (int i = 0; i < 3; i++)
			if (polls[i].revents)
				open[i] = take(w, i, polls[i].fd);
		look_at_wishes(w);
		if (clock_seconds() - w->told_at > 0.001 * TICK_MS && tell_steps(w, e))
			return -1;
	}
	return 0;
}

/* ---- when it has ended ---- */

/* A place for the program's files that has no room: its scratch folder or the one for temporary
 * files; NULL: none. */
static const char *full_disk(const struct work *w)
{
	const char *temporary = w->options->temporary;
	return file_disk_is_full(w->scratch.s)              ? w->scratch.s
		: temporary && file_disk_is_full(temporary) ? temporary
							    : NULL;
}

/* "exit code 3; it last wrote: ..." */
static void explain_exit(struct work *w, int status)
{
	struct str last = { 0 };
	char how[120];
	if (WIFSIGNALED(status))
		snprintf(how, sizeof(how), "killed by signal %d (%s)", WTERMSIG(status),
			strsignal(WTERMSIG(status)));
	else
		snprintf(how, sizeof(how), "exit code %d", WEXITSTATUS(status));
	log_last_lines(&w->logs[1], ERROR_LINES, 600, &last);
	if (!last.length)
		log_last_lines(&w->logs[0], ERROR_LINES, 600, &last);
	/* Killed from outside, as the kernel does when memory is short and a batch system when time
	 * is, is no failure of the trial. Nor is a full disk. */
	const bool outside =
		WIFSIGNALED(status) && (WTERMSIG(status) == SIGKILL || WTERMSIG(status) == SIGTERM);
	const char *full = full_disk(w);
	fail(w, outside || full ? TRIAL_MACHINE : TRIAL_FAILED, "%s%s%s%s%s", how,
		full ? "; the disk is full: " : "", full ? full : "",
		last.length ? "; it last wrote: " : "", last.length ? last.s : "");
	str_free(&last);
}

static void missing_metric(struct work *w, const struct declared_metric *m)
{
	const char *others = reported_others(w->reported);
	if (m->match)
		fail(w, TRIAL_FAILED,
			"exit code 0, but no line of its standard output matched the pattern of "
			"metric %s",
			m->declared.name);
	else
		fail(w, TRIAL_FAILED,
			"exit code 0, but metric %s was never reported: a line such as {\"%s\": "
			"0.5} is expected in the file that RETRIAL_OUT names%s%s%s",
			m->declared.name, m->declared.name, others[0] ? " (there came: " : "",
			others, others[0] ? ")" : "");
}

static int tell_measures(struct work *w, struct err *e)
{
	for (int i = 0; i < w->program->metric_count; i++) {
		const struct declared_metric *m = &w->program->metrics[i];
		struct measure_result measure = { .metric = m->declared.name };
		if (!reported_value(w->reported, i, &measure.value)) {
			missing_metric(w, m);
			continue;
		}
		if (!isfinite(measure.value))
			fail(w, TRIAL_DIVERGED, "metric %s is %s at the end", m->declared.name,
				isnan(measure.value)        ? "not a number (NaN)"
					: measure.value > 0 ? "infinite"
							    : "minus infinite");
		if (w->sink->measure && w->sink->measure(w->sink->context, &measure, e))
			return -1;
	}
	return 0;
}

static int tell_log(struct work *w, int stream, struct err *e)
{
	struct str text = { 0 };
	log_text(&w->logs[stream], &text);
	uLongf count = compressBound(text.length);
	uint8_t *bytes = malloc(count + 1);
	int result = bytes ? 0 : err_nomem(e);
	if (bytes
		&& compress2(bytes, &count, (const Bytef *)(text.s ? text.s : ""), text.length, 6)
			!= Z_OK)
		result = err_nomem(e);
	const struct log_result log = { .stream = stream ? "stderr" : "stdout",
		.total = (int64_t)w->logs[stream].total,
		.kept = text.length,
		.bytes = bytes,
		.count = count };
	if (!result && w->logs[stream].total && w->sink->log)
		result = w->sink->log(w->sink->context, &log, e);
	free(bytes);
	str_free(&text);
	return result;
}

/* ---- outputs ---- */

/* Compress a file into another. */
static int compress_file(const char *path, const char *to, struct err *e)
{
	char *bytes;
	size_t length;
	if (file_read(path, KEPT_BYTES_MAX, &bytes, &length, e))
		return -1;
	uLongf count = compressBound(length);
	uint8_t *packed = malloc(count + 1);
	int result = packed && compress2(packed, &count, (const Bytef *)bytes, length, 6) == Z_OK
		? file_write(to, packed, count, e)
		: err_nomem(e);
	free(packed);
	free(bytes);
	return result;
}

static int tell_output(struct work *w, int number, struct str *canonical, struct err *e)
{
	const char *name = w->program->outputs[number];
	struct str path = { 0 }, kept = { 0 };
	struct stat s;
	char digest[DIGEST_TEXT];
	struct output_result out = { .path = name, .digest = digest };
	int result = -1;
	str_addf(&path, "%s/%s", w->scratch.s, name);
	if (stat(path.s, &s) || !S_ISREG(s.st_mode)) {
		result = 0;
		fail(w, TRIAL_FAILED,
			"exit code 0, but it wrote no output %s into its scratch folder "
			"({scratch}, "
			"RETRIAL_SCRATCH)",
			name);
		goto out;
	}
	out.bytes = (int64_t)s.st_size;
	if (digest_file(path.s, digest, e))
		goto out;
	str_addf(canonical, "output %s %s\n", name, digest);
	if (w->program->keep_outputs && s.st_size <= KEPT_BYTES_MAX && w->sink->output) {
		str_addf(&kept, "%s/scratch/%.*s.kept-%d", w->states, DIGITS, w->trial->identity,
			number);
		out.file = kept.s;
		if (compress_file(path.s, kept.s, e))
			goto out;
	} else if (w->program->keep_outputs && w->sink->warning) {
		struct str text = { 0 };
		str_addf(&text,
			"output %s has more than %d MB: its digest is kept, not its content", name,
			KEPT_BYTES_MAX >> 20);
		w->sink->warning(w->sink->context, text.s, e);
		str_free(&text);
	}
	result = w->sink->output ? w->sink->output(w->sink->context, &out, e) : 0;
out:
	str_free(&path);
	str_free(&kept);
	return result;
}

/* A program may write a file of its own and rename it to RETRIAL_OUT; the FIFO is then gone. */
static int take_replaced(struct work *w, struct err *e)
{
	char bytes[PIECE_BYTES];
	struct stat s;
	ssize_t n = 0;
	int result = 0;
	if (lstat(w->out.s, &s) || !S_ISREG(s.st_mode))
		return 0;
	const int file = open(w->out.s, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (file < 0)
		return err_errno(e, w->out.s);
	while (!result && (n = read(file, bytes, sizeof(bytes))) > 0)
		result = reported_out(w->reported, bytes, (size_t)n, e);
	if (n < 0)
		result = err_errno(e, w->out.s);
	close(file);
	return result;
}

/* Its results, if it ended well; its logs in any case. */
static int finish(struct work *w, int status, struct err *e)
{
	struct str canonical = { 0 };
	const int wish = w->options->stop ? atomic_load(w->options->stop) : 0;
	const bool whole = !wish && w->end->state == TRIAL_DONE && WIFEXITED(status)
		&& WEXITSTATUS(status) == 0;
	const char *changed;
	/* The last line of a program that was stopped may be cut: that is no fault of its own. */
	if (w->bad.kind == ERR_NONE && take_replaced(w, &w->bad) == 0 && whole)
		reported_finish(w->reported, &w->bad);
	if (w->bad.kind != ERR_NONE)
		fail_with(w, &w->bad);
	else if (wish)
		fail(w, TRIAL_INTERRUPTED, "ended on request");
	else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		explain_exit(w, status);
	else if ((changed = inputs_changed(w->inputs)))
		fail(w, TRIAL_INTERRUPTED, "input %s was changed while the trial ran", changed);
	int result = tell_steps(w, e);
	if (!result && w->end->state == TRIAL_DONE)
		result = tell_measures(w, e);
	reported_canonical(w->reported, &canonical);
	for (int i = 0; i < w->program->output_count && !result && w->end->state == TRIAL_DONE; i++)
		result = tell_output(w, i, &canonical, e);
	for (int i = 0; i < 2 && !result; i++)
		result = tell_log(w, i, e);
	digest_bytes(canonical.s ? canonical.s : "", canonical.length, w->end->weights_digest);
	str_free(&canonical);
	return result;
}

int program_run(const struct trial *t, const struct inputs *inputs,
	const struct trial_options *options, const struct trial_sink *sink, struct trial_end *end)
{
	struct work w = { .trial = t,
		.program = t->program,
		.inputs = inputs,
		.options = options,
		.sink = sink,
		.end = end,
		.process = { .watch = -1, .out = -1, .err = -1 },
		.reports = -1,
		.reports_hold = -1,
		.steps = -1,
		.logs = { { .file = -1 }, { .file = -1 } } };
	struct err e = { 0 };
	w.begun = clock_seconds();
	*end = (struct trial_end){ .state = TRIAL_DONE };
	memcpy(end->data_digest, inputs->digest, DIGEST_TEXT);
	int result = make_places(&w, &e);
	if (!result)
		result = reported_new(t->program, &e, &w.reported);
	if (!result && has_series(t->program))
		result = take_before(&w, &e);
	for (int i = 0; i < 2 && !result; i++) {
		char *live = program_live_log(w.states, t->identity, i ? "stderr" : "stdout");
		log_open(&w.logs[i], live);
		free(live);
	}
	if (!result)
		result = start(&w, &e);
	if (!result) {
		result = attend(&w, &e);
		const int status = process_end(&w.process);
		drain(&w); /* nobody writes any more, so it ends */
		if (!result)
			result = finish(&w, status, &e);
	}
	if (result)
		fail_with(&w, &e);
	process_close(&w.process);
	for (int i = 0; i < 2; i++)
		log_close(&w.logs[i]);
	reported_free(w.reported);
	clear_places(&w);
	str_free(&w.scratch);
	str_free(&w.study);
	str_free(&w.out);
	free(w.states);
	end->seconds = clock_seconds() - w.begun;
	return end->state == TRIAL_DONE ? 0 : -1;
}
