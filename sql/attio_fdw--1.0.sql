/* attio_fdw 1.0 */

\echo Use "CREATE EXTENSION attio_fdw" to load this file. \quit

DO $$
BEGIN
	IF pg_catalog.getdatabaseencoding() <> 'UTF8' THEN
		RAISE EXCEPTION 'attio_fdw requires a database with encoding UTF8, but this one has %', pg_catalog.getdatabaseencoding()
			USING ERRCODE = 'feature_not_supported',
				  HINT = 'Create a database with ENCODING ''UTF8'' TEMPLATE template0.';
	END IF;
END
$$;

CREATE FUNCTION attio_fdw_handler() RETURNS fdw_handler
	AS 'MODULE_PATHNAME' LANGUAGE C STRICT;

CREATE FUNCTION attio_fdw_validator(text[], oid) RETURNS void
	AS 'MODULE_PATHNAME' LANGUAGE C STRICT;

CREATE FOREIGN DATA WRAPPER attio_fdw
	HANDLER attio_fdw_handler
	VALIDATOR attio_fdw_validator;

CREATE FUNCTION affinity_fdw_handler() RETURNS fdw_handler
	AS 'MODULE_PATHNAME' LANGUAGE C STRICT;

CREATE FUNCTION affinity_fdw_validator(text[], oid) RETURNS void
	AS 'MODULE_PATHNAME' LANGUAGE C STRICT;

CREATE FOREIGN DATA WRAPPER affinity_fdw
	HANDLER affinity_fdw_handler
	VALIDATOR affinity_fdw_validator;

CREATE FUNCTION attio_fdw_version() RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE C STRICT IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION attio_fdw_version() IS
	'version of the library, and the commit it was built from';

CREATE FUNCTION attio_fdw_ddl(server name, table_name text, columns text DEFAULT 'default', history text DEFAULT '') RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE C STRICT VOLATILE;
COMMENT ON FUNCTION attio_fdw_ddl(name, text, text, text) IS
	'the CREATE FOREIGN TABLE statement that IMPORT FOREIGN SCHEMA would run for one table, or that of a table of an attribute''s history';

CREATE FUNCTION attio_fdw_bind(foreign_table regclass) RETURNS integer
	AS 'MODULE_PATHNAME' LANGUAGE C STRICT VOLATILE;
COMMENT ON FUNCTION attio_fdw_bind(regclass) IS
	'sets the options that a hand-written foreign table lacks; returns the number of columns that got some';

CREATE FUNCTION attio_fdw_refresh(server name) RETURNS void
	AS 'MODULE_PATHNAME' LANGUAGE C STRICT VOLATILE;
COMMENT ON FUNCTION attio_fdw_refresh(name) IS
	'forgets the attribute definitions of this session, so that the next scan reads them again';

CREATE FUNCTION attio_fdw_disconnect(server name DEFAULT NULL) RETURNS integer
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION attio_fdw_disconnect(name) IS
	'closes this session''s connections to one server, or to all; returns how many';

CREATE FUNCTION attio_fdw_check(server name, OUT name text, OUT status text, OUT meaning text, OUT action text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C STRICT VOLATILE;
COMMENT ON FUNCTION attio_fdw_check(name) IS
	'checks the connection, the key, its scopes, the clock, the rate limit, and whether the foreign tables are up to date';

CREATE FUNCTION attio_fdw_sync(schema name, apply boolean DEFAULT false, new_tables boolean DEFAULT true, OUT table_name text, OUT cause text,
	OUT statement text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C STRICT VOLATILE;
COMMENT ON FUNCTION attio_fdw_sync(name, boolean, boolean) IS
	'the statements that bring the imported tables of a schema up to date with Attio; apply runs them';

CREATE FUNCTION attio_fdw_comment(schema name, replace boolean DEFAULT false) RETURNS integer
	AS 'MODULE_PATHNAME' LANGUAGE C STRICT VOLATILE;
COMMENT ON FUNCTION attio_fdw_comment(name, boolean) IS
	'writes titles, descriptions, types, allowed titles and currencies as comments on the tables of a schema and their columns; returns how many';

CREATE FUNCTION attio_fdw_options(OUT place text, OUT name text, OUT legal text, OUT "default" text, OUT set_by text, OUT meaning text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C STRICT IMMUTABLE;
COMMENT ON FUNCTION attio_fdw_options() IS
	'all options of servers, user mappings, tables and columns: valid values, default, who may set it, what it does';

CREATE FUNCTION attio_fdw_types(OUT type text, OUT multiselect boolean, OUT property text, OUT sql_type text, OUT columns text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C STRICT IMMUTABLE;
COMMENT ON FUNCTION attio_fdw_types() IS
	'how attribute types and their properties become columns';

CREATE FUNCTION attio_fdw_tables(OUT table_name text, OUT column_name text, OUT sql_type text, OUT conditions text, OUT written text,
	OUT request text, OUT scopes text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C STRICT IMMUTABLE;
COMMENT ON FUNCTION attio_fdw_tables() IS
	'the tables of what is neither a record nor an entry, and the columns that all tables have: conditions that are sent, what can be written, scopes';

CREATE FUNCTION attio_fdw_measure(server name, apply boolean DEFAULT false, OUT question text, OUT switch text, OUT answer text, OUT statement text,
	OUT evidence text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C STRICT VOLATILE;
COMMENT ON FUNCTION attio_fdw_measure(name, boolean) IS
	'finds out how Attio behaves where its documentation does not say; only reads; apply sets the server''s options';

-- with all arguments: a function (name) of someone else's would be taken otherwise
CREATE FUNCTION attio_fdw_behaviour(server name) RETURNS jsonb LANGUAGE sql VOLATILE STRICT
	RETURN (SELECT jsonb_object_agg(switch, CASE WHEN answer ~ '^(true|false|[0-9]+)$' THEN answer::jsonb ELSE to_jsonb(answer) END)
		FROM attio_fdw_measure(server, false) WHERE answer NOT IN ('unknown', 'other'));
COMMENT ON FUNCTION attio_fdw_behaviour(name) IS
	'the answers of attio_fdw_measure() as a behaviour file of the emulator, without any of the workspace''s data';

CREATE FUNCTION attio_fdw_stats(OUT serverid oid, OUT requests bigint, OUT retries bigint, OUT refused bigint, OUT failed bigint,
	OUT bytes_received bigint, OUT bytes_decoded bigint, OUT request_ms double precision, OUT rate_limit_ms double precision, OUT shared boolean)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C STRICT VOLATILE PARALLEL RESTRICTED;
CREATE VIEW attio_fdw_stats AS
	SELECT srvname AS server, requests, retries, refused, failed, bytes_received, bytes_decoded, request_ms, rate_limit_ms, shared
	FROM attio_fdw_stats() JOIN pg_catalog.pg_foreign_server ON pg_foreign_server.oid = serverid;
COMMENT ON VIEW attio_fdw_stats IS
	'requests to Attio by server: of all sessions if memory is shared, otherwise of this one';

CREATE FUNCTION attio_fdw_requests(OUT answered_at timestamptz, OUT pid integer, OUT roleid oid, OUT serverid oid, OUT method text, OUT path text,
	OUT status integer, OUT retries integer, OUT bytes_received bigint, OUT bytes_decoded bigint, OUT request_ms double precision, OUT request_id text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C STRICT VOLATILE PARALLEL RESTRICTED;
CREATE VIEW attio_fdw_requests AS
	SELECT answered_at, pid, roleid::regrole AS role, srvname AS server, method, path, status, r.retries, bytes_received, bytes_decoded, request_ms, request_id
	FROM attio_fdw_requests() r LEFT JOIN pg_catalog.pg_foreign_server ON pg_foreign_server.oid = serverid;
COMMENT ON VIEW attio_fdw_requests IS
	'the last requests, without bodies; those of other roles are shown to members of pg_read_all_stats';

CREATE FUNCTION attio_fdw_progress(OUT pid integer, OUT roleid oid, OUT relid oid, OUT started_at timestamptz, OUT pages bigint, OUT rows bigint,
	OUT bytes_decoded bigint, OUT waiting boolean)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C STRICT VOLATILE PARALLEL RESTRICTED;
CREATE VIEW attio_fdw_progress AS
	SELECT pid, roleid::regrole AS role, relid::regclass AS "table", pages, rows, bytes_decoded,
		pg_catalog.clock_timestamp() - started_at AS elapsed, waiting
	FROM attio_fdw_progress();
COMMENT ON VIEW attio_fdw_progress IS
	'the scans that run now: of all sessions if memory is shared, otherwise of this one';

CREATE FUNCTION attio_fdw_rate(OUT key text, OUT reads bigint, OUT writes bigint, OUT refused bigint, OUT read_wait_ms double precision,
	OUT write_wait_ms double precision, OUT shared boolean, OUT minute_limit bigint, OUT minute_remaining bigint, OUT minute_reset_at timestamptz,
	OUT month_limit bigint, OUT month_remaining bigint, OUT month_reset_at timestamptz)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C STRICT VOLATILE PARALLEL RESTRICTED;
CREATE VIEW attio_fdw_rate AS SELECT * FROM attio_fdw_rate();
COMMENT ON VIEW attio_fdw_rate IS
	'the rate limit of each key, known by a hash: requests so far, how long the next one would wait, and what the last answers said is left';

CREATE FUNCTION attio_fdw_stats_reset() RETURNS void
	AS 'MODULE_PATHNAME' LANGUAGE C STRICT VOLATILE;
COMMENT ON FUNCTION attio_fdw_stats_reset() IS
	'resets the totals and forgets the requests';
REVOKE ALL ON FUNCTION attio_fdw_stats_reset() FROM PUBLIC;

GRANT SELECT ON attio_fdw_stats, attio_fdw_requests, attio_fdw_progress, attio_fdw_rate TO PUBLIC;
