-- Plans: every format of EXPLAIN, what stands above and beside a scan, and plans that outlive a change.
SET search_path = crm, public;
-- rows are read, not counted by probing (sql/count.sql does that)
SET attio_fdw.push_count = off;
-- the same words in every format (what the server itself says differs from version to version)
CREATE FUNCTION explained(options text, query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE answer text; line text;
BEGIN
	FOR answer IN EXECUTE format('EXPLAIN (COSTS OFF, %s) %s', options, query) LOOP
		FOR line IN SELECT regexp_split_to_table(answer, '\n') LOOP
			CONTINUE WHEN line ~ 'Disabled|Triggers|Async.Capable|Parallel.Aware|Rows.Removed|Actual.Loops|Operation';
			RETURN NEXT regexp_replace(line, '(Actual.Rows\D*\d+)\.00', '\1');
		END LOOP;
	END LOOP;
END $$;
\pset format unaligned
\pset tuples_only on
SELECT explained('FORMAT TEXT', $$SELECT name FROM deals WHERE value >= 1000 AND stage = 'Lead' AND upper(name) > 'B' ORDER BY created_at DESC LIMIT 5$$);
SELECT explained('FORMAT JSON', $$SELECT name FROM deals WHERE value >= 1000 AND stage = 'Lead' AND upper(name) > 'B' ORDER BY created_at DESC LIMIT 5$$);
SELECT explained('FORMAT YAML', $$SELECT name FROM deals WHERE value >= 1000 ORDER BY value NULLS LAST LIMIT 5 OFFSET 2$$);
SELECT explained('FORMAT XML', $$SELECT name FROM deals ORDER BY value NULLS LAST LIMIT 5$$);
SELECT explained('VERBOSE', $$SELECT d.name FROM deals d WHERE value > 5 $$);
SELECT count(*) FROM deals;
SELECT explained('ANALYZE, TIMING OFF, SUMMARY OFF, BUFFERS OFF, FORMAT YAML', $$SELECT name FROM deals WHERE value >= 1000 LIMIT 3$$);
SELECT explained('ANALYZE, TIMING OFF, SUMMARY OFF, BUFFERS OFF, FORMAT JSON', $$SELECT name FROM deals WHERE record_id IN ('0151a1e3-5f26-4e0c-bf1e-0a18a04398a0', '01fdcc17-a3a3-4260-97b7-1a67557ecd67')$$);
\pset format aligned
\pset tuples_only off
DROP FUNCTION explained;

-- a security barrier: what leaks sees only rows that may be seen
CREATE FUNCTION leak(value numeric) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS $$ BEGIN IF value < 1000 THEN RAISE NOTICE 'leaked %', value; END IF; RETURN true; END $$;
CREATE VIEW large_deals WITH (security_barrier) AS SELECT name, value, stage FROM deals WHERE value >= 1000;
SELECT count(*) FROM large_deals WHERE leak(value) AND stage = 'Lead';
EXPLAIN (COSTS OFF) SELECT count(*) FROM large_deals WHERE leak(value) AND stage = 'Lead';
-- the same with the policies of a table above it
CREATE TABLE all_deals (name text, value numeric) PARTITION BY RANGE (value);
ALTER TABLE all_deals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY large ON all_deals USING (value >= 1000);
CREATE FOREIGN TABLE remote_deals (name text OPTIONS (attribute 'name', type 'text', multiselect 'false'),
	value numeric OPTIONS (attribute 'value', type 'currency', multiselect 'false')) SERVER attio OPTIONS (object 'deals');
ALTER TABLE all_deals ATTACH PARTITION remote_deals DEFAULT;
CREATE ROLE seller;
GRANT SELECT ON all_deals TO seller;
CREATE USER MAPPING FOR seller SERVER attio OPTIONS (api_key 'emulator-key');
GRANT USAGE ON SCHEMA crm TO seller;
SET ROLE seller;
SELECT count(*) FROM crm.all_deals WHERE leak(value) AND name IS NOT NULL;
RESET ROLE;
DROP USER MAPPING FOR seller SERVER attio;
DROP TABLE all_deals;
REVOKE USAGE ON SCHEMA crm FROM seller;
DROP ROLE seller;
DROP VIEW large_deals;
DROP FUNCTION leak;

-- rows that are locked are read as they are
SELECT count(*) FROM (SELECT name FROM deals WHERE value >= 1000 FOR UPDATE) s;
SELECT count(*) FROM (SELECT name FROM deals WHERE value >= 1000 ORDER BY value LIMIT 3 FOR SHARE) s;

-- a plan that was made before its table, server or attribute changed
PREPARE large AS SELECT count(*) FROM deals WHERE value >= 1000;
SET plan_cache_mode = force_generic_plan;
EXECUTE large;
ALTER FOREIGN TABLE deals ALTER COLUMN value OPTIONS (SET type 'text');
EXPLAIN (COSTS OFF) EXECUTE large;
EXECUTE large;
ALTER FOREIGN TABLE deals ALTER COLUMN value OPTIONS (SET type 'currency');
ALTER FOREIGN TABLE deals OPTIONS (ADD page_size '20');
EXPLAIN (COSTS OFF) EXECUTE large;
EXECUTE large;
ALTER FOREIGN TABLE deals OPTIONS (DROP page_size);
PREPARE top AS SELECT value FROM deals ORDER BY value DESC LIMIT 1;
EXPLAIN (COSTS OFF) EXECUTE top;
ALTER SERVER attio OPTIONS (ADD remote_nulls 'last');
PREPARE top_known AS SELECT value FROM deals ORDER BY value DESC NULLS LAST LIMIT 1;
EXPLAIN (COSTS OFF) EXECUTE top_known;
ALTER SERVER attio OPTIONS (DROP remote_nulls);
EXPLAIN (COSTS OFF) EXECUTE top_known;
-- the attribute's slug changes under it: filters and sorts follow the id
\! "$ATTIO_ROOT/scripts/emulate" mutate '{"do": "rename", "kind": "objects", "slug": "deals", "attribute": "value", "to": "amount"}'
SELECT attio_fdw_refresh('attio');
EXECUTE top_known;
\! "$ATTIO_ROOT/scripts/emulate" reset
SELECT attio_fdw_refresh('attio');
RESET plan_cache_mode;
DEALLOCATE ALL;

-- a saved view decides which rows there are: it excludes a filter, so that conditions and keys are checked here
CREATE FOREIGN TABLE open_deals (record_id uuid NOT NULL, created_at timestamptz OPTIONS (attribute 'created_at', type 'timestamp', multiselect 'false'),
	stage text OPTIONS (attribute 'stage', type 'status', multiselect 'false'), value numeric OPTIONS (attribute 'value', type 'currency', multiselect 'false'))
	SERVER attio OPTIONS (object 'deals', view 'c3129f91-c52e-4059-9ff9-2e5537427154');
\! "$ATTIO_ROOT/scripts/emulate" forget
SELECT stage, count(*) FROM open_deals GROUP BY stage ORDER BY stage;
SELECT count(*) FROM open_deals WHERE value >= 1000 AND stage = 'Lead';
SELECT count(*) FROM (SELECT FROM open_deals ORDER BY created_at LIMIT 3 OFFSET 2) s;
SELECT count(*) FROM open_deals o JOIN deals d USING (record_id) WHERE d.stage = 'Lead';
\! "$ATTIO_ROOT/scripts/emulate" log DATA | sed 's/^[^{]*{/{/'
EXPLAIN (COSTS OFF) SELECT FROM open_deals WHERE record_id = '97052eb9-e65e-443f-a297-f2d9a4a7f795';
ALTER FOREIGN TABLE open_deals OPTIONS (SET view '97052eb9-e65e-443f-a297-f2d9a4a7f795');
SELECT part FROM outcome('SELECT count(*) FROM open_deals');
DROP FOREIGN TABLE open_deals;
CREATE FOREIGN TABLE people_of_us (first_name text) SERVER attio OPTIONS (resource 'workspace_members', view '97052eb9-e65e-443f-a297-f2d9a4a7f795');
