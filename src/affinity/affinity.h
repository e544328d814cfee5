/*
 * affinity.h
 *		Affinity as a service: what the shared rooms are told of it.
 */
#ifndef AFFINITY_AFFINITY_H
#define AFFINITY_AFFINITY_H

#include "remote/service.h"

extern const Service affinity_service;

#endif /* AFFINITY_AFFINITY_H */
