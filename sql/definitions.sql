-- Definitions: changed slugs, attributes that come and go, tables written by hand.
SET search_path = crm, public;
-- rename "tier" and give its slug to a new attribute: each column still shows its own
SELECT tier FROM odd_names ORDER BY tier LIMIT 1;
\! "$ATTIO_ROOT/scripts/emulate" mutate '{"do": "rename", "kind": "objects", "slug": "odd_names", "attribute": "tier", "to": "old_tier"}' '{"do": "add", "kind": "objects", "slug": "odd_names", "attribute": "tier", "type": "text"}' '{"do": "set", "kind": "objects", "slug": "odd_names", "positions": [0, 1, 2, 3, 4], "attribute": "tier", "values": [{"value": "of the new attribute"}]}'
SELECT attio_fdw_refresh('attio');
SELECT tier FROM odd_names ORDER BY tier LIMIT 1;
CREATE SCHEMA one;
IMPORT FOREIGN SCHEMA attio LIMIT TO (odd_names) FROM SERVER attio INTO one;
SELECT old_tier, tier FROM one.odd_names ORDER BY 1 LIMIT 1;
DROP SCHEMA one CASCADE;

-- a renamed object keeps working: paths use its id
\! "$ATTIO_ROOT/scripts/emulate" mutate '{"do": "rename", "kind": "objects", "slug": "partners", "to": "allies"}'
SELECT name FROM partners ORDER BY name LIMIT 1;
CREATE FOREIGN TABLE by_slug (name text) SERVER attio OPTIONS (object 'partners');
SELECT * FROM outcome('SELECT name FROM by_slug');
DROP FOREIGN TABLE by_slug;

-- without a refresh, definitions are as old as metadata_ttl allows
\! "$ATTIO_ROOT/scripts/emulate" forget
SELECT count(name) FROM deals;
SELECT count(name) FROM deals;
\! "$ATTIO_ROOT/scripts/emulate" log | cut -d ' ' -f 1,2 | sed 's/[0-9a-f-]\{36\}/ID/'
ALTER SERVER attio OPTIONS (ADD metadata_ttl '0');
\! "$ATTIO_ROOT/scripts/emulate" forget
SELECT count(name) FROM deals;
SELECT count(name) FROM deals;
\! "$ATTIO_ROOT/scripts/emulate" log | cut -d ' ' -f 1,2 | sed 's/[0-9a-f-]\{36\}/ID/'
ALTER SERVER attio OPTIONS (DROP metadata_ttl);

-- an archived attribute: an error that says what to do, or NULL where the table allows it
\! "$ATTIO_ROOT/scripts/emulate" mutate '{"do": "archive", "kind": "objects", "slug": "deals", "attribute": "priority"}'
SELECT attio_fdw_refresh('attio');
SELECT count(name) FROM deals;
SELECT * FROM outcome('SELECT count(priority) FROM crm.deals');
ALTER FOREIGN TABLE deals OPTIONS (ADD missing_attribute 'null');
SELECT count(*), count(priority), count(name) FROM deals;
ALTER FOREIGN TABLE deals OPTIONS (DROP missing_attribute);
\! "$ATTIO_ROOT/scripts/emulate" reset
SELECT attio_fdw_refresh('attio');

-- by hand, without column options: the names of the import
CREATE FOREIGN TABLE my_deals (record_id uuid, name text, stage text, value numeric, value__currency_code text, stage__active_from timestamptz,
	associated_people uuid[], web_url text, attio__changed_at timestamptz, _raw jsonb) SERVER attio OPTIONS (object 'deals');
SELECT name, stage, value, value__currency_code, cardinality(associated_people) AS people, _raw IS NOT NULL AS raw FROM my_deals ORDER BY name LIMIT 2;
-- with options: any name
CREATE FOREIGN TABLE their_deals (id uuid OPTIONS (field 'record_id'), titel text OPTIONS (attribute 'name'), phase text OPTIONS (attribute 'stage'),
	since timestamptz OPTIONS (attribute 'stage', property 'active_from'), everything jsonb OPTIONS (field '_raw')) SERVER attio OPTIONS (object 'deals');
SELECT titel, phase, since > '2024-01-01' AS since FROM their_deals ORDER BY titel LIMIT 1;
-- mistakes, with the nearest name
CREATE FOREIGN TABLE wrong_deals (nmae text, phase text OPTIONS (attribute 'stge'), since text OPTIONS (attribute 'stage', property 'active_form'),
	id uuid OPTIONS (field 'recrd_id')) SERVER attio OPTIONS (object 'deals');
SELECT * FROM outcome('SELECT nmae FROM wrong_deals');
SELECT * FROM outcome('SELECT phase FROM wrong_deals');
SELECT * FROM outcome('SELECT since FROM wrong_deals');
SELECT * FROM outcome('SELECT id FROM wrong_deals');
CREATE FOREIGN TABLE wrong_resource (id uuid) SERVER attio OPTIONS (resource 'statusses');
SELECT * FROM outcome('SELECT * FROM wrong_resource');
-- a resource by hand: fields by name
CREATE FOREIGN TABLE my_members (workspace_member_id uuid, email_address text) SERVER attio OPTIONS (resource 'workspace_members');
SELECT email_address FROM my_members ORDER BY 1;

-- bind writes the missing options down; then a changed slug does no harm
SELECT attio_fdw_bind('my_deals');
SELECT attio_fdw_bind('my_deals');
SELECT attio_fdw_bind('their_deals'), attio_fdw_bind('my_members');
\d my_deals
SELECT col_description('my_deals'::regclass, 4) AS comment_on_value;
\! "$ATTIO_ROOT/scripts/emulate" mutate '{"do": "rename", "kind": "objects", "slug": "deals", "attribute": "name", "to": "deal_name"}' '{"do": "rename", "kind": "objects", "slug": "deals", "to": "opportunities"}'
SELECT attio_fdw_refresh('attio');
SELECT name FROM my_deals ORDER BY name LIMIT 1;
SELECT titel FROM their_deals ORDER BY titel LIMIT 1;
\! "$ATTIO_ROOT/scripts/emulate" reset
SELECT attio_fdw_refresh('attio');
SELECT attio_fdw_bind('pg_class');

-- an imported scalar whose attribute became multiselect: an error, not the first value; declared by hand: the first
CREATE FOREIGN TABLE was_single (team uuid OPTIONS (attribute 'team', multiselect 'false'), name text) SERVER attio OPTIONS (object 'companies');
\set VERBOSITY terse
SELECT count(team) FROM was_single;
\set VERBOSITY default
ALTER FOREIGN TABLE was_single ALTER COLUMN team OPTIONS (DROP multiselect);
SELECT count(team) > 0 AS first_values FROM was_single;
DROP FOREIGN TABLE my_deals, their_deals, wrong_deals, wrong_resource, my_members, was_single;
