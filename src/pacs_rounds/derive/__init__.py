"""Derivations: parsed data of one or several commands plus the context in, rows to judge out. Pure.

A check that needs more than "each parsed row, one field" names a derivation: `derive: linux.days_to_full` is the
function `days_to_full` registered in `derive/linux/`. It receives the parsed data by parser name, or by what `as`
says in the catalogue (None for an optional command that gave nothing to parse), and the Context, and returns rows or
raises NotApplicable.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from typing import Any

from pacs_rounds.model import Context, Row

Data = Mapping[str, Any]
Derivation = Callable[[Data, Context], list[Row]]
Identity = Callable[[Data, Context], dict[str, Any]]
_REGISTRY: dict[str, Derivation] = {}
_IDENTITY: dict[str, Identity] = {}
_LOADED: set[str] = set()


def derivation(name: str) -> Callable[[Derivation], Derivation]:
    """Register a derivation under `<domain>.<what>`."""

    def register(function: Derivation) -> Derivation:
        _REGISTRY[name] = function
        return function

    return register


def identity(platform: str) -> Callable[[Identity], Identity]:
    """Register how a platform says who it is.

    The function returns any of these, each a text or None: "serial", "model", "firmware" (what its maker put on it:
    IOS, Fabric OS, OE, BIOS, IMM), "os" (the operating system of a server), "written_serial_is" (what the contract's
    serial is on this device, where the device prints it: "serial number", "CLEI code", "part …"); and "clock" (epoch
    seconds or None) with "clock_offset_seconds". What it leaves out the device did not tell.
    """

    def register(function: Identity) -> Identity:
        _IDENTITY[platform] = function
        return function

    return register


def load(domain: str) -> None:
    """Import one domain's modules, on first use."""
    if domain in _LOADED:
        return
    _LOADED.add(domain)
    if domain not in {info.name for info in pkgutil.iter_modules(__path__)}:
        return
    package = importlib.import_module(f"{__name__}.{domain}")
    for info in pkgutil.iter_modules(getattr(package, "__path__", [])):
        importlib.import_module(f"{package.__name__}.{info.name}")


def get(name: str) -> Derivation:
    """The derivation of that name; KeyError when there is none."""
    load(name.partition(".")[0])
    return _REGISTRY[name]


def identity_of(platform: str) -> Identity | None:
    """The platform's identity function, or None."""
    load(platform)
    return _IDENTITY.get(platform)


def names() -> list[str]:
    """All derivation names, sorted."""
    for info in pkgutil.iter_modules(__path__):
        load(info.name)
    return sorted(_REGISTRY)


def against_baseline(rows: list[Row], expected: list[str], item: str = "item", word: str = "state") -> list[Row]:
    """Add a row with the word `absent` for each expected name that no row carries, and keep the order stable.

    Rows whose name is not expected keep their own word; use `unexpected_rows` where an extra one is a finding.
    """
    seen = {str(row[item]) for row in rows}
    missing = [{item: name, word: "absent", "detail": "listed in the baseline, not on the device"} for name in expected
               if name not in seen]
    return [*rows, *missing]
