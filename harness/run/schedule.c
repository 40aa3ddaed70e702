/* schedule.c - beginnings of recipes as numbers, counted over the sweep. */
#include "schedule.h"

#include <stdlib.h>
#include <string.h>

#include "../plan/identity.h"

enum job_state { JOB_WAITING, JOB_RUNNING, JOB_OVER };

/* A trial: the first 64 bits of the identity of each of its beginnings (phases 0..p), from `first`
 * on in beginnings[]. */
struct job {
	size_t first;
	enum job_state state;
	bool again; /* it has been put back */
	int phases_done;
	unsigned shared;
};

struct schedule {
	const struct sweep *sweep;
	struct job *jobs; /* [sweep->trial_count] */
	uint64_t *beginnings;
	size_t *running; /* trials that run */
	size_t running_count;
	size_t first_waiting; /* all before it are taken */
};

/* Where a beginning occurs. */
struct occurrence {
	uint64_t beginning;
	size_t job;
	int phase;
};

static int compare_occurrences(const void *a, const void *b)
{
	uint64_t x = ((const struct occurrence *)a)->beginning,
		 y = ((const struct occurrence *)b)->beginning;
	return (x > y) - (x < y);
}

static uint64_t first_bits(const char *identity)
{
	char digits[17] = "";
	memcpy(digits, identity, 16);
	return strtoull(digits, NULL, 16);
}

/* K-fold is the last phase and has no state of its own to share. */
static int shareable_phases(const struct trial *t)
{
	if (t->phase_count == 0)
		return 0;
	return t->phase_count - (t->phases[t->phase_count - 1].kind == PHASE_KFOLD);
}

static size_t list_beginnings(struct schedule *s, struct occurrence *list)
{
	size_t count = 0;
	for (size_t i = 0; i < s->sweep->trial_count; i++) {
		const struct trial *t = &s->sweep->trials[i];
		s->jobs[i].first = count;
		for (int p = 0; p < shareable_phases(t); p++) {
			char identity[DIGEST_TEXT];
			trial_beginning(t, p + 1, identity);
			s->beginnings[count] = first_bits(identity);
			list[count] = (struct occurrence){ s->beginnings[count], i, p };
			count++;
		}
	}
	return count;
}

static void mark_shared(struct schedule *s, struct occurrence *list, size_t count)
{
	qsort(list, count, sizeof(*list), compare_occurrences);
	for (size_t i = 0; i < count; i++)
		if ((i > 0 && list[i - 1].beginning == list[i].beginning)
			|| (i + 1 < count && list[i + 1].beginning == list[i].beginning))
			s->jobs[list[i].job].shared |= 1u << list[i].phase;
}

int schedule_new(const struct sweep *sweep, bool share, struct err *e, struct schedule **out)
{
	struct schedule *s = calloc(1, sizeof(*s));
	size_t phases = 1;
	for (size_t i = 0; i < sweep->trial_count; i++)
		phases += (size_t)sweep->trials[i].phase_count;
	struct occurrence *list = malloc(phases * sizeof(*list));
	if (!s || !list)
		goto fail;
	*s = (struct schedule){ .sweep = sweep,
		.jobs = calloc(sweep->trial_count + 1, sizeof(*s->jobs)),
		.beginnings = malloc(phases * sizeof(*s->beginnings)),
		.running = calloc(sweep->trial_count + 1, sizeof(*s->running)) };
	if (!s->jobs || !s->beginnings || !s->running)
		goto fail;
	if (share)
		mark_shared(s, list, list_beginnings(s, list));
	free(list);
	*out = s;
	return 0;
fail:
	free(list);
	schedule_free(s);
	return err_nomem(e);
}

void schedule_free(struct schedule *s)
{
	if (!s)
		return;
	free(s->jobs);
	free(s->beginnings);
	free(s->running);
	free(s);
}

/* Would the trial repeat a phase that a running one is at, and that it could share when it is over?
 */
static bool should_wait(const struct schedule *s, size_t index)
{
	const struct job *a = &s->jobs[index];
	for (size_t r = 0; r < s->running_count; r++) {
		const struct job *b = &s->jobs[s->running[r]];
		for (int p = b->phases_done; a->shared >> p & 1 && b->shared >> p & 1; p++)
			if (s->beginnings[a->first + (size_t)p]
				== s->beginnings[b->first + (size_t)p])
				return true;
	}
	return false;
}

static bool may_be_next(const struct schedule *s, size_t index, bool only_again)
{
	return s->jobs[index].state == JOB_WAITING && (s->jobs[index].again || !only_again);
}

bool schedule_next(struct schedule *s, bool only_again, size_t *index)
{
	const size_t count = s->sweep->trial_count;
	while (s->first_waiting < count && s->jobs[s->first_waiting].state != JOB_WAITING)
		s->first_waiting++;
	size_t first = s->first_waiting;
	while (first < count && !may_be_next(s, first, only_again))
		first++;
	size_t i = first;
	while (i < count && (!may_be_next(s, i, only_again) || should_wait(s, i)))
		i++;
	if (i == count)
		i = first; /* all that is left would wait: rather do something twice than nothing */
	if (i == count)
		return false;
	s->jobs[i].state = JOB_RUNNING;
	s->running[s->running_count++] = i;
	*index = i;
	return true;
}

void schedule_phase_done(struct schedule *s, size_t index, int phase)
{
	if (s->jobs[index].phases_done < phase + 1)
		s->jobs[index].phases_done = phase + 1;
}

void schedule_end(struct schedule *s, size_t index)
{
	s->jobs[index].state = JOB_OVER;
	for (size_t r = 0; r < s->running_count; r++)
		if (s->running[r] == index)
			s->running[r--] = s->running[--s->running_count];
}

void schedule_again(struct schedule *s, size_t index)
{
	schedule_end(s, index);
	s->jobs[index].state = JOB_WAITING;
	s->jobs[index].again = true;
	if (index < s->first_waiting)
		s->first_waiting = index;
}

unsigned schedule_shared(const struct schedule *s, size_t index)
{
	return s->jobs[index].shared;
}
