"""What is watched from the first case to the last: DICOM echoes, each node's own word, the service's starts."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from patch_pair import probe
from patch_pair.cluster import NODES, VIP, WATCHED
from patch_pair.packages import PORT


def downs(lines: list[str], begin: float, end: float) -> list[tuple[float, float]]:
    """When a node could not carry the service between two moments: from its first word that it cannot to the next
    that it can. Samples: `1795352115.31 up`, `1795352116.33 down`, `1795352117.02 killed`; no word changes nothing."""
    out: list[tuple[float, float]] = []
    since: float | None = None
    for line in lines:
        when, word = float(line.split()[0]), line.split()[1]
        if word != "up" and since is None:
            since = when
        elif word == "up" and since is not None:
            out.append((since, when))
            since = None
    out += [(since, end)] if since is not None else []
    return [(max(one, begin), min(two, end)) for one, two in out if one < end and two > begin]


def overlap(one: list[tuple[float, float]], two: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """When both were down."""
    pairs = [(max(a, c), min(b, d)) for a, b in one for c, d in two]
    return [(begin, end) for begin, end in pairs if begin < end]


class Watch:
    """`mark` begins a span; what is asked is asked of the time since. `results`: each case's gap and starts."""

    def __init__(self, pair: Any, folder: Path) -> None:
        self._pair, self._out = pair, folder / "echoes"
        self.begin = time.time()
        self.results: dict[str, tuple[float, int]] = {}
        words = pair.words(sys.executable, str(Path(__file__).with_name("probe.py")), VIP, str(PORT), str(self._out))
        self._process = subprocess.Popen(words)

    def mark(self) -> None:
        """From now."""
        self.begin = time.time()

    def gap(self) -> float:
        """The longest time without a successful echo, in seconds."""
        return probe.longest(self._out, self.begin, time.time())

    def both_down(self) -> list[tuple[float, float]]:
        """When neither node could carry the service, by what each said of itself every second."""
        texts = [self._pair.images / WATCHED.format(node=node) for node in NODES]
        one, two = (downs(path.read_text().splitlines(), self.begin, time.time()) for path in texts)
        return overlap(one, two)

    def starts(self) -> int:
        """How many times the service was started, on either node, by their journals."""
        return sum(int(self._pair.on(node, f"journalctl -u pacs-core --since @{self.begin:.3f} -o cat --no-pager "
                                           "| grep -c ^Started || true")) for node in NODES)

    def end(self) -> None:
        """No more."""
        self._process.kill()
        self._process.wait(10)
