-- Options: unknown ones, wrong values, who may set what; no message shows a secret.
-- a misspelled name gets the nearest, a misplaced one its place
CREATE SERVER bad FOREIGN DATA WRAPPER attio_fdw OPTIONS (request_timout '5s');
CREATE SERVER bad FOREIGN DATA WRAPPER attio_fdw OPTIONS (api_key 'secret-1');
CREATE SERVER bad FOREIGN DATA WRAPPER attio_fdw OPTIONS (colour 'red');
CREATE USER MAPPING FOR PUBLIC SERVER attio OPTIONS (apikey 'secret-2');
ALTER FOREIGN DATA WRAPPER attio_fdw OPTIONS (ADD base_url 'https://api.attio.com');

-- wrong values name the option and what is legal
CREATE SERVER bad FOREIGN DATA WRAPPER attio_fdw OPTIONS (base_url 'ftp://api.attio.com');
CREATE SERVER bad FOREIGN DATA WRAPPER attio_fdw OPTIONS (base_url 'http://api.attio.com');
CREATE SERVER bad FOREIGN DATA WRAPPER attio_fdw OPTIONS (base_url 'http://localhost:8080');
CREATE SERVER bad FOREIGN DATA WRAPPER attio_fdw OPTIONS (base_url 'http://127.0.0.1.example.com');
CREATE SERVER bad FOREIGN DATA WRAPPER attio_fdw OPTIONS (base_url 'https://secret-3@api.attio.com');
CREATE SERVER bad FOREIGN DATA WRAPPER attio_fdw OPTIONS (request_timeout 'soon');
CREATE SERVER bad FOREIGN DATA WRAPPER attio_fdw OPTIONS (request_timeout '0');
CREATE SERVER bad FOREIGN DATA WRAPPER attio_fdw OPTIONS (max_response_size '1GiB');
CREATE SERVER bad FOREIGN DATA WRAPPER attio_fdw OPTIONS (workspace_id 'acme');
CREATE USER MAPPING FOR PUBLIC SERVER attio OPTIONS (api_key 'secret-4 with blanks');
CREATE USER MAPPING FOR PUBLIC SERVER attio OPTIONS (api_key 'secret-5', api_key_env 'KEY');
CREATE FOREIGN TABLE bad (record_id uuid) SERVER attio;
CREATE FOREIGN TABLE bad (record_id uuid) SERVER attio OPTIONS (object 'people', list 'hiring');
CREATE FOREIGN TABLE bad (record_id uuid) SERVER attio OPTIONS (object 'people', list_id '97052eb9-e65e-443f-a297-f2d9a4a7f795');
CREATE FOREIGN TABLE bad (record_id uuid) SERVER attio OPTIONS (object '');
CREATE FOREIGN TABLE bad (record_id uuid) SERVER attio OPTIONS (object 'people', page_size '501');
CREATE FOREIGN TABLE bad (record_id uuid) SERVER attio OPTIONS (object 'people', page_order 'name');
CREATE FOREIGN TABLE bad (record_id uuid) SERVER attio OPTIONS (object 'people', missing_attribute 'ignore');
CREATE FOREIGN TABLE bad (record_id uuid OPTIONS (multiselect 'maybe')) SERVER attio OPTIONS (object 'people');
CREATE FOREIGN TABLE bad (record_id uuid OPTIONS (field 'record_id', attribute 'name')) SERVER attio OPTIONS (object 'people');

-- a duration needs its unit, 0 does not
CREATE SERVER bad FOREIGN DATA WRAPPER attio_fdw OPTIONS (request_timeout '60');
CREATE SERVER bad FOREIGN DATA WRAPPER attio_fdw OPTIONS (retry_deadline '1.5');
SELECT attio_fdw_disconnect('nosuch');

-- legal ones
CREATE SERVER good FOREIGN DATA WRAPPER attio_fdw OPTIONS (base_url 'http://127.0.0.1:1', request_timeout '1500ms', connect_timeout '2s',
	max_response_size '16MB', metadata_ttl '0', workspace_id '97052EB9-e65e-443f-a297-f2d9a4a7f795');
ALTER SERVER good OPTIONS (SET base_url 'http://[::1]:1', DROP workspace_id, ADD ca_file '/etc/ssl/cert.pem', ADD proxy 'http://proxy:3128');
CREATE SERVER plain FOREIGN DATA WRAPPER attio_fdw;
DROP SERVER good, plain;

-- what only superusers and file readers may set
CREATE ROLE attio_plain;
CREATE ROLE attio_reader IN ROLE pg_read_server_files;
GRANT USAGE ON FOREIGN DATA WRAPPER attio_fdw TO attio_plain;
GRANT USAGE ON FOREIGN SERVER attio TO attio_plain, attio_reader;
SET ROLE attio_plain;
CREATE SERVER own FOREIGN DATA WRAPPER attio_fdw OPTIONS (base_url 'https://evil.example.com');
CREATE SERVER own FOREIGN DATA WRAPPER attio_fdw OPTIONS (ca_file '/tmp/ca.pem');
CREATE SERVER own FOREIGN DATA WRAPPER attio_fdw OPTIONS (proxy 'http://evil.example.com');
CREATE SERVER own FOREIGN DATA WRAPPER attio_fdw OPTIONS (base_url 'https://api.attio.com');
CREATE USER MAPPING FOR CURRENT_USER SERVER attio OPTIONS (api_key_env 'HOME');
CREATE USER MAPPING FOR CURRENT_USER SERVER attio OPTIONS (api_key_file '/etc/passwd');
CREATE USER MAPPING FOR CURRENT_USER SERVER attio OPTIONS (api_key 'my-own');
RESET ROLE;
SET ROLE attio_reader;
CREATE USER MAPPING FOR CURRENT_USER SERVER attio OPTIONS (api_key_file '/nonexistent/key');
RESET ROLE;
DROP OWNED BY attio_plain, attio_reader CASCADE;
DROP ROLE attio_plain, attio_reader;

-- the table of options, as the docs show it
SELECT place, count(*) FROM attio_fdw_options() GROUP BY place ORDER BY place;

-- settings
SHOW attio_fdw.request_timeout;
SET attio_fdw.request_timeout = '1ms';
SELECT part, words FROM outcome($$SET attio_fdw.request_timeout = '-1'$$) WHERE part = 'sqlstate';
SET attio_fdw.no_such_setting = 1;
RESET attio_fdw.request_timeout;
