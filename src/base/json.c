/*
 * json.c
 *		The owner of every json-c tree.
 *
 * Owns: parsing of small answers, making of bodies, their release.  Must not
 * know any service.  Pages of rows never come here (row/tokenizer does
 * them); a tree is for definitions, bodies and error answers.
 */
#include "base/json.h"

#include "utils/memutils.h"

/* Deeper nesting than any answer has; json-c's own recursion stays bounded. */
#define JSON_MAX_DEPTH 128

static void
json_release(void *tree)
{
	json_object_put((JsonTree *) tree);
}

/* Hand a tree to the current memory context. */
static JsonTree *
json_own(JsonTree *tree)
{
	MemoryContextCallback *callback;

	callback = (MemoryContextCallback *) MemoryContextAllocExtended(CurrentMemoryContext, sizeof(MemoryContextCallback),
																	MCXT_ALLOC_NO_OOM);
	if (callback == NULL || tree == NULL)
	{
		json_object_put(tree);
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	}
	callback->func = json_release;
	callback->arg = tree;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, callback);
	return tree;
}

/* Digits of whole numbers that an integer of json-c may not hold; it makes of them the largest that there is. */
#define LONG_DIGITS 19

static bool
has_long_digits(const char *text, size_t len)
{
	size_t digits = 0;

	for (size_t i = 0; i < len && digits < LONG_DIGITS; i++)
		digits = text[i] >= '0' && text[i] <= '9' ? digits + 1 : 0;
	return digits >= LONG_DIGITS;
}

/* A copy in which long whole numbers end with ".0": json-c takes any double, and keeps its text. */
static char *
widen_integers(const char *text, size_t len, size_t *widened)
{
	char *copy = (char *) palloc(len + len / LONG_DIGITS * 2 + 1);
	char *out = copy;
	bool quoted = false;

	for (size_t i = 0; i < len;)
	{
		size_t digits = quoted ? 0 : strspn(text + i, "0123456789");
		bool whole = digits >= LONG_DIGITS && (i == 0 || strchr(".eE+", text[i - 1]) == NULL) &&
					 strspn(text + i + digits, ".eE") == 0;

		if (digits == 0)
		{
			quoted = quoted != (text[i] == '"');
			digits = quoted && text[i] == '\\' && i + 1 < len ? 2 : 1;
		}
		memcpy(out, text + i, digits);
		out += digits;
		i += digits;
		if (whole)
			out = (char *) memcpy(out, ".0", 2) + 2;
	}
	*out = '\0';
	*widened = (size_t) (out - copy);
	return copy;
}

/*
 * Parse a whole document, which a zero follows.  Returns NULL when the text is
 * no complete JSON document (nothing, and the JSON value null, are none either);
 * the caller says what that means.
 */
JsonTree *
json_read(const char *text, size_t len)
{
	json_tokener *tokener;
	JsonTree *tree;

	/* an empty body has no text at all */
	if (text == NULL || len == 0)
		return NULL;
	if (has_long_digits(text, len))
		text = widen_integers(text, len, &len);
	tokener = json_tokener_new_ex(JSON_MAX_DEPTH);
	if (tokener == NULL || len >= INT_MAX)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	/* The terminating zero tells the tokener that a trailing number is complete. */
	tree = json_tokener_parse_ex(tokener, text, (int) len + 1);
	json_tokener_free(tokener);
	return tree == NULL ? NULL : json_own(tree);
}

/* Let a tree live as long as the current memory context, too. */
JsonTree *
json_share(JsonTree *tree)
{
	return tree == NULL ? NULL : json_own(json_object_get(tree));
}

/* A new empty object, to be filled by the caller. */
JsonTree *
json_make_object(void)
{
	return json_own(json_object_new_object());
}

/* A new empty array, likewise. */
JsonTree *
json_make_array(void)
{
	return json_own(json_object_new_array());
}

/* A string: a leaf. */
JsonTree *
json_text(const char *text)
{
	return json_own(json_object_new_string(text));
}

/* The same of so many bytes. */
JsonTree *
json_text_length(const char *text, int length)
{
	return json_own(json_object_new_string_len(text, length));
}

/* A whole number. */
JsonTree *
json_integer(int64 number)
{
	return json_own(json_object_new_int64(number));
}

/* A finite number, written with just these digits. */
JsonTree *
json_decimal(const char *text)
{
	return json_own(json_object_new_double_s(strtod(text, NULL), text));
}

JsonTree *
json_boolean(bool truth)
{
	return json_own(json_object_new_boolean(truth));
}

/* Give an object a member, or another value for it; NULL is null. */
void
json_put(JsonTree *object, const char *name, JsonTree *tree)
{
	if (json_object_object_add(object, name, json_object_get(tree)) != 0)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
}

/* Give an array a further element; NULL is null. */
void
json_append(JsonTree *array, JsonTree *tree)
{
	if (json_object_array_add(array, json_object_get(tree)) != 0)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
}

/* The member of that name, dots and all, or NULL when there is none or it is null. */
JsonTree *
json_member(JsonTree *tree, const char *name)
{
	JsonTree *member = NULL;

	return json_object_is_type(tree, json_type_object) && json_object_object_get_ex(tree, name, &member) ? member
																										 : NULL;
}

/* Has it a member of that name, null or not? */
bool
json_has(JsonTree *tree, const char *name)
{
	return json_object_is_type(tree, json_type_object) && json_object_object_get_ex(tree, name, NULL);
}

/* Is there a member at the dotted path, be it null? */
bool
json_has_at(JsonTree *tree, const char *path)
{
	const char *dot = strrchr(path, '.');

	if (dot == NULL)
		return json_has(tree, path);
	return json_has(json_at(tree, pnstrdup(path, dot - path)), dot + 1);
}

/* How many members an object has; 0 for what is no object. */
int
json_count(JsonTree *tree)
{
	return json_object_is_type(tree, json_type_object) ? json_object_object_length(tree) : 0;
}

/*
 * The members of an object in their order: begin with a JsonMember of zeros;
 * false behind the last one, and for what is no object.
 */
bool
json_next(JsonTree *tree, JsonMember *member)
{
	struct lh_entry *entry = member->next;

	if (!json_object_is_type(tree, json_type_object))
		return false;
	if (!member->begun)
		entry = lh_table_head(json_object_get_object(tree));
	member->begun = true;
	if (entry == NULL)
		return false;
	member->name = (const char *) lh_entry_k(entry);
	member->value = (JsonTree *) lh_entry_v(entry);
	member->next = lh_entry_next(entry);
	return true;
}

/* The element at an index, or NULL when there is none or the tree is no array. */
JsonTree *
json_element(JsonTree *tree, int index)
{
	return index >= 0 && index < json_length_at(tree, "") ? json_object_array_get_idx(tree, (size_t) index) : NULL;
}

/*
 * The member at a dotted path ("a.b"), or NULL when any step is
 * missing or null.  An empty path is the tree itself.  Paths are the program's
 * own: a name that comes from outside may be longer, and have dots.
 */
JsonTree *
json_at(JsonTree *tree, const char *path)
{
	while (tree != NULL && *path != '\0')
	{
		const char *dot = strchrnul(path, '.');
		char key[NAMEDATALEN];

		Assert(dot - path < NAMEDATALEN);
		strlcpy(key, path, Min((size_t) (dot - path) + 1, sizeof(key)));
		tree = json_member(tree, key);
		path = (*dot == '.') ? dot + 1 : dot;
	}
	return tree;
}

/* The string at a path, or NULL when there is none or it is no string. */
const char *
json_string_at(JsonTree *tree, const char *path)
{
	JsonTree *member = json_at(tree, path);

	return json_object_is_type(member, json_type_string) ? json_object_get_string(member) : NULL;
}

/* The boolean at a path; false when there is none. */
bool
json_bool_at(JsonTree *tree, const char *path)
{
	JsonTree *member = json_at(tree, path);

	return json_object_is_type(member, json_type_boolean) && json_object_get_boolean(member);
}

/* The length of the array at a path; -1 when there is no array. */
int
json_length_at(JsonTree *tree, const char *path)
{
	JsonTree *member = json_at(tree, path);

	return json_object_is_type(member, json_type_array) ? (int) json_object_array_length(member) : -1;
}

bool
json_is_object(JsonTree *tree)
{
	return json_object_is_type(tree, json_type_object);
}

bool
json_is_array(JsonTree *tree)
{
	return json_object_is_type(tree, json_type_array);
}

bool
json_is_boolean(JsonTree *tree)
{
	return json_object_is_type(tree, json_type_boolean);
}

bool
json_is_number(JsonTree *tree)
{
	return json_object_is_type(tree, json_type_int) || json_object_is_type(tree, json_type_double);
}

/* The number as a double; 0 for what is none. */
double
json_double(JsonTree *tree)
{
	return json_object_get_double(tree);
}

/* Compact text of a tree, in the current memory context. */
char *
json_write(JsonTree *tree)
{
	return pstrdup(json_object_to_json_string_ext(tree, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
}
