/*
 * json.h
 *		json-c trees with an owner.
 *
 * Ownership: every tree belongs to the memory context that was current when it
 * was made, and is freed when that context is reset or deleted; nobody else
 * calls json_object_put.  Strings returned by the getters belong to the tree.
 */
#ifndef ATTIO_JSON_H
#define ATTIO_JSON_H

#include "base/compat.h"

/* json-c's type has the name of a function of the server (utils/fmgrprotos.h). */
#define json_object json_c_object
#include <json-c/json.h>
#include <json-c/json_object_iterator.h>
#undef json_object

typedef struct json_c_object JsonTree;

extern JsonTree *json_read(const char *text, size_t len);
extern JsonTree *json_make_object(void);
extern JsonTree *json_make_array(void);
extern JsonTree *json_member(JsonTree *tree, const char *name);
extern JsonTree *json_element(JsonTree *tree, int index);
extern JsonTree *json_at(JsonTree *tree, const char *path);
extern const char *json_string_at(JsonTree *tree, const char *path);
extern bool json_bool_at(JsonTree *tree, const char *path);
extern int json_length_at(JsonTree *tree, const char *path);
extern char *json_write(JsonTree *tree);

#endif /* ATTIO_JSON_H */
