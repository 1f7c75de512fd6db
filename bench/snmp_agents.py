"""SNMP agents for `make bench`: the lab's own, many in one process. snmp_agents.py NETWORK COUNT ROWS; says `ready`.

NETWORK.1 … NETWORK.COUNT answer on port 1161 in version 3 (SHA, AES) and 1; NETWORK.254 takes questions and is mute.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from typing import Any

from pacs_rounds.lab import snmp
from pacs_rounds.lab.kinds import Device, Lab

ROOT = "1.3.6.1.4.1.2.3.51.3.1"
WAY: dict[str, Any] = {
    "port": 1161, "user": "rounds", "auth_protocol": "SHA", "auth_key": "bench-auth-key", "priv_protocol": "AES",
    "priv_key": "bench-priv-key", "community": "bench-community"}
DEAD = 254


def rows(count: int) -> list[snmp.Row]:
    """A table as a management controller has them: names, readings, limits, states."""
    made: list[snmp.Row] = list(snmp.system_group("An agent of the benchmark", "1.3.6.1.4.1.2.6.158", 3600.0))
    for number in range(count):
        column, index = divmod(number, 50)
        text = column % 2 == 0
        made.append((f"{ROOT}.{column + 1}.{index + 1}", "string" if text else "integer",
                     f"reading {index} of column {column}" if text else number))
    return made


def _device(name: str, address: str, silent: bool) -> Device:
    faults = {"refuse_connection": False, "black_hole": False, "silent": False, "delay_seconds": 0.0}
    settings = {**WAY, "versions": ["1", "3"], "max_message_bytes": 1472, "no_listener": False, "silent": silent,
                "delay_seconds": 0.0, "hang_below": [], "values": {}, "loop_at": "", "error_below": [],
                "not_in_time_window": False, "garbage": False}
    return Device(name, ("snmp",), address, {"snmp": settings, "faults": faults})


async def _serve(network: str, count: int, table: list[snmp.Row]) -> None:
    lab = Lab(Path("/nonexistent"), time.time(), time.time() - 1000)
    for number in [*range(1, count + 1), DEAD]:
        await snmp.listen(_device(f"agent-{number}", f"{network}.{number}", number == DEAD), lab, lambda: table)
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1], int(sys.argv[2]), rows(int(sys.argv[3]))))
