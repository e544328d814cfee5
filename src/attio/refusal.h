/*
 * refusal.h
 *		What Attio says with an answer that is not a success.
 */
#ifndef ATTIO_REFUSAL_H
#define ATTIO_REFUSAL_H

#include "remote/request.h"

extern void
attio_explain_refusal(Session *session, HttpExchange *exchange, const RequestSubject *subject, Refusal *refusal);

#endif /* ATTIO_REFUSAL_H */
