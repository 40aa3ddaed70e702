/* kernels_cli.c - kernels by name. */
#include "kernels_cli.h"

#include "../base/str.h"

int kernels_cli_find(const struct cli *c, const struct nn_kernels **kernels)
{
	const char *name = cli_get(c, "kernels", NULL);
	*kernels = nn_kernels_find(name);
	if (*kernels)
		return 0;
	struct str names = { 0 };
	for (int i = 0; nn_kernels_at(i); i++)
		str_addf(&names, "%s%s", i ? ", " : "", nn_kernels_name(nn_kernels_at(i)));
	int result = cli_misuse(c, "--kernels=%s: this processor and build have %s", name, names.s);
	str_free(&names);
	return result;
}
