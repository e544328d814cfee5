/*
 * attio.h
 *		Attio as a service: what the shared rooms are told of it.
 */
#ifndef ATTIO_ATTIO_H
#define ATTIO_ATTIO_H

#include "remote/service.h"

extern const Service attio_service;

#endif /* ATTIO_ATTIO_H */
