"""The state of a cluster with rgmanager: clustat."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.parse import parser
from pacs_rounds.parse.oracle_text import date, fail, lines_of

_CLUSTER = re.compile(r"^Cluster Status for (?P<name>\S+)(?: @ (?P<when>\S.*))?$")
_QUORUM = re.compile(r"^Member Status: (?P<state>\S.*)$")
_MEMBER = re.compile(r"^ +(?P<name>\S+) +(?P<id>\d+) (?P<words>[A-Z]\S.*)$")
_SERVICE = re.compile(r"^ +(?P<name>(?:service|vm):\S+) +(?P<owner>\(?[^\s()]+\)?) +(?P<state>\S+(?: \S+)*)$")
_HEADING = re.compile(r"^ +(?:Member Name +ID +Status|Service Name +Owner \(Last\) +State)$")
_RULE = re.compile(r"^[ -]+$")
_DOWN = re.compile(r"^(?:Could not connect to (?:CMAN|cman)|msg_open: |Timed out waiting for a response|"
                   r"Cluster Service Manager is not running|Could not (?:connect|contact).*)", re.IGNORECASE)


# Cluster Status for pacs @ Fri Nov 20 13:50:09 2026
# Member Status: Quorate
#  Member Name                            ID   Status
#  ris-a                                      1 Online, Local, rgmanager
#  Service Name                 Owner (Last)                 State
#  service:ris-db               ris-a                        started
@parser("rhcs.clustat")
def clustat(text: str) -> dict[str, Any]:
    """clustat: {"running": False when it could not reach the cluster's manager, "cluster", "at": ISO local time or
    None, "quorate", "members": [{"name", "id", "online", "local", "words": as printed}], "services": [{"name", "owner"
    (None where nobody runs it), "last_owner": the one in parentheses, "state"}], "notes"}."""
    found: dict[str, Any] = {"running": True, "cluster": None, "at": None, "quorate": None, "members": [],
                             "services": [], "notes": []}
    for line in lines_of(text):
        if not line.strip() or _HEADING.match(line) or _RULE.match(line):
            continue
        if match := _CLUSTER.match(line):
            found |= {"cluster": match["name"], "at": date(match["when"]) if match["when"] else None}
        elif match := _QUORUM.match(line):
            found["quorate"] = match["state"].startswith("Quorate")
        elif match := _SERVICE.match(line):
            last = re.fullmatch(r"\((.+)\)", match["owner"])
            found["services"].append({"name": match["name"], "owner": None if last else match["owner"],
                                      "last_owner": last[1] if last and last[1] != "none" else None,
                                      "state": match["state"]})
        elif match := _MEMBER.match(line):
            words = [word.strip() for word in match["words"].split(",")]
            found["members"].append({"name": match["name"], "id": int(match["id"]), "online": words[0] == "Online",
                                     "local": "Local" in words, "words": words})
        elif _DOWN.match(line):
            found |= {"running": False}
            found["notes"].append(line.strip())
        elif re.match(r"^Service states unavailable", line):
            found["notes"].append(line.strip())
        else:
            fail("no line of clustat", line)
    if found["running"] and (found["quorate"] is None or not found["members"]):
        fail("cut off: no member status or no member")
    return found
