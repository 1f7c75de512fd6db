"""Derivations of the reconciliation: the contract's rows against what the devices said of themselves."""
