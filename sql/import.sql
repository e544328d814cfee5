-- IMPORT FOREIGN SCHEMA: what it makes, LIMIT TO and EXCEPT, what it says of a key.
CREATE SCHEMA one;
CREATE FUNCTION imported() RETURNS text LANGUAGE sql AS
	$$ SELECT string_agg(foreign_table_name, ' ' ORDER BY foreign_table_name) FROM information_schema.foreign_tables WHERE foreign_table_schema = 'one' $$;
CREATE PROCEDURE again() LANGUAGE plpgsql AS $$ BEGIN SET LOCAL client_min_messages = warning; DROP SCHEMA one CASCADE; CREATE SCHEMA one; END $$;

IMPORT FOREIGN SCHEMA objects FROM SERVER attio INTO one;
SELECT imported();
CALL again();
-- a list whose name an object has gets another name, whatever is imported
IMPORT FOREIGN SCHEMA lists FROM SERVER attio INTO one;
SELECT imported();
CALL again();
IMPORT FOREIGN SCHEMA workspace FROM SERVER attio INTO one;
SELECT imported();
CALL again();

-- LIMIT TO warns of names that are not there, EXCEPT does not
IMPORT FOREIGN SCHEMA attio LIMIT TO (people, compnies, partners_list, statuses, nothing_like_it) FROM SERVER attio INTO one;
SELECT imported();
CALL again();
IMPORT FOREIGN SCHEMA attio EXCEPT (people, companies, no_such_table) FROM SERVER attio INTO one;
SELECT imported();
CALL again();

-- mistakes
IMPORT FOREIGN SCHEMA crm FROM SERVER attio INTO one;
IMPORT FOREIGN SCHEMA attio FROM SERVER attio INTO one OPTIONS (column 'all');
IMPORT FOREIGN SCHEMA attio FROM SERVER attio INTO one OPTIONS (columns 'some');

-- the three sets of columns
IMPORT FOREIGN SCHEMA attio LIMIT TO (deals) FROM SERVER attio INTO one;
\d one.deals
CALL again();
IMPORT FOREIGN SCHEMA attio LIMIT TO (deals) FROM SERVER attio INTO one OPTIONS (columns 'all');
SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'one.deals'::regclass AND attnum > 0 ORDER BY attnum;
SELECT count(*) FILTER (WHERE attio__changed_at >= created_at) AS changed, min(value__currency_code) AS currency FROM one.deals;
CALL again();
IMPORT FOREIGN SCHEMA attio LIMIT TO (deals) FROM SERVER attio INTO one OPTIONS (columns 'raw');
SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'one.deals'::regclass AND attname LIKE '\_%';
CALL again();

-- the key: dead, without scopes, without lists
\! "$ATTIO_ROOT/scripts/emulate" token definitions-only object_configuration:read list_configuration:read
\! "$ATTIO_ROOT/scripts/emulate" token no-lists object_configuration:read record_permission:read user_management:read
ALTER USER MAPPING FOR CURRENT_USER SERVER attio OPTIONS (SET api_key 'no-such-key');
IMPORT FOREIGN SCHEMA attio FROM SERVER attio INTO one;
ALTER USER MAPPING FOR CURRENT_USER SERVER attio OPTIONS (SET api_key 'definitions-only');
IMPORT FOREIGN SCHEMA attio EXCEPT (people) FROM SERVER attio INTO one;
SELECT count(*) > 10 AS imported FROM information_schema.foreign_tables WHERE foreign_table_schema = 'one';
CALL again();
ALTER USER MAPPING FOR CURRENT_USER SERVER attio OPTIONS (SET api_key 'no-lists');
IMPORT FOREIGN SCHEMA attio LIMIT TO (people, hiring, workspace_members) FROM SERVER attio INTO one;
SELECT imported();
SELECT * FROM outcome('IMPORT FOREIGN SCHEMA lists FROM SERVER attio INTO one');
ALTER USER MAPPING FOR CURRENT_USER SERVER attio OPTIONS (SET api_key 'emulator-key');
CALL again();

-- a standard object that is switched off
\! "$ATTIO_ROOT/scripts/emulate" switches '{"disabled_objects": ["deals"]}'
IMPORT FOREIGN SCHEMA attio LIMIT TO (deals, people) FROM SERVER attio INTO one;
SELECT imported();
\! "$ATTIO_ROOT/scripts/emulate" switches '{"disabled_objects": []}'
CALL again();

-- the same statement as text
SELECT attio_fdw_ddl('attio', 'hiring');
SELECT attio_fdw_ddl('attio', 'workspace_members');
SELECT attio_fdw_ddl('attio', 'deals', 'raw') ~ '_raw jsonb' AS raw;
SELECT attio_fdw_ddl('attio', 'peeple');
SELECT attio_fdw_ddl('attio', 'deals', 'most');
SELECT attio_fdw_ddl('nowhere', 'deals');
DROP SCHEMA one CASCADE;
DROP PROCEDURE again;
DROP FUNCTION imported;
