"""Fixtures of the unit tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from rounds_run import Site, isolate


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Site:
    """A small site whose evidence, state and reports lie in the test's own folder."""
    return isolate(monkeypatch, tmp_path)
