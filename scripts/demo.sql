\echo
\echo 'Ten questions to a CRM in Attio, asked in SQL.  The workspace was imported by'
\echo '  IMPORT FOREIGN SCHEMA attio FROM SERVER attio INTO crm;'
SET client_min_messages = warning;

\echo
\echo '1. What does the pipeline look like?'
SELECT stage, count(*) AS deals, sum(value) AS value_eur
FROM deals GROUP BY stage ORDER BY value_eur DESC NULLS LAST;

\echo '2. Which companies do we know most people at?'
SELECT c.name, count(*) AS people, min(p.email_addresses__first) AS one_of_them
FROM people p JOIN companies c ON c.record_id = p.company
GROUP BY c.record_id, c.name ORDER BY people DESC, c.name LIMIT 5;

\echo '3. Which open deals are overdue on 30 June 2026, and whose are they?'
SELECT d.name, d.stage, d.close_date, m.first_name || ' ' || m.last_name AS owner
FROM deals d LEFT JOIN workspace_members m ON m.workspace_member_id = d.owner
WHERE d.stage IN ('Lead', 'In Progress') AND d.close_date < DATE '2026-06-30'
ORDER BY d.close_date, d.name LIMIT 5;

\echo '4. In which categories are our companies?  (a multiselect is an array)'
SELECT category, count(*) AS companies
FROM companies, unnest(categories) AS category
GROUP BY category ORDER BY companies DESC, category;

\echo '5. Where does the sales pipeline stand, with the parents'' names?'
SELECT e.status, count(*) AS entries, string_agg(c.name, ', ' ORDER BY c.name) FILTER (WHERE e.confidence >= 4) AS confident_about
FROM sales_pipeline e JOIN companies c ON c.record_id = e.parent_record_id
GROUP BY e.status ORDER BY entries DESC, e.status;

\echo '6. Who has no e-mail address?'
SELECT name, job_title, primary_location
FROM people WHERE email_addresses = '{}' ORDER BY name, record_id LIMIT 5;

\echo '7. How did deals come in, quarter by quarter?'
SELECT date_trunc('quarter', created_at)::date AS quarter, count(*) AS deals, sum(value) AS value_eur
FROM deals GROUP BY 1 ORDER BY 1;

\echo '8. Which companies have a team but no deal?'
SELECT c.name, cardinality(c.team) AS team, c.employee_range
FROM companies c
WHERE c.team <> '{}' AND NOT EXISTS (SELECT FROM deals d WHERE d.associated_company = c.record_id AND d.stage <> 'Lost')
ORDER BY team DESC, c.name LIMIT 5;

\echo '9. How long have deals been in their stage?  (days until 1 January 2026)'
SELECT stage, round(avg(extract(epoch FROM timestamptz '2026-01-01' - stage__active_from) / 86400)) AS days
FROM deals GROUP BY stage ORDER BY days DESC, stage;

\echo '10. What is asked of Attio for that?'
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF)
SELECT stage, count(*) FROM deals GROUP BY stage;
