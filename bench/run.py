"""`make bench`: the project's figures, each beside a peer measured in the same run. Writes docs/benchmarks.md.

    bench/run.py [--only NAME ...] [--repeat N] [--quick] [--write]

Exit status 0 also when a target is missed: this measures, it does not test.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import tempfile
import time
from pathlib import Path

import measure
import setting
import table

# name -> (title, whether it needs the lab); the module of that name has measure(setting, section).
FIGURES = {
    "inspection": ("One healthy quarterly inspection", True),
    "stock": ("The same facts with stock modules", True),
    "per_host": ("One more host", True),
    "judging": ("Parse, judge and record a whole site", True),
    "fleet": ("150 and 600 switches beside nornir and netmiko", False),
    "configs": ("Configurations of 200 switches beside nornir and netmiko", False),
    "peers": ("DICOM peers with black holes", True),
    "harvest": ("Ten thousand harvested backup jobs", False),
    "snmp": ("SNMP agents beside net-snmp", False),
    "cabling": ("Cables against what the devices saw", False),
    "patching": ("What DICOM clients feel of a patch", False),
}
PAGE = setting.ROOT / "docs" / "benchmarks.md"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench/run.py", description=__doc__.partition("\n")[0])
    parser.add_argument("--only", nargs="+", choices=list(FIGURES), metavar="NAME", default=list(FIGURES),
                        help="some of: " + ", ".join(FIGURES))
    parser.add_argument("--repeat", type=int, default=0, help="repetitions of each way (default 3; 1 with --quick)")
    parser.add_argument("--quick", action="store_true", help="few hosts, once: to see that it works, not to quote")
    parser.add_argument("--write", action="store_true", help="write the page also after --only or --quick")
    return parser.parse_args()


def say(words: str) -> None:
    """A line of progress."""
    print(f"[{time.monotonic() - BEGAN:6.1f} s] {words}", file=sys.stderr, flush=True)


BEGAN = time.monotonic()


def _measured(names: list[str], place: setting.Setting) -> list[table.Section]:
    sections = []
    for name in names:
        section = table.Section(name, FIGURES[name][0])
        say(f"{name}: {section.title}")
        try:
            importlib.import_module(name).measure(place, section)
        except (measure.CommandFailedError, OSError) as error:
            section.failed, section.rows = str(error), []
            say(f"{name}: FAILED: {error}")
        for row in section.rows:
            say(f"{name}: {row.figure}: {row.measured}{f', {row.ratio}' if row.ratio else ''} (target {row.target})")
        sections.append(section)
    return sections


def main() -> int:
    """Measure, tell, write."""
    arguments = _arguments()
    names = [name for name in FIGURES if name in arguments.only]
    repeat = arguments.repeat or (1 if arguments.quick else 3)
    about = table.machine()
    with tempfile.TemporaryDirectory(prefix="rounds-bench-") as folder:
        setting.prepare_environment(Path(folder))
        place = setting.Setting(Path(folder), repeat, arguments.quick)
        started = False
        try:
            if any(FIGURES[name][1] for name in names):
                started = setting.lab_up()
                place = setting.with_lab(place)
            measure.adopt_orphans()
            sections = _measured(names, place)
        finally:
            if started:
                setting.lab_down()
    print(table.plain(sections))
    how = f"Medians of {repeat} alternating repetitions; the run took {time.monotonic() - BEGAN:.0f} s."
    whole = len(names) == len(FIGURES)
    if arguments.write and not whole:
        table.write_some(PAGE, sections, about, how)
        say(f"written, these sections: {os.path.relpath(PAGE)}")
    elif arguments.write or (whole and not arguments.quick):
        table.write(PAGE, table.markdown(sections, about, how))
        say(f"written: {os.path.relpath(PAGE)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
