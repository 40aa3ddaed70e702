/* data_cli.h - actions of `retrial data` that bring data sets in or out (data_fetch.c,
 * data_import.c); verb_data.c has the table. */
#ifndef CLI_DATA_CLI_H
#define CLI_DATA_CLI_H

#include "cli.h"
#include "places.h"

/* Where fetched and imported sets go: --data, else the user's data folder. NULL when there is
 * neither (no HOME). */
const char *data_target(const struct cli *c, const struct dataset_places *places);

/* Each returns the exit code. */
int data_fetch(const struct cli *c, const struct dataset_places *places);
int data_import(const struct cli *c, const struct dataset_places *places);
int data_rm(const struct cli *c, const struct dataset_places *places);
int data_export(const struct cli *c, const struct dataset_places *places);

#endif
