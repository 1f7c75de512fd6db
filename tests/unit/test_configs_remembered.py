"""What redaction made of a text is remembered; whatever happens to the memory, the same comes out."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

import pytest
from test_configs_gate import ios

from pacs_rounds.configs import intake, redacted, remembered
from pacs_rounds.configs.intake import Reading, take
from pacs_rounds.configs.remembered import Memory
from pacs_rounds.configs.store import Store

KEY = b"k" * 32
TEXT = ios().replace("line con 0", "snmp-server community hunter2hunter RO\n" + "".join(
    f"ip route 10.{n // 250}.{n % 250}.0 255.255.255.0 Null0\n" for n in range(300)) + "line con 0")
EXPECTED = redacted.redacted("cisco_ios", TEXT, KEY)[0]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """The memory of a device that has been read once."""
    place = tmp_path / "redacted" / "core-9"
    memory = Memory.of(place, KEY)
    assert memory.redacted("cisco_ios", TEXT) == EXPECTED
    memory.keep()
    return place


def _worked(monkeypatch: pytest.MonkeyPatch, place: Path, key: bytes = KEY, text: str = TEXT,
            platform: str = "cisco_ios") -> bool:
    """Whether the text was redacted anew; what comes out is what redaction makes of it in any case."""
    done: list[str] = []

    def work(*given: Any) -> Any:
        done.append(given[1])
        return original(*given)

    original = redacted.redacted
    with monkeypatch.context() as patch:
        patch.setattr(redacted, "redacted", work)
        assert Memory.of(place, key).redacted(platform, text) == original(platform, text, key)[0]
    return bool(done)


def test_what_is_read_again_is_not_redacted_again(monkeypatch: pytest.MonkeyPatch, place: Path) -> None:
    assert "hunter" not in EXPECTED
    assert not _worked(monkeypatch, place)
    assert b"hunter" not in place.read_bytes() + zlib.decompress(place.read_bytes()[32:])


def test_other_texts_platforms_and_keys_are_worked_on(monkeypatch: pytest.MonkeyPatch, place: Path) -> None:
    assert _worked(monkeypatch, place, text=TEXT + "!")
    assert _worked(monkeypatch, place, platform="brocade_fos")
    assert _worked(monkeypatch, place, key=b"j" * 32)


@pytest.mark.parametrize("harm", ["lost", "empty", "cut", "changed", "no_json", "a_folder"])
def test_a_memory_that_is_lost_or_harmed_changes_nothing(
        monkeypatch: pytest.MonkeyPatch, place: Path, harm: str) -> None:
    data = place.read_bytes()
    place.unlink()
    if harm == "a_folder":
        place.mkdir()
    elif harm != "lost":
        poison = zlib.compress(zlib.decompress(data[32:]).replace(b"<redacted", b"hunter2hunter <redacted"))
        place.write_bytes({"empty": b"", "cut": data[:-9], "changed": data[:32] + poison,
                           "no_json": data[:32] + b"x"}[harm])
    assert _worked(monkeypatch, place)
    memory = Memory.of(place, KEY)
    memory.redacted("cisco_ios", TEXT)
    memory.keep()  # as good as new, or, where a folder lies in its place, not at all
    assert _worked(monkeypatch, place) == (harm == "a_folder")


def test_another_rule_or_other_code_forgets_all(monkeypatch: pytest.MonkeyPatch, place: Path, tmp_path: Path) -> None:
    rules = tmp_path / "rules.yml"
    rules.write_bytes(remembered.redact.RULES.read_bytes() + b"# one more\n")
    assert not _worked(monkeypatch, place)
    with monkeypatch.context() as patch:
        patch.setattr(remembered.redact, "RULES", rules)
        remembered.made_by.cache_clear()
        assert _worked(monkeypatch, place)
    remembered.made_by.cache_clear()
    with monkeypatch.context() as patch:
        patch.setattr(remembered, "__file__", str(tmp_path / "x.py"))
        remembered.made_by.cache_clear()
        assert _worked(monkeypatch, place)
    remembered.made_by.cache_clear()
    assert not _worked(monkeypatch, place)


def test_a_full_disk_costs_the_memory_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    place = tmp_path / "core-9"
    with monkeypatch.context() as patch:
        patch.setattr(remembered, "write_new", full)
        memory = Memory.of(place, KEY)
        assert memory.redacted("cisco_ios", TEXT) == EXPECTED
        memory.keep()
    assert not place.exists()
    assert _worked(monkeypatch, place)


def test_only_the_texts_of_this_round_are_kept(monkeypatch: pytest.MonkeyPatch, place: Path) -> None:
    memory = Memory.of(place, KEY)
    memory.redacted("cisco_ios", TEXT + "!")
    memory.redacted("cisco_ios", "snmp-server community hunter2hunter RO\n")  # short: not worth a memory
    memory.keep()
    assert len(Memory.of(place, KEY).known) == 1
    assert _worked(monkeypatch, place)
    assert not _worked(monkeypatch, place, text=TEXT + "!")


def test_a_text_that_came_as_before_is_not_even_masked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    store = Store("lab", tmp_path / "configs", (), KEY)

    def read(number: int, text: str = TEXT) -> str:
        reading = Reading("core-9", "cisco_ios", {"running_config": text}, round_id=f"r{number}", moment=1.8e9 + number)
        return take(store, reading).documents["running_config"].state

    assert read(1) == "new"
    with monkeypatch.context() as patch:
        patch.setattr(intake, "masked", lambda *_: pytest.fail("masked"))
        assert read(2) == "unchanged"
    assert store.seen("core-9")["running_config"]["round"] == "r2"
    noisy = TEXT.replace("Last configuration change at 10:00", "Last configuration change at 11:00")
    assert noisy != TEXT
    assert read(3, noisy) == "unchanged"
    with monkeypatch.context() as patch:
        patch.setattr(intake, "masked", lambda *_: pytest.fail("masked"))
        assert read(4, noisy) == "unchanged", "the noise of the last reading is the one that is known"
        patch.setattr(intake, "rules_digest", lambda: "other")
        with pytest.raises(pytest.fail.Exception):
            read(5, noisy)
