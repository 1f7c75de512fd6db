"""What a Pacemaker cluster says of itself as text: crm_mon -1, pcs status (Pacemaker 1.0 to 2.1)."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.parse import parser
from pacs_rounds.parse.oracle_text import date, fail, lines_of
from pacs_rounds.parse.pacemaker.xml import read_xml

Fields = dict[str, Any]
_DOWN = re.compile(r"^(?:Error: )?(?:cluster is not currently running on this node|Connection to cluster failed: .*|"
                   r"(?:crm_mon: )?(?:Error: )?cluster is not available on this node.*|"
                   r"error running crm_mon, is pacemaker running\?.*|Could not connect to the CIB: .*)$", re.IGNORECASE)
_SECTIONS = {"cluster summary": "summary", "node list": "nodes", "active resources": "resources",
             "full list of resources": "resources", "resources": "resources", "failed resource actions": "failed",
             "failed actions": "failed", "failed fencing actions": "fencing", "daemon status": "daemons",
             "pcsd status": "pcsd"}
_HEADING = re.compile(r"^(?P<name>[A-Z][A-Za-z /]*):$")
_NODES = re.compile(r"^(?P<kind>Guest|Remote)?(?P<state>Online|Offline|Standby|Maintenance|Pending): "
                    r"\[ (?P<names>.*?) \]$", re.IGNORECASE)
_NODE = re.compile(r"^(?P<kind>Guest|Remote)?Node:? (?P<name>[^\s@:]+)(?:@\S+?)?(?: \([^)]*\))?: (?P<state>\S.*?)"
                   r"(?:, feature set \S+)?:?$", re.IGNORECASE)
_SET = re.compile(r"^(?:Clone Set|Master/Slave Set|Resource Group|Container bundle(?: set)?|Docker container(?: set)?)"
                  r": (?P<name>\S+?)(?: \[(?P<inner>[^\]]*)\])?(?P<notes>(?: \([^)]*\))*):?$")
_MEMBERS = re.compile(r"^(?P<role>[A-Z][A-Za-z]*)(?P<notes>(?: \([^)]*\))*): \[ (?P<names>.*?) \]$")
_RESOURCE = re.compile(r"^(?P<name>\S+)(?: \([^():]*\))? *\((?P<agent>[\w.-]+:[\w:.-]+)\): *(?P<role>[A-Z]\S*)"
                       r"(?: (?P<node>[^\s(]+))?(?P<notes>(?: ?\([^)]*\))*)$")
_SUMMARY = (
    # Since 2.1.5: whether the daemon runs, in front of what it says.
    ("daemon", r"Status of pacemakerd: '?(?P<v>[^']*?)'?(?: \(last updated .*\))?"),
    ("cluster", r"Cluster name: *(?P<v>.*)"), ("stack", r"Stack: *(?P<v>.*)"),
    ("dc", r"Current DC: (?P<v>NONE|\S+)(?P<rest>.*)"), ("updated", r"Last updated: *(?P<v>.*)"),
    ("changed", r"Last change: *(?P<v>.*)"), ("nodes", r"(?P<v>\d+) [Nn]odes? configured.*"),
    ("resources", r"(?P<v>\d+) [Rr]esource(?: instance)?s? configured.*"),
    ("both", r"(?P<n>\d+) nodes? and (?P<v>\d+) resources? configured.*"),
    ("note", r"(?P<v>\*{3} .* \*{3}|The cluster will not attempt .*|Cluster Summary:)"))
_ROLES = {"Masters": "Master", "Slaves": "Slave"}
_COMPILED = tuple((name, re.compile(pattern)) for name, pattern in _SUMMARY)


class _Status:
    def __init__(self) -> None:
        self.found: Fields = {"running": True, "cluster": None, "stack": None, "dc": None, "quorum": None,
                              "updated_at": None, "node_count": None, "resource_count": None, "maintenance": False}
        self.nodes: list[Fields] = []
        self.resources: list[Fields] = []
        self.lists: dict[str, list[str]] = {"failed": [], "fencing": []}
        self.pairs: dict[str, dict[str, str]] = {"daemons": {}, "pcsd": {}}
        self.sections: dict[str, list[str]] = {}
        self.warnings: list[str] = []
        self._in = "summary"
        self._node_above: str | None = None
        self._sets: list[tuple[int, str, str | None]] = []

    def line(self, line: str) -> None:
        shown = re.sub(r"^\s*\* ", "", line).strip()
        heading = _HEADING.match(line.strip()) if not line.startswith(" ") else None
        if not shown and self._in == "warnings":
            self._in = "summary"
        elif not shown or re.fullmatch("=+", shown):
            return
        elif line.strip() == "WARNINGS:":
            self._in = "warnings"
        elif heading and heading["name"].lower() in _SECTIONS:
            self._in = _SECTIONS[heading["name"].lower()]
        elif heading and not _SET.match(line.strip()):
            self._in = heading["name"]
            self.sections[self._in] = []
        elif _DOWN.match(shown):
            self.found["running"] = False
            self.warnings.append(shown)
        elif self._in == "warnings" or re.match(r"^(?:WARNING|Warning):|^\S+\s+(?:error|warning): ", line):
            self.warnings.append(shown)
        elif self._in in self.sections:
            self.sections[self._in].append(line.strip())
        elif self._in in self.pairs:
            self._pair(line)
        elif self._in in self.lists:
            self._failed(line, shown)
        elif not (self._summary(shown) or self._node(shown) or self._resource(line, shown)):
            fail("no line of the status of a cluster", line)

    def _summary(self, shown: str) -> bool:
        for name, pattern in _COMPILED:
            if match := pattern.fullmatch(shown):
                self._fact(name, match)
                return True
        return False

    def _fact(self, name: str, match: re.Match[str]) -> None:
        value = match["v"].strip()
        if name == "dc":
            self.found |= {"dc": None if value == "NONE" else value,
                           "quorum": "partition with quorum" in match["rest"] if "partition" in match["rest"] else None}
        elif name == "updated":
            when, _, change = value.partition("Last change:")
            self.found["updated_at"] = date(re.split(" on | by ", when.strip())[0]) if when.strip() else None
            if change.strip():
                self.sections.setdefault("last change", []).append(change.strip())
        elif name == "changed":
            if value:
                self.sections.setdefault("last change", []).append(value)
        elif name == "both":
            self.found |= {"node_count": int(match["n"]), "resource_count": int(value)}
        elif name == "daemon":
            self.warnings += [] if value == "Pacemaker is running" else [value]
        elif name == "note":
            self.found["maintenance"] = self.found["maintenance"] or "DISABLED" in value
            self.warnings += [value] if value.startswith(("***", "The cluster")) else []
        else:
            key = {"nodes": "node_count", "resources": "resource_count"}.get(name, name)
            self.found[key] = int(value) if key.endswith("_count") else value or None

    def _node(self, shown: str) -> bool:
        if match := _NODES.match(shown):
            kind = (match["kind"] or "member").lower()
            self.nodes += [{"name": name, "kind": kind, "state": match["state"].lower()}
                           for name in re.sub(r" \(\d+\)", "", match["names"]).split()]
        elif match := _NODE.match(shown):
            self._node_above = match["name"]
            self.nodes.append({"name": match["name"], "kind": (match["kind"] or "member").lower(),
                               "state": match["state"].lower()})
        else:
            return False
        return True

    def _resource(self, line: str, shown: str) -> bool:
        indent = len(line) - len(line.lstrip())
        while self._sets and self._sets[-1][0] >= indent:
            self._sets.pop()
        parent = self._sets[-1][1] if self._sets else None
        if match := _SET.match(shown):
            self._sets.append((indent, match["name"], match["inner"]))
        elif self._sets and (match := _MEMBERS.match(shown)):
            for node in match["names"].split():
                self._add(self._sets[-1][2] or self._sets[-1][1], None, match["role"], node, match["notes"], parent)
        elif re.match(r"^(?:Replica\[\d+\]|No (?:active )?resources)$", shown, re.IGNORECASE) or (
                self._in == "nodes" and self._node_above and shown == "Resources:"):
            return True
        elif match := _RESOURCE.match(shown):
            self._add(match["name"], match["agent"], match["role"],
                      match["node"] or (self._node_above if self._in == "nodes" else None), match["notes"], parent)
        else:
            return False
        return True

    def _add(self, name: str, agent: str | None, role: str, node: str | None, notes: str, parent: str | None) -> None:
        self.resources.append({"name": name, "agent": agent, "role": _ROLES.get(role, role), "node": node,
                               "set": parent, "notes": re.findall(r"\(([^)]*)\)", notes)})

    def _pair(self, line: str) -> None:
        pairs = re.findall(r"(\S+): (\S+(?: \([^)]*\))?)", line)
        if not pairs or re.sub(r"\S+: \S+(?: \([^)]*\))?", "", line).strip():
            fail("a name and its state expected", line)
        self.pairs[self._in] |= dict(pairs)

    def _failed(self, line: str, shown: str) -> None:
        rows = self.lists[self._in]
        if re.match(r"^\s*\* ", line) or not rows:
            rows.append(shown)
        else:
            rows[-1] = f"{rows[-1]} {shown}"


def _read(text: str) -> tuple[Fields, _Status]:
    one = _Status()
    for line in lines_of(text):
        one.line(line)
    if one.found["running"] and not one.nodes:
        fail("no node in the status of the cluster")
    return {**one.found, "nodes": one.nodes, "resources": one.resources, "failed_actions": one.lists["failed"],
            "failed_fencing": one.lists["fencing"], "warnings": one.warnings, "sections": one.sections}, one


# Cluster Summary:
#   * Current DC: ris-a (version 2.1.2) - partition with quorum
# Node List:
#   * Online: [ ris-a ris-b ]
# Active Resources:
#   * ris-db   (ocf::heartbeat:oracle):   Started ris-a
@parser("pacemaker.crm_mon")
def crm_mon(text: str) -> Fields:
    """crm_mon -1 as text or XML: {"running": False when the cluster does not run on this node, "cluster", "stack",
    "dc", "quorum", "updated_at", "node_count", "resource_count", "maintenance", "nodes": [{"name", "kind": member,
    guest or remote, "state": online, offline, standby, unclean (offline), … in lower case}], "resources": [{"name",
    "agent" (None for the members of a set printed as a list of nodes), "role", "node", "set", "notes"}],
    "failed_actions", "failed_fencing": [text], "warnings", "sections": further sections, their lines as printed}."""
    if begin := re.search(r"^(?:<\?xml|<pacemaker-result|<crm_mon)\b", text, re.MULTILINE):
        before = [line.strip() for line in text[:begin.start()].splitlines() if line.strip()]
        for line in before:
            if not re.match(r"^\S+\s+(?:error|warning): ", line):
                fail("no line of the status of a cluster", line)
        found = read_xml(text[begin.start():])
        return found | {"warnings": [*before, *found["warnings"]]}
    return _read(text)[0]


# Cluster name: pacs
# Online: [ ris-a ris-b ]
# Daemon Status:
#   corosync: active/enabled
@parser("pacemaker.pcs_status")
def pcs_status(text: str) -> Fields:
    """pcs status: as crm_mon, and "daemons": {name: active/enabled …}, "pcsd": {node: Online …}."""
    found, one = _read(text)
    if found["running"] and found["cluster"] is None and not one.pairs["daemons"]:
        fail("no cluster name and no daemon status: the answer of crm_mon?")
    return {**found, **one.pairs}
