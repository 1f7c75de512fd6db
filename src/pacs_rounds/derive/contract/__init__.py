"""Derivations of the contract's paperwork."""
