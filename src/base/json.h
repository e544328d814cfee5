/*
 * json.h
 *		json-c trees with an owner.
 *
 * Ownership: every tree belongs to the memory context that was current when it
 * was made, and is freed when that context is reset or deleted.  json_put() and
 * json_append() take a share of the tree that they are given: it stays its
 * owner's, and lives as long as what holds it.  No other file calls json-c.
 * Strings returned by the getters belong to the tree.  Whatever makes a tree
 * raises ERROR when memory is short.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/compat.h"

/* json-c's type has the name of a function of the server (utils/fmgrprotos.h). */
#define json_object json_c_object
#include <json-c/json.h>
#include <json-c/linkhash.h>
#undef json_object

typedef struct json_c_object JsonTree;

/* A member of an object, as json_next() walks through them. */
typedef struct JsonMember
{
	const char *name;
	JsonTree *value;       /* NULL where it is null */
	struct lh_entry *next; /* json.c's own */
	bool begun;
} JsonMember;

extern JsonTree *json_read(const char *text, size_t len);
extern char *json_write(JsonTree *tree);
extern JsonTree *json_share(JsonTree *tree);

extern JsonTree *json_make_object(void);
extern JsonTree *json_make_array(void);
extern JsonTree *json_text(const char *text);
extern JsonTree *json_text_length(const char *text, int length);
extern JsonTree *json_integer(int64 number);
extern JsonTree *json_decimal(const char *text);
extern JsonTree *json_boolean(bool truth);
extern void json_put(JsonTree *object, const char *name, JsonTree *tree);
extern void json_append(JsonTree *array, JsonTree *tree);

extern JsonTree *json_member(JsonTree *tree, const char *name);
extern bool json_has(JsonTree *tree, const char *name);
extern bool json_has_at(JsonTree *tree, const char *path);
extern int json_count(JsonTree *tree);
extern bool json_next(JsonTree *tree, JsonMember *member);
extern JsonTree *json_element(JsonTree *tree, int index);
extern JsonTree *json_at(JsonTree *tree, const char *path);
extern const char *json_string_at(JsonTree *tree, const char *path);
extern bool json_bool_at(JsonTree *tree, const char *path);
extern int json_length_at(JsonTree *tree, const char *path);
extern bool json_is_object(JsonTree *tree);
extern bool json_is_array(JsonTree *tree);
extern bool json_is_boolean(JsonTree *tree);
extern bool json_is_number(JsonTree *tree);
extern double json_double(JsonTree *tree);

#endif /* BASE_JSON_H */
