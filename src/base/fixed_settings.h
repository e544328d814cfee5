/*
 * fixed_settings.h
 *		Input and output functions of types, whatever the session's settings are.
 */
#ifndef BASE_FIXED_SETTINGS_H
#define BASE_FIXED_SETTINGS_H

#include "base/compat.h"

extern bits32 fixed_settings_of_type(Oid type);
extern int fixed_settings_begin(bits32 wanted);
extern void fixed_settings_end(int level);

extern char *fixed_output(Oid type, Datum value);
extern Datum fixed_call(Oid type, PGFunction function, Datum value);

#endif /* BASE_FIXED_SETTINGS_H */
