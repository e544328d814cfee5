-- What was asked of Attio: totals, the last requests, the rate, a budget.  Where memory is not shared, of this session.
SET search_path = crm, public;
SELECT attio_fdw_stats_reset();
SELECT count(name) FROM people;
SELECT server, requests > 0 AS asked, retries, refused, failed, bytes_decoded > 100000 AS bytes, request_ms > 0 AS time FROM attio_fdw_stats;
SELECT method, path ~ '^/v2/objects/[0-9a-f-]{36}/records/query$' AS path, status, retries, bytes_decoded > 100000 AS bytes, role = current_user::regrole AS role,
	request_id IS NOT NULL AS request_id FROM attio_fdw_requests WHERE bytes_decoded > 100 ORDER BY answered_at DESC LIMIT 1;
SELECT bool_and(key ~ '^[0-9a-f]{16}$') AS hashed, bool_and(reads > 0) AS reads, sum(writes) AS writes, sum(refused) AS refused FROM attio_fdw_rate;
SELECT "table", pages, rows, waiting FROM people, attio_fdw_progress WHERE "table" = 'people'::regclass LIMIT 1;
SELECT count(*) FROM attio_fdw_progress;
-- requests hold neither keys nor bodies
SELECT count(*) FROM attio_fdw_requests r WHERE r::text ~ 'emulator-key|filter';
-- another role sees its own requests only
CREATE ROLE clerk;
SET ROLE clerk;
SELECT count(*) FROM public.attio_fdw_requests;
SELECT attio_fdw_stats_reset();
SET attio_fdw.max_requests = 1;
RESET ROLE;
GRANT pg_read_all_stats TO clerk;
SET ROLE clerk;
SELECT count(*) > 0 AS all FROM public.attio_fdw_requests;
RESET ROLE;
DROP ROLE clerk;
-- all of it in a read-only transaction
BEGIN READ ONLY;
SELECT count(*) > 0 AS some FROM attio_fdw_stats, attio_fdw_rate;
COMMIT;
-- a budget: an error that says so, never a cut answer
SELECT attio_fdw_refresh('attio');
SET attio_fdw.max_requests = 3;
SELECT count(name) FROM people;
SET attio_fdw.max_requests = 20;
SELECT count(name) FROM people;
SELECT count(*) FROM deals d, LATERAL (SELECT name FROM people p WHERE p.record_id = d.record_id OFFSET 0) s;
RESET attio_fdw.max_requests;
