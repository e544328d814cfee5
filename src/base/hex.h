/*
 * hex.h
 *		The value of a hexadecimal digit; needs no symbol of the backend.
 */
#ifndef BASE_HEX_H
#define BASE_HEX_H

/* -1 where it is none. */
static inline int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

#endif /* BASE_HEX_H */
