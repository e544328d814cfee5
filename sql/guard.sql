-- The guard against a missing WHERE: a condition counts that uses a column of the target and is not true of every row.
SET search_path = crm, public;
SET attio_fdw.dry_run = on;
\pset tuples_only on
\pset format unaligned
\set VERBOSITY terse
CREATE FUNCTION guarded(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	n bigint;
BEGIN
	EXECUTE statement;
	GET DIAGNOSTICS n = ROW_COUNT;
	RETURN 'ran';
EXCEPTION WHEN object_not_in_prerequisite_state THEN
	RETURN SQLERRM;
END $$;
CREATE TABLE locals (id uuid, name text, n int);
INSERT INTO locals VALUES ('00000000-0000-4000-8000-000000000001', 'no such', 1);
ANALYZE locals;
CREATE FOREIGN TABLE firms (record_id uuid NOT NULL, name text NOT NULL, description text) SERVER attio OPTIONS (object 'companies');
-- without a condition on a column of the target
SELECT guarded($$DELETE FROM companies$$);
SELECT guarded($$DELETE FROM companies WHERE 1 = 1$$);
SELECT guarded($$DELETE FROM companies WHERE name = 'x' OR true$$);
SELECT guarded($$DELETE FROM companies WHERE coalesce(true, name = 'x')$$);
SELECT guarded($$DELETE FROM companies WHERE current_user = 'postgres'$$);
SELECT guarded($$DELETE FROM companies WHERE now() > '2020-01-01'$$);
SELECT guarded($$DELETE FROM companies WHERE EXISTS (SELECT 1)$$);
SELECT guarded($$DELETE FROM companies WHERE EXISTS (SELECT 1 FROM locals WHERE n = 1)$$);
SELECT guarded($$DELETE FROM companies WHERE (SELECT count(*) FROM companies) > 0$$);
SELECT guarded($$DELETE FROM companies WHERE tableoid IS NOT NULL$$);
SELECT guarded($$DELETE FROM companies WHERE tableoid = 'crm.companies'::regclass$$);
SELECT guarded($$DELETE FROM companies WHERE random() < 2$$);
SELECT guarded($$DELETE FROM companies USING locals l$$);
SELECT guarded($$DELETE FROM companies USING locals l WHERE l.n = 1$$);
SELECT guarded($$DELETE FROM companies c USING companies d WHERE d.name = 'x'$$);
SELECT guarded($$DELETE FROM companies USING locals a LEFT JOIN locals b ON a.n = b.n$$);
SELECT guarded($$UPDATE companies c SET description = (SELECT name FROM locals l WHERE l.id = c.record_id)$$);
SELECT guarded($$UPDATE companies SET description = 'x' WHERE true AND current_user IS NOT NULL$$);
SELECT guarded($$WITH d AS (DELETE FROM companies WHERE EXISTS (SELECT 1) RETURNING 1) SELECT * FROM d$$);
-- with one that is true of every row
SELECT guarded($$DELETE FROM companies WHERE record_id IS NOT NULL$$);
SELECT guarded($$DELETE FROM companies WHERE NOT record_id IS NULL$$);
SELECT guarded($$DELETE FROM companies WHERE record_id = record_id$$);
SELECT guarded($$DELETE FROM companies WHERE record_id <= record_id AND record_id >= record_id$$);
SELECT guarded($$DELETE FROM companies WHERE record_id IN (record_id)$$);
SELECT guarded($$DELETE FROM companies WHERE record_id IS NOT DISTINCT FROM record_id$$);
SELECT guarded($$DELETE FROM companies WHERE name IS NOT DISTINCT FROM name$$);
SELECT guarded($$DELETE FROM companies WHERE record_id IS DISTINCT FROM NULL$$);
SELECT guarded($$DELETE FROM companies WHERE record_id::text = record_id::text$$);
SELECT guarded($$DELETE FROM companies WHERE record_id::text IS NOT NULL$$);
SELECT guarded($$DELETE FROM companies WHERE name IS NULL OR name IS NOT NULL$$);
SELECT guarded($$DELETE FROM companies WHERE name = 'x' OR record_id IS NOT NULL$$);
SELECT guarded($$DELETE FROM companies WHERE coalesce(name, '') IS NOT NULL$$);
SELECT guarded($$DELETE FROM companies WHERE coalesce(record_id = record_id, name = 'x')$$);
SELECT guarded($$DELETE FROM companies WHERE coalesce(name = name, true)$$);
SELECT guarded($$DELETE FROM companies WHERE (name = name) IS NOT FALSE$$);
SELECT guarded($$DELETE FROM companies WHERE (name IS NULL) IS NOT NULL$$);
SELECT guarded($$DELETE FROM companies WHERE (record_id IS NULL) IS NOT TRUE$$);
SELECT guarded($$DELETE FROM companies WHERE (record_id IS NULL) IS FALSE$$);
SELECT guarded($$DELETE FROM companies WHERE (name IS DISTINCT FROM name) IS NOT TRUE$$);
SELECT guarded($$DELETE FROM companies WHERE CASE WHEN name = 'x' THEN true ELSE true END$$);
SELECT guarded($$DELETE FROM companies WHERE created_at IS NOT NULL$$);
SELECT guarded($$DELETE FROM companies WHERE categories IS NOT NULL$$);
SELECT guarded($$DELETE FROM companies c WHERE c = c$$);
SELECT guarded($$DELETE FROM companies c WHERE c IS DISTINCT FROM NULL$$);
SELECT guarded($$DELETE FROM sales_pipeline WHERE entry_id IS NOT NULL AND parent_record_id IS NOT NULL$$);
SELECT guarded($$DELETE FROM firms WHERE name IS NOT NULL$$);
SELECT guarded($$DELETE FROM firms WHERE name = name$$);
SELECT guarded($$UPDATE firms SET description = 'x' WHERE name LIKE '%' AND false$$);
SELECT guarded($$DELETE FROM companies c USING locals l WHERE c.record_id = c.record_id AND l.n = 1$$);
-- what counts; nothing of it matches a row
SELECT guarded($$DELETE FROM companies WHERE name = 'no such'$$);
SELECT guarded($$DELETE FROM companies WHERE name = 'no such' AND true$$);
SELECT guarded($$DELETE FROM companies WHERE false$$);
SELECT guarded($$DELETE FROM companies WHERE 1 = 0$$);
SELECT guarded($$DELETE FROM companies WHERE record_id IS NULL$$);
SELECT guarded($$DELETE FROM companies WHERE (name = 'no such') IS TRUE AND (name IS NULL) IS NOT TRUE$$);
SELECT guarded($$DELETE FROM companies WHERE name = name AND name = 'no such'$$);
SELECT guarded($$DELETE FROM firms WHERE name <> name$$);
SELECT guarded($$DELETE FROM companies USING locals l WHERE l.id = companies.record_id$$);
SELECT guarded($$DELETE FROM companies c USING locals l JOIN locals m ON l.n = m.n WHERE m.name = c.name$$);
SELECT guarded($$DELETE FROM companies WHERE record_id IN (SELECT id FROM locals)$$);
SELECT guarded($$DELETE FROM companies c WHERE NOT EXISTS (SELECT 1 FROM companies d WHERE d.record_id = c.record_id)$$);
SELECT guarded($$DELETE FROM companies c WHERE name NOT IN (SELECT name FROM companies WHERE name IS NOT NULL) AND name IS NOT NULL$$);
SELECT guarded($$DELETE FROM companies c WHERE (SELECT count(*) FROM locals l WHERE l.id = c.record_id) > 0$$);
SELECT guarded($$UPDATE companies SET description = l.name FROM locals l WHERE l.id = record_id$$);
SELECT guarded($$DELETE FROM companies c WHERE c.*::text = 'no such'$$);
-- views: their conditions count
CREATE VIEW all_firms AS SELECT record_id, name, description FROM companies;
CREATE VIEW some_firms AS SELECT record_id, name, description FROM companies WHERE name = 'no such';
CREATE VIEW secret_firms WITH (security_barrier) AS SELECT record_id, name, description FROM companies WHERE name = 'no such';
SELECT guarded($$DELETE FROM all_firms$$);
SELECT guarded($$DELETE FROM all_firms WHERE record_id IS NOT NULL$$);
SELECT guarded($$UPDATE some_firms SET description = 'x'$$);
SELECT guarded($$DELETE FROM secret_firms$$);
-- parents: by the columns of the table that is written
CREATE TABLE stock (record_id uuid, name text);
CREATE FOREIGN TABLE stock_attio (name text NOT NULL) INHERITS (stock) SERVER attio OPTIONS (object 'companies');
CREATE TABLE parts (name text, kind text, record_id uuid) PARTITION BY LIST (kind);
CREATE TABLE parts_sub PARTITION OF parts FOR VALUES IN ('a', 'b') PARTITION BY LIST (kind);
CREATE FOREIGN TABLE parts_attio (record_id uuid, kind text OPTIONS (attribute 'description'), name text) SERVER attio OPTIONS (object 'companies');
ALTER TABLE parts_sub ATTACH PARTITION parts_attio FOR VALUES IN ('a');
SELECT guarded($$DELETE FROM stock$$);
SELECT guarded($$DELETE FROM stock WHERE name IS NOT NULL$$);
SELECT guarded($$DELETE FROM stock WHERE name = 'no such'$$);
SELECT guarded($$DELETE FROM parts$$);
SELECT guarded($$DELETE FROM parts WHERE record_id IS NOT NULL$$);
SELECT guarded($$DELETE FROM parts WHERE tableoid = 'crm.parts_attio'::regclass$$);
SELECT guarded($$DELETE FROM parts USING locals l WHERE l.id = parts.record_id$$);
SELECT guarded($$DELETE FROM parts WHERE kind = 'b'$$);
-- a parameter that turns the condition off, in a plan for its value
PREPARE removed(text) AS DELETE FROM companies WHERE $1 IS NULL OR name = $1;
EXECUTE removed('no such');
EXECUTE removed(NULL);
-- and in a plan for all values: the values decide when the statement begins
SET plan_cache_mode = force_generic_plan;
EXECUTE removed('no such');
EXECUTE removed(NULL);
PREPARE kept(text, text) AS DELETE FROM companies WHERE ($1 IS NULL OR name = $1) AND name LIKE $2;
EXECUTE kept(NULL, 'no such');
EXECUTE kept(NULL, NULL);
PREPARE filled(text) AS UPDATE companies SET description = 'x' WHERE coalesce($1, name) IS NOT NULL AND name <> name;
EXECUTE filled('x');
PREPARE off(bool) AS DELETE FROM parts WHERE $1 OR name = 'no such';
EXECUTE off(false);
EXECUTE off(true);
PREPARE nested(bool) AS WITH d AS (DELETE FROM companies c USING locals l WHERE $1 OR l.id = c.record_id RETURNING 1) SELECT * FROM d;
EXECUTE nested(false);
EXECUTE nested(true);
CREATE FUNCTION delete_named(wanted text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	DELETE FROM companies WHERE wanted IS NULL OR name = wanted;
END $$;
SELECT delete_named('no such');
SELECT delete_named(NULL);
CREATE FUNCTION delete_by_name(text) RETURNS void LANGUAGE sql AS 'DELETE FROM companies WHERE $1 IS NULL OR name = $1';
SELECT delete_by_name('no such');
SELECT delete_by_name(NULL);
RESET plan_cache_mode;
DROP FUNCTION delete_named(text), delete_by_name(text);
-- the words
\set VERBOSITY default
DELETE FROM companies WHERE record_id IS NOT NULL;
UPDATE companies SET name = 'x' FROM locals;
SET attio_fdw.allow_unqualified_writes = on;
DELETE FROM companies WHERE record_id IS NOT NULL AND random() > 2;
RESET attio_fdw.allow_unqualified_writes;
-- a generated column is written with the column it is made of
CREATE FOREIGN TABLE doubles (record_id uuid, a_number numeric OPTIONS (attribute 'a_number', type 'number', multiselect 'false'),
	twice numeric OPTIONS (attribute 'a_currency', type 'currency', multiselect 'false') GENERATED ALWAYS AS (a_number * 2) STORED)
	SERVER attio OPTIONS (object 'all_types');
EXPLAIN (COSTS OFF, VERBOSE OFF) UPDATE doubles SET a_number = 4 WHERE record_id = '00000000-0000-4000-8000-000000000001';
DROP FOREIGN TABLE doubles;
SET client_min_messages = warning;
DROP TABLE locals, stock, parts CASCADE;
DROP FOREIGN TABLE firms;
DROP VIEW all_firms, some_firms, secret_firms;
DROP FUNCTION crm.guarded(text);
