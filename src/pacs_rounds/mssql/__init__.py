"""SQL Server through sqlcmd: health of the basics, and what msdb knows of backups, verifications and restores."""
