/* verb_serve.c - retrial serve: the results database as a live page in the browser. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/digest.h"
#include "../run/augmented.h"
#include "../run/program_run.h"
#include "../serve/serve.h"
#include "places.h"
#include "run_cli.h"
#include "study_cli.h"

enum { PORT = 8077, PORT_MAX = 65535, THREADS = 4, SECRET_BYTES = 32 };

static const struct cli_option options[] = {
	CLI_OPTION_DB,
	{ "port", 'p', "N", "listen on this port (default 8077; 0: any that is free)" },
	{ "address", 0, "ADDRESS",
		"listen on this address; other machines need the token that is printed (default "
		"127.0.0.1: only this machine, no token)" },
	STUDY_CLI_OPTION_SCRIPTS,
	CLI_OPTION_DATA,
	{ 0 },
};

/* 32 bytes of the system's randomness as 64 digits. */
static int make_token(char token[DIGEST_TEXT], struct err *e)
{
	unsigned char bytes[SECRET_BYTES];
	FILE *f = fopen("/dev/urandom", "rb");
	const bool read = f && fread(bytes, sizeof(bytes), 1, f) == 1;

	if (f)
		fclose(f);
	if (!read)
		return err_errno(e, "/dev/urandom");
	digest_bytes(bytes, sizeof(bytes), token);
	return 0;
}

static void tell(const struct serve_options *o, unsigned port)
{
	const bool six = strchr(o->http.address, ':') != NULL;

	printf("http://%s%s%s:%u/%s%s\n", six ? "[" : "", o->http.address, six ? "]" : "", port,
		o->http.token ? "?token=" : "", o->http.token ? o->http.token : "");
	fflush(stdout);
	fprintf(stderr, "retrial: serving %s read-only; Ctrl-C ends it\n", o->database);
}

/* Returns the exit code: being ended by a signal is how this verb ends. */
static int wait_for_signal(const sigset_t *wanted)
{
	int number = 0;

	sigwait(wanted, &number);
	return ERR_NONE;
}

static int run(const struct cli *c)
{
	struct err e = { 0 };
	struct places data;
	struct str scripts = { 0 };
	struct server *server = NULL;
	char token[DIGEST_TEXT];
	sigset_t wanted;
	bool bad = false;
	const long port = cli_number(c, "port", 0, PORT_MAX, PORT, &bad);

	if (bad)
		return ERR_USAGE;
	if (c->argument_count)
		return cli_misuse(c, "no arguments are expected");
	places_fill(&data, c);
	struct serve_options o = {
		.database = study_cli_database(c),
		.http = { .address = cli_get(c, "address", "127.0.0.1"),
			.port = (unsigned)port,
			.threads = THREADS },
		.data = &data.dataset,
		.augment = augmented_image,
		.live_log = program_live_log,
	};
	char *states = run_cli_states(o.database);
	o.states = states;
	if (!http_is_loopback(o.http.address)) {
		if (make_token(token, &e))
			return cli_fail(&e);
		o.http.token = token;
	}
	/* Without the scripts a report says so where its figures would be. */
	struct err ignored = { 0 };
	o.scripts = study_cli_scripts(&scripts, c, &ignored) ? NULL : scripts.s;
	/* Blocked before the server's threads begin, so that this thread gets them. */
	sigemptyset(&wanted);
	sigaddset(&wanted, SIGINT);
	sigaddset(&wanted, SIGTERM);
	sigaddset(&wanted, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &wanted, NULL);
	signal(SIGPIPE, SIG_IGN);
	int result = server_start(&o, &e, &server) ? cli_fail(&e) : ERR_NONE;
	if (!result) {
		tell(&o, server_port(server));
		result = wait_for_signal(&wanted);
	}
	server_stop(server);
	free(states);
	str_free(&scripts);
	return result;
}

const struct cli_verb verb_serve = {
	.name = "serve",
	.arguments = "",
	.summary = "show the results database as a live page in the browser, read-only",
	.examples = "retrial serve                        # http://127.0.0.1:8077/\n"
		    "retrial serve --db results/retrial.db --port 9000\n"
		    "retrial serve --address 0.0.0.0     # other machines need the token that it "
		    "prints\n",
	.options = options,
	.run = run,
};
