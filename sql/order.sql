-- ORDER BY, LIMIT and OFFSET: what Attio sorts and counts, and that the rows are the same without.
SET search_path = crm, public;
-- The plan of a query in words, and whether its rows are those of a plan that asks Attio for nothing of the kind.
CREATE FUNCTION ordered(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE plan json; node json; here text; there text;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT JSON, COSTS OFF) ' || query INTO plan;
	node := plan -> 0 -> 'Plan';
	WHILE node ->> 'Attio Request' IS NULL AND node -> 'Plans' -> 0 IS NOT NULL LOOP node := node -> 'Plans' -> 0; END LOOP;
	EXECUTE format('SELECT string_agg(r::text, '','') FROM (%s) AS q (r)', query) INTO here;
	PERFORM set_config('attio_fdw.push_sort', 'off', true), set_config('attio_fdw.push_limit', 'off', true);
	EXECUTE format('SELECT string_agg(r::text, '','') FROM (%s) AS q (r)', query) INTO there;
	PERFORM set_config('attio_fdw.push_sort', 'on', true), set_config('attio_fdw.push_limit', 'on', true);
	RETURN concat_ws('; ', 'sorts ' || (node ->> 'Attio Sorts'), 'limit ' || (node ->> 'Attio Limit'), 'offset ' || (node ->> 'Attio Offset'),
		'first page ' || (node ->> 'Attio First Page'), 'then ' || (node ->> 'Attio Second Step'),
		CASE WHEN here IS DISTINCT FROM there THEN 'OTHER ROWS ' || coalesce(here, '') || ' / ' || coalesce(there, '') END);
END $$;
\pset tuples_only on
\pset format unaligned

-- created_at, over any number of pages
SELECT ordered('SELECT created_at FROM people ORDER BY created_at DESC LIMIT 10');
SELECT ordered('SELECT created_at FROM people ORDER BY created_at');
SELECT ordered('SELECT created_at FROM people ORDER BY created_at OFFSET 150 LIMIT 30');
SELECT ordered('SELECT created_at FROM people ORDER BY created_at, name LIMIT 10');
SELECT ordered('SELECT created_at FROM people ORDER BY created_at, name LIMIT 400');
-- other keys, where all that is wanted fits one page: in two steps where NULLs come last
SELECT ordered('SELECT value FROM deals ORDER BY value DESC NULLS LAST LIMIT 5');
SELECT ordered('SELECT value FROM deals ORDER BY value LIMIT 5');
SELECT ordered('SELECT value FROM deals ORDER BY value LIMIT 100');
SELECT ordered('SELECT value FROM deals ORDER BY value LIMIT 10 OFFSET 85');
SELECT ordered('SELECT value FROM deals ORDER BY value DESC LIMIT 5');
SELECT ordered('SELECT value FROM deals WHERE value > 1000 ORDER BY value DESC LIMIT 5 OFFSET 2');
SELECT ordered('SELECT value FROM deals WHERE value IS NOT NULL ORDER BY value, created_at LIMIT 5');
SELECT ordered('SELECT value FROM deals WHERE value IS NOT NULL ORDER BY created_at, value LIMIT 5');
SELECT ordered('SELECT value FROM deals WHERE value IS NOT NULL ORDER BY value LIMIT 5000');
SELECT ordered('SELECT value FROM deals WHERE stage = ''Lead'' ORDER BY value LIMIT 5');
SELECT ordered('SELECT name FROM deals ORDER BY name LIMIT 5');
SELECT ordered('SELECT value FROM deals ORDER BY value + 1 LIMIT 5');
SELECT ordered('SELECT max(value) FROM deals');
SELECT ordered('SELECT min(value) FROM deals WHERE created_at >= ''2024-06-01Z''');
-- no order: Attio counts where it alone answers the conditions
SELECT ordered('SELECT record_id FROM people LIMIT 3');
SELECT ordered('SELECT record_id FROM people LIMIT 3 OFFSET 150');
SELECT ordered('SELECT record_id FROM people LIMIT 3 OFFSET 1000');
SELECT ordered('SELECT count(*) FROM (SELECT FROM people LIMIT NULL OFFSET 190) s');
SELECT ordered('SELECT count(*) FROM (SELECT FROM deals WHERE value > 1000 LIMIT 7) s');
SELECT ordered('SELECT count(*) FROM (SELECT FROM deals WHERE stage = ''Lead'' LIMIT 7) s');
SELECT ordered('SELECT count(*) FROM (SELECT FROM people OFFSET 20) s');
SELECT ordered('SELECT count(*) FROM (SELECT FROM people LIMIT 10 FOR UPDATE) s');
SELECT ordered('SELECT count(*) FROM (SELECT value FROM deals WHERE value IS NOT NULL ORDER BY value FETCH FIRST 3 ROWS WITH TIES) s');
SELECT ordered('SELECT count(*) FROM (SELECT FROM deals WHERE associated_company IS NOT NULL LIMIT 7) s');
-- the limit may be a parameter, and differ from one scan to the next
SELECT ordered('SELECT count(*) FROM (VALUES (1), (2), (0)) v (n), LATERAL (SELECT FROM people LIMIT v.n OFFSET v.n) s');
\pset tuples_only off
\pset format aligned
PREPARE slice (int, int) AS SELECT count(*) FROM (SELECT FROM people LIMIT $1 OFFSET $2) s;
SET plan_cache_mode = force_generic_plan;
\! "$ATTIO_ROOT/scripts/emulate" forget
EXECUTE slice (5, 100);
EXECUTE slice (0, 0);
EXECUTE slice (NULL, 195);
EXECUTE slice (-1, 0);
EXECUTE slice (1, -1);
\! "$ATTIO_ROOT/scripts/emulate" log DATA | sed 's/^[^{]*{/{/'
-- what the plan meant for Attio to count is counted here where the filter is switched off
PREPARE rich (int) AS SELECT count(*) FROM (SELECT FROM deals WHERE value > 1000 LIMIT $1 OFFSET 2) s;
EXECUTE rich (5);
SET attio_fdw.push_filter = off;
EXECUTE rich (5);
EXECUTE rich (1000);
RESET attio_fdw.push_filter;
-- or where it was refused
\! "$ATTIO_ROOT/scripts/emulate" switches '{"max_or": 1}'
SELECT count(*) FROM (SELECT FROM deals WHERE value IS NOT NULL LIMIT 5 OFFSET 3) s;
SELECT count(*) FROM (SELECT FROM deals WHERE value IS NOT NULL LIMIT 1000 OFFSET 3) s;
SELECT value FROM deals ORDER BY value DESC NULLS LAST LIMIT 1;
\! "$ATTIO_ROOT/scripts/emulate" switches '{"max_or": 0}'
RESET plan_cache_mode;

-- requests, warm
\! "$ATTIO_ROOT/scripts/emulate" forget
SELECT count(*) FROM (SELECT name FROM people ORDER BY created_at DESC LIMIT 10) s;
SELECT name FROM deals ORDER BY value DESC NULLS LAST LIMIT 1;
SELECT count(*) FROM (SELECT name FROM people LIMIT 10 OFFSET 100) s;
SELECT count(*) FROM (SELECT name FROM people LIMIT 0) s;
SELECT count(*) FROM (SELECT name FROM people WHERE false) s;
SELECT count(*) FROM (SELECT name FROM deals WHERE stage = 'Lead' LIMIT 5) s;
\! "$ATTIO_ROOT/scripts/emulate" log DATA | sed 's/^[^{]*{/{/'

-- what is known of Attio lets more through
ALTER SERVER attio OPTIONS (ADD remote_nulls 'last', ADD remote_text_order 'C', ADD remote_not_matches_empty 'true', ADD remote_text_equality 'exact');
\pset tuples_only on
\pset format unaligned
SELECT ordered('SELECT value FROM deals ORDER BY value DESC NULLS LAST LIMIT 5');
SELECT ordered('SELECT value FROM deals ORDER BY value DESC LIMIT 5');
SELECT ordered('SELECT name FROM deals ORDER BY name COLLATE "C" LIMIT 5');
SELECT ordered('SELECT name FROM deals ORDER BY name COLLATE "C" NULLS FIRST LIMIT 5');
SELECT ordered('SELECT count(*) FROM (SELECT FROM deals WHERE name = ''Acme expansion'' LIMIT 5) s');
\pset tuples_only off
\pset format aligned
EXPLAIN (COSTS OFF) SELECT name FROM deals WHERE value IS NULL AND value IS DISTINCT FROM 5 AND name <> 'x';
SELECT count(*) FROM deals WHERE value IS NULL AND value IS DISTINCT FROM 5 AND name <> 'x';
ALTER SERVER attio OPTIONS (SET remote_nulls 'largest');
\! "$ATTIO_ROOT/scripts/emulate" switches '{"null_order": "largest"}'
SELECT ordered('SELECT value FROM deals ORDER BY value DESC LIMIT 50');
SELECT ordered('SELECT value FROM deals ORDER BY value LIMIT 100');
\! "$ATTIO_ROOT/scripts/emulate" switches '{"null_order": "last"}'
ALTER SERVER attio OPTIONS (SET remote_nulls 'sometimes');
ALTER SERVER attio OPTIONS (DROP remote_nulls, DROP remote_text_order, DROP remote_not_matches_empty, DROP remote_text_equality);
DROP FUNCTION ordered;
