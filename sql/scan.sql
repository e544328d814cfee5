-- Scans in every place that an executor puts them.
SET search_path = crm, public;
SET enable_memoize = off;
-- no column, one column, all columns, the whole row, system columns
SELECT count(*) FROM people;
SELECT count(name) FROM people;
SELECT count(p) AS rows, count(DISTINCT p.record_id) AS ids FROM people p;
SELECT (p).name = p.name AS same FROM people p GROUP BY 1;
SELECT tableoid::regclass, count(*) FROM people GROUP BY 1;
SELECT record_id IS NOT NULL AS id, xmin FROM people LIMIT 1;

-- no request before the first row is asked for
\! "$ATTIO_ROOT/scripts/emulate" forget
EXPLAIN (COSTS OFF) SELECT name FROM people WHERE name > 'M';
SELECT name FROM people LIMIT 0;
SELECT name FROM people WHERE false;
PREPARE not_run AS SELECT name FROM people;
DECLARE not_fetched CURSOR WITH HOLD FOR SELECT 1 WHERE false;
\! "$ATTIO_ROOT/scripts/emulate" log
SELECT count(name) > 0 AS some FROM people;
\! "$ATTIO_ROOT/scripts/emulate" log
CLOSE not_fetched;

-- joins of every kind give the same rows
CREATE TEMP TABLE answers (kind text, rows bigint, sum text);
CREATE FUNCTION join_by(kind text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('enable_hashjoin', (kind = 'hash')::text, true), set_config('enable_mergejoin', (kind = 'merge')::text, true),
		set_config('enable_nestloop', (kind IN ('nestloop', 'rescan'))::text, true), set_config('enable_material', (kind <> 'rescan')::text, true);
	INSERT INTO answers SELECT kind, count(*), md5(string_agg(d.name || c.name || p.name, ',' ORDER BY d.record_id, p.record_id))
	FROM deals d JOIN companies c ON c.record_id = d.associated_company JOIN people p ON p.company = c.record_id;
END $$;
SELECT join_by(kind) FROM unnest('{hash,merge,nestloop}'::text[]) AS kind;
SELECT count(*) AS kinds, count(DISTINCT (rows, sum)) AS answers, min(rows) AS rows FROM answers;

-- rescans: the inner side of a nested loop, from memory and over several pages
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET enable_material = off;
CREATE FOREIGN TABLE few_pages (record_id uuid, name text, company uuid) SERVER attio OPTIONS (object 'people', page_size '64');
SELECT count(*), count(DISTINCT p.record_id) FROM (VALUES (1), (2), (3)) AS v (n) JOIN workspaces p ON p.name IS NOT NULL OR n < 3;
SELECT n, count(*), count(DISTINCT p.record_id) FROM (VALUES (1), (2), (3)) AS v (n) JOIN few_pages p ON p.name IS NOT NULL OR n < 3 GROUP BY n ORDER BY n;
SELECT c.name, l.n FROM companies c, LATERAL (SELECT count(*) AS n FROM people p WHERE p.company = c.record_id) l ORDER BY l.n DESC, c.name LIMIT 3;
SELECT c.name, (SELECT count(*) FROM people p WHERE p.company = c.record_id) AS n FROM companies c ORDER BY n DESC, 1 LIMIT 3;
SELECT count(*) FROM companies c WHERE EXISTS (SELECT FROM people p WHERE p.company = c.record_id);
SELECT count(*) FROM companies c WHERE c.record_id NOT IN (SELECT p.company FROM people p WHERE p.company IS NOT NULL);
SELECT count(*) FROM companies c LEFT JOIN people p ON p.company = c.record_id;
SELECT count(*) FROM people a JOIN people b ON a.record_id = b.record_id;
RESET enable_hashjoin;
RESET enable_mergejoin;
RESET enable_material;

-- LIMIT stops in the middle of a page, and starts anew
SELECT count(*) FROM (SELECT name FROM few_pages LIMIT 70) s;
SELECT count(*) FROM (SELECT name FROM few_pages OFFSET 130) s;

-- generic plans
PREPARE by_name (text) AS SELECT count(*) FROM people WHERE job_title = $1;
SET plan_cache_mode = force_generic_plan;
EXECUTE by_name ('CEO');
EXECUTE by_name ('Founder');
EXECUTE by_name (NULL);
-- a table that changes under a cached plan
ALTER FOREIGN TABLE people OPTIONS (ADD estimated_rows '200', ADD page_size '100');
EXECUTE by_name ('CEO');
ALTER FOREIGN TABLE people OPTIONS (DROP estimated_rows, DROP page_size);
RESET plan_cache_mode;

-- cursors: forwards, backwards, held over the transaction
BEGIN;
DECLARE c SCROLL CURSOR FOR SELECT name FROM few_pages ORDER BY record_id;
MOVE FORWARD 100 IN c;
FETCH 1 FROM c;
FETCH BACKWARD 1 FROM c;
FETCH ABSOLUTE 1 FROM c;
DECLARE d CURSOR WITH HOLD FOR SELECT name FROM few_pages;
DECLARE e NO SCROLL CURSOR FOR SELECT name FROM few_pages;
MOVE FORWARD 65 IN e;
FETCH 1 FROM e;
COMMIT;
MOVE FORWARD ALL IN d;
CLOSE d;

-- two scans of one table at once, in a function too
SELECT count(*) FROM few_pages a, few_pages b WHERE a.record_id = b.record_id;
CREATE FUNCTION people_of(uuid) RETURNS bigint LANGUAGE sql STABLE AS 'SELECT count(*) FROM crm.people WHERE company = $1';
SELECT sum(people_of(record_id)) FROM companies;

-- dropped and added columns, other order of columns
CREATE FOREIGN TABLE changing (job_title text, gone text, name text, record_id uuid) SERVER attio OPTIONS (object 'people');
ALTER FOREIGN TABLE changing DROP COLUMN gone;
ALTER FOREIGN TABLE changing ADD COLUMN linkedin text;
ALTER FOREIGN TABLE changing ADD COLUMN title text OPTIONS (attribute 'job_title');
SELECT * FROM changing ORDER BY linkedin LIMIT 2;
SELECT c FROM changing c ORDER BY linkedin LIMIT 1;
ALTER FOREIGN TABLE changing ALTER COLUMN name OPTIONS (ADD attribute 'name');
ALTER FOREIGN TABLE changing RENAME COLUMN name TO person;
SELECT person FROM changing ORDER BY linkedin LIMIT 1;

-- partitions and inheritance: attribute numbers differ
CREATE TABLE contacts (source text, name text, job_title text) PARTITION BY LIST (source);
CREATE FOREIGN TABLE contacts_attio (job_title text, source text, name text) SERVER attio OPTIONS (object 'people', missing_attribute 'null');
ALTER TABLE contacts ATTACH PARTITION contacts_attio DEFAULT;
CREATE TABLE contacts_local PARTITION OF contacts FOR VALUES IN ('local');
INSERT INTO contacts VALUES ('local', 'Zz Local', 'CEO');
SELECT tableoid::regclass, source, count(*), max(name) FROM contacts WHERE job_title = 'CEO' GROUP BY 1, 2 ORDER BY 1;
SELECT c.name, c.source FROM contacts c WHERE job_title = 'CEO' ORDER BY name DESC LIMIT 2;
CREATE TABLE family (name text);
CREATE FOREIGN TABLE family_attio (extra text OPTIONS (attribute 'job_title'), name text) INHERITS (family) SERVER attio OPTIONS (object 'people');
SELECT count(*), count(name) FROM family;

-- set operations, CTEs, window functions, DISTINCT
SELECT count(*) FROM (SELECT record_id FROM people UNION SELECT record_id FROM companies) u;
SELECT count(*) FROM (SELECT record_id FROM people EXCEPT SELECT record_id FROM few_pages) u;
WITH p AS MATERIALIZED (SELECT company, name FROM people) SELECT count(*) FROM p a JOIN p b USING (company, name);
SELECT count(DISTINCT job_title), count(*) FILTER (WHERE rank = 1) FROM (SELECT job_title, rank() OVER (PARTITION BY job_title ORDER BY record_id) FROM people) r;
DROP TABLE contacts, family CASCADE;
DROP FOREIGN TABLE changing, few_pages;
DROP FUNCTION people_of, join_by;
