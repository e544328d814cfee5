"""Differential test of histories, and of what a workspace tells of itself: attribute_history and a table with the option
history, record_entries, search, views, webhooks, self.

As activity.py: every query runs on the foreign tables and on local twins, which Python loads from the emulator; the rows
must be the same, under all of its switches that these tables can notice, and other sizes of pages.

    history.py --seed N --sets N --queries N (of each set) [--seconds N] [--stop (at the first difference)]
               [--tables NAME,... (only of these, and joins with them)]
"""
import json
import os
import random
import sys

import queries
from queries import DIFFER, Generator, argument_parser, compare, outcomes, quote

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from activity import all_of, by_cursor, get, load_twin  # noqa: E402
from attio_test import FAST, KEY, Database, Emulator, must  # noqa: E402
from expected import all_rows  # noqa: E402

SWITCHES = {
    "listing_order": ["told", "reversed", "hash"], "cursor_pages": ["full", "full", "short", "empty", "repeating", "circle"],
    "parameters": ["followed", "followed", "ignored"], "unsorted_order": ["id", "hash"],
}
# tables: the columns that a listing must be given, or of several ways one; the sizes of pages
TABLES = {
    "attribute_history": ((("object", "attribute", "record_id"), ("list", "attribute", "entry_id")), (50, 50, 2, 3)),
    "stages": (("record_id",), (50, 50, 2)), "record_entries": (("object", "record_id"), (500, 2, 3)),
    "search": ((("object", "query"), ("query",)), (500, 2)), "views": ((), (500, 2, 7)), "webhooks": ((), (100, 10, 12)),
    "self": ((), ()),
}
JOINS = [
    ("search", "attribute_history", ("object", "record_id"), "r.attribute = 'name' AND r.object IN ('people', 'companies', 'deals')"),
    ("record_entries", "attribute_history", ("list", "entry_id"), "r.attribute = 'status'"),
    ("record_entries", "attribute_history", ("object", "record_id"), "r.attribute IN ('name', 'domains')"),
    ("search", "record_entries", ("object", "record_id")), ("stages", "stages", ("record_id",)),
    ("stages", "attribute_history", ("record_id",), "r.object = 'deals' AND r.attribute = 'value'"),
    ("attribute_history", "stages", ("record_id",)), ("attribute_history", "record_entries", ("object", "record_id")),
    ("views", "views", ("target_id",)), ("webhooks", "webhooks", ("webhook_id",)),
    ("attribute_history", "search", ("record_id",), "r.query = 'an' AND r.object = l.object"),
    ("search", "search", ("query", "object")), ("search", "search", ("record_id",), "r.query = 'o'"),
]
HISTORIES = [("objects", "deals", ("stage", "value", "name")), ("objects", "companies", ("name", "domains")),
             ("objects", "people", ("email_addresses", "name")), ("lists", "sales_pipeline", ("status", "note"))]
# what Attio does not know is named by an error
RIGHTLY = ("%cannot be combined%", "%with slug/ID \"%not found.",)
# how each is made, but for those that resources are called like
OPTIONS = {"stages": "SERVER attio OPTIONS (object 'deals', history 'stage')"}
SCHEMAS = ["crm", "crm", "odd", "heirs"]
WORDS = ["ada", "an", "o", "", "example", "1"]


def text_of(value):
    """What value_text shows of the attributes that are read."""
    for path in (("status", "title"), ("currency_value",), ("full_name",), ("email_address",), ("domain",), ("value",)):
        found = value
        for key in path:
            found = found.get(key) if isinstance(found, dict) else None
        if found is not None:
            return str(found)
    return None


def histories(emulator):
    rows = []
    for kind, slug, attributes in HISTORIES:
        word, key = ("object", "record_id") if kind == "objects" else ("list", "entry_id")
        for row in all_rows(emulator, kind, slug):
            ident = row["id"][key]
            for attribute in attributes:
                where = f"/v2/{kind}/{slug}/{'records' if kind == 'objects' else 'entries'}/{ident}"
                for value in get(emulator, f"{where}/attributes/{attribute}/values?show_historic=true")["data"]:
                    rows.append({word: slug, key: ident, "attribute": attribute, "value": value, "value_text": text_of(value),
                                 "active_from": value["active_from"], "active_until": value["active_until"],
                                 "created_by": value["created_by_actor"]["id"],
                                 "created_by__actor_type": value["created_by_actor"]["type"]})
    return rows


def entries(emulator):
    return [{"object": slug, "record_id": row["id"]["record_id"], "list_id": e["list_id"], "list": e["list_api_slug"],
             "entry_id": e["entry_id"], "created_at": e["created_at"]}
            for slug in ("companies", "people", "deals") for row in all_rows(emulator, "objects", slug)
            for e in get(emulator, f"/v2/objects/{slug}/records/{row['id']['record_id']}/entries?limit=1000")["data"]]


def finds(emulator):
    rows = []
    for word in WORDS:
        for target in emulator.get("/v2/objects"):
            body = {"query": word, "objects": [target["api_slug"]], "request_as": {"type": "workspace"}}
            hits = emulator.call("POST", "/v2/objects/records/search", body, key=KEY)["data"]
            rows += [{"query": word, "object": target["api_slug"], "position": i, "record_id": hit["id"]["record_id"],
                      "title": hit["record_text"], "image_url": hit["record_image"],
                      **{name: hit.get(name) for name in ("email_addresses", "phone_numbers", "domains")}}
                     for i, hit in enumerate(hits, 1)]
    return rows


def views(emulator):
    return [{"view_id": view["id"]["view_id"], "target": kind, "target_id": target["id"][key], "target_slug": target["api_slug"],
             "title": view["title"], "created_at": view["created_at"]}
            for kind, key in (("objects", "object_id"), ("lists", "list_id")) for target in emulator.get(f"/v2/{kind}")
            for view in all_of(by_cursor(emulator, f"/v2/{kind}/{target['id'][key]}/views"))]


def webhooks(emulator):
    return [{"webhook_id": hook["id"]["webhook_id"], "target_url": hook["target_url"], "subscriptions": hook["subscriptions"],
             "status": hook["status"], "created_at": hook["created_at"], "secret": hook.get("secret")}
            for hook in emulator.get("/v2/webhooks?limit=100")]


def prepare(emulator, database):
    """Histories of several values, some longer than a page; webhooks; and a table with the option history."""
    must(database.psql("""SET attio_fdw.log_writes = off; SET attio_fdw.allow_unqualified_writes = on;
        UPDATE deals SET stage = 'Lost', value = 100.5 WHERE stage = 'Lead'; UPDATE deals SET stage = 'Won 🎉' WHERE stage = 'Lost';
        UPDATE sales_pipeline SET status = 'Won' WHERE status = 'Prospect'; UPDATE sales_pipeline SET note = 'n';
        INSERT INTO webhooks (target_url, subscriptions) SELECT 'https://example.com/' || i,
            '[{"event_type": "note.created", "filter": null}]' FROM generate_series(1, 23) i;
        CREATE FOREIGN TABLE crm.stages (record_id uuid, stage text, active_from timestamptz, active_until timestamptz,
            created_by uuid) SERVER attio OPTIONS (object 'deals', history 'stage')"""))
    ident = database.value("SELECT record_id FROM companies ORDER BY 1 LIMIT 1")
    for i in range(110):
        emulator.call("PUT", f"/v2/objects/companies/records/{ident}", {"data": {"values": {"name": f"Name {i % 7}"}}}, key=KEY)


def load(emulator, database):
    told = histories(emulator)
    me = emulator.call("GET", "/v2/self", key=KEY)
    rows = {"attribute_history": told, "record_entries": entries(emulator), "search": finds(emulator), "views": views(emulator),
            "webhooks": webhooks(emulator), "self": [me | {"authorized_by": me["authorized_by_workspace_member_id"]}],
            "stages": [row | {"stage": row["value_text"]} for row in told if row["attribute"] == "stage"]}
    for table, each in rows.items():
        load_twin(database, table, each) if table not in ("attribute_history", "stages", "record_entries", "search") \
            else load_given(database, table, each)


def load_given(database, table, rows):
    """As load_twin(), of a table that cannot be read without conditions."""
    columns = database.value("SELECT string_agg(format('%I %s', attname, format_type(atttypid, -1)), ', ' ORDER BY attnum) "
                             f"FROM pg_attribute WHERE attrelid = 'crm.{table}'::regclass AND attnum > 0")
    document = json.dumps(rows, default=float)
    database.value(f"""CREATE SCHEMA IF NOT EXISTS twin; CREATE TABLE twin.{table} ({columns});
        INSERT INTO twin.{table} SELECT * FROM jsonb_populate_recordset(NULL::twin.{table}, $json${document}$json$);
        ANALYZE twin.{table}""")


def joins_both(difference, query):
    """A join gives a record and a condition an entry, or the other way round: no row is of both, and what is missing for one is."""
    return "cannot be read without" in difference and "@attribute_history" in query and "@" in query.replace("@", "", 1) and \
        any(name in query for name in ("object", "record_id")) and any(name in query for name in ("list", "entry_id"))


def run_set(rng, generator, emulator, database, count, settings):
    """Outcomes of one set of queries under these settings."""
    emulator.switches(**settings)
    sizes = {table: rng.choice(sizes) for table, (_, sizes) in TABLES.items() if sizes}
    must(database.psql("".join(f"ALTER FOREIGN TABLE crm.{t} OPTIONS (SET page_size '{n}');" for t, n in sizes.items()) +
                       queries.set_server_options(rng, "attio")))
    asked = [generator.query() for _ in range(count)]
    ways = [queries.way_of(rng, query, SCHEMAS) for query in asked]
    plan = queries.session(rng)
    told = f"{plan} {json.dumps(settings)} {json.dumps(sizes)}"
    return [("refused" if joins_both(outcome, query) else outcome, query, told)
            for outcome, query in outcomes(database, plan, asked, ways, queries.rightly(RIGHTLY, settings["cursor_pages"]))]


class Few(Generator):
    """Texts that are searched for stand in the twin, or nothing is known of them."""

    def value(self, table, column, kind):
        if table == "search" and column == "query":
            return f"({quote(self.rng.choice(WORDS))}::text)"
        return super().value(table, column, kind)


def main():
    arguments = argument_parser(TABLES).parse_args()
    rng = random.Random(arguments.seed)
    with Emulator("--scale", "30") as emulator, Database(f"attio_history_{os.getpid()}", emulator, FAST) as database:
        prepare(emulator, database)
        load(emulator, database)
        must(database.psql(DIFFER + "".join(f"ALTER FOREIGN TABLE crm.{t} OPTIONS (ADD page_size '{sizes[0]}');"
                                            for t, (_, sizes) in TABLES.items() if sizes) + queries.add_server_options("attio")))
        queries.odd_definitions(rng, database, {t: OPTIONS.get(t, f"SERVER attio OPTIONS (resource '{t}')") for t in TABLES}, "crm")
        generator = Few(rng, database, {table: given for table, (given, _) in TABLES.items()}, JOINS, arguments.tables.split(","))
        return compare("history", arguments, rng, SWITCHES, emulator,
                       lambda settings: run_set(rng, generator, emulator, database, arguments.queries, settings))


if __name__ == "__main__":
    sys.exit(main())
