-- Columns declared by hand as what they are not: a message, never the end of the server, never another value.
SET search_path = crm, public;
SET timezone = 'UTC';
\pset null NULL
CREATE SCHEMA declared;
SET search_path = declared, crm, public;

-- an array where one value is shown
CREATE FOREIGN TABLE wrong (changed timestamptz[] OPTIONS (field 'changed_at'), raw text[] OPTIONS (field '_raw'),
	id uuid[] OPTIONS (field 'record_id'), url text[] OPTIONS (field 'web_url'), a_rating int2vector)
	SERVER attio OPTIONS (object 'all_types');
SELECT changed FROM wrong;
SELECT raw FROM wrong;
SELECT id FROM wrong;
SELECT url FROM wrong;
-- (the vectors of the catalogs have elements, and are no arrays)
SELECT a_rating::text FROM wrong GROUP BY 1 ORDER BY 1 LIMIT 3;
CREATE FOREIGN TABLE wrong_resource (target text[], "position" int[], target_id jsonb, target_slug json, title varchar(3)[], config jsonb[])
	SERVER attio OPTIONS (resource 'attributes');
SELECT target FROM wrong_resource;
SELECT "position" FROM wrong_resource;
SELECT title FROM wrong_resource;
SELECT config FROM wrong_resource;
SELECT DISTINCT jsonb_typeof(target_id) AS target_id, target_slug #>> '{}' AS target_slug FROM wrong_resource ORDER BY 2 LIMIT 2;

-- an array of values made of several members; constraints of an array's elements
CREATE DOMAIN short AS text CHECK (length(VALUE) < 6);
CREATE FOREIGN TABLE made (a_text text, a_location jsonb[], some_selects short[], some_emails varchar(7)[], a_rating numeric(3,2)[])
	SERVER attio OPTIONS (object 'all_types');
SELECT DISTINCT a_location FROM made ORDER BY 1 LIMIT 3;
SELECT DISTINCT some_selects FROM made WHERE some_selects::text !~ 'blue';
SELECT some_emails FROM made;
SELECT DISTINCT a_rating FROM made ORDER BY 1 LIMIT 2;

-- the time of the last change, whatever it is declared as
CREATE FOREIGN TABLE changes (a timestamptz OPTIONS (field 'changed_at'), b text OPTIONS (field 'changed_at'),
	c jsonb OPTIONS (field 'changed_at'), d timestamp(3) OPTIONS (field 'changed_at'), e varchar OPTIONS (field 'changed_at'))
	SERVER attio OPTIONS (object 'companies');
SELECT count(*) AS rows, count(*) FILTER (WHERE a = b::timestamptz AND a = (c #>> '{}')::timestamptz AND abs(extract(epoch FROM a - d AT TIME ZONE 'UTC')) < 0.001 AND b = e) AS same
FROM changes;

-- days skipped, and zones farther from UTC than a day: as many rows as without filters
CREATE FUNCTION differs(condition text) RETURNS TABLE (zone text, sent int, kept int) LANGUAGE plpgsql AS $$
BEGIN
	FOREACH zone IN ARRAY ARRAY['UTC', '100', '-100', '167', '-167', '14', '-12', 'Pacific/Apia', 'America/New_York'] LOOP
		PERFORM set_config('timezone', zone, true);
		PERFORM set_config('attio_fdw.push_filter', 'on', true);
		EXECUTE 'SELECT count(*) FROM all_types WHERE ' || condition INTO sent;
		PERFORM set_config('attio_fdw.push_filter', 'off', true);
		EXECUTE 'SELECT count(*) FROM all_types WHERE ' || condition INTO kept;
		CONTINUE WHEN sent = kept;
		RETURN NEXT;
	END LOOP;
END $$;
SELECT op, difference FROM unnest(ARRAY['=', '<', '<=', '>', '>=']) AS op,
	LATERAL (SELECT 'a_date ' || op || ' ''2024-02-29''::timestamptz' UNION ALL
		SELECT 'a_date ' || op || ' ''2024-02-29 13:00''::timestamp' UNION ALL
		SELECT 'created_at ' || op || ' ''2024-03-01''::date' UNION ALL
		SELECT 'created_at::date ' || op || ' ''2024-03-01''::timestamptz' UNION ALL
		SELECT 'created_at::date ' || op || ' ''2024-03-01''' UNION ALL
		SELECT 'date_trunc(''month'', created_at) ' || op || ' ''2024-03-01''') AS c (condition),
	differs(condition) AS difference;

-- writes: a list has one dimension; a type that the attribute has no values of is the reason
SET attio_fdw.dry_run = on;
INSERT INTO all_types (some_selects) VALUES ('{{Red},{Green}}');
INSERT INTO all_types (some_selects) VALUES ('{{Red,Green}}');
CREATE FOREIGN TABLE odd_writes (record_id uuid, a_date text, a_timestamp interval, a_checkbox text, a_number text, a_currency money, a_rating real,
	some_references uuid[], kinds short[] OPTIONS (attribute 'some_references', property 'target_object'), some_domains short[])
	SERVER attio OPTIONS (object 'all_types');
INSERT INTO odd_writes (a_date) VALUES ('2024-02-29');
INSERT INTO odd_writes (a_timestamp) VALUES ('1 day');
INSERT INTO odd_writes (a_checkbox) VALUES ('true');
INSERT INTO odd_writes (a_number) VALUES (' +5.0 ');
INSERT INTO odd_writes (a_number) VALUES ('1-2');
INSERT INTO odd_writes (a_number) VALUES ('1e400');
INSERT INTO odd_writes (a_currency, a_rating) VALUES ('$1,234.50', 2);
INSERT INTO odd_writes (some_references, kinds, some_domains)
VALUES ('{00000000-0000-4000-8000-000000000001,00000000-0000-4000-8000-000000000002}', '{deals,users}', '{a.com}');
CREATE FOREIGN TABLE numbers_as_kinds (some_references uuid[], kinds int[] OPTIONS (attribute 'some_references', property 'target_object'))
	SERVER attio OPTIONS (object 'all_types');
INSERT INTO numbers_as_kinds VALUES ('{00000000-0000-4000-8000-000000000001}', '{7}');
RESET attio_fdw.dry_run;
\set VERBOSITY terse
DROP SCHEMA declared CASCADE;
\set VERBOSITY default
