/*
 * affinity_options.h
 *		The options that are Affinity's own.
 */
#ifndef AFFINITY_AFFINITY_OPTIONS_H
#define AFFINITY_AFFINITY_OPTIONS_H

#include "base/options.h"

extern const OptionSet affinity_options;

#endif /* AFFINITY_AFFINITY_OPTIONS_H */
