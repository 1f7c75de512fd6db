"""Readers of Windows hosts: command line in English and simplified Chinese, SNMP agent."""
