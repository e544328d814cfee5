/*
 * attio_options.h
 *		The options that are Attio's own.
 */
#ifndef ATTIO_ATTIO_OPTIONS_H
#define ATTIO_ATTIO_OPTIONS_H

#include "base/options.h"

extern const OptionSet attio_options;

#endif /* ATTIO_ATTIO_OPTIONS_H */
