/* comparisons.c - see comparisons.h. */
#include "comparisons.h"

#include "claims.h"
#include "tables.h"

/* A mistake of the user's is said where the thing itself is made. */
static int passes(int result, const struct err *reason, struct err *e)
{
	if (!result || reason->kind == ERR_USAGE)
		return 0;
	*e = *reason;
	return -1;
}

int comparisons_of(const struct study *study, const struct table_spec *also, struct families *out,
	struct err *e)
{
	const struct sweep *sweep = study->sweep;
	struct err reason = { 0 };

	*out = (struct families){ 0 };
	for (size_t i = 0; i < sweep->table_count; i++) {
		if (&sweep->tables[i] == also)
			also = NULL;
		if (passes(tables_add_comparisons(study, &sweep->tables[i], out, &reason), &reason,
			    e))
			goto fail;
	}
	if (also && passes(tables_add_comparisons(study, also, out, &reason), &reason, e))
		goto fail;
	for (size_t i = 0; i < sweep->claim_count; i++)
		if (passes(claims_add_comparison(study, &sweep->claims[i], out, &reason), &reason,
			    e))
			goto fail;
	if (!families_correct(out, true, e))
		return 0;
fail:
	families_free(out);
	return -1;
}
