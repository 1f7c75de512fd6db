"""The patch schedule of a rack and the as-built hand-over book: blocks for the report's typesetter. Pure.

The book holds what stays when the people change: racks, drawings, every cable with both ends, what was proven of it and
by whom, what is wrong, and the lines for the signatures.
"""

from __future__ import annotations

import csv
import io
from typing import Any

from pacs_rounds.cabling import elevation, labels, names, rules, topology
from pacs_rounds.cabling.model import Cable, End, Register
from pacs_rounds.cabling.survey import CONTRADICTED, GRADES, Survey
from pacs_rounds.cabling.words import grade_word, words
from pacs_rounds.report.paper import Block, cell, heading, para, row, run, table


def schedule(register: Register, rack: str, survey: Survey | None = None) -> list[dict[str, str]]:
    """One row per cable end in a rack: device from the top down, ports in order."""
    rows = []
    for device in register.in_rack(rack):
        for port in sorted(device.type.ports, key=names.natural):
            near = End(device.name, port)
            cable = register.plugged.get(near)
            if cable is not None:
                rows.append(_row(register, cable, near, survey))
    return rows


def _row(register: Register, cable: Cable, near: End, survey: Survey | None) -> dict[str, str]:
    far = cable.other(near)
    grade = survey.cable_grade(cable.id) if survey and cable.id in survey.by_cable() else ""
    return {"cable": cable.id, "near": f"{near.device} {near.port}", "u": _unit(register, near),
            "far": register.where(far) if far.known else "?", "type": cable.type,
            "length": f"{cable.length_m:g} m" if cable.length_m is not None else "?", "colour": cable.colour,
            "purpose": labels.PURPOSE.get(cable.purpose, cable.purpose), "tested": cable.test.get("on", ""),
            "grade": grade}


def _unit(register: Register, end: End) -> str:
    unit = register.devices[end.device].u
    return f"U{unit}" if unit is not None else "U?"


def schedule_csv(rows: list[dict[str, str]]) -> bytes:
    """The schedule for a spreadsheet."""
    out = io.StringIO()
    columns = ["cable", "u", "near", "far", "type", "length", "colour", "purpose", "tested", "grade"]
    sheet = csv.DictWriter(out, columns, lineterminator="\r\n")
    sheet.writeheader()
    sheet.writerows(rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


def schedule_blocks(register: Register, rack: str, survey: Survey | None, lang: str, title: bool = True) -> list[Block]:
    """The schedule as a table."""
    t = words(lang)
    rows = schedule(register, rack, survey)
    head = [heading(2, f"{rack} {register.racks[rack].title.get(lang, '')}", name=f"rack-{rack}")] if title else []
    if not rows:
        return [*head, para(t["none"], style="note")]
    body = [row(cell(run(one["cable"], "bold")), cell(one["near"], run(one["u"], "where")), one["far"],
                f"{one['type']} {one['length']}", f"{one['colour']} {one['purpose']}".strip(), one["tested"] or "—",
                grade_word(one["grade"], lang), tone="critical" if one["grade"] == CONTRADICTED else "")
            for one in rows]
    return [*head, table([9, 18, 30, 13, 16, 13, 13],
                         [t[key] for key in ("cable", "near", "far", "type", "purpose", "tested", "grade")], body)]


def blocks(register: Register, survey: Survey | None, run_name: str, day: str, lang: str,
           site_title: str) -> list[Block]:
    """The whole book."""
    t = words(lang)
    found: list[Block] = [
        para(site_title, style="org"), para(t["title"], style="title"), para(t["as_built"], style="round"),
        table([1.2, 4], [], [row(cell(run(t["site"], "bold")), register.site),
                             row(cell(run(t["date"], "bold")), day),
                             row(cell(run(t["run"], "bold")), run_name or t["no_run"])], style="facts"),
        para(t["intro"].format(standard=register.rules.get("standard", "—")), style="note"),
        *_summary(register, survey, lang), para(t["summary"], style="lead"), {"k": "toc"}]
    found += [{"k": "break"}, heading(1, t["topology"], name="topology")]
    for kind in topology.KINDS:
        drawing = topology.layout(register, kind, survey)
        if drawing.nodes:
            found.append(picture(topology.svg(drawing), drawing.title, 100))
    found += [*_deviations(survey, lang), *_faults(register, lang)]
    found += [{"k": "break"}, heading(1, t["racks"], name="racks")]
    for rack in register.racks:
        found += [heading(2, f"{rack} {register.racks[rack].title.get(lang, '')}", name=f"elevation-{rack}"),
                  picture(elevation.elevation(register, rack), rack, 78), {"k": "break"}]
    found += [heading(1, t["schedule"], name="schedule"), para(t["note"], style="note")]
    for number, rack in enumerate(register.racks):  # each rack's own sheets: they hang on its door
        found += [*([{"k": "break"}] if number else []), *schedule_blocks(register, rack, survey, lang)]
    return [*found, *_devices(register, lang), *_signatures(lang)]


def picture(svg: str, alt: str, width: int) -> Block:
    """A drawing, as wide as so many percent of the text."""
    return {"k": "svg", "svg": svg, "alt": alt, "width": width}


def _summary(register: Register, survey: Survey | None, lang: str) -> list[Block]:
    if survey is None:
        return []
    counts = survey.counts()
    return [table([3, 1], [words(lang)["grade"], words(lang)["count"]],
                  [row(grade_word(grade, lang), str(counts[grade]),
                       tone="critical" if grade == CONTRADICTED and counts[grade] else "") for grade in GRADES],
                  right=[1])]


def _deviations(survey: Survey | None, lang: str) -> list[Block]:
    t = words(lang)
    if survey is None:
        return []
    rows = []
    for one in survey.links:
        if one.grade == CONTRADICTED:
            there = ", ".join(str(end) if end.port else end.device or "?" for end in one.found.values()) or "?"
            rows.append(row(cell(run(one.link.name, "bold"), run(f"{one.link.a} - {one.link.b}", "where")), there,
                            one.against[0].says if one.against else "", tone="critical"))
    for stray in survey.strays:
        far = str(stray.b) if stray.b.known else ""
        rows.append(row(cell(run(grade_word("undocumented", lang), "bold"), run(str(stray.a), "where")),
                        f"{far} {stray.what}".strip(), stray.proofs[0].says if stray.proofs else "", tone="warning"))
    head = heading(1, t["deviations"], name="deviations")
    if not rows:
        return [head, para(t["none"])]
    return [head, table([28, 26, 46], [t["cable"], t["found"], t["proof"]], rows)]


def _faults(register: Register, lang: str) -> list[Block]:
    t = words(lang)
    rows = [row(cell(run(", ".join(fault.about), "bold")), fault.problem, fault.remedy,
                tone="critical" if fault.error else "warning") for fault in rules.check(register)]
    head = heading(1, t["faults"], name="faults")
    return [head, table([26, 40, 34], [t["device"], t["what"], t["todo"]], rows) if rows else para(t["none"])]


def _devices(register: Register, lang: str) -> list[Block]:
    t = words(lang)
    rows: list[dict[str, Any]] = []
    for device in register.devices.values():
        if device.role not in {"outlet", "client"}:
            place = f"{device.rack} U{device.u if device.u is not None else '?'}" if device.rack else device.place
            rows.append(row(cell(run(device.name, "bold"), run(device.title.get("zh", ""), "where")),
                            f"{device.type.manufacturer} {device.type.model}", place))
    return [{"k": "break"}, heading(1, t["devices"], name="devices"),
            table([30, 40, 30], [t["device"], t["model"], t["place"]], rows)]


def _signatures(lang: str) -> list[Block]:
    t = words(lang)
    return [heading(1, t["sign"], name="sign"), table(
        [3, 4, 3], ["", t["name"], t["day"]], [row(t["party_a"], "", ""), row(t["party_b"], "", "")], style="sign")]
