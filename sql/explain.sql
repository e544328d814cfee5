-- EXPLAIN: the request, and with ANALYZE what it cost; in every format.
SET search_path = crm, public;
EXPLAIN (COSTS OFF) SELECT name FROM people WHERE job_title = 'CEO' ORDER BY name LIMIT 3;
EXPLAIN (COSTS OFF) SELECT * FROM hiring;
EXPLAIN (COSTS OFF) SELECT * FROM workspace_members;
EXPLAIN (COSTS OFF) SELECT * FROM attributes;
EXPLAIN (COSTS OFF) SELECT * FROM statuses;
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT name FROM people;
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT name FROM people LIMIT 0;
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT count(*) FROM statuses;
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, FORMAT JSON) SELECT count(*) FROM people;
EXPLAIN (COSTS OFF, FORMAT YAML) SELECT name FROM deals;
EXPLAIN (COSTS OFF, FORMAT XML) SELECT name FROM deals;
-- with timing also bytes and time
CREATE FUNCTION explained(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF, SUMMARY OFF) ' || statement LOOP
		IF line ~ 'Attio' THEN RETURN NEXT trim(regexp_replace(line, ': [0-9.]+( ms)?$', ': N\1')); END IF;
	END LOOP;
END $$;
SELECT * FROM explained('SELECT name FROM crm.people');
DROP FUNCTION explained;
-- estimated_rows is what the planner expects
ALTER FOREIGN TABLE people OPTIONS (ADD estimated_rows '123456');
EXPLAIN SELECT name FROM people;
ALTER FOREIGN TABLE people OPTIONS (DROP estimated_rows);
EXPLAIN SELECT name FROM people;
