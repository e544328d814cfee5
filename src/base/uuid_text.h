/*
 * uuid_text.h
 *		UUIDs as services write them: 36 characters, with dashes.
 */
#ifndef BASE_UUID_TEXT_H
#define BASE_UUID_TEXT_H

#include "base/compat.h"

#define UUID_TEXT_LENGTH 36

/* The sixteen bytes of a UUID; false where the text is not one, and then "bytes" is anything. */
extern bool parse_uuid_text(const char *text, size_t length, unsigned char *bytes);

#endif /* BASE_UUID_TEXT_H */
