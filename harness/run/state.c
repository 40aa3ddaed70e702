/* state.c - the state file: one line of JSON, the event lines, the arrays as little-endian floats,
 * and a SHA-256 of all that. */
#include "state.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/file.h"
#include "real.h"

/* A file of another format is as good as none. */
enum {
	STATE_FORMAT = 5,
	FILE_MAX = 1 << 30,
	FIXED_ARRAYS = 7,
	ARRAYS = FIXED_ARRAYS + 2 * OUTPUTS_MAX
};

/* The arrays of a state in the order of the file. */
static void list_arrays(struct run_state *s, float **list[ARRAYS])
{
	float **all[] = { &s->params, &s->fold_start, &s->training.params, &s->training.first,
		&s->training.second, &s->training.average, &s->training.slow };
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
	json_t *o = json_pack("{s:i}", "count", (int)s->count);
	real_set_array(o, "loss_sum", s->loss_sum, NN_OUTPUTS_MAX);
	json_t *correct = json_array();
	for (int k = 0; k < NN_OUTPUTS_MAX; k++)
		json_array_append_new(correct, json_integer(s->correct[k]));
	json_object_set_new(o, "correct", correct);
	return o;
}

static struct nn_score score_of(const json_t *o)
{
	struct nn_score s = { .count = (uint32_t)json_integer_value(json_object_get(o, "count")) };
	real_get_array(o, "loss_sum", s.loss_sum, NN_OUTPUTS_MAX);
	for (size_t k = 0; k < NN_OUTPUTS_MAX; k++)
		s.correct[k] = (uint32_t)json_integer_value(
			json_array_get(json_object_get(o, "correct"), k));
	return s;
}

static json_t *output_json(const struct training_state *t, int k)
{
	const struct nn_stop *s = &t->stop[k];
	json_t *o = json_pack("{s:b, s:i, s:i, s:i, s:i}", "any", s->any, "best_epoch",
		s->best_epoch, "wait", s->wait, "epoch_of_best", t->epoch_of[k][0],
		"epoch_of_restored", t->epoch_of[k][1]);
	json_object_set_new(o, "best", real_json(s->best));
	json_object_set_new(o, "best_accuracy", real_json(t->best_accuracy[k]));
	json_object_set_new(o, "val_at_best", score_json(&t->val[k][0]));
	json_object_set_new(o, "val_at_restored", score_json(&t->val[k][1]));
	return o;
}

static int integer_of(const json_t *o, const char *name)
{
	return (int)json_integer_value(json_object_get(o, name));
}

static void output_of(const json_t *o, struct training_state *t, int k)
{
	t->stop[k].any = json_is_true(json_object_get(o, "any"));
	t->stop[k].best = real_value(json_object_get(o, "best"));
	t->stop[k].best_epoch = integer_of(o, "best_epoch");
	t->stop[k].wait = integer_of(o, "wait");
	t->epoch_of[k][0] = integer_of(o, "epoch_of_best");
	t->epoch_of[k][1] = integer_of(o, "epoch_of_restored");
	t->best_accuracy[k] = real_value(json_object_get(o, "best_accuracy"));
	t->val[k][0] = score_of(json_object_get(o, "val_at_best"));
	t->val[k][1] = score_of(json_object_get(o, "val_at_restored"));
}

static json_t *training_json(const struct training_state *t)
{
	json_t *o = json_pack("{s:i, s:b, s:I}", "epochs_run", t->epochs_run, "patience_used",
		t->patience_used, "step", (json_int_t)t->schedule.step);
	const double schedule[4] = { t->schedule.decay_power, t->schedule.mu_product,
		t->schedule.beta2_power, t->schedule.scale };
	real_set_array(o, "schedule", schedule, 4);
	json_object_set_new(o, "plateau",
		json_pack("{s:b, s:i, s:i, s:o}", "any", t->plateau.any, "wait", t->plateau.wait,
			"cooling", t->plateau.cooling, "best", real_json(t->plateau.best)));
	json_object_set_new(o, "seconds", real_json(t->seconds));
	json_object_set_new(o, "last_val", score_json(&t->last_val));
	json_t *outputs = json_array();
	for (int k = 0; k < OUTPUTS_MAX; k++)
		json_array_append_new(outputs, output_json(t, k));
	json_object_set_new(o, "outputs", outputs);
	return o;
}

static void training_of(const json_t *o, struct training_state *t)
{
	double schedule[4] = { 0 };
	const json_t *plateau = json_object_get(o, "plateau");
	real_get_array(o, "schedule", schedule, 4);
	t->plateau = (struct nn_plateau){ .any = json_is_true(json_object_get(plateau, "any")),
		.wait = integer_of(plateau, "wait"),
		.cooling = integer_of(plateau, "cooling"),
		.best = real_value(json_object_get(plateau, "best")) };
	t->epochs_run = integer_of(o, "epochs_run");
	t->patience_used = json_is_true(json_object_get(o, "patience_used"));
	t->seconds = real_value(json_object_get(o, "seconds"));
	t->schedule =
		(struct nn_schedule){ .step = (long)json_integer_value(json_object_get(o, "step")),
			.decay_power = schedule[0],
			.mu_product = schedule[1],
			.beta2_power = schedule[2],
			.scale = schedule[3] };
	t->last_val = score_of(json_object_get(o, "last_val"));
	for (int k = 0; k < OUTPUTS_MAX; k++)
		output_of(json_array_get(json_object_get(o, "outputs"), (size_t)k), t, k);
}

static json_t *header_json(
	const struct run_state *s, const struct state_key *key, const json_int_t present)
{
	json_t *o = json_pack("{s:i, s:s, s:s, s:i, s:i, s:i, s:I, s:I, s:I, s:s, s:s}",
		"retrial_state", STATE_FORMAT, "identity", key->identity, "data", key->data,
		"core_version", key->core_version, "stage", s->stage, "network", s->network,
		"parameters", (json_int_t)s->parameters, "arrays", present, "events_bytes",
		(json_int_t)s->events.length, "fold_digests",
		s->fold_digests.s ? s->fold_digests.s : "", "weights_digest", s->weights_digest);
	json_object_set_new(o, "training", training_json(&s->training));
	return o;
}

int state_save(
	const struct run_state *s, const struct state_key *key, const char *path, struct err *e)
{
	struct run_state copy = *s; /* only to list its arrays */
	float **list[ARRAYS];
	json_int_t present = 0;
	list_arrays(&copy, list);
	for (int i = 0; i < ARRAYS; i++)
		present |= *list[i] ? 1 << i : 0;
	json_t *header = header_json(s, key, present);
	char *line = json_dumps(header, JSON_COMPACT | JSON_REAL_PRECISION(17));
	struct str file = { 0 };
	str_addf(&file, "%s\n", line);
	str_add_bytes(&file, s->events.s ? s->events.s : "", s->events.length);
	for (int i = 0; i < ARRAYS; i++)
		if (*list[i])
			str_add_bytes(&file, (const char *)*list[i], s->parameters * sizeof(float));
	char digest[DIGEST_TEXT];
	digest_bytes(file.s, file.length, digest);
	str_add_bytes(&file, digest, DIGEST_TEXT - 1);
	int result = file_write(path, file.s, file.length, e);
	str_free(&file);
	free(line);
	json_decref(header);
	return result;
}

static bool is_of(const json_t *header, const struct state_key *key)
{
	const char *identity = json_string_value(json_object_get(header, "identity")),
		   *data = json_string_value(json_object_get(header, "data"));
	return integer_of(header, "retrial_state") == STATE_FORMAT && identity && data
		&& strcmp(identity, key->identity) == 0 && strcmp(data, key->data) == 0
		&& integer_of(header, "core_version") == key->core_version;
}

/* The body behind the header line: events, arrays. Everything has been checked by the digest; sizes
 * are checked all the same. */
static int read_body(const json_t *header, const char *body, size_t length, struct run_state *s)
{
	float **list[ARRAYS];
	json_int_t present = json_integer_value(json_object_get(header, "arrays")),
		   events = json_integer_value(json_object_get(header, "events_bytes"));
	const size_t bytes = s->parameters * sizeof(float);
	if (events < 0 || (size_t)events > length || s->parameters > FILE_MAX)
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
	return length == 0;
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
	int result = 0;
	if (header && is_of(header, key)) {
		const char *folds = json_string_value(json_object_get(header, "fold_digests")),
			   *weights = json_string_value(json_object_get(header, "weights_digest"));
		s->stage = integer_of(header, "stage");
		s->network = integer_of(header, "network");
		s->parameters = (size_t)json_integer_value(json_object_get(header, "parameters"));
		str_add(&s->fold_digests, folds ? folds : "");
		snprintf(
			s->weights_digest, sizeof(s->weights_digest), "%s", weights ? weights : "");
		training_of(json_object_get(header, "training"), &s->training);
		result = read_body(header, end + 1, count - digits - (size_t)(end + 1 - bytes), s);
	}
	json_decref(header);
	return result;
}

int state_load(const char *path, const struct state_key *key, struct run_state *s)
{
	char *bytes;
	size_t count;
	*s = (struct run_state){ .network = -1 };
	if (file_read(path, FILE_MAX, &bytes, &count, NULL))
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
