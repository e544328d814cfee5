/*
 * version.h
 *		The version of the library, once (attio_fdw.control has the extension's).
 */
#ifndef BASE_VERSION_H
#define BASE_VERSION_H

#define ATTIO_FDW_VERSION "1.0.0"

/* The commit, told by the Makefile; elsewhere it is not known. */
#ifndef ATTIO_FDW_COMMIT
#define ATTIO_FDW_COMMIT "unknown commit"
#endif

#endif /* BASE_VERSION_H */
