"""C-ECHO of forty peers of which some listen and never answer: the dead ones may cost one time-out, not one each."""

from __future__ import annotations

import socket
from contextlib import ExitStack

from measure import CommandFailedError, alternate, median, spread, timed
from setting import LAB, Setting
from table import Row, Section

from pacs_rounds import yamlfile
from pacs_rounds.transports import dicom

PEERS = 40
MORE = 2.0


def _lab_peers(timeout: float) -> list[dicom.Peer]:
    """The lab's modalities, as the inventory describes them."""
    register = yamlfile.load(LAB / "group_vars" / "modalities" / "dicom.yml")["modality_register"]
    return [peer for name, row in register.items()
            for peer in dicom.peers_of(name, row["address"], row["aes"][:1], timeout)]


def _black_holes(stack: ExitStack, count: int, timeout: float) -> list[dicom.Peer]:
    """Peers that accept the TCP connection and never say a word."""
    found = []
    for number in range(count):
        listener = stack.enter_context(socket.socket())
        listener.bind((f"127.14.200.{number + 1}", 0))
        listener.listen(64)
        port = listener.getsockname()[1]
        found.append(dicom.Peer(f"hole-{number + 1}", f"127.14.200.{number + 1}", port, ("HOLE",), timeout))
    return found


def _echo(peers: list[dicom.Peer], holes: int) -> None:
    results = [echo.result for echo in dicom.echo_peers(peers)]
    if results.count("timed_out") != holes or results.count("accepted") != len(peers) - holes:
        raise CommandFailedError(f"not as planted: {sorted(set(results))}")


def measure(setting: Setting, section: Section) -> None:
    """Fill the section."""
    setting.need_lab()
    timeout = 3.0 if setting.quick else 10.0
    living = _lab_peers(timeout)[:PEERS]
    with ExitStack() as stack:
        healthy = alternate(setting.repeat, all=lambda: timed(lambda: _echo(living, 0)))["all"]
        section.rows.append(Row(f"{len(living)} healthy peers", "", f"{median(healthy).wall:.2f} s wall, "
                                f"{median(healthy).cpu / len(living) * 1000:.1f} ms CPU per peer"))
        for holes in (1, 4):
            # The dead ones stand last: where they come late, a time-out costs the most.
            peers = [*living[:PEERS - holes], *_black_holes(stack, holes, timeout)]
            costs = alternate(setting.repeat, all=lambda peers=peers, holes=holes: timed(
                lambda: _echo(peers, holes)))["all"]
            wall = median(costs).wall
            section.rows.append(Row(
                f"{PEERS} peers, {holes} of them black holes",
                f"≤ {timeout + MORE:g} s (longest time-out + {MORE:g} s)",
                f"{wall:.2f} s ({spread(costs)})", f"time-out + {wall - timeout:.2f} s", wall <= timeout + MORE))
    section.notes += [
        f"Time-out {timeout:g} s per peer, {dicom.DEFAULT_WORKERS} peers at a time. One of forty is the 2.5 % next to "
        "the 2 % of the target; four of forty is there to see that several dead ones wait side by side.",
    ]
