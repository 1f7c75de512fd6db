"""Cisco CatOS, the other software of a Catalyst 6500 (5.x to 8.x): what is read beside its configuration.

Nothing of this platform was captured by us: the layouts are those that Cisco's command references print.
"""
