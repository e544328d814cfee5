/*
 * version.h
 *		The version of the library, once (attio_fdw.control has the extension's).
 */
#ifndef ATTIO_VERSION_H
#define ATTIO_VERSION_H

#define ATTIO_FDW_VERSION "1.0.0"

#endif /* ATTIO_VERSION_H */
