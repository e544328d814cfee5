/*
 * refusal.h
 *		What Affinity says with an answer that is not a success.
 */
#ifndef AFFINITY_REFUSAL_H
#define AFFINITY_REFUSAL_H

#include "remote/request.h"

extern void
affinity_explain_refusal(Session *session, HttpExchange *exchange, const RequestSubject *subject, Refusal *refusal);

#endif /* AFFINITY_REFUSAL_H */
