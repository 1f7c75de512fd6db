"""Configuration copies: what may pass as a configuration, two artefacts from one read, their history, their rules.

A text comes from a device once. It must pass the gate (`gate`); then a byte-exact copy is encrypted to the site's
recipients (`sealed`), a copy for people has each secret replaced by a token (`redacted`) and its noise masked, and the
latter's history is a Git repository of the site (`history`, `store`, `intake`). What may pass and what is noise is
data: `data/<platform>.yml`. Everything but store, history, intake and importing is pure.
"""
