"""TextFSM with the templates of ntc-templates, loaded by name.

`ntc_templates.parse` is not used: it reads an index of two thousand lines for each answer. TextFSM passes over lines
that a template does not name, so every caller compares rows found with rows counted.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import ntc_templates
import textfsm

from pacs_rounds.parse.cisco_ios.text import fail

_LONGEST = 300  # the templates' patterns are cubic in the length of a line


@functools.cache
def _compiled(name: str) -> Any:
    path = Path(ntc_templates.__file__).parent / "templates" / f"cisco_ios_{name}.textfsm"
    with path.open(encoding="utf-8") as stream:
        return textfsm.TextFSM(stream)


def rows(name: str, lines: list[str]) -> list[dict[str, str]]:
    """Rows of the template `cisco_ios_<name>`, keys in lower case; ParseError where it meets a strange line."""
    for line in lines:
        if len(line) > _LONGEST:
            fail(f"a row of more than {_LONGEST} characters", line)
    machine = _compiled(name)
    machine.Reset()
    try:
        found = machine.ParseTextToDicts("\n".join(lines) + "\n")
    except textfsm.TextFSMError as error:
        line = str(error).partition("Input Line: ")[2]
        fail("line not understood", line.strip() or str(error))
    return [{key.lower(): value for key, value in row.items()} for row in found]
