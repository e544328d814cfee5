"""Differential test: every query runs on the foreign table and on a local twin; the rows must be the same.

The twin is loaded from the emulator by Python (test/lib/expected.py), not through the extension.  Queries are
generated; each set of them runs under another set of the emulator's switches, so that the rows are right
whatever the real Attio does.

With --trust an Attio is tried as well that does not do what it is asked: it ignores sorts or filters, refuses them, compares as text, answers fewer rows.
Then an error with a hint is right, and counted; a wrong row is an accident only where, by the emulator's log, the rows of each sorted page happened to
stand in the order asked for.  Those are counted apart and must be under one in fifty.

    run.py --seed N --sets N --queries N (of each set) [--seconds N] [--stop (at the first difference)]
"""
import argparse
import decimal
import itertools
import json
import os
import random
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from attio_test import FAST, KEY, Database, Emulator, must  # noqa: E402
from expected import all_rows, columns_of, expected_row  # noqa: E402
import joins  # noqa: E402

# Switches that a reading query could depend on, with the values tried.
SWITCHES = {
    "text_equality": ["exact", "ignore_case"], "starts_with_case": ["ignore", "exact"], "ends_with_case": ["ignore", "exact"],
    "folding": ["unicode", "ascii"], "wildcards": ["literal", "like"], "trimming": ["none", "both"],
    "empty_string_is_empty": [False, True], "not_matches_empty": [True, False], "unknown_title": ["none", "error"],
    "option_lists": ["whole", "whole", "empty", "cut", "refused", "gone"],
    "several_conditions": ["same_value", "any_value"], "time_precision": ["ns", "us", "ms"], "max_in": [0, 40], "max_or": [0, 3],
    "unsorted_order": ["id", "creation", "hash", "updated", "updated_desc"], "tie_order": ["id", "reverse_id", "random"],
    "null_order": ["first", "last", "smallest", "largest"], "text_order": ["code_point", "case_blind", "utf16"], "app_actor_in_filter": [True, False],
    "owner_member_id": ["members", "any_actor"],
}

# What an Attio may do that cannot be trusted; each set has one or more of them.
TRUST = {
    "sorts": ["ignored", "ignored", "as_text", "as_text", "refused", "refused_by_id"], "filters": ["ignored", "refused"],
    "max_limit": [50, 60, 100, 200], "max_offset": [2, 50],
}
ACCIDENTS = 50      # one in so many, at most


def distrusted(rng):
    """Settings of an Attio that does not do what it is asked."""
    names = rng.sample(list(TRUST), rng.choice([1, 1, 2, 3]))
    settings = {name: rng.choice(TRUST[name]) for name in names}
    return dict(settings, over_limit="clamp") if "max_limit" in settings else settings


def is_sorted(query):
    return "ORDER BY" in query or "SELECT min(" in query or "SELECT max(" in query


def known(rng, settings):
    """What an owner of the server could have measured under these settings: each option unknown, or what is true."""
    texts = settings.get("text_equality", "exact") == "exact" and settings.get("trimming", "none") == "none"
    order = settings.get("text_order", "code_point") == "code_point" and not settings.get("empty_string_is_empty", False)
    truth = {"remote_nulls": settings.get("null_order", "last"), "remote_text_equality": "exact" if texts else "unknown",
             "remote_not_matches_empty": str(settings.get("not_matches_empty", True)).lower(), "remote_text_order": "C" if order else "unknown"}
    return {name: rng.choice(["unknown", value]) for name, value in truth.items()}


TABLES = (("objects", "all_types"), ("objects", "deals"), ("objects", "people"), ("objects", "companies"),
          ("lists", "sales_pipeline"), ("lists", "hiring"))
VIEW = "open_deals"

TEXTS = ["plain", "PLAIN", "Plain ", " plain", "pläin", "PLÄIN", "straße", "STRASSE", "İi", "ıI", "k\u212a", "a%b", "a_b", "a\\b", "%", "_",
         "x  y", "tab\tx", "ςΣ", "", "ends i", "I ends", "  both  "]
STAMPS = ["2024-05-06T07:08:09.123456789Z", "2024-05-06T07:08:09.123000000Z", "2024-05-06T07:08:09.123000400Z",
          "2024-05-06T07:08:09.122999999Z", "1999-12-31T23:59:59.999999999Z", "2024-05-06T00:00:00.000000000Z"]


def extra_rows(emulator):
    """Rows that sit at the edges of every rule."""
    for text in TEXTS:
        emulator.call("POST", "/v2/objects/all_types/records", {"data": {"values": {"a_text": text, "a_name": {
            "first_name": text, "last_name": "", "full_name": text}}}}, key=KEY)
    stamps = []
    for _ in STAMPS:
        stamps.append(emulator.call("POST", "/v2/objects/all_types/records", {"data": {"values": {}}}, key=KEY)["data"]["id"]["record_id"])
    for ident, stamp in zip(stamps, STAMPS):    # nine digits, which a write would cut
        emulator.mutate({"do": "set", "kind": "objects", "slug": "all_types", "ids": [ident], "attribute": "a_timestamp",
                         "values": [{"value": stamp}]})


def add_view(emulator, database):
    """A table over a saved view, beside the one over its object."""
    view = next(v for v in emulator.get("/v2/objects/deals/views") if v["title"] == "Open deals")["id"]["view_id"]
    must(database.psql("CREATE SCHEMA one; IMPORT FOREIGN SCHEMA objects LIMIT TO (deals) FROM SERVER attio INTO one;"
                       f"ALTER FOREIGN TABLE one.deals OPTIONS (ADD view '{view}');"
                       "ALTER FOREIGN TABLE one.deals RENAME TO open_deals; ALTER FOREIGN TABLE one.open_deals SET SCHEMA crm;"
                       "CREATE TABLE twin.open_deals AS SELECT * FROM twin.deals WHERE stage IN ('Lead', 'In Progress'); ANALYZE twin.open_deals;"))


def load_twin(emulator, database):
    must(database.psql("CREATE SCHEMA twin"))
    for kind, slug in TABLES:
        ident = emulator.get(f"/v2/{kind}/{slug}")["id"]["object_id" if kind == "objects" else "list_id"]
        definitions = {d["id"]["attribute_id"]: d for d in emulator.get(f"/v2/{kind}/{ident}/attributes?limit=1000")}
        columns = columns_of(database, f"crm.{slug}")
        rows = [expected_row(r, kind, columns, definitions) for r in all_rows(emulator, kind, ident)]
        document = json.dumps(rows, default=lambda d: float(d) if isinstance(d, decimal.Decimal) else str(d))
        must(database.psql(f"CREATE TABLE twin.{slug} AS SELECT * FROM crm.{slug} WITH NO DATA;\n"
                           f"INSERT INTO twin.{slug} SELECT * FROM jsonb_populate_recordset(NULL::twin.{slug}, $json${document}$json$);\n"
                           f"ANALYZE twin.{slug};"))


# NULL: the same rows; else what differs.
DIFFER = r"""
-- only before a table's name: "@" also stands in operators and addresses
CREATE FUNCTION in_schema(query text, schema text) RETURNS text IMMUTABLE LANGUAGE sql
	RETURN regexp_replace(query, '(^|[ (])@(all_types|deals|people|companies|sales_pipeline|hiring|open_deals)\M', '\1' || schema || '.\2', 'g');
CREATE FUNCTION differ(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE here text[]; there text[]; state text; message text; hint text;
BEGIN
	BEGIN
		EXECUTE 'SELECT array_agg(r ORDER BY r) FROM (' || in_schema(query, 'twin') || ') q (r)' INTO here;
	EXCEPTION WHEN OTHERS THEN
		RETURN NULL;	-- no query then: both refuse it
	END;
	BEGIN
		EXECUTE 'SELECT array_agg(r ORDER BY r) FROM (' || in_schema(query, 'crm') || ') q (r)' INTO there;
	EXCEPTION WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
		RETURN CASE WHEN hint <> '' THEN 'hint ' ELSE 'error ' END || state || ': ' || message;
	END;
	IF here IS NOT DISTINCT FROM there THEN RETURN NULL; END IF;
	RETURN format('%s rows instead of %s', coalesce(cardinality(there), 0), coalesce(cardinality(here), 0));
END $$;
"""


def quote(text):
    return "'" + text.replace("'", "''") + "'" if "\\" not in text else " E'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


class Generator:
    """WHERE trees over the columns of one table."""

    def __init__(self, rng, database):
        self.rng = rng
        self.long = False
        self.columns, self.samples = {}, {}
        for slug in [s for _, s in TABLES] + [VIEW]:
            out = database.value(f"SELECT jsonb_object_agg(attname, format_type(atttypid, -1)) FROM pg_attribute "
                                 f"WHERE attrelid = 'twin.{slug}'::regclass AND attnum > 0 AND NOT attisdropped")
            self.columns[slug] = json.loads(out)
            self.samples[slug] = json.loads(database.value(f"SELECT jsonb_agg(t) FROM twin.{slug} t"), parse_float=decimal.Decimal)

    def pick(self, *items):
        return self.rng.choice(items)

    def sample(self, slug, column):
        values = [r[column] for r in self.samples[slug] if r[column] is not None]
        value = self.rng.choice(values) if values else None
        if isinstance(value, list):     # one of an array's
            return self.rng.choice(value) if value else None
        return value

    def text(self, slug, column):
        found = self.sample(slug, column) if self.rng.random() < 0.7 else None
        text = str(found) if found is not None else self.rng.choice(TEXTS + ["nothing", "Lead", "lead", "50%", "x" * 40])
        text = text[:60]
        return {0: text.upper, 1: text.lower, 2: lambda: text + " ", 3: lambda: " " + text, 4: lambda: text[: len(text) // 2],
                5: text.swapcase}.get(self.rng.randrange(14), lambda: text)()

    def pattern(self, slug, column):
        text = self.text(slug, column)
        if text and self.rng.random() < 0.3:    # one end of a value, blanks and all
            text = self.pick(text, text, text.swapcase())
            size = self.rng.randrange(1, len(text) + 1)
            return self.pick(text[:size] + "%", "%" + text[-size:])
        pieces = []
        at = 0
        while at < len(text):
            size = self.rng.randrange(1, 6)
            piece = text[at:at + size]
            pieces.append("".join("\\" + c if c in "%_\\" and self.rng.random() < 0.6 else c for c in piece) if self.rng.random() < 0.7
                          else self.pick("%", "_" * len(piece), "%%", "_%"))
            at += size
        return self.pick("", "%", "_", " ") + "".join(pieces[:4]) + self.pick("", "%", "%", "_")

    def number(self, slug, column):
        value = self.sample(slug, column) if self.rng.random() < 0.6 else None
        if value is None:
            value = self.pick("0", "1", "-1", "2.5", "1.00005", "99999999999.99991", "123456789012345678", "1e20", "-0.00001", "'NaN'", "'Infinity'",
                              "'-Infinity'", "NULL", "5")
        return f"{value}::numeric" if self.rng.random() < 0.6 or "'" in str(value) else str(value)

    def moment(self, slug, column):
        value = self.sample(slug, column) if self.rng.random() < 0.6 else self.rng.choice(STAMPS)
        if value is None:
            value = self.rng.choice(STAMPS)
        shift = self.pick("", "", " - interval '1 microsecond'", " + interval '1 microsecond'", " + interval '500 microseconds'",
                          " - interval '1 millisecond'", " + interval '1 day'")
        odd = self.pick(*["x"] * 12, "'infinity'::timestamptz", "'-infinity'::timestamptz", "NULL::timestamptz", "now() - interval '400 days'",
                        "current_date", "'0044-03-15 BC'::timestamptz", "'12000-01-01'::timestamptz")
        return odd if odd != "x" else f"('{value}'::timestamptz{shift})"

    def day(self, slug, column):
        value = self.sample(slug, column) or "2024-02-29"
        return self.pick(*[f"'{value}'::date"] * 8, "'infinity'::date", "NULL::date", "current_date", "'2024-03-01'::date", f"('{value}'::date + 1)",
                         f"'{value}'::timestamptz", "'12000-01-01'::date")

    def uuid(self, slug, column):
        value = self.sample(slug, column) if self.rng.random() < 0.8 else None
        return f"'{value or '3a4da5ae-862e-4a96-8241-ce4687fb4237'}'::uuid" if self.rng.random() < 0.95 else "NULL::uuid"

    def operand(self, kind, slug, column):
        if kind == "text":
            return quote(self.text(slug, column)) if self.rng.random() < 0.95 else "NULL"
        return {"numeric": self.number, "smallint": self.number, "timestamp with time zone": self.moment, "date": self.day,
                "uuid": self.uuid}[kind](slug, column)

    def many(self, kind, slug, column):
        return [self.operand(kind, slug, column) for _ in range(self.amount(1, 2, 3, 5, 12))]

    def amount(self, *few):
        """How many values: now and then more than one filter holds."""
        return self.pick(51, 101, 130, 260) if self.rng.random() < (0.7 if self.long else 0.02) else self.pick(*few)

    def leaf(self, slug):
        column, kind = self.rng.choice(list(self.columns[slug].items()))
        name = f'"{column}"'
        if kind.endswith("[]"):
            element = kind[:-2]
            if element not in ("text", "uuid"):
                return f"{name} IS NOT NULL"
            one = self.operand(element, slug, column)
            some = f"ARRAY[{', '.join(self.operand(element, slug, column) for _ in range(self.amount(1, 1, 2, 3)))}]::{kind}"
            return self.pick(f"{one} = ANY ({name})", f"{name} @> {some}", f"{name} && {some}", f"{some} <@ {name}", f"{name} = '{{}}'",
                             f"cardinality({name}) > 1", f"{name} IS NULL", f"NOT ({name} @> {some})", f"{one} <> ALL ({name})", f"{name} <@ {some}",
                             f"{name} @> '{{}}'", f"{name} && '{{}}'", f"NOT ({one} = ANY ({name}))")
        if kind == "boolean":
            return self.pick(name, f"NOT {name}", f"{name} IS TRUE", f"{name} IS NOT TRUE", f"{name} IS FALSE", f"{name} = true", f"{name} = false",
                             f"{name} IS NULL", f"{name} IS NOT FALSE", f"{name} <> true", f"{name} IS UNKNOWN")
        if kind not in ("text", "numeric", "smallint", "timestamp with time zone", "date", "uuid"):
            return f"{name} IS NOT NULL"
        if self.rng.random() < 0.1:
            return f"{name} IS {self.pick('', 'NOT ')}NULL"
        if self.rng.random() < (0.7 if self.long else 0.2):
            values = self.many(kind, slug, column)
            sql_type = "timestamptz" if kind.startswith("timestamp") else kind if kind != "smallint" else "numeric"
            cast = [f"({v})::{sql_type}" for v in values]
            return self.pick(f"{name} IN ({', '.join(cast)})", f"{name} NOT IN ({', '.join(cast)})", f"{name} = ANY (ARRAY[{', '.join(cast)}])",
                             f"{name} <> ALL (ARRAY[{', '.join(cast)}])", f"{name} = ANY ('{{}}'::{sql_type}[])", f"{name} = ANY (NULL::{sql_type}[])",
                             f"{name} <> ALL ('{{}}'::{sql_type}[])", f"{name} = ANY (ARRAY(SELECT unnest(ARRAY[{', '.join(cast)}])))")
        if kind == "text" and self.rng.random() < 0.12:
            low = self.pick(quote(self.text(slug, column).lower()), quote(self.pattern(slug, column).lower()), quote(self.text(slug, column)))
            return f"lower({name}) {self.pick('=', 'LIKE', 'LIKE', 'NOT LIKE', '<>', 'ILIKE', '^@')} {low}"
        if self.rng.random() < 0.05:
            return f"{name} IS {self.pick('', 'NOT ')}DISTINCT FROM {self.operand(kind, slug, column)}"
        if column.endswith("__actor_type") and self.rng.random() < 0.7:
            base = column[:-len("__actor_type")]
            return f"""({name} = '{self.pick('workspace-member', 'api-token', 'system', 'app')}' AND "{base}" = {self.uuid(slug, base)})"""
        if kind == "text" and self.rng.random() < 0.45:
            return f"{name} {self.pick('LIKE', 'LIKE', 'ILIKE', 'NOT LIKE', 'NOT ILIKE')} {quote(self.pattern(slug, column))}" \
                if self.rng.random() < 0.9 else self.pick(f"{name} ^@ {quote(self.text(slug, column))}",
                                                          f"starts_with({name}, {quote(self.text(slug, column))})")
        if kind.startswith("timestamp") and self.rng.random() < 0.2:
            day = self.day(slug, column)
            op = self.pick("=", "=", "<>", "<", "<=", ">", ">=")
            unit = self.pick("hour", "day", "week", "month", "quarter", "year", "decade")
            return self.pick(f"{name}::date {op} {day}::date", f"date_trunc('{unit}', {name}) {op} date_trunc('{unit}', {day}::timestamptz)",
                             f"{name}::date IN ({day}::date, {self.day(slug, column)}::date)", f"{name} {op} {day}::timestamp", f"NOT {name}::date {op} {day}::date",
                             f"{name}::date {op} {self.moment(slug, column)}",
                             f"{name} BETWEEN {self.moment(slug, column)} AND {self.moment(slug, column)}", f"{name} >= {day}")
        operand = self.operand(kind, slug, column)
        if self.rng.random() < 0.1:
            operand = f"(SELECT {operand})"
        if kind == "date" and self.rng.random() < 0.2:
            operand = self.pick(self.moment(slug, column), f"{self.moment(slug, column)}::timestamp")
        op = self.pick("=", "=", "<>", "<", "<=", ">", ">=")
        return f"{operand} {op} {name}" if self.rng.random() < 0.15 else f"{name} {op} {operand}"

    def contact(self, slug):
        """Who was in touch with whom: conditions on the time, the owner and the type of one interaction, or two."""
        names = [c for c in self.columns[slug] if c + "__owner_member_id" in self.columns[slug]]
        leaves = []
        for _ in range(self.pick(1, 2, 2, 3, 4)):
            name = self.pick(names[0], names[-2], self.rng.choice(names))
            age = f"timestamptz '2026-01-01Z' - interval '{self.pick(0, 7, 30, 30, 90, 400, -10)} days'"
            leaves.append(self.pick(
                f'"{name}" {self.pick("<", "<=", ">", ">=")} {self.pick(age, age, self.moment(slug, name))}', f'"{name}" {self.pick("<", ">=")} {age}',
                f'("{name}" {self.pick("<", "<=")} {age} OR "{name}" IS NULL)', f'"{name}" IS {self.pick("", "NOT ")}NULL',
                f'"{name}__owner_member_id" {self.pick("=", "=", "<>")} {self.uuid(slug, name + "__owner_member_id")}',
                f'"{name}__owner_member_id" IS {self.pick("", "NOT ", "NOT ")}NULL',
                f'"{name}__owner_member_id" IN ({self.uuid(slug, name + "__owner_member_id")}, {self.uuid(slug, name + "__owner_member_id")})',
                f'"{name}__type" {self.pick("=", "=", "<>")} {self.operand("text", slug, name + "__type")}', f'"{name}__type" IS {self.pick("", "NOT ")}NULL',
                f'"{name}__type" IN ({self.operand("text", slug, name + "__type")}, {self.operand("text", slug, name + "__type")})'))
        whole = self.pick(" AND ", " AND ", " OR ").join(leaves)
        return f"{self.pick('', '', 'NOT ')}({whole})"

    def actor(self, slug):
        """Who it is: a member, a token or an app, mostly without the type, which Attio wants beside the id."""
        base = self.rng.choice([c[:-len("__actor_type")] for c in self.columns[slug] if c.endswith("__actor_type")
                                and self.columns[slug].get(c[:-len("__actor_type")]) == "uuid"])
        some = ", ".join(self.uuid(slug, base) for _ in range(self.pick(1, 2, 3)))
        kind = self.pick("workspace-member", "api-token", "system", "app")
        return self.pick(f'"{base}" = {self.uuid(slug, base)}', f'"{base}" IN ({some})', f'"{base}" = ANY (ARRAY[{some}])', f'"{base}" <> {self.uuid(slug, base)}',
                         f"""("{base}" IN ({some}) AND "{base}__actor_type" = '{kind}')""", f"""("{base}" IN ({some}) OR "{base}__actor_type" = '{kind}')""")

    def tree(self, slug, depth):
        if slug == "all_types" and self.rng.random() < 0.08:
            return self.actor(slug)
        if slug in ("people", "companies") and self.rng.random() < 0.12:
            return self.contact(slug)
        if depth == 0 or self.rng.random() < 0.35:
            return self.leaf(slug)
        kind = self.pick("AND", "AND", "OR", "NOT")
        if kind == "NOT":
            return f"NOT ({self.tree(slug, depth - 1)})"
        return "(" + f" {kind} ".join(self.tree(slug, depth - 1) for _ in range(self.pick(2, 2, 3))) + ")"

    def sort_column(self, slug):
        kinds = ("numeric", "smallint", "timestamp with time zone", "date", "text")
        return self.rng.choice([c for c, k in self.columns[slug].items() if k in kinds and c != "web_url"])

    def exact(self, slug):
        """A condition that Attio can answer alone."""
        column, kind = self.rng.choice([(c, k) for c, k in self.columns[slug].items() if k in ("numeric", "date", "timestamp with time zone")])
        if kind.startswith("timestamp"):
            return f"\"{column}\" {self.pick('>=', '<')} '2024-{self.rng.randrange(1, 13):02}-01Z'"
        operand = {"numeric": lambda: str(self.sample(slug, column) or 5), "date": lambda: f"'{self.sample(slug, column) or '2024-02-29'}'::date"}[kind]()
        return self.pick(f"\"{column}\" {self.pick('=', '<', '<=', '>', '>=')} {operand}", f"\"{column}\" IS NOT NULL")

    def sorted_query(self):
        """What ORDER BY ... LIMIT ... OFFSET lets through; of ties only what is sorted by is compared."""
        _, slug = self.rng.choice(TABLES)
        numbers = [c for c, k in self.columns[slug].items() if k in ("numeric", "date", "smallint")]
        if numbers and self.rng.random() < 0.2:     # more than there are rows with a value: the others come in a second step
            column = self.rng.choice(numbers)
            return (f"SELECT coalesce(t.\"{column}\"::text, '-') FROM (SELECT * FROM @{slug} ORDER BY \"{column}\" {self.pick('ASC', 'DESC')} NULLS {self.pick('LAST', 'LAST', 'FIRST')} "
                    f"LIMIT {self.pick(40, 100, 200, 400)} OFFSET {self.pick(0, 0, 0, 30)}) t")
        columns = [self.sort_column(slug) for _ in range(self.pick(1, 1, 1, 2))]
        keys, names = [], []
        for column in columns:
            collation = 'COLLATE "C" ' if self.columns[slug][column] == "text" else ""
            keys.append(f'"{column}" {collation}{self.pick("ASC", "DESC")} {self.pick("", "NULLS FIRST", "NULLS LAST", "NULLS LAST")}')
            names.append(f"""coalesce(t."{column}"::text, '-')""")
        keys, names = ", ".join(keys), " || ',' || ".join(names)
        return (f"SELECT {names} FROM (SELECT * FROM @{slug} WHERE {self.pick('true', self.exact(slug), self.exact(slug), self.tree(slug, 1))} ORDER BY {keys} "
                f"LIMIT {self.pick(1, 5, 30, 200, 'NULL', '(SELECT 7)')} OFFSET {self.pick(0, 0, 3, 40, 150)}) t")

    def trusting(self):
        """A query that takes Attio's order on trust."""
        shape = self.rng.random()
        if shape < 0.4:     # of one table: a nested loop reads small pages again and again
            return next(q for q in iter(self.query, None) if not any(word in q for word in (" JOIN ", "EXISTS", "LATERAL")))
        if shape < 0.76:
            return self.sorted_query()
        _, slug = self.rng.choice(TABLES)
        column = self.pick("created_at", self.sort_column(slug))
        if self.rng.random() < 0.5:
            return f"""SELECT {self.pick('min', 'max')}("{column}")::text FROM @{slug} WHERE {self.pick('true', self.exact(slug), self.tree(slug, 1))}"""
        return (f"SELECT t.created_at::text FROM (SELECT created_at FROM @{slug} WHERE {self.pick('true', self.exact(slug), self.tree(slug, 1))} ORDER BY created_at "
                f"{self.pick('ASC', 'DESC')} LIMIT {self.pick(1, 5, 30, 80, 'NULL')} OFFSET {self.pick(0, 0, 3, 40)}) t")

    def count(self):
        """A count; the tables are said to be large, so that it is probed for where it may be."""
        _, slug = self.rng.choice(TABLES)
        return f"SELECT count(*)::text FROM @{slug} WHERE {self.pick('true', self.exact(slug), self.exact(slug), self.exact(slug) + ' AND ' + self.exact(slug), self.tree(slug, 2))}"

    def query(self):
        """A query whose one column identifies its rows; @ stands for the schema."""
        shape = self.rng.random()
        if shape < 0.03:    # the odd texts of extra_rows
            text = self.pick(self.rng.choice([t for t in TEXTS if t]), self.rng.choice([t for t in TEXTS if t != t.strip()]))
            text = self.pick(text, text.swapcase())
            size = self.rng.randrange(1, len(text) + 1)
            if self.rng.random() < 0.15:    # texts that are empty, and none
                return f"SELECT record_id::text FROM @all_types WHERE {self.pick('a_name__last_name', 'a_name', 'a_text')} IS {self.pick('', 'NOT ', 'NOT ')}NULL"
            if self.rng.random() < 0.3:     # numbers that do not travel as they are
                odd = self.pick("0.0000001", "0.00000009", "0.00005", "-0.00001", "99999999999.99991", "123456789012345.5", "3.13999", "1e18", "-1e-7")
                return f"SELECT record_id::text FROM @all_types WHERE a_number {self.pick('<', '<=', '<=', '>', '>=', '=', '<>')} {odd}"
            if self.rng.random() < 0.3:
                return f"SELECT count(*)::text FROM (SELECT FROM @all_types WHERE a_text {self.pick('=', '=', '<>')} {quote(text)} LIMIT {self.pick(1, 2, 5)}) t"
            return (f"SELECT record_id::text FROM @all_types WHERE a_text {self.pick('LIKE', 'LIKE', 'ILIKE', 'NOT LIKE')} "
                    f"{quote(self.pick(text[:size] + '%', '%' + text[-size:]))}")
        if shape < 0.06:
            kind, slug = self.rng.choice(TABLES)
            if self.rng.random() < 0.5:     # further keys, of which the last leaves no ties
                key = "record_id" if kind == "objects" else "entry_id"
                second = self.pick("", "", f'"{self.sort_column(slug)}" {self.pick("ASC", "DESC")}, ')
                second = second if self.columns[slug].get(second.split('"')[1] if second else "") != "text" else ""
                return (f"SELECT t.{key}::text FROM (SELECT {key} FROM @{slug} WHERE {self.tree(slug, 1)} ORDER BY created_at {self.pick('ASC', 'DESC')}, {second}"
                        f"{key} {self.pick('ASC', 'DESC')} LIMIT {self.pick(1, 5, 30, 80, '(SELECT 9)')} OFFSET {self.pick(0, 0, 3, 40)}) t")
            # ties at the end of a LIMIT may be any, so only what is sorted by is compared
            return (f"SELECT t.created_at::text FROM (SELECT created_at FROM @{slug} WHERE {self.tree(slug, 1)} ORDER BY created_at "
                    f"{self.pick('ASC', 'DESC', 'DESC NULLS LAST', 'ASC NULLS FIRST')} LIMIT {self.pick(1, 5, 30, 80, 'NULL')} OFFSET {self.pick(0, 0, 3, 40)}) t")
        if shape < 0.11:
            return self.sorted_query()
        if shape < 0.12:
            return f"SELECT record_id::text FROM @{VIEW} WHERE {self.pick(self.tree(VIEW, 2), 'record_id = ' + self.uuid('deals', 'record_id'))}"
        if shape < 0.14:
            _, slug = self.rng.choice(TABLES)
            return (f"SELECT count(*)::text FROM (SELECT FROM @{slug} WHERE {self.tree(slug, 1)} LIMIT {self.pick(0, 1, 7, 25, 70)} "
                    f"OFFSET {self.pick(0, 0, 2, 30)}) t")
        if shape < 0.17:
            _, slug = self.rng.choice(TABLES)
            column = self.pick("created_at", self.sort_column(slug))
            return f"""SELECT {self.pick('min', 'max')}("{column}")::text FROM @{slug} WHERE {self.pick('true', self.exact(slug), self.tree(slug, 1))}"""
        if shape < 0.7:
            kind, slug = self.rng.choice(TABLES)
            key = "record_id" if kind == "objects" else "entry_id"
            return f"SELECT {key}::text FROM @{slug} WHERE {self.tree(slug, self.rng.randrange(5))}"
        if shape < 0.76:
            return ("SELECT p.record_id::text || c.record_id::text FROM @companies c JOIN @people p ON p.company = c.record_id "
                    f"WHERE {self.only('c', 'companies')}")
        if shape < 0.82:
            return ("SELECT d.record_id::text || coalesce(c.name, '-') FROM @deals d LEFT JOIN @companies c ON c.record_id = d.associated_company "
                    f"AND {self.only('c', 'companies')} WHERE {self.only('d', 'deals')}")
        if shape < 0.88:
            word = self.pick("EXISTS", "NOT EXISTS")
            return f"SELECT c.record_id::text FROM @companies c WHERE {word} (SELECT FROM @deals d WHERE d.associated_company = c.record_id AND {self.only('d', 'deals')})"
        if shape < 0.9:     # keys at the borders of a batch
            return ("SELECT p.record_id::text FROM @people p WHERE p.record_id = ANY (ARRAY(SELECT record_id FROM @people ORDER BY record_id "
                    f"LIMIT {self.pick(1, 2, 99, 100, 101, 102, 199, 200)}))")
        if shape < 0.92:
            return (f"SELECT p.record_id::text FROM @people p WHERE p.record_id = ANY (ARRAY(SELECT p2.record_id FROM @people p2 "
                    f"WHERE {self.only('p2', 'people')})) OR p.name IS NULL")
        if shape < 0.96:
            return f"SELECT d.stage || count(*)::text FROM @deals d WHERE {self.only('d', 'deals')} GROUP BY d.stage"
        return (f"SELECT l.n::text || c.record_id::text FROM @companies c, LATERAL (SELECT count(*) AS n FROM @people p WHERE p.company = c.record_id "
                f"AND {self.only('p', 'people')}) l")

    def only(self, alias, slug):
        """Conditions on one table of a join: its columns are named with the alias."""
        condition = self.tree(slug, self.rng.randrange(2))
        for column in self.columns[slug]:
            condition = condition.replace(f'"{column}"', f'{alias}."{column}"')
        return condition


PLANS = ["", "SET enable_hashjoin = off; SET enable_mergejoin = off;", "SET enable_material = off; SET enable_hashjoin = off; SET enable_mergejoin = off;",
         "SET enable_nestloop = off;", "SET plan_cache_mode = force_generic_plan;"]


class Tally:
    """What became of the queries under an Attio that cannot be trusted."""

    def __init__(self):
        self.refused, self.sorted, self.accidents = 0, 0, 0

    def sift(self, emulator, database, settings, queries, found):
        """The differences that are none of those that are allowed."""
        unfaithful = settings.get("sorts") in ("ignored", "as_text")
        self.sorted += sum(is_sorted(q) for q in queries) if unfaithful else 0
        left = []
        for difference, query, plan in found:
            if difference.startswith("hint "):
                self.refused += 1
            elif unfaithful and is_sorted(query) and self.is_accident(emulator, database, query, plan):
                self.accidents += 1
            else:
                left.append((difference, query, plan))
        return left

    def is_accident(self, emulator, database, query, plan):
        """Once more, alone: did the rows of each sorted page stand in the order asked for?"""
        emulator.forget()
        out = must(database.psql(plan.partition("{")[0] + f"SELECT differ($query${query}$query$);")).out
        pages = [r["in_order"] for r in emulator.log() if "in_order" in r]
        return not out.startswith(("error", "hint")) and bool(pages) and all(pages)


def run_set(rng, generator, emulator, database, count, settings, counts, tally=None):
    """Differences of one set of queries under these settings."""
    emulator.switches(**settings)
    options = known(rng, settings)
    size = rng.choice([500, 500, 60, 25])
    must(database.psql("".join(f"ALTER FOREIGN TABLE crm.{slug} OPTIONS (SET page_size '{size}');" for slug in [s for _, s in TABLES] + [VIEW])))
    must(database.psql("ALTER SERVER attio OPTIONS (" + ", ".join(f"SET {n} '{v}'" for n, v in options.items()) + ")"))
    queries = [generator.count() if counts and rng.random() < 0.5 else generator.trusting() if tally else generator.query()
               for _ in range(count)]
    plan = rng.choice(PLANS) + ("SET attio_fdw.push_count = on;" if counts else "")
    # a session that has seen what Attio does trusts it no more
    anew = "SELECT FROM attio_fdw_disconnect('attio');\n" if tally else ""
    lines = [plan] + [f"{anew}SELECT {i}, differ($query${q}$query$);" for i, q in enumerate(queries)]
    found = differences_of(must(database.psql("\n".join(lines))), queries, f"{plan} {json.dumps(options)} page_size {size}")
    return tally.sift(emulator, database, settings, queries, found) if tally else found


def differences_of(result, queries, setting):
    found = []
    for line in result.out.split("\n"):
        number, _, difference = line.partition("|")
        if difference:
            found.append((difference, queries[int(number)], setting))
    return found


def run_joins(rng, generator, emulator, database, count, settings):
    """The same of joins, and how many of them were planned as lookups in batches."""
    maker = joins.JoinGenerator(generator)
    emulator.switches(**settings)
    found, used = [], 0
    for _ in range(max(count // 10, 1)):
        size, batch = rng.choice([500, 500, 60, 25]), rng.choice([1, 3, 7, 40, 100, 100])
        rows = list(maker.fill(rng.choice([6, 30, 250])))
        must(database.psql("".join(f"ALTER FOREIGN TABLE crm.{slug} OPTIONS (SET page_size '{size}');" for slug in [s for _, s in TABLES] + [VIEW])
                           + f"ALTER SERVER attio OPTIONS (SET join_batch_size '{batch}');" + joins.LOCAL + "\n".join(rows) + rng.choice(["", "ANALYZE public.local_keys;"])))
        queries = [maker.query() for _ in range(10)]
        plan = rng.choice(joins.PLANS)
        lines = [plan] + [f"SELECT {i}, differ($query${q}$query$);" for i, q in enumerate(queries)]
        lines += [f"SELECT 'used' WHERE uses_join($query${q}$query$);" for q in queries]
        result = must(database.psql("\n".join(lines)))
        used += result.out.split("\n").count("used")
        result.out = "\n".join(line for line in result.out.split("\n") if line != "used")
        found += differences_of(result, queries, f"{plan} page_size {size}, join_batch_size {batch}, local_keys: {' '.join(rows)[:3000]}")
    return found, used


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--sets", type=int, default=40)
    parser.add_argument("--queries", type=int, default=100)
    parser.add_argument("--seconds", type=int, default=3600)
    parser.add_argument("--stop", action="store_true")
    parser.add_argument("--counts", action="store_true", help="half of the queries are counts, which are probed for")
    parser.add_argument("--trust", action="store_true", help="under an Attio that does not do what it is asked")
    parser.add_argument("--joins", action="store_true", help="joins by lookups instead")
    parser.add_argument("--long", action="store_true", help="lists of values that one filter cannot hold")
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    print(f"differential: seed {arguments.seed}, {arguments.sets} sets of {arguments.queries} queries")
    differences, done, looked_up, pairs, started = [], 0, 0, set(), time.time()
    tally = Tally() if arguments.trust else None
    with Emulator("--scale", "120") as emulator, Database(f"attio_differential_{os.getpid()}", emulator, FAST) as database:
        extra_rows(emulator)
        load_twin(emulator, database)
        add_view(emulator, database)
        must(database.psql("".join(f"ALTER FOREIGN TABLE crm.{slug} OPTIONS (ADD page_size '500');" for slug in [s for _, s in TABLES] + [VIEW])))
        must(database.psql(DIFFER))
        if arguments.counts:
            must(database.psql("".join(f"ALTER FOREIGN TABLE crm.{slug} OPTIONS (ADD estimated_rows '10000000');" for _, slug in TABLES)))
        must(database.psql("ALTER SERVER attio OPTIONS (" + ", ".join(f"ADD {n} 'unknown'" for n in known(rng, {})) + ", ADD join_batch_size '100')" + ";" + joins.USES_JOIN))
        generator = Generator(rng, database)
        generator.long = arguments.long
        defaults = emulator.call("GET", "/_emulator/switches")
        for number in range(arguments.sets):
            if time.time() - started > arguments.seconds or (differences and arguments.stop):
                break
            settings = {} if number == 0 else {name: rng.choice(values) for name, values in SWITCHES.items()}
            if tally:
                emulator.switches(**{name: value for name, value in defaults.items() if name in TRUST or name == "over_limit"})
                settings = dict(settings, **distrusted(rng))
            pairs |= {(a, b) for a, b in itertools.combinations(sorted((k, str(v)) for k, v in settings.items()), 2)}
            if arguments.joins:
                found, used = run_joins(rng, generator, emulator, database, arguments.queries, settings)
                looked_up += used
            else:
                found = run_set(rng, generator, emulator, database, arguments.queries, settings, arguments.counts, tally)
            done += arguments.queries
            for difference, query, plan in found:
                print(f"differential: {difference}\n  {query}\n  {plan} {json.dumps(settings)}")
            differences += found
        requests = emulator.log()
        refused = sum(1 for r in requests if r["status"] == 400)
        filtered = sum(1 for r in requests if '"filter"' in r["body"])
    wanted = sum(len(a) * len(b) for a, b in itertools.combinations(SWITCHES.values(), 2))
    print(f"differential: {done} queries, {len(requests)} requests ({filtered} with a filter, {refused} refused), "
          f"{len(pairs)} of {wanted} pairs of switch settings, {len(differences)} differences, {time.time() - started:.0f} s")
    if arguments.joins:
        print(f"differential: {looked_up} of them joined by lookups")
    if tally:
        print(f"differential: {tally.refused} errors with a hint; {tally.accidents} of {tally.sorted} sorted queries had wrong rows where a page stood in order by accident")
    return 1 if differences or (tally and tally.accidents * ACCIDENTS > tally.sorted) or (arguments.joins and looked_up < done / 4) else 0


if __name__ == "__main__":
    sys.exit(main())
