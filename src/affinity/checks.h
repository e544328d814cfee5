/*
 * checks.h
 *		What attio_fdw_check() asks of Affinity alone.
 */
#ifndef AFFINITY_CHECKS_H
#define AFFINITY_CHECKS_H

#include "remote/check.h"

extern const CheckDef affinity_account_checks[];

#endif /* AFFINITY_CHECKS_H */
