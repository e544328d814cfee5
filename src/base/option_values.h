/*
 * option_values.h
 *		Which values an option may have.
 */
#ifndef BASE_OPTION_VALUES_H
#define BASE_OPTION_VALUES_H

#include "base/options.h"

/* ERROR unless the value is legal for the kind of the option. */
extern void option_check_value(const OptionSet *set, const OptionDef *option, const char *value);

/*
 * The value of an int, of a duration in milliseconds, of a period in minutes, or
 * of a size in bytes.  ERROR where it is none, or out of the option's bounds.
 */
extern int option_number(const OptionDef *option, const char *value);

/* What may be written for an option, for the docs; in the current memory context. */
extern char *option_legal(const OptionDef *option);

#endif /* BASE_OPTION_VALUES_H */
