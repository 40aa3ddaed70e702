/* real.c - exact doubles in JSON. */
#include "real.h"

#include <math.h>
#include <string.h>

json_t *real_json(double x)
{
	if (isnan(x))
		return json_string("nan");
	if (isinf(x))
		return json_string(x > 0 ? "inf" : "-inf");
	return json_real(x);
}

double real_value(const json_t *j)
{
	const char *text = json_string_value(j);
	if (!text)
		return json_number_value(j);
	return strcmp(text, "nan") == 0    ? (double)NAN
		: strcmp(text, "inf") == 0 ? (double)INFINITY
					   : -(double)INFINITY;
}

void real_set_array(json_t *object, const char *name, const double *values, int count)
{
	json_t *array = json_array();
	for (int i = 0; i < count; i++)
		json_array_append_new(array, real_json(values[i]));
	json_object_set_new(object, name, array);
}

void real_get_array(const json_t *object, const char *name, double *values, int count)
{
	const json_t *array = json_object_get(object, name);
	for (size_t i = 0; i < (size_t)count && i < json_array_size(array); i++)
		values[i] = real_value(json_array_get(array, i));
}
