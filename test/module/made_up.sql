-- The wrapper of the made-up service and its tables; :module is its library, :url where it is served.
CREATE FUNCTION made_up_handler() RETURNS fdw_handler AS :'module' LANGUAGE C;
CREATE FUNCTION made_up_validator(text[], oid) RETURNS void AS :'module' LANGUAGE C;
CREATE FOREIGN DATA WRAPPER made_up HANDLER made_up_handler VALIDATOR made_up_validator;
CREATE SERVER library FOREIGN DATA WRAPPER made_up OPTIONS (base_url :'url');
CREATE USER MAPPING FOR CURRENT_USER SERVER library OPTIONS (api_key 'emulator-key');
CREATE FOREIGN TABLE shelves (id bigint, name text, places int) SERVER library OPTIONS (resource 'shelves', page_size '5');
CREATE FOREIGN TABLE books (shelf_id bigint, id bigint, title text, language text) SERVER library
	OPTIONS (resource 'books', page_size '2');
CREATE FOREIGN TABLE loans (id bigint, shelf_id bigint, kind text, desk_id bigint, hall text, day int NOT NULL, until int,
	readers text[], keepers text[], note text, place text, floor int) SERVER library OPTIONS (resource 'loans', page_size '5');
CREATE FOREIGN TABLE loans_by_cursor (id bigint, shelf_id bigint, kind text, desk_id bigint, hall text, day int NOT NULL, until int,
	readers text[], keepers text[], note text, place text, floor int) SERVER library OPTIONS (resource 'loans_by_cursor', page_size '5');
CREATE FOREIGN TABLE loan_notes (id bigint, shelf_id bigint, kind text, desk_id bigint, hall text, day int NOT NULL, until int,
	readers text[], keepers text[], note text, place text, floor int) SERVER library OPTIONS (resource 'loan_notes');
CREATE FOREIGN TABLE visits (shelf_id bigint, id bigint, came_at timestamptz, who text) SERVER library
	OPTIONS (resource 'visits', page_size '5');
CREATE FOREIGN TABLE stock (crate bigint, labels text[], "position" int, title text, authors text[], author_list jsonb,
	published timestamptz, reading_time interval) SERVER library OPTIONS (resource 'stock', page_size '4');
CREATE FOREIGN TABLE guests (id bigint, name text, hall text, first_visit timestamptz, last_visit timestamptz, loans bigint[],
	shelves bigint[]) SERVER library OPTIONS (resource 'guests', page_size '5');
CREATE FOREIGN TABLE finds (shelf_id bigint, words text, "position" int, title text) SERVER library
	OPTIONS (resource 'finds', page_size '2');

-- What attio_fdw shows of itself, of this library.
CREATE FUNCTION rate(OUT key text, OUT reads bigint, OUT writes bigint, OUT refused bigint, OUT read_wait_ms double precision,
	OUT write_wait_ms double precision, OUT shared boolean, OUT minute_limit bigint, OUT minute_remaining bigint, OUT minute_reset_at timestamptz,
	OUT month_limit bigint, OUT month_remaining bigint, OUT month_reset_at timestamptz) RETURNS SETOF record
	AS :'module', 'attio_fdw_rate' LANGUAGE C STRICT;
CREATE FUNCTION check_library(server name, OUT name text, OUT status text, OUT meaning text, OUT action text) RETURNS SETOF record
	AS :'module', 'attio_fdw_check' LANGUAGE C STRICT;
