"""What Affinity's tables must show, made from what the emulator serves (its control path dump), and not by way of the
extension; and local twins of the tables in schema twin.

A row of interactions belongs to an entity: the column of the entity's kind shows it, the other two are NULL.  The twin
interactions_of has a row for each internal person who took part, in internal_person_id; it stands for the foreign table
in queries that ask for internal_person_id, as that column shows what was asked for.
"""
import json

from attio_test import must

TYPES = ("meeting", "call", "chat-message", "email")
DIRECTIONS = ("sent", "received")
LOGGING = ("all", "manual")
COLUMNS = {"person_id": "person_id", "organization_id": "company_id", "opportunity_id": "opportunity_id"}
DATES = ("first_email_date", "last_email_date", "first_event_date", "last_event_date", "next_event_date",
         "last_chat_message_date", "last_interaction_date")
ENTITIES = {"persons": "persons", "companies": "organizations", "opportunities": "opportunities"}
DATED = ("persons", "companies")        # the tables that have them
# members that columns call otherwise
RENAMED = {"organization_ids": "company_ids", "current_organization_ids": "current_company_ids"}


def interaction_row(each):
    """The columns of an interaction, without those of its entity."""
    email = each["type"] == 3
    return {"id": each["id"], "type": TYPES[each["type"]], "date": each["date"], "start_time": each["start_time"],
            "end_time": each["end_time"], "title": each["title"], "subject": each["subject"],
            "direction": None if each["direction"] is None else DIRECTIONS[each["direction"]],
            "person_ids": each["person_ids"], "from_person_id": each["from"],
            "to_person_ids": each["to"] if email else None, "cc_person_ids": each["cc"] if email else None,
            "attendees": each["attendees"] if each["type"] < 2 else None,
            "manual_creator_id": each["manual_creator_id"], "logging_type": LOGGING[each["logging_type"]],
            "note_ids": None if email else each["notes"], "updated_at": each["updated_at"]}


def interactions_of_entities(dump):
    """A row for each interaction and each of its entities."""
    for each in dump["interactions"]:
        row = interaction_row(each)
        for name, ident in each["of"]:
            yield dict(row, **{COLUMNS[name]: ident})


def with_internal_persons(dump, rows):
    """A row for each of these and each internal person who took part."""
    internal = {person["id"] for person in dump["persons"] if person["type"] == "internal"}
    for row in rows:
        for ident in row["person_ids"]:
            if ident in internal:
                yield dict(row, internal_person_id=ident)


def entity_rows(dump, table):
    """Rows of persons, companies or opportunities: members are columns, those of interaction_dates, too."""
    for each in dump[ENTITIES[table]]:
        dates = each["interaction_dates"]
        yield {**{RENAMED.get(name, name): value for name, value in each.items() if name != "interaction_dates"},
               **{name: dates.get(name) for name in DATES}}


def load(database, table, rows, like=None, schema="affinity"):
    """A local table twin.<table> with these rows and the columns of a foreign table."""
    document = json.dumps(list(rows))
    must(database.psql(f"""
        CREATE SCHEMA IF NOT EXISTS twin;
        DROP TABLE IF EXISTS twin.{table} CASCADE;
        CREATE TABLE twin.{table} (LIKE {schema}.{like or table});
        INSERT INTO twin.{table} SELECT * FROM jsonb_populate_recordset(NULL::twin.{table}, $json${document}$json$);
        ANALYZE twin.{table}"""))


def load_all(database, dump):
    rows = list(interactions_of_entities(dump))
    load(database, "interactions", rows)
    load(database, "interactions_of", with_internal_persons(dump, rows), like="interactions")
    load(database, "interactions_by_id", map(interaction_row, dump["interactions"]), like="interactions")
    for table in ENTITIES:
        load(database, table, entity_rows(dump, table))
