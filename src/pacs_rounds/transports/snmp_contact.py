"""The first words with an SNMP agent: which version it answers in, and why in none."""

from __future__ import annotations

import asyncio
from typing import Any

from pacs_rounds.model import Reason
from pacs_rounds.transports.endpoint import Endpoint
from pacs_rounds.transports.snmp_community import Community
from pacs_rounds.transports.snmp_format import Oid
from pacs_rounds.transports.snmp_probe import until_closed
from pacs_rounds.transports.snmp_session import (
    NOT_ALLOWED,
    OddError,
    RefusedError,
    Session,
    SilentError,
    StatusError,
    UnreachableError,
)
from pacs_rounds.transports.snmp_usm import Credentials, Engines, Usm

DEFAULT_PORT = 161
DEFAULT_VERSIONS = ("3", "1")
"""Never 2c by itself: the controllers this was written for have no such version."""
UPTIME: Oid = (1, 3, 6, 1, 2, 1, 1, 3, 0)


def address_of(endpoint: Endpoint) -> str:
    """The agent's own address, or the device's."""
    return str(endpoint.ways.get("snmp", {}).get("address") or endpoint.address)


def versions_of(way: dict[str, Any]) -> list[str]:
    """The versions to try in order: those the inventory lists and has credentials for."""
    listed = [str(one) for one in way.get("versions") or DEFAULT_VERSIONS]
    return [one for one in listed if way.get("user" if one == "3" else "community")]


class NoSessionError(Exception):
    """No version of the agent lets us ask: `reason` and `detail` for every command."""

    def __init__(self, reason: Reason, detail: str) -> None:
        self.reason, self.detail = reason, detail
        super().__init__(detail)


async def contact(engines: Engines, endpoint: Endpoint) -> tuple[Session, str]:
    """A session in the first version that answers, and why in none before. All may take `connect_seconds` together."""
    way = endpoint.ways["snmp"]
    versions = versions_of(way)
    address, port = address_of(endpoint), int(way.get("port") or DEFAULT_PORT)
    each = endpoint.connect_seconds / len(versions)
    refused, silent = list[str](), list[str]()
    for version in versions:
        session = _session(engines, version, way, endpoint.host)
        try:
            greeting = _greeting(session, address, port, each)
            # Version 1 has a socket of its own, which hears by itself that a port is closed.
            await (until_closed(greeting, address, port) if version == "3" else greeting)
        except UnreachableError as error:
            session.close()
            raise NoSessionError(Reason.UNREACHABLE, f"{error} (UDP port {port})") from None
        except RefusedError as error:
            refused.append(f"version {version}: {error}")
        except (SilentError, TimeoutError):
            silent.append(version)
        except BaseException:
            session.close()
            raise
        else:
            before = [*refused, *(f"version {one}: no answer" for one in silent)]
            return session, f"answered in version {version} only; {'; '.join(before)}" if before else ""
        session.close()
    unanswered = f"no answer in version {' and '.join(silent)} within {each:g} s" if silent else ""
    if refused:
        raise NoSessionError(Reason.REFUSED, "; ".join(filter(None, [*refused, unanswered])))
    why = ": nothing is there, or it does not know our community" if {"1", "2c"} & set(silent) else ""
    raise NoSessionError(Reason.TIMED_OUT, unanswered + why)


def _session(engines: Engines, version: str, way: dict[str, Any], host: str) -> Community | Usm:
    if version != "3":
        return Community(version, str(way["community"]))
    auth, priv = str(way.get("auth_protocol", "none")), str(way.get("priv_protocol", "none"))
    return Usm(engines, Credentials(
        str(way["user"]), auth, str(way.get("auth_key", "")) if auth != "none" else "", priv,
        str(way.get("priv_key", "")) if priv != "none" else ""), host)


async def _greeting(session: Community | Usm, address: str, port: int, seconds: float) -> None:
    """Whether the agent talks to us at all. Any status is an answer, but for those that say: you may not."""
    async with asyncio.timeout(seconds):
        await session.open(address, port)
        try:
            await session.get([UPTIME])
        except OddError:
            return
        except StatusError as error:
            if str(error) in NOT_ALLOWED:
                raise RefusedError(f"the user may not read ({error})") from None
