/* table_data.h - tables and verdicts for programs: CSV (one line a cell) and JSON (everything, with
 * every seed's value). */
#ifndef REPORT_TABLE_DATA_H
#define REPORT_TABLE_DATA_H

#include "tables.h"

void table_data_csv_heading(struct str *out);
void table_data_csv(struct str *out, const struct table *t);
/* One JSON object, without a newline at its end. Returns 0, or -1 with e. */
int table_data_json(struct str *out, const struct table *t, const char *command, struct err *e);

void table_data_claims_csv(struct str *out, const struct claim_result *results, size_t count);
int table_data_claims_json(struct str *out, const struct claim_result *results, size_t count,
	const char *command, struct err *e);

#endif
