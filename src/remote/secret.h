/*
 * secret.h
 *		Secrets of a user mapping: read where its options say, wiped when they go.
 */
#ifndef REMOTE_SECRET_H
#define REMOTE_SECRET_H

#include "base/options.h"
#include "foreign/foreign.h"

/* Where a secret may stand, and what messages call it. */
typedef struct SecretDef
{
	const char *noun;        /* "API key" */
	const char *option;      /* of the user mapping: the secret itself */
	const char *file_option; /* the file that holds it */
	const char *env_option;  /* the environment variable that holds it */
} SecretDef;

extern char *secret_read(const SecretDef *secret, const OptionSet *set, ForeignServer *server, UserMapping *mapping);
extern void secret_wipe_later(char *text);

#endif /* REMOTE_SECRET_H */
