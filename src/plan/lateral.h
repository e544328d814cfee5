/*
 * lateral.h
 *		LATERAL items beside tables of ours.
 */
#ifndef ATTIO_LATERAL_H
#define ATTIO_LATERAL_H

/* From now on the rows of one evaluation do not count as all. */
extern void lateral_init(void);

#endif /* ATTIO_LATERAL_H */
