#!/usr/bin/env python3
"""Every cell of Affinity's tables is what the emulator serves, whatever shape its answers have.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from affinity import Account  # noqa: E402
from affinity_twin import TYPES, load_all  # noqa: E402
from cases import case, run, tap  # noqa: E402

# what an answer may look like, and what it then cannot show: column: rows that lack it
SHAPES = [
    ({}, {}), ({"order": "oldest"}, {}), ({"order": "hash"}, {}),
    ({"pages": "short"}, {}), ({"pages": "empty"}, {}), ({"pages": "trailing", "last_token": "absent"}, {}),
    ({"token_name": "nextPageToken"}, {}), ({"rows_name": "interactions"}, {}), ({"rows_name": "data"}, {}),
    ({"bare_lists": "never"}, {}), ({"bare_lists": "always"}, {}), ({"person_kind": "word"}, {}),
    ({"empty_members": "absent"}, {}), ({"gzip": True}, {}),
    ({"email_persons": "absent"}, {"person_ids": "type = 'email'"}), ({"logging_type": "missing"}, {"logging_type": "true"}),
    ({"start_border": "exclusive", "end_border": "inclusive"}, {}),
]


def prepare(emulator, database):
    load_all(database, emulator.dump())


ACCOUNT = Account("--scale", "24", "--now", "today", before=prepare)


def differing(database, table, where, lacking=None):
    """(rows of the twin, rows that differ: the first few as text)."""
    change = "".join(f"{column} = CASE WHEN NOT ({rows}) THEN {column} END, " for column, rows in (lacking or {}).items())
    update = f"UPDATE expected SET {change.removesuffix(', ')};" if change else ""
    return database.value(f"""
        CREATE TEMP TABLE expected AS SELECT * FROM twin.{table} WHERE {where};
        {update}
        WITH there AS MATERIALIZED (SELECT * FROM {table} WHERE {where})
        SELECT (SELECT count(*) FROM expected), (SELECT string_agg(left(x, 400), E'\\n') FROM (
            SELECT 'not expected ' || f::text FROM (TABLE there EXCEPT ALL TABLE expected) f
            UNION ALL SELECT 'missing ' || m::text FROM (TABLE expected EXCEPT ALL TABLE there) m LIMIT 6) y (x))""").split("|", 1)


def busiest(database, key):
    """The ids of an entity's kind that have the most interactions."""
    outside = "" if key != "person_id" else "JOIN twin.persons p ON p.id = i.person_id AND p.type <> 'internal'"
    return database.value(f"SELECT string_agg({key}::text, ', ') FROM (SELECT {key} FROM twin.interactions i {outside} "
                          f"WHERE {key} IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC LIMIT 2) x")


@case(ACCOUNT)
def interactions(emulator, database):
    wheres = [f"{key} IN ({busiest(database, key)}) AND date >= now() - interval '10 years'"
              for key in ("company_id", "person_id", "opportunity_id")]
    for switches, lacking in SHAPES:
        emulator.reset()
        emulator.switches(**switches)
        for where in wheres if not switches else wheres[:1]:
            count, wrong = differing(database, "interactions", where, lacking)
            tap.equal((int(count) > 500, wrong), (True, ""), f"{where} under {switches}")
    emulator.reset()


@case(ACCOUNT)
def each_type(emulator, database):
    ident = busiest(database, "company_id").split(", ")[0]
    for kind in TYPES:
        count, wrong = differing(database, "interactions", f"company_id = {ident} AND type = '{kind}' AND date > now() - interval '10 years'")
        tap.equal((int(count) > 10, wrong), (True, ""), f"{kind}: {count} rows")


@case(ACCOUNT)
def borders(emulator, database):
    """Rows at the very moment of a bound are there, whatever the service thinks of borders and of parts of a second."""
    ident = busiest(database, "company_id").split(", ")[0]
    moments = database.value(f"SELECT date FROM twin.interactions WHERE company_id = {ident} AND date < now() ORDER BY md5(id::text) LIMIT 5")
    for start in ("inclusive", "exclusive"):
        for end in ("inclusive", "exclusive"):
            for precision in ("us", "ms", "s"):
                emulator.switches(start_border=start, end_border=end, time_precision=precision)
                for moment in moments.split("\n"):
                    for where in (f"date = '{moment}'", f"date >= '{moment}'", f"date <= '{moment}' AND date > now() - interval '11 years'",
                                  f"date > '{moment}'", f"date < '{moment}' AND date > now() - interval '11 years'",
                                  f"date BETWEEN timestamptz '{moment}' - interval '365 days' AND '{moment}'"):
                        _, wrong = differing(database, "interactions", f"company_id = {ident} AND type = 'email' AND {where}")
                        if wrong:
                            tap.equal(wrong, "", f"{where}: {start}, {end}, {precision}")
                tap.ok(True, f"start {start}, end {end}, precision {precision}")
    emulator.reset()


@case(ACCOUNT)
def entities(emulator, database):
    for table in ("persons", "companies", "opportunities"):
        for switches in ({}, {"bare_lists": "always"}, {"bare_lists": "never"}, {"pages": "empty"}, {"pages": "trailing"}, {"entity_order": "hash"},
                         {"empty_members": "absent"}, {"interaction_dates": "absent"}, {"token_name": "nextPageToken", "last_token": "absent"}):
            emulator.reset()
            emulator.switches(person_kind="word", **switches)
            for where in ("true",) if table == "opportunities" else ("true", "last_email_date IS NOT NULL", "last_email_date > now() - interval '100 days'", "next_event_date IS NULL"):
                count, wrong = differing(database, table, where)
                tap.equal((int(count) > 0, wrong), (True, ""), f"{table}: {where} under {switches}: {count} rows")
    emulator.reset()


run()
