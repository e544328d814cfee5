-- An actor travels with its type: where another condition of the same attribute gives it, and one row has but one actor.
SET search_path = crm, public;
\pset tuples_only on
\pset format unaligned
\set M 73cd6f98-da1e-4e72-8044-3bb7fd73c5b2
\! "$ATTIO_ROOT/scripts/emulate" mutate '{"do": "set", "kind": "objects", "slug": "all_types", "attribute": "some_actors", "positions": [1], "values": [{"referenced_actor_type": "workspace-member", "referenced_actor_id": "73cd6f98-da1e-4e72-8044-3bb7fd73c5b2"}, {"referenced_actor_type": "api-token", "referenced_actor_id": "01d5c781-cf4c-4d6c-9285-94f98cf06c4f"}]}'
CREATE TABLE members (id uuid, kind text);
INSERT INTO members SELECT workspace_member_id, 'workspace-member' FROM workspace_members;
INSERT INTO members VALUES ('01d5c781-cf4c-4d6c-9285-94f98cf06c4f', 'api-token');
ANALYZE members;
-- different actors of one row meet the two conditions
SELECT count(*) FROM all_types WHERE :'M' = ANY (some_actors) AND 'api-token' = ANY (some_actors__actor_type);
SELECT count(*) FROM all_types WHERE '01d5c781-cf4c-4d6c-9285-94f98cf06c4f' = ANY (some_actors) AND 'workspace-member' = ANY (some_actors__actor_type);
SELECT count(*) FROM all_types WHERE some_actors @> ARRAY[:'M']::uuid[] AND some_actors__actor_type @> '{api-token}';
SELECT count(*) FROM all_types WHERE some_actors && ARRAY[:'M', '01d5c781-cf4c-4d6c-9285-94f98cf06c4f']::uuid[] AND some_actors__actor_type && '{api-token}';
SELECT count(*) FROM members m JOIN all_types a ON m.id = ANY (a.some_actors) AND 'api-token' = ANY (a.some_actors__actor_type);
-- columns without ids, of two attributes: the type of one is none of the other's
CREATE FOREIGN TABLE plain (record_id uuid,
	an_actor uuid OPTIONS (attribute 'an_actor', type 'actor-reference', multiselect 'false'),
	an_actor_type text OPTIONS (attribute 'an_actor', type 'actor-reference', property 'actor_type', multiselect 'false'),
	author uuid OPTIONS (attribute 'created_by', type 'actor-reference', multiselect 'false'),
	author_type text OPTIONS (attribute 'created_by', type 'actor-reference', property 'actor_type', multiselect 'false'))
	SERVER attio OPTIONS (object 'all_types');
CREATE FUNCTION compare(condition text, actor uuid, kind text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	pushed bigint;
	local bigint;
	statement text := 'SELECT count(record_id) FROM plain WHERE ' || format(condition, actor, kind);
BEGIN
	SET attio_fdw.push_filter = on;
	EXECUTE statement INTO pushed;
	SET attio_fdw.push_filter = off;
	EXECUTE statement INTO local;
	SET attio_fdw.push_filter = on;
	RETURN CASE WHEN pushed <> local THEN format('%s rather than %s: %s', pushed, local, statement) END;
END $$;
\c -
SET search_path = crm, public;
\pset tuples_only on
\pset format unaligned
\set M 73cd6f98-da1e-4e72-8044-3bb7fd73c5b2
SELECT count(record_id) > 0 FROM plain WHERE an_actor = :'M' AND author_type = 'system';
SELECT condition, count(*), string_agg(compare(condition, id, k), E'\n') FROM members, unnest(ARRAY['api-token', 'app', 'system', 'workspace-member', NULL, 'x']) AS k,
	unnest(ARRAY['an_actor = %L AND author_type = %L', 'an_actor = %L AND an_actor_type = %L', 'author = %L AND an_actor_type = %L', 'an_actor_type = %2$L AND an_actor IN (%1$L, ''4a17f21c-3c30-41e2-8454-56151f55c1f4'')',
		'(an_actor = %L OR author_type = %L)', '(an_actor = %L AND an_actor_type = %L) OR record_id IS NULL', 'NOT (an_actor = %L AND an_actor_type = %L)', 'an_actor = %L AND an_actor_type <> %L']) AS condition
	WHERE k IS NOT NULL OR condition !~ 'IN' GROUP BY 1 ORDER BY 1;
-- the type is of use where both are about one attribute
CREATE FUNCTION sent(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) ' || statement LOOP
		CONTINUE WHEN line !~ 'Attio Filter|Attio Lookup|Rows Received';
		RETURN NEXT btrim(line);
	END LOOP;
END $$;
SELECT sent($$SELECT FROM plain WHERE an_actor = '01d5c781-cf4c-4d6c-9285-94f98cf06c4f' AND an_actor_type = 'api-token'$$);
SELECT sent($$SELECT FROM plain WHERE an_actor = '01d5c781-cf4c-4d6c-9285-94f98cf06c4f' AND author_type = 'api-token'$$);
SELECT sent($$SELECT FROM all_types WHERE an_actor = '01d5c781-cf4c-4d6c-9285-94f98cf06c4f' AND an_actor__actor_type = 'api-token'$$);
SELECT sent($$SELECT FROM all_types WHERE '01d5c781-cf4c-4d6c-9285-94f98cf06c4f' = ANY (some_actors) AND 'api-token' = ANY (some_actors__actor_type)$$);
SELECT sent($$SELECT FROM all_types WHERE some_selects = '{}' OR an_actor = '01d5c781-cf4c-4d6c-9285-94f98cf06c4f' AND an_actor__actor_type = 'api-token'$$);
SET client_min_messages = warning;
DROP FOREIGN TABLE plain;
DROP TABLE members CASCADE;
DROP FUNCTION compare(text, uuid, text), sent(text);
\! "$ATTIO_ROOT/scripts/emulate" reset
