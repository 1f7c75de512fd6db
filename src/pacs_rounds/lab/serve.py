"""The lab's one process: every device of the hospital on its own loopback address."""

from __future__ import annotations

import argparse
import asyncio
import errno
import json
import logging
import os
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Any

from pacs_rounds import paths, yamlfile
from pacs_rounds.lab import hospital, keys
from pacs_rounds.lab.kinds import NOT_SERVED, Closable, Device, Lab, starter
from pacs_rounds.model import BadInput

LOG = logging.getLogger(__name__)
KNOWN_HOSTS = paths.INVENTORIES / "lab" / "known_hosts.txt"


def _born(state: Path) -> float:
    """When the lab was first started; kept, and made anew when it cannot be read."""
    path = state / "born"
    try:
        return float(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        now = time.time()
        path.write_text(f"{now}\n", encoding="ascii")
        return now


async def _start(device: Device, lab: Lab) -> list[Closable]:
    try:
        return [await starter(kind)(device, lab) for kind in device.kinds if kind not in NOT_SERVED]
    except OSError as error:
        if error.errno not in {errno.EADDRINUSE, errno.EACCES, errno.EADDRNOTAVAIL}:
            raise
        raise BadInput(f"lab: {device.name} ({device.address})", f"cannot listen: {error.strerror or error}",
                       "look with `ss -lntp` who listens there; another checkout's lab? end it first") from None
    except (KeyError, TypeError, AttributeError) as error:
        LOG.exception("%s", device.name)
        raise BadInput(f"lab: {device.name}", f"its state cannot be served: {type(error).__name__}: {error}",
                       "look at its entry, the scenario and lab/defaults/; the lab's log has the details") from None


async def start_all(lab: Lab) -> list[Closable]:
    """Start every device; the first that cannot be started is a BadInput and nothing keeps running."""
    running: list[Closable] = []
    try:
        for device in lab.devices.values():
            running += await _start(device, lab)
    except BadInput:
        for one in running:
            one.close()
        raise
    return running


def not_served(devices: dict[str, Device]) -> list[str]:
    """Devices that stand in the hospital's description and have no simulation."""
    return [device.name for device in devices.values() if set(device.kinds) <= NOT_SERVED]


def _write_known_hosts(lab: Lab) -> None:
    text = keys.known_hosts(lab.devices, lab.state)
    (lab.state / "known_hosts.txt").write_text(text, encoding="ascii")
    if not os.environ.get(hospital.NETWORK):
        KNOWN_HOSTS.parent.mkdir(parents=True, exist_ok=True)
        KNOWN_HOSTS.write_text(text, encoding="ascii")


async def run(state: Path, scenario: Path | None, tell: Any) -> None:
    """Serve until SIGTERM or SIGINT. `tell(dict)` is called once everything listens."""
    lab = Lab(state, time.time(), _born(state), hospital.load(scenario))
    keys.client_public(state)
    stop = asyncio.Event()
    for word in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(word, stop.set)
    running = await start_all(lab)
    _write_known_hosts(lab)
    tell({"devices": len(lab.devices) - len(not_served(lab.devices)), "not_served": not_served(lab.devices),
          "seconds": round(time.time() - lab.started, 2)})
    await stop.wait()
    for one in running:
        one.close()
    shutil.rmtree(lab.overlays, ignore_errors=True)


def main(argv: list[str]) -> int:
    """`serve --state DIR [--scenario FILE] [--tell FD]`: FD gets one JSON line, what is ready or why it is not."""
    parser = argparse.ArgumentParser(prog="python -m pacs_rounds.lab")
    parser.add_argument("verb", choices=["serve"])
    parser.add_argument("--state", type=Path, default=paths.STATE / "lab")
    parser.add_argument("--scenario", type=Path)
    parser.add_argument("--tell", type=int, default=1)
    arguments = parser.parse_args(argv)
    arguments.state.mkdir(parents=True, exist_ok=True, mode=0o700)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("asyncssh").setLevel(logging.ERROR)

    def tell(said: dict[str, Any]) -> None:
        os.write(arguments.tell, (json.dumps(said) + "\n").encode())
        if arguments.tell > 2:
            os.close(arguments.tell)

    try:
        asyncio.run(run(arguments.state.resolve(), arguments.scenario, tell))
    except BadInput as error:
        tell({"error": [error.where, error.problem, error.remedy]})
        return 2
    except Exception as error:
        LOG.exception("the lab ended")
        remedy = f"look at {yamlfile.show(arguments.state)}/lab.log"
        tell({"error": ["lab", f"{type(error).__name__}: {error}", remedy]})
        return 1
    return 0
