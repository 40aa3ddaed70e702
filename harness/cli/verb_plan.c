/* verb_plan.c - `retrial plan`: the trials that a sweep file stands for, counted by axis, what its
 * rules removed, what is done already, and why and for how long the rest would run. */
#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "../../nn/nn.h"
#include "../base/file.h"
#include "../base/machine.h"
#include "../report/forecast.h"
#include "../report/format.h"
#include "../report/screen.h"
#include "../store/open.h"
#include "../store/rows.h"
#include "forecast_cli.h"
#include "places.h"
#include "split_cli.h"
#include "study_cli.h"
#include "sweep_cli.h"

static const struct cli_option options[] = {
	CLI_OPTION_DB,
	CLI_OPTION_DATA,
	CLI_OPTION_SEEDS,
	CLI_OPTION_SET,
	{ "csv", 0, NULL,
		"print only the trials, as CSV with one column per label; `trials:` in a sweep "
		"file reads it" },
	{ "json", 0, NULL, "the plan as one JSON object" },
	{ NULL, 0, NULL, NULL },
};

enum { DIGITS = 12, COLUMNS_MAX = 64, VALUES_SHOWN = 12 };

/* What is printed. forecast is NULL for CSV. */
struct plan {
	const struct sweep *sweep;
	struct forecast *forecast;
	bool has_states; /* there is a database, so each trial's state is worth a column */
	double bytes;    /* of the database */
};

/* ---- the database and the data sets ---- */

/* Ask the database of --db; or the usual one, if it is there. */
static int read_forecast(const struct cli *c, struct plan *plan, struct err *e)
{
	const char *path = cli_get(c, "db", "results/retrial.db");
	struct store *store = NULL;
	struct stat file;
	if (cli_has(c, "csv"))
		return 0;
	plan->has_states = cli_has(c, "db") || file_exists(path);
	if (file_exists(path) && store_open(path, STORE_READ, e, &store))
		return -1;
	if (stat(path, &file) == 0)
		plan->bytes = (double)file.st_size;
	const int result = forecast_cli_make(c, store, plan->sweep, e, &plan->forecast);
	store_close(store);
	return result;
}

/* ---- the trials ---- */

/* "dual+unify": the phases that the trial takes over from an earlier one of the plan. */
static void add_shared(struct rows *rows, const struct trial *t, unsigned taken)
{
	struct str names = { 0 };
	for (int p = 0; p < t->phase_count; p++)
		if (taken >> p & 1)
			str_addf(&names, "%s%s", names.length ? "+" : "", t->phases[p].name);
	rows_add_text(rows, names.s);
	str_free(&names);
}

static void add_forecast(struct rows *rows, const struct plan *plan, size_t number)
{
	const struct forecast_trial *t = &plan->forecast->trials[number];
	rows_add_text(rows, forecast_state_name(t->state));
	rows_add_text(rows, t->why[0] ? t->why : NULL);
	add_shared(rows, &plan->sweep->trials[number], plan->forecast->sharing.taken[number]);
	if (isnan(t->seconds))
		rows_add_null(rows);
	else
		rows_add_integer(rows, (int64_t)ceil(t->seconds));
}

/* A row a trial: its labels, its seed, its identity, and what would become of it. Returns NULL when
 * memory runs out. */
static struct rows *make_rows(const struct plan *plan, bool whole_identity)
{
	static const char *const behind[] = { "seed", "trial", "state", "why", "shared",
		"seconds" };
	const struct sweep *s = plan->sweep;
	const int behind_count = plan->has_states ? 6 : 2;
	const char *columns[COLUMNS_MAX];
	int count = 0;
	for (size_t a = 0; a < s->axis_count && count < COLUMNS_MAX - behind_count; a++)
		columns[count++] = s->axes[a].name;
	const int labels = count;
	for (int i = 0; i < behind_count; i++)
		columns[count++] = behind[i];
	struct rows *rows = rows_new(count, columns);
	for (size_t i = 0; rows && i < s->trial_count; i++) {
		const struct trial *t = &s->trials[i];
		for (int k = 0; k < labels; k++)
			rows_add_text(rows, label_value(t, columns[k]));
		rows_add_integer(rows, (int64_t)t->seed);
		rows_add_bytes(rows, VALUE_TEXT, t->identity,
			whole_identity ? strlen(t->identity) : DIGITS);
		if (plan->has_states)
			add_forecast(rows, plan, i);
	}
	if (rows && rows_complete(rows))
		return rows;
	rows_free(rows);
	return NULL;
}

static int add_trials(const struct plan *plan, enum format format, struct str *out, struct err *e)
{
	struct rows *rows = make_rows(plan, format != FORMAT_TABLE);
	if (!rows)
		return err_nomem(e);
	const int result = format_rows(rows, format, out, e);
	rows_free(rows);
	return result;
}

/* ---- for people ---- */

static void add_axes(const struct sweep *s, struct str *out)
{
	for (size_t a = 0; a < s->axis_count; a++) {
		const struct sweep_axis *axis = &s->axes[a];
		size_t line = out->length;
		str_addf(out, "%s (%zu):", axis->name, axis->value_count);
		for (size_t k = 0; k < axis->value_count && k < VALUES_SHOWN; k++) {
			struct str word = { 0 };
			str_addf(&word, " %s x %zu%s", axis->values[k].text, axis->values[k].trials,
				k + 1 < axis->value_count ? "," : "");
			const size_t columns = (size_t)screen_columns();
			if (columns && out->length - line + word.length > columns) {
				str_add(out, "\n ");
				line = out->length - 1;
			}
			str_add(out, word.s);
			str_free(&word);
		}
		str_add(out, axis->value_count > VALUES_SHOWN ? " ...\n" : "\n");
	}
}

static void add_rules(const struct sweep *s, struct str *out)
{
	for (size_t i = 0; i < s->rule_count; i++)
		str_addf(out, "exclude in line %d (%s): removed %zu of %zu combinations%s\n",
			s->rules[i].line, s->rules[i].text, s->rules[i].removed, s->combinations,
			s->rules[i].removed ? "" : " - does the rule say what it should?");
	if (s->merged)
		str_addf(out,
			"%zu combination%s the same trial as an earlier one and merged with it\n",
			s->merged, s->merged == 1 ? " is" : "s are");
}

static void add_robustness(const struct sweep *s, struct str *out)
{
	size_t severities = 0;
	for (size_t i = 0; i < s->robustness_count; i++)
		severities += s->robustness[i].count;
	if (severities)
		str_addf(out,
			"robustness: when trials are done their networks are evaluated on test "
			"images corrupted in %zu ways, %zu severities in all\n",
			s->robustness_count, severities);
}

static void add_duration(struct str *out, double seconds)
{
	if (seconds < 90)
		str_addf(out, "%.0f s", ceil(seconds));
	else if (seconds < 5400)
		str_addf(out, "%.0f min", seconds / 60);
	else
		str_addf(out, "%.1f h", seconds / 3600);
}

static void add_estimate(const struct plan *plan, struct str *out)
{
	const struct forecast *f = plan->forecast;
	const size_t to_run = f->counts[FORECAST_RUN];
	if (to_run == 0)
		return;
	if (f->unknown == to_run && f->rough > 0) {
		str_add(out, "estimate: very roughly ");
		add_duration(out, f->rough);
		str_addf(out,
			" of one processor, from multiply-accumulates at %.0f billion a second: no "
			"finished trial to go by\n",
			FORECAST_MACS / 1e9);
		return;
	}
	if (f->unknown == to_run) {
		str_add(out, "estimate: none, no finished trial to go by\n");
		return;
	}
	str_add(out, "estimate: about ");
	add_duration(out, f->seconds);
	str_add(out, " of one processor, ");
	add_duration(out, f->seconds / machine_processors());
	str_addf(out, " with %d workers", machine_processors());
	if (f->finished)
		str_addf(out, "; about %.1f MB more in the database",
			plan->bytes / (double)f->finished * (double)to_run / 1e6);
	str_addf(out, " (from %zu finished trials)\n", f->measured);
}

/* Phases that are trained once for several trials. */
static void add_sharing(const struct forecast *f, struct str *out)
{
	for (size_t i = 0; i < f->sharing.phase_count; i++) {
		const struct sharing_phase *p = &f->sharing.phases[i];
		str_addf(out, "%s%s %zu time%s instead of %zu",
			i ? ", " : "shared phases, trained once for trials that begin alike: ",
			p->name, p->trained, p->trained == 1 ? "" : "s", p->asked);
	}
	if (f->sharing.phase_count && f->saved > 0) {
		str_add(out, "; saves about ");
		add_duration(out, f->saved);
	}
	str_add(out, f->sharing.phase_count ? "\n" : "");
}

static void add_states(const struct plan *plan, struct str *out)
{
	const size_t *counts = plan->forecast->counts;
	str_addf(out, "%zu done already, %zu would run", counts[FORECAST_DONE],
		counts[FORECAST_RUN]);
	if (counts[FORECAST_BAD])
		str_addf(out, ", %zu ended badly before (run --retry tries them again)",
			counts[FORECAST_BAD]);
	if (counts[FORECAST_SKIP])
		str_addf(out,
			", %zu are without their data set (retrial data says where to get it)",
			counts[FORECAST_SKIP]);
	str_add(out, "\n");
	add_sharing(plan->forecast, out);
	add_estimate(plan, out);
}

static int add_text(const struct plan *plan, struct str *out, struct err *e)
{
	const struct sweep *s = plan->sweep;
	str_addf(out, "%s%s%s\n", s->name, s->title[0] ? ": " : "", s->title);
	sweep_cli_count(out, "", s->trial_count, "trial");
	sweep_cli_count(out, ": ", s->trial_count / (size_t)s->seed_count, "configuration");
	sweep_cli_count(out, ", ", (size_t)s->seed_count, "seed");
	str_add(out, "\n");
	add_axes(s, out);
	add_rules(s, out);
	add_robustness(s, out);
	if (plan->forecast)
		add_states(plan, out);
	str_add(out, "\n");
	return add_trials(plan, FORMAT_TABLE, out, e);
}

/* ---- for programs ---- */

static void add_json_text(struct str *out, const char *key, const char *text)
{
	str_addf(out, "\"%s\":", key);
	format_json_text(out, text, strlen(text));
}

static void add_json_forecast(const struct forecast *f, struct str *out)
{
	str_addf(out, "\"done\":%zu,\"run\":%zu,\"ended_badly\":%zu,\"skip\":%zu,\"seconds\":",
		f->counts[FORECAST_DONE], f->counts[FORECAST_RUN], f->counts[FORECAST_BAD],
		f->counts[FORECAST_SKIP]);
	if (f->unknown && f->unknown == f->counts[FORECAST_RUN])
		str_add(out, "null");
	else
		format_real(out, f->seconds);
	str_add(out, ",\"rough_seconds\":");
	format_real(out, f->rough);
	str_add(out, ",\"saved_seconds\":");
	format_real(out, f->saved);
	str_add(out, ",\"shared\":[");
	for (size_t i = 0; i < f->sharing.phase_count; i++) {
		const struct sharing_phase *p = &f->sharing.phases[i];
		str_addf(out, "%s{\"asked\":%zu,\"trained\":%zu,", i ? "," : "", p->asked,
			p->trained);
		add_json_text(out, "phase", p->name);
		str_add(out, ",\"saved_seconds\":");
		if (isnan(p->seconds))
			str_add(out, "null");
		else
			format_real(out, p->seconds);
		str_add(out, "}");
	}
	str_add(out, "],");
}

static int add_json(const struct plan *plan, struct str *out, struct err *e)
{
	const struct sweep *s = plan->sweep;
	str_add(out, "{");
	add_json_text(out, "name", s->name);
	str_add(out, ",");
	add_json_text(out, "title", s->title);
	str_addf(out,
		",\"digest\":\"%s\",\"seeds\":%d,\"combinations\":%zu,\"merged\":%zu,\"axes\":{",
		s->digest, s->seed_count, s->combinations, s->merged);
	for (size_t a = 0; a < s->axis_count; a++) {
		str_addf(out, "%s\"%s\":{", a ? "," : "", s->axes[a].name);
		for (size_t k = 0; k < s->axes[a].value_count; k++) {
			str_add(out, k ? "," : "");
			format_json_text(
				out, s->axes[a].values[k].text, strlen(s->axes[a].values[k].text));
			str_addf(out, ":%zu", s->axes[a].values[k].trials);
		}
		str_add(out, "}");
	}
	str_add(out, "},\"rules\":[");
	for (size_t i = 0; i < s->rule_count; i++) {
		str_addf(out, "%s{\"line\":%d,\"removed\":%zu,", i ? "," : "", s->rules[i].line,
			s->rules[i].removed);
		add_json_text(out, "exclude", s->rules[i].text);
		str_add(out, "}");
	}
	str_add(out, "],");
	if (plan->forecast)
		add_json_forecast(plan->forecast, out);
	str_add(out, "\"trials\":");
	if (add_trials(plan, FORMAT_JSON, out, e))
		return -1;
	str_add(out, "}\n");
	return 0;
}

static int run(const struct cli *c)
{
	if (c->argument_count != 1)
		return cli_misuse(c, "expected one sweep file");
	if (cli_has(c, "csv") && cli_has(c, "json"))
		return cli_misuse(c, "--csv and --json exclude each other");
	struct sweep *sweep;
	int code = sweep_cli_read(c, c->arguments[0], &sweep);
	if (code != ERR_NONE)
		return code;
	code = split_cli_check(c, sweep);
	if (code != ERR_NONE) {
		sweep_free(sweep);
		return code;
	}
	struct str out = { 0 };
	struct err e = { 0 };
	struct plan plan = { .sweep = sweep };
	const int failed = read_forecast(c, &plan, &e) ? -1
		: cli_has(c, "json")                   ? add_json(&plan, &out, &e)
		: cli_has(c, "csv")                    ? add_trials(&plan, FORMAT_CSV, &out, &e)
						       : add_text(&plan, &out, &e);
	if (failed || study_cli_write(c, &out, &e))
		code = cli_fail(&e);
	else
		code = sweep_cli_foresee(sweep, false);
	forecast_free(plan.forecast);
	str_free(&out);
	sweep_free(sweep);
	return code;
}

const struct cli_verb verb_plan = {
	.name = "plan",
	.arguments = "SWEEP.yaml",
	.summary =
		"show the trials of a sweep file, which are done, and how long the rest will take",
	.examples = "  retrial plan experiments/paper.yaml\n"
		    "  retrial plan experiments/paper.yaml --seeds 10 --set dataset=mnist\n"
		    "  retrial plan experiments/paper.yaml --json | jq '.trials | length'\n",
	.options = options,
	.run = run,
};
