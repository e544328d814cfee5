-- count(*): Attio is asked whether there is a row at an offset, where it alone decides which rows count.
SET search_path = crm, public;
CREATE FUNCTION counted(query text, OUT rows bigint, OUT read bigint, OUT probed boolean) LANGUAGE plpgsql AS $$
DECLARE plan json;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT JSON, COSTS OFF) ' || query INTO plan;
	probed := plan::text LIKE '%Attio Count%';
	EXECUTE query INTO rows;
	PERFORM set_config('attio_fdw.push_count', 'off', true);
	EXECUTE query INTO read;
	PERFORM set_config('attio_fdw.push_count', 'on', true);
END $$;
-- reading some hundred rows would be cheaper
ALTER FOREIGN TABLE deals OPTIONS (ADD estimated_rows '1000000');
EXPLAIN (COSTS OFF) SELECT count(*) FROM people;
EXPLAIN (COSTS OFF) SELECT count(*) AS deals, count(*) > 10 AS many FROM deals WHERE value >= 100 AND created_at >= '2020-01-01Z';
EXPLAIN (COSTS OFF) SELECT count(*) FROM sales_pipeline HAVING count(*) > 3;
-- the same number as reading them; and only where every condition is Attio's
SELECT * FROM counted('SELECT count(*) FROM people');
SELECT * FROM counted('SELECT count(*) * 2 + length(''abc'') FROM people');
SELECT * FROM counted('SELECT count(*) FROM sales_pipeline');
SELECT * FROM counted('SELECT count(*) FROM deals WHERE value >= 1000');
SELECT * FROM counted('SELECT count(*) FROM deals WHERE value IS NOT NULL OR value > 5');
SELECT * FROM counted('SELECT count(*) FROM deals WHERE value < -1');
SELECT * FROM counted('SELECT count(*) FROM deals WHERE false');
SELECT * FROM counted('SELECT count(*) FROM deals WHERE stage = ''Lead''');
SELECT * FROM counted('SELECT count(*) FROM deals WHERE upper(name) > ''B''');
SELECT * FROM counted('SELECT count(*) FROM deals WHERE value >= 1000 AND upper(name) > ''B''');
SELECT * FROM counted('SELECT count(value) FROM deals');
SELECT * FROM counted('SELECT count(*) FILTER (WHERE value > 100) FROM deals');
SELECT * FROM counted('SELECT count(DISTINCT stage) FROM deals');
SELECT * FROM counted('SELECT count(*) FROM deals GROUP BY stage ORDER BY 1 DESC LIMIT 1');
SELECT * FROM counted('SELECT count(*) FROM deals LIMIT 0');
SELECT * FROM counted('SELECT count(*) FROM workspace_members');
SELECT * FROM counted('SELECT count(*) FROM people WHERE record_id = ANY (ARRAY(SELECT record_id FROM people LIMIT 7))');
SELECT * FROM counted('SELECT count(*) FROM people p, companies c');
SELECT (SELECT count(*) FROM people) AS people, (SELECT count(*) FROM deals) AS deals, EXISTS (SELECT FROM deals) AS any;
SELECT g, (SELECT count(*) FROM deals WHERE value >= g * 1000) = (SELECT count(*) FROM (SELECT value FROM deals OFFSET 0) d WHERE value >= g * 1000) AS same FROM generate_series(0, 3) g;
PREPARE larger(numeric) AS SELECT count(*) FROM deals WHERE value >= $1;
EXECUTE larger(1000);
SET attio_fdw.push_filter = off;
SELECT * FROM counted('SELECT count(*) FROM deals WHERE value >= 1000');
RESET attio_fdw.push_filter;
ALTER FOREIGN TABLE deals OPTIONS (DROP estimated_rows);
DROP FUNCTION counted;
