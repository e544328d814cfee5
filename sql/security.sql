-- Whose key: views and functions use their owner's, others need their own.
CREATE ROLE attio_owner;
CREATE ROLE attio_guest;
GRANT USAGE ON FOREIGN SERVER attio TO attio_owner, attio_guest;
CREATE SCHEMA shared AUTHORIZATION attio_owner;
GRANT USAGE ON SCHEMA shared TO attio_guest;
CREATE USER MAPPING FOR attio_owner SERVER attio OPTIONS (api_key 'emulator-key');
SET ROLE attio_owner;
CREATE FOREIGN TABLE shared.people (record_id uuid, name text) SERVER attio OPTIONS (object 'people');
CREATE VIEW shared.people_view AS SELECT name FROM shared.people;
CREATE VIEW shared.people_invoker WITH (security_barrier) AS SELECT name FROM shared.people;
CREATE FUNCTION shared.people_count() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS 'SELECT count(name) FROM shared.people';
GRANT SELECT ON ALL TABLES IN SCHEMA shared TO attio_guest;
SELECT count(name) FROM shared.people;
RESET ROLE;
SET ROLE attio_guest;
-- the guest has no mapping: not for the table, but through the view and the function, with the owner's
SELECT * FROM public.outcome('SELECT name FROM shared.people');
SELECT count(*) FROM shared.people_view;
SELECT count(*) FROM shared.people_invoker;
SELECT shared.people_count();
-- nor may the guest see the key or use the server's functions without one
SELECT umoptions FROM pg_user_mappings WHERE srvname = 'attio' AND usename = 'attio_owner';
SELECT * FROM public.outcome('SELECT attio_fdw_ddl(''attio'', ''people'')');
RESET ROLE;
REVOKE USAGE ON FOREIGN SERVER attio FROM attio_guest;
SET ROLE attio_guest;
SELECT * FROM public.outcome('SELECT attio_fdw_ddl(''attio'', ''people'')');
RESET ROLE;
-- a PUBLIC mapping serves who has none
CREATE USER MAPPING FOR PUBLIC SERVER attio OPTIONS (api_key 'emulator-key');
SET ROLE attio_guest;
SELECT count(name) FROM shared.people;
RESET ROLE;
-- a changed mapping counts at once, also for the session that is open
ALTER USER MAPPING FOR PUBLIC SERVER attio OPTIONS (SET api_key 'wrong-key');
SET ROLE attio_guest;
SELECT part, words FROM public.outcome('SELECT count(name) FROM shared.people') WHERE part = 'sqlstate';
RESET ROLE;
DROP USER MAPPING FOR PUBLIC SERVER attio;
-- a key in a file or in the environment of the server
\! printf 'emulator-key\n' > "$ATTIO_SCRATCH/key" && chmod 644 "$ATTIO_SCRATCH/key"
\getenv scratch ATTIO_SCRATCH
\set key_file :scratch '/key'
CREATE USER MAPPING FOR attio_guest SERVER attio OPTIONS (api_key_file :'key_file');
SET ROLE attio_guest;
SELECT count(name) FROM shared.people;
RESET ROLE;
-- (every server sets this variable, to "C": so this is a key for the emulator)
\! "$ATTIO_ROOT/scripts/emulate" token C record_permission:read object_configuration:read
ALTER USER MAPPING FOR attio_guest SERVER attio OPTIONS (DROP api_key_file, ADD api_key_env 'LC_NUMERIC');
SET ROLE attio_guest;
SELECT count(name) FROM shared.people;
RESET ROLE;
-- a security barrier view: conditions of its user stay above its own
SET ROLE attio_owner;
CREATE VIEW shared.ceos WITH (security_barrier) AS SELECT name FROM shared.people WHERE name LIKE 'A%';
EXPLAIN (COSTS OFF) SELECT * FROM shared.ceos WHERE name <> 'x' AND length(name) > 3;
RESET ROLE;
-- EXPLAIN and errors show no key
EXPLAIN (VERBOSE, COSTS OFF) SELECT name FROM shared.people;
-- sessions can be closed, and open again by themselves
SELECT attio_fdw_disconnect('attio') >= 1 AS closed;
SELECT attio_fdw_disconnect();
SELECT count(name) FROM shared.people;
-- in the middle of a scan, too
BEGIN;
DECLARE c CURSOR FOR SELECT name FROM shared.people;
MOVE 10 IN c;
SELECT attio_fdw_disconnect() AS closed;
MOVE ALL IN c;
COMMIT;
DROP SCHEMA shared CASCADE;
DROP OWNED BY attio_owner, attio_guest CASCADE;
DROP ROLE attio_owner, attio_guest;
