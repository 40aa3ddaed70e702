/* forecast_cli.h - what a sweep would cost (report/forecast.h), asked with the data sets of this
 * machine. */
#ifndef CLI_FORECAST_CLI_H
#define CLI_FORECAST_CLI_H

#include "../report/forecast.h"
#include "../store/open.h"
#include "cli.h"

/* store NULL: no database yet. On success *out is the caller's (forecast_free). Returns 0, or -1
 * with e. */
int forecast_cli_make(const struct cli *c, struct store *store, const struct sweep *sweep,
	struct err *e, struct forecast **out);

#endif
