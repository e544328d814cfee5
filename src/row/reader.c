/*
 * reader.c
 *		From the slices of a row to the datums of a tuple.
 *
 * Owns: what NULL, empty and several values mean for a column (docs/types.md).
 * Must not know requests.
 */
#include "row/reader.h"

#include "base/errors.h"
#include "base/types.h"
#include "catalog/pg_type.h"
#include "row/column_reader.h"
#include "row/rowkey.h"
#include "row/told.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

/* ----- columns ----- */

/* A column whose attribute is gone. */
static Datum
read_null(RowReader *reader, ColumnReader *column, const PagerRow *row, bool *isnull)
{
	(void) reader, (void) column, (void) row;
	*isnull = true;
	return (Datum) 0;
}

/* The array of an attribute's values; NULL where the key is missing. */
static const TokSlice *
value_list(RowReader *reader, ColumnReader *column, const PagerRow *row)
{
	const TokSlice *list = row_first_slice(&reader->slices, row, column->list_leaf);

	if (list != NULL && list->kind != TOK_ARRAY)
	{
		reader->slice = list;
		ereport(ERROR, (errcode(ERRCODE_FDW_ERROR),
						errmsg("%s's values of an attribute are not an array", reader->relation->service->title)));
	}
	return list;
}

/* The one value of an attribute, or the first of them, or the row, where that is the value. */
static Datum
read_scalar(RowReader *reader, ColumnReader *column, const PagerRow *row, bool *isnull)
{
	const TokSlice *list;

	if (column->list_leaf < 0)
		return read_value(reader, column, row, 0, isnull);
	list = value_list(reader, column, row);
	*isnull = (list == NULL || list->element == 0);
	if (*isnull)
		return (Datum) 0;
	if (list->element > 1 && column->refuses_two)
	{
		reader->slice = list;
		ereport(ERROR, (errcode(ERRCODE_FDW_INCONSISTENT_DESCRIPTOR_INFORMATION),
						errmsg("attribute \"%s\" has %u values, but column \"%s\" can hold only one",
							   column->binding->attribute_name, list->element, column->binding->name),
						errhint("The attribute became multiselect: drop the column, and add it as an array.")));
	}
	return read_value(reader, column, row, 0, isnull);
}

/* Of values that are read. */
static Datum
make_array(ColumnReader *column, Datum *values, bool *nulls, int n)
{
	int lower = 1;

	if (n == 0)
		return PointerGetDatum(construct_empty_array(column->array_of));
	return PointerGetDatum(construct_md_array(values, nulls, 1, &n, &lower, column->array_of, column->element_length,
											  column->element_byval, column->element_align));
}

/* Several values, as stored; an empty array where there are none. */
static Datum
read_array(RowReader *reader, ColumnReader *column, const PagerRow *row, bool *isnull)
{
	const TokSlice *list = value_list(reader, column, row);
	Datum *values;
	bool *nulls;

	*isnull = (list == NULL);
	if (*isnull)
		return (Datum) 0;
	values = (Datum *) palloc(sizeof(Datum) * Max(list->element, 1));
	nulls = (bool *) palloc(sizeof(bool) * Max(list->element, 1));
	for (uint32 i = 0; i < list->element; i++)
	{
		CHECK_FOR_INTERRUPTS();
		values[i] = read_value(reader, column, row, i, &nulls[i]);
		if (OidIsValid(column->element_domain))
			domain_check(values[i], nulls[i], column->element_domain, &column->element_check, reader->context);
	}
	return make_array(column, values, nulls, (int) list->element);
}

/* The JSON of a leaf as it came: value objects, or a field that is no array. */
static Datum
read_leaf(RowReader *reader, ColumnReader *column, const PagerRow *row, bool *isnull)
{
	const TokSlice *slice = row_first_slice(&reader->slices, row, column->list_leaf);

	*isnull = !is_value(slice);
	return *isnull ? (Datum) 0 : datum_of_slice(reader, column, slice);
}

/* The id of the row, which was read with the page already where it is a UUID. */
static Datum
read_row_id(RowReader *reader, ColumnReader *column, const PagerRow *row, bool *isnull)
{
	pg_uuid_t *uuid;

	if (row->id == NULL || row->id->length != UUID_LEN)
		return read_leaf(reader, column, row, isnull);
	uuid = (pg_uuid_t *) palloc(sizeof(pg_uuid_t));
	memcpy(uuid->data, row->id->bytes, UUID_LEN);
	*isnull = false;
	return UUIDPGetDatum(uuid);
}

/* The word for what came. */
static Datum
read_word(RowReader *reader, ColumnReader *column, const PagerRow *row, bool *isnull)
{
	const TokSlice *slice = row_first_slice(&reader->slices, row, column->list_leaf);
	size_t length;
	char *sent;

	*isnull = !is_value(slice);
	if (*isnull)
		return (Datum) 0;
	reader->slice = slice;
	sent = slice->kind == TOK_STRING ? value_string(slice, &length) : pnstrdup(slice->start, slice->length);
	value_slice_of_text(&reader->made, word_shown(column->binding->field->words, sent));
	return datum_of_slice(reader, column, &reader->made);
}

/* A field that is an array of scalars. */
static Datum
read_field_array(RowReader *reader, ColumnReader *column, const PagerRow *row, bool *isnull)
{
	if (!is_value(row_first_slice(&reader->slices, row, column->list_leaf)))
	{
		*isnull = true;
		return (Datum) 0;
	}
	return read_array(reader, column, row, isnull);
}

/* The first of several members that has a value, else the line that others make. */
static Datum
read_first_of(RowReader *reader, ColumnReader *column, const PagerRow *row, bool *isnull)
{
	for (int i = 0; i < column->nfirst; i++)
	{
		const TokSlice *slice = row_first_slice(&reader->slices, row, column->leaves[i]);

		*isnull = !is_value(slice);
		if (!*isnull)
			return datum_of_slice(reader, column, slice);
	}
	return column->nfirst < column->nleaves ? read_line(reader, column, row, 0, column->nfirst, isnull) : (Datum) 0;
}

/* The row as it came. */
static Datum
read_raw(RowReader *reader, ColumnReader *column, const PagerRow *row, bool *isnull)
{
	TokSlice *whole = &reader->made;

	memset(whole, 0, sizeof(*whole));
	whole->start = row->row->start;
	whole->length = row->row->length;
	whole->kind = TOK_OBJECT;
	*isnull = false;
	return datum_of_slice(reader, column, whole);
}

/* The latest active_from of all current values, whatever the type of the column. */
static Datum
read_changed_at(RowReader *reader, ColumnReader *column, const PagerRow *row, bool *isnull)
{
	const TokSlice *slices = row->page->slices + row->row->first_slice;
	const TokSlice *latest = NULL;
	int64 latest_time = 0;

	for (int i = 0; i < column->nchanged; i++)
	{
		for (int32 at = reader->slices.head[column->changed_leaves[i]]; at >= 0; at = reader->slices.next[at])
		{
			int64 time;

			if (!is_value(&slices[at]))
				continue;
			reader->slice = &slices[at];
			time = value_nanoseconds(&reader->moment, &slices[at]);
			if (latest != NULL && time <= latest_time)
				continue;
			latest = &slices[at];
			latest_time = time;
		}
	}
	*isnull = (latest == NULL);
	return *isnull ? (Datum) 0 : datum_of_slice(reader, column, latest);
}

/* ----- preparing ----- */

/* The node of a row's values, which must be an object. */
static TokNode *
values_node(RowReader *reader)
{
	TokNode *values =
		projection_member(reader->projection, reader->projection->row, reader->relation->resource->values);

	reader->values_leaf = projection_leaf(reader->projection, values);
	return values;
}

/* Want the members of the row, which is the one value that the column shows. */
static void
prepare_own_value(RowReader *reader, ColumnReader *column)
{
	Projection *projection = reader->projection;
	const PropertyDef *property = column->binding->property;

	column->read = property == NULL ? read_raw : read_scalar;
	for (int i = 0; property != NULL && property->members[i] != NULL; i++)
		column->leaves[column->nleaves++] =
			projection_leaf(projection, projection_path(projection, projection->row, property->members[i]));
}

/* Want the members of the values that the column shows. */
static void
prepare_attribute(RowReader *reader, ColumnReader *column)
{
	Projection *projection = reader->projection;
	const ColumnBinding *binding = column->binding;
	TokNode *values;
	TokNode *list;
	TokNode *element;

	column->form = binding->property == NULL ? FORM_PLAIN : binding->property->form;
	if (reader->relation->resource->values[0] == '\0')
	{
		prepare_own_value(reader, column);
		return;
	}
	values = values_node(reader);
	list = binding->name_given != NULL ? projection_given(projection, values, binding->name_given)
									   : projection_member(projection, values, binding->attribute_name);
	column->list_leaf = projection_leaf(projection, list);
	column->trust.type = binding->attribute_type;
	if (reader->relation->resource->type_member != NULL)
		column->trust.type_key = psprintf("\"%s\"", reader->relation->resource->type_member);
	if (binding->property == NULL)
	{
		column->read = read_leaf;
		/* so that its values are counted, which say whether there is a row */
		if (binding->name_given != NULL)
			(void) projection_element(projection, list);
		return;
	}
	element = projection_element(projection, list);
	for (int i = 0; binding->property->members[i] != NULL; i++)
		column->leaves[column->nleaves++] =
			projection_leaf(projection, projection_path(projection, element, binding->property->members[i]));
	column->read = column->is_array ? read_array : read_scalar;
	column->refuses_two = binding->single && !binding->property->first_only;
}

/* Only of these members of a row an array can be made. */
static bool
may_be_list(const FieldDef *field)
{
	return field->type == JSONBOID || OidIsValid(element_type_of(field->type));
}

/* Want each of several members; the last may be several texts, with "+" between them, which make a line. */
static void
prepare_first_of(RowReader *reader, ColumnReader *column, const char *paths)
{
	char *path;

	while ((path = projection_next_path(&paths)) != NULL)
	{
		char *rest = NULL;

		if (strchr(path, '+') == NULL)
			column->nfirst++;
		for (char *each = strtok_r(path, "+", &rest); each != NULL && column->nleaves < READER_MAX_LEAVES;
			 each = strtok_r(NULL, "+", &rest))
			column->leaves[column->nleaves++] =
				projection_leaf(reader->projection, projection_field(reader->projection, each));
	}
	Assert(column->nfirst <= column->nleaves);
	column->read = read_first_of;
}

/* Want the elements of a member, or with a path a member of each of them. */
static void
prepare_elements(RowReader *reader, ColumnReader *column, TokNode *node, const char *path)
{
	TokNode *element = projection_element(reader->projection, node);

	if (path != NULL && path[0] != '\0')
		element = projection_path(reader->projection, element, path);
	column->leaves[column->nleaves++] = projection_leaf(reader->projection, element);
	column->form = FORM_PLAIN;
	column->read = read_field_array;
}

/* Does the column show the row's id, as the type that ids are kept in? */
static bool
is_row_id(const RowReader *reader, const ColumnReader *column)
{
	const ResourceDef *resource = reader->relation->resource;

	return resource->id_type == UUIDOID && column->value.type == UUIDOID && !column->is_array &&
		   resource->id_path != NULL && strcmp(column->binding->field->path, resource->id_path) == 0;
}

/* Want what the field shows: a member, the first of several, or what stands in an array. */
static void
prepare_field(RowReader *reader, ColumnReader *column)
{
	const FieldDef *field = column->binding->field;
	const char *inside;
	TokNode *node;

	if (field->source != FIELD_MEMBER || field_is_named(reader->relation, field))
	{
		prepare_given(reader, column);
		return;
	}
	if (field->path[0] == '\0')
	{
		column->read = read_raw;
		return;
	}
	if (strchr(field->path, '|') != NULL)
	{
		column->never_null = field->not_null;
		prepare_first_of(reader, column, field->path);
		return;
	}
	inside = strstr(field->path, "[]");
	node = projection_field(reader->projection,
							inside == NULL ? field->path : pnstrdup(field->path, inside - field->path));
	column->list_leaf = projection_leaf(reader->projection, node);
	column->never_null = field->not_null;
	column->read = field->words != NULL ? read_word : is_row_id(reader, column) ? read_row_id : read_leaf;
	if (column->is_array && may_be_list(field))
		prepare_elements(reader, column, node, inside == NULL ? NULL : inside + strlen("[]"));
}

/* Want the time of each value of each attribute. */
static void
prepare_changed_at(RowReader *reader, ColumnReader *column)
{
	Projection *projection = reader->projection;
	TokNode *values = values_node(reader);
	ListCell *lc;

	column->read = read_changed_at;
	value_reader_init(&reader->moment, TIMESTAMPTZOID, -1);
	column->changed_leaves = (int *) palloc(sizeof(int) * Max(list_length(column->binding->all_attribute_names), 1));
	foreach(lc, column->binding->all_attribute_names)
	{
		TokNode *list = projection_member(projection, values, (const char *) lfirst(lc));
		TokNode *from = projection_member(projection, projection_element(projection, list),
										  reader->relation->resource->changed_member);

		column->changed_leaves[column->nchanged++] = projection_leaf(projection, from);
	}
}

/* How to make values of the declared type: the only place that looks at it. */
static void
prepare_type(ColumnReader *column)
{
	int32 typmod = column->binding->typmod;
	Oid type = column->binding->type;
	Oid base = getBaseTypeAndTypmod(type, &typmod);
	Oid element = element_type_of(base);

	column->domain = base == type ? InvalidOid : type;
	column->is_array = OidIsValid(element);
	if (!column->is_array)
	{
		value_reader_init(&column->value, base, typmod);
		return;
	}
	/* of elements, too, the base type is read and then the domain's constraints are checked */
	base = getBaseTypeAndTypmod(element, &typmod);
	column->element_domain = base == element ? InvalidOid : element;
	column->array_of = element;
	value_reader_init(&column->value, base, typmod);
	get_typlenbyvalalign(element, &column->element_length, &column->element_byval, &column->element_align);
}

/* An array column can show only lists. */
static void
check_array(const RowReader *reader, const ColumnReader *column)
{
	if (!column->is_array || column->read == read_array || column->read == read_field_array)
		return;
	ereport(ERROR, (errcode(ERRCODE_FDW_INVALID_DATA_TYPE),
					errmsg("column \"%s\" of foreign table \"%s\" cannot be an array", column->binding->name,
						   reader->relation->name),
					errdetail("It shows one value."), errhint("Declare it as jsonb, or as text.")));
}

/* Choose how the column is read, by what it shows and its declared type. */
static void
prepare_column(RowReader *reader, ColumnReader *column)
{
	const ColumnBinding *binding = column->binding;

	column->list_leaf = column->unless_leaf = -1;
	prepare_type(column);
	if (binding->missing)
	{
		column->read = read_null;
		return;
	}
	switch (binding->kind)
	{
		case COLUMN_ATTRIBUTE:
			prepare_attribute(reader, column);
			break;
		case COLUMN_FIELD:
			prepare_field(reader, column);
			break;
		case COLUMN_RAW:
			column->read = read_raw;
			break;
		case COLUMN_CHANGED_AT:
			prepare_changed_at(reader, column);
			break;
	}
	check_array(reader, column);
}

/* A row that is a value of its listing's attribute is looked at for that, whatever columns are shown. */
static void
prepare_value(RowReader *reader, List *definitions)
{
	ColumnReader *column = &reader->columns[reader->ncolumns++];

	column->binding = column_bind_value(reader->relation, definitions);
	prepare_attribute(reader, column);
	(void) projection_element(reader->projection,
							  projection_given(reader->projection, values_node(reader), column->binding->name_given));
}

/* Want the time by which listings may have rows that no condition drops. */
static void
prepare_since(RowReader *reader)
{
	const ResourceDef *resource = reader->relation->resource;

	reader->since_leaf = -1;
	for (int i = 0; i < resource->nparams; i++)
	{
		const ParamDef *param = &resource->params[i];

		if (!param->is_said)
			continue;
		reader->since_leaf = projection_leaf(
			reader->projection, projection_field(reader->projection, resource_field(resource, param->column)->path));
		value_reader_init(&reader->moment, TIMESTAMPTZOID, -1);
	}
}

/*
 * Prepare to read these columns; what they need is added to the projection.
 * Raises what column_bind() raises.
 */
RowReader *
row_reader_create(const RemoteRelation *relation, List *attnums, List *definitions, Projection *projection)
{
	RowReader *reader = (RowReader *) palloc0(sizeof(RowReader));
	ListCell *lc;

	reader->context = CurrentMemoryContext;
	reader->relation = relation;
	reader->projection = projection;
	reader->values_leaf = -1;
	reader->columns = (ColumnReader *) palloc0(sizeof(ColumnReader) * (list_length(attnums) + 1));
	row_slices_init(&reader->slices);
	if (relation->resource->value_of != NULL)
		prepare_value(reader, definitions);
	foreach(lc, attnums)
	{
		ColumnReader *column = &reader->columns[reader->ncolumns++];

		column->binding = column_bind(relation, (AttrNumber) lfirst_int(lc), definitions);
		prepare_column(reader, column);
	}
	told_prepare(reader, attnums);
	prepare_since(reader);
	return reader;
}

/* Which cell it was: table, column, record, value.  Looks nothing up in catalogs. */
static void
explain_conversion(void *arg)
{
	RowReader *reader = (RowReader *) arg;
	const char *id = rowkey_id_text(reader->row);

	if (reader->column == NULL)
		errcontext("foreign table \"%s\", row %s", reader->relation->name, id == NULL ? "?" : id);
	else if (reader->slice == NULL)
		errcontext("column \"%s\" of foreign table \"%s\", row %s", reader->column->binding->name,
				   reader->relation->name, id == NULL ? "?" : id);
	else
		errcontext("column \"%s\" of foreign table \"%s\", row %s, value: %s", reader->column->binding->name,
				   reader->relation->name, id == NULL ? "?" : id,
				   clean_text(reader->slice->start, reader->slice->length, 100));
}

/* A row without an object of values is malformed; it is not a row of NULLs. */
static void
check_values(RowReader *reader, const PagerRow *row)
{
	const TokSlice *values =
		reader->values_leaf < 0 ? NULL : row_first_slice(&reader->slices, row, reader->values_leaf);

	if (reader->values_leaf >= 0 && (values == NULL || values->kind != TOK_OBJECT))
		ereport(ERROR, (errcode(ERRCODE_FDW_ERROR),
						errmsg("a row from %s has no object \"%s\"", reader->relation->service->title,
							   reader->relation->resource->values)));
}

/* Does the row show that the column's definition is out of date? */
static Doubt
doubt_in(RowReader *reader, ColumnReader *column, const PagerRow *row)
{
	if (column->binding->attribute == NULL || column->list_leaf < 0)
		return DOUBT_NONE;
	return doubt_of(&column->trust, row, row_first_slice(&reader->slices, row, column->list_leaf), column->list_leaf);
}

/* Has the record no value of the attribute that its listing is of? */
static bool
has_no_value(RowReader *reader, ColumnReader *column, const PagerRow *row)
{
	const TokSlice *list = value_list(reader, column, row);

	return list == NULL || list->element == 0;
}

/* A listing's row lacks what every row has: conditions on it would lose the row.  An answer to a write is no such row. */
static void
check_told(const RowReader *reader, const ColumnReader *column, const PagerRow *row)
{
	if (row->position > 0)
		ereport(ERROR, (errcode(ERRCODE_FDW_ERROR), errmsg("%s returned a row without a value for column \"%s\"",
														   reader->relation->service->title, column->binding->name)));
}

/* Is the row of a time before the one that its listing is wanted from? */
static bool
is_before_since(RowReader *reader, const PagerRow *row)
{
	const TokSlice *slice;

	if (row->ask == NULL || row->ask->since == NULL || reader->since_leaf < 0)
		return false;
	slice = row_first_slice(&reader->slices, row, reader->since_leaf);
	return is_value(slice) && DatumGetTimestampTz(reader->moment.convert(&reader->moment, slice)) < *row->ask->since;
}

bool
row_lacks_extra(const RowReader *reader)
{
	return reader->lacks_extra;
}

bool
row_is_none(const RowReader *reader)
{
	return reader->is_none;
}

bool
row_is_doubtful(const RowReader *reader)
{
	return reader->doubt != DOUBT_NONE;
}

bool
row_lacks_hidden(const RowReader *reader, Session *session)
{
	return reader->doubt == DOUBT_KEY &&
		   reader->relation->service->is_hidden(reader->relation, session, reader->column->binding->attribute);
}

void
row_settle(RowReader *reader, Session *session)
{
	ColumnReader *column = &reader->columns[reader->column - reader->columns];

	if (reader->doubt == DOUBT_TYPE)
		doubt_raise_type(reader->relation, column->binding);
	reader->relation->service->note_hidden(reader->relation, session, column->binding->attribute);
	column->trust.may_lack = true;
}

/*
 * Fill the slot's columns; those not asked for are NULL.  Raises ERROR, with
 * table, column, row and value in its context, for what a type cannot hold.
 */
void
row_read(RowReader *reader, const PagerRow *row, TupleTableSlot *slot)
{
	ErrorContextCallback context;

	reader->row = row;
	reader->column = NULL;
	context.callback = explain_conversion;
	context.arg = reader;
	context.previous = error_context_stack;
	error_context_stack = &context;

	memset(slot->tts_isnull, true, slot->tts_tupleDescriptor->natts * sizeof(bool));
	row_slices_index(&reader->slices, row, reader->projection->nleaves);
	check_values(reader, row);
	told_check(reader, row);
	reader->doubt = DOUBT_NONE;
	reader->is_none = is_before_since(reader, row);
	for (int i = 0; i < reader->ncolumns && !reader->is_none; i++)
	{
		ColumnReader *column = &reader->columns[i];
		int at = column->binding->attnum - 1;

		reader->column = column;
		reader->slice = NULL;
		reader->doubt = doubt_in(reader, column, row);
		if (reader->doubt != DOUBT_NONE)
			break;
		if (at < 0)
		{
			reader->is_none = has_no_value(reader, column, row);
			if (reader->is_none)
				break;
			continue;
		}
		slot->tts_values[at] = column->read(reader, column, row, &slot->tts_isnull[at]);
		if (column->never_null && slot->tts_isnull[at])
			check_told(reader, column, row);
		if (OidIsValid(column->domain))
			domain_check(slot->tts_values[at], slot->tts_isnull[at], column->domain, &column->domain_check,
						 reader->context);
	}
	error_context_stack = context.previous;
}
