"""What an approved Windows hotfix must say so that it can be installed and taken back. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pacs_rounds.patch.approved import Patch, Product

Flaw = tuple[str, str, str]
"""Key of the entry, what is wrong, what to do."""
_ENDS = {"wusa": ".msu", "dism": ".cab", "self": ".exe"}


def old(release: str) -> bool:
    """Windows 2000, XP or 2003: no wusa, no DISM, no SHA-256 of its own."""
    return release.startswith("5.")


def ten(release: str) -> bool:
    """Windows 10, Server 2016 and later: wusa refuses `/uninstall` together with `/quiet`."""
    return release.startswith("10.")


def flaws(one: Patch, product: Product) -> Iterator[Flaw]:
    """What a schema cannot say."""
    if not re.fullmatch(r"KB\d{5,8}", one.target):
        yield "to", f"{one.target!r} is no number of a hotfix", "write it as KB4012212"
    if one.target not in one.packages or None in one.packages.values():
        yield "packages", f"must name {one.target}", "list every update that the file brings: {KB4012212: installed}"
    if one.install not in _ENDS:
        yield "windows", "is missing", "say install: wusa, dism or self"
        return
    if len(one.files) != 1 or not one.files[0].name.lower().endswith(_ENDS[one.install]):
        yield "files", f"{one.install} installs one file {_ENDS[one.install]}", "one entry for each file, in order"
    if (one.install == "self") != old(product.release):
        yield "windows", f"install: {one.install} does not go with Windows {product.release}", \
            "self is for Windows XP and 2003, wusa and dism are for Vista and later"
    if one.install == "dism" and product.release.startswith("6.0."):
        yield "windows", "Vista and Server 2008 have no DISM for a running system", "say install: wusa"
    if not one.identity and (one.install == "dism" or ten(product.release)):
        yield "windows", "identity is missing: nothing to take the update back by", \
            "Windows 10 and later remove by the package's name alone: `dism /online /get-packages` on a test host"
    for key, value in (("config", one.config), ("rollback_files", one.rollback_files), ("steps", one.steps)):
        if value:
            yield key, "has no meaning for a hotfix", "Windows keeps what it needs to remove it"
