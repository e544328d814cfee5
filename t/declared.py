#!/usr/bin/env python3
"""Random definitions of tables: attributes and fields declared as types that they are and that they are not.

No statement ends the server, and rows with pushes on are those with pushes off. Where a value does not fit its column,
with pushes off there is an error where with pushes on that row may not come; never the other way round.

ATTIO_DEFINITIONS says how many tables, ATTIO_SEED which.
"""
import json
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import QUICK, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

DEFINITIONS = int(os.environ.get("ATTIO_DEFINITIONS", "40"))
SEED = int(os.environ.get("ATTIO_SEED", "1"))

# the import's own types of each type of attribute, and what else could be thought of
OWN = {"text": "text", "number": "numeric", "currency": "numeric", "rating": "smallint", "checkbox": "boolean",
       "date": "date", "timestamp": "timestamptz", "select": "text", "status": "text",
       "record-reference": "uuid", "actor-reference": "uuid", "email-address": "text", "domain": "text",
       "phone-number": "text", "personal-name": "text", "location": "text", "interaction": "timestamptz"}
OTHERS = ["text", "varchar", "varchar(4)", "char(3)", '"char"', "name", "numeric", "numeric(6,2)", "smallint", "int",
          "bigint", "real", "double precision", "money", "boolean", "date", "time", "timetz",
          "timestamp", "timestamp(0)", "timestamptz", "timestamptz(3)", "interval", "uuid", "json", "jsonb", "bytea",
          "xml", "bit(4)", "varbit", "point", "inet", "oid", "regclass", "tsvector", "int2vector",
          "oidvector", "int4range", "tstzrange", "r.words", "r.some", "r.pair", "r.grade", "r.day", "r.list", "r.kind",
          "r.strict"]
TYPES = """CREATE SCHEMA r; CREATE DOMAIN r.words AS text CHECK (length(VALUE) < 40); CREATE DOMAIN r.some AS r.words;
    CREATE DOMAIN r.strict AS text NOT NULL; CREATE TYPE r.pair AS (a text, b numeric);
    CREATE DOMAIN r.grade AS numeric(3,1); CREATE DOMAIN r.day AS timestamptz;
    CREATE DOMAIN r.list AS text[] CHECK (cardinality(VALUE) < 5);
    CREATE TYPE r.kind AS ENUM ('Lead', 'One', 'Won', 'Red');"""
# A statement under the settings: what it gives, as text.
ATTEMPT = """CREATE FUNCTION attempt(statement text, pushed bool) RETURNS text LANGUAGE plpgsql AS $$
DECLARE outcome text; setting text;
BEGIN
    FOREACH setting IN ARRAY ARRAY['push_filter', 'push_sort', 'push_limit', 'push_count', 'enable_batched_join'] LOOP
        PERFORM set_config('attio_fdw.' || setting, pushed::text, false);
    END LOOP;
    IF statement ~ '^(INSERT|UPDATE|DELETE|ANALYZE)' THEN
        EXECUTE statement;
    ELSE
        EXECUTE 'SELECT string_agg(r::text, E''\\n'' ORDER BY r::text) FROM (' || statement || ') r' INTO outcome;
    END IF;
    RETURN 'rows ' || coalesce(outcome, '');
EXCEPTION WHEN others THEN
    RETURN 'error ' || SQLSTATE || ' ' || SQLERRM;
END $$;"""


def is_time(declared):
    return declared.startswith(("date", "time", "r.day"))


def is_number(declared):
    return declared.startswith(("numeric", "small", "int", "big", "real", "double", "r.grade"))


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


class Definition:
    """One table: options, columns, and the statements for it."""

    def __init__(self, rng, number, targets):
        self.rng, self.name = rng, f"r.t{number}"
        self.columns = []       # name, type
        kind = rng.choices(("objects", "lists", "resource"), (7, 2, 2))[0]
        definitions = []
        if kind == "resource":
            slug = rng.choice(("attributes", "select_options", "statuses", "lists", "objects", "workspace_members"))
            options = [f"resource '{slug}'"]
            fields = targets["resource"][slug]
        else:
            slug = rng.choice(sorted(targets[kind]))
            definitions = targets[kind][slug]
            options = [f"{'object' if kind == 'objects' else 'list'} '{slug}'"]
            fields = (["record_id", "web_url"] if kind == "objects" else
                      ["entry_id", "parent_record_id", "parent_object"])
            fields += ["changed_at", "_raw"]
            others = (("page_order", ("created_at", "id")), ("missing_attribute", ("null", "error")),
                      ("page_size", (3, 50)))
            options += [f"{name} '{rng.choice(values)}'" for name, values in others if rng.random() < 0.3]
            # a key, by which rows are written
            self.columns.append((fields[0], "uuid", ""))
        taken = {c[0] for c in self.columns}
        for place in range(rng.randint(2, 7)):
            name, declared, column_options = self.column(fields, definitions, place)
            if name not in taken:
                taken.add(name)
                self.columns.append((name, declared,
                                     f" OPTIONS ({', '.join(column_options)})" if column_options else ""))
        listed = ", ".join(f'"{n}" {t}{o}' for n, t, o in self.columns)
        self.create = f"CREATE FOREIGN TABLE {self.name} ({listed}) SERVER attio OPTIONS ({', '.join(options)})"
        self.writable = kind != "resource"

    def declared(self, own):
        rng = self.rng
        declared = rng.choice(OTHERS + ["text"] * 20) if own is None or rng.random() < 0.4 else own
        return declared + ("[]" if rng.random() < 0.12 and "[" not in declared else "[][]" if rng.random() < 0.02
                           else "")

    def column(self, fields, definitions, place):
        rng = self.rng
        if not definitions or rng.random() < 0.25:
            field = rng.choice(fields)
            if not definitions or rng.random() < 0.2:
                return field, self.declared(None), []
            return f"f{place}", self.declared(None), [f"field '{field}'"]
        attribute = rng.choice(definitions)
        own = OWN[attribute["type"]] + ("[]" if attribute["is_multiselect"] else "")
        if rng.random() < 0.3:
            return attribute["api_slug"], self.declared(own) if rng.random() < 0.7 else own, []
        options = [f"attribute {quoted(attribute['api_slug'])}"]
        if rng.random() < 0.7:
            options.append(f"type '{attribute['type']}'")
        if rng.random() < 0.7:
            options.append(f"multiselect '{str(attribute['is_multiselect']).lower()}'")
        if rng.random() < 0.5:
            options.append(f"attribute_id '{attribute['id']['attribute_id']}'")
        properties = {"select": ("option_id", "active_from"), "status": ("status_id", "active_from"),
                      "personal-name": ("first_name", "last_name"), "location": ("locality", "latitude", "line_1"),
                      "email-address": ("first", "email_domain"), "domain": ("first",),
                      "record-reference": ("target_object",), "actor-reference": ("actor_type",),
                      "interaction": ("owner_member_id", "type", "interaction_type")}
        if attribute["type"] in properties and rng.random() < 0.3:
            options.append(f"property '{rng.choice(properties[attribute['type']])}'")
            own = None
        return f"c{place}", self.declared(own) if rng.random() < 0.7 else own or "text", options

    def literal(self, column, declared, values):
        known = values.get(column) or []
        other = ("x", "5", "2024-02-29", "{a,b}", "true", "", "One", "00000000-0000-4000-8000-000000000001")
        text = self.rng.choice(known if known and self.rng.random() < 0.8 else other)
        casts = [declared] * 8 + (["date", "timestamptz", "timestamp"] if is_time(declared)
                                  else ["numeric", "int", "float8"] if is_number(declared) else ["text", "varchar"])
        return f"{quoted(text)}::{self.rng.choice(casts)}"

    def condition(self, values):
        rng = self.rng
        name, declared, _ = rng.choice(self.good(values))
        column = f'"{name}"'
        one = self.literal(name, declared, values)
        shapes = [f"{column} = {one}", f"{column} <> {one}", f"{column} < {one}", f"{column} >= {one}",
                  f"{column} IS NULL", f"{column} IS NOT NULL",
                  f"{column} IN ({one}, {self.literal(name, declared, values)})",
                  f"{column} = ANY (ARRAY[{one}])", f"{column} NOT IN ({one})",
                  f"{column} BETWEEN {one} AND {self.literal(name, declared, values)}", f"{column}::text ILIKE '%a%'"]
        if declared.endswith("]") or declared == "r.list":
            first = rng.choice(values.get(name) or ["x"]).strip("{}").split(",")[0]
            element = f"{quoted(first)}::{declared.replace('[]', '') if declared != 'r.list' else 'text'}"
            shapes += [f"{element} = ANY ({column})", f"{column} && ARRAY[{element}]", f"{column} @> ARRAY[{element}]",
                       f"{column} <> ARRAY[{element}]", f"cardinality({column}) = 1"]
        elif is_time(declared):
            shapes += [f"{column}::date >= '2024-03-01'", f"{column}::date = '2024-03-01'",
                       f"date_trunc('month', {column}) = '2024-03-01'", f"{column} > now() - interval '2 years'"]
        elif declared == "boolean":
            shapes += [f"{column}", f"NOT {column}", f"{column} IS TRUE"]
        elif not is_number(declared):
            shapes += [f"{column} LIKE {quoted(rng.choice(('A%', '%e%', '_')))}", f"{column} ILIKE '%A%'",
                       f"lower({column}) = lower({one})", f"starts_with({column}, 'A')"]
        return rng.choice(shapes)

    def good(self, values):
        """The columns that can be read, and seldom all of them."""
        return [c for c in self.columns if c[0] in values] if self.rng.random() < 0.97 and values else self.columns

    def query(self, values):
        rng = self.rng
        good = self.good(values)
        name, declared, _ = rng.choice(good)
        where = rng.choice(("", f"WHERE {self.condition(values)}", f"WHERE {self.condition(values)}",
                            f"WHERE {self.condition(values)} {rng.choice(('AND', 'OR'))} {self.condition(values)}"))
        column = f'"{name}"'
        return rng.choice((
            "SELECT " + ", ".join(f'"{n}"' for n, _, _ in good) + f" FROM {self.name} {where}",
            f"SELECT count(*) FROM {self.name} {where}", f"SELECT {column} FROM {self.name} {where}",
            f"SELECT min({column}), max({column}) FROM {self.name} {where}",
            f"SELECT {column} FROM {self.name} {where} ORDER BY {column} {rng.choice(('ASC', 'DESC'))} NULLS "
            f"{rng.choice(('FIRST', 'LAST'))} LIMIT {rng.choice((1, 4))} OFFSET {rng.choice((0, 0, 2))}",
            f"SELECT a.{column} FROM {self.name} a JOIN {self.name} b "
            f"ON a.{column} = b.{column} {where.replace(chr(34), 'a.' + chr(34), 1)}",
            f"SELECT p.record_id FROM crm.people p JOIN {self.name} b "
            f"ON p.record_id = b.{column if declared == 'uuid' else chr(34) + self.columns[0][0] + chr(34)}",
            f"SELECT {self.name[2:]} FROM {self.name} {where}"))

    def write(self, values):
        rng = self.rng
        name, declared, _ = rng.choice(self.columns)
        key = self.columns[0][0]
        some = rng.sample(self.columns, min(len(self.columns), rng.choice((1, 2))))
        assigned = [f'"{n}"' for n, _, _ in some]
        given = [self.literal(n, t, values) for n, t, _ in some]
        return rng.choice((
            f"INSERT INTO {self.name} ({', '.join(assigned)}) VALUES ({', '.join(given)})",
            f"INSERT INTO {self.name} ({', '.join(assigned)}) VALUES ({', '.join(given)}) RETURNING *",
            f"UPDATE {self.name} SET {', '.join(a + ' = ' + g for a, g in zip(assigned, given))} "
            f"WHERE \"{key}\" IN (SELECT \"{key}\" FROM {self.name} LIMIT 2)",
            f"UPDATE {self.name} SET \"{name}\" = {self.literal(name, declared, values)} "
            f"WHERE \"{key}\" = {self.literal(key, 'uuid', values)}",
            f"UPDATE {self.name} SET \"{name}\" = \"{name}\" WHERE {self.condition(values)} RETURNING *",
            f"DELETE FROM {self.name} WHERE {self.condition(values)} "
            f"AND \"{key}\" = {self.literal(key, 'uuid', values)}"))


def compared(queries, outcomes):
    """The queries that ended in an internal error, and those that gave other rows, or an error, with pushes on only."""
    bad = []
    for query, (on, off) in zip(queries, outcomes):
        if "error XX" in on or "error XX" in off or (on != off and not off.startswith("error")):
            bad.append((query, on[:600], off[:600]))
    return bad


WORK = Workspace("--scale", "12", options=QUICK + ", max_retries '0'", before=lambda _emulator,
                 database: must(database.psql(TYPES + ATTEMPT)))


@case(WORK)
def definitions(emulator, database):
    """Random tables: each query with pushes and without, and writes."""
    targets = {kind: {slug: [a for a in emulator.get(f"/v2/{kind}/{slug}/attributes?limit=200") if not a["is_archived"]]
                      for slug in slugs}
               for kind, slugs in (("objects", ("all_types", "all_types", "deals", "people", "companies")),
                                   ("lists", ("sales_pipeline", "hiring")))}
    columns = "SELECT string_agg(attname, ' ') FROM pg_attribute WHERE attrelid = 'crm.{}'::regclass AND attnum > 0"
    targets["resource"] = {
        name: database.value(columns.format(name)).split()
        for name in ("attributes", "select_options", "statuses", "lists", "objects", "workspace_members")}
    ended, differ, counts = [], [], {"rows": 0, "error": 0}
    for number in range(DEFINITIONS):
        rng = random.Random(f"{SEED} {number}")
        definition = Definition(rng, number, targets)
        if database.psql(definition.create).code != 0:
            continue
        samples = ", ".join(f"'{n}', attempt('SELECT DISTINCT \"{n}\"::text FROM {definition.name} LIMIT 5', false)"
                            for n, _, _ in definition.columns)
        result = database.psql(f"SELECT json_build_object({samples})")
        values = {n: [v.strip('()"') for v in text[5:].split("\n")]
                  for n, text in json.loads(result.out or "{}").items() if text.startswith("rows ")}
        queries = [definition.query(values) for _ in range(14)]
        both = "".join(f"SELECT json_build_array(attempt({quoted(q)}, true), attempt({quoted(q)}, false));"
                       for q in queries)
        result = database.psql("SET statement_timeout = '60s';" + both, "-v", "ON_ERROR_STOP=0")
        outcomes = [json.loads(line) for line in result.out.split("\n") if line.startswith("[")]
        writes = [definition.write(values) for _ in range(6)] if definition.writable else []
        second = database.psql("SET statement_timeout = '60s';" + f"SELECT attempt('ANALYZE {definition.name}', true);"
                               + "".join(f"SELECT attempt({quoted(w)}, true);" for w in writes)
                               + "SELECT 'alive'", "-v", "ON_ERROR_STOP=0")
        alive = second.out.endswith("alive") and "server closed" not in result.err + second.err
        if len(outcomes) != len(queries) or not alive or "error XX" in second.out:
            ended.append((definition.create, queries[len(outcomes):len(outcomes) + 1], result.err[:500],
                          second.out[-500:], second.err[:500], writes))
        differ += [(definition.create, *each) for each in compared(queries, outcomes)]
        for on, off in outcomes:
            counts[on.split(" ")[0]] += 1
        if number % 10 == 9:
            emulator.reset()
    tap.ok(not ended, f"{DEFINITIONS} definitions: the server lives, and nothing is an internal error",
           "\n".join(map(str, ended[:3])))
    tap.ok(not differ, f"{sum(counts.values())} queries ({counts['error']} of them errors): with pushes as without",
           "\n".join(map(str, differ[:4])))
    tap.ok(counts["rows"] > counts["error"], "most give rows", counts)


run()
