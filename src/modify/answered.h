/*
 * answered.h
 *		The answer to a write of a row with attribute values, read once.
 *
 * Who wants the row's id, who compares its values with those that were sent, and
 * RETURNING look at the same slices: what they want stands in one projection, of
 * the statement.
 */
#ifndef MODIFY_ANSWERED_H
#define MODIFY_ANSWERED_H

#include "base/json.h"
#include "row/projection.h"

/* What is wanted of the answers of a statement. */
typedef struct Answers
{
	const ResourceDef *resource;
	Projection *projection;
	int id_leaf; /* -1 = rows have none */
} Answers;

/* One of them.  Belongs to the memory context that it was read in, and points into the body. */
typedef struct Answered
{
	TokPage page;
	int nleaves; /* what was wanted when it was read: the leaves below this */
} Answered;

/* In the current memory context; NULL where rows hold nothing but fields. */
extern Answers *answers_create(const ResourceDef *resource);

/* The values of these names (char *) will be looked at, too. */
extern void answers_want(Answers *answers, const List *names);

/* The answer of this text; NULL where it is no JSON object. */
extern Answered *answered_read(const Answers *answers, const char *body, size_t length);

/* The row's id as text, in the current memory context; NULL = it says none. */
extern char *answered_id(const Answers *answers, const Answered *answered);

/*
 * The row, with no other values than these: a tree in the current memory context.
 * NULL where they were not wanted when the answer was read, or are none.
 */
extern JsonTree *answered_part(const Answers *answers, const Answered *answered, const List *names);

/* The whole row likewise; NULL where the answer holds none. */
extern JsonTree *answered_row(const Answered *answered);

#endif /* MODIFY_ANSWERED_H */
