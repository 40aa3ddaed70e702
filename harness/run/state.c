/* state.c - the state file: one line of JSON, the event lines, the arrays as little-endian floats,
 * and a SHA-256 of all that. */
#include "state.h"

#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/file.h"
#include "../plan/model.h"
#include "fields.h"

/* A file of another format is as good as none. */
enum {
	STATE_FORMAT = 7,
	FIXED_ARRAYS = 8,
	ARRAYS = FIXED_ARRAYS + 2 * OUTPUTS_MAX,
	HEADER_MAX = 1 << 30 /* the line of JSON and the event lines */
};
static const size_t file_max =
	(size_t)(ARRAYS + 1) * MODEL_PARAMETERS_MAX * sizeof(float) + HEADER_MAX;

/* The arrays of a state in the order of the file. */
static void list_arrays(struct run_state *s, float **list[ARRAYS])
{
	float **all[] = { &s->params, &s->fold_start, &s->training.params, &s->training.first,
		&s->training.second, &s->training.average, &s->training.slow, &s->mask };
	int n = 0;
	for (; n < FIXED_ARRAYS; n++)
		list[n] = all[n];
	for (int k = 0; k < OUTPUTS_MAX; k++) {
		list[n++] = &s->training.best[k];
		list[n++] = &s->training.restored[k];
	}
}

void training_state_reset(struct training_state *t)
{
	free(t->params);
	free(t->first);
	free(t->second);
	free(t->average);
	free(t->slow);
	for (int k = 0; k < OUTPUTS_MAX; k++) {
		free(t->best[k]);
		free(t->restored[k]);
	}
	*t = (struct training_state){ 0 };
}

void run_state_free(struct run_state *s)
{
	training_state_reset(&s->training);
	free(s->params);
	free(s->fold_start);
	free(s->mask);
	free(s->teacher);
	str_free(&s->fold_digests);
	str_free(&s->events);
	*s = (struct run_state){ .network = -1 };
}

char *state_path(const char *folder, const struct state_key *key, bool checkpoint)
{
	struct str path = { 0 };
	str_addf(&path, "%s/%.32s-%.16s-%d.%s", folder, key->identity, key->data, key->core_version,
		checkpoint ? "checkpoint" : "state");
	return str_take(&path);
}

static json_t *score_json(const struct nn_score *s)
{
	struct fields f = fields_begin();
	json_t *correct = json_array();
	fields_set_integer(&f, "count", s->count);
	fields_set_reals(&f, "loss_sum", s->loss_sum, NN_OUTPUTS_MAX);
	for (int k = 0; k < NN_OUTPUTS_MAX; k++)
		fields_append(&f, correct, json_integer(s->correct[k]));
	fields_set(&f, "correct", correct);
	return fields_take(&f);
}

/* An object within an object; what is wrong with it is the outer one's. */
static struct members inner(struct members *m, const char *name)
{
	const json_t *o = json_object_get(m->object, name);
	if (!json_is_object(o))
		m->bad = name;
	return (struct members){ .object = o };
}

static struct nn_score score_of(struct members *outer, const char *name)
{
	struct members m = inner(outer, name);
	struct nn_score s = { .count = (uint32_t)members_integer(&m, "count", 0, UINT32_MAX) };
	members_reals(&m, "loss_sum", s.loss_sum, NN_OUTPUTS_MAX);
	members_count(&m, "correct", NN_OUTPUTS_MAX, NN_OUTPUTS_MAX);
	for (size_t k = 0; k < NN_OUTPUTS_MAX; k++)
		s.correct[k] = (uint32_t)json_integer_value(members_element(&m, "correct", k));
	if (m.bad)
		outer->bad = name;
	return s;
}

static json_t *output_json(const struct training_state *t, int k)
{
	const struct nn_stop *s = &t->stop[k];
	struct fields f = fields_begin();
	fields_set(&f, "any", json_boolean(s->any));
	fields_set_integer(&f, "best_epoch", s->best_epoch);
	fields_set_integer(&f, "wait", s->wait);
	fields_set_integer(&f, "epoch_of_best", t->epoch_of[k][0]);
	fields_set_integer(&f, "epoch_of_restored", t->epoch_of[k][1]);
	fields_set_real(&f, "best", s->best);
	fields_set_real(&f, "best_accuracy", t->best_accuracy[k]);
	fields_set(&f, "val_at_best", score_json(&t->val[k][0]));
	fields_set(&f, "val_at_restored", score_json(&t->val[k][1]));
	return fields_take(&f);
}

static int integer_of(struct members *m, const char *name)
{
	return (int)members_integer(m, name, INT_MIN, INT_MAX);
}

static void output_of(struct members *outer, struct training_state *t, int k)
{
	struct members m = { .object = members_element(outer, "outputs", (size_t)k) };
	t->stop[k].any = members_bool(&m, "any");
	t->stop[k].best = members_real(&m, "best");
	t->stop[k].best_epoch = integer_of(&m, "best_epoch");
	t->stop[k].wait = integer_of(&m, "wait");
	t->epoch_of[k][0] = integer_of(&m, "epoch_of_best");
	t->epoch_of[k][1] = integer_of(&m, "epoch_of_restored");
	t->best_accuracy[k] = members_real(&m, "best_accuracy");
	t->val[k][0] = score_of(&m, "val_at_best");
	t->val[k][1] = score_of(&m, "val_at_restored");
	if (m.bad)
		outer->bad = "outputs";
}

static json_t *plateau_json(const struct nn_plateau *p)
{
	struct fields f = fields_begin();
	fields_set(&f, "any", json_boolean(p->any));
	fields_set_integer(&f, "wait", p->wait);
	fields_set_integer(&f, "cooling", p->cooling);
	fields_set_real(&f, "best", p->best);
	return fields_take(&f);
}

static struct nn_plateau plateau_of(struct members *outer)
{
	struct members m = inner(outer, "plateau");
	const struct nn_plateau p = { .any = members_bool(&m, "any"),
		.wait = integer_of(&m, "wait"),
		.cooling = integer_of(&m, "cooling"),
		.best = members_real(&m, "best") };
	if (m.bad)
		outer->bad = "plateau";
	return p;
}

static json_t *training_json(const struct training_state *t)
{
	struct fields f = fields_begin();
	const double schedule[4] = { t->schedule.decay_power, t->schedule.mu_product,
		t->schedule.beta2_power, t->schedule.scale };
	fields_set_integer(&f, "epochs_run", t->epochs_run);
	fields_set(&f, "patience_used", json_boolean(t->patience_used));
	fields_set_integer(&f, "step", t->schedule.step);
	fields_set_reals(&f, "schedule", schedule, 4);
	fields_set(&f, "plateau", plateau_json(&t->plateau));
	fields_set_real(&f, "seconds", t->seconds);
	fields_set(&f, "last_val", score_json(&t->last_val));
	json_t *outputs = json_array();
	for (int k = 0; k < OUTPUTS_MAX; k++)
		fields_append(&f, outputs, output_json(t, k));
	fields_set(&f, "outputs", outputs);
	return fields_take(&f);
}

static void training_of(struct members *outer, struct training_state *t)
{
	struct members m = inner(outer, "training");
	double schedule[4] = { 0 };
	members_reals(&m, "schedule", schedule, 4);
	t->plateau = plateau_of(&m);
	t->epochs_run = integer_of(&m, "epochs_run");
	t->patience_used = members_bool(&m, "patience_used");
	t->seconds = members_real(&m, "seconds");
	t->schedule = (struct nn_schedule){ .step = (long)members_integer(&m, "step", 0, LONG_MAX),
		.decay_power = schedule[0],
		.mu_product = schedule[1],
		.beta2_power = schedule[2],
		.scale = schedule[3] };
	t->last_val = score_of(&m, "last_val");
	for (int k = 0; k < OUTPUTS_MAX; k++)
		output_of(&m, t, k);
	if (m.bad)
		outer->bad = "training";
}

/* The first line, without its end. Returns 0, or -1 when memory ran out. */
static int add_header(struct str *file, const struct run_state *s, const struct state_key *key,
	json_int_t present)
{
	struct fields f = fields_begin();
	fields_set_integer(&f, "retrial_state", STATE_FORMAT);
	fields_set_text(&f, "identity", key->identity);
	fields_set_text(&f, "data", key->data);
	fields_set_integer(&f, "core_version", key->core_version);
	fields_set_integer(&f, "stage", s->stage);
	fields_set_integer(&f, "network", s->network);
	fields_set_integer(&f, "parameters", (json_int_t)s->parameters);
	fields_set_integer(
		&f, "teacher_parameters", s->teacher ? (json_int_t)s->teacher_parameters : 0);
	fields_set_integer(&f, "arrays", present);
	fields_set_integer(&f, "events_bytes", (json_int_t)s->events.length);
	fields_set_text(&f, "fold_digests", s->fold_digests.s ? s->fold_digests.s : "");
	fields_set_text(&f, "weights_digest", s->weights_digest);
	fields_set(&f, "training", training_json(&s->training));
	return fields_text(&f, file);
}

int state_save(
	const struct run_state *s, const struct state_key *key, const char *path, struct err *e)
{
	struct run_state copy = *s; /* only to list its arrays */
	float **list[ARRAYS];
	json_int_t present = 0;
	struct str file = { 0 };
	list_arrays(&copy, list);
	for (int i = 0; i < ARRAYS; i++)
		present |= *list[i] ? 1 << i : 0;
	if (add_header(&file, s, key, present))
		return err_nomem(e);
	str_add(&file, "\n");
	str_add_bytes(&file, s->events.s ? s->events.s : "", s->events.length);
	for (int i = 0; i < ARRAYS; i++)
		if (*list[i])
			str_add_bytes(&file, (const char *)*list[i], s->parameters * sizeof(float));
	if (s->teacher)
		str_add_bytes(
			&file, (const char *)s->teacher, s->teacher_parameters * sizeof(float));
	char digest[DIGEST_TEXT];
	digest_bytes(file.s, file.length, digest);
	str_add_bytes(&file, digest, DIGEST_TEXT - 1);
	int result = file_write(path, file.s, file.length, e);
	str_free(&file);
	return result;
}

static bool is_of(struct members *m, const struct state_key *key)
{
	return integer_of(m, "retrial_state") == STATE_FORMAT
		&& strcmp(members_lent_text(m, "identity"), key->identity) == 0
		&& strcmp(members_lent_text(m, "data"), key->data) == 0
		&& integer_of(m, "core_version") == key->core_version;
}

/* The body behind the header line: events, arrays. Everything has been checked by the digest; sizes
 * are checked all the same. */
static int read_body(struct members *m, const char *body, size_t length, struct run_state *s)
{
	float **list[ARRAYS];
	const json_int_t present = members_integer(m, "arrays", 0, (1 << ARRAYS) - 1),
			 events = members_integer(m, "events_bytes", 0, HEADER_MAX);
	const size_t bytes = s->parameters * sizeof(float);
	if (m->bad || (size_t)events > length)
		return 0;
	str_add_bytes(&s->events, body, (size_t)events);
	body += events;
	length -= (size_t)events;
	list_arrays(s, list);
	for (int i = 0; i < ARRAYS; i++) {
		if (!(present >> i & 1))
			continue;
		if (bytes > length || !(*list[i] = malloc(bytes + 1)))
			return 0;
		memcpy(*list[i], body, bytes);
		body += bytes;
		length -= bytes;
	}
	const size_t teacher = s->teacher_parameters * sizeof(float);
	if (length == teacher && teacher > 0) {
		if (!(s->teacher = malloc(teacher)))
			return 0;
		memcpy(s->teacher, body, teacher);
	}
	return length == teacher;
}

static int read_file(
	const char *bytes, size_t count, const struct state_key *key, struct run_state *s)
{
	char digest[DIGEST_TEXT];
	const size_t digits = DIGEST_TEXT - 1;
	if (count <= digits)
		return 0;
	digest_bytes(bytes, count - digits, digest);
	const char *end = memchr(bytes, '\n', count - digits);
	if (memcmp(digest, bytes + count - digits, digits) != 0 || !end)
		return 0;
	json_t *header = json_loadb(bytes, (size_t)(end - bytes), 0, NULL);
	struct members m = { .object = header };
	int result = 0;
	if (header && is_of(&m, key)) {
		s->stage = (int)members_integer(&m, "stage", 0, INT_MAX);
		s->network = integer_of(&m, "network");
		s->parameters = (size_t)members_integer(&m, "parameters", 0, MODEL_PARAMETERS_MAX);
		s->teacher_parameters =
			(size_t)members_integer(&m, "teacher_parameters", 0, MODEL_PARAMETERS_MAX);
		str_add(&s->fold_digests, members_lent_text(&m, "fold_digests"));
		members_text(&m, "weights_digest", s->weights_digest, sizeof(s->weights_digest));
		training_of(&m, &s->training);
		result = read_body(&m, end + 1, count - digits - (size_t)(end + 1 - bytes), s);
	}
	json_decref(header);
	return result;
}

int state_load(const char *path, const struct state_key *key, struct run_state *s)
{
	char *bytes;
	size_t count;
	*s = (struct run_state){ .network = -1 };
	if (file_read(path, file_max, &bytes, &count, NULL))
		return 0;
	int result = read_file(bytes, count, key, s);
	free(bytes);
	if (!result)
		run_state_free(s);
	return result;
}

/* No such process, or one that has ended and only waits to be noticed by its parent. */
static bool process_is_gone(long pid)
{
	char path[64];
	char *stat;
	size_t count;
	snprintf(path, sizeof(path), "/proc/%ld/stat", pid);
	if (file_read(path, 4096, &stat, &count, NULL))
		return true;
	const char *end = strrchr(stat, ')'); /* "PID (NAME) STATE ..." */
	bool gone = end && (end[1] == ' ') && (end[2] == 'Z' || end[2] == 'X');
	free(stat);
	return gone;
}

void state_remove_orphans(const char *folder)
{
	DIR *d = opendir(folder);
	for (struct dirent *entry; d && (entry = readdir(d));) {
		const char *mark = strstr(entry->d_name, ".tmp-");
		long pid = mark ? strtol(mark + 5, NULL, 10) : 0;
		if (pid > 0 && process_is_gone(pid))
			unlinkat(dirfd(d), entry->d_name, 0);
	}
	if (d)
		closedir(d);
}
