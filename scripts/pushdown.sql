-- The rows of docs/pushdown.md: what EXPLAIN says of a condition on each type, so that it cannot differ from the code.
CREATE FUNCTION pg_temp.verdict(condition text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE plan json;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT JSON) SELECT FROM crm.all_types WHERE ' || condition INTO plan;
	plan := plan -> 0 -> 'Plan';
	RETURN CASE WHEN plan -> 'Attio Exact' IS NOT NULL THEN 'exact' WHEN plan -> 'Attio Rechecked' IS NOT NULL THEN 'superset' ELSE 'local' END
		|| ' | ' || coalesce('`' || (plan ->> 'Attio Filter') || '`', '');
END $$;
SELECT format('| %s | `%s` | %s |', type, condition, pg_temp.verdict(condition)) FROM (VALUES
	('id', 'record_id = ''3a4da5ae-862e-4a96-8241-ce4687fb4237'''),
	('id', 'record_id IS NULL'),
	('number, currency, rating', 'a_number = 5'),
	('number, currency, rating', 'a_number <> 5'),
	('number, currency, rating', 'a_number >= 5'),
	('number, currency, rating', 'a_number IN (1, 5)'),
	('number, currency, rating', 'a_number NOT IN (1, 5)'),
	('number, currency, rating', 'a_number = 1.00005'),
	('number, currency, rating', 'a_number IS NOT NULL'),
	('number, currency, rating', 'a_number IS NULL'),
	('date', 'a_date = ''2024-02-29'''),
	('date', 'a_date <> ''2024-02-29'''),
	('date', 'a_date < ''2024-02-29'''),
	('date', 'a_date IS NOT NULL'),
	('timestamp, interaction, active_from', 'a_timestamp >= ''2024-02-29Z'''),
	('timestamp, interaction, active_from', 'a_timestamp < ''2024-02-29Z'''),
	('timestamp, interaction, active_from', 'a_timestamp > ''2024-02-29Z'''),
	('timestamp, interaction, active_from', 'a_timestamp <= ''2024-02-29Z'''),
	('timestamp, interaction, active_from', 'a_timestamp = ''2024-02-29Z'''),
	('timestamp, interaction, active_from', 'a_timestamp <> ''2024-02-29Z'''),
	('timestamp, interaction, active_from', 'a_timestamp > date ''2024-02-29'''),
	('checkbox', 'a_checkbox'),
	('checkbox', 'NOT a_checkbox'),
	('checkbox', 'a_checkbox IS NOT TRUE'),
	('text', 'a_text = ''x'''),
	('text', 'a_text IN (''x'', ''y'')'),
	('text', 'a_text LIKE ''x%'''),
	('text', 'a_text LIKE ''%x_y'''),
	('text', 'a_text ILIKE ''%xyz%'''),
	('text', 'a_text ^@ ''x'''),
	('text', 'starts_with(a_text, ''x'')'),
	('text', 'a_text <> ''x'''),
	('text', 'a_text NOT LIKE ''x%'''),
	('text', 'a_text < ''x'''),
	('text', 'a_text = '' x'''),
	('personal-name', 'a_name__last_name = ''X'''),
	('location', 'a_location__locality = ''X'''),
	('location', 'a_location = ''X'''),
	('email-address', 'an_email = ''X@y.com'''),
	('email-address', 'an_email LIKE ''x%'''),
	('domain', 'a_domain = ''x.com'''),
	('phone-number', 'a_phone = ''+4412345678'''),
	('phone-number', 'a_phone = ''012345678'''),
	('select, status', 'a_select = ''X'''),
	('select, status', 'a_status IN (''X'', ''Y'')'),
	('select, status', 'a_select <> ''X'''),
	('record-reference', 'a_reference = ''3a4da5ae-862e-4a96-8241-ce4687fb4237'''),
	('actor-reference', 'an_actor = ''3a4da5ae-862e-4a96-8241-ce4687fb4237'''),
	('multiselect', '''X'' = ANY (some_selects)')) AS c (type, condition);
