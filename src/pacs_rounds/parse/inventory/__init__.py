"""Parsers of what was agreed: the inventory's own words, as transports/inventory.py writes them."""
