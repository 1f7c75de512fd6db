"""Patches of a vendor-controlled medical system: what is approved, a plan that is signed off, gates, steps, a journal.

Everything here but `journal` and `store` is pure. What is signed is what is run: a plan holds every script in full,
and `apply` accepts it by its hash. The only part of Rounds that changes a target.
"""
