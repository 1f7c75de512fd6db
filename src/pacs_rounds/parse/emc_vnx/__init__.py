"""Parsers of what naviseccli prints for a VNX (block, OE 05.31 to 05.33), named after its subcommand."""
