"""A site's inventory, checked before anything is touched: hosts.yml, group_vars, host_vars, rules and waivers.

Ansible itself takes any word for a variable; a misspelt one is silently nothing, and a rule that names no check or no
host silently never applies. Here each of these is a BadInput with file, line, key and remedy.
"""

from __future__ import annotations

import datetime
import difflib
import functools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from pacs_rounds import memory, paths, yamlfile
from pacs_rounds.configs import work_orders
from pacs_rounds.model import BadInput

UNKNOWN = "unknown"
"""The word for what nobody has filled in yet; legal wherever an address or credential stands."""
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_RANGE = re.compile(r"\[([0-9]+):([0-9]+)(?::([0-9]+))?\]|\[([a-z]):([a-z])\]")
_YAML = {".yml", ".yaml", ".json"}


@dataclass(slots=True)
class SiteFiles:
    """What the files of a site say, before Ansible's templating. `groups` maps each group to all its hosts;
    `group_vars` and `host_vars` map a name to its variables; `sources` maps (name, variable) to its file."""

    directory: Path
    hosts: list[str] = field(default_factory=list)
    groups: dict[str, list[str]] = field(default_factory=dict)
    group_vars: dict[str, dict[str, Any]] = field(default_factory=dict)
    host_vars: dict[str, dict[str, Any]] = field(default_factory=dict)
    sources: dict[tuple[str, str], Path] = field(default_factory=dict)

    @property
    def rules(self) -> list[dict[str, Any]]:
        """The site's `check_rules`."""
        return list(self.group_vars.get("all", {}).get("check_rules") or [])

    @property
    def waivers(self) -> list[dict[str, Any]]:
        """The site's waivers."""
        return list(self.group_vars.get("all", {}).get("waivers") or [])


def _bad(path: Path, keys: list[Any], problem: str, remedy: str) -> BadInput:
    line = yamlfile.line_of(path, keys)
    key = ".".join(map(str, keys))
    return BadInput(f"{yamlfile.show(path)}{f':{line}' if line else ''}", f"{key}: {problem}", remedy)


def _near(word: str, known: Iterator[str] | list[str]) -> str:
    close = difflib.get_close_matches(word, list(known), 1, 0.6)
    return f"did you mean {close[0]}?" if close else ""


def expand(pattern: str) -> list[str]:
    """Host names of one key of hosts.yml: `client-[001:130]` is 130 of them."""
    match = _RANGE.search(pattern)
    if not match:
        return [pattern]
    if match[4]:
        middle = [chr(code) for code in range(ord(match[4]), ord(match[5]) + 1)]
    else:
        width = len(match[1]) if match[1].startswith("0") else 0
        middle = [f"{number:0{width}d}" for number in range(int(match[1]), int(match[2]) + 1, int(match[3] or 1))]
    return [name for one in middle for name in expand(pattern[:match.start()] + one + pattern[match.end():])]


def _walk(name: str, body: Any, path: Path, keys: list[Any], groups: dict[str, list[str]]) -> list[str]:
    """The hosts of one group and of its children, entered in `groups`."""
    body = {} if body is None else body
    if not isinstance(body, dict):
        raise _bad(path, keys, "a group is a mapping of hosts and children", "indent its hosts below hosts:")
    for key in body:
        if key == "vars":
            raise _bad(path, [*keys, key], "hosts.yml holds no variables", f"move them to group_vars/{name}/main.yml")
        if key not in {"hosts", "children"}:
            raise _bad(path, [*keys, key], "a group has hosts: and children:", "put a group's name below children:")
    found: list[str] = []
    for pattern, variables in (body.get("hosts") or {}).items():
        if variables:
            raise _bad(path, [*keys, "hosts", pattern], "hosts.yml holds no variables",
                       f"move them to host_vars/{pattern}/")
        for host in expand(str(pattern)):
            if not _NAME.fullmatch(host):
                raise _bad(path, [*keys, "hosts", pattern], f"{host!r} is no host name",
                           "letters, digits, dot, hyphen and underscore")
            found.append(host)
    for child, below in (body.get("children") or {}).items():
        found += _walk(str(child), below, path, [*keys, "children", child], groups)
    groups[name] = list(dict.fromkeys([*groups.get(name, []), *found]))
    return found


def _read_hosts(site: SiteFiles) -> None:
    path = site.directory / "hosts.yml"
    data = yamlfile.load(path)
    if not isinstance(data, dict) or list(data) != ["all"]:
        raise BadInput(yamlfile.show(path), "must hold one group at the top: all",
                       "write all:, below it children:, below that the groups")
    _walk("all", data["all"], path, ["all"], site.groups)
    site.hosts = site.groups["all"]
    if not site.hosts:
        raise BadInput(yamlfile.show(path), "names no host", "see inventories/lab/hosts.yml")


@functools.cache
def _known() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((paths.SCHEMAS / "inventory.json").read_text(encoding="utf-8"))
    return dict(schema["properties"])


def _check_name(name: str, path: Path) -> None:
    """Refuse a variable that is one of ours misspelt. Others are the site's own business."""
    known = _known()
    if name in known:
        return
    if any(name.startswith(f"{role.name}_") for role in paths.ROLES.glob("*/")):
        return  # a role's own variable; Ansible checks it against meta/argument_specs.yml
    close = difflib.get_close_matches(name, list(known), 1, 0.84)
    if name.startswith("rounds_") or close:
        said = _near(name, list(known)) or "known: " + ", ".join(key for key in known if key.startswith("rounds_"))
        raise _bad(path, [name], "nothing reads this variable", said)


def _templated(value: Any) -> bool:
    return isinstance(value, str) and "{{" in value


def _variables(path: Path) -> dict[str, Any]:
    data = yamlfile.load(path)
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise BadInput(yamlfile.show(path), "is no mapping of variables", "write name: value")
    for name in data:
        if not isinstance(name, str) or not name.isidentifier():
            raise _bad(path, [name], "is no variable name", "letters, digits and underscores")
        _check_name(name, path)
    plain = {name: value for name, value in data.items() if name in _known() and not _templated(value)}
    yamlfile.validate(plain, "inventory", path)
    return data


def _files(place: Path) -> Iterator[tuple[str, Path]]:
    """(owner, file) of a group_vars or host_vars directory, in the order in which Ansible lets later ones win."""
    for entry in sorted(place.iterdir()) if place.is_dir() else []:
        if entry.is_dir():
            for file in sorted(entry.rglob("*")):
                if file.is_file() and file.suffix in _YAML:
                    yield entry.name, file
        elif entry.suffix in _YAML:
            yield entry.stem, entry


def _read_variables(site: SiteFiles) -> None:
    for kind, owners, target in (("group_vars", [*site.groups, "ungrouped"], site.group_vars),
                                 ("host_vars", site.hosts, site.host_vars)):
        known = set(owners)
        for owner, file in _files(site.directory / kind):
            if owner not in known:
                what = "group" if kind == "group_vars" else "host"
                raise BadInput(yamlfile.show(file), f"hosts.yml has no {what} {owner!r}",
                               _near(owner, owners) or f"add the {what} to hosts.yml, or remove {kind}/{owner}")
            variables = _variables(file)
            for name in variables:
                earlier = site.sources.get((f"{kind}/{owner}", name))
                if earlier:
                    raise _bad(file, [name], f"stands in {yamlfile.show(earlier)} too", "keep one of them")
                site.sources[f"{kind}/{owner}", name] = file
            target.setdefault(owner, {}).update(variables)


def _date(text: str, path: Path, keys: list[Any]) -> None:
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        raise _bad(path, keys, f"{text} is no day of the calendar", "write YYYY-MM-DD") from None


def _check_levels(entry: dict[str, Any], path: Path, keys: list[Any]) -> None:
    levels = entry.get("levels")
    if levels and "warning" in levels and "critical" in levels:
        upper = levels["direction"] == "upper"
        if (levels["warning"] > levels["critical"]) == upper and levels["warning"] != levels["critical"]:
            raise _bad(path, [*keys, "levels"], "critical comes before warning",
                       "with upper, critical is the larger; with lower, the smaller")


def _check_entries(site: SiteFiles, name: str) -> None:
    """Rules and waivers: each must name a check of the catalogue and a host of the site."""
    entries = site.group_vars.get("all", {}).get(name) or []
    path = site.sources.get(("group_vars/all", name), site.directory)
    checks = {f"{file.parent.name}.{file.stem}": file for file in paths.CHECKS.glob("*/*.yml")}
    for number, entry in enumerate(entries):
        keys: list[Any] = [name, number]
        if not any(fnmatchcase(check, entry["check"]) for check in checks):
            raise _bad(path, [*keys, "check"], f"the catalogue has no check {entry['check']!r}",
                       _near(entry["check"], list(checks)) or "`rounds checks` lists them")
        for pattern in entry.get("hosts", []):
            if not any(fnmatchcase(host, pattern) for host in site.hosts):
                raise _bad(path, [*keys, "hosts"], f"no host fits {pattern!r}",
                           _near(pattern, site.hosts) or "host names and shell patterns, no groups")
        if "expires" in entry:
            _date(entry["expires"], path, [*keys, "expires"])
        _check_levels(entry, path, keys)
        if name == "check_rules" and entry["check"] in checks:
            kind = "levels" if "levels" in yamlfile.load(checks[entry["check"]]) else "words"
            if kind not in entry:
                raise _bad(path, keys, f"{entry['check']} is judged by {kind}", f"write {kind}: in this rule")


REGISTERS = ("rounds_addresses", "rounds_imm_addresses", "contract_devices_register", "asset_dates",
             "modality_register", "pacs_service_register")
"""Variables that map host names to something; each name must be a host."""


def _addresses(site: SiteFiles) -> Iterator[tuple[str, Any, Path, list[Any]]]:
    """(host, address, file, key) of every address written down literally."""
    for host, variables in site.host_vars.items():
        if "ansible_host" in variables:
            yield host, variables["ansible_host"], site.sources[f"host_vars/{host}", "ansible_host"], ["ansible_host"]
    for group, variables in site.group_vars.items():
        for name in REGISTERS:
            rows = variables.get(name)
            for host, row in rows.items() if isinstance(rows, dict) else ():
                address = row.get("address") if isinstance(row, dict) else row if isinstance(row, str) else None
                yield host, address, site.sources[f"group_vars/{group}", name], [name, host]


def _check_places(site: SiteFiles) -> None:
    """No two hosts at one address; the address plan and the registers name hosts that exist."""
    known = set(site.hosts)
    taken: dict[str, str] = {}
    for host, address, path, keys in _addresses(site):
        if host not in known:
            raise _bad(path, keys, f"hosts.yml has no host {host!r}",
                       _near(str(host), site.hosts) or "add it to hosts.yml, or remove the line")
        if not address or address == UNKNOWN or _templated(address):
            continue
        if taken.setdefault(address, host) != host:
            raise _bad(path, keys, f"{address} is already the address of {taken[address]}",
                       "give each device its own address")


def _check_dates(site: SiteFiles) -> None:
    for (owner, name), path in site.sources.items():
        if name == "rounds_legacy_ssh":
            kind, _, who = owner.partition("/")
            variables = (site.group_vars if kind == "group_vars" else site.host_vars)[who]
            if isinstance(variables[name], dict):
                _date(variables[name]["expires"], path, [name, "expires"])
        elif name == "asset_dates":
            rows = site.group_vars.get(owner.partition("/")[2], {}).get(name)
            for host, row in rows.items() if isinstance(rows, dict) else ():
                for key in ("warranty_until", "support_until") if isinstance(row, dict) else ():
                    if row.get(key) and not _templated(row[key]):
                        _date(row[key], path, [name, host, key])


def validate_site(site_dir: Path) -> SiteFiles:
    """Read and check a whole site. Raises BadInput for the first fault; opens no connection and writes nothing."""
    if not site_dir.is_dir():
        known = ", ".join(sorted(place.name for place in paths.INVENTORIES.iterdir() if place.is_dir()))
        raise BadInput(yamlfile.show(site_dir), "there is no such site", f"known sites: {known}")
    site = SiteFiles(site_dir)
    _read_hosts(site)
    _read_variables(site)
    _check_entries(site, "check_rules")
    _check_entries(site, "waivers")
    _check_places(site)
    _check_dates(site)
    work_orders.check(site_dir, site.hosts)
    return site


def ensure_valid(site_dir: Path) -> None:
    """Raise BadInput as validate_site, without reading a site anew that was found valid and has not changed since."""
    try:
        key = memory.digest(_decisive(site_dir))
    except OSError:  # what cannot be read is for the validation to name, where it matters
        validate_site(site_dir)
        return
    if memory.recall(f"site-{site_dir.name}", key) != "valid":
        validate_site(site_dir)
        memory.remember(f"site-{site_dir.name}", key, "valid")


def _decisive(site_dir: Path) -> list[Path]:
    """Every file that decides whether a site is valid: its own, the checks its rules and waivers name, the roles."""
    own = [path for path in site_dir.rglob("*") if path.is_file()] if site_dir.is_dir() else []
    return sorted([*own, *paths.CHECKS.glob("*/*.yml"), *paths.ROLES.glob("*/meta/argument_specs.yml")])
