/* recognise.h - is a file a database of results? For those that meet files by chance; store_open
 * looks by itself. */
#ifndef STORE_RECOGNISE_H
#define STORE_RECOGNISE_H

#include <stdbool.h>

/* Is a database of results in this file? It is not opened. */
bool store_is_at(const char *path);

#endif
