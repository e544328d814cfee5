/*
 * unescape.c
 *		The escapes of JSON strings.
 *
 * Owns: what an escape means.  Stands alone, as the tokenizer does.
 */
#include "row/tokenizer.h"

#include <string.h>

#include "base/hex.h"

/* Write a character in UTF-8; returns the place behind it. */
static char *
put_utf8(char *out, uint32_t c)
{
	if (c < 0x80)
		*out++ = (char) c;
	else if (c < 0x800)
	{
		*out++ = (char) (0xC0 | (c >> 6));
		*out++ = (char) (0x80 | (c & 0x3F));
	}
	else if (c < 0x10000)
	{
		*out++ = (char) (0xE0 | (c >> 12));
		*out++ = (char) (0x80 | ((c >> 6) & 0x3F));
		*out++ = (char) (0x80 | (c & 0x3F));
	}
	else
	{
		*out++ = (char) (0xF0 | (c >> 18));
		*out++ = (char) (0x80 | ((c >> 12) & 0x3F));
		*out++ = (char) (0x80 | ((c >> 6) & 0x3F));
		*out++ = (char) (0x80 | (c & 0x3F));
	}
	return out;
}

static uint32_t
four_hex(const char *p)
{
	uint32_t value = 0;

	for (int i = 0; i < 4; i++)
		value = value << 4 | (uint32_t) hex_digit(p[i]);
	return value;
}

/*
 * Resolve the escapes of a string slice into "out", which has room for "length"
 * bytes (the result is never longer).  Returns its length, or -1 for U+0000 or
 * surrogates that make no pair.  The slice has passed tok_page().
 */
long
tok_unescape(const char *start, size_t length, char *out)
{
	static const char escapes[] = "\"\\/bfnrt";
	static const char meanings[] = "\"\\/\b\f\n\r\t";
	const char *p = start;
	const char *end = start + length;
	char *begin = out;

	while (p < end)
	{
		uint32_t c;

		if (*p != '\\')
		{
			*out++ = *p++;
			continue;
		}
		if (p[1] != 'u')
		{
			*out++ = meanings[strchr(escapes, p[1]) - escapes];
			p += 2;
			continue;
		}
		c = four_hex(p + 2);
		p += 6;
		if (c >= 0xD800 && c <= 0xDBFF)
		{
			uint32_t low;

			if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
				return -1;
			low = four_hex(p + 2);
			if (low < 0xDC00 || low > 0xDFFF)
				return -1;
			c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
			p += 6;
		}
		else if (c == 0 || (c >= 0xDC00 && c <= 0xDFFF))
			return -1;
		out = put_utf8(out, c);
	}
	return (long) (out - begin);
}
