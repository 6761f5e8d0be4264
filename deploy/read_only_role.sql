-- PostgreSQL: the role the dashboard connects with. It reads the programme, never the clients'
-- personal data, and cannot write. Run as the owner of the programme's tables:
--   psql -v ON_ERROR_STOP=1 -v dashboard_password=… -f deploy/read_only_role.sql quality
CREATE ROLE quality_dashboard LOGIN PASSWORD :'dashboard_password';
ALTER ROLE quality_dashboard SET default_transaction_read_only = on;
ALTER ROLE quality_dashboard SET statement_timeout = '15s';
ALTER ROLE quality_dashboard SET lock_timeout = '5s';
ALTER ROLE quality_dashboard SET idle_in_transaction_session_timeout = '60s';
-- Everybody may create tables in «public» before PostgreSQL 15.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO quality_dashboard;
GRANT SELECT ON
    region, city, staff, partner, license_key, project, delivery, delivery_test, contact_attempt,
    survey, answer, question, competence_evaluation, load_batch,
    key_fact, delivery_fact, contact_fact, survey_fact
    TO quality_dashboard;
-- client_contact is not in the list: there is no grant on it, and nothing to revoke.
