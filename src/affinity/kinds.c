/*
 * kinds.c
 *		The kinds of interactions, and what they are called.
 *
 * Owns: the words that rows show for Affinity's numbers.
 */
#include "affinity/kinds.h"

const WordDef interaction_types[] = {
	{"meeting", "0"}, {"call", "1"}, {"chat-message", "2"}, {"email", "3"}, {NULL, NULL}};

/* by an internal person, or by an external one; of chat messages and emails only */
const WordDef interaction_directions[] = {{"sent", "0"}, {"received", "1"}, {NULL, NULL}};

const WordDef interaction_logging_types[] = {{"all", "0"}, {"manual", "1"}, {NULL, NULL}};
