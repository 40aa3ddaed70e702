/* http.c - libmicrohttpd behind http.h. */
#include "http.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { IDLE_SECONDS = 30, CONNECTIONS_MAX = 1024 };

struct http {
	struct MHD_Daemon *daemon;
	http_handler *handler;
	void *context;
	char *token, *address;
	unsigned port;
	bool loopback;
};

/* Scripts and styles are files of this server; pictures may be data of the page. */
static const char pages_policy[] =
	"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const char *http_value(const struct http_request *r, const char *name, const char *fallback)
{
	const char *first = http_nth(r, name, 0);

	return first ? first : fallback;
}

const char *http_nth(const struct http_request *r, const char *name, size_t i)
{
	for (size_t k = 0; k < r->value_count; k++)
		if (!strcmp(r->values[k].name, name) && i-- == 0)
			return r->values[k].value;
	return NULL;
}

static enum MHD_Result take_value(
	void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct http_request *r = context;

	(void)kind;
	if (r->value_count == HTTP_VALUES_MAX)
		return MHD_NO;
	r->values[r->value_count].name = name;
	r->values[r->value_count++].value = value ? value : "";
	return MHD_YES;
}

/* ---- who may ask ---- */

/* "name:port" or "[name]:port" without the port. */
static void host_name(const char *header, char *name, size_t size)
{
	const char *end = header[0] == '[' ? strchr(header, ']') : strchr(header, ':');
	const size_t length = end ? (size_t)(end - header) + (header[0] == '[') : strlen(header);

	name[0] = '\0';
	if (length >= size)
		return;
	memcpy(name, header, length);
	name[length] = '\0';
}

/* On loopback, only names of loopback. Elsewhere the token decides: whoever has it knows the name
 * of the machine, and we do not. */
static bool host_is_ours(const struct http *h, const char *header)
{
	char name[256], bracketed[256];

	if (!header)
		return false;
	if (!h->loopback)
		return true;
	host_name(header, name, sizeof(name));
	if (!strcasecmp(name, "localhost") || !strcmp(name, "127.0.0.1") || !strcmp(name, "[::1]"))
		return true;
	snprintf(bracketed, sizeof(bracketed), "[%s]", h->address);
	return !strcmp(name, h->address) || !strcmp(name, bracketed);
}

/* Takes as long for every wrong guess of the right length. */
static bool same_secret(const char *given, const char *secret)
{
	const size_t length = strlen(secret);
	unsigned char different = 0;

	if (strlen(given) != length)
		return false;
	for (size_t i = 0; i < length; i++)
		different |= (unsigned char)(given[i] ^ secret[i]);
	return !different;
}

/* ---- answers ---- */

static enum MHD_Result send_answer(
	struct MHD_Connection *connection, struct http_answer *a, const char *cookie)
{
	const size_t length = a->body.length;
	char *bytes = str_take(&a->body);
	struct MHD_Response *response =
		MHD_create_response_from_buffer(length, bytes, MHD_RESPMEM_MUST_FREE);
	if (!response) {
		free(bytes);
		return MHD_NO;
	}
	const char *const headers[][2] = {
		{ "Content-Type", a->content_type ? a->content_type : "text/html; charset=utf-8" },
		{ "Content-Security-Policy", a->policy ? a->policy : pages_policy },
		{ "Cache-Control", a->stays ? "private, max-age=3600" : "no-store" },
		{ "X-Content-Type-Options", "nosniff" },
		{ "X-Frame-Options", "DENY" },
		{ "Referrer-Policy", "no-referrer" },
		{ "Cross-Origin-Resource-Policy", "same-origin" },
	};
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		MHD_add_response_header(response, headers[i][0], headers[i][1]);
	if (cookie)
		MHD_add_response_header(response, "Set-Cookie", cookie);
	if (cookie)
		MHD_add_response_header(response, "Location", "/");
	const enum MHD_Result result =
		MHD_queue_response(connection, a->status ? a->status : MHD_HTTP_OK, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result refuse(struct MHD_Connection *connection, unsigned status, const char *text)
{
	struct http_answer a = { .status = status, .content_type = "text/plain; charset=utf-8" };

	str_add(&a.body, text);
	return send_answer(connection, &a, NULL);
}

/* The token came in the address: into a cookie with it, out of the address. */
static enum MHD_Result welcome(const struct http *h, struct MHD_Connection *connection)
{
	struct http_answer a = { .status = MHD_HTTP_SEE_OTHER };
	struct str cookie = { 0 };

	str_addf(&cookie, "retrial_token=%s; HttpOnly; SameSite=Strict; Path=/", h->token);
	const enum MHD_Result result = send_answer(connection, &a, cookie.s);
	str_free(&cookie);
	return result;
}

static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *url,
	const char *method, const char *version, const char *upload, size_t *upload_size,
	void **state)
{
	static int begun;
	struct http *h = context;
	struct http_request r = { .path = url };
	struct http_answer a = { 0 };

	(void)version;
	(void)upload;
	if (!*state) { /* headers have come; what is sent beside them is not read */
		*state = &begun;
		return MHD_YES;
	}
	if (*upload_size) {
		*upload_size = 0;
		return MHD_YES;
	}
	if (strcmp(method, "GET") && strcmp(method, "HEAD"))
		return refuse(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "This page only reads.\n");
	if (!host_is_ours(h,
		    MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_HOST)))
		return refuse(connection, MHD_HTTP_FORBIDDEN,
			"This server does not go by that name. Use the address that retrial serve "
			"printed.\n");
	MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, take_value, &r);
	if (h->token) {
		const char *cookie =
			MHD_lookup_connection_value(connection, MHD_COOKIE_KIND, "retrial_token");
		if (same_secret(http_value(&r, "token", ""), h->token))
			return welcome(h, connection);
		if (!cookie || !same_secret(cookie, h->token))
			return refuse(connection, MHD_HTTP_UNAUTHORIZED,
				"Open the address with ?token=... that retrial serve printed.\n");
	}
	r.fragment = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "X-Retrial-Fragment")
		!= NULL;
	h->handler(h->context, &r, &a);
	return send_answer(connection, &a, NULL);
}

/* ---- start and end ---- */

/* Returns the family, or 0 for a text that is no numeric address. */
static int parse_address(const char *text, unsigned port, struct sockaddr_storage *out)
{
	struct sockaddr_in *four = (struct sockaddr_in *)out;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)out;

	memset(out, 0, sizeof(*out));
	if (inet_pton(AF_INET, text, &four->sin_addr) == 1) {
		four->sin_family = AF_INET;
		four->sin_port = htons((uint16_t)port);
		return AF_INET;
	}
	if (inet_pton(AF_INET6, text, &six->sin6_addr) == 1) {
		six->sin6_family = AF_INET6;
		six->sin6_port = htons((uint16_t)port);
		return AF_INET6;
	}
	return 0;
}

bool http_is_loopback(const char *address)
{
	return !strncmp(address, "127.", 4) || !strcmp(address, "::1");
}

static int listen_on(const struct http_options *o, struct http *h, struct err *e)
{
	struct sockaddr_storage address;
	const int family = parse_address(o->address, o->port, &address);

	if (!family)
		return err_set(e, ERR_USAGE,
			"'%s' is no numeric address (127.0.0.1, ::1, 0.0.0.0 ...)", o->address);
	h->daemon = MHD_start_daemon(MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD
			| (family == AF_INET6 ? MHD_USE_IPv6 : 0),
		(uint16_t)o->port, NULL, NULL, answer, h, MHD_OPTION_SOCK_ADDR,
		(struct sockaddr *)&address, MHD_OPTION_THREAD_POOL_SIZE, o->threads,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS, MHD_OPTION_CONNECTION_LIMIT,
		(unsigned)CONNECTIONS_MAX, MHD_OPTION_END);
	if (!h->daemon)
		return err_set(e, ERR_ENVIRONMENT,
			"nothing can listen on %s, port %u: is another server there? Choose one "
			"with --port",
			o->address, o->port);
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_BIND_PORT);
	h->port = info ? info->port : o->port;
	return 0;
}

int http_start(const struct http_options *options, http_handler *handler, void *context,
	struct err *e, struct http **out)
{
	struct http *h = calloc(1, sizeof(*h));

	if (!h)
		return err_nomem(e);
	h->handler = handler;
	h->context = context;
	h->loopback = http_is_loopback(options->address);
	h->address = strdup(options->address);
	h->token = options->token ? strdup(options->token) : NULL;
	if (!h->address || (options->token && !h->token)) {
		err_nomem(e);
		goto fail;
	}
	if (listen_on(options, h, e))
		goto fail;
	*out = h;
	return 0;
fail:
	http_stop(h);
	return -1;
}

unsigned http_port(const struct http *h)
{
	return h->port;
}

void http_stop(struct http *h)
{
	if (!h)
		return;
	if (h->daemon)
		MHD_stop_daemon(h->daemon);
	free(h->token);
	free(h->address);
	free(h);
}
