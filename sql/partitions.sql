-- Parts of one table that show the same rows: a warning, once a session for each parent.
-- (before 15.13 no scan below an Append is asynchronous)
SET enable_async_append = off;
SET search_path = crm, public;
\pset tuples_only on
\pset format unaligned
CREATE TABLE pipeline (record_id uuid, name text, stage text) PARTITION BY LIST (stage);
CREATE FOREIGN TABLE pipeline_lead PARTITION OF pipeline FOR VALUES IN ('Lead') SERVER attio OPTIONS (object 'deals');
CREATE FOREIGN TABLE pipeline_won PARTITION OF pipeline FOR VALUES IN ('Won') SERVER attio OPTIONS (object 'deals');
-- one that is read alone does no harm
SELECT count(*) > 0 FROM pipeline WHERE stage = 'Lead';
SELECT count(*) = 2 * (SELECT count(*) FROM deals) AS twice FROM pipeline;
SELECT count(*) > 0 FROM pipeline;
-- inheritance, also of several levels
CREATE TABLE anything (record_id uuid, name text);
CREATE TABLE organisations () INHERITS (anything);
CREATE FOREIGN TABLE firms_here () INHERITS (organisations) SERVER attio OPTIONS (object 'companies');
CREATE FOREIGN TABLE humans () INHERITS (anything) SERVER attio OPTIONS (object 'people');
SELECT count(*) > 0 FROM anything;
CREATE FOREIGN TABLE firms_there () INHERITS (anything) SERVER attio OPTIONS (object 'companies');
SELECT count(*) > 0 FROM organisations;
EXPLAIN (COSTS OFF) DELETE FROM anything WHERE name = 'no such';
-- not of one table: UNION ALL, joins with itself
SELECT count(*) > 0 FROM (SELECT name FROM companies UNION ALL SELECT name FROM companies) s;
SELECT count(*) FROM organisations a JOIN organisations b USING (record_id) WHERE a.name = 'no such';
-- what people did
CREATE TABLE links (task_id uuid, object text, record_id uuid) PARTITION BY LIST (object);
CREATE FOREIGN TABLE links_people PARTITION OF links FOR VALUES IN ('people') SERVER attio OPTIONS (resource 'task_records');
CREATE FOREIGN TABLE links_others PARTITION OF links DEFAULT SERVER attio OPTIONS (resource 'task_records');
SELECT count(*) > 0 FROM links;
-- narrowed by saved views
CREATE TABLE states (record_id uuid, name text, state text) PARTITION BY LIST (state);
CREATE FOREIGN TABLE states_open PARTITION OF states FOR VALUES IN ('open') SERVER attio OPTIONS (object 'deals', view 'c3129f91-c52e-4059-9ff9-2e5537427154');
CREATE FOREIGN TABLE states_all PARTITION OF states FOR VALUES IN ('all') SERVER attio OPTIONS (object 'deals');
SELECT count(record_id) > 0 FROM states;
SET client_min_messages = warning;
DROP TABLE pipeline, anything, links, states CASCADE;
