"""Derivations about cables."""
