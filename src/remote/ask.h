/*
 * ask.h
 *		What the listings of one scan ask for.
 *
 * A service makes asks of a plan's terms; pages are read for each of them.  All
 * of it lives in the memory context that was current when it was made.
 */
#ifndef REMOTE_ASK_H
#define REMOTE_ASK_H

#include "base/json.h"

/* What one listing asks for. */
typedef struct Ask
{
	JsonTree *filter;  /* in the request's body; NULL = none */
	const char *query; /* parameters of the query string, escaped and joined by "&"; NULL = none */
	List *given;       /* Given (resource.h): for the path, and for fields that show it */
} Ask;

/* All of a scan: nothing at all, everything (no ask), or one listing for each ask. */
typedef struct AskSet
{
	bool nothing;    /* no row can meet the conditions */
	bool incomplete; /* a condition that the plan meant to send is not among the asks */
	List *asks;      /* Ask */
} AskSet;

extern Ask *ask_by_filter(JsonTree *filter);
extern JsonTree *asks_first_filter(const AskSet *set);

#endif /* REMOTE_ASK_H */
