"""The settings of a simulated IMM as rows of its MIB (IMM-MIB 1.45: configureSP, generalSystemSettings, systemPower).

The objects are the MIB's; which of them a real IMM1 lacks is not known, and what stands here for it is a guess: the
power restore policy. All secrets are throw-away.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pacs_rounds.lab.snmp import Row

IMM = "1.3.6.1.4.1.2.3.51.3"
USERS_PASSWORD = "*" * 8
"""What the password column holds: nobody may walk it, and who does must not find anything worth having."""


def rows(state: dict[str, Any], name: str, address: str) -> Iterator[Row]:
    """Every object that somebody can set and the rounds keep a copy of, and the two columns that they never ask for."""
    told = state["settings"]
    for index, one in told["recipients"].items():
        base = f"{IMM}.3.1.3.1.1"
        yield from ((f"{base}.1.{index}", "integer", int(index)), (f"{base}.2.{index}", "integer", one["status"]),
                    (f"{base}.3.{index}", "string", one["name"]), (f"{base}.4.{index}", "string", one["email"]))
    yield from _users(told)
    base = f"{IMM}.3.4.1.1"
    yield from ((f"{base}.1.0", "string", "eth0"), (f"{base}.9.0", "integer", told["dhcp"]),
                (f"{base}.10.0", "ip_address", told["gateway"]), (f"{base}.12.0", "integer", 1500),
                (f"{base}.13.0", "ip_address", told["mask"]), (f"{base}.4.0", "ip_address", address),
                (f"{base}.11.0", "string", bytes.fromhex(told["mac"].replace(":", ""))))
    yield f"{IMM}.3.4.1.11.0", "string", told["host_name"] or name
    yield f"{IMM}.3.4.1.13.0", "string", ""
    yield from _services(told)
    yield f"{IMM}.4.1.1.0", "integer", told["os_hang"]
    yield f"{IMM}.4.1.2.0", "integer", 0
    yield f"{IMM}.4.2.0", "integer", told["pxe_next_boot"]
    yield f"{IMM}.5.2.1.0", "integer", told["off_delay_seconds"]
    if state["generation"] > 1:
        yield f"{IMM}.5.7.1.0", "integer", told["power_restore"]
        yield f"{IMM}.5.7.2.0", "integer", 0


def _users(told: dict[str, Any]) -> Iterator[Row]:
    for index, login in told["users"].items():
        base, ual = f"{IMM}.3.1.4.1.1", f"{IMM}.3.1.4.2.1"
        boss = int(index in told["supervisors"])
        yield from ((f"{base}.1.{index}", "integer", int(index)), (f"{base}.2.{index}", "string", login),
                    (f"{base}.3.{index}", "string", USERS_PASSWORD), (f"{base}.4.{index}", "integer", 365),
                    (f"{ual}.1.{index}", "integer", int(index)), (f"{ual}.2.{index}", "string", login),
                    (f"{ual}.3.{index}", "integer", boss), (f"{ual}.4.{index}", "integer", 1 - boss))


def _services(told: dict[str, Any]) -> Iterator[Row]:
    snmp = f"{IMM}.3.4.2.1"
    yield from ((f"{snmp}.4.0", "integer", 0), (f"{snmp}.6.0", "integer", 1), (f"{snmp}.7.0", "integer", 1))
    for index, one in told["communities"].items():
        base = f"{snmp}.5.1.1"
        yield from ((f"{base}.1.{index}", "integer", int(index)), (f"{base}.2.{index}", "string", one["name"]),
                    (f"{base}.3.{index}", "string", one["address"]), (f"{base}.6.{index}", "integer", one["view"]))
    yield f"{snmp}.8.1.1.4.2", "string", "lab-imm-pr1vkey"
    yield from ((f"{IMM}.3.4.2.2.1.0", "integer", 0), (f"{IMM}.3.4.2.8.1.0", "integer", 1),
                (f"{IMM}.3.4.2.8.2.0", "string", told["ntp"]), (f"{IMM}.3.4.2.8.3.0", "integer", 1440),
                (f"{IMM}.3.4.2.10.1.0", "integer", 1))
