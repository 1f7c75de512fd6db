"""Derivations of the Fibre Channel switch: Fabric OS over its CLI, the SW-MIB as a second source."""
