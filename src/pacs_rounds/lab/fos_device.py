"""One simulated Fabric OS switch: its state, its release, the commands that release knows, and what it was asked.

The state is lab/defaults/fos.yml with the device's entry of lab/hospital.yml and the scenario laid over it. The
release decides the layout of every answer: 5.x, 6.x and 7.x differ.
"""

from __future__ import annotations

import copy
import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from pacs_rounds.lab import command_line, fos_loading
from pacs_rounds.model import BadInput

Renderer = Callable[["FosDevice", str], str]
Clock = Callable[[], float]
State = dict[str, Any]
MAX_NOTED = 10_000
FLOOD = "2026/01/01-00:00:00, [TRCK-1002], 1,, INFO, san-1, a message without end\n"

PORT: State = {
    "media": "--", "speed": "N4", "state": "No_Module", "type": "", "wwn": "", "node": "", "symbol": "", "remark": "",
    "logged_in": True, "vendor": "FINISAR CORP.", "part": "FTLF8524P2BNV", "sfp_serial": "", "rx_dbm": -3.3,
    "tx_dbm": -3.1, "celsius": 41, "enc_in": 0, "crc_err": 0, "crc_g_eof": 0, "too_shrt": 0, "too_long": 0,
    "bad_eof": 0, "enc_out": 0, "disc_c3": 0, "link_fail": 0, "loss_sync": 0, "loss_sig": 0, "frjt": 0, "fbsy": 0,
    "c3timeout_tx": 0, "c3timeout_rx": 0, "pcs_err": 0, "frames_per_second": 0,
}
"""A port nobody has described: no module, no light, nothing counted."""

CHANGES = re.compile(
    r"(?:cfg(?:save|enable|disable|create|delete|add|remove|clear|transabort)|zone(?:create|delete|add|remove)|"
    r"ali(?:create|delete|add|remove)|port(?:enable|disable|reset|statsclear|cfg\w+|name)|stat(?:s)?clear|slotstatsclear|"
    r"switch(?:enable|disable|name|cfg\w*)|configure|config(?:upload|download|default)|firmware(?:download|commit|restore)|"
    r"reboot|fastboot|hareboot|hafailover|errclear|passwd|userconfig|license(?:add|remove)|snmpconfig|ipaddrset|tstimezone|"
    r"agtcfg\w+|passwdcfg|aaaconfig|ag|bladedisable|diag\w*|date .+|tsclockserver .+|supportsave)\b.*", re.IGNORECASE)
"""What changes a switch: an account that may only look is refused."""

LOADING = re.compile(
    r"(?P<what>switchdisable|switchenable|switchname|configdownload)(?: (?P<name>[A-Za-z][\w-]{0,29}))?")
"""What a switch takes on which a restore is rehearsed; its command line asks the questions of configdownload."""

_RENDERERS: dict[str, tuple[tuple[int, int], Renderer]] = {}


def answers(command: str, since: tuple[int, int] = (5, 0)) -> Callable[[Renderer], Renderer]:
    """Register what renders a command, from a release on."""

    def register(function: Renderer) -> Renderer:
        _RENDERERS[command] = since, function
        return function

    return register


def import_renderers() -> None:
    """Importing registers."""
    from pacs_rounds.lab import (  # noqa: F401
        fos_render_config,
        fos_render_fabric,
        fos_render_hardware,
        fos_render_ports,
        fos_render_system,
    )


def draw(*words: str, low: int, high: int) -> int:
    """A number that looks measured and is the same in every run."""
    digest = hashlib.sha256("/".join(words).encode()).digest()
    return low + int.from_bytes(digest[:6], "big") % (high - low + 1)


class FosDevice:
    """A switch of the lab. `state` is complete; `received` and `changes` are what it was told, oldest first."""

    def __init__(self, name: str, address: str, state: State, clock: Clock, born: float | None = None) -> None:
        import_renderers()
        self.may_configure = bool(state["session"]["may_configure"])
        self.state: State = fos_loading.emptied(state) if self.may_configure else copy.deepcopy(state)
        self.name, self.address, self.clock = name, address, clock
        self.switch_name: str = self.state["switch_name"] or name
        match = re.fullmatch(r"v([5-7])\.(\d)\.\d\w*", str(state["release"]))
        if match is None:
            raise BadInput("lab/hospital.yml", f"devices.{name}.release: {state['release']!r} has no layouts here",
                           "write a release of 5.x, 6.x or 7.x, such as v6.2.2g")
        self.release = int(match[1]), int(match[2])
        self.started = clock()
        self.born = self.started if born is None else born
        self.ports = _ports(name, self.state)
        self.received: list[str] = []
        self.changes: list[str] = []

    def note(self, line: str) -> None:
        """Keep a received line; the oldest make room."""
        self.received.append(line)
        del self.received[:-MAX_NOTED]

    @property
    def now(self) -> float:
        """The switch's own idea of the time, in epoch seconds."""
        return self.clock() + float(self.state["clock_offset_seconds"])

    def local(self, seconds_ago: float = 0.0) -> datetime:
        """The switch's wall clock, some seconds ago."""
        return datetime.fromtimestamp(self.now - seconds_ago, UTC) + timedelta(hours=self.state["timezone"]["hours"])

    @property
    def uptime(self) -> float:
        """Seconds since the last restart, counted on from the first start of the lab."""
        if self.state["restarted"]:
            return self.clock() - self.started
        return float(self.state["uptime_days"]) * 86400 + self.clock() - self.born

    @property
    def monitors(self) -> dict[str, str]:
        """What the switch's own status policy makes of its parts; `status` in the state outvotes it."""
        def by_count(bad: int) -> str:
            return "HEALTHY" if not bad else "MARGINAL" if bad == 1 else "DOWN"

        def bad(parts: str) -> int:
            return sum(str(part["state"]).lower() != "ok" for part in self.state[parts].values())

        judged = {"Power supplies": "DOWN" if bad("power_supplies") else "HEALTHY",
                  "Temperatures": by_count(bad("temperatures")), "Fans": by_count(bad("fans")), "Flash": "HEALTHY",
                  "Marginal ports": "HEALTHY",
                  "Faulty ports": by_count(sum(port["state"] == "Port_Flt" for port in self.ports.values())),
                  "Missing SFPs": "HEALTHY", "Error ports": "HEALTHY"}
        for monitor, word in self.state["status"].items():
            if monitor not in judged:
                raise BadInput(f"{self.name}.status", f"{monitor}: the switch has no such monitor",
                               "known: " + ", ".join(judged))
            judged[monitor] = word
        return judged

    @property
    def status(self) -> str:
        """The gravest of the monitors' words."""
        words = set(self.monitors.values())
        return next((word for word in ("DOWN", "MARGINAL") if word in words), "HEALTHY")

    def output(self, line: str) -> str:
        """What a command line prints, every line ended by a line feed."""
        text = command_line.substitute(self.state, line, self.unknown(line), FLOOD)
        if text is None:
            text = self._render(line)
        return command_line.shortened(self.state, line, text)

    @staticmethod
    def unknown(line: str) -> str:
        """The restricted shell about a command the release does not have."""
        return f"rbash: {line.split()[0]}: command not found\n"

    def _render(self, line: str) -> str:
        command, _, argument = line.partition(" ")
        loading = LOADING.fullmatch(line) if self.may_configure else None
        if loading:
            return self._configured(loading["what"], loading["name"] or "")
        if CHANGES.fullmatch(line):
            self.changes.append(line)
            return "RBAC permission denied.\n"
        since, renderer = _RENDERERS.get(command.lower(), ((99, 0), None))
        if renderer is None or self.release < since:
            return self.unknown(line)
        return renderer(self, argument.strip())

    def _configured(self, what: str, name: str) -> str:
        """A command that changes a switch on which a restore is rehearsed."""
        if what == "switchname" and name:
            self.switch_name = name
        elif what in {"switchdisable", "switchenable"}:
            self.state["switch_state"] = "Offline" if what == "switchdisable" else "Online"
        elif what == "configdownload" and self.state["switch_state"] == "Online":
            return "configDownload: the switch must be disabled (switchdisable)\n"
        return ""


def _ports(name: str, state: State) -> dict[int, State]:
    """All ports with every field. `cabling` says what is plugged in where and is taken to be online; `ports` is what a
    scenario changes about one. Ports beyond the licensed ones have neither module nor licence."""
    total, licensed = int(state["hardware"]["ports"]), int(state["hardware"]["licensed_ports"])
    found: dict[int, State] = {}
    for number in range(total):
        found[number] = dict(PORT)
        if number >= licensed:
            found[number]["remark"] = "(No POD License) Disabled"
    for layer, plugged in (("cabling", {"media": "id", "state": "Online", "type": "F-Port", "frames_per_second": 900}),
                           ("ports", {})):
        for key, told in state[layer].items():
            number = int(key) if str(key).isdigit() else -1
            unknown = [field for field in told if field not in PORT]
            if number not in found or unknown:
                raise BadInput(f"{name}.{layer}.{key}", f"no such port, or no such field: {', '.join(unknown)}",
                               f"ports 0 to {total - 1}; fields: {', '.join(PORT)}")
            found[number].update({**plugged, **told})
    for number, port in found.items():
        if port["media"] == "id" and not port["sfp_serial"]:
            port["sfp_serial"] = f"PQ{draw(name, 'sfp', str(number), low=100000, high=999999)}"
    return found
