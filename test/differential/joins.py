"""Joins for the differential test: an outer side of any kind with tables of Attio as inner ones.

Keys are NULL, repeated, without a match, with many, with blanks at their ends, in arrays; the sizes of batches are small, so that
their borders are met often.
"""

# The local outer table; "@" is the schema of the tables of Attio, or of their twins.
LOCAL = """
CREATE TABLE IF NOT EXISTS public.local_keys (id int PRIMARY KEY, word text, n numeric, day date, moment timestamptz, key uuid, words text[], keys uuid[], nodes jsonb);
TRUNCATE public.local_keys;
"""
COLUMN_OF = {"text": "word", "numeric": "n", "smallint": "n", "date": "day", "timestamp with time zone": "moment", "uuid": "key"}
ARRAY_OF = {"text": "words", "uuid": "keys"}
# Plans that leave nothing but joins by lookups, that make them cheap, and the planner's own choice.
PLANS = ["", "SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_nestloop = off;", "SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_nestloop = off;",
         "SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_nestloop = off; SET work_mem = '64kB';",
         "SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_nestloop = off; SET plan_cache_mode = force_generic_plan;"]
USES_JOIN = """CREATE OR REPLACE FUNCTION uses_join(query text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE line text;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN ' || in_schema(query, 'crm') LOOP
        IF line LIKE '%Attio Join%' THEN RETURN true; END IF;
    END LOOP;
    RETURN false;
EXCEPTION WHEN OTHERS THEN
    RETURN false;	-- no query: both refuse it
END $$;"""
# References between the tables: whose column points to the ids of which.
REFERENCES = (("deals", "associated_company", "companies"), ("people", "company", "companies"), ("sales_pipeline", "parent_record_id", "companies"))
REFERENCE_ARRAYS = (("companies", "team", "people"), ("deals", "associated_people", "people"))


class JoinGenerator:
    """Makes queries with joins; takes values, conditions and columns from the generator of conditions."""

    def __init__(self, generator):
        self.base, self.rng, self.pick, self.columns = generator, generator.rng, generator.pick, generator.columns
        self.tables = [slug for slug in self.columns if slug in ("all_types", "deals", "people", "companies", "sales_pipeline", "hiring")]

    def keys_of(self, slug):
        return [(c, k) for c, k in self.columns[slug].items() if k in COLUMN_OF or (k.endswith("[]") and k[:-2] in ARRAY_OF)]

    def value(self, kind, slug, column):
        """A value that some row has, often."""
        if self.rng.random() < 0.12:
            return "NULL"
        return self.base.operand(kind, slug, column)

    def fill(self, rows):
        """SQL that fills the local table for one inner table and column."""
        slug = self.rng.choice(self.tables)
        column, kind = self.rng.choice(self.keys_of(slug))
        element = kind[:-2] if kind.endswith("[]") else kind
        name, values = COLUMN_OF[element], []
        for number in range(rows):
            if values and self.rng.random() < 0.3:
                value = self.rng.choice(values)
            else:
                value = self.value(element, slug, column)
            values.append(value)
            some = [self.rng.choice(values) for _ in range(self.pick(0, 1, 2, 5))]
            extra, array = ("", "") if element not in ARRAY_OF else (f", {ARRAY_OF[element]}", f", ARRAY[{', '.join(some)}]::{element}[]" if self.rng.random() < 0.9 else ", NULL")
            yield f"INSERT INTO public.local_keys (id, {name}{extra}) VALUES ({number}, ({value})::{element if element != 'smallint' else 'numeric'}{array});"
        self.inner = (slug, column, kind, element)

    def condition(self):
        """The join condition of the local table with the inner one it was filled for."""
        slug, column, kind, element = self.inner
        outer, inner = f"l.{COLUMN_OF[element]}", f'i."{column}"'
        if kind.endswith("[]"):
            return f"{outer} = ANY ({inner})"
        if element in ARRAY_OF and self.rng.random() < 0.35:
            return f"{inner} = ANY (l.{ARRAY_OF[element]})"
        if kind == "smallint":
            inner += "::numeric"
        if element == "text" and self.rng.random() < 0.15:
            return f"lower({outer}) = lower({inner})"
        return self.pick(f"{outer} = {inner}", f"{inner} = {outer}")

    def outer(self):
        return self.pick("public.local_keys l", "public.local_keys l", "(SELECT * FROM public.local_keys WHERE id % 3 <> 1 ORDER BY id DESC) l",
                         "(SELECT * FROM public.local_keys UNION ALL SELECT * FROM public.local_keys WHERE id < 5) l")

    def local_query(self):
        slug, column, kind, element = self.inner
        key = "entry_id" if slug in ("sales_pipeline", "hiring") else "record_id"
        on, outer = self.condition(), self.outer()
        more = self.pick("true", "true", self.base.only("i", slug), "l.id % 2 = 0", f"coalesce(i.{key}::text, '') <> l.id::text")
        where = self.pick("true", "true", "l.id < 30", f"i.{key} IS NULL OR l.id > 3")
        shape = self.rng.random()
        if shape < 0.3:
            return f"SELECT l.id || ' ' || i.{key} FROM {outer} JOIN @{slug} i ON {on} AND {more} WHERE {where}"
        if shape < 0.55:
            return f"SELECT l.id || ' ' || coalesce(i.{key}::text, '-') FROM {outer} LEFT JOIN @{slug} i ON {on} AND {more} WHERE {where}"
        if shape < 0.75:
            return f"SELECT l.id::text FROM {outer} WHERE {self.pick('', 'NOT ')}EXISTS (SELECT FROM @{slug} i WHERE {on} AND {more})"
        if shape < 0.82 and not kind.endswith("[]") and kind != "smallint":
            return f'SELECT l.id::text FROM {outer} WHERE l.{COLUMN_OF[element]} IN (SELECT i."{column}" FROM @{slug} i WHERE {self.base.only("i", slug)})'
        if shape < 0.9:
            return (f"SELECT count(*)::text FROM (SELECT FROM {outer} JOIN @{slug} i ON {on} LIMIT {self.pick(1, 3, 20)}) t")
        return (f"WITH c AS MATERIALIZED (SELECT * FROM {outer} WHERE l.id < 40) SELECT l.id || ' ' || count(i.{key}) FROM c l LEFT JOIN @{slug} i ON {on} GROUP BY l.id")

    def chain_query(self):
        """Joins of joins, by references."""
        first, column, second = self.rng.choice(REFERENCES)
        key = "entry_id" if first == "sales_pipeline" else "record_id"
        kind = self.pick("JOIN", "LEFT JOIN")
        shape = self.rng.random()
        if shape < 0.25:
            return (f"SELECT a.{key} || ' ' || coalesce(b.record_id::text, '-') FROM @{first} a {kind} @{second} b ON a.{column} = b.record_id AND {self.base.only('b', second)} "
                    f"WHERE {self.base.only('a', first)}")
        if shape < 0.45:
            return (f"SELECT b.record_id || ' ' || coalesce(a.{key}::text, '-') FROM @{second} b {kind} @{first} a ON a.{column} = b.record_id AND {self.base.only('a', first)} "
                    f"WHERE {self.base.only('b', second)}")
        if shape < 0.6:
            there, array, here = self.rng.choice(REFERENCE_ARRAYS)
            return (f"SELECT a.record_id || ' ' || coalesce(b.record_id::text, '-') FROM @{there} a {kind} @{here} b ON b.record_id = ANY (a.{array}) WHERE {self.base.only('a', there)}")
        if shape < 0.7:
            there, array, here = self.rng.choice(REFERENCE_ARRAYS)
            return (f"SELECT b.record_id || ' ' || coalesce(a.record_id::text, '-') FROM @{here} b {kind} @{there} a ON b.record_id = ANY (a.{array}) WHERE {self.base.only('b', here)}")
        if shape < 0.85:
            return (f"SELECT d.record_id || ' ' || coalesce(c.record_id::text, '-') || ' ' || coalesce(p.record_id::text, '-') || ' ' || coalesce(e.entry_id::text, '-') "
                    f"FROM @deals d {kind} @companies c ON c.record_id = d.associated_company {self.pick('JOIN', 'LEFT JOIN')} @people p ON p.company = c.record_id "
                    f"{self.pick('JOIN', 'LEFT JOIN')} @sales_pipeline e ON e.parent_record_id = c.record_id WHERE {self.base.only('d', 'deals')}")
        return (f"SELECT c.record_id || ' ' || l.n FROM @companies c, LATERAL (SELECT count(*) AS n FROM @people p JOIN @deals d ON d.associated_company = p.company AND d.value > 0 "
                f"WHERE p.company = c.record_id) l WHERE {self.base.only('c', 'companies')}")

    def query(self):
        return self.local_query() if self.rng.random() < 0.65 else self.chain_query()
