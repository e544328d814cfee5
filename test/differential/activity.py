"""Differential test of what people did: every query runs on the foreign tables and on local twins; the rows must be the same.

The twins are loaded from the emulator by Python (test/lib/activity.py).  Each set of queries runs under another set of
the emulator's switches: parameters and sorts that are ignored, other orders, other pages; and with other page sizes.

    activity.py --seed N --sets N --queries N (of each set) [--seconds N] [--stop (at the first difference)]
                [--tables NAME,... (only of these, and joins with them)]
"""
import json
import os
import random
import sys

import queries

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from activity import Activity, interactions_of, load_twin  # noqa: E402
from attio_test import FAST, Database, Emulator, must  # noqa: E402
from expected import all_rows  # noqa: E402
from queries import DIFFER, argument_parser, compare, outcomes, quote  # noqa: E402

SWITCHES = {
    "parameters": ["followed", "followed", "ignored"], "sort_parameter": ["followed", "followed", "ignored"],
    "listing_order": ["told", "reversed", "hash"], "cursor_pages": ["full", "full", "short", "empty", "repeating", "circle"],
    # of interactions, which are values of records
    "filters": ["followed", "followed", "followed", "ignored", "refused"], "sorts": ["followed", "followed", "followed", "ignored", "refused", "refused_by_id"],
    "several_conditions": ["same_value", "any_value"], "not_matches_empty": [True, False],
    "owner_member_id": ["members", "any_actor"], "plan_gated": ["shown", "shown", "shown", "missing", "empty"],
    "time_precision": ["ns", "us", "ms"], "null_order": ["first", "last", "smallest", "largest"],
    "unsorted_order": ["id", "creation", "hash", "updated"], "tie_order": ["id", "reverse_id", "random"],
    "max_in": [0, 0, 40], "max_or": [0, 0, 3],
}
# what an owner of the server could have measured
MEASURED = {"remote_nulls": ("null_order", "last"), "remote_not_matches_empty": ("not_matches_empty", True)}
# tables, each with the columns that a listing must be given, and its largest page
TABLES = {
    "attio_notes": ((), 50), "tasks": ((), 500), "task_records": ((), 500), "meetings": ((), 200),
    "meeting_participants": ((), 200), "meeting_records": ((), 200), "call_recordings": ((), 200),
    "transcripts": (("meeting_id", "call_recording_id"), None), "files": (("object", "record_id"), 200),
    "threads": (("object", "record_id"), 50), "comments": (("object", "record_id"), 50), "interactions": ((), 500),
}
# columns of the same values, by which tables are joined
JOINS = [
    ("meetings", "meeting_participants", ("meeting_id",)), ("meetings", "meeting_records", ("meeting_id",)),
    ("meetings", "call_recordings", ("meeting_id",)), ("call_recordings", "transcripts", ("meeting_id", "call_recording_id")),
    ("meeting_records", "files", ("object", "record_id")), ("meeting_records", "comments", ("object", "record_id")),
    ("tasks", "task_records", ("task_id",)), ("task_records", "files", ("object", "record_id")),
    ("task_records", "threads", ("object", "record_id")), ("threads", "comments", ("object", "record_id", "thread_id")),
    ("meetings", "attio_notes", ("meeting_id",)),
    ("meeting_records", "interactions", ("object", "record_id")), ("task_records", "interactions", ("object", "record_id")),
    ("meeting_records", "interactions", ("record_id",)), ("interactions", "interactions", ("record_id",)),
    ("interactions", "interactions", ("object", "record_id", "attribute")),
]
# of two places of a thread one can be asked for; what Attio does not know is named by an error, too
RIGHTLY = ("%cannot be combined%", "%with slug/ID \"%not found.")
SCHEMAS = ["crm", "crm", "odd", "heirs"]


class Generator(queries.Generator):
    """Of interactions other queries, too."""

    def single(self, table, where):
        if table == "interactions" and self.rng.random() < 0.3:
            return self.of_interactions(where)
        return super().single(table, where)

    def of_interactions(self, where):
        """What the merge of listings in order, and choices among them, could get wrong."""
        shape = self.rng.random()
        if shape < 0.06:        # more ids than a filter has: listings of one attribute share it
            some = ", ".join(self.value("interactions", "record_id", "uuid") for _ in range(160))
            return f"SELECT t::text FROM @interactions t WHERE record_id = ANY (ARRAY[{some}]) AND {self.pick('true', where)}"
        few = f"{self.pick('', '', '', 'object = ' + quote(self.pick('people', 'companies')) + ' AND ')}{where}"
        if shape < 0.2:
            return f"SELECT object || attribute || count(*) FROM @interactions t WHERE {where} GROUP BY object, attribute"
        if shape < 0.3:
            return f"SELECT count(*)::text || count(type) || count(owner_member_id) FROM @interactions t WHERE {where}"
        ascent = self.pick("ASC", "DESC", "DESC")
        return (f"SELECT (t.*)::text FROM (SELECT * FROM @interactions t WHERE {few} ORDER BY interacted_at {ascent}, object, attribute, "
                f"record_id LIMIT {self.pick(1, 3, 10, 60)} OFFSET {self.pick(0, 0, 2, 30)}) t")


def load_interactions(emulator, database):
    """A twin for each way in which plans show them."""
    for shown in sorted(set(SWITCHES["plan_gated"])):
        emulator.switches(plan_gated=shown)
        rows = [row for listing in interactions_of(emulator).values() for row in listing]
        load_twin(database, "interactions", rows)
        database.value(f"DROP TABLE IF EXISTS twin.interactions_{shown}; ALTER TABLE twin.interactions RENAME TO interactions_{shown}")
    emulator.reset()
    database.value("CREATE TABLE twin.interactions AS TABLE twin.interactions_shown")


def load(emulator, database):
    wanted = Activity(emulator)
    places = [("objects", slug, row["id"]["record_id"]) for slug in ("people", "companies")
              for row in all_rows(emulator, "objects", slug)]
    recordings = wanted.call_recordings()
    rows = {"attio_notes": wanted.notes(), "call_recordings": recordings, "transcripts": wanted.transcripts(recordings),
            "files": wanted.files([place[1:] for place in places])}
    for table in TABLES:
        if table in ("threads", "comments"):
            rows[table] = getattr(wanted, table)(places)
        if table != "interactions":
            load_twin(database, table, rows[table] if table in rows else getattr(wanted, table)())
    load_interactions(emulator, database)


def run_set(rng, generator, emulator, database, count, settings):
    """Outcomes of one set of queries under these settings."""
    emulator.switches(**settings)
    sizes = {table: rng.choice([most, most, 7, 30]) for table, (_, most) in TABLES.items() if most}
    options = {name: rng.choice(["unknown", str(settings.get(*truth)).lower()]) for name, truth in MEASURED.items()}
    must(database.psql("".join(f"ALTER FOREIGN TABLE crm.{t} OPTIONS (SET page_size '{n}');" for t, n in sizes.items()) +
                       "".join(f"ALTER SERVER attio OPTIONS (SET {name} '{value}');" for name, value in options.items()) +
                       queries.set_server_options(rng, "attio") +
                       f"TRUNCATE twin.interactions; INSERT INTO twin.interactions TABLE twin.interactions_{settings['plan_gated']}"))
    asked = [generator.query() for _ in range(count)]
    ways = [queries.way_of(rng, query, SCHEMAS) for query in asked]
    plan = queries.session(rng)
    told = f"{plan} {json.dumps(settings)} {json.dumps(options)} {json.dumps(sizes)}"
    return [(outcome, query, told) for outcome, query in outcomes(database, plan, asked, ways, queries.rightly(RIGHTLY, settings["cursor_pages"]))]


def main():
    arguments = argument_parser(TABLES).parse_args()
    rng = random.Random(arguments.seed)
    with Emulator("--scale", "40", "--activity", "130") as emulator, \
            Database(f"attio_activity_{os.getpid()}", emulator, FAST) as database:
        load(emulator, database)
        must(database.psql("".join(f"ALTER FOREIGN TABLE crm.{t} OPTIONS (ADD page_size '{most}');"
                                   for t, (_, most) in TABLES.items() if most) + DIFFER +
                           "".join(f"ALTER SERVER attio OPTIONS (ADD {name} 'unknown');" for name in MEASURED) +
                           queries.add_server_options("attio")))
        queries.odd_definitions(rng, database, {table: f"SERVER attio OPTIONS (resource '{table.removeprefix('attio_')}')" for table in TABLES}, "crm")
        generator = Generator(rng, database, {table: columns for table, (columns, _) in TABLES.items()}, JOINS, arguments.tables.split(","))
        return compare("activity", arguments, rng, SWITCHES, emulator,
                       lambda settings: run_set(rng, generator, emulator, database, arguments.queries, settings))


if __name__ == "__main__":
    sys.exit(main())
