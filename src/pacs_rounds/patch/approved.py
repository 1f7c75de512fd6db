"""The approved list: inventories/<site>/patches/*.yml, read and checked before anything else happens.

Which versions follow one another is data (`versions`, oldest first, as the vendor names them) and never worked out from
the names: a version nobody listed is unknown.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pacs_rounds import paths, yamlfile
from pacs_rounds.model import BadInput
from pacs_rounds.patch import windows_rules

FOLDER = "patches"


@dataclass(frozen=True, slots=True)
class Product:
    """One product. `versions` oldest first; `hosts` are names of hosts or groups; `kind` is how it is installed."""

    name: str
    title: str
    owner: str
    kind: str
    versions: tuple[str, ...]
    hosts: tuple[str, ...]
    package: str = ""
    home: str = ""
    version_command: str = ""
    release: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """A file the vendor delivered, with its hex SHA-256 and, where the vendor signs, how (see signatures.py)."""

    name: str
    sha256: str
    signature: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Patch:
    """One entry of the list. `state` is approved, deferred or refused; `until` the day a deferral ends (or None)."""

    id: str
    product: str
    component: str
    state: str
    source: tuple[str, ...]
    target: str
    document: dict[str, str]
    approved: dict[str, str]
    control: str
    until: datetime.date | None
    files: tuple[File, ...]
    rollback_files: tuple[File, ...]
    packages: dict[str, str | None]
    config: tuple[str, ...]
    services: tuple[str, ...]
    free_mb: int
    reboot: bool
    minutes: int
    outage_seconds: int
    steps: tuple[dict[str, Any], ...]
    install: str = ""
    identity: str = ""
    requires: tuple[str, ...] = ()


@dataclass(slots=True)
class Approved:
    """The whole list of a site."""

    products: dict[str, Product] = field(default_factory=dict)
    patches: dict[str, Patch] = field(default_factory=dict)


def _day(text: str, path: Path, keys: list[Any]) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise _bad(path, keys, f"{text!r} is no day of the calendar", "write it as 2026-12-31") from None


def _bad(path: Path, keys: list[Any], problem: str, remedy: str) -> BadInput:
    line = yamlfile.line_of(path, keys)
    return BadInput(f"{yamlfile.show(path)}{f':{line}' if line else ''}",
                    f"{'.'.join(map(str, keys))}: {problem}", remedy)


def _files(rows: list[dict[str, Any]] | None) -> tuple[File, ...]:
    return tuple(File(one["name"], one["sha256"], one.get("signature", {})) for one in rows or [])


def _patch(row: dict[str, Any], path: Path, keys: list[Any]) -> Patch:
    day = _day(row["expires"], path, [*keys, "expires"]) if "expires" in row else None
    if "approved" in row:
        _day(row["approved"]["on"], path, [*keys, "approved", "on"])
    windows = row.get("windows", {})
    return Patch(
        row["id"], row["product"], row["component"], row["state"], tuple(row["from"]), row["to"], row["document"],
        row.get("approved", {}), row.get("control", ""), day, _files(row.get("files")),
        _files(row.get("rollback_files")), row.get("packages", {}), tuple(row.get("config", [])),
        tuple(row.get("services", [])), row.get("free_mb", 1024), row.get("reboot", False), row.get("minutes", 0),
        row.get("outage_seconds", 60), tuple(row.get("steps", [])), windows.get("install", ""),
        windows.get("identity", ""), tuple(windows.get("requires", [])))


NEEDS = {"apt": ("package",), "rpm": ("package",), "bundle": ("version_command",), "opatch": ("home",),
         "windows": ("release",)}
"""What a product must say, by kind, so that its version can be asked."""


def _check_patch(one: Patch, product: Product, path: Path, keys: list[Any]) -> None:
    """What a schema cannot say."""
    for key, version in [("to", one.target), *(("from", version) for version in one.source)]:
        if version not in product.versions:
            raise _bad(path, [*keys, key], f"{version!r} is no version of {product.name}",
                       f"add it to products.{product.name}.versions where it belongs, oldest first")
    order = product.versions.index
    if any(order(version) >= order(one.target) for version in one.source):
        raise _bad(path, [*keys, "to"], f"{one.target} does not come after {', '.join(one.source)}",
                   "a patch goes forward; an older version comes back by the roll-back of its patch")
    if one.state != "approved":
        return
    if product.kind == "windows":
        for key, problem, remedy in windows_rules.flaws(one, product):
            raise _bad(path, [*keys, key], problem, remedy)
    elif any("$" in name for name in one.services):
        raise _bad(path, [*keys, "services"], "a name with $ is a Windows service", "write the unit's name")
    if product.kind in {"apt", "rpm"}:
        if one.packages.get(product.package) != one.target:
            raise _bad(path, [*keys, "packages"], f"must name {product.package}: {one.target!r}",
                       "list every package the transaction may touch, with its exact version")
        if not one.rollback_files:
            raise _bad(path, [*keys, "rollback_files"], "are missing: nothing to go back to",
                       "name the package files of the version that is installed now, with their hashes")
    if product.kind == "bundle" and not one.steps:
        raise _bad(path, [*keys, "steps"], "are missing", "copy the commands of the release document, in order")


def parse(data: dict[str, Any], path: Path, into: Approved) -> None:
    """Add one file's products and patches; BadInput names file, key and remedy."""
    yamlfile.validate(data, "patches", path)
    for name, row in (data.get("products") or {}).items():
        if name in into.products:
            raise _bad(path, ["products", name], "stands in two files", "keep one of them")
        for key in NEEDS[row["kind"]]:
            if key not in row:
                raise _bad(path, ["products", name], f"a product of kind {row['kind']} needs {key}", f"add {key}:")
        into.products[name] = Product(
            name, row["title"], row["owner"], row["kind"], tuple(row["versions"]), tuple(row["hosts"]),
            row.get("package", ""), row.get("home", ""), row.get("version_command", ""), row.get("release", ""))
    for number, row in enumerate(data.get("patches") or []):
        keys: list[Any] = ["patches", number]
        one = _patch(row, path, keys)
        if one.id in into.patches:
            raise _bad(path, [*keys, "id"], f"{one.id} stands twice", "an id names one patch")
        if one.product not in into.products:
            raise _bad(path, [*keys, "product"], f"no product is called {one.product!r}",
                       "products: " + (", ".join(into.products) or "none; describe it under products:"))
        _check_patch(one, into.products[one.product], path, keys)
        into.patches[one.id] = one


def load(site: str) -> Approved:
    """The list of a site; empty when it has none. Products may stand in one file and patches in others."""
    folder = paths.INVENTORIES / site / FOLDER
    found = Approved()
    files = [(path, yamlfile.load(path)) for path in sorted(folder.glob("*.yml"))]
    # Products first, whatever the files are called.
    for path, data in files:
        if not isinstance(data, dict):
            raise BadInput(yamlfile.show(path), "holds no mapping", "write products: and patches:")
        parse({"products": data.get("products", {})} | {key: value for key, value in data.items()
                                                        if key not in {"products", "patches"}}, path, found)
    for path, data in files:
        parse({"patches": data.get("patches", [])}, path, found)
    return found
