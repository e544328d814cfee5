-- What the other tests stand on: the extension, a server, the whole workspace in schema crm.
\getenv url ATTIO_EMULATOR_URL
\! "$ATTIO_ROOT/scripts/emulate" reset
CREATE EXTENSION attio_fdw;
SELECT attio_fdw_version() ~ '^1\.0\.0 \(.+\)$' AS version;
-- (one request at a time, no limit to the rate: so that the emulator's log is the same in each run)
CREATE SERVER attio FOREIGN DATA WRAPPER attio_fdw OPTIONS (base_url :'url', max_concurrent_requests '1', read_rate '10000');
CREATE USER MAPPING FOR CURRENT_USER SERVER attio OPTIONS (api_key 'emulator-key');
CREATE SCHEMA crm;
IMPORT FOREIGN SCHEMA attio FROM SERVER attio INTO crm;
SELECT count(*) AS tables FROM information_schema.foreign_tables WHERE foreign_table_schema = 'crm';

-- scalar or array types only
SELECT DISTINCT format_type(atttypid, atttypmod) AS type
FROM pg_attribute JOIN pg_class ON attrelid = pg_class.oid
WHERE relnamespace = 'crm'::regnamespace AND attnum > 0
ORDER BY 1;

-- The outcome of a statement as rows, for errors whose words differ from run to run (times, ports, versions of libcurl).
CREATE FUNCTION outcome(statement text) RETURNS TABLE (part text, words text) LANGUAGE plpgsql AS $$
DECLARE
	n bigint;
	state text; message text; detail text; hint text;
BEGIN
	EXECUTE statement;
	GET DIAGNOSTICS n = ROW_COUNT;
	RETURN QUERY SELECT 'rows', n::text;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
		detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN QUERY
	SELECT p, regexp_replace(regexp_replace(regexp_replace(w, ':[0-9]{4,5}\M', ':PORT', 'g'),
							'request id [0-9a-f]+', 'request id ID', 'g'),
							'\m(after|in) [0-9]+ (ms|milliseconds)', '\1 N ms', 'g')
	FROM (VALUES ('sqlstate', state), ('message', message), ('detail', detail), ('hint', hint)) AS v (p, w)
	WHERE w <> '';
END $$;
