"""One device's own lines of a known_hosts file.

paramiko compares every line it reads with every line before: with a site's whole file that is cubic in its devices
(600 devices: minutes of CPU). Each connection is given the few lines that can speak of its device.
"""

from __future__ import annotations

import contextlib
import functools
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pacs_rounds.transports.endpoint import Endpoint

_PLAIN = re.compile(r"[\w.:\[\],-]+")


@functools.lru_cache(maxsize=4)
def _index(path: Path, changed: int) -> tuple[dict[str, list[str]], list[str]]:
    """Lines by host name, and lines that may speak of any host: hashed names, wildcards, @markers."""
    named: dict[str, list[str]] = {}
    others: list[str] = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        names = line.split(maxsplit=1)[0] if line.strip() else "#"
        if names.startswith("#"):
            continue
        if not _PLAIN.fullmatch(names):
            others.append(line)
            continue
        for name in names.split(","):
            named.setdefault(name, []).append(line)
    return named, others


def own_lines(path: Path, address: str, port: int) -> str:
    """What the file says that may concern this device. OSError when the file cannot be read."""
    named, others = _index(path, path.stat().st_mtime_ns)
    lines = [*named.get(address, []), *named.get(f"[{address}]:{port}", []), *others]
    return "".join(f"{line}\n" for line in lines)


@contextlib.contextmanager
def own_file(endpoint: Endpoint) -> Iterator[str]:
    """The name of a file with the device's own lines, kept while it connects; a missing one stays missing."""
    path = Path(endpoint.known_hosts)
    if not endpoint.known_hosts or not path.is_file():
        yield endpoint.known_hosts
        return
    with tempfile.NamedTemporaryFile("w", prefix="rounds-known-hosts-", encoding="utf-8") as file:
        file.write(own_lines(path, endpoint.address, endpoint.port))
        file.flush()
        yield file.name
