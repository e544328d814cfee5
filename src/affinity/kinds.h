/*
 * kinds.h
 *		The kinds of persons and interactions, and what they are called.
 */
#ifndef AFFINITY_KINDS_H
#define AFFINITY_KINDS_H

#include "remote/words.h"

extern const WordDef person_types[];
extern const WordDef interaction_types[];
extern const WordDef written_types[]; /* those that can be created and changed */
extern const WordDef interaction_directions[];
extern const WordDef interaction_logging_types[];

#endif /* AFFINITY_KINDS_H */
