"""Readers of what Oracle's Recovery Manager writes, in English and Chinese: logs of sessions, lists and reports."""
