/*
 * answer.c
 *		What an answer says of itself: its headers, and whether it came whole.
 *
 * Owns: how headers are read.  Must not know what follows from them.
 */
#include "http/private.h"

#include "utils/timestamp.h"

/* Where the value of a response header stands, trimmed; NULL when it did not come. */
static const char *
find_header(const HttpExchange *exchange, const char *name, size_t *length)
{
	const char *line = exchange->transfer->header_text;
	size_t name_length = strlen(name);

	while (line != NULL && *line != '\0')
	{
		const char *end = line + strcspn(line, "\r\n");

		if (pg_strncasecmp(line, name, name_length) == 0 && line[name_length] == ':')
		{
			const char *value = line + name_length + 1;

			value += strspn(value, " \t");
			while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
				end--;
			*length = end > value ? end - value : 0;
			return value;
		}
		line = end + strspn(end, "\r\n");
	}
	return NULL;
}

/*
 * The value of a response header, trimmed, in the current memory context; NULL
 * when it did not come.
 */
const char *
http_header(HttpExchange *exchange, const char *name)
{
	size_t length;
	const char *value = find_header(exchange, name, &length);

	return value == NULL ? NULL : pnstrdup(value, length);
}

/* The answer's Date, in whole seconds; false when it has none. */
bool
http_date(HttpExchange *exchange, TimestampTz *date)
{
	const char *text = http_header(exchange, "date");
	time_t seconds = text == NULL ? (time_t) -1 : curl_getdate(text, NULL);

	if (seconds == (time_t) -1)
		return false;
	*date = time_t_to_timestamptz(seconds);
	return true;
}

/* Of a header that tells of a limit. */
#define LIMIT_TEXT 32

/* The value of a header, where there is one that fits; else the text stays empty. */
static void
copy_header(const HttpExchange *exchange, const char *name, char *text)
{
	size_t length = 0;
	const char *value = name == NULL ? NULL : find_header(exchange, name, &length);

	if (value == NULL || length >= LIMIT_TEXT)
		return;
	memcpy(text, value, length);
	text[length] = '\0';
}

/* What the answer's headers tell of limits; *told has LIMIT_KINDS. */
void
answer_limits(const HttpTransfer *transfer, LimitTold *told)
{
	const HttpLimits *limits = transfer->client->config.limits;

	for (int kind = 0; kind < LIMIT_KINDS; kind++)
	{
		const LimitHeaders *headers = limits == NULL ? NULL : &limits->headers[kind];
		char texts[3][LIMIT_TEXT] = {0};

		if (headers != NULL)
		{
			copy_header(transfer->exchange, headers->limit, texts[0]);
			copy_header(transfer->exchange, headers->remaining, texts[1]);
			copy_header(transfer->exchange, headers->reset, texts[2]);
		}
		told[kind] = limit_read((LimitKind) kind, texts[0], texts[1], texts[2]);
	}
}

/*
 * An answer whose end nobody can see but by looking: without a length, or out of
 * a compressed stream, which libcurl takes as it is when it stops early.
 */
bool
answer_ends_early(const HttpExchange *exchange)
{
	size_t end = exchange->length;
	size_t length;
	const char *type = find_header(exchange, "content-type", &length);

	if (exchange->status != 200 || end == 0 || type == NULL || pg_strncasecmp(type, "application/json", 16) != 0)
		return false;
	if (find_header(exchange, "content-encoding", &length) == NULL &&
		find_header(exchange, "content-length", &length) != NULL)
		return false;
	while (end > 0 && strchr(" \t\r\n", exchange->body[end - 1]) != NULL)
		end--;
	return end == 0 || (exchange->body[end - 1] != '}' && exchange->body[end - 1] != ']');
}
