"""Real output of echoscu, found outside this repository (ROUNDS_CAPTURES)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pacs_rounds import parse

pytestmark = [pytest.mark.captures, pytest.mark.skipif(
    not os.environ.get("ROUNDS_CAPTURES"), reason="ROUNDS_CAPTURES names no folder of captured outputs")]
RESULTS = {"echoscu_ok": "accepted", "echoscu_refused": "refused", "pynetdicom_echoscu_ok": "accepted"}


def test_every_captured_echo_is_understood() -> None:
    files = sorted((Path(os.environ["ROUNDS_CAPTURES"]) / "dicom").glob("*.txt"))
    assert files
    for file in files:
        [call] = parse.parse("dicom.echoscu", file.read_text(encoding="utf-8"))
        assert call["result"] == RESULTS.get(file.stem, call["result"])
        assert call["result"] not in {"other", "cut_off"}, file.name
        assert call["remarks"] == []
