/*
 * kinds.c
 *		The kinds of persons and interactions, and what they are called.
 *
 * Owns: the words that rows show for Affinity's numbers.
 */
#include "affinity/kinds.h"

/* where words are sent in the place of numbers there is another one: collaborator */
const WordDef person_types[] = {{"external", "0"}, {"internal", "1"}, {NULL, NULL}};

const WordDef interaction_types[] = {
	{"meeting", "0"}, {"call", "1"}, {"chat-message", "2"}, {"email", "3"}, {NULL, NULL}};

const WordDef written_types[] = {{"meeting", "0"}, {"call", "1"}, {"chat-message", "2"}, {NULL, NULL}};

/* by an internal person, or by an external one; of chat messages and emails only */
const WordDef interaction_directions[] = {{"sent", "0"}, {"received", "1"}, {NULL, NULL}};

const WordDef interaction_logging_types[] = {{"all", "0"}, {"manual", "1"}, {NULL, NULL}};
