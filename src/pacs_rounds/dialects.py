"""Command lines that share words and not answers: `show version` is a command of both IOS and CatOS."""

from __future__ import annotations

DIALECTS = frozenset({"cisco_ios", "cisco_catos", "brocade_fos"})
"""Platforms with a command line of their own, as the inventory (`rounds_platform`) and the parsers name them."""


def foreign(parser: str, platform: str) -> bool:
    """Whether a parser reads another command line than the one this platform has."""
    reads = parser.partition(".")[0]
    return platform in DIALECTS and reads in DIALECTS and reads != platform


def not_read(parser: str, platform: str) -> str:
    """Why a command of that parser was not asked of such a device."""
    reads = parser.partition(".")[0]
    return f"this device's command line is {platform}; the check reads {reads} only, and nothing was asked"
