/* no_xar.c - in place of libarchive's own files for xar archives, which alone need libxml2 and the
 * 35 MB of ICU. The program reads and writes tar and zip. */
#include <archive.h>
#include <errno.h>

int archive_read_support_format_xar(struct archive *a)
{
	archive_set_error(a, ENOTSUP, "xar archives are not supported");
	return ARCHIVE_FATAL;
}

int archive_write_set_format_xar(struct archive *a)
{
	archive_set_error(a, ENOTSUP, "xar archives are not supported");
	return ARCHIVE_FATAL;
}
