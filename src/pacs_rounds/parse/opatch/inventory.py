"""Which products and interim patches an Oracle home has: opatch lsinventory and opatch lspatches."""

from __future__ import annotations

import re

from pacs_rounds.parse import parser
from pacs_rounds.parse.oracle_text import OMITTED, Fields, date, fail, lines_of

_DONE = re.compile(r"^\s*OPatch (?:succeeded|completed successfully)\.?\s*$", re.IGNORECASE)
_FAILED = re.compile(r"^\s*(?:OPatch failed(?: with error code.*)?|(?:LsInventory|List)\S*Session failed: .*|"
                     r"OPatch (?:could not|cannot) .*|Inventory load failed.*|OPatchSession cannot .*)\s*$",
                     re.IGNORECASE)
_HOME = re.compile(r"^\s*(?P<key>Oracle Home|Central Inventory|from|OPatch version|OUI version|OUI location|"
                   r"Log file location|Lsinventory Output file location|Hostname|ARU platform id|"
                   r"ARU platform description|Location)\s*:{1,2}\s*(?P<value>.*?)\s*$", re.IGNORECASE)
_COUNT = re.compile(r"^\s*(?P<what>Installed (?:Top-level )?Products|Interim patches)\s*\((?P<count>\d+)\)\s*:\s*$",
                    re.IGNORECASE)
_PRODUCT = re.compile(r"^(?P<name>\S.*?)\s{2,}(?P<version>\d+(?:\.\d+)+)\s*$")
_PATCH = re.compile(r"^\s*Patch\s+(?P<id>\d+)\s*:\s*applied on\s+(?P<when>\S.*?)\s*$", re.IGNORECASE)
_UNIQUE = re.compile(r"^\s*Unique Patch ID\s*:\s*(?P<id>\d+(?:\.\d+)*)\s*$", re.IGNORECASE)
_DESCRIPTION = re.compile(r'^\s*Patch description\s*:\s*"?(?P<text>.*?)"?\s*$', re.IGNORECASE)
_CREATED = re.compile(r"^\s*Created on\s+(?P<when>\S.*?)\s*$", re.IGNORECASE)
_SUB = re.compile(r'^\s*Sub-patch\s+(?P<id>\d+)\s*;\s*"?(?P<text>.*?)"?\s*$', re.IGNORECASE)
_BLOCK = re.compile(r"^\s*(?P<name>Bugs fixed|Files Touched|Patch Location in (?:Inventory|Storage area)|"
                    r"This patch (?:overlays|needs|is a translation|has following)\b.*?|Patch Actions)\s*:?\s*$",
                    re.IGNORECASE)
_NODES = re.compile(r"^\s*(?P<which>Local|Remote) node\s*=\s*(?P<name>\S+)\s*$", re.IGNORECASE)
_NOISE = re.compile(r"^\s*(?:Invoking OPatch .*|Oracle Interim Patch Installer version .*|Copyright \(c\).*|[- ]{3,}|"
                    r"There are \d+ products installed in this Oracle Home\.|Rac system comprising of .*|"
                    r"Local Machine Information:*|OPatch detects .*|Patch level status of Cluster nodes.*|"
                    r"Patching Level .*|\d+ +\S+|as prerequisites|LsInventory Output file.*|"
                    r"(?:Oracle Grid Infrastructure|Cluster) .*|Using .*|\(.*\))\s*$", re.IGNORECASE)
_NO_PATCHES = re.compile(r"^\s*There are no Interim patches installed in this Oracle Home(?:\s+\S+)?\.?\s*$",
                         re.IGNORECASE)
_CLOCK = re.compile(r"^(?P<day>\w{3} \w{3} +\d+|星期. \S+ \d+) (?P<clock>\d\d:\d\d:\d\d) "
                    r"(?P<zone>[A-Z][A-Z0-9+:-]*|[+-]\d+) (?P<year>\d{4})$")
_CREATION = re.compile(r"^(?P<day>\d{1,2} \w{3,9} \d{4}), (?P<clock>\d{1,2}:\d\d:\d\d) hrs(?: (?P<zone>\S+))?$")


def _when(name: str, written: str) -> Fields:
    """{<name>_at: ISO local time of its zone or None, <name>_zone, <name>_as_written}."""
    shown = " ".join(written.split())
    applied, created = _CLOCK.match(shown), _CREATION.match(shown)
    if applied:
        at, zone = date(f"{applied['day']} {applied['clock']} {applied['year']}"), applied["zone"]
    elif created:
        at, zone = date(f"{created['day']} {created['clock']}"), created["zone"]
    else:
        at, zone = date(shown), None
    return {f"{name}_at": at, f"{name}_zone": zone, f"{name}_as_written": shown}


class _Inventory:
    def __init__(self) -> None:
        self.home: Fields = {}
        self.products: list[Fields] = []
        self.patches: list[Fields] = []
        self.nodes: dict[str, list[str]] = {"local": [], "remote": []}
        self.counts: dict[str, int] = {}
        self.done = False
        self.omitted = 0
        self._in = ""

    def line(self, line: str) -> None:
        if match := _PATCH.match(line):
            self.patches.append({"id": match["id"], **_when("applied", match["when"]), "unique_id": None,
                                 "description": None, "bugs": []})
            self._in = "patch"
        elif match := _COUNT.match(line):
            self.counts["patches" if "patches" in match["what"].lower() else "products"] = int(match["count"])
            self._in = "patches" if "patches" in match["what"].lower() else "products"
        elif _NO_PATCHES.match(line):
            self.counts["patches"], self._in = 0, ""
        elif match := _NODES.match(line):
            self.nodes[match["which"].lower()].append(match["name"])
            self._in = ""
        elif not (self.patches and self._in not in ("", "products") and self._of_patch(line)):
            self._of_home(line)

    def _of_patch(self, line: str) -> bool:
        one = self.patches[-1]
        if match := _UNIQUE.match(line):
            one["unique_id"] = match["id"]
        elif match := _DESCRIPTION.match(line):
            one["description"] = match["text"]
        elif match := _CREATED.match(line):
            one |= _when("created", match["when"])
        elif match := _SUB.match(line):
            one.setdefault("sub_patches", []).append({"id": match["id"], "description": match["text"]})
        elif match := _BLOCK.match(line):
            self._in = re.sub(r"[^a-z]+", "_", match["name"].lower()).strip("_")
        elif self._in == "bugs_fixed" and re.match(r"^[\s\d,]+$", line):
            one["bugs"] += re.findall(r"\d+", line)
        elif line.strip() == "as prerequisites":
            self._in = "patch"
        elif self._in not in ("patch", "patches", "bugs_fixed") and line.startswith(" "):
            one.setdefault(self._in, []).append(line.strip())
        else:
            return False
        return True

    def _of_home(self, line: str) -> None:
        if match := _HOME.match(line):
            key = re.sub(r"[^a-z]+", "_", match["key"].lower())
            self.home["inventory_pointer" if key == "from" else key] = match["value"] or None
        elif self._in == "products" and (match := _PRODUCT.match(line)):
            self.products.append({"name": match["name"], "version": match["version"]})
        elif not _NOISE.match(line):
            fail("no line of an inventory of OPatch", line)


# Oracle Home       : /u01/app/oracle/product/11.2.0/db_1
# OPatch version    : 11.2.0.3.6
# Interim patches (1) :
# Patch  18031668     : applied on Fri Nov 20 10:18:29 CST 2026
# Unique Patch ID:  17561250
#    Bugs fixed:
#      18031668
# OPatch succeeded.
@parser("opatch.lsinventory")
def lsinventory(text: str) -> Fields:
    """opatch lsinventory: {"home": {"oracle_home", "opatch_version", "oui_version", "central_inventory", …},
    "products": [{"name", "version"}], "patches": [{"id", "applied_at" (local time of "applied_zone"),
    "applied_as_written", "unique_id", "description", "created_at", "bugs", "sub_patches"}], "nodes": {"local",
    "remote"}, "omitted_lines"}. ParseError when OPatch failed, when its end mark is missing (cut off), and when fewer
    products or patches are listed than it counts."""
    one = _Inventory()
    for line in lines_of(text):
        if _FAILED.match(line):
            fail("OPatch failed", line)
        if _DONE.match(line):
            one.done = True
        elif OMITTED.match(line):
            one.omitted += 1
        elif line.strip():
            one.line(line)
    if not one.done:
        fail("cut off: the inventory ends without 'OPatch succeeded.'")
    if "oracle_home" not in one.home:
        fail("no Oracle Home in the inventory")
    for name, rows in (("products", one.products), ("patches", one.patches)):
        if name in one.counts and one.counts[name] != len(rows) and not one.omitted:
            fail(f"{one.counts[name]} {name} counted and {len(rows)} listed")
    return {"home": one.home, "products": one.products, "patches": one.patches, "nodes": one.nodes,
            "omitted_lines": one.omitted}


# 18031668;Database Patch Set Update : 11.2.0.4.2 (18031668)
#
# OPatch succeeded.
@parser("opatch.lspatches")
def lspatches(text: str) -> list[Fields]:
    """opatch lspatches: [{"id", "description"}], [] when there are none. ParseError without OPatch's end mark."""
    found, none, done = [], False, False
    for line in lines_of(text):
        if _FAILED.match(line):
            fail("OPatch failed", line)
        if match := re.match(r"^(?P<id>\d+)\s*;\s*(?P<text>.*)$", line):
            found.append({"id": match["id"], "description": match["text"].strip() or None})
        elif _NO_PATCHES.match(line):
            none = True
        elif _DONE.match(line):
            done = True
        elif line.strip() and not _NOISE.match(line):
            fail("no line of OPatch's list of patches", line)
    if not done or not (found or none):
        fail("cut off: no patch and no 'OPatch succeeded.'")
    return found
