-- The 17 attribute types: a value, no value, odd values; several values where a type has them.
-- Record 0 has plain values, record 1 none at all (found by their times of creation).
SET search_path = crm, public;
SET timezone = 'UTC';
CREATE TEMP VIEW rows_of AS
SELECT row_number() OVER (ORDER BY created_at, record_id) AS n, * FROM all_types;
\pset null NULL

-- text: odd characters, an empty string (which is no NULL), ten kilobytes
SELECT DISTINCT CASE WHEN length(a_text) > 60 THEN left(a_text, 20) || '...' || length(a_text) ELSE a_text END AS a_text
FROM all_types ORDER BY 1;
SELECT count(*) FILTER (WHERE a_text IS NULL) AS none, count(*) FILTER (WHERE a_text = '') AS empty FROM all_types;

-- number, currency: digits are kept, none goes through a double
SELECT DISTINCT a_number, a_currency FROM all_types ORDER BY 1, 2;

-- rating, checkbox: unset is NULL, not 0 or false
SELECT DISTINCT a_rating FROM all_types ORDER BY 1;
SELECT a_checkbox, count(*) FROM all_types GROUP BY 1 ORDER BY 1;

-- date, timestamp: nine digits are cut to six, never rounded
SELECT DISTINCT a_date FROM all_types ORDER BY 1;
SELECT DISTINCT a_timestamp FROM all_types ORDER BY 1;

-- select: the title, archived ones too; several as an array, in stored order
SELECT DISTINCT a_select FROM all_types ORDER BY 1;
SELECT DISTINCT some_selects FROM all_types ORDER BY 1;
SELECT a_select, a_select__active_from FROM all_types WHERE a_text = 'plain' ORDER BY 2 LIMIT 1;

-- status
SELECT DISTINCT a_status FROM all_types ORDER BY 1;

-- record-reference: one object allowed, several allowed
SELECT count(a_reference) AS set, count(p.record_id) AS found FROM all_types LEFT JOIN people p ON p.record_id = a_reference;
SELECT DISTINCT some_references__target_object, cardinality(some_references) FROM all_types ORDER BY 1;

-- actor-reference: system actors have no id
SELECT DISTINCT an_actor__actor_type, an_actor IS NULL AS no_id FROM all_types ORDER BY 1;
SELECT DISTINCT some_actors__actor_type, cardinality(some_actors) AS ids FROM all_types ORDER BY 1;

-- email-address, domain, phone-number: normalised; the first of several
SELECT an_email, some_emails, some_emails__first FROM all_types WHERE an_email LIKE 'odd+__@%' ORDER BY 1 LIMIT 4;
SELECT a_domain, some_domains, some_domains__first FROM all_types WHERE a_domain LIKE '%1_.com' ORDER BY 1 LIMIT 4;
SELECT DISTINCT a_phone, some_phones, some_phones__first FROM all_types ORDER BY 1, 2;

-- personal-name: a name without a last name has an empty one
SELECT DISTINCT a_name, a_name__first_name, a_name__last_name FROM all_types ORDER BY 1 LIMIT 6;
SELECT a_name, a_name__first_name, a_name__last_name FROM all_types WHERE a_name__last_name = '' ORDER BY 1 LIMIT 2;

-- location: one line, and parts
SELECT DISTINCT a_location, a_location__locality, a_location__region, a_location__country_code FROM all_types ORDER BY 1;

-- interaction: the owner only where it is a workspace member
SELECT DISTINCT an_interaction, an_interaction__owner_member_id IS NULL AS nobody FROM all_types ORDER BY 1, 2;

-- record 1 has no value at all: scalars are NULL, arrays empty, and none of them missing
SELECT key, value FROM all_types, jsonb_each_text(to_jsonb(all_types))
WHERE a_text IS NULL AND key NOT IN ('record_id', 'web_url', 'created_by') ORDER BY key;

-- columns 'all': every property
CREATE SCHEMA everything;
IMPORT FOREIGN SCHEMA attio LIMIT TO (all_types) FROM SERVER attio INTO everything OPTIONS (columns 'all');
SELECT a_currency__currency_code, an_email__original_email_address, an_email__email_domain, an_email__email_root_domain,
	an_email__email_local_specifier, a_domain__root_domain, a_phone__original_phone_number, a_phone__country_code,
	a_location__line_1, a_location__line_2, a_location__line_3, a_location__postcode, a_location__latitude, a_location__longitude,
	an_interaction__type, an_interaction__owner_actor_type, a_reference__target_object
FROM everything.all_types WHERE an_email IN ('odd+0@sub.example.com', 'odd+7@sub.example.com') ORDER BY an_email \gx
SELECT count(DISTINCT a_select__option_id) AS options, count(DISTINCT a_status__status_id) AS statuses,
	count(*) FILTER (WHERE cardinality(some_selects__option_id) = cardinality(some_selects)) AS aligned,
	count(*) FILTER (WHERE attio__changed_at >= created_at) AS changed
FROM everything.all_types;

-- jsonb shows the value objects as they came; any attribute, and the whole row
CREATE FOREIGN TABLE raw_types (record_id uuid, a_select jsonb, some_emails json, a_number jsonb, _raw jsonb)
	SERVER attio OPTIONS (object 'all_types');
SELECT jsonb_typeof(a_select) AS a_select, a_select -> 0 ->> 'attribute_type' AS type, some_emails -> 0 ->> 'email_local_specifier' AS local,
	a_number -> 0 -> 'value' AS number, _raw -> 'id' ->> 'record_id' = record_id::text AS same
FROM raw_types WHERE _raw #>> '{values,a_text,0,value}' = 'plain' ORDER BY local LIMIT 1;

-- other declared types: the value must fit
CREATE FOREIGN TABLE other_types (a_number double precision, number_text text OPTIONS (attribute 'a_number'), a_text varchar(5), a_rating bigint,
	some_selects text, a_select text[], a_date text, a_checkbox text)
	SERVER attio OPTIONS (object 'all_types');
SELECT DISTINCT a_number, number_text, a_rating FROM other_types ORDER BY 1, 3 LIMIT 3;
SELECT DISTINCT some_selects, a_select FROM other_types ORDER BY 1, 2;
SELECT DISTINCT a_date, a_checkbox FROM other_types ORDER BY 1 LIMIT 2;
SELECT a_text FROM other_types;
CREATE DOMAIN grade AS smallint CHECK (VALUE < 4);
CREATE FOREIGN TABLE domain_types (a_rating grade, a_name text) SERVER attio OPTIONS (object 'all_types');
SELECT count(a_name) FROM domain_types;
\set VERBOSITY terse
SELECT count(a_rating) FROM domain_types;
\set VERBOSITY default
CREATE FOREIGN TABLE impossible_types (a_text integer) SERVER attio OPTIONS (object 'all_types');
SELECT a_text FROM impossible_types;
SELECT count(*) FROM impossible_types;
DROP SCHEMA everything CASCADE;
DROP FOREIGN TABLE raw_types, other_types, domain_types, impossible_types;
DROP DOMAIN grade;
