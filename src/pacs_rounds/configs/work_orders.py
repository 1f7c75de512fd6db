"""Work orders: which change was agreed. `inventories/<site>/work-orders/*.yml`, one or more orders per file."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from pacs_rounds import yamlfile
from pacs_rounds.model import BadInput

FOLDER = "work-orders"


@dataclass(frozen=True, slots=True)
class Order:
    """An agreed piece of work on some devices between two moments (epoch seconds)."""

    id: str
    title: str
    devices: tuple[str, ...]
    begins: float
    ends: float
    approved_by: str
    source: str = ""


def read(site_dir: Path) -> list[Order]:
    """The orders of a site, by their begin; BadInput names file, line and key. A site without the folder has none."""
    found: list[Order] = []
    places: dict[str, Path] = {}
    for path in sorted((site_dir / FOLDER).glob("*.yml")):
        data = yamlfile.load(path)
        yamlfile.validate(data, "work_orders", path)
        for number, row in enumerate(data):
            begins, ends = (_moment(row[key], path, [number, key]) for key in ("begins", "ends"))
            if ends <= begins:
                raise _bad(path, [number, "ends"], "the order ends before it begins", "swap them, or correct the day")
            if row["id"] in places:
                raise _bad(path, [number, "id"], f"{row['id']} stands in {yamlfile.show(places[row['id']])} too",
                           "each order has its own id")
            places[row["id"]] = path
            found.append(Order(row["id"], row["title"], tuple(row["devices"]), begins, ends, row["approved_by"],
                               yamlfile.show(path)))
    return sorted(found, key=lambda one: (one.begins, one.id))


def check(site_dir: Path, hosts: Sequence[str]) -> None:
    """BadInput for an order that cannot be read, or whose devices are no hosts of the site."""
    for order in read(site_dir):
        for pattern in order.devices:
            if not any(fnmatchcase(host, pattern) for host in hosts):
                raise BadInput(order.source, f"{order.id}: no host fits {pattern!r}",
                               "host names and shell patterns, no groups")


def _bad(path: Path, keys: list[object], problem: str, remedy: str) -> BadInput:
    line = yamlfile.line_of(path, list(keys))
    return BadInput(f"{yamlfile.show(path)}{f':{line}' if line else ''}", problem, remedy)


def _moment(text: str, path: Path, keys: list[object]) -> float:
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        raise _bad(path, keys, f"{text!r} is no moment", "write 2026-11-22T20:00+08:00") from None
    if moment.tzinfo is None:
        raise _bad(path, keys, f"{text!r} has no offset", "write it with +08:00: people and servers differ in zones")
    return moment.timestamp()


def attribute(orders: Sequence[Order], device: str, since: float | None, until: float) -> Order | None:
    """The order that explains a change of a device seen between its last good read and now: one whose window touches
    that span. Of several, the one that began last. Without an earlier read nothing is a change."""
    if since is None:
        return None
    fitting = [one for one in orders if one.begins <= until and one.ends >= since
               and any(fnmatchcase(device, pattern) for pattern in one.devices)]
    return max(fitting, key=lambda one: (one.begins, one.id), default=None)
