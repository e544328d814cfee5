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

-- A table of all histories is used if it is the caller's, or belongs to who owns the table that is asked about: another
-- one's columns could run anything.  Where there is none, one is made, and dropped again.
CREATE FUNCTION attio_fdw_time_in_status(foreign_table regclass, attribute text, ids uuid[] DEFAULT NULL, OUT record_id uuid, OUT entry_id uuid,
	OUT status text, OUT entered_at timestamptz, OUT left_at timestamptz, OUT seconds numeric, OUT spent interval)
	RETURNS SETOF record
	LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
	of record;
	key text;
	parent text;
	asked text;
	histories text;
	made boolean := false;
	lacking text;
BEGIN
	IF $1 IS NULL OR $2 IS NULL THEN
		RETURN;
	END IF;
	IF NOT EXISTS (SELECT FROM pg_class WHERE oid = $1) THEN
		RAISE EXCEPTION 'relation with OID % does not exist', $1::oid USING ERRCODE = 'undefined_table';
	END IF;
	-- the object or list, by its id where the table has it
	SELECT c.relname, c.relowner, s.oid AS server, s.srvname, split_part(o.option_name, '_', 1) AS kind, o.option_value AS target INTO of
		FROM pg_class c JOIN pg_foreign_table t ON t.ftrelid = c.oid JOIN pg_foreign_server s ON s.oid = t.ftserver
			JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw, pg_options_to_table(t.ftoptions) o
		WHERE c.oid = $1 AND w.fdwname = 'attio_fdw' AND o.option_name IN ('object', 'list', 'object_id', 'list_id')
			AND NOT EXISTS (SELECT FROM pg_options_to_table(t.ftoptions) WHERE option_name = 'history')
		ORDER BY o.option_name DESC LIMIT 1;
	IF NOT FOUND THEN
		RAISE EXCEPTION '"%" is not a foreign table of an object or a list', $1 USING ERRCODE = 'wrong_object_type',
			HINT = 'Name a table that IMPORT FOREIGN SCHEMA makes of an object or a list.';
	END IF;
	-- before what else is lacking
	IF NOT has_any_column_privilege($1, 'SELECT') THEN
		RAISE EXCEPTION 'permission denied for foreign table %', of.relname USING ERRCODE = 'insufficient_privilege';
	END IF;
	-- the columns of the ids, by what their options or else their names say that they show
	SELECT min(quote_ident(attname)) FILTER (WHERE shows = CASE of.kind WHEN 'list' THEN 'entry_id' ELSE 'record_id' END),
			min(quote_ident(attname)) FILTER (WHERE shows = 'parent_record_id' AND of.kind = 'list') INTO key, parent
		FROM (SELECT attname, coalesce((SELECT option_value FROM pg_options_to_table(attfdwoptions) WHERE option_name = 'field'),
				CASE WHEN attfdwoptions IS NULL THEN attname END) AS shows
			FROM pg_attribute WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped AND atttypid = 'uuid'::regtype) a;
	IF key IS NULL THEN
		RAISE EXCEPTION 'foreign table "%" has no column of its rows'' ids', $1 USING ERRCODE = 'undefined_column',
			HINT = CASE of.kind WHEN 'list' THEN 'Add a column "entry_id" of type uuid.' ELSE 'Add a column "record_id" of type uuid.' END;
	END IF;
	-- the attribute: that of a column of this name, or with this slug, by its id
	SELECT id.option_value INTO asked
		FROM pg_attribute a, pg_options_to_table(attfdwoptions) id, pg_options_to_table(attfdwoptions) slug
		WHERE attrelid = $1 AND id.option_name = 'attribute_id' AND slug.option_name = 'attribute' AND $2 IN (attname, slug.option_value)
		ORDER BY attname <> $2 LIMIT 1;
	SELECT t.ftrelid::regclass INTO histories
		FROM pg_foreign_table t JOIN pg_class c ON c.oid = t.ftrelid
		WHERE t.ftserver = of.server AND t.ftoptions @> ARRAY['resource=attribute_history'] AND NOT pg_is_other_temp_schema(c.relnamespace)
			AND (c.relowner = of.relowner OR pg_get_userbyid(c.relowner) = current_user)
			AND has_table_privilege(c.oid, 'SELECT') AND has_schema_privilege(c.relnamespace, 'USAGE')
			AND 8 = (SELECT count(*) FROM pg_attribute WHERE attrelid = c.oid AND NOT attisdropped AND attname IN ('object', 'record_id', 'list',
				'entry_id', 'attribute', 'value_text', 'active_from', 'active_until'))
		ORDER BY t.ftrelid LIMIT 1;
	made := histories IS NULL;
	IF made THEN
		IF current_setting('transaction_read_only')::boolean THEN
			RAISE EXCEPTION 'cannot read the history of foreign table "%" in a read-only transaction', $1 USING ERRCODE = 'read_only_sql_transaction',
				DETAIL = format('There is no table of all histories that role "%s" may read, and none can be created.', current_user),
				HINT = 'Let the owner of the table import attribute_history, and grant SELECT on it.';
		END IF;
		lacking := CASE WHEN NOT has_server_privilege(of.server, 'USAGE') THEN format('USAGE on foreign server "%s"', of.srvname)
			WHEN NOT has_database_privilege(current_database(), 'TEMPORARY') THEN format('TEMPORARY on database "%s"', current_database()) END;
		IF lacking IS NOT NULL THEN
			RAISE EXCEPTION 'cannot read the history of foreign table "%"', $1 USING ERRCODE = 'insufficient_privilege',
				DETAIL = format('There is no table of all histories that role "%s" may read, and a temporary one needs %s.', current_user, lacking),
				HINT = 'Let the owner of the table import attribute_history, and grant SELECT on it.';
		END IF;
		histories := 'pg_temp.attio_fdw_histories';
		EXECUTE format('CREATE FOREIGN TABLE %s (object text, record_id uuid, list text, entry_id uuid, attribute text, value_text text, '
			'active_from timestamptz, active_until timestamptz) SERVER %I OPTIONS (resource ''attribute_history'')', histories, of.srvname);
	END IF;
	RETURN QUERY EXECUTE format(
		'SELECT %s, %s, h.value_text, h.active_from, h.active_until, extract(epoch FROM e.ended - h.active_from), e.ended - h.active_from '
		'FROM %s AS t JOIN %s AS h ON h.%I = t.%s AND h.%I = %L AND h.attribute = %L, '
		'LATERAL (SELECT coalesce(h.active_until, now())) AS e (ended) %s',
		CASE of.kind WHEN 'object' THEN 't.' || key ELSE coalesce('t.' || parent, 'NULL::uuid') END,
		CASE of.kind WHEN 'list' THEN 't.' || key ELSE 'NULL::uuid' END,
		$1, histories, CASE of.kind WHEN 'list' THEN 'entry_id' ELSE 'record_id' END, key, of.kind, of.target, coalesce(asked, $2),
		CASE WHEN ids IS NOT NULL THEN 'WHERE t.' || key || ' = ANY ($1)' END) USING ids;
	IF made THEN
		EXECUTE 'DROP FOREIGN TABLE ' || histories;
	END IF;
END
$function$;
COMMENT ON FUNCTION attio_fdw_time_in_status(regclass, text, uuid[]) IS
	'how long records or entries were in each status, or with each value, of an attribute: one request for each of them';

CREATE FUNCTION attio_fdw_options(wrapper name DEFAULT 'attio_fdw', OUT place text, OUT name text, OUT legal text, OUT "default" text,
	OUT set_by text, OUT meaning text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C STRICT STABLE;
COMMENT ON FUNCTION attio_fdw_options(name) IS
	'all options of servers, user mappings, tables and columns: valid values, default, who may set it, what it does';

CREATE FUNCTION attio_fdw_types(OUT type text, OUT multiselect boolean, OUT property text, OUT sql_type text, OUT columns text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C STRICT IMMUTABLE;
COMMENT ON FUNCTION attio_fdw_types() IS
	'how attribute types and their properties become columns';

CREATE FUNCTION attio_fdw_tables(wrapper name DEFAULT 'attio_fdw', OUT table_name text, OUT column_name text, OUT sql_type text,
	OUT conditions text, OUT written text, OUT request text, OUT scopes text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C STRICT STABLE;
COMMENT ON FUNCTION attio_fdw_tables(name) IS
	'the tables of what is neither a record nor an entry, and the columns that all tables have: conditions that are sent, what can be written, scopes';

CREATE FUNCTION attio_fdw_endpoints(wrapper name DEFAULT 'attio_fdw', OUT table_name text, OUT statement text, OUT method text, OUT path text,
	OUT scopes text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C STRICT STABLE;
COMMENT ON FUNCTION attio_fdw_endpoints(name) IS
	'the requests to the service that each statement on each table can make';

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
