/*
 * tokenizer.h
 *		The projecting tokenizer: from an answer in JSON to the wanted slices.
 *
 * Standalone C: no symbol of the backend, so that it can be fuzzed alone.  One
 * pass over an answer checks the grammar of all of it and notes where the wanted
 * members of each row stand, and those of what stands around the rows.  Where
 * the rows are, the tree of what is wanted says.  Contents of strings (escapes of
 * surrogates, U+0000, UTF-8) are checked by tok_unescape() and the caller, for
 * wanted slices only.
 *
 * Ownership: slices point into the page; arrays belong to the grow callback.
 */
#ifndef ROW_TOKENIZER_H
#define ROW_TOKENIZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes behind the page that may be read (their values do not matter, but the first is zero). */
#define TOK_PADDING 32

/* Deeper nesting is refused. */
#define TOK_MAX_DEPTH 1024

typedef enum TokKind
{
	TOK_NULL,
	TOK_FALSE,
	TOK_TRUE,
	TOK_NUMBER,
	TOK_STRING, /* start and length are those of the inside */
	TOK_ARRAY,
	TOK_OBJECT
} TokKind;

/* A wanted value. */
typedef struct TokSlice
{
	const char *start;
	uint32_t length;
	uint32_t element; /* place in the array it came from; of a TOK_ARRAY: its number of elements */
	uint16_t leaf;    /* which of the wanted ones */
	uint8_t kind;     /* TokKind */
	bool escaped;     /* a string with backslashes */
} TokSlice;

/* What a node is for the rows. */
typedef enum TokRole
{
	TOK_PLAIN,
	TOK_ROWS,     /* an array whose elements are rows */
	TOK_DOCUMENTS /* an array whose elements hold an array of rows each */
} TokRole;

/*
 * What is wanted of a value: a tree of member names.  A node may want its own
 * value (leaf >= 0), members of it, and members of its elements.
 */
typedef struct TokNode
{
	const char *key; /* NULL in the root and in nodes for elements */
	size_t key_length;
	int leaf;     /* -1: not wanted itself */
	uint8_t role; /* TokRole */
	uint8_t rank; /* of several that may hold the rows: the smallest that is there does; not inside documents */
	struct TokNode *children;
	struct TokNode *next;     /* sibling */
	struct TokNode *element;  /* node for each element of an array */
	struct TokNode *expected; /* scratch: child that probably comes next */
	struct TokNode *
		*table; /* the children by the hash of their keys, NULL = none; a whole table is NULL where they are few */
	uint32_t table_mask;  /* its size, a power of two, less one */
	uint32_t nchildren;   /* as far as projection.c has counted */
	struct TokNode *last; /* of the children */
} TokNode;

/* FNV-1a */
static inline uint32_t
tok_hash(const char *key, size_t length)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char) key[i]) * 16777619u;
	return hash;
}

typedef struct TokRow
{
	const char *start;
	uint32_t length;
	uint32_t first_slice;
	uint32_t nslices;
	uint32_t first_outer; /* what is wanted of the document that it stands in */
	uint32_t nouter;
} TokRow;

/* One of the documents in which rows stand. */
typedef struct TokDocument
{
	const char *start;
	uint32_t length;
	uint32_t first_row;
	uint32_t nrows; /* it may have none */
	uint32_t first_outer;
	uint32_t nouter;
} TokDocument;

typedef enum TokStatus
{
	TOK_OK,
	TOK_SYNTAX, /* not JSON, or cut off */
	TOK_SHAPE   /* JSON, but there is no array of rows where it should be */
} TokStatus;

/* Enlarge an array to hold "size" bytes; may raise, must not return NULL. */
typedef void *(*TokGrow)(void *old, size_t size);

typedef struct TokPage
{
	TokGrow grow; /* set by the caller */
	TokRow *rows;
	size_t nrows;
	size_t rows_size;
	TokSlice *slices; /* of rows */
	size_t nslices;
	size_t slices_size;
	TokSlice *outer; /* of what stands around them */
	size_t nouter;
	size_t outer_size;
	TokDocument *documents; /* that hold the rows */
	size_t ndocuments;      /* 0 where rows stand in none */
	size_t documents_size;
	size_t error_offset; /* TOK_SYNTAX: where it broke */
	bool single;         /* set by the caller: in the place of the array stands one of its elements */
	uint64_t serial;     /* tells apart the texts that were read, whatever the page */
} TokPage;

/* The child with this key, or NULL. */
extern TokNode *tok_child(const TokNode *node, const char *key, size_t length);
extern TokStatus tok_page(TokPage *page, const char *text, size_t length, TokNode *root);

/*
 * Among n slices of what stands around the rows the first one of this leaf, or,
 * unless any will do, that of this element of its array; NULL = none.
 */
#define TOK_ANY_ELEMENT UINT32_MAX
extern const TokSlice *tok_outer(const TokPage *page, size_t first, size_t n, int leaf, uint32_t element);
extern long tok_unescape(const char *start, size_t length, char *out);

#endif /* ROW_TOKENIZER_H */
