"""Derivations of the configuration copies: what was kept, what changed, what breaks the site's own rules."""
