"""One device by several ways at once: each command over its own transport, one deadline, one list of answers."""

from __future__ import annotations

import importlib
import threading
import time
from collections.abc import Sequence

from pacs_rounds.catalogue import Collect
from pacs_rounds.fan_out import Ask, given_up
from pacs_rounds.model import Answer, Reason
from pacs_rounds.transports.endpoint import Endpoint

MODULES = ("network_cli", "ssh", "snmp", "naviseccli", "ipmi", "human", "oracledb")
"""Transports of one endpoint: modules here, each with `ask(endpoint, commands)` and, where it does not use the
device's own address, `gap(endpoint)`: what the inventory still lacks, in words; empty when nothing."""


def asker(default: str, commands: Sequence[Collect]) -> Ask:
    """The function that asks one device. Modules are imported here, before any thread: only those needed, since each
    costs up to a third of a second. An unknown transport's name raises ModuleNotFoundError."""
    names = dict.fromkeys(one.transport or default for one in commands)
    modules = {name: importlib.import_module(f"pacs_rounds.transports.{name}") for name in names}

    def one_way(name: str, endpoint: Endpoint, mine: list[Collect]) -> list[Answer]:
        module, now = modules[name], time.time()
        gap = module.gap(endpoint) if hasattr(module, "gap") else endpoint.gap
        if endpoint.fault or gap:
            detail = endpoint.fault or gap
            return [Answer(one.command, "", None, now, now, Reason.UNREACHABLE, detail) for one in mine]
        try:
            answers: list[Answer] = module.ask(endpoint, mine)
            return answers
        except Exception as error:  # noqa: BLE001, RUF100  (a fault of ours on one way must not cost the others)
            detail = f"{type(error).__name__}: {error}"[:200]
            return [Answer(one.command, "", None, now, time.time(), Reason.FAULT_IN_CHECK, detail) for one in mine]

    def ask(endpoint: Endpoint, commands: Sequence[Collect]) -> list[Answer]:
        by_way: dict[str, list[Collect]] = {}
        for one in commands:
            by_way.setdefault(one.transport or default, []).append(one)
        if len(by_way) == 1:
            (name, mine), = by_way.items()
            return one_way(name, endpoint, mine)
        parts: dict[str, list[Answer]] = {}

        def bring(name: str, mine: list[Collect]) -> None:
            parts[name] = one_way(name, endpoint, mine)

        # Daemons: a way that hangs past the device's deadline must not keep the process from ending.
        threads = [threading.Thread(target=bring, args=(name, mine), daemon=True) for name, mine in by_way.items()]
        for thread in threads:
            thread.start()
        until = time.monotonic() + endpoint.deadline_seconds
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))
        return [answer for name, mine in by_way.items()
                for answer in parts.get(name) or given_up(endpoint, mine)]

    return ask
