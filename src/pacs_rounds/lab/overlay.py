"""Scenarios: what is laid over the healthy hospital, and the findings that must come of it.

A scenario is YAML: host names at the top, below each `<dotted.path or nested mapping>: value`, and the reserved keys
`title`, `why`, `expect`, `after_healthy` (schemas/scenario.json). Every path must exist in the device's merged state
and every value must be of the type that stands there, so that a misspelt fault cannot pass as a healthy device.
"""

from __future__ import annotations

import difflib
import fnmatch
from pathlib import Path
from typing import Any

from pacs_rounds import paths, yamlfile
from pacs_rounds.lab.kinds import Device
from pacs_rounds.model import BadInput

RESERVED = ("title", "why", "expect", "after_healthy", "cabling", "inventory")
State = dict[str, Any]


def read(path: Path) -> State:
    """A scenario file's data, validated against schemas/scenario.json."""
    data = yamlfile.load(path)
    yamlfile.validate(data, "scenario", path)
    for variables in data.get("inventory", {}).values():
        yamlfile.validate(variables, "inventory", path)
    return dict(data)


def inventory(path: Path) -> State:
    """The scenario's own words about hosts as an inventory that is read after the site's; empty where it has none."""
    hosts = read(path).get("inventory") or {}
    return {"all": {"hosts": hosts}} if hosts else {}


def find(name: str) -> Path:
    """The scenario of that name or path; BadInput lists those that ship."""
    for candidate in (Path(name), paths.LAB / "scenarios" / f"{name}.yml", paths.LAB / "scenarios" / name):
        if candidate.is_file():
            return candidate
    shipped = sorted(file.stem for file in (paths.LAB / "scenarios").glob("*.yml"))
    raise BadInput(name, "no such scenario", "name a file, or one of: " + ", ".join(shipped))


def _where(path: Path, keys: list[Any]) -> str:
    line = yamlfile.line_of(path, keys)
    return f"{yamlfile.show(path)}{f':{line}' if line else ''}"


def unknown(path: Path, keys: list[Any], known: State, said: str = "") -> BadInput:
    """The complaint about a key that does not exist, with the nearest that do."""
    near = difflib.get_close_matches(str(keys[-1]), [str(key) for key in known], 3, 0.5) or [str(key) for key in known]
    shown = ", ".join(near[:12]) + (", …" if len(near) > 12 else "")
    where = ".".join(map(str, keys))
    return BadInput(_where(path, keys), f"{where}: there is no {said or repr(keys[-1])} here",
                    f"known: {shown}" if known else "nothing may stand here")


def _match(rest: str, state: State) -> list[tuple[str, str]]:
    """The keys a dotted path can begin with, longest first: keys such as /u01 or sshd.service hold dots themselves."""
    fits = [key for key in state if rest == key or rest.startswith(f"{key}.")]
    return [(key, rest[len(key) + 1:]) for key in sorted(fits, key=len, reverse=True)]


def _steps(rest: str, state: State) -> list[str] | None:
    """The keys a dotted path goes through, or None when no way leads there. An empty mapping takes any key."""
    if not state:
        return [rest]
    for key, remainder in _match(rest, state):
        if not remainder:
            return [key]
        if isinstance(state[key], dict):
            below = _steps(remainder, state[key])
            if below is not None:
                return [key, *below]
    return None


def _same_type(old: Any, new: Any) -> bool:
    if old is None or isinstance(old, bool) or isinstance(new, bool):
        return old is None or type(old) is type(new)
    if isinstance(old, int | float):
        return isinstance(new, int | float)
    return isinstance(new, type(old))


def _may_go(state: State, key: str, deep: bool) -> bool:
    """Whether `null` may take the key away: one of several named things (a mount, a unit), never a plain setting."""
    return deep and (isinstance(state[key], dict) or all(isinstance(value, str) for value in state.values()))


def _set(state: State, dotted: str, value: Any, path: Path, keys: list[Any], depth: int = 0) -> None:
    steps = _steps(dotted, state)
    if steps is None:
        raise unknown(path, keys, _deepest(dotted, state))
    for step in steps[:-1]:
        state = state[step]
        depth += 1
    last = steps[-1]
    if last not in state:
        state[last] = value
    elif value is None and _may_go(state, last, depth > 0):
        del state[last]
    elif isinstance(state[last], dict) and not state[last] and isinstance(value, dict):
        state[last] = value  # open: it takes any keys, and several at once
    elif isinstance(state[last], dict) and isinstance(value, dict):
        for key, below in value.items():
            _set(state[last], str(key), below, path, [*keys, key], depth + 1)
    elif _same_type(state[last], value):
        state[last] = value
    else:
        kinds = {"dict": "a mapping", "list": "a list", "str": "a text", "int": "a number", "float": "a number",
                 "bool": "true or false", "NoneType": "null"}
        wanted = kinds.get(type(state[last]).__name__, "of another type")
        raise BadInput(_where(path, keys), f"{'.'.join(map(str, keys))}: is {value!r}, must be {wanted}"[:300],
                       f"it is {state[last]!r} now"[:200])


def _deepest(dotted: str, state: State) -> State:
    """The mapping in which a dotted path stops making sense."""
    for key, remainder in _match(dotted, state):
        if remainder and isinstance(state[key], dict):
            return _deepest(remainder, state[key])
    return state


def lay(scenario: State, path: Path, devices: dict[str, Device]) -> None:
    """Change the devices' states as the scenario says; the first thing that cannot be is a BadInput."""
    for host, changes in scenario.items():
        if host in RESERVED:
            continue
        if host not in devices:
            raise unknown(path, [host], dict.fromkeys(devices), f"device {host!r}")
        for dotted, value in (changes or {}).items():
            _set(devices[host].state, str(dotted), value, path, [host, dotted])
        recorded = devices[host].state.get("recorded")
        if recorded:
            folder = next((place for place in (Path(recorded), path.parent / recorded) if place.is_dir()), None)
            if folder is None:
                raise BadInput(_where(path, [host, "recorded"]), f"{host}.recorded: {recorded} is no folder",
                               "name a folder, from here or from the scenario's own place")
            devices[host].state["recorded"] = str(folder.resolve())
    for host in scenario.get("inventory") or {}:
        if host not in devices:
            raise unknown(path, ["inventory", host], dict.fromkeys(devices), f"device {host!r}")
    for number, one in enumerate(scenario.get("expect") or []):
        if one["host"] not in devices:
            raise unknown(path, ["expect", number, "host"], dict.fromkeys(devices),
                          f"device {one['host']!r}")


def expected(path: Path | None, check_ids: list[str]) -> list[State]:
    """What a round must find besides ok and not_applicable, for a scenario or (None) the healthy hospital.

    A pattern such as `linux.*` stands for each of `check_ids` that fits it and has no entry of its own. A scenario's
    entry for a host and check takes the place of what healthy.yml expects there; not_applicable takes it away. Each
    entry has host, check, item, outcome, and reason when unknown.
    """
    entries = _expanded(read(paths.LAB / "scenarios" / "healthy.yml"), check_ids)
    if path is None or path.stem == "healthy":
        return entries
    own = _expanded(read(path), check_ids)
    told = {(one["host"], one["check"]) for one in own}
    both = [one for one in entries if (one["host"], one["check"]) not in told] + own
    return [one for one in both if one["outcome"] != "not_applicable"]


def _expanded(scenario: State, check_ids: list[str]) -> list[State]:
    named = {(one["host"], one["check"]) for one in scenario["expect"]}
    entries = []
    for one in scenario["expect"]:
        if "*" in one["check"]:
            entries += [{**one, "check": check} for check in fnmatch.filter(check_ids, one["check"])
                        if (one["host"], check) not in named]
        else:
            entries.append(one)
    return entries


def compare(records: list[State], entries: list[State]) -> tuple[list[str], list[str]]:
    """Planted against found: what is missed and what is invented, one line each; both empty when they agree.

    `records` are a round's, `entries` come from `expected`. The item `*` stands for whatever the check reports in place
    of its items when it has no answer.
    """
    def fits(record: State, entry: State) -> bool:
        return (all(record[key] == entry[key] for key in ("host", "check", "outcome"))
                and entry["item"] in {"*", record["item"]} and record["reason"] == entry.get("reason"))

    def line(one: State) -> str:
        return " ".join(str(one[key]) for key in ("host", "check", "item", "outcome", "reason") if one.get(key))

    found = [record for record in records if record["outcome"] not in {"ok", "not_applicable"}]
    missed = [line(entry) for entry in entries if not any(fits(record, entry) for record in found)]
    invented = [line(record) for record in found if not any(fits(record, entry) for entry in entries)]
    return missed, invented
