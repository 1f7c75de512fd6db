"""From a run's own files to a survey, and from a survey to one text per device, which becomes evidence like any answer.

No device is asked: what every role of the round was told is parsed once more, here for what it says of cables.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pacs_rounds import catalogue, paths
from pacs_rounds import parse as parsing
from pacs_rounds.cabling import grade, register, rules, single, views
from pacs_rounds.cabling.model import End, Register
from pacs_rounds.cabling.seen import DOWN, View
from pacs_rounds.cabling.survey import CONTRADICTED, Graded, Proof, Stray, Survey
from pacs_rounds.conductor import sha256
from pacs_rounds.evidence import store
from pacs_rounds.inventory import REGISTERS, UNKNOWN, validate_site
from pacs_rounds.model import BadInput, ParseError
from pacs_rounds.transports.inventory import as_text

COMMAND = "cabling device"
NOTHING = "the site's cable register does not know this device"
Text = dict[str, Any]


def views_of(run_dir: Path, known: Register) -> dict[str, View]:
    """What each device of the register was heard to say in a run, by the register's names."""
    wanted = set(views.parsers())
    by_host = {device.inventory_name: device.name for device in known.devices.values()}
    data: dict[str, dict[str, Any]] = {}
    hashes: dict[str, dict[str, str]] = {}
    checks = catalogue.load()
    for host, role in store.roles_of(run_dir):
        name = by_host.get(host)
        if name is None:
            continue
        inputs, answers = store.read_role(run_dir, host, role)
        reads = {one.command: one.parser for check in inputs.checks if check in checks
                 for one in checks[check].collect if one.parser in wanted}
        for answer in answers:
            parser = reads.get(answer.command)
            if parser and answer.text:
                _add(data.setdefault(name, {}), hashes.setdefault(name, {}), parser, answer.text)
    return {name: views.view(name, told, hashes[name]) for name, told in data.items()}


def _add(data: dict[str, Any], hashes: dict[str, str], parser: str, text: str) -> None:
    """One parsed answer; what cannot be read says nothing of cables (its own check says that it cannot be read)."""
    digest = sha256(text)
    if digest in hashes.values():
        return
    try:
        told = parsing.parse(parser, text)
    except ParseError:
        return
    key, number = parser, 1
    while key in data:
        number += 1
        key = f"{parser}#{number}"
    data[key], hashes[key] = told, digest


def addresses(site: str) -> dict[str, str]:
    """Host -> IP address, as far as the inventory writes them down literally."""
    files = validate_site(paths.INVENTORIES / site)
    found: dict[str, str] = {}
    for variables in files.group_vars.values():
        for name in REGISTERS:
            rows = variables.get(name)
            for host, row in rows.items() if isinstance(rows, dict) and name != "rounds_imm_addresses" else ():
                address = row.get("address") if isinstance(row, dict) else row
                if isinstance(address, str) and address != UNKNOWN and "{{" not in address:
                    found.setdefault(str(host), address)
    for host, variables in files.host_vars.items():
        address = variables.get("ansible_host")
        if isinstance(address, str) and address != UNKNOWN and "{{" not in address:
            found[host] = address
    return found


def survey(run_dir: Path, site: str) -> Survey:
    """The survey of a run. BadInput where the site has no register."""
    known = register.load(site)
    by_host = {device.inventory_name: device.name for device in known.devices.values()}
    told = {by_host[host]: address for host, address in addresses(site).items() if host in by_host}
    return grade.survey(known, views_of(run_dir, known), told)


def gather(run_dir: Path, site: str) -> dict[str, str]:
    """The text of every device of the register, by its name in the inventory; nothing where there is no register."""
    try:
        found = survey(run_dir, site)
    except BadInput:
        return {}
    return {found.register.devices[name].inventory_name: as_text(one) for name, one in texts(found).items()}


# One text per device -------------------------------------------------------------------------------------------------

def texts(found: Survey) -> dict[str, Text]:
    """What the survey says, device by device. A link stands at its switch's end: that is where one looks first."""
    known = found.register
    told: dict[str, Text] = {name: {
        "device": name, "silent": name in found.silent, "links": [], "strays": [], "paths": [], "faults": [],
        "doubts": []} for name, device in known.devices.items() if device.role not in {"panel", "outlet"}}
    for one in found.links:
        told[keeper(known, one)]["links"].append(_link(found, one))
    for stray in found.strays:
        told[stray.a.device]["strays"].append(_stray(stray))
    for name, ways in _paths(found).items():
        told[name]["paths"] = ways
    for fault in rules.check(known):
        told[_place(known, fault, told)]["faults"].append(
            {"kind": fault.kind, "problem": fault.problem, "where": fault.where, "error": fault.error,
             "about": list(fault.about)})
    first = next(iter(told), "")
    for doubt in found.doubts:
        told[next((name for name in told if name in doubt.split()), first)]["doubts"].append(doubt)
    return told


def keeper(known: Register, one: Graded) -> str:
    """The device at which a link is reported: its switch, else its first end that is a device."""
    ends = [end for end in (one.link.a, one.link.b) if end.device in known.devices and not known.passive(end.device)]
    ranked = sorted(ends, key=lambda end: {"lan_switch": 0, "san_switch": 0}.get(known.devices[end.device].role, 1))
    return ranked[0].device if ranked else next(iter(
        name for name, device in known.devices.items() if device.role not in {"panel", "outlet"}))


def _link(found: Survey, one: Graded) -> Text:
    ends = [end.device for end in (one.link.a, one.link.b) if end.device]
    return {
        "name": one.link.name, "cables": list(one.link.cables), "a": str(one.link.a), "b": str(one.link.b),
        "whole": one.link.whole, "grade": one.grade, "state": one.state, "why": one.why, "with": one.with_,
        "found": {side: str(end) if end.port else end.device or UNKNOWN for side, end in one.found.items()},
        "status": one.link.hops[0].cable.status, "silent_ends": [name for name in ends if name in found.silent],
        "proofs": [_proof(proof) for proof in one.proofs], "notes": one.notes}


def _proof(proof: Proof) -> Text:
    return {"kind": proof.kind, "end": proof.end, "weight": proof.weight, "says": proof.says, "host": proof.host,
            "answer": proof.answer, "sha256": proof.sha256}


def _stray(stray: Stray) -> Text:
    return {"a": str(stray.a), "b": str(stray.b) if stray.b != End("", "") else UNKNOWN, "what": stray.what,
            "explains": stray.explains, "proofs": [_proof(proof) for proof in stray.proofs]}


def _paths(found: Survey) -> dict[str, list[Text]]:
    """Devices with two or more documented links of a kind: how many of them are there and have a link."""
    graded = {one.link.name: one for one in found.links}
    told: dict[str, list[Text]] = {}
    for (name, use), links in single.by_device(found.register).items():
        device = found.register.devices[name]
        if device.role not in {"server", "storage"} or len(links) < 2:
            continue
        usable = [link.name for link in links if graded[link.name].state != DOWN
                  and graded[link.name].grade != CONTRADICTED]
        told.setdefault(name, []).append({"use": use, "documented": [link.name for link in links], "usable": usable})
    return told


def _place(known: Register, fault: rules.Fault, told: dict[str, Text]) -> str:
    for name in fault.about:
        if name in told:
            return name
        cable = known.cables.get(name)
        for end in cable.ends if cable else ():
            if end.device in told:
                return end.device
    return next(iter(told))
