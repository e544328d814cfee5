/*
 * checks.h
 *		What attio_fdw_check() asks of Attio alone.
 */
#ifndef ATTIO_CHECKS_H
#define ATTIO_CHECKS_H

#include "remote/check.h"

/* The answer to /v2/self, the key, its workspace, its scopes; ends with one without a name. */
extern const CheckDef attio_account_checks[];

/* What the plan hides, and tables that are out of date; ends with one without a name. */
extern const CheckDef attio_checks[];

#endif /* ATTIO_CHECKS_H */
