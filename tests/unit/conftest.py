"""Fixtures of the unit tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings
from rounds_run import Site, isolate


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Site:
    """A small site whose evidence, state and reports lie in the test's own folder."""
    return isolate(monkeypatch, tmp_path)


# A busy machine may take a second over what takes a millisecond; the time limits that matter are asserted in words.
settings.register_profile("rounds", deadline=None, database=None)
settings.load_profile("rounds")
