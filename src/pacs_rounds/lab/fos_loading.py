"""`configdownload` on a Fabric OS switch of the lab: its questions, and what the file changes. Pure.

Only for rehearsing a restore on a switch whose `session.may_configure` is true; the account of the rounds is refused.
Such a switch is as the factory delivers it. As the command's reference says: the switch must be disabled, the file is
added to what is set, and lines that begin with `boot` or `sec` (its identity, its addresses) are ignored.
"""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass
from typing import Any

State = dict[str, Any]

FACTORY: State = {
    "switch_name": "swd77", "domain": 1, "switch_state": "Online", "clock_servers": ["LOCL"],
    "timezone": {"name": "UTC", "hours": 0},
    "zoning": {"cfg": "", "aliases": {}, "zones": {}, "changed": {}, "transaction": False},
    "config_changed": {
        "syslog.address.1": "", "snmp.snmpv1Community.0": "Secret C0de", "snmp.snmpv1Community.3": "public",
        "snmp.agtParty.0.trapRcp": "", "radius.1.secret": "", "telnet.enabled": "1", "rte.externalPolicy": "1",
    },
}
CAUTION = """
                         *** CAUTION ***

  This command is used to download a backed-up configuration
  for a specific switch.  If using a file from a different
  switch, this file's configuration settings will override
  any current switch settings.

"""
NEWER = (("protocol", "Protocol (scp, ftp, sftp, local) [ftp]: "), ("host", "Server Name or IP Address [host]: "),
         ("user", "User Name [user]: "), ("path", "Path/Filename [<home dir>/config.txt]: "),
         ("section", "Section (all|chassis|FID# [all]): "))
OLDER = (("protocol", "Protocol (scp or ftp) [ftp]: "), ("host", "Server Name or IP Address [host]: "),
         ("user", "User Name [user]: "), ("path", "File Name [config.txt]: "))
_SURE, _PASSWORD = "Do you want to continue [y/n]: ", "Password: "
_SECTION = re.compile(r"\[(?P<name>[^\]]{1,80})\]")
_ZONING = re.compile(r"(?P<kind>cfg|zone|alias)\.(?P<name>[\w$^-]{1,64}):(?P<members>.{1,4000})")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Where the file lies, as the person at the prompt told it."""

    host: str
    user: str
    password: str
    path: str


class Dialogue:
    """The questions of one `configdownload`, in their order. `wanted` is there once all were answered."""

    def __init__(self, newer: bool) -> None:
        self._questions: list[tuple[str, str]] = [
            *(NEWER if newer else OLDER), ("sure", CAUTION + _SURE), ("password", _PASSWORD)]
        self._said: dict[str, str] = {}
        self.wanted: Wanted | None = None

    @property
    def question(self) -> str:
        """What the switch asks now."""
        return self._questions[0][1]

    @property
    def echoes(self) -> bool:
        """Whether what is typed is shown."""
        return self._questions[0][0] != "password"

    def answer(self, line: str) -> str | None:
        """What the switch says to an answer: its next question, its last word, or None: now it fetches the file."""
        key = self._questions.pop(0)[0]
        self._said[key] = line.strip()
        if key == "protocol" and self._said[key] != "scp":
            return "This switch of the lab copies by scp only\n"
        if key == "section" and self._said[key] not in {"", "all"}:
            return "This switch of the lab loads all sections only\n"
        if key == "sure" and self._said[key].lower() not in {"y", "yes"}:
            return "configDownload not done\n"
        if self._questions:
            return self.question
        said = self._said
        self.wanted = Wanted(said["host"], said["user"], said["password"], said["path"])
        return None


def emptied(state: State) -> State:
    """The state of the same switch without what anybody ever set on it."""
    return {**copy.deepcopy(state), **copy.deepcopy(FACTORY)}


def load(state: State, text: str) -> str:
    """Add a file to the state and give back what the switch says. A file with an error in it changes nothing."""
    lines = [line.strip() for line in text.replace("\r\n", "\n").split("\n") if line.strip()]
    if not lines or lines[0] != "[Configuration upload Information]":
        return "configDownload: the file is not a switch configuration file\n"
    if not re.fullmatch(r"\[End\]|\[Switch Configuration End : \d+\]", lines[-1]):
        return "configDownload: the file is not complete\n"
    found: dict[str, list[str]] = {}
    section = ""
    for line in lines:
        heading = _SECTION.fullmatch(line)
        section = heading["name"] if heading else section
        found.setdefault(section, [])
        if not heading:
            found[section].append(line)
    zoning = _zoning(found.get("Zoning", []))
    settings = dict(line.partition(":")[::2] for line in found.get("Configuration", []))
    if zoning is None or "" in settings or not settings:
        return "configDownload: the configuration data contains errors\n"
    _set(state, {key: value for key, value in settings.items() if not key.startswith(("boot.", "sec.", "switch.name"))})
    for key in ("aliases", "zones"):
        state["zoning"][key].update(zoning[key])
    state["zoning"]["cfg"] = zoning["cfg"] or state["zoning"]["cfg"]
    return "configDownload complete.\n"


def _zoning(lines: list[str]) -> State | None:
    """Zoning of the section's lines; None where one of them is none, or the enabled configuration is not defined."""
    found: State = {"cfg": "", "zones": {}, "aliases": {}}
    defined: dict[str, list[str]] = {}
    for line in lines:
        match = _ZONING.fullmatch(line)
        if match and match["kind"] == "cfg":
            defined[match["name"]] = match["members"].split(";")
        elif match and match["kind"] == "zone":
            found["zones"][match["name"]] = match["members"].split(";")
        elif match:
            found["aliases"][match["name"]] = match["members"]
        elif line.startswith("enable:"):
            found["cfg"] = line.removeprefix("enable:")
        else:
            return None
    return found if defined.get(found["cfg"], []) == (list(found["zones"]) if found["cfg"] else []) else None


def _set(state: State, settings: dict[str, str]) -> None:
    """Each setting to the part of the switch that it belongs to; what only configshow tells is kept as it is."""
    for key, value in settings.items():
        if key == "switch.domain":
            state["domain"] = int(value)
        elif key == "ts.clockServer":
            state["clock_servers"] = value.split(";")
        elif key == "ts.tzh":
            state["timezone"] = {**state["timezone"], "hours": int(value)}
        else:
            state["config_changed"][key] = value
