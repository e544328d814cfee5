-- Joins that look rows up in batches of keys: what EXPLAIN shows, how many requests they make, and that their rows are those of other joins.
SET search_path = crm, public;
CREATE TEMP TABLE members AS SELECT row_number() OVER (ORDER BY record_id) AS id, record_id AS person, email_addresses[1] AS email, company FROM people;
INSERT INTO members VALUES (1001, NULL, NULL, NULL), (1002, gen_random_uuid(), 'nobody@example.org', NULL), (1003, NULL, ' ', NULL), (1004, NULL, '', NULL);
ANALYZE members;
ALTER FOREIGN TABLE people OPTIONS (ADD estimated_rows '100000');
ALTER FOREIGN TABLE companies OPTIONS (ADD estimated_rows '100000');
-- what a query asks, and whether a join without lookups has the same rows
CREATE FUNCTION looked_up(query text, OUT nodes text, OUT batches int, OUT keys int, OUT requests int, OUT rows bigint, OUT same boolean) LANGUAGE plpgsql AS $$
DECLARE plan jsonb; here text; there text;
BEGIN
	EXECUTE 'EXPLAIN (ANALYZE, FORMAT JSON, COSTS OFF, TIMING OFF, SUMMARY OFF) ' || query INTO plan;
	SELECT string_agg(n ->> 'Join Type', ', '), sum((n ->> 'Attio Lookup Batches')::int), sum((n ->> 'Attio Keys')::int),
		sum((n #>> '{Plans,1,Attio Pages}')::int) INTO nodes, batches, keys, requests
		FROM jsonb_path_query(plan, 'strict $.**') n WHERE jsonb_typeof(n) = 'object' AND n ->> 'Custom Plan Provider' = 'Attio Join';
	EXECUTE format('SELECT count(*), string_agg(q::text, '','' ORDER BY q::text) FROM (%s) q', query) INTO rows, here;
	PERFORM set_config('attio_fdw.enable_batched_join', 'off', true);
	EXECUTE format('SELECT string_agg(q::text, '','' ORDER BY q::text) FROM (%s) q', query) INTO there;
	PERFORM set_config('attio_fdw.enable_batched_join', 'on', true);
	same := here IS NOT DISTINCT FROM there;
END $$;
-- (which side of an equality the planner writes first differs by its version)
CREATE FUNCTION plan(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
		RETURN NEXT regexp_replace(line, '\((c\.record_id|\$0|record_id) = ([mp]\.company|record_id)\)', '(\2 = \1)');
	END LOOP;
END $$;
\pset tuples_only on
\pset format unaligned
SELECT plan($$SELECT m.id, p.name FROM members m LEFT JOIN people p ON m.email = ANY (p.email_addresses) AND p.job_title = 'CEO'$$);
SELECT plan($$SELECT m.id, c.name FROM members m JOIN companies c ON c.record_id = m.company WHERE m.id < 20 ORDER BY m.id$$);
\pset tuples_only off
\pset format aligned
-- keys: ids, addresses in arrays, references, texts, arrays of ids; each kind of join
SELECT * FROM looked_up('SELECT m.id, p.name FROM members m JOIN people p ON p.record_id = m.person');
SELECT * FROM looked_up('SELECT m.id, p.name FROM members m JOIN people p ON p.record_id = m.person WHERE m.id <= 20');
SELECT * FROM looked_up('SELECT m.id, p.record_id FROM members m LEFT JOIN people p ON m.email = ANY (p.email_addresses)');
SELECT * FROM looked_up('SELECT m.id FROM members m WHERE EXISTS (SELECT FROM people p WHERE m.email = ANY (p.email_addresses))');
SELECT * FROM looked_up('SELECT m.id FROM members m WHERE NOT EXISTS (SELECT FROM people p WHERE m.email = ANY (p.email_addresses))');
SELECT * FROM looked_up('SELECT m.id FROM members m WHERE m.company IN (SELECT c.record_id FROM companies c WHERE c.name > ''C'')');
SELECT * FROM looked_up('SELECT c.record_id, p.name FROM companies c JOIN people p ON p.record_id = ANY (c.team) WHERE c.name < ''D''');
SELECT * FROM looked_up('SELECT m.id, d.name FROM members m LEFT JOIN deals d ON d.associated_company = m.company WHERE m.id < 12');
SELECT * FROM looked_up('SELECT d.record_id, c.name, p.name FROM deals d JOIN companies c ON c.record_id = d.associated_company JOIN people p ON p.record_id = d.associated_people[1] WHERE d.stage = ''Lead''');
SELECT * FROM looked_up('SELECT e.entry_id, c.name FROM sales_pipeline e LEFT JOIN companies c ON c.record_id = e.parent_record_id');
-- beyond a batch, of which the size is an option; keys that come again are not asked for again
ALTER SERVER attio OPTIONS (ADD join_batch_size '20');
SELECT * FROM looked_up('SELECT m.id, p.name FROM members m JOIN people p ON p.record_id = m.person');
SELECT * FROM looked_up('SELECT m.id, c.name FROM (SELECT * FROM members UNION ALL SELECT * FROM members) m JOIN companies c ON c.record_id = m.company');
ALTER SERVER attio OPTIONS (DROP join_batch_size);
-- LIMIT above, a parameter, a cursor, a subquery run for each row
SELECT count(*) FROM (SELECT m.id FROM members m JOIN people p ON p.record_id = m.person LIMIT 3) s;
PREPARE of_member(int) AS SELECT m.id, p.record_id = m.person AS same FROM members m JOIN people p ON p.record_id = m.person AND m.id = $1;
SET plan_cache_mode = force_generic_plan;
EXECUTE of_member(3);
EXECUTE of_member(4);
RESET plan_cache_mode;
BEGIN;
DECLARE c CURSOR FOR SELECT m.id FROM members m JOIN people p ON p.record_id = m.person ORDER BY m.id;
FETCH 2 FROM c;
MOVE 100 FROM c;
FETCH 1 FROM c;
ROLLBACK;
SELECT g, (SELECT count(*) FROM members m JOIN companies c ON c.record_id = m.company WHERE m.id <= g) FROM generate_series(1, 41, 20) g;
\pset tuples_only on
\pset format unaligned
-- where everything is wanted, everything is read
SELECT plan($$SELECT count(*) FROM people p JOIN companies c ON c.record_id = p.company$$);
SET attio_fdw.enable_batched_join = off;
SELECT plan($$SELECT count(*) FROM members m JOIN companies c ON c.record_id = m.company WHERE m.id < 5$$);
RESET attio_fdw.enable_batched_join;
ALTER FOREIGN TABLE people OPTIONS (DROP estimated_rows);
ALTER FOREIGN TABLE companies OPTIONS (DROP estimated_rows);
DROP FUNCTION looked_up, plan;
