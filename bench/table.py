"""What a benchmark says, and how it gets into docs/benchmarks.md."""

from __future__ import annotations

import datetime
import os
import platform
import re
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

BEGIN, END = "<!-- bench:begin -->", "<!-- bench:end -->"
SHOWN = ("ansible-core", "ansible-runner", "asyncssh", "netmiko", "nornir", "nornir-netmiko", "paramiko", "pysnmp")


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. `met` None: measured for comparison, no target."""

    figure: str
    target: str
    measured: str
    ratio: str = ""
    met: bool | None = None


@dataclass(slots=True)
class Section:
    """The rows of one benchmark and what must be known to read them. `failed` says why there are none."""

    name: str
    title: str
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    failed: str = ""


def _word(met: bool | None) -> str:
    return {True: "yes", False: "**no**", None: ""}[met]


def _rows(rows: list[Row]) -> list[str]:
    lines = ["| figure | target | measured | ratio | met? |", "|---|---|---|---|---|"]
    return lines + [f"| {row.figure} | {row.target} | {row.measured} | {row.ratio} | {_word(row.met)} |"
                    for row in rows]


def machine() -> list[str]:
    """Date, processor, cores, load and versions; no names of machines or people."""
    model = next((line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.machine())
    memory = int(Path("/proc/meminfo").read_text().split()[1]) / 1e6
    versions = ", ".join(f"{name} {version(name)}" for name in SHOWN)
    return [
        f"Measured {datetime.datetime.now(datetime.UTC):%Y-%m-%d %H:%M} UTC on {len(os.sched_getaffinity(0))} cores of "
        f"{model}, {memory:.1f} GB, Linux {platform.release().partition('-')[0]}, Python {platform.python_version()}; "
        f"load before the run {os.getloadavg()[0]:.2f}.",
        f"{versions}."]


def markdown(sections: list[Section], about: list[str], how: str) -> str:
    """The part of docs/benchmarks.md between the markers."""
    lines = [*about, how, ""]
    for section in sections:
        lines += [f"### {section.title}", ""]
        lines += [f"Not measured: {section.failed}", ""] if section.failed else [*_rows(section.rows), ""]
        lines += [*(f"* {note}" for note in section.notes), ""] if section.notes else []
    return "\n".join(lines).rstrip() + "\n"


def plain(sections: list[Section]) -> str:
    """The same for a terminal."""
    cells = [("figure", "target", "measured", "ratio", "met?")]
    for section in sections:
        if section.failed:
            cells.append((section.title, "", "FAILED: " + section.failed.splitlines()[0], "", ""))
        cells += [(row.figure, row.target, row.measured, row.ratio, _word(row.met).strip("*")) for row in section.rows]
    widths = [max(len(row[column]) for row in cells) for column in range(5)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
                     for row in cells)


def write_some(path: Path, sections: list[Section], about: list[str], how: str) -> None:
    """Replace these sections of the page alone; each says when and how it was measured by itself."""
    page = path.read_text(encoding="utf-8")
    for section in sections:
        section.notes.append(f"Measured by itself. {' '.join([*about, how])}")
        made = markdown([section], [], "").strip("\n") + "\n"
        head = re.escape(f"### {section.title}\n")
        old = re.search(rf"^{head}.*?(?=^### |{re.escape(END)})", page, re.DOTALL | re.MULTILINE)
        if old is None:
            page = page.replace(END, f"\n{made}{END}")
        else:
            last = page.startswith(END, old.end())
            page = page[:old.start()] + made + ("" if last else "\n") + page[old.end():]
    path.write_text(page, encoding="utf-8")


def write(path: Path, text: str) -> None:
    """Replace what stands between the markers; the rest of the page is written by hand."""
    page = path.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    if not rest or END not in rest:
        raise ValueError(f"{path.name}: the markers {BEGIN} and {END} are missing")
    path.write_text(f"{before}{BEGIN}\n{text}{END}{after}", encoding="utf-8")
