-- Functions of the test module; :module is its path.
CREATE FUNCTION attio_test_prefixes(page text) RETURNS int AS :'module' LANGUAGE C STRICT;
CREATE FUNCTION attio_test_mutations(page text, count int, seed int) RETURNS int AS :'module' LANGUAGE C STRICT;
CREATE FUNCTION attio_test_speed(page_of regclass, columns text[], rounds int, OUT bytes bigint, OUT rows bigint,
	OUT tokenizer float8, OUT with_datums float8, OUT server_parser float8) AS :'module' LANGUAGE C;
CREATE FUNCTION attio_test_floor(url text, key text, pages int, page_limit int, request_window int) RETURNS bigint AS :'module' LANGUAGE C STRICT;
CREATE FUNCTION attio_test_curl(url text, key text, pages int, page_limit int, request_window int, ca_file text, http2 bool, compressed bool)
	RETURNS float8 AS :'module' LANGUAGE C STRICT;
CREATE FUNCTION attio_test_asks(OUT name text, OUT wanted text, OUT got text) RETURNS SETOF record AS :'module' LANGUAGE C;
CREATE FUNCTION attio_test_rows(answer text, rows_path text, each_path text, next_path text, fields text[]) RETURNS text AS :'module' LANGUAGE C;
CREATE FUNCTION attio_test_walk(way text, pages text) RETURNS text AS :'module' LANGUAGE C STRICT;
CREATE FUNCTION attio_test_rowid(type regtype, a text, b text) RETURNS int AS :'module' LANGUAGE C STRICT;
CREATE FUNCTION attio_test_interrupted(of regclass, what text) RETURNS text AS :'module' LANGUAGE C STRICT;
CREATE FUNCTION attio_test_limits(kind int, answers text) RETURNS text AS :'module' LANGUAGE C STRICT;
CREATE FUNCTION attio_test_places(minute int, steps text) RETURNS text AS :'module' LANGUAGE C STRICT;
CREATE FUNCTION attio_test_windows(days int, grain int, is_inclusive bool, since timestamptz, until timestamptz) RETURNS text
	AS :'module' LANGUAGE C STRICT;
