-- ClickHouse: who reads and who writes. Choose two passwords and run once as an administrator:
--   clickhouse-client --multiquery < deploy/clickhouse/roles.sql
-- The dashboard's role gets its tables from the jobs, one grant a table with every publication;
-- client_contact is never among them.
CREATE ROLE IF NOT EXISTS quality_dashboard;
GRANT SELECT ON quality.publication TO quality_dashboard;
-- readonly = 2: nothing is written, while the dashboard may still ask for the settings of its session.
CREATE SETTINGS PROFILE IF NOT EXISTS quality_dashboard SETTINGS
    readonly = 2, max_execution_time = 15 MIN 0.1 MAX 60, max_memory_usage = 1000000000 MAX 4000000000;
CREATE USER IF NOT EXISTS quality_reader IDENTIFIED WITH sha256_password BY 'choose a password'
    SETTINGS PROFILE 'quality_dashboard';
GRANT quality_dashboard TO quality_reader;
-- The jobs own everything that begins with the name of the database, and hand tables on.
CREATE USER IF NOT EXISTS quality_jobs IDENTIFIED WITH sha256_password BY 'choose another password';
GRANT SELECT, INSERT, ALTER, CREATE DATABASE, CREATE TABLE, DROP DATABASE, DROP TABLE, SHOW
    ON quality*.* TO quality_jobs WITH GRANT OPTION;
GRANT TABLE ENGINE ON MergeTree TO quality_jobs;
