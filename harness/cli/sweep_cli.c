/* sweep_cli.c - see sweep_cli.h. */
#include "sweep_cli.h"

#include "../report/figures.h"
#include "../report/foresee.h"
#include "../report/metric.h"
#include "../run/networks.h"
#include "places.h"

static int read_with(
	const struct cli *c, const char *path, struct sweep_options *o, struct sweep **out)
{
	struct err e = { 0 };
	struct str messages = { 0 };
	bool bad = false;
	*out = NULL;
	o->seeds = (int)cli_number(c, "seeds", 1, 100000, 0, &bad);
	if (bad)
		return ERR_USAGE;
	o->messages = &messages;
	const int failed = sweep_read(path, o, &e, out);
	o->messages = NULL;
	int code = ERR_NONE;
	if (failed && messages.length) { /* e has the beginning of them */
		cli_print_diagnostics(messages.s);
		code = (int)e.kind;
	} else if (failed) {
		code = cli_fail(&e);
	}
	str_free(&messages);
	return code;
}

int sweep_cli_set(const struct cli *c, const char *set[SWEEP_CLI_SET_MAX], struct sweep_options *o,
	struct err *e)
{
	o->set = set;
	for (const char *value; (value = cli_get_nth(c, "set", (int)o->set_count));) {
		if (o->set_count == SWEEP_CLI_SET_MAX)
			return err_set(e, ERR_USAGE, "--set is given more than %d times",
				SWEEP_CLI_SET_MAX);
		set[o->set_count++] = value;
	}
	return 0;
}

int sweep_cli_read(const struct cli *c, const char *path, struct sweep **out)
{
	const char *set[SWEEP_CLI_SET_MAX];
	struct err e = { 0 };
	struct known_datasets known;
	struct places places;
	known_datasets_fill(&known, c);
	places_fill(&places, c);
	struct sweep_options o = {
		.fits = networks_fit, .metric = metric_check, .figure = figures_check_kind
	};
	if (cli_knows(c,
		    "data")) { /* a verb that reads data; the others take the names as they are */
		o.datasets = known.names;
		o.dataset_count = known.count;
		o.fits_context = &places.dataset;
	}
	if (sweep_cli_set(c, set, &o, &e))
		return cli_fail(&e);
	return read_with(c, path, &o, out);
}

int sweep_cli_foresee(const struct sweep *sweep, bool refuse)
{
	struct err e = { 0 };
	struct foresight f;
	if (foresee(sweep, &f, &e))
		return cli_fail(&e);
	for (size_t i = 0; i < f.count; i++) {
		const struct foreseen *item = &f.list[i];
		struct str line = { 0 };
		str_add(&line, item->path ? item->path : sweep->path);
		if (item->line)
			str_addf(&line, ":%d", item->line);
		str_addf(&line, ": %s: %s", refuse && item->refusal ? "error" : "warning",
			item->text);
		cli_print_diagnostics(line.s);
		str_free(&line);
	}
	const int code = refuse && f.refusals ? ERR_USAGE : ERR_NONE;
	foresight_free(&f);
	return code;
}

void sweep_cli_count(struct str *out, const char *before, size_t count, const char *noun)
{
	str_addf(out, "%s%zu %s%s", before, count, noun, count == 1 ? "" : "s");
}
