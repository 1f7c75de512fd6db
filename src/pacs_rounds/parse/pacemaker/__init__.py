"""Readers of Pacemaker: crm_mon as text and XML, pcs status."""
