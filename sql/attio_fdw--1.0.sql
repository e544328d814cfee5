/* attio_fdw 1.0 */

\echo Use "CREATE EXTENSION attio_fdw" to load this file. \quit

DO $$
BEGIN
	IF pg_catalog.getdatabaseencoding() <> 'UTF8' THEN
		RAISE EXCEPTION 'attio_fdw needs a database with encoding UTF8, this one has %', pg_catalog.getdatabaseencoding()
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

CREATE FUNCTION attio_fdw_version() RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE C STRICT IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION attio_fdw_version() IS
	'version of the library';

CREATE FUNCTION attio_fdw_ddl(server name, table_name text, columns text DEFAULT 'default') RETURNS text
	AS 'MODULE_PATHNAME' LANGUAGE C STRICT VOLATILE;
COMMENT ON FUNCTION attio_fdw_ddl(name, text, text) IS
	'the CREATE FOREIGN TABLE statement that IMPORT FOREIGN SCHEMA would run for one table';

CREATE FUNCTION attio_fdw_bind(foreign_table regclass) RETURNS integer
	AS 'MODULE_PATHNAME' LANGUAGE C STRICT VOLATILE;
COMMENT ON FUNCTION attio_fdw_bind(regclass) IS
	'writes the options that a hand-written table lacks; returns how many columns got some';

CREATE FUNCTION attio_fdw_refresh(server name) RETURNS void
	AS 'MODULE_PATHNAME' LANGUAGE C STRICT VOLATILE;
COMMENT ON FUNCTION attio_fdw_refresh(name) IS
	'forgets the attribute definitions of this session, so that the next scan reads them anew';

CREATE FUNCTION attio_fdw_disconnect(server name DEFAULT NULL) RETURNS integer
	AS 'MODULE_PATHNAME' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION attio_fdw_disconnect(name) IS
	'closes this session''s connections to one server, or to all; returns how many';

CREATE FUNCTION attio_fdw_options(OUT place text, OUT name text, OUT "default" text, OUT meaning text) RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C STRICT IMMUTABLE;
COMMENT ON FUNCTION attio_fdw_options() IS
	'all options of servers, user mappings, tables and columns';

CREATE FUNCTION attio_fdw_types(OUT type text, OUT multiselect boolean, OUT property text, OUT sql_type text, OUT columns text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME' LANGUAGE C STRICT IMMUTABLE;
COMMENT ON FUNCTION attio_fdw_types() IS
	'how attribute types and their properties become columns';
