/* appendix.c - see appendix.h. Headings follow the ACM's artifact appendix (version of the SC and
 * cTuning template) and the NeurIPS paper checklist of 2024 and 2025. */
#include "appendix.h"

#include <math.h>

#include "../store/read.h"

static const char for_authors[] = "*(for the authors to say: the database does not know it)*";

/* ---- questions ---- */

/* Add a line for each row of an answer: its columns joined by the separators of `between` (one
 * fewer than columns). */
static int add_list(struct store *s, const char *query, const char *const *parameters,
	const char *const *between, const char *none, struct str *out, struct err *e)
{
	struct rows *r;
	if (store_ask(s, query, parameters, e, &r))
		return -1;
	for (size_t i = 0; i < r->row_count; i++) {
		str_add(out, "- ");
		for (int c = 0; c < r->column_count; c++) {
			const struct value *v = rows_at(r, i, c);
			if (c)
				str_add(out, between[c - 1]);
			if (v->kind == VALUE_TEXT)
				str_add(out, v->text);
			else if (v->kind == VALUE_INTEGER)
				str_addf(out, "%lld", (long long)v->integer);
			else if (v->kind == VALUE_REAL)
				str_addf(out, "%.4g", v->real);
			else
				str_add(out, "?");
		}
		str_add(out, "\n");
	}
	if (r->row_count == 0)
		str_addf(out, "- %s\n", none);
	rows_free(r);
	return 0;
}

/* What it all took. */
struct cost {
	double trials, attempts, bad, seeds, cpu_hours, longest_minutes, mean_minutes, peak_bytes;
	bool core, programs; /* have executed finished trials */
};

static int read_cost(struct store *s, struct cost *cost, struct err *e)
{
	struct rows *r;
	if (store_ask(s, "appendix_cost", NULL, e, &r))
		return -1;
	const struct value *v = r->values;
	*cost = (struct cost){ v[0].real, v[1].real, v[2].real, v[3].real, v[4].real, v[5].real,
		v[6].real, v[7].real, .programs = v[9].integer };
	cost->core = v[8].integer || !cost->programs;
	rows_free(r);
	return 0;
}

static void add_cost(const struct cost *c, struct str *out)
{
	str_addf(out,
		"%.0f finished trials with %.0f different seeds. All %.0f executions, of which "
		"%.0f ended badly or were interrupted (their time counts), took "
		"%.2f hours of one processor core; a finished trial %.1f minutes on average and "
		"%.1f at most, and at most %.0f MB of memory.%s\n",
		c->trials, c->seeds, c->attempts, c->bad, c->cpu_hours, c->mean_minutes,
		c->longest_minutes, ceil(c->peak_bytes / 1e6), c->programs ? "" : " No GPU.");
}

static int add_sweeps(struct store *s, struct str *out, struct err *e)
{
	static const char *const between[] = { ": ", " (", " of ",
		" rows of its plan done, SHA-256 of the file ", "" };
	return add_list(s, "appendix_sweeps", NULL, between, "none", out, e);
}

static int add_data(struct store *s, struct str *out, struct err *e)
{
	static const char *const between[] = { ", variant ", ", SHA-256 of the decoded arrays ",
		": ", " finished executions" };
	return add_list(s, "appendix_data", NULL, between, "none", out, e);
}

/* names: with a blank around each. */
static int add_facts(struct store *s, const char *names, struct str *out, struct err *e)
{
	static const char *const between[] = { ": " };
	const char *const parameters[] = { "names", names, NULL };
	return add_list(s, "appendix_facts", parameters, between, "none recorded", out, e);
}

/* ---- ACM ---- */

static void add_evaluation(const struct cost *cost, struct str *out)
{
	str_addf(out,
		"```sh\nretrial verify BUNDLE.tar.zst --sample 3%s\n```\n\nexecutes three trials "
		"again. Without `--sample` all are executed, which takes the time said above.\n\n",
		cost->programs ? " --trust" : "");
	if (cost->core)
		str_add(out,
			"Of trials of retrial's own core every digest is compared with "
			"`trials.csv` and `digests.csv`: they have to be the same, to the bit, on "
			"any machine.\n\n");
	if (cost->programs)
		str_add(out,
			"Of trials of programs every metric, step and output is compared: they "
			"have to be identical, or within the tolerances that the sweep file states "
			"under `verify:`. `--trust` lets the bundle's programs run on this "
			"machine; "
			"look at `programs/` first.\n\n");
}

int appendix_artifact(
	struct store *s, const struct appendix_facts *facts, struct str *out, struct err *e)
{
	struct cost cost;
	if (read_cost(s, &cost, e))
		return -1;
	str_add(out,
		"# Artifact appendix\n\n## A.1 Abstract\n\nThe database of all results "
		"(`results.db`), the sweep files that say which trials were run, and the digests "
		"by "
		"which every trial can be executed again and compared bit for bit.\n\n"
		"## A.2 Checklist\n\n");
	str_addf(out, "- **Program**: %s, in C; %s\n", facts->build,
		facts->source ? "its source is `source.tar`" : "its source is not in the bundle");
	str_add(out,
		"- **Compilation**: `make` (gcc or clang; the results do not depend on which)\n");
	if (cost.core)
		str_add(out, "- **Model**: trained from random weights; none is downloaded\n");
	if (cost.programs)
		str_addf(out,
			"- **Programs of the authors**: executed the trials of the sweep files "
			"that have `program:`; their inputs are %s\n",
			facts->programs ? "listed below" : "not in the bundle");
	str_add(out,
		"- **Run-time environment**: Linux; libraries are named in the README of the "
		"source\n");
	if (!cost.programs)
		str_add(out, "- **Hardware**: one processor core; x86-64 or ARM64; no GPU\n");
	str_addf(out, "- **Metrics**: %s%s%s\n",
		cost.core ? "test accuracy, validation accuracy, parameters, sizes, latency" : "",
		cost.core && cost.programs ? "; " : "",
		cost.programs ? "those that the sweep files declare under `metrics:`" : "");
	str_add(out,
		"- **Output**: tables, figures, verdicts on the paper's numbers\n"
		"- **Workflow framework used**: retrial itself\n- **Publicly available**: ");
	str_addf(out, "%s\n- **Licence of the program**: GPL-3.0-or-later\n- **Time and memory**: ",
		for_authors);
	add_cost(&cost, out);
	str_add(out,
		"\n## A.3 Description\n\n### How it is delivered\n\nOne archive; `SHA256SUMS` "
		"lists its files.\n\n### Hardware and software of the recorded executions\n\n");
	if (add_facts(s,
		    " cpu cores memory_bytes architecture os kernel compiler flags libc commit "
		    "dirty program_version kernels ",
		    out, e))
		return -1;
	str_add(out, "\n### Data sets\n\n");
	if (add_data(s, out, e))
		return -1;
	str_add(out, facts->data ? facts->data : "");
	if (facts->programs)
		str_addf(out, "\n### Inputs of programs\n\n%s", facts->programs);
	str_add(out, "\n## A.4 Installation\n\n");
	if (facts->source)
		str_add(out,
			"```sh\nmkdir retrial && tar -xf source.tar -C retrial && cd retrial && "
			"make\n```\n\n");
	else
		str_addf(out, "Install %s.\n\n", facts->build);
	str_add(out, "## A.5 Experiment workflow\n\n");
	if (add_sweeps(s, out, e))
		return -1;
	str_add(out,
		"\nThese are the files as they were when their plans were frozen. Library files "
		"that they use are beside them.\n\n```sh\nretrial data list                        "
		"# which data sets "
		"are there, and how to get the others\n"
		"retrial run sweeps/NAME.yaml --db new.db   # all trials of a sweep\n"
		"retrial table sweeps/NAME.yaml --db new.db\n```\n\n"
		"## A.6 Evaluation and expected result\n\n");
	add_evaluation(&cost, out);
	str_add(out,
		"## A.7 Customisation\n\nSweep files are short texts; `retrial help` explains "
		"every parameter.\n");
	return 0;
}

/* ---- NeurIPS ---- */

static void question(struct str *out, const char *title, const char *answer)
{
	str_addf(out, "\n## %s\n\n%s\n", title, answer);
}

int appendix_checklist(
	struct store *s, const struct appendix_facts *facts, struct str *out, struct err *e)
{
	struct cost cost;
	if (read_cost(s, &cost, e))
		return -1;
	str_add(out,
		"# NeurIPS paper checklist\n\nAnswers as far as the database of results knows "
		"them.\n");
	question(out, "1. Claims",
		"Each number that the sweep files state under `claims` is compared with the "
		"measured one, its interval and a verdict (`retrial claims`).");
	question(out, "2. Limitations", for_authors);
	question(out, "3. Theory, assumptions and proofs", for_authors);
	question(out, "4. Experimental result reproducibility",
		cost.core ? "Yes. A trial is a function of its configuration, its data, its seed "
			    "and the version of the training core: `retrial verify` executes any "
			    "of them again and compares weights and predictions bit for bit."
			  : "Each trial is run with a stated seed: `retrial verify` executes any "
			    "of them again and compares every metric, step and output.");
	if (cost.core && cost.programs)
		str_add(out,
			"\nOf trials that the authors' programs executed, it compares every "
			"metric, step and output.\n");
	question(out, "5. Open access to data and code", "");
	str_addf(out, "The program is %s; its source is %s. Data sets, by their digests:\n\n",
		facts->build, facts->source ? "in the bundle" : "not in the bundle");
	if (add_data(s, out, e))
		return -1;
	str_add(out, facts->data ? facts->data : "");
	if (facts->programs)
		str_addf(out, "\nInputs of the authors' programs:\n\n%s", facts->programs);
	question(out, "6. Experimental setting and details",
		"All of it is in the sweep files, and for each trial in column `config` of "
		"`trials.csv`: splits, "
		"hyper-parameters, optimizers, seeds. Which of the tried configurations were "
		"chosen on what: every trial that was run is in the database.\n");
	if (add_sweeps(s, out, e))
		return -1;
	question(out, "7. Experiment statistical significance",
		"Tables state n (seeds), the mean and the standard deviation (n - 1) over seeds; "
		"intervals are Student's t "
		"(95 %) over seeds; differences are paired by seed and tested exactly (sign "
		"flips), corrected jointly within a family (step-down max-T), and their intervals "
		"are those of the corrected tests; what the finite test "
		"set leaves "
		"open is stated beside as Wilson's interval.");
	question(out, "8. Experiments compute resources", "");
	add_cost(&cost, out);
	str_add(out, "\n");
	if (add_facts(s, " cpu cores memory_bytes ", out, e))
		return -1;
	question(out, "9. Code of ethics", for_authors);
	question(out, "10. Broader impacts", for_authors);
	question(out, "11. Safeguards", for_authors);
	question(out, "12. Licences for existing assets",
		"`retrial data show NAME` states the licence of each published data set; that of "
		"imported data *(is for the authors to say)*. The program is GPL-3.0-or-later.");
	question(out, "13. New assets", for_authors);
	question(out, "14. Crowdsourcing and research with human subjects",
		"None by this program. Beyond it: *(for the authors to say)*");
	question(out, "15. Institutional review board", for_authors);
	question(out, "16. Declaration of LLM usage", for_authors);
	return 0;
}
