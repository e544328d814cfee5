-- The workspace's own tables: names instead of ids.
SET search_path = crm, public;
SELECT first_name, last_name, email_address, access_level, created_at FROM workspace_members ORDER BY first_name;
SELECT api_slug, singular_noun, plural_noun FROM objects ORDER BY api_slug;
SELECT api_slug, name, parent_object, workspace_access, created_by__actor_type FROM lists ORDER BY api_slug;
-- statuses and options with their position, archived ones marked
SELECT target, target_slug, attribute_slug, position, title, is_archived, celebration_enabled, target_time_in_status
FROM statuses WHERE target_slug IN ('deals', 'sales_pipeline') ORDER BY target_slug, position;
SELECT target_slug, attribute_slug, position, title, is_archived FROM select_options WHERE target_slug IN ('companies', 'hiring') ORDER BY 1, 2, 3;
-- attributes, archived ones marked
SELECT position, api_slug, type, is_multiselect, is_archived, config -> 'currency' ->> 'default_currency_code' AS currency
FROM attributes WHERE target_slug = 'deals' ORDER BY position;
SELECT target_slug, api_slug FROM attributes WHERE is_archived;
SELECT target, count(DISTINCT target_id) AS targets, count(*) AS attributes FROM attributes GROUP BY target ORDER BY target;
-- as reports use them: the pipeline in its own order, owners by name, options that nobody chose
SELECT s.title, count(d.record_id) AS deals FROM statuses s LEFT JOIN deals d ON d.stage = s.title
WHERE s.target_slug = 'deals' AND s.attribute_slug = 'stage' GROUP BY s.position, s.title ORDER BY s.position;
SELECT m.first_name, count(*) FROM deals d JOIN workspace_members m ON m.workspace_member_id = d.owner GROUP BY 1 ORDER BY 1;
-- a disabled object has no rows here, and is no error
\! "$ATTIO_ROOT/scripts/emulate" switches '{"disabled_objects": ["deals"]}'
SELECT attio_fdw_refresh('attio');
SELECT count(*) FROM statuses WHERE target_slug = 'deals';
SELECT count(*) FROM attributes WHERE target_slug = 'deals';
\! "$ATTIO_ROOT/scripts/emulate" reset
SELECT attio_fdw_refresh('attio');
