-- Accounts with their state, expiry, limit of failed logins, and whether the view says that the password is a default
-- one (11g and later; no password is tried).
-- columns: username text, account_status text, locked_at time, expires_at time, profile text, failed_login_limit text, default_password text
-- cost: dictionary
-- rows: 1000
-- since: 9.2
SELECT u.username, u.account_status, u.lock_date AS locked_at, u.expiry_date AS expires_at, u.profile,
       CASE WHEN p.limit = 'DEFAULT' THEN z.limit ELSE p.limit END AS failed_login_limit,
       CAST(NULL AS VARCHAR2(3)) AS default_password
  FROM dba_users u
  LEFT JOIN dba_profiles p ON p.profile = u.profile AND p.resource_name = 'FAILED_LOGIN_ATTEMPTS'
  LEFT JOIN dba_profiles z ON z.profile = 'DEFAULT' AND z.resource_name = 'FAILED_LOGIN_ATTEMPTS'
-- since: 11.1
SELECT u.username, u.account_status, u.lock_date AS locked_at, u.expiry_date AS expires_at, u.profile,
       CASE WHEN p.limit = 'DEFAULT' THEN z.limit ELSE p.limit END AS failed_login_limit,
       CASE WHEN w.username IS NULL THEN 'NO' ELSE 'YES' END AS default_password
  FROM dba_users u
  LEFT JOIN dba_profiles p ON p.profile = u.profile AND p.resource_name = 'FAILED_LOGIN_ATTEMPTS'
  LEFT JOIN dba_profiles z ON z.profile = 'DEFAULT' AND z.resource_name = 'FAILED_LOGIN_ATTEMPTS'
  LEFT JOIN dba_users_with_defpwd w ON w.username = u.username
