"""cfgshow, zoneshow, alishow, cfgactvshow, cfgtransshow."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.parse import parser
from pacs_rounds.parse.brocade_fos.text import fail, filled

_SECTION = re.compile(r"^\s*(?P<which>Defined|Effective) configuration\s*:?\s*$", re.IGNORECASE)
_NONE = re.compile(r"^\s*no (?:configuration|effective configuration|defined configuration)\b.*$", re.IGNORECASE)
_OBJECT = re.compile(r"^\s*(?P<kind>cfg|zone|alias):\s*(?P<name>[\w$^-]+)\s*(?P<members>.*)$", re.IGNORECASE)
# 1,3 · 21:00:00:e0:8b:0a:0b:0c · pacs_a_hba1 · a zone of the fabric router may be called lsan_…
_MEMBER = re.compile(r"[\w$^:,.-]+")
_PEER = re.compile(r"^\s*(?:Property Member|Created by|Attribute|(?P<zoned>(?:Principal|Peer) Member(?:\(s\)|s)?))"
                   r"\s*:\s*(?P<value>.*)$", re.IGNORECASE)
_KEYS = {"cfg": "cfgs", "zone": "zones", "alias": "aliases"}
Section = dict[str, dict[str, list[str]]]


# Defined configuration:
#  cfg:	night_cfg	pacs_a; pacs_b
#  zone:	pacs_a	pacs_a_hba1; vnx_spa0
#  alias:	pacs_a_hba1
#		10:00:00:00:c9:0a:0b:0c
#
# Effective configuration:
#  cfg:	night_cfg
#  zone:	pacs_a	10:00:00:00:c9:0a:0b:0c
#		50:06:01:60:0a:0b:0c:0d
@parser("brocade_fos.cfgshow")
def cfgshow(text: str) -> dict[str, Any]:
    """Zoning as defined and as in effect: each {"cfgs", "zones", "aliases"}, name -> members in the printed order.

    A section that the text does not have is None (zoneshow and cfgactvshow print one); "no configuration" is empty.
    """
    found: dict[str, Any] = {"defined": None, "effective": None}
    empty: set[str] = set()  # sections that say themselves that they are
    section: Section | None = None
    members: list[str] | None = None
    for line in filled(text):
        if match := _SECTION.match(line):
            section, members = {"cfgs": {}, "zones": {}, "aliases": {}}, None
            found[match["which"].lower()] = section
        elif section is None:
            fail("line before Defined or Effective configuration", line)
        elif _NONE.match(line):
            empty |= {name for name, one in found.items() if one is section}
        elif match := _OBJECT.match(line):
            members = section[_KEYS[match["kind"].lower()]].setdefault(match["name"], [])
            members += _members(match["members"], line)
        elif members is None:
            fail("line not understood", line)
        elif match := _PEER.match(line):
            members += _members(match["value"], line) if match["zoned"] else []
        else:
            members += _members(line, line)
    if section is None:
        fail("neither Defined nor Effective configuration: not cfgshow")
    for name, one in found.items():
        if one is not None and not any(one.values()) and name not in empty:
            fail(f"nothing below {name} configuration: cut off")
    return found


def _members(text: str, line: str) -> list[str]:
    parts = [part.strip() for part in text.split(";")]
    parts = [part for part in parts if part]
    if not all(_MEMBER.fullmatch(part) for part in parts):
        fail("a member's name is not understood", line)
    return parts


@parser("brocade_fos.cfgactvshow")
def cfgactvshow(text: str) -> dict[str, Any]:
    """As `cfgshow`: only the effective section."""
    found: dict[str, Any] = cfgshow(text)
    return found


# alias:	vnx_spa0
# 		50:06:01:60:0a:0b:0c:0d
@parser("brocade_fos.alishow")
def alishow(text: str) -> dict[str, list[str]]:
    """Members by alias, with or without the heading and the other lines of cfgshow."""
    headed = any(_SECTION.match(line) for line in filled(text))
    defined = cfgshow(text if headed else "Defined configuration:\n" + "\n".join(filled(text)))["defined"]
    if not defined or not defined["aliases"]:
        fail("no alias: not alishow")
    return dict(defined["aliases"])


@parser("brocade_fos.zoneshow")
def zoneshow(text: str) -> dict[str, Any]:
    """As `cfgshow`: the same lines, some images print only one section."""
    found: dict[str, Any] = cfgshow(text)
    return found


# There is no outstanding zoning transaction
#
# Current transaction token is 0x4814
# It is abortable
@parser("brocade_fos.cfgtransshow")
def cfgtransshow(text: str) -> dict[str, Any]:
    """Whether somebody changed the zoning without saving: outstanding, the transaction's token, abortable or None."""
    said = " ".join(" ".join(filled(text)).split())
    if re.fullmatch(r"There (?:is|are) no (?:outstanding )?zon(?:e|ing) transactions?\b.{0,40}", said, re.IGNORECASE):
        return {"outstanding": False, "token": None, "abortable": None}
    match = re.fullmatch(r"Current (?:zone |zoning )?transaction token is (?P<token>(?:0x)?[0-9a-f]{1,8})\.?"
                         r"(?: It is (?P<no>not )?abortable\.?)?(?P<rest>.*)", said, re.IGNORECASE)
    if match is None:
        fail("neither a transaction nor that there is none", said)
    abortable = match["no"] is None if "abortable" in said else None
    return {"outstanding": True, "token": match["token"], "abortable": abortable}
