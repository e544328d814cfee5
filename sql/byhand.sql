-- A table made by hand asks what the imported one asks, from the second statement of a session on; without attio_fdw_bind.
\c -
SET search_path = crm, public;
CREATE FOREIGN TABLE hand (record_id uuid, name text, stage text, value numeric) SERVER attio OPTIONS (object 'deals');
EXPLAIN (COSTS OFF) SELECT name FROM hand WHERE stage = 'Lead' AND value > 1000;
SELECT count(*) FROM hand WHERE stage = 'Lead' AND value > 1000;
EXPLAIN (COSTS OFF) SELECT name FROM hand WHERE stage = 'Lead' AND value > 1000;
-- the requests of each statement, on both tables
CREATE FUNCTION asks(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE plan json; counted text[];
BEGIN
	FOREACH statement IN ARRAY ARRAY[statement, replace(statement, 'hand', 'deals')] LOOP
		EXECUTE 'EXPLAIN (ANALYZE, FORMAT JSON, COSTS OFF, TIMING OFF) ' || statement INTO plan;
		plan := plan -> 0 -> 'Plan';
		WHILE plan ->> 'Attio Request' IS NULL AND plan ->> 'Attio Lookup' IS NULL AND plan -> 'Plans' -> 0 IS NOT NULL LOOP plan := plan -> 'Plans' -> 0; END LOOP;
		counted := counted || concat_ws('; ', plan ->> 'Attio Requests' || ' requests', plan ->> 'Attio Rows Received' || ' rows', plan ->> 'Attio Filter', plan ->> 'Attio Sorts', plan ->> 'Attio Limit',
			'by ' || (plan ->> 'Attio Write Order'));
	END LOOP;
	RETURN CASE WHEN counted[1] = counted[2] THEN 'the same: ' || counted[1] ELSE 'HAND ' || counted[1] || ' IMPORTED ' || counted[2] END;
END $$;
SELECT count(*) FROM deals;
\pset tuples_only on
SELECT asks('SELECT name FROM hand WHERE stage = ''Lead'' AND value > 1000');
SELECT asks('SELECT name FROM hand WHERE name LIKE ''A%''');
SELECT asks('SELECT count(*) FROM hand WHERE value > 1000');
SELECT asks('SELECT max(value) FROM hand');
SELECT asks('SELECT name, value FROM hand ORDER BY value DESC NULLS LAST LIMIT 3');
SELECT asks('SELECT name FROM hand WHERE value > 1000 LIMIT 3');
SELECT asks('SELECT name FROM hand WHERE record_id IN (SELECT record_id FROM hand WHERE value > 100000)');
SET attio_fdw.dry_run = on;
SELECT asks('UPDATE hand SET value = 1 WHERE record_id = ''00000000-0000-4000-8000-000000000000''');
RESET attio_fdw.dry_run;
\pset tuples_only off
-- a plan that was made before is made anew
\c -
SET search_path = crm, public;
SET plan_cache_mode = force_generic_plan;
PREPARE large (numeric) AS SELECT count(name) FROM hand WHERE value > $1;
EXPLAIN (COSTS OFF) EXECUTE large (1000);
EXECUTE large (1000);
EXPLAIN (COSTS OFF) EXECUTE large (1000);
EXECUTE large (1000);
-- a column that is added, or gets another type; one that is not there
ALTER FOREIGN TABLE hand ADD COLUMN close_date date, ADD COLUMN owner text, ADD COLUMN nothing text;
EXPLAIN (COSTS OFF) SELECT name FROM hand WHERE close_date > '2024-01-01' AND owner = 'x' AND nothing = 'y' AND upper(name) = 'X' AND name = owner;
ALTER FOREIGN TABLE hand ALTER COLUMN value TYPE float8;
EXPLAIN (COSTS OFF) SELECT name FROM hand WHERE value > 1000;
-- what planning knows is out of date: its condition is only checked here, and the next plan knows better
ALTER FOREIGN TABLE hand ALTER COLUMN value TYPE numeric, DROP COLUMN nothing;
SELECT count(name) FROM hand WHERE value > 1000;
\! "$ATTIO_ROOT/scripts/emulate" mutate '{"do": "rename", "kind": "objects", "slug": "deals", "attribute": "value", "to": "x"}' '{"do": "rename", "kind": "objects", "slug": "deals", "attribute": "name", "to": "value"}'
SELECT count(*) FROM outcome('SELECT name FROM hand WHERE value > 1000') WHERE part = 'sqlstate';
\! "$ATTIO_ROOT/scripts/emulate" reset
SELECT attio_fdw_refresh('attio');
SELECT count(name) FROM hand WHERE value > 1000;
DROP FOREIGN TABLE hand;
DROP FUNCTION asks;
