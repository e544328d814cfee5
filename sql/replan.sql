-- Plans that are kept follow the settings that planning reads.
SET search_path = crm, public;
SET plan_cache_mode = force_generic_plan;
\pset tuples_only on
\pset format unaligned
CREATE FUNCTION shown(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || statement LOOP
		CONTINUE WHEN line !~ 'Scan|Attio|Sort|Limit|Aggregate|Join|Nested|Hash';
		RETURN NEXT line;
	END LOOP;
END $$;
CREATE FOREIGN TABLE many (record_id uuid, value numeric OPTIONS (attribute 'value', type 'currency', multiselect 'false')) SERVER attio OPTIONS (object 'deals', estimated_rows '1000000');
PREPARE filtered AS SELECT count(name) > 0 FROM deals WHERE value > 1000 AND created_at > '2000-01-01';
PREPARE sorted AS SELECT count(*) FROM (SELECT name FROM deals WHERE value > 0 ORDER BY created_at DESC LIMIT 3) s;
PREPARE highest AS SELECT max(value) > 0 FROM deals;
PREPARE counted AS SELECT count(*) > 0 FROM many WHERE value > 1000;
PREPARE paged AS SELECT count(*) FROM (SELECT record_id FROM deals WHERE value > 0 LIMIT 3 OFFSET 10) s;
PREPARE joined AS SELECT count(*) > 0 FROM deals d JOIN companies c ON c.record_id = d.associated_company;
\set all 'EXECUTE filtered; EXECUTE sorted; EXECUTE highest; EXECUTE counted; EXECUTE paged; EXECUTE joined;'
:all
SET attio_fdw.push_filter = off;
:all
RESET attio_fdw.push_filter;
SET attio_fdw.push_sort = off;
:all
RESET attio_fdw.push_sort;
SET attio_fdw.push_limit = off;
:all
RESET attio_fdw.push_limit;
SET attio_fdw.push_count = off;
:all
SELECT shown('EXECUTE counted');
RESET attio_fdw.push_count;
SELECT shown('EXECUTE counted');
SET attio_fdw.enable_batched_join = off;
SELECT line ~ 'Attio Join' FROM shown('EXECUTE joined') AS line WHERE line ~ 'Join';
:all
RESET attio_fdw.enable_batched_join;
-- a setting that a transaction takes back, and one of a function
BEGIN;
SET LOCAL attio_fdw.push_filter = off;
:all
ROLLBACK;
SELECT shown('EXECUTE counted');
BEGIN;
SAVEPOINT s;
SET attio_fdw.push_count = off;
SELECT shown('EXECUTE counted');
ROLLBACK TO s;
SELECT shown('EXECUTE counted');
COMMIT;
CREATE FUNCTION unpushed() RETURNS boolean LANGUAGE plpgsql SET attio_fdw.push_filter = off AS $$
BEGIN
	RETURN (SELECT count(*) > 0 FROM crm.many WHERE value > 1000);
END $$;
CREATE FUNCTION pushed() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	RETURN (SELECT count(*) > 0 FROM crm.many WHERE value > 1000);
END $$;
SELECT pushed(), unpushed(), pushed();
SET attio_fdw.push_filter = off;
SELECT pushed(), unpushed();
DEALLOCATE ALL;
DROP FOREIGN TABLE many;
DROP FUNCTION pushed(), unpushed(), shown(text);
