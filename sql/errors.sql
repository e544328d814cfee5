-- What goes wrong is an error with SQLSTATE, DETAIL and HINT; none shows the key, none returns fewer rows.
SET search_path = crm, public;
ALTER SERVER attio OPTIONS (ADD max_retries '0');
CREATE FUNCTION scan() RETURNS TABLE (part text, words text) LANGUAGE sql AS $$ SELECT * FROM outcome('SELECT name FROM crm.people') $$;

-- the key: wrong, lost, not there
ALTER USER MAPPING FOR CURRENT_USER SERVER attio OPTIONS (SET api_key 'wrong-key');
SELECT * FROM scan();
ALTER USER MAPPING FOR CURRENT_USER SERVER attio OPTIONS (DROP api_key);
SELECT * FROM scan();
ALTER USER MAPPING FOR CURRENT_USER SERVER attio OPTIONS (ADD api_key_env 'NO_SUCH_VARIABLE');
SELECT * FROM scan();
ALTER USER MAPPING FOR CURRENT_USER SERVER attio OPTIONS (DROP api_key_env, ADD api_key_file '/nonexistent/key');
SELECT * FROM scan();
DROP USER MAPPING FOR CURRENT_USER SERVER attio;
SELECT * FROM scan();
\! "$ATTIO_ROOT/scripts/emulate" token definitions-only object_configuration:read list_configuration:read
CREATE USER MAPPING FOR CURRENT_USER SERVER attio OPTIONS (api_key 'definitions-only');
SELECT * FROM scan();
ALTER USER MAPPING FOR CURRENT_USER SERVER attio OPTIONS (SET api_key 'emulator-key');
SELECT * FROM scan();

-- the slug, the object
CREATE FOREIGN TABLE mistyped (name text) SERVER attio OPTIONS (object 'peple');
SELECT * FROM outcome('SELECT name FROM mistyped');
SELECT * FROM outcome('SELECT count(*) FROM mistyped');
CREATE FOREIGN TABLE mistyped_list (note text) SERVER attio OPTIONS (list 'sales-pipeline');
SELECT * FROM outcome('SELECT note FROM mistyped_list');
\! "$ATTIO_ROOT/scripts/emulate" switches '{"disabled_objects": ["people"]}'
SELECT * FROM scan();
\! "$ATTIO_ROOT/scripts/emulate" switches '{"disabled_objects": []}'

-- answers that are none
\! "$ATTIO_ROOT/scripts/emulate" faults '{"match": {"path": "query"}, "truncate": 5000}'
SELECT * FROM scan();
\! "$ATTIO_ROOT/scripts/emulate" faults '{"match": {"path": "query"}, "truncate": 5000, "no_length": true}'
SELECT part, regexp_replace(words, 'byte.*', '...') AS words FROM scan();
\! "$ATTIO_ROOT/scripts/emulate" faults '{"match": {"path": "query"}, "body": "<html><body>It works!</body></html>", "content_type": "text/html"}'
SELECT * FROM scan();
\! "$ATTIO_ROOT/scripts/emulate" faults '{"match": {"path": "query"}, "body": "<html>"}'
SELECT * FROM scan();
\! "$ATTIO_ROOT/scripts/emulate" faults '{"match": {"path": "query"}, "body": "{\"data\":{}}"}'
SELECT * FROM scan();
\! "$ATTIO_ROOT/scripts/emulate" faults '{"match": {"path": "query"}, "body": "{\"data\":[{\"id\":{},\"values\":{}}]}"}'
SELECT * FROM scan();
\! "$ATTIO_ROOT/scripts/emulate" faults '{"match": {"path": "query"}, "body": ""}'
SELECT * FROM scan();
\! "$ATTIO_ROOT/scripts/emulate" faults '{"match": {"path": "query"}, "gzip_broken": true}'
SELECT part, regexp_replace(words, ': (Error|Unrecognized|Failed).*', ': ...') AS words FROM scan();
\! "$ATTIO_ROOT/scripts/emulate" faults '{"match": {"path": "attributes"}, "body": "{\"data\":[{\"id\":{}}]}"}'
SELECT attio_fdw_refresh('attio');
SELECT * FROM scan();

-- statuses
\! "$ATTIO_ROOT/scripts/emulate" faults '{"match": {"path": "query"}, "status": 502, "body": "<html>Bad gateway</html>", "content_type": "text/html"}'
SELECT * FROM scan();
\! "$ATTIO_ROOT/scripts/emulate" faults '{"match": {"path": "query"}, "status": 500, "body": ""}'
SELECT * FROM scan();
\! "$ATTIO_ROOT/scripts/emulate" faults '{"match": {"path": "query"}, "status": 429, "body": "{\"status_code\":429,\"type\":\"rate_limit_error\",\"code\":\"rate_limit_exceeded\",\"message\":\"Rate limit exceeded, please try again later\"}"}'
SELECT * FROM scan();
\! "$ATTIO_ROOT/scripts/emulate" faults '{"match": {"path": "query"}, "status": 403, "body": "{\"status_code\":403,\"type\":\"auth_error\",\"code\":\"billing_error\",\"message\":\"Not in your plan\"}"}'
SELECT * FROM scan();
\! "$ATTIO_ROOT/scripts/emulate" faults '{"match": {"path": "query"}, "status": 204, "body": ""}'
SELECT * FROM scan();
\! "$ATTIO_ROOT/scripts/emulate" faults '{"match": {"path": "query"}, "status": 301, "body": "", "headers": {"Location": "http://127.0.0.1:1/"}}'
SELECT * FROM scan();

-- silence, and connections that break
\! "$ATTIO_ROOT/scripts/emulate" faults '{"match": {"path": "query"}, "silence": true}'
SET attio_fdw.request_timeout = '300ms';
SELECT * FROM scan();
RESET attio_fdw.request_timeout;
\! "$ATTIO_ROOT/scripts/emulate" faults '{"match": {"path": "query"}, "reset": "before"}'
SELECT part, regexp_replace(words, ': (Recv|Send|Connection|Empty|Server).*', ': ...') AS words FROM scan();
\! "$ATTIO_ROOT/scripts/emulate" faults '{"match": {"path": "query"}, "reset": "body"}'
SELECT part, regexp_replace(words, ': (Recv|Send|Connection|transfer).*', ': ...') AS words FROM scan();
\! "$ATTIO_ROOT/scripts/emulate" faults
CREATE SERVER nobody FOREIGN DATA WRAPPER attio_fdw OPTIONS (base_url 'http://127.0.0.1:1');
CREATE USER MAPPING FOR CURRENT_USER SERVER nobody OPTIONS (api_key 'emulator-key');
CREATE FOREIGN TABLE unreachable (name text) SERVER nobody OPTIONS (object 'people');
SELECT part, regexp_replace(words, ': Failed.*', ': ...') AS words FROM outcome('SELECT name FROM unreachable');

-- another workspace than the server names
ALTER SERVER attio OPTIONS (ADD workspace_id '97052eb9-e65e-443f-a297-f2d9a4a7f795');
SELECT * FROM scan();
ALTER SERVER attio OPTIONS (SET workspace_id 'ad71ebed-1c5d-405a-9e7d-e777df5ba850');
SELECT * FROM scan();
ALTER SERVER attio OPTIONS (DROP workspace_id);

-- values that text cannot hold, where the column is asked for
\! "$ATTIO_ROOT/scripts/emulate" faults '{"match": {"path": "query"}, "body": "{\"data\":[{\"id\":{\"record_id\":\"3a4da5ae-862e-4a96-8241-ce4687fb4237\"},\"values\":{\"name\":[{\"full_name\":\"a\\u0000b\"}],\"job_title\":[{\"value\":\"\\ud800\"}],\"linkedin\":[{\"value\":\"fine \\ud83d\\ude80\"}],\"twitter_follower_count\":[{\"value\":1e400}]}}]}"}'
SELECT linkedin, record_id FROM people;
SELECT name FROM people;
SELECT job_title FROM people;
SELECT twitter_follower_count > 1e300 AS huge FROM people;
\! "$ATTIO_ROOT/scripts/emulate" faults
-- after all of that
SELECT count(name) FROM people;
DROP SERVER nobody CASCADE;
DROP FOREIGN TABLE mistyped, mistyped_list;
DROP FUNCTION scan;
ALTER SERVER attio OPTIONS (DROP max_retries);
