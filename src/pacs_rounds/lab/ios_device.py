"""One simulated switch: its state, the commands its image knows, and what it was asked.

The state is lab/defaults/ios.yml with the device's entry of lab/hospital.yml and the scenario laid over it; what the
model brings along (ports, modules, image, chassis parts) is in lab/models/catalyst.yml and lies beneath that
(`ios_state`).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from pacs_rounds import paths, yamlfile
from pacs_rounds.lab import command_line
from pacs_rounds.lab.ios_grammar import Node, build
from pacs_rounds.lab.ios_state import complete, ports
from pacs_rounds.lab.ios_typed import Typed
from pacs_rounds.model import BadInput

Renderer = Callable[["IosDevice", str], str]
Clock = Callable[[], float]
MODELS = paths.LAB / "models" / "catalyst.yml"
MAX_NOTED = 10_000
UNKNOWN_COMMAND = "             ^\n% Invalid input detected at '^' marker.\n\n"
FLOOD = "%SYS-3-CPUHOG: Task is running for too long\n"

_RENDERERS: dict[str, dict[str, Renderer]] = {}
_LIVE: set[str] = set()
_PRIVILEGED: set[str] = set()

# What changes a switch: the parser knows the words, the account may not use them.
CHANGES = (
    "configure", "configure <rest>", "copy <rest>", "write", "write <rest>", "erase <rest>", "delete <rest>",
    "format <rest>", "reload", "reload <rest>", "clear <rest>", "debug <rest>", "undebug <rest>", "no <rest>",
    "test <rest>", "archive <rest>", "rename <rest>", "mkdir <rest>", "clock set <rest>", "vlan <rest>",
    "redundancy <rest>", "hw-module <rest>", "power <rest>", "set <rest>", "send <rest>", "setup",
)
PLAIN = (
    "enable", "disable", "exit", "logout", "quit", "terminal length <number>", "terminal width <number>",
    "terminal monitor", "terminal no monitor", "show privilege",
)
FAMILIES = ("c3750", "c6500", "c2960s")


def shows(*commands: str, families: tuple[str, ...] = FAMILIES, live: bool = False,
          privileged: bool = False) -> Callable[[Renderer], Renderer]:
    """Register what renders these commands. `live` texts depend on the clock and are not kept."""

    def register(function: Renderer) -> Renderer:
        for command in commands:
            for family in families:
                _RENDERERS.setdefault(family, {})[command] = function
            name = command.split(" <")[0]
            if live:
                _LIVE.add(name)
            if privileged:
                _PRIVILEGED.add(name)
        return function

    return register


def _import_renderers() -> None:
    from pacs_rounds.lab import (  # noqa: F401  (importing registers)
        ios_render_chassis,
        ios_render_config,
        ios_render_environment,
        ios_render_layer2,
        ios_render_neighbours,
        ios_render_ports,
        ios_render_system,
        ios_render_version,
    )


@functools.cache
def models() -> dict[str, Any]:
    """lab/models/catalyst.yml."""
    data: dict[str, Any] = yamlfile.load(MODELS)
    return data


@functools.cache
def _tree(family: str, level: int) -> Node:
    _import_renderers()
    known = [*_RENDERERS[family], *PLAIN]
    if level < 15:
        return build([command for command in known if command.split(" <")[0] not in _PRIVILEGED])
    return build([*known, *CHANGES])


class IosDevice:
    """A switch of the lab. `state` is complete; `received` and `changes` are what it was told, oldest first."""

    def __init__(self, name: str, address: str, entry: dict[str, Any], clock: Clock,
                 born: float | None = None) -> None:
        model = models()["models"].get(str(entry.get("model")))
        if model is None:
            raise BadInput("lab/hospital.yml", f"devices.{name}.model: {entry.get('model')!r} is not known",
                           "known: " + ", ".join(models()["models"]))
        self.name, self.address = name, address
        self.state: dict[str, Any] = complete(name, model, entry)
        self.hostname: str = self.state.get("hostname") or name
        self.family: str = self.state["family"]
        self.clock = clock
        self.started = clock()
        self.born = self.started if born is None else born
        self.interfaces: dict[str, dict[str, Any]] = ports(name, self.state)
        self.enable_secret: str = self.state["session"]["enable_secret"]
        self.login_level: int = self.state["session"]["login_level"]
        self.enable_refused: bool = self.state["session"]["enable_refused"]
        self.typed: Typed | None = Typed() if self.state["session"]["may_configure"] else None
        self.catos_typed: list[str] | None = [] if self.typed else None
        self.received: list[str] = []
        self.changes: list[str] = []
        self._kept: dict[tuple[str, str], str] = {}
        _import_renderers()

    def grammar(self, level: int) -> Node:
        """The commands of this image at a privilege level."""
        return _tree(self.family, level)

    def note(self, command: str) -> None:
        """Keep a received line; the oldest make room."""
        self.received.append(command)
        del self.received[:-MAX_NOTED]

    def note_change(self, command: str) -> None:
        """Keep a refused line."""
        self.changes.append(command)

    @property
    def now(self) -> float:
        """The device's own idea of the time, in epoch seconds."""
        return self.clock() + float(self.state["clock_offset_seconds"])

    @property
    def uptime(self) -> float:
        """Seconds since the last reload, counted on from the first start of the lab."""
        if self.state["reloaded"]:
            return self.clock() - self.started
        return float(self.state["uptime_days"]) * 86400 + self.clock() - self.born

    def output(self, command: str, argument: str) -> str:
        """What a command prints, every line ended by a line feed; empty for one that prints nothing."""
        if command in _LIVE or self.typed:
            return self._render(command, argument)
        key = (command, argument)
        if key not in self._kept:
            self._kept[key] = self._render(command, argument)
        return self._kept[key]

    def substitute(self, line: str) -> str | None:
        """What a fault or a recording prints for a command line exactly as it was sent, or None."""
        return command_line.substitute(self.state, line, UNKNOWN_COMMAND, FLOOD)

    def shortened(self, line: str, text: str) -> str:
        """The text up to where `faults.truncate` breaks it off."""
        return command_line.shortened(self.state, line, text)

    def _render(self, command: str, argument: str) -> str:
        known = _RENDERERS[self.family]
        for written in (command, *(f"{command} {kind}" for kind in ("<interface>", "<number>", "<word>", "<rest>"))):
            if written in known and bool(argument) == ("<" in written):
                return known[written](self, argument)
        return known[command](self, argument)
