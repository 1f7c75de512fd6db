"""What people saw, kept until the next round takes it into its evidence: who, when, what, and a photograph's hash.

`<state>/observations/<site>/<host>/<duty>/<UTC time>.yml`, written once and never changed. The photograph itself stays
where the engineer keeps it: a picture of a machine room may show a patient's name on a screen.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import yaml

from pacs_rounds import paths
from pacs_rounds.evidence.layout import SiteEvidence, write_new
from pacs_rounds.model import BadInput

SAW = ("normal", "fault", "unclear")
"""What an observation may say. `unclear` is no word of any check: it becomes unknown."""
COMMAND = "look at "
"""A catalogue command of the transport `human` is this and the duty's name: `look at indicator-lamps`."""
_PLANTED = "-planted.yml"
LARGEST_PHOTO_BYTES = 200_000_000
_DUTY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_PICTURES = {b"\xff\xd8\xff": "JPEG", b"\x89PNG": "PNG", b"%PDF": "PDF", b"II*\x00": "TIFF", b"MM\x00*": "TIFF"}


@dataclass(frozen=True, slots=True)
class Observation:
    """One look. `when` is RFC 3339 in UTC; `photo_sha256` the hex hash of the photograph or the signed sheet."""

    duty: str
    host: str
    saw: str
    who: str
    when: str
    photo_name: str
    photo_sha256: str
    words: str = ""


def duty_of(command: str) -> str:
    """The duty a catalogue command names; BadInput for a command that is none."""
    duty = command.removeprefix(COMMAND)
    if duty == command or not _DUTY.match(duty):
        raise BadInput(f"command {command!r}", "is nothing a person is asked to do", f"write: {COMMAND}<duty>")
    return duty


def photograph(path: Path) -> tuple[str, str]:
    """(file name, hex SHA-256) of a photograph or a scanned sheet; BadInput when it is neither."""
    total = hashlib.sha256()
    try:
        if path.stat().st_size > LARGEST_PHOTO_BYTES:
            raise BadInput(str(path), "is larger than any photograph", "give the picture, not the film")
        with path.open("rb") as file:
            head = file.read(12)
            if not any(head.startswith(mark) for mark in _PICTURES) and head[4:8] != b"ftyp":  # HEIC, AVIF
                raise BadInput(str(path), "is no picture", "give a JPEG, PNG, HEIC or TIFF picture, or a PDF sheet")
            total.update(head)
            while part := file.read(1 << 20):
                total.update(part)
    except OSError as error:
        raise BadInput(str(path), error.strerror or "cannot be read", "give the photograph's file") from None
    return path.name, total.hexdigest()


def keep(site: str, seen: Observation) -> Path:
    """Write one observation beside those before it. Returns its file."""
    path = _folder(site, seen.host, seen.duty, paths.STATE) / f"{_file_moment(seen)}.yml"
    if path.exists():
        raise BadInput(str(path), "this very moment has an observation already", "leave --at out, or say the real time")
    write_new(path, text_of(seen).encode("utf-8"), durable=True)
    return path


def plant(state: Path, site: str, host: str, looks: dict[str, str | None]) -> None:
    """For the simulated hospital: what its simulated engineer saw (duty -> word), in place of what was planted before.
    A duty that a person has observed is left to that person."""
    for old in _folder(site, host, "", state).glob(f"*/*{_PLANTED}"):
        old.unlink()
    for duty, saw in looks.items():
        folder = _folder(site, host, duty, state)
        if saw and not any(folder.glob("[0-9]*.yml")):
            seen = Observation(duty, host, saw, "simulated engineer", moment(None), f"{host}-{duty}.jpg",
                               hashlib.sha256(f"{host} {duty} {saw}".encode()).hexdigest(), "no person looked")
            write_new(folder / f"{_file_moment(seen)}{_PLANTED}", text_of(seen).encode("utf-8"))


def newest(site: str, host: str, duty: str) -> str | None:
    """The text of the newest observation, None when nobody has looked."""
    files = sorted(_folder(site, host, duty, paths.STATE).glob("[0-9]*.yml"))
    return files[-1].read_text(encoding="utf-8") if files else None


def text_of(seen: Observation) -> str:
    """The observation as it is kept and judged: YAML, one key per line, sorted."""
    text: str = yaml.safe_dump({key: value for key, value in asdict(seen).items() if value}, allow_unicode=True,
                               width=10_000)
    return text


def moment(text: str | None) -> str:
    """RFC 3339 in UTC of now or of what a person wrote with an offset; BadInput for anything else."""
    if text is None:
        return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = datetime.min
    if at.tzinfo is None:
        raise BadInput(f"--at {text}", "is no moment with its offset", "write it like 2017-11-21T14:05+08:00")
    if at > datetime.now(UTC):
        raise BadInput(f"--at {text}", "lies in the future", "say when it was seen")
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _file_moment(seen: Observation) -> str:
    return seen.when.replace(":", "").replace("-", "")


def _folder(site: str, host: str, duty: str, state: Path) -> Path:
    SiteEvidence.of(site)  # refuses a name that could leave the folder
    return state / "observations" / site / host / duty
