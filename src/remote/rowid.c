/*
 * rowid.c
 *		A row's id, whatever its type.
 *
 * Owns: the bytes of ids.  Must not know where ids stand in an answer.
 */
#include "remote/rowid.h"

#include "base/uuid_text.h"
#include "catalog/pg_type.h"
#include "common/cryptohash.h"
#include "common/sha2.h"
#include "utils/builtins.h"
#include "utils/uuid.h"

/* Digits of a bigint, and its sign. */
#define BIGINT_TEXT 20

/* The sixteen bytes of a UUID; false where the text is none. */
static bool
parse_uuid_id(RowId *id, const char *text, size_t length)
{
	if (!parse_uuid_text(text, length, id->bytes))
		return false;
	id->length = UUID_LEN;
	return true;
}

/* Big-endian and with the sign turned round, so that bytes compare as numbers do. */
static void
set_bigint_id(RowId *id, int64 number)
{
	uint64 bits = (uint64) number ^ (UINT64CONST(1) << 63);

	for (int i = 0; i < 8; i++)
		id->bytes[i] = (unsigned char) (bits >> (8 * (7 - i)));
	id->length = 8;
}

/* The number that the text is; false where it is none, or out of range. */
static bool
parse_bigint_id(RowId *id, const char *text, size_t length)
{
	size_t i = text[0] == '-' ? 1 : 0;
	bool negative = (i == 1);
	uint64 number = 0;

	if (length == i || length > BIGINT_TEXT)
		return false;
	for (; i < length; i++)
	{
		if (text[i] < '0' || text[i] > '9' || number > (UINT64CONST(1) << 63) / 10)
			return false;
		number = number * 10 + (uint64) (text[i] - '0');
	}
	if (number > (UINT64CONST(1) << 63) - (negative ? 0 : 1))
		return false;
	set_bigint_id(id, (int64) (negative ? -number : number));
	return true;
}

/* A text that does not fit is known by its SHA-256; such ids are in no order that means anything. */
static void
hash_text_id(RowId *id, const char *text, size_t length)
{
	pg_cryptohash_ctx *hash = pg_cryptohash_create(PG_SHA256);
	uint8 digest[PG_SHA256_DIGEST_LENGTH];
	bool failed = hash == NULL || pg_cryptohash_init(hash) < 0 ||
				  pg_cryptohash_update(hash, (const uint8 *) text, length) < 0 ||
				  pg_cryptohash_final(hash, digest, sizeof(digest)) < 0;

	pg_cryptohash_free(hash);
	if (failed)
		elog(ERROR, "could not hash the id of a row");
	memcpy(id->bytes, digest, ROWID_BYTES);
	id->length = ROWID_BYTES;
}

/* The text itself, or its hash where it is long; false where it is empty. */
static bool
parse_text_id(RowId *id, const char *text, size_t length)
{
	if (length == 0)
		return false;
	if (length >= ROWID_BYTES)
	{
		hash_text_id(id, text, length);
		return true;
	}
	memcpy(id->bytes, text, length);
	id->length = (uint8) length;
	return true;
}

bool
rowid_parse(RowId *id, Oid type, const char *text, size_t length)
{
	memset(id, 0, sizeof(*id));
	switch (type)
	{
		case UUIDOID:
			return parse_uuid_id(id, text, length);
		case INT8OID:
			return parse_bigint_id(id, text, length);
		default:
			return parse_text_id(id, text, length);
	}
}

char *
rowid_added_text(const RowId *id, Oid type)
{
	int length = type == UUIDOID ? UUID_LEN : type == INT8OID ? (int) sizeof(int64) : ROWID_BYTES;

	return id->length > length ? pnstrdup((const char *) id->bytes + length, id->length - length) : NULL;
}

bool
rowid_add(RowId *id, const char *text, size_t length)
{
	if (id->length + length > ROWID_BYTES)
		return false;
	memcpy(id->bytes + id->length, text, length);
	id->length += (uint8) length;
	return true;
}

void
rowid_of_datum(RowId *id, Oid type, Datum value)
{
	memset(id, 0, sizeof(*id));
	switch (type)
	{
		case UUIDOID:
			id->length = UUID_LEN;
			memcpy(id->bytes, DatumGetUUIDP(value)->data, UUID_LEN);
			break;
		case INT8OID:
			set_bigint_id(id, DatumGetInt64(value));
			break;
		default:
		{
			char *string = TextDatumGetCString(value);

			(void) parse_text_id(id, string, strlen(string));
			pfree(string);
		}
	}
}

char *
rowid_text(const RowId *id, Oid type)
{
	pg_uuid_t uuid;
	uint64 bits = 0;

	switch (type)
	{
		case UUIDOID:
			memcpy(uuid.data, id->bytes, UUID_LEN);
			return DatumGetCString(DirectFunctionCall1(uuid_out, UUIDPGetDatum(&uuid)));
		case INT8OID:
			for (int i = 0; i < 8; i++)
				bits = bits << 8 | id->bytes[i];
			return psprintf(INT64_FORMAT, (int64) (bits ^ (UINT64CONST(1) << 63)));
		default:
			return id->length >= ROWID_BYTES ? NULL : pnstrdup((const char *) id->bytes, id->length);
	}
}

int
rowid_compare(const void *a, const void *b)
{
	const RowId *one = (const RowId *) a;
	const RowId *other = (const RowId *) b;
	int order = memcmp(one->bytes, other->bytes, ROWID_BYTES);

	return order != 0 ? order : (int) one->length - (int) other->length;
}
