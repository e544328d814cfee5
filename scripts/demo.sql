\echo
\echo 'Ten questions to a CRM in Attio, asked in SQL.  The workspace was imported by'
\echo '  IMPORT FOREIGN SCHEMA attio FROM SERVER attio INTO crm;'
SET client_min_messages = warning;

\echo
\echo '1. Who owns the accounts that nobody has contacted for 30 days?'
SELECT coalesce(m.first_name || ' ' || m.last_name, '(nobody knows them)') AS owner, count(*) AS accounts,
	count(*) FILTER (WHERE c.last_interaction IS NULL) AS never, max(c.last_interaction)::date AS last_contact,
	(array_agg(c.name ORDER BY c.last_interaction NULLS FIRST, c.name))[1:3] AS some_of_them
FROM companies c LEFT JOIN workspace_members m ON m.workspace_member_id = c.strongest_connection_user
WHERE c.last_interaction < now() - interval '30 days' OR c.last_interaction IS NULL
GROUP BY 1 ORDER BY accounts DESC, owner;

\echo '2. Which meetings are in the next seven days, and with which companies?'
SELECT to_char(m.start_at, 'Dy DD Mon HH24:MI') AS start, m.title, string_agg(DISTINCT c.name, ', ') AS companies,
	cardinality(m.participants) AS participants
FROM meetings m
LEFT JOIN meeting_records r ON r.meeting_id = m.meeting_id
LEFT JOIN people p ON r.object = 'people' AND p.record_id = r.record_id
LEFT JOIN companies c ON c.record_id = CASE r.object WHEN 'companies' THEN r.record_id ELSE p.company END
WHERE m.start_at >= now() AND m.start_at < now() + interval '7 days'
GROUP BY m.meeting_id, m.start_at, m.title, m.participants ORDER BY m.start_at, m.title;

\echo '3. Whose tasks are overdue, and by how many days?'
SELECT coalesce(m.first_name || ' ' || m.last_name, '(nobody)') AS owner, count(*) AS tasks,
	(now()::date - min(t.deadline_at)::date) AS oldest_days, min(t.content_plaintext) AS one_of_them
FROM tasks t LEFT JOIN workspace_members m ON m.workspace_member_id = ANY (t.assignees)
WHERE NOT t.is_completed AND t.deadline_at < now()
GROUP BY 1 ORDER BY tasks DESC, owner;

\echo '4. What was noted last on the biggest deals?'
SELECT d.name, d.value, n.created_at::date AS noted, n.title, split_part(n.content_plaintext, E'\n', 1) AS first_line
FROM (SELECT * FROM deals WHERE stage IN ('Lead', 'In Progress') ORDER BY value DESC NULLS LAST LIMIT 5) d
CROSS JOIN LATERAL (SELECT * FROM attio_notes n WHERE n.parent_object = 'deals' AND n.parent_record_id = d.record_id
	ORDER BY n.created_at DESC LIMIT 1) n
ORDER BY d.value DESC NULLS LAST;

\echo '5. What does the pipeline look like?'
SELECT stage, count(*) AS deals, sum(value) AS value_eur
FROM deals GROUP BY stage ORDER BY value_eur DESC NULLS LAST;

\echo '6. Which companies do we know most people at?'
SELECT c.name, count(*) AS people, min(p.email_addresses__first) AS one_of_them
FROM people p JOIN companies c ON c.record_id = p.company
GROUP BY c.record_id, c.name ORDER BY people DESC, c.name LIMIT 5;

\echo '7. Which open deals are overdue, and whose are they?'
SELECT d.name, d.stage, d.close_date, m.first_name || ' ' || m.last_name AS owner
FROM deals d LEFT JOIN workspace_members m ON m.workspace_member_id = d.owner
WHERE d.stage IN ('Lead', 'In Progress') AND d.close_date < current_date
ORDER BY d.close_date, d.name LIMIT 5;

\echo '8. Where does the sales pipeline stand, with the parents'' names?'
SELECT e.status, count(*) AS entries, string_agg(c.name, ', ' ORDER BY c.name) FILTER (WHERE e.confidence >= 4) AS confident_about
FROM sales_pipeline e JOIN companies c ON c.record_id = e.parent_record_id
GROUP BY e.status ORDER BY entries DESC, e.status;

\echo '9. How long have deals been in their stage?  (days)'
SELECT stage, round(avg(extract(epoch FROM now() - stage__active_from) / 86400)) AS days
FROM deals GROUP BY stage ORDER BY days DESC, stage;

\echo '10. What is asked of Attio for that?'
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF)
SELECT stage, count(*) FROM deals GROUP BY stage;
