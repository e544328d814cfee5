-- Awkward names: reserved words, system columns, quotes, names too long, names of ours.
SET search_path = crm, public;
SELECT attname, array_to_string(attfdwoptions, ', ') ~ 'attribute=' AS attribute, octet_length(attname) AS bytes
FROM pg_attribute WHERE attrelid = 'odd_names'::regclass AND attnum > 0 ORDER BY attnum;

-- each column shows its own attribute (the emulator's values name it)
SELECT key, value FROM odd_names, jsonb_each_text(to_jsonb(odd_names))
WHERE tier = 'tier of 0' AND key NOT IN ('record_id', 'created_at', 'created_by', 'created_by__actor_type', 'attio__web_url')
ORDER BY key;
SELECT "order", "select", "Ünïcode Slug", xmin__attr, "say_""hi""", "it's", "dotted.slug" FROM odd_names ORDER BY 1 LIMIT 1;
SELECT attio__web_url LIKE 'https://%' AS ours, web_url AS theirs FROM odd_names ORDER BY 2 LIMIT 1;

-- our raw row yields to an attribute named _raw; an archived attribute is no column
CREATE SCHEMA one;
IMPORT FOREIGN SCHEMA attio LIMIT TO (odd_names) FROM SERVER attio INTO one OPTIONS (columns 'raw');
SELECT jsonb_typeof(attio__raw) AS ours, _raw AS theirs FROM one.odd_names ORDER BY 2 LIMIT 1;
SELECT count(*) AS archived FROM pg_attribute WHERE attrelid = 'one.odd_names'::regclass AND attname = 'gone';
DROP SCHEMA one CASCADE;

-- an object named like a resource
SELECT name FROM notes ORDER BY 1 LIMIT 2;

-- columns by hand resolve by the same names
CREATE FOREIGN TABLE odd (record_id uuid, "order" text, xmin__attr text, attio__raw jsonb, _raw text, tier text) SERVER attio OPTIONS (object 'odd_names');
SELECT "order", xmin__attr, _raw, tier, attio__raw #>> '{values,tier,0,value}' AS from_raw FROM odd ORDER BY 1 LIMIT 2;
DROP FOREIGN TABLE odd;
