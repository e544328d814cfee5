-- System columns of our tables are the same for every row: they can be shown, but pick none.
SET search_path = crm, public;
SET attio_fdw.dry_run = on;
SET plan_cache_mode = auto;
\pset tuples_only on
\pset format unaligned
\set VERBOSITY terse
\set ID '00000000-0000-4000-8000-000000000001'
CREATE TABLE local_rows (id uuid, place tid, name text);
INSERT INTO local_rows VALUES (:'ID', '(4294967295,0)', 'x');
ANALYZE local_rows;
CREATE VIEW seen AS SELECT ctid AS place, record_id, name FROM companies;
CREATE VIEW few AS SELECT ctid AS place, record_id, name FROM companies LIMIT 3;
-- Each of these is refused, before a request. (A session whose first statement it is: at the end.)
CREATE FUNCTION refused(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	made bigint := (SELECT coalesce(sum(requests), 0) FROM attio_fdw_stats);
	message text;
	hint text;
BEGIN
	EXECUTE statement;
	RETURN 'ran: ' || statement;
EXCEPTION WHEN feature_not_supported THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
	IF made <> (SELECT coalesce(sum(requests), 0) FROM attio_fdw_stats) THEN
		RETURN 'asked: ' || statement;
	END IF;
	RETURN message || '. ' || hint;
END $$;
SELECT count(*) FROM companies;
-- what tools send
SELECT refused($$UPDATE companies SET description = 'x' WHERE ctid = (SELECT ctid FROM companies WHERE record_id = '00000000-0000-4000-8000-000000000001' LIMIT 1)$$);
SELECT refused($$DELETE FROM companies WHERE ctid = (SELECT ctid FROM companies WHERE record_id = '00000000-0000-4000-8000-000000000001' LIMIT 1)$$);
SELECT refused($$DELETE FROM companies WHERE ctid = ANY (ARRAY(SELECT ctid FROM companies LIMIT 1))$$);
SELECT refused($$DELETE FROM companies WHERE ctid IN (SELECT ctid FROM companies WHERE name = 'x')$$);
SELECT refused($$UPDATE companies SET description = 'x' WHERE ctid = '(4294967295,0)' AND record_id = '00000000-0000-4000-8000-000000000001'$$);
SELECT refused($$DELETE FROM companies a USING companies b WHERE a.ctid > b.ctid AND a.name = b.name$$);
SELECT refused($$DELETE FROM companies WHERE ctid NOT IN (SELECT min(ctid) FROM companies GROUP BY name)$$);
SELECT refused($$WITH d AS (SELECT ctid AS c, row_number() OVER (PARTITION BY name) AS n FROM companies) DELETE FROM companies USING d WHERE companies.ctid = d.c AND n > 1$$);
SELECT refused($$UPDATE companies SET description = 'x' WHERE xmin = '0' AND record_id = '00000000-0000-4000-8000-000000000001'$$);
-- conditions, joins, sorts, groups in a SELECT
SELECT refused($$SELECT 1 FROM companies WHERE ctid >= '(0,0)'$$);
SELECT refused($$SELECT 1 FROM companies WHERE ctid::text LIKE '%1'$$);
SELECT refused($$SELECT 1 FROM companies a JOIN companies b ON a.ctid = b.ctid$$);
SELECT refused($$SELECT 1 FROM companies a LEFT JOIN local_rows l ON l.place = a.ctid$$);
SELECT refused($$SELECT 1 FROM local_rows l WHERE l.place IN (SELECT ctid FROM companies)$$);
SELECT refused($$SELECT 1 FROM local_rows l WHERE (l.place, l.name) = (SELECT ctid, name FROM companies LIMIT 1)$$);
SELECT refused($$SELECT 1 FROM local_rows l WHERE NOT EXISTS (SELECT 1 FROM companies c WHERE c.ctid = l.place)$$);
SELECT refused($$SELECT (SELECT l.name FROM local_rows l WHERE l.place = c.ctid) FROM companies c$$);
SELECT refused($$SELECT c.name FROM companies c, LATERAL (SELECT 1 FROM local_rows l WHERE l.place = c.ctid LIMIT 1) s$$);
SELECT refused($$SELECT name FROM companies ORDER BY ctid$$);
SELECT refused($$SELECT name FROM companies ORDER BY ctid::text, name LIMIT 3$$);
SELECT refused($$SELECT count(*) FROM companies GROUP BY ctid$$);
SELECT refused($$SELECT count(*) FROM companies GROUP BY GROUPING SETS ((name), (cmin), ())$$);
SELECT refused($$SELECT DISTINCT ctid FROM companies$$);
SELECT refused($$SELECT DISTINCT ON (ctid) name FROM companies$$);
SELECT refused($$SELECT count(DISTINCT ctid) FROM companies$$);
SELECT refused($$SELECT array_agg(name ORDER BY ctid) FROM companies$$);
SELECT refused($$SELECT count(*) FILTER (WHERE ctid = '(0,1)') FROM companies$$);
SELECT refused($$SELECT row_number() OVER (ORDER BY ctid) FROM companies$$);
SELECT refused($$SELECT row_number() OVER (PARTITION BY ctid) FROM companies$$);
SELECT refused($$SELECT name, max(ctid) FROM companies GROUP BY name HAVING max(ctid) > '(0,0)'$$);
SELECT refused($$SELECT ctid FROM companies UNION SELECT place FROM local_rows$$);
SELECT refused($$SELECT ctid FROM companies INTERSECT ALL SELECT place FROM local_rows$$);
SELECT refused($$SELECT name FROM companies LIMIT (SELECT length(ctid::text) FROM companies LIMIT 1)$$);
-- through views, subqueries, CTEs, functions
SELECT refused($$SELECT 1 FROM seen WHERE place = '(0,1)'$$);
SELECT refused($$SELECT 1 FROM few WHERE place = '(0,1)'$$);
SELECT refused($$SELECT 1 FROM few a JOIN few b USING (place)$$);
SELECT refused($$SELECT 1 FROM few a JOIN people p ON p.company = a.record_id AND a.place = '(0,1)'$$);
SELECT refused($$SELECT 1 FROM (SELECT ctid AS c, name FROM companies LIMIT 3) s JOIN companies c ON c.name = s.name AND s.c = '(0,1)'$$);
SELECT refused($$SELECT 1 FROM (SELECT ctid = '(0,1)' AS is_first, name FROM companies OFFSET 0) s WHERE is_first$$);
SELECT refused($$SELECT 1 FROM (SELECT s FROM (SELECT ctid, name FROM companies OFFSET 0) s OFFSET 0) x WHERE x.s::text = 'x'$$);
SELECT refused($$WITH c AS MATERIALIZED (SELECT ctid AS c FROM companies) SELECT 1 FROM c a, c b WHERE a.c = b.c$$);
SELECT refused($$WITH RECURSIVE c AS (SELECT ctid AS c, 1 AS n FROM companies UNION ALL SELECT c, n + 1 FROM c WHERE n < 2 AND c = '(0,1)') SELECT 1 FROM c$$);
SELECT refused($$WITH RECURSIVE c AS (SELECT ctid AS c, 1 AS n FROM companies UNION SELECT c, n + 1 FROM c WHERE n < 2) SELECT 1 FROM c$$);
SELECT refused($$SELECT 1 FROM unnest(ARRAY(SELECT ctid FROM companies)) AS place JOIN local_rows USING (place)$$);
SELECT refused($$SELECT 1 FROM companies c, LATERAL (SELECT place FROM (VALUES (c.ctid)) AS v(place) OFFSET 0) v WHERE v.place = '(0,1)'$$);
SELECT refused($$WITH w AS (DELETE FROM companies WHERE record_id = '00000000-0000-4000-8000-000000000001' RETURNING ctid AS c) SELECT 1 FROM w JOIN local_rows ON place = c$$);
CREATE FUNCTION places() RETURNS TABLE (place tid, id uuid) LANGUAGE sql STABLE AS 'SELECT ctid, record_id FROM crm.companies';
SELECT refused($$SELECT 1 FROM places() a JOIN places() b ON a.place = b.place$$);
SELECT refused($$SELECT 1 FROM places() a JOIN local_rows USING (place)$$);
-- new values
SELECT refused($$UPDATE companies SET description = CASE WHEN ctid = '(0,1)' THEN 'x' ELSE 'y' END WHERE name = 'x'$$);
SELECT refused($$UPDATE companies SET description = (SELECT ctid::text FROM people LIMIT 1) WHERE record_id = '00000000-0000-4000-8000-000000000001'$$);
-- MERGE out of ours, and into a local table
SELECT refused($$MERGE INTO local_rows l USING companies c ON l.place = c.ctid WHEN MATCHED THEN DELETE$$);
SELECT refused($$MERGE INTO local_rows l USING few c ON l.id = c.record_id WHEN MATCHED AND c.place = '(0,1)' THEN DELETE$$);
SELECT refused($$MERGE INTO local_rows l USING few c ON l.place = c.place WHEN MATCHED THEN DELETE$$);
-- cursors
CREATE FUNCTION at_cursor() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	c CURSOR FOR SELECT * FROM crm.companies WHERE name IS NOT NULL;
	r record;
BEGIN
	OPEN c;
	FETCH c INTO r;
	DELETE FROM crm.companies WHERE CURRENT OF c;
END $$;
BEGIN; DECLARE c CURSOR FOR SELECT name FROM companies; FETCH 1 FROM c; DELETE FROM companies WHERE CURRENT OF c; ROLLBACK;
SELECT at_cursor();
-- parents: by what is read, so a pruned partition does no harm
CREATE TABLE sources (record_id uuid, name text, source text) PARTITION BY LIST (source);
CREATE TABLE sources_here PARTITION OF sources FOR VALUES IN ('here');
CREATE FOREIGN TABLE sources_attio PARTITION OF sources FOR VALUES IN ('attio') SERVER attio OPTIONS (object 'companies', missing_attribute 'null');
INSERT INTO sources VALUES (:'ID', 'here', 'here');
CREATE TABLE base (record_id uuid, name text);
CREATE FOREIGN TABLE base_attio () INHERITS (base) SERVER attio OPTIONS (object 'companies');
SELECT refused($$DELETE FROM sources WHERE ctid = '(0,1)'$$);
SELECT refused($$SELECT 1 FROM sources a JOIN sources b ON a.ctid = b.ctid$$);
SELECT refused($$SELECT 1 FROM (SELECT ctid AS c FROM sources OFFSET 0) a JOIN local_rows ON c = place$$);
SELECT refused($$UPDATE base SET name = 'x' WHERE ctid = (SELECT ctid FROM base LIMIT 1)$$);
SELECT refused($$SELECT 1 FROM base ORDER BY ctid$$);
SELECT name FROM sources WHERE ctid = '(0,1)' AND source = 'here';
WITH one AS (UPDATE sources SET name = 'there' WHERE ctid = '(0,1)' AND source = 'here' RETURNING name) SELECT * FROM one;
-- EXPLAIN and EXECUTE
EXPLAIN (COSTS OFF) DELETE FROM companies WHERE ctid = '(0,1)';
PREPARE one AS DELETE FROM companies WHERE ctid = $1;
EXECUTE one('(0,1)');
\set VERBOSITY default
DELETE FROM sales_pipeline WHERE ctid = '(0,1)';
SELECT * FROM objects WHERE ctid = '(0,1)';
\set VERBOSITY terse
-- shown it may be, and everything beside it picks rows as ever
SELECT ctid, tableoid::regclass, name IS NULL FROM companies ORDER BY name LIMIT 1;
SELECT place, count(*) OVER () FROM few ORDER BY record_id LIMIT 1;
SELECT DISTINCT tableoid::regclass FROM companies WHERE tableoid = 'companies'::regclass;
SELECT max(ctid) FROM companies;
SELECT c.ctid, p.name IS NULL FROM people p JOIN companies c ON c.record_id = p.company ORDER BY p.record_id LIMIT 1;
SELECT s.c, p.name IS NULL FROM (SELECT ctid AS c, record_id FROM companies ORDER BY record_id LIMIT 3) s JOIN people p ON p.company = s.record_id ORDER BY p.record_id LIMIT 1;
SELECT count(*) FROM (SELECT ctid FROM companies) s;
SELECT count(*) FROM local_rows WHERE EXISTS (SELECT ctid FROM companies LIMIT 1);
SELECT l.name FROM local_rows l JOIN base b ON l.id = b.record_id FOR UPDATE OF l;
SELECT ctid, name FROM sources WHERE record_id = :'ID' ORDER BY name;
SELECT ctid IS NOT NULL FROM base WHERE record_id = (SELECT record_id FROM companies ORDER BY record_id LIMIT 1) FOR UPDATE;
UPDATE local_rows l SET place = c.ctid FROM companies c WHERE l.id = c.record_id;
INSERT INTO local_rows (place) SELECT ctid FROM companies WHERE record_id = :'ID';
UPDATE sources SET name = 'again' WHERE record_id = :'ID' RETURNING ctid, name;
-- local tables beside ours keep their ctid
DELETE FROM local_rows l USING companies c WHERE l.ctid = '(0,99)' AND c.record_id = l.id;
SELECT count(*) FROM local_rows a JOIN local_rows b ON a.ctid = b.ctid, (SELECT ctid AS c, record_id FROM companies LIMIT 1) s WHERE s.record_id IS NOT NULL;
-- the first statement of a session: the library is loaded while it is planned
\c -
\set VERBOSITY terse
SET attio_fdw.dry_run = on;
DELETE FROM crm.companies WHERE ctid = (SELECT place FROM crm.few LIMIT 1);
\c -
\set VERBOSITY terse
SELECT 1 FROM crm.few a JOIN crm.few b ON a.place = b.place;
\set VERBOSITY default
SET client_min_messages = warning;
DROP TABLE crm.local_rows, crm.sources, crm.base CASCADE;
DROP VIEW crm.seen, crm.few;
DROP FUNCTION crm.refused(text), crm.places(), crm.at_cursor();
