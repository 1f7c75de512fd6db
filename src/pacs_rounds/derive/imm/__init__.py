"""Derivations of server hardware, as its management controller (IMM, IPMI) sees it."""
