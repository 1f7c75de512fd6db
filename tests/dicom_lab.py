"""The lab's DICOM providers inside a test: on addresses of their own, in a thread, without the rest of the hospital."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import os
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

from pacs_rounds.lab import dicom as provider
from pacs_rounds.lab.kinds import Device, Lab
from pacs_rounds.transports.dicom import Peer

NETWORK = f"127.{20 + os.getpid() % 80}"
SECOND_NETWORK = f"127.{120 + os.getpid() % 80}"
"""Two octets each that nobody else on this machine is likely to use: tests and labs may run side by side."""

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def moved(device: Device, network: str = NETWORK) -> Device:
    """The device on the test's own network."""
    return dataclasses.replace(device, address=".".join([network, *device.address.split(".")[2:]]))


@contextlib.contextmanager
def loop_in_thread(starter: Callable[[], Awaitable[list[Any]]]) -> Iterator[None]:
    """Run what `starter` starts until the block ends, then close it all."""
    loop = asyncio.new_event_loop()
    ready = threading.Event()
    failure: list[BaseException] = []
    things: list[Any] = []

    def run() -> None:
        asyncio.set_event_loop(loop)
        try:
            things.extend(loop.run_until_complete(starter()))
        except BaseException as error:  # noqa: BLE001, RUF100  (told to the test)
            failure.append(error)
        ready.set()
        if not failure:
            loop.run_forever()
        for thing in things:
            thing.close()
        loop.run_until_complete(asyncio.sleep(0.05))
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(20)
    if failure:
        raise failure[0]
    try:
        yield
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


def serving(devices: list[Device], state: Path) -> contextlib.AbstractContextManager[None]:
    """The devices' DICOM side, listening."""
    async def start() -> list[Any]:
        return [await provider.start(device, Lab(state, 0.0)) for device in devices]

    return loop_in_thread(start)


def scripted(address: str | list[str], port: int, talk: Talk) -> contextlib.AbstractContextManager[None]:
    """A peer that does what the test says, byte by byte."""
    async def start() -> list[Any]:
        return [await asyncio.start_server(talk, address, port)]

    return loop_in_thread(start)


def peer_of(device: Device, titles: list[str] | None = None) -> Peer:
    """How the inventory would name this device."""
    dicom = device.state["dicom"]
    return Peer(device.name, device.address, dicom["port"], tuple(titles or dicom["ae_titles"]))
