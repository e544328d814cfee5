-- EXPLAIN: the request, and with ANALYZE what it cost; in every format.
SET search_path = crm, public;
-- rows are read, not counted by probing (sql/count.sql does that)
SET attio_fdw.push_count = off;
EXPLAIN (COSTS OFF) SELECT name FROM people WHERE job_title = 'CEO' ORDER BY name LIMIT 3;
EXPLAIN (COSTS OFF) SELECT * FROM hiring;
EXPLAIN (COSTS OFF) SELECT * FROM workspace_members;
EXPLAIN (COSTS OFF) SELECT * FROM attributes;
EXPLAIN (COSTS OFF) SELECT * FROM statuses;
-- what stands in a plan is the server's and differs between majors, so from here on only our own lines
CREATE FUNCTION explained(options text, statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE plan text;
BEGIN
	FOR plan IN EXECUTE format('EXPLAIN (COSTS OFF, %s) %s', options, statement) LOOP
		RETURN QUERY SELECT btrim(regexp_replace(line, '(Bytes [RD]|Time).*: *[0-9.]+', '\1...: N'), ' ,')
			FROM unnest(string_to_array(plan, E'\n')) AS line WHERE line ~ 'Attio';
	END LOOP;
END $$;
SELECT * FROM explained('ANALYZE, TIMING OFF, SUMMARY OFF', 'SELECT name FROM crm.people');
SELECT * FROM explained('ANALYZE, TIMING OFF, SUMMARY OFF', 'SELECT name FROM crm.people LIMIT 0');
SELECT * FROM explained('ANALYZE, TIMING OFF, SUMMARY OFF', 'SELECT count(*) FROM crm.statuses');
SELECT * FROM explained('ANALYZE, TIMING OFF, SUMMARY OFF, FORMAT JSON', 'SELECT count(*) FROM crm.people');
SELECT * FROM explained('FORMAT YAML', 'SELECT name FROM crm.deals');
SELECT * FROM explained('FORMAT XML', 'SELECT name FROM crm.deals');
-- with timing also bytes and time
SELECT * FROM explained('ANALYZE, SUMMARY OFF', 'SELECT name FROM crm.people');
DROP FUNCTION explained;
-- estimated_rows is what the planner expects
ALTER FOREIGN TABLE people OPTIONS (ADD estimated_rows '123456');
EXPLAIN SELECT name FROM people;
ALTER FOREIGN TABLE people OPTIONS (DROP estimated_rows);
EXPLAIN SELECT name FROM people;
