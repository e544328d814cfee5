/*
 * param_texts.h
 *		Values as parameters show them.
 */
#ifndef REMOTE_PARAM_TEXTS_H
#define REMOTE_PARAM_TEXTS_H

#include "remote/resource.h"

#include "datatype/timestamp.h"

extern bool param_is_integer(Oid type);
extern bool param_is_time(Oid type);

/* The text of a value of this type, which is compared with one of the field's; NULL: it cannot be sent. */
extern char *param_text(const ParamDef *param, Oid field, Oid type, Datum value);

/* The last moment of whole seconds that has a text. */
extern TimestampTz param_last_moment(void);

/* The smallest value behind this one, so that "<=" becomes "<"; false: there is none. */
extern bool param_next_value(Oid type, Datum *value);

#endif /* REMOTE_PARAM_TEXTS_H */
