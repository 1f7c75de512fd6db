"""Every parser against its fixtures: tests/fixtures/<platform>/<command>/<situation>.raw beside <situation>.yml.

The .yml says either `parsed:` (the whole plain data) or `refused:` (a part of the one-line reason).
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from pacs_rounds import parse
from pacs_rounds.model import ParseError

FIXTURES = Path(__file__).parents[1] / "fixtures"
CASES = sorted(path for path in FIXTURES.glob("*/*/*.raw") if path.parts[-3] != "checks")


def _name(path: Path) -> str:
    return f"{path.parts[-3]}.{path.parts[-2]}/{path.stem}"


@pytest.mark.parametrize("raw", CASES, ids=_name)
def test_parser_reads_its_fixture_as_written_beside_it(raw: Path) -> None:
    expected = yaml.safe_load(raw.with_suffix(".yml").read_text(encoding="utf-8"))
    name = f"{raw.parts[-3]}.{raw.parts[-2]}"
    text = raw.read_bytes().decode("utf-8", errors="replace")
    if "refused" in expected:
        with pytest.raises(ParseError) as refusal:
            parse.parse(name, text)
        assert expected["refused"] in str(refusal.value)
        assert "\n" not in str(refusal.value)
    else:
        assert parse.parse(name, text) == expected["parsed"]


@pytest.mark.parametrize("name", parse.names())
def test_every_parser_has_a_good_and_a_refused_fixture(name: str) -> None:
    platform, _, command = name.partition(".")
    cases = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in (FIXTURES / platform / command).glob("*.yml")]
    assert any("parsed" in case for case in cases), f"tests/fixtures/{platform}/{command}/ has no parsed case"
    assert any("refused" in case for case in cases), f"tests/fixtures/{platform}/{command}/ has no refused case"


@pytest.mark.parametrize("name", parse.names())
@pytest.mark.parametrize("text", ["", "   \n\n", "% Invalid input detected at '^' marker.\n",
                                  "sh: 1: thing: not found\n", "\x1b[2J<script>{{ 7*7 }}</script>\n"],
                         ids=["nothing", "blank", "cli-error", "tool-missing", "hostile"])
def test_what_is_no_answer_is_refused_or_means_none(name: str, text: str) -> None:
    try:
        parsed = parse.parse(name, text)
    except ParseError as error:
        said = str(error)
    else:
        said = "means none" if not text.strip() and not parsed else ""
    assert said.strip(), f"{name} understood {text!r}"
