/* foresee.c - see foresee.h. The rules are those of tables.c, claims.c and figures.c. */
#include "foresee.h"

#include <stdlib.h>
#include <string.h>

#include "../plan/trial_kind.h"
#include "claims.h"
#include "figures.h"
#include "tables.h"

static int add(struct foresight *f, bool refusal, int line, struct str *text, struct err *e)
{
	struct foreseen *list = realloc(f->list, (f->count + 1) * sizeof(*list));

	if (!list) {
		str_free(text);
		return err_nomem(e);
	}
	f->list = list;
	f->list[f->count++] = (struct foreseen){ str_take(text), line, NULL, refusal };
	f->refusals += refusal;
	return 0;
}

/* What a check said: a refusal of the user's, or a failure of the machine's. */
static int add_refusal(struct foresight *f, int line, const struct err *reason, struct err *e)
{
	struct str text = { 0 };

	if (reason->kind != ERR_USAGE && reason->kind != ERR_FAILED) {
		*e = *reason;
		return -1;
	}
	str_add(&text, reason->text);
	return add(f, reason->kind == ERR_USAGE, line, &text, e);
}

static int add_empty(struct foresight *f, const char *what, const char *id, int line, struct err *e)
{
	struct str text = { 0 };

	str_addf(&text, "%s %s: no trial of the plan is one of these", what, id);
	return add(f, false, line, &text, e);
}

/* whose: "table main: its", "claims: their". */
static int add_family(struct foresight *f, const char *whose, const char *id, int line,
	const struct stats_family *family, struct err *e)
{
	const size_t needed = stats_exact_pairs(CLAIM_ALPHA);
	struct str text = { 0 };

	if (!family->tests || family->most_pairs >= needed)
		return 0;
	str_addf(&text,
		"%s%s: %zu seed%s cannot reach p < 0.05 in %zu comparison%s (exact paired test): "
		"%zu "
		"seeds can",
		whose, id, family->most_pairs, family->most_pairs == 1 ? "" : "s", family->tests,
		family->tests == 1 ? "" : "s", needed);
	return add(f, false, line, &text, e);
}

/* Of many trials each message stands once. */
static int add_once(struct foresight *f, int line, struct str *text, struct err *e)
{
	for (size_t k = 0; k < f->count; k++)
		if (strcmp(f->list[k].text, text->s) == 0) {
			str_free(text);
			return 0;
		}
	return add(f, false, line, text, e);
}

/* Has the trial no validation accuracy: validated its last phase on nothing? */
static bool is_unvalidated(const struct trial *t)
{
	const struct phase_config *last = t->phase_count ? &t->phases[t->phase_count - 1] : NULL;
	return last && last->kind != PHASE_KFOLD
		&& (last->validation < 0 ? t->validation : last->validation) == 0;
}

/* Trials that a selection cannot compare. what: "table", "claim". */
static int add_selection(struct foresight *f, const struct study *study, const char *what,
	const char *id, int line, const struct where *where, const struct selection *s,
	struct err *e)
{
	for (size_t i = 0; i < study->count && s->label_count; i++) {
		const struct trial *t = &study->sweep->trials[i];
		struct str text = { 0 };
		if (strncmp(s->metric, "val_", 4) != 0 || !is_unvalidated(t)
			|| !study_holds(where, &study->samples[i]))
			continue;
		str_addf(&text,
			"%s %s: select: recipe %s ends without a validation set: it has no %s, and "
			"its first setting is taken",
			what, id, label_value(t, "recipe"), s->metric);
		if (add_once(f, line, &text, e))
			return -1;
	}
	return 0;
}

static int add_tables(
	struct foresight *f, const struct study *study, const struct sweep *sweep, struct err *e)
{
	for (size_t i = 0; i < sweep->table_count; i++) {
		const struct table_spec *spec = &sweep->tables[i];
		struct stats_family family;
		struct err reason = { 0 };
		size_t rows = 0;
		if (tables_foresee(study, spec, &family, &rows, &reason)) {
			if (add_refusal(f, spec->line, &reason, e))
				return -1;
		} else if (!rows) {
			if (add_empty(f, "table", spec->id, spec->line, e))
				return -1;
		} else if (add_family(f, "table ", spec->id, spec->line, &family, e)
			|| add_selection(f, study, "table", spec->id, spec->line, &spec->where,
				&spec->select, e)) {
			return -1;
		}
	}
	return 0;
}

static int add_claims(
	struct foresight *f, const struct study *study, const struct sweep *sweep, struct err *e)
{
	struct stats_family family = { 0 };

	for (size_t i = 0; i < sweep->claim_count; i++) {
		const struct claim *c = &sweep->claims[i];
		struct err reason = { 0 };
		size_t planned = 0;
		if (claims_foresee(study, c, &family, &planned, &reason)) {
			if (add_refusal(f, c->line, &reason, e))
				return -1;
		} else if (!planned && add_empty(f, "claim", c->id, c->line, e)) {
			return -1;
		} else if (add_selection(
				   f, study, "claim", c->id, c->line, &c->where, &c->select, e)
			|| (c->than.count
				&& add_selection(f, study, "claim", c->id, c->line, &c->than,
					&c->select, e))) {
			return -1;
		}
	}
	return add_family(
		f, "claims", "", sweep->claim_count ? sweep->claims[0].line : 0, &family, e);
}

static int add_figures(
	struct foresight *f, const struct study *study, const struct sweep *sweep, struct err *e)
{
	for (size_t i = 0; i < sweep->figure_count; i++) {
		const struct figure_spec *spec = &sweep->figures[i];
		struct err reason = { 0 };
		if (!figures_foresee(study, spec, &reason))
			continue;
		if (reason.kind == ERR_FAILED ? add_empty(f, "figure", spec->id, spec->line, e)
					      : add_refusal(f, spec->line, &reason, e))
			return -1;
	}
	return 0;
}

/* Does a phase show images that are augmented by the trial's set? */
static bool uses_set(const struct trial *t)
{
	for (int i = 0; i < t->phase_count; i++)
		if (phase_uses_augment(&t->phases[i]) && !t->phases[i].own_augment)
			return true;
	return false;
}

/* The first phase before this one that trains on validation images of this one; -1: none. A number
 * and a fraction are not compared. */
static int trained_on(const struct trial *t, int phase)
{
	const double own = t->phases[phase].validation, mine = own < 0 ? t->validation : own;
	for (int i = 0; i < phase && t->phases[phase].kind != PHASE_KFOLD; i++) {
		const double before = t->phases[i].validation;
		if (before >= 0 && before < mine && (before == 0 || (before < 1) == (mine < 1)))
			return i;
	}
	return -1;
}

/* A phase with a set of transforms of its own and without augmented images, and one whose
 * validation accuracy is of images that were trained on. */
static int add_phases(struct foresight *f, const struct trial *t, struct err *e)
{
	for (int i = 0; i < t->phase_count; i++) {
		const struct phase_config *p = &t->phases[i];
		const int before = trained_on(t, i);
		const bool named = strcmp(p->augment_name, "trial") != 0;
		struct str text = { 0 };
		if (p->own_augment && !phase_uses_augment(p)
			&& strcmp(p->augment_name, "none") != 0) {
			str_addf(&text,
				"recipe %s, phase %s: augment%s%s has no effect: the phase has no "
				"inputs: augmented",
				label_value(t, "recipe"), p->name, named ? ": " : ".PARAM",
				named ? p->augment_name : "");
			if (add_once(f, 0, &text, e))
				return -1;
		}
		if (before >= 0) {
			text = (struct str){ 0 };
			str_addf(&text,
				"recipe %s, phase %s: phase %s has trained on its validation "
				"images: val_accuracy overestimates",
				label_value(t, "recipe"), p->name, t->phases[before].name);
			if (add_once(f, 0, &text, e))
				return -1;
		}
	}
	return 0;
}

/* A set of transforms that no trial uses: its recipes show no phase augmented images. */
static int add_augments(struct foresight *f, const struct sweep *sweep, struct err *e)
{
	for (size_t i = 0; i < sweep->trial_count; i++) {
		if (add_phases(f, &sweep->trials[i], e))
			return -1;
		const char *name = label_value(&sweep->trials[i], "augment");
		bool used = !name || strcmp(name, "none") == 0
			|| !trial_kind_of_trial(&sweep->trials[i])->networks;
		for (size_t k = 0; k < sweep->trial_count && !used; k++) {
			const char *other = label_value(&sweep->trials[k], "augment");
			const bool same = other && strcmp(other, name) == 0;
			used = same && (k < i || uses_set(&sweep->trials[k]));
		}
		if (used)
			continue;
		struct str text = { 0 };
		str_addf(&text,
			"augment: %s has no effect: no phase of its trials has inputs: augmented%s",
			name,
			trial_uses_augment(&sweep->trials[i]) ? " and no set of its own" : "");
		if (add(f, false, 0, &text, e))
			return -1;
	}
	return 0;
}

/* Values and rules that do nothing. */
static int add_plan(struct foresight *f, const struct sweep *sweep, struct err *e)
{
	for (size_t i = 0; i < sweep->warning_count; i++) {
		const struct sweep_warning *w = &sweep->warnings[i];
		struct str text = { 0 };
		str_add(&text, w->text);
		if (add(f, false, w->line, &text, e))
			return -1;
		if (strcmp(w->path, sweep->path) != 0)
			f->list[f->count - 1].path = w->path;
	}
	for (size_t i = 0; i < sweep->rule_count; i++) {
		const struct sweep_rule *r = &sweep->rules[i];
		struct str text = { 0 };
		if (!r->useless)
			continue;
		str_addf(&text, "exclude: no combination matches %s", r->text);
		if (add(f, false, r->line, &text, e))
			return -1;
	}
	return 0;
}

int foresee(const struct sweep *sweep, struct foresight *out, struct err *e)
{
	struct study *study = NULL;

	*out = (struct foresight){ 0 };
	if (add_plan(out, sweep, e) || add_augments(out, sweep, e))
		return -1;
	if (!sweep->table_count && !sweep->claim_count && !sweep->figure_count)
		return 0;
	if (study_planned(sweep, e, &study))
		return -1;
	const int result = add_tables(out, study, sweep, e) || add_claims(out, study, sweep, e)
			|| add_figures(out, study, sweep, e)
		? -1
		: 0;
	study_free(study);
	if (result)
		foresight_free(out);
	return result;
}

void foresight_free(struct foresight *f)
{
	for (size_t i = 0; i < f->count; i++)
		free(f->list[i].text);
	free(f->list);
	*f = (struct foresight){ 0 };
}
