/* real.h - doubles in JSON that read back exactly: 17 digits, and "nan", "inf", "-inf" as texts
 * (JSON has no such numbers). */
#ifndef RUN_REAL_H
#define RUN_REAL_H

#include <jansson.h>

json_t *real_json(double x);
double real_value(const json_t *j);

/* {"name": [values...]}: count doubles of an object's member, and back (missing ones are left
 * alone). */
void real_set_array(json_t *object, const char *name, const double *values, int count);
void real_get_array(const json_t *object, const char *name, double *values, int count);

#endif
