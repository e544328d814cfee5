-- Writing: what EXPLAIN says of it, what would be sent, and what is refused. Nothing is written here (t/write.py and t/promises.py do that).
SET search_path = crm, public;
SET attio_fdw.dry_run = on;
\pset tuples_only on
\pset format unaligned
\set VERBOSITY default
\set ID '00000000-0000-4000-8000-000000000001'
-- rows in batches, one by one, and without reading them first
EXPLAIN (COSTS OFF) INSERT INTO companies (name) SELECT 'x' FROM generate_series(1, 3);
EXPLAIN (COSTS OFF) INSERT INTO companies (name) VALUES ('x') RETURNING record_id;
EXPLAIN (COSTS OFF) INSERT INTO companies (name) VALUES ('x') ON CONFLICT DO NOTHING;
EXPLAIN (COSTS OFF) UPDATE deals SET value = value * 2 WHERE stage = 'Won';
EXPLAIN (COSTS OFF) UPDATE deals SET value = 5 WHERE record_id = :'ID';
EXPLAIN (COSTS OFF) UPDATE deals SET value = 5, name = 'x' WHERE record_id = :'ID';
EXPLAIN (COSTS OFF) DELETE FROM deals WHERE record_id = ANY (ARRAY[:'ID', :'ID']::uuid[]);
EXPLAIN (COSTS OFF) DELETE FROM deals WHERE record_id = :'ID' AND value > 3;
EXPLAIN (COSTS OFF) DELETE FROM deals WHERE record_id = :'ID' RETURNING name;
-- what is sent
INSERT INTO companies (name, domains) VALUES ('Acme', '{acme.com,acme.org}');
INSERT INTO people (name, email_addresses) VALUES ('Ada King Lovelace', '{ada@example.com}');
INSERT INTO people (name__first_name) VALUES ('Ada');
INSERT INTO all_types (a_number, a_date, a_timestamp, a_checkbox, a_rating, a_currency) VALUES (1.50, '2024-02-29', '2024-02-29 12:00+02', true, 3, 0.1);
INSERT INTO all_types (a_location__locality, a_location__country_code) VALUES ('Berlin', 'DE');
UPDATE deals SET value = 5 WHERE record_id = :'ID';
UPDATE all_types SET some_emails = '{}' WHERE record_id = :'ID';
DELETE FROM deals WHERE record_id IN (:'ID', '00000000-0000-4000-8000-000000000002', NULL);
-- what is refused
SET attio_fdw.dry_run = off;
DELETE FROM people;
UPDATE people SET job_title = 'x' WHERE true;
INSERT INTO people (created_at) VALUES (now());
UPDATE deals SET stage = 'Wonn' WHERE record_id = :'ID';
INSERT INTO all_types (a_phone) VALUES ('030 123456');
INSERT INTO all_types (some_selects) VALUES ('{Red,NULL}');
INSERT INTO all_types (a_number) VALUES ('NaN');
INSERT INTO all_types (an_actor) VALUES (:'ID');
INSERT INTO deals (value) VALUES (1);
UPDATE deals SET name = NULL WHERE record_id = :'ID';
INSERT INTO deals (name) VALUES ('x') ON CONFLICT DO NOTHING;
INSERT INTO sales_pipeline (status) VALUES ('Prospect');
BEGIN; SET LOCAL attio_fdw.max_rows_written = 2;
DELETE FROM deals WHERE record_id IN (:'ID', '00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000003');
ROLLBACK;
SET attio_fdw.read_only = on;
DELETE FROM deals WHERE record_id = :'ID';
