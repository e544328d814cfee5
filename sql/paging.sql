-- Pages: every row once, whatever the size of a page and the order that Attio answers in.
SET search_path = crm, public;
-- rows are read, not counted by probing (sql/count.sql does that)
SET attio_fdw.push_count = off;
CREATE FOREIGN TABLE paged (record_id uuid, name text) SERVER attio OPTIONS (object 'people', page_size '7');
CREATE FUNCTION count_paged() RETURNS text LANGUAGE sql AS
	$$ SELECT format('%s rows, %s different', count(*), count(DISTINCT record_id)) FROM paged $$;

-- the first request is large enough to prove the order by id, the next are as the table says; each repeats one row
\! "$ATTIO_ROOT/scripts/emulate" forget
SELECT count_paged();
\! "$ATTIO_ROOT/scripts/emulate" log DATA | sed 's/^.*{/{/' | head -n 4
-- an exactly full last page: the request after it finds the overlap row alone
ALTER FOREIGN TABLE paged OPTIONS (SET page_size '200');
\! "$ATTIO_ROOT/scripts/emulate" forget
SELECT count_paged();
\! "$ATTIO_ROOT/scripts/emulate" log DATA | sed 's/^.*{/{/'
-- everything in one page
ALTER FOREIGN TABLE paged OPTIONS (SET page_size '201');
\! "$ATTIO_ROOT/scripts/emulate" forget
SELECT count_paged();
\! "$ATTIO_ROOT/scripts/emulate" log DATA | sed 's/^.*{/{/'

-- pages that do not come in order of ids: the scan begins again, sorted
ALTER FOREIGN TABLE paged OPTIONS (SET page_size '70');
\! "$ATTIO_ROOT/scripts/emulate" switches '{"unsorted_order": "hash"}'
\! "$ATTIO_ROOT/scripts/emulate" forget
SELECT count_paged();
\! "$ATTIO_ROOT/scripts/emulate" log DATA | sed 's/^[^{]*{/{/'
\! "$ATTIO_ROOT/scripts/emulate" switches '{"unsorted_order": "creation"}'
SELECT count_paged();
\! "$ATTIO_ROOT/scripts/emulate" switches '{"unsorted_order": "updated"}'
SELECT count_paged();
\! "$ATTIO_ROOT/scripts/emulate" switches '{"unsorted_order": "updated_desc"}'
SELECT count_paged();
\! "$ATTIO_ROOT/scripts/emulate" switches '{"unsorted_order": "id"}'

-- page_order 'created_at': sorted from the start
ALTER FOREIGN TABLE paged OPTIONS (ADD page_order 'created_at', SET page_size '150');
\! "$ATTIO_ROOT/scripts/emulate" forget
SELECT count_paged();
\! "$ATTIO_ROOT/scripts/emulate" log DATA | sed 's/^[^{]*{/{/'
EXPLAIN (COSTS OFF) SELECT count(*) FROM paged;
ALTER FOREIGN TABLE paged OPTIONS (DROP page_order);

-- a page that is too large is asked for again with as many rows as fit
\getenv url ATTIO_EMULATOR_URL
CREATE SERVER tight FOREIGN DATA WRAPPER attio_fdw OPTIONS (base_url :'url', max_response_size '400kB', max_concurrent_requests '1');
CREATE USER MAPPING FOR CURRENT_USER SERVER tight OPTIONS (api_key 'emulator-key');
CREATE FOREIGN TABLE halved (record_id uuid, name text) SERVER tight OPTIONS (object 'companies');
\! "$ATTIO_ROOT/scripts/emulate" forget
SELECT count(*), count(DISTINCT record_id) FROM halved;
-- (how many rows came before it was too large differs by one from run to run)
\! "$ATTIO_ROOT/scripts/emulate" log DATA | sed -E 's/^[^{]*\{/{/; s/:3[0-9]/:3x/g' | head -n 8
ALTER SERVER tight OPTIONS (SET max_response_size '1kB');
SELECT * FROM outcome('SELECT count(*) FROM halved');
DROP SERVER tight CASCADE;

-- rows that go, come and move between pages (each while the second page is asked for)
ALTER FOREIGN TABLE paged OPTIONS (SET page_size '70');
-- thirty rows that were read are deleted: later rows move up, and none is missed
\! "$ATTIO_ROOT/scripts/emulate" faults '{"match": {"path": "query", "nth": 2}, "before": [{"do": "delete", "kind": "objects", "slug": "people", "positions": [0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29]}]}'
SELECT count_paged();
\! "$ATTIO_ROOT/scripts/emulate" reset
-- a row comes in before all others, a row goes at the same time: no shift, nothing lost, nothing twice
\! "$ATTIO_ROOT/scripts/emulate" faults '{"match": {"path": "query", "nth": 2}, "before": [{"do": "insert", "kind": "objects", "slug": "people", "first": true}, {"do": "delete", "kind": "objects", "slug": "people", "positions": [5]}]}'
SELECT count_paged();
\! "$ATTIO_ROOT/scripts/emulate" reset
-- more than a page of rows is deleted
\! "$ATTIO_ROOT/scripts/emulate" faults '{"match": {"path": "query", "nth": 2}, "before": [{"do": "delete", "kind": "objects", "slug": "people", "positions": [0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33,34,35,36,37,38,39,40,41,42,43,44,45,46,47,48,49,50,51,52,53,54,55,56,57,58,59,60,61,62,63,64,65,66,67,68,69,70,71,72,73,74,75,76,77,78,79,80,81,82,83,84,85,86,87,88,89,90,91,92,93,94,95,96,97,98,99,100]}]}'
SELECT count_paged();
\! "$ATTIO_ROOT/scripts/emulate" reset
-- rows that move for ever: an error, not a guess
\! "$ATTIO_ROOT/scripts/emulate" faults '{"match": {"path": "query"}, "after": [{"do": "insert", "kind": "objects", "slug": "people", "first": true, "count": 80}]}'
SELECT * FROM outcome('SELECT count(*) FROM paged');
\! "$ATTIO_ROOT/scripts/emulate" reset
DROP FUNCTION count_paged;
DROP FOREIGN TABLE paged;
