/*
 * uuid_text.c
 *		UUIDs as services write them: 36 characters, with dashes.
 *
 * Owns: the quick way for this one form.  Any other is refused here.
 */
#include "base/uuid_text.h"

#include "utils/uuid.h"

/* Set for each hexadecimal digit, beside its value. */
#define DIGIT 0x80

static const uint8 digits[256] = {
	['0'] = DIGIT | 0x0, ['1'] = DIGIT | 0x1, ['2'] = DIGIT | 0x2, ['3'] = DIGIT | 0x3, ['4'] = DIGIT | 0x4,
	['5'] = DIGIT | 0x5, ['6'] = DIGIT | 0x6, ['7'] = DIGIT | 0x7, ['8'] = DIGIT | 0x8, ['9'] = DIGIT | 0x9,
	['a'] = DIGIT | 0xa, ['b'] = DIGIT | 0xb, ['c'] = DIGIT | 0xc, ['d'] = DIGIT | 0xd, ['e'] = DIGIT | 0xe,
	['f'] = DIGIT | 0xf, ['A'] = DIGIT | 0xa, ['B'] = DIGIT | 0xb, ['C'] = DIGIT | 0xc, ['D'] = DIGIT | 0xd,
	['E'] = DIGIT | 0xe, ['F'] = DIGIT | 0xf,
};

bool
parse_uuid_text(const char *text, size_t length, unsigned char *bytes)
{
	/* where the two digits of each byte stand */
	static const uint8 places[UUID_LEN] = {0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};
	uint8 found = DIGIT;

	if (length != UUID_TEXT_LENGTH || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-')
		return false;
	for (int i = 0; i < UUID_LEN; i++)
	{
		uint8 high = digits[(unsigned char) text[places[i]]];
		uint8 low = digits[(unsigned char) text[places[i] + 1]];

		found &= high & low & DIGIT;
		bytes[i] = (unsigned char) (high << 4 | (low & 0x0f));
	}
	return found != 0;
}
