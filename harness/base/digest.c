/* digest.c - see digest.h. The only file that includes OpenSSL's headers for digests. */
#include "digest.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct digest {
	EVP_MD_CTX *context;
};

static void to_hex(const unsigned char *bytes, size_t count, char *text)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < count; i++) {
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 15];
	}
	text[2 * count] = '\0';
}

void digest_bytes(const void *bytes, size_t count, char text[DIGEST_TEXT])
{
	struct digest *d = digest_begin();
	digest_add(d, bytes, count);
	digest_end(d, text);
}

struct digest *digest_begin(void)
{
	struct digest *d = malloc(sizeof(*d));
	if (!d)
		err_end_nomem();
	d->context = EVP_MD_CTX_new();
	if (!d->context || EVP_DigestInit_ex(d->context, EVP_sha256(), NULL) != 1)
		err_end_nomem();
	return d;
}

void digest_add(struct digest *d, const void *bytes, size_t count)
{
	if (count && EVP_DigestUpdate(d->context, bytes, count) != 1)
		err_end_nomem();
}

void digest_end(struct digest *d, char text[DIGEST_TEXT])
{
	unsigned char value[EVP_MAX_MD_SIZE];
	unsigned int count = 0;
	if (EVP_DigestFinal_ex(d->context, value, &count) != 1 || 2 * count + 1 != DIGEST_TEXT)
		err_end_nomem();
	to_hex(value, count, text);
	EVP_MD_CTX_free(d->context);
	free(d);
}

int digest_file(const char *path, char text[DIGEST_TEXT], struct err *e)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_errno(e, path);
	struct digest *d = digest_begin();
	int result = 0;
	for (;;) {
		static const size_t piece_bytes = 1 << 16;
		unsigned char piece[1 << 16];
		const ssize_t got = read(fd, piece, piece_bytes);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			result = err_errno(e, path);
		if (got <= 0)
			break;
		digest_add(d, piece, (size_t)got);
	}
	close(fd);
	char value[DIGEST_TEXT];
	digest_end(d, value);
	if (result == 0)
		memcpy(text, value, sizeof(value));
	return result;
}

void digest_sha1_bytes(const void *bytes, size_t count, char text[DIGEST_SHA1_TEXT])
{
	unsigned char value[EVP_MAX_MD_SIZE];
	unsigned int length = 0;
	if (EVP_Digest(bytes, count, value, &length, EVP_sha1(), NULL) != 1
		|| 2 * length + 1 != DIGEST_SHA1_TEXT)
		err_end_nomem();
	to_hex(value, length, text);
}

const char *digest_library(void)
{
	return OpenSSL_version(OPENSSL_VERSION);
}
