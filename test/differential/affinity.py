"""Differential test of Affinity: every query runs on the foreign tables and on local twins; the rows must be the same.

The twins are loaded from the emulator's own data (test/lib/affinity_twin.py).  Each set of queries runs under another
set of the emulator's switches: orders, borders, pages, shapes of answers; and with other page sizes.

    affinity.py --seed N --sets N --queries N (of each set) [--seconds N] [--stop (at the first difference)]
                [--tables NAME,... (only of these, and joins with them)]
"""
import json
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from affinity import Affinity, AffinityDatabase  # noqa: E402
from affinity_twin import COLUMNS, DATED, DATES, DIRECTIONS, LOGGING, TYPES, load_all  # noqa: E402
from attio_test import must  # noqa: E402
import queries  # noqa: E402
from queries import argument_parser, compare, outcomes, quote  # noqa: E402

SWITCHES = {
    "order": ["newest", "oldest", "hash"], "entity_order": ["id", "reversed", "hash"],
    "start_border": ["inclusive", "exclusive"], "end_border": ["exclusive", "inclusive"],
    "time_precision": ["us", "ms", "s"], "date_bounds": ["inclusive", "exclusive"],
    "page_size_over": ["refused", "clamped"], "pages": ["full", "full", "short", "empty", "trailing", "repeating", "circle"],
    "last_token": ["null", "absent"], "token_name": ["next_page_token", "nextPageToken"],
    "rows_name": ["kind", "kind", "interactions", "data"], "bare_lists": ["unasked", "never", "always"],
    "person_kind": ["number", "word"], "unknown_entity": ["empty", "missing", "refused"],
    "direction_of_events": ["refused", "ignored", "none"], "parameters": ["followed", "followed", "ignored"],
    "email_persons": ["shown", "absent"], "logging_type": ["shown", "missing"], "empty_members": ["null", "absent"],
    "interaction_dates": ["null", "absent"], "error_body": ["message", "errors", "texts", "detail", "error"],
    "gzip": [False, True],
}
# errors that say of a query what is true of it
RIGHTLY = ("%external or collaborator%", "%_id is not valid%", "%was not found%")
SCHEMAS = ["affinity", "affinity", "odd", "heirs"]
TABLES = ("interactions", "persons", "companies", "opportunities")
KEYS = tuple(COLUMNS.values())
ENTITIES = {"person_id": "persons", "company_id": "companies", "opportunity_id": "opportunities"}
# columns of interactions
COMPARED = ("id", "type", "date", "title", "direction", "person_ids", "company_id", "person_id", "logging_type", "updated_at")
SHIFTS = ("", "", "", " + interval '1 microsecond'", " - interval '1 microsecond'", " + interval '1 millisecond'",
          " - interval '700 microseconds'", " + interval '1 second'", " - interval '1 day'", " + interval '40 days'",
          " - interval '365 days'", " + interval '365 days'", " - interval '1000 days'")

# NULL: the same rows; empty: both have none; refused: by an error that is right; else what differs.
DIFFER = queries.ROWS_OF + r"""
CREATE FUNCTION public.differ(query text, way jsonb, rightly text[], earliest text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE here text[]; there text[];
BEGIN
	BEGIN
		here := public.rows_of(replace(regexp_replace(query, '/\*from (\w+)\*/',
			'AND \1.date >= ' || quote_nullable(earliest) || '::date', 'g'), '@', 'twin.'), '{}');
	EXCEPTION WHEN OTHERS THEN
		RETURN CASE WHEN SQLERRM LIKE '%t.tableoid does not exist' THEN 'refused' ELSE 'error of the twin ' || SQLSTATE || ': ' || SQLERRM END;
	END;
	BEGIN
		there := public.rows_of(replace(regexp_replace(query, '@interactions_\w+', '@interactions', 'g'), '@', way->>'schema'),
			CASE WHEN way ? 'query' THEN way || jsonb_build_object('query', regexp_replace(way->>'query', '@interactions_\w+', '@interactions', 'g')) ELSE way END);
	EXCEPTION WHEN OTHERS THEN
		RETURN CASE WHEN SQLERRM LIKE ANY (rightly) OR (way->>'schema' = 'odd.' AND
			SQLERRM LIKE ANY ('{%t.tableoid does not exist,%cannot be read without%}')) THEN 'refused' ELSE 'error ' || SQLSTATE || ': ' || SQLERRM END;
	END;
	IF here IS NOT DISTINCT FROM there THEN RETURN CASE WHEN here IS NULL THEN 'empty' END; END IF;
	RETURN format('%s rows instead of %s', coalesce(cardinality(there), 0), coalesce(cardinality(here), 0));
END $$;
"""


class Generator:
    """Queries over the tables, with values that stand in them."""

    def __init__(self, rng, dump, tables):
        self.rng, self.tables, self.dump = rng, tables, dump
        internal = {p["id"] for p in dump["persons"] if p["type"] == "internal"}
        self.internal = sorted(internal)
        self.ids = {"person_id": [p["id"] for p in dump["persons"] if p["id"] not in internal],
                    "company_id": [each["id"] for each in dump["organizations"]],
                    "opportunity_id": [each["id"] for each in dump["opportunities"]]}
        self.of = {}        # (column, id): its interactions
        for each in dump["interactions"]:
            for name, ident in each["of"]:
                self.of.setdefault((COLUMNS[name], ident), []).append(each)
        self.busy = {key: [i for i in ids if len(self.of.get((key, i), ())) > 40] for key, ids in self.ids.items()}
        self.earliest = None        # the server's option, for a query without a lower bound
        self.rows = {"persons": dump["persons"], "companies": dump["organizations"],
                     "opportunities": dump["opportunities"]}

    def pick(self, *items):
        return self.rng.choice(items)

    def chance(self, share):
        return self.rng.random() < share

    # ----- interactions -----

    def some_ids(self, key, count):
        pool = self.busy[key] if self.busy[key] and self.chance(0.6) else self.ids[key]
        ids = [self.rng.choice(pool) for _ in range(count)]
        if self.chance(0.05):
            ids.append(999999)
        return ids

    def entity(self, alias, key):
        """A condition on the entity, and the interactions that it could choose."""
        ids = self.some_ids(key, self.pick(1, 1, 1, 1, 2, 3, 6))
        column, some = f"{alias}.{key}", ", ".join(map(str, ids))
        rows = [row for ident in ids for row in self.of.get((key, ident), [])]
        if len(ids) == 1:
            return self.pick(f"{column} = {ids[0]}", f"{ids[0]} = {column}", f"{column} = {ids[0]}::int8"), rows
        return self.pick(f"{column} IN ({some})", f"{column} = ANY (ARRAY[{some}])", f"{column} = ANY ('{{{some.replace(' ', '')}}}')",
                         "(" + " OR ".join(f"{column} = {ident}" for ident in ids) + ")"), rows

    def moment(self, rows, side=None):
        """A time: mostly of one of the rows, or near it; of an older one for min, of a newer one for max."""
        if not rows or self.chance(0.12):
            return self.pick(f"(now() - interval '{self.pick(30, 365, 366, 1000)} days')", "now()",
                             f"timestamptz '{self.pick('2019-03-31 02:30', '2024-02-29', '2020-01-01 00:00:00.000001')}'",
                             "(now() + interval '90 days')")
        row = (side or min)((self.rng.choice(rows) for _ in range(3 if side else 1)), key=lambda each: each["date"])
        return f"({self.pick('', '', '', '', 'SELECT ')}timestamptz {quote(row['date'])}{self.rng.choice(SHIFTS)})"

    def dates(self, alias, rows):
        """Bounds of dates: a lower one always; sometimes another, or none behind it."""
        column, low = f"{alias}.date", self.moment(rows, min)
        if self.chance(0.3):
            low = f"(now() - interval '{self.pick(90, 365, 800, 3700)} days')"
        if self.chance(0.08):
            return f"{column} = {self.moment(rows)}"
        whole = [row for row in rows if ".000" in row["date"]]
        if whole and self.chance(0.08):     # a row where the service is asked twice
            border = f"timestamptz {quote(self.rng.choice(whole)['date'])}"
            return f"{column} > {border} - interval '500 days' AND {column} < {border} + interval '{self.pick(365, 730, 1095)} days'"
        if self.chance(0.15):
            upper = self.pick("true", f"{column} < {self.moment(rows, max)}", f"{column} <= now()")
            return f"{upper} /*from {alias}*/"
        parts = [f"{column} {self.pick('>', '>=', '>=')} {low}"]
        if self.chance(0.05):
            parts.append(f"{column} > {self.moment(rows)}")
        shape = self.rng.random()
        if shape < 0.55:
            parts.append(f"{column} {self.pick('<', '<=')} {self.moment(rows, self.pick(max, max, None))}")
        elif shape < 0.65:
            parts.append(f"{column} {self.pick('<', '<=')} {low}{self.pick('', ' + interval %s' % quote('365 days'), ' + interval %s' % quote('1000 days'))}")
        elif shape < 0.75:
            parts.append(f"{column} <= now()")
        elif shape < 0.85:
            return f"{column} BETWEEN {low} AND {self.moment(rows, max)}"
        return " AND ".join(parts)

    def type_condition(self, alias):
        column = f"{alias}.type"
        some = self.rng.sample(TYPES, self.pick(1, 1, 2, 3))
        listed = ", ".join(map(quote, some))
        return self.pick(f"{column} = {quote(some[0])}", f"{column} = {quote(some[0])}", f"{column} IN ({listed})", f"{column} = ANY (ARRAY[{listed}])",
                         f"{column} <> {quote(some[0])}", f"{column} NOT IN ({listed})", f"{column} LIKE '{self.pick('%a%', 'me%')}'",
                         f"{column} = {self.pick(quote('fax'), 'NULL', quote(some[0]), quote(some[0]))}", f"{column} > 'chat-message'", f"({column} = {quote(some[0])} OR {column} = 'call')")

    def leaf(self, alias, rows):
        a = alias
        row = self.rng.choice(rows) if rows else None
        title = quote((row or {}).get(self.pick("title", "subject")) or "Intro")
        return self.pick(
            f"{a}.direction = {quote(self.rng.choice(DIRECTIONS))}", f"{a}.direction = {quote(self.rng.choice(DIRECTIONS))}",
            f"{a}.direction IS {self.pick('', 'NOT ')}NULL", f"{a}.direction <> 'sent'", f"{a}.direction IN ('sent', 'received')",
            f"{a}.logging_type = {quote(self.rng.choice(LOGGING))}", f"{a}.logging_type = 'manual'", f"{a}.logging_type <> 'manual'",
            f"{a}.title = {title}", f"{a}.subject = {title}", f"{a}.title LIKE '%o%'", f"{a}.subject IS NULL", f"{a}.title = ''",
            f"{self.rng.choice(self.internal)} = ANY ({a}.person_ids)", f"cardinality({a}.person_ids) > 2", f"{a}.attendees IS NULL",
            f"{a}.note_ids = '{{}}'", f"{a}.manual_creator_id IS {self.pick('', 'NOT ')}NULL", f"{a}.from_person_id IN ({', '.join(map(str, self.rng.sample(self.internal, 2)))})",
            f"{a}.start_time > {self.moment(rows)}", f"{a}.end_time IS {self.pick('', 'NOT ')}NULL", f"{a}.updated_at < {self.moment(rows)}",
            f"{a}.date <> {self.moment(rows)}", f"{a}.date > {self.moment(rows)}", f"{a}.id = {row['id'] if row else 1}",
            f"{a}.date::date {self.pick('<', '<=', '=', '>')} {self.moment(rows)}::date",
            f"date_trunc('{self.pick('day', 'month', 'year')}', {a}.date) <= {self.moment(rows)}", f"extract(year FROM {a}.date) % 2 = 0",
            f"{a}.id {self.pick('=', '<', '>')} {row['id'] if row else 1}", f"{a}.to_person_ids && ARRAY[{self.rng.choice(self.internal)}]::bigint[]",
            self.type_condition(a), self.type_condition(a))

    def tree(self, leaf, depth):
        if depth == 0 or self.chance(0.4):
            return leaf()
        kind = self.pick("AND", "AND", "OR", "OR", "NOT")
        if kind == "NOT":
            return f"NOT ({self.tree(leaf, depth - 1)})"
        return "(" + f" {kind} ".join(self.tree(leaf, depth - 1) for _ in range(self.pick(2, 2, 3))) + ")"

    def more(self, alias, rows):
        """Further conditions."""
        parts = []
        if self.chance(0.6):
            parts.append(self.type_condition(alias))
        if self.chance(0.45):
            parts.append(self.tree(lambda: self.leaf(alias, rows), self.rng.randrange(3)))
        return "".join(f" AND {part}" for part in parts)

    def internal_condition(self, alias):
        some = self.rng.sample(self.internal, 2)
        return self.pick(f"{alias}.internal_person_id = {some[0]}", f"{alias}.internal_person_id = {some[0]}",
                         f"{alias}.internal_person_id IN ({some[0]}, {some[1]})")

    def conditions(self, alias="t"):
        """(table, conditions) of a query of interactions."""
        key = self.rng.choice(KEYS)
        entity, rows = self.entity(alias, key)
        parts = [entity, self.dates(alias, rows)]
        table = "interactions"
        if self.chance(0.15):
            table = "interactions_of"
            parts.append(self.internal_condition(alias))
        self.rng.shuffle(parts)
        where, more = " AND ".join(parts), self.more(alias, rows)
        while "/*from" in where and f"{alias}.date >" in more:      # which may be the lower bound that the twin is to have
            more = self.more(alias, rows)
        return table, where + more

    def odd(self):
        """The shapes that queries.py has."""
        if self.chance(0.5):
            table, _ = self.conditions()
            return queries.shaped(self.pick, table, COMPARED, lambda alias: self.of_table(table, alias), lambda alias: self.leaf(alias, None))
        table = self.rng.choice([t for t in self.tables if t != "interactions"] or ["persons"])
        return queries.shaped(self.pick, table, ("id", "name" if table != "persons" else "last_name", DATES[0] if table in DATED else "person_ids"),
                              lambda alias: self.entity_leaf(table, alias), lambda alias: self.entity_leaf(table, alias))

    def of_table(self, table, alias):
        """Conditions of a query of this table."""
        while True:
            found, where = self.conditions(alias)
            if found == table:
                return where

    def of_interactions(self):
        table, where = self.conditions()
        shape = self.rng.random()
        if shape < 0.3:
            ties = self.pick("", ", id, type, company_id, person_id, opportunity_id, internal_person_id")
            shown = "t.date::text" if not ties else "t::text"
            return (f"SELECT {shown} FROM (SELECT * FROM @{table} t WHERE {where} ORDER BY date {self.pick('DESC', 'DESC', 'DESC', 'ASC')}"
                    f"{self.pick('', ' NULLS LAST', ' NULLS FIRST')}{ties} LIMIT {self.pick(1, 3, 10, 120)} OFFSET {self.pick(0, 0, 2, 30, 150)}) t")
        if shape < 0.36:
            return f"SELECT count(*)::text FROM @{table} t WHERE {where}"
        if shape < 0.42:
            return f"SELECT count(*)::text FROM (SELECT FROM @{table} t WHERE {where} LIMIT {self.pick(0, 1, 7, 110)}) x"
        if shape < 0.5:
            return f"SELECT concat_ws('|', type, direction, count(*), min(date), max(date), count(DISTINCT id)) FROM @{table} t WHERE {where} GROUP BY type, direction"
        if shape < 0.56:
            return f"SELECT {self.pick('min', 'max')}(date)::text FROM @{table} t WHERE {where}"
        if shape < 0.62:
            return f"SELECT DISTINCT {self.pick('type', 'id::text', 'title', 'subject')} FROM @{table} t WHERE {where}"
        return f"SELECT t::text FROM @{table} t WHERE {where}"

    def by_id(self):
        """Interactions by their id and type."""
        some = self.rng.sample(self.dump["interactions"], self.pick(1, 1, 1, 3))
        one = some[0]
        kind = TYPES[one["type"]] if self.chance(0.85) else self.rng.choice(TYPES)
        extra = self.pick("", "", f" AND t.date > {self.moment(some)}", " AND t.direction = 'sent'", " AND t.title IS NULL",
                          " AND t.logging_type = 'manual'")
        if len(some) > 1:
            listed = ", ".join(str(each["id"]) for each in some)
            return f"SELECT t::text FROM @interactions_by_id t WHERE t.id IN ({listed}) AND t.type = {quote(kind)}{extra}"
        return f"SELECT t::text FROM @interactions_by_id t WHERE t.id = {one['id']} AND t.type = {quote(kind)}{extra}"

    # ----- persons, companies, opportunities -----

    def entity_leaf(self, table, alias):
        row = self.rng.choice(self.rows[table])
        if self.chance(0.55) and table in DATED:
            column = f"{alias}.{self.rng.choice(DATES)}"
            found = [r["interaction_dates"][column.split('.')[1]] for r in self.rows[table]
                     if r["interaction_dates"].get(column.split('.')[1])]
            moment = self.moment([{"date": self.rng.choice(found)}] if found else [])
            return self.pick(f"{column} {self.pick('<', '<=', '>', '>=', '=')} {moment}", f"{column} {self.pick('<', '>=')} {moment}",
                             f"{column} BETWEEN {moment} AND {self.moment([])}", f"{column} IS {self.pick('', 'NOT ')}NULL",
                             f"{column} <> {moment}", f"{column} IS DISTINCT FROM {moment}", f"{column} IN ({moment}, now())",
                             f"coalesce({column}, now()) > {moment}", f"{column}::date {self.pick('<=', '=')} {moment}::date")
        listed = ", ".join(str(self.rng.choice(self.rows[table])["id"]) for _ in range(3))
        own = {
            "persons": [f"{alias}.first_name = {quote(row.get('first_name'))}", f"{alias}.last_name IS NULL", f"{alias}.type = 'internal'",
                        f"{alias}.primary_email = {quote(row.get('primary_email'))}", f"{alias}.emails = '{{}}'"],
            "companies": [f"{alias}.name = {quote(row.get('name'))}", f"{alias}.domain = {quote(row.get('domain'))}", f"{alias}.domain IS NULL",
                          f"{quote((row.get('domains') or ['x'])[0])} = ANY ({alias}.domains)", f"{alias}.global"],
            "opportunities": [f"{alias}.name = {quote(row.get('name'))}", f"{alias}.name LIKE '%1%'",
                              f"cardinality({alias}.person_ids) > 0"],
        }[table]
        return self.pick(f"{alias}.id = {row['id']}", f"{alias}.id IN ({listed})", f"{alias}.id > {row['id']}", *own)

    def of_entities(self, table):
        where = self.tree(lambda: self.entity_leaf(table, "t"), self.rng.randrange(4))
        shape = self.rng.random()
        dates = self.rng.sample(DATES if table in DATED else ("name", "id"), 2)
        if shape < 0.15:
            return f"SELECT concat_ws('|', t.id, t.{self.pick('name', 'id') if table != 'persons' else 'last_name'}) FROM @{table} t WHERE {where}"
        if shape < 0.3:
            return f"SELECT concat_ws('|', t.id, t.{dates[0]}, t.{dates[1]}) FROM @{table} t WHERE {where}"
        if shape < 0.4:
            return f"SELECT concat_ws('|', count(*), count(t.{dates[0]}), max(t.{dates[1]})) FROM @{table} t WHERE {where}"
        if shape < 0.5:
            return f"SELECT count(*)::text FROM @{table} t{self.pick('', ' WHERE ' + where)}"
        if shape < 0.62:
            return (f"SELECT x.d::text FROM (SELECT t.{dates[0]} AS d FROM @{table} t WHERE {where} ORDER BY 1 {self.pick('', 'DESC')} "
                    f"{self.pick('', 'NULLS FIRST', 'NULLS LAST')} LIMIT {self.pick(1, 5, 20)} OFFSET {self.pick(0, 0, 3)}) x")
        return f"SELECT t::text FROM @{table} t{self.pick('', ' WHERE ' + where, ' WHERE ' + where)}"

    # ----- joins -----

    def narrow(self, table, alias, key):
        """Few rows of a table of entities."""
        some = ", ".join(map(str, self.some_ids(key, self.pick(1, 2, 4))))
        return self.pick(f"{alias}.id IN ({some})", f"{alias}.id IN ({some}) AND {self.entity_leaf(table, alias)}")

    def join(self):
        key = self.rng.choice(KEYS)
        table = ENTITIES[key]
        local = self.chance(0.4)
        some = self.some_ids(key, self.pick(1, 2, 4, 8))
        left = f"(VALUES {', '.join(f'({ident}::bigint)' for ident in some)}) e (id)" if local else f"@{table} e"
        narrow = "true" if local else self.narrow(table, "e", key)
        rows = [row for ident in some for row in self.of.get((key, ident), [])]
        of, inner = "interactions", f"{self.dates('i', rows)}{self.more('i', rows)}"
        if self.chance(0.1):
            of, inner = "interactions_of", f"{inner} AND {self.internal_condition('i')}"
        on = f"i.{key} = e.id"
        shape = self.rng.random()
        if local and shape < 0.25:
            return self.join_of_spans(key, some)
        if shape < 0.35 and not local:
            return (f"SELECT i::text FROM @{of} i WHERE i.{key} IN (SELECT e.id FROM {left} WHERE {narrow}) AND {inner}")
        if shape < 0.15:
            return f"SELECT e.id::text FROM {left} WHERE {self.pick('', 'NOT ')}EXISTS (SELECT FROM @{of} i WHERE {on} AND {inner}) AND {narrow}"
        if shape < 0.3:
            return f"SELECT concat_ws('|', e.id, i::text) FROM {left} LEFT JOIN @{of} i ON {on} AND {inner} WHERE {narrow}"
        if shape < 0.45:
            return (f"SELECT concat_ws('|', e.id, x.date) FROM {left}, LATERAL (SELECT i.date FROM @{of} i WHERE {on} AND {inner} "
                    f"ORDER BY i.date DESC LIMIT {self.pick(1, 3)}) x WHERE {narrow}")
        if shape < 0.55:
            return f"SELECT concat_ws('|', e.id, count(*), max(i.date)) FROM {left} JOIN @{of} i ON {on} AND {inner} WHERE {narrow} GROUP BY e.id"
        return f"SELECT e::text || i::text FROM {left} JOIN @{of} i ON {on} WHERE {inner} AND {narrow}"

    def join_of_spans(self, key, ids):
        """Each entity in a span of its own.  A bound that another table has is none that the service can be asked for."""
        spans = []
        for ident in ids:
            rows = self.of.get((key, ident), [])
            spans.append(f"({ident}::bigint, {self.moment(rows, min)}, {self.moment(rows, max)})")
        kind = self.pick("", " AND i.type = 'email'", " AND i.type IN ('meeting', 'call')")
        return (f"SELECT concat_ws('|', e.id, i::text) FROM (VALUES {', '.join(spans)}) e (id, low, high) {self.pick('', 'LEFT ')}JOIN "
                f"@interactions i ON i.{key} = e.id AND i.date >= e.low AND i.date {self.pick('<', '<=')} e.high{kind} "
                f"AND i.date > '2010-01-01'")

    def join_by_id(self):
        """Interactions of an entity, looked up again by their ids and types."""
        key = self.rng.choice(KEYS)
        entity, rows = self.entity("i", key)
        return (f"SELECT concat_ws('|', i.id, i.type, j.title, j.subject, j.date) FROM @interactions i {self.pick('', 'LEFT ')}JOIN "
                f"@interactions_by_id j ON j.id = i.id AND j.type = i.type WHERE {entity} AND {self.dates('i', rows)} "
                f"AND i.type IN ('call', 'chat-message')")

    def join_of_entities(self):
        """Persons by the ids in an opportunity, or entities beside one another."""
        where = self.tree(lambda: self.entity_leaf("persons", "p"), 1)
        return self.pick(
            f"SELECT concat_ws('|', o.id, p.id, p.last_email_date) FROM @opportunities o JOIN @persons p ON p.id = ANY (o.person_ids) WHERE {where}",
            f"SELECT concat_ws('|', i.id, p.id, p.last_name) FROM @interactions i JOIN @persons p ON p.id = ANY (i.person_ids) "
            f"WHERE i.company_id = {self.some_ids('company_id', 1)[0]} AND i.date > now() - interval '1 year' AND i.type = 'call' AND {where}",
            f"SELECT concat_ws('|', c.id, p.id, p.first_event_date) FROM @companies c JOIN @persons p ON p.last_event_date = c.last_event_date WHERE {where}")

    def query(self):
        """A query of one column, which tells its rows apart; @ stands for the schema."""
        shape, entities = self.rng.random(), [t for t in self.tables if t != "interactions"]
        if self.chance(0.25) and len(self.tables) == len(TABLES):
            return self.odd()
        if "interactions" not in self.tables or (entities and shape < 0.3):
            return self.of_entities(self.rng.choice(entities))
        if shape < 0.36:
            return self.by_id()
        if shape < 0.56 and len(self.tables) == len(TABLES):
            return self.pick(self.join, self.join, self.join, self.join, self.join, self.join_of_entities, self.join_by_id)()
        return self.of_interactions()


def follow_switches(database, settings):
    """What the tables show under these switches, in views over the twins, which have the names that queries use."""
    hidden = []
    if settings["email_persons"] == "absent":
        hidden.append(("person_ids", "type = 'email'"))
    if settings["logging_type"] == "missing":
        hidden.append(("logging_type", "true"))
    script = ""
    for table in ("interactions", "interactions_of", "interactions_by_id"):
        script += (f"CREATE SCHEMA IF NOT EXISTS twin_all; DROP VIEW IF EXISTS twin.{table}; "
                   f"CREATE VIEW twin.{table} AS SELECT {columns_of(database, table, dict(hidden))} FROM twin_all.{table};")
    kind = "CASE type WHEN 'collaborator' THEN 'external' ELSE type END" if settings["person_kind"] == "number" else "type"
    script += f"DROP VIEW IF EXISTS twin.persons; CREATE VIEW twin.persons AS SELECT {columns_of(database, 'persons', {}, type=kind)} FROM twin_all.persons;"
    must(database.psql(script))


def columns_of(database, table, hidden, **instead):
    names = database.value(f"SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'twin_all.{table}'::regclass AND attnum > 0").split(",")
    return ", ".join(f"{instead[name]} AS {name}" if name in instead else
                     f"CASE WHEN NOT ({hidden[name]}) THEN {name} END AS {name}" if name in hidden else f'"{name}"' for name in names)


def run_set(rng, generator, emulator, database, count, settings):
    """Outcomes of one set of queries under these settings: (outcome as differ() has it, query, setting)."""
    emulator.switches(**settings)
    follow_switches(database, settings)
    known = settings["start_border"] if settings["start_border"] == "inclusive" and rng.random() < 0.5 else "unknown"
    ahead = rng.choice(["365d", "340d", "800d"])
    generator.earliest = rng.choice(["2016-01-01", "2021-06-01"])
    sizes = {table: rng.choice([most, most, 7, 30]) for table, most in (("interactions", 100), ("persons", 500), ("companies", 500), ("opportunities", 500))}
    must(database.psql("".join(f"ALTER FOREIGN TABLE affinity.{t} OPTIONS (SET page_size '{n}');" for t, n in sizes.items()) +
                       f"ALTER SERVER affinity OPTIONS (SET remote_start_time '{known}', SET latest_after '{ahead}', "
                       f"SET earliest_date '{generator.earliest}');" + queries.set_server_options(rng, "affinity")))
    asked = [generator.query() for _ in range(count)]
    ways = [queries.way_of(rng, query, SCHEMAS) for query in asked]
    plan = queries.session(rng)
    told = f"{plan} {json.dumps(settings)} {json.dumps(sizes)} {known} {ahead} {generator.earliest}"
    return [(outcome, query, told) for outcome, query in outcomes(database, plan, asked, ways, queries.rightly(RIGHTLY, settings["pages"]), quote(generator.earliest))]


def prepare(emulator, database):
    """The twins, aside, so that views can show them as switches say; and what the queries need."""
    dump = emulator.dump()
    load_all(database, dump)
    views = "".join(f"CREATE VIEW twin.{table} AS TABLE twin_all.{table};" for table in ("companies", "opportunities"))
    sizes = "".join(f"ALTER FOREIGN TABLE affinity.{table} OPTIONS (ADD page_size '100');" for table in TABLES)
    must(database.psql(f"ALTER SCHEMA twin RENAME TO twin_all; CREATE SCHEMA twin; {views} {sizes} ALTER SERVER affinity "
                       f"OPTIONS (ADD remote_start_time 'unknown', ADD latest_after '365d', ADD earliest_date '2016-01-01');" + queries.add_server_options("affinity") + DIFFER))
    queries.odd_definitions(random.Random(len(dump["persons"])), database, {table: f"SERVER affinity OPTIONS (resource '{table}')" for table in TABLES}, "affinity")
    return dump


def main():
    parser = argument_parser(TABLES)
    parser.add_argument("--scale", default="24")
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    with Affinity("--scale", arguments.scale, "--now", "today") as emulator, \
            AffinityDatabase(f"attio_affinity_{os.getpid()}", emulator) as database:
        generator = Generator(rng, prepare(emulator, database), arguments.tables.split(","))
        return compare("affinity", arguments, rng, SWITCHES, emulator,
                       lambda settings: run_set(rng, generator, emulator, database, arguments.queries, settings))


if __name__ == "__main__":
    sys.exit(main())
