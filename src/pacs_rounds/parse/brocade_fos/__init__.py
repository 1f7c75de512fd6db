"""Parsers of Brocade Fabric OS (4.x to 9.x): the CLI's texts and the SW-MIB's."""
