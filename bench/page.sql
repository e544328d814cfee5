\pset footer off
CREATE TEMP TABLE speed AS
SELECT 1 AS n, '2 columns' AS wanted, s.* FROM attio_test_speed('crm.bench', '{record_id,name}', :rounds) s
UNION ALL
SELECT 2, 'all ' || count(*) || ' columns', (attio_test_speed('crm.bench', NULL, :rounds)).*
FROM pg_attribute WHERE attrelid = 'crm.bench'::regclass AND attnum > 0;
SELECT wanted, round(bytes / 1e6, 2) AS page_mb, round(tokenizer::numeric) AS tokenizer, round(with_datums::numeric) AS with_datums,
	round(server_parser::numeric) AS pg_parse_json, round((tokenizer / server_parser)::numeric, 1) AS tokenizer_ratio,
	round((with_datums / server_parser)::numeric, 1) AS with_datums_ratio
FROM speed ORDER BY n;
