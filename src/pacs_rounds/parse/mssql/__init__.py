"""What SQL Server says of itself through sqlcmd."""
