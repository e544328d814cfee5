/*
 * write_columns.c
 *		Which columns of a table are written, and to which attributes.
 *
 * Owns: what can be written of what Attio has, and what a column that cannot may
 * be assigned.  Must not know the forms of values.
 */
#include "attio/write_columns.h"

#include "access/sysattr.h"
#include "base/fixed_settings.h"
#include "base/types.h"
#include "utils/lsyscache.h"

/* Is the column written as a value of its attribute? */
static bool
is_written(const ColumnBinding *binding, const AttributeDef *attribute, bool is_array)
{
	return binding->kind == COLUMN_ATTRIBUTE && binding->property != NULL &&
		   binding->property->write != WRITE_NOTHING && attribute != NULL && attribute->is_writable &&
		   attribute->multiselect == is_array;
}

/* Raise an ERROR: a value is assigned to a column that cannot be written. */
static void
refuse_column(const RemoteRelation *relation, const ColumnBinding *binding)
{
	if (binding->missing)
		ereport(
			ERROR,
			(errcode(ERRCODE_FDW_COLUMN_NAME_NOT_FOUND),
			 errmsg("column \"%s\" of foreign table \"%s\" has no attribute in Attio", binding->name, relation->name),
			 errdetail("It shows NULL, and a value written to it cannot be stored."), errhint("Leave it out.")));
	ereport(ERROR, (errcode(ERRCODE_FDW_INVALID_COLUMN_NAME),
					errmsg("column \"%s\" of foreign table \"%s\" cannot be written", binding->name, relation->name),
					errhint("Attio sets it, or it shows part of a value; leave it out.")));
}

/* The attribute among those that are written, added where it is not yet. */
static WrittenAttribute *
find_written_attribute(RowEncoder *encoder, const AttributeDef *attribute)
{
	WrittenAttribute *written;

	if (encoder->attributes == NIL)
		encoder->by_slug = text_index_make(false);
	written = (WrittenAttribute *) text_index_find(encoder->by_slug, attribute->slug);
	if (written != NULL)
		return written;
	written = (WrittenAttribute *) palloc0(sizeof(WrittenAttribute));
	written->attribute = attribute;
	encoder->attributes = lappend(encoder->attributes, written);
	text_index_add(encoder->by_slug, attribute->slug, written);
	return written;
}

/* A bound column as it is written. */
static WrittenColumn *
make_written_column(const ColumnBinding *binding)
{
	WrittenColumn *column = (WrittenColumn *) palloc0(sizeof(WrittenColumn));
	Oid element = element_type_of(binding->type);

	column->binding = binding;
	column->at = binding->attnum - 1;
	column->is_array = OidIsValid(element);
	column->type = getBaseType(OidIsValid(element) ? element : binding->type);
	return column;
}

/* Does the column hold the attribute's values as Attio writes them? */
static bool
is_written_whole(const ColumnBinding *binding, const AttributeDef *attribute)
{
	return binding->kind == COLUMN_ATTRIBUTE && binding->property == NULL && attribute != NULL &&
		   attribute->is_writable && !binding->missing;
}

/* Add a bound column to those that are written, or to those that are not. */
static void
add_written_column(RowEncoder *encoder, const ColumnBinding *binding)
{
	const AttributeDef *attribute = binding->kind == COLUMN_ATTRIBUTE && !binding->missing
										? attribute_by_slug(encoder->table.definitions, binding->attribute_name)
										: NULL;
	WrittenColumn *column = make_written_column(binding);
	WrittenAttribute *written;

	/* the parent of an entry is no attribute; it is written once */
	if (encoder->inserting && binding->kind == COLUMN_FIELD &&
		(strcmp(binding->field->name, "parent_record_id") == 0 || strcmp(binding->field->name, "parent_object") == 0))
		return;
	if (is_written_whole(binding, attribute))
	{
		written = (WrittenAttribute *) palloc0(sizeof(WrittenAttribute));
		written->attribute = attribute;
		encoder->whole = lappend(encoder->whole, written);
	}
	else if (!binding->missing && is_written(binding, attribute, column->is_array))
		written = find_written_attribute(encoder, attribute);
	else
	{
		encoder->refused = lappend(encoder->refused, unconstify(ColumnBinding *, binding));
		return;
	}
	written->columns = lappend(written->columns, column);
}

/* Bind a column by the table's definitions. */
static void
bind_written_column(RowEncoder *encoder, AttrNumber attnum)
{
	add_written_column(encoder, column_bind(encoder->table.relation, attnum, encoder->table.definitions));
}

void
bind_written_columns(RowEncoder *encoder, List *columns, const Bitmapset *named)
{
	ListCell *lc;

	foreach(lc, columns)
	{
		if (bms_is_member(lfirst_int(lc) - FirstLowInvalidHeapAttributeNumber, named))
			bind_written_column(encoder, (AttrNumber) lfirst_int(lc));
		else
			encoder->deferred = lappend_int(encoder->deferred, lfirst_int(lc));
	}
}

bool
is_assigned(const WrittenColumn *column, const RowChange *change)
{
	return column != NULL && change_assigns(change, column->at);
}

void
bind_assigned_columns(RowEncoder *encoder, const RowChange *change)
{
	MemoryContext saved = MemoryContextSwitchTo(encoder->context);
	ListCell *lc;

	foreach(lc, encoder->deferred)
	{
		AttrNumber attnum = (AttrNumber) lfirst_int(lc);

		if (!change_assigns(change, attnum - 1))
			continue;
		bind_written_column(encoder, attnum);
		encoder->deferred = foreach_delete_current(encoder->deferred, lc);
	}
	MemoryContextSwitchTo(saved);
}

void
check_refused_columns(const RowEncoder *encoder, const RowChange *change)
{
	ListCell *lc;

	foreach(lc, encoder->refused)
	{
		const ColumnBinding *binding = (const ColumnBinding *) lfirst(lc);
		int at = binding->attnum - 1;

		/* NULL is what a column without attribute shows already */
		if (binding->missing && change->slot->tts_isnull[at])
			continue;
		if (change_assigns(change, at))
			refuse_column(encoder->table.relation, binding);
	}
}

char *
column_text(const WrittenColumn *column, const RowChange *change)
{
	return fixed_output(column->binding->type, change->slot->tts_values[column->at]);
}

WrittenColumn *
column_of_kind(const WrittenAttribute *written, WriteKind kind)
{
	ListCell *lc;

	foreach(lc, written->columns)
		if (((WrittenColumn *) lfirst(lc))->binding->property->write == kind)
			return (WrittenColumn *) lfirst(lc);
	return NULL;
}
