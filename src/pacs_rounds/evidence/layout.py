"""Names and places of runs, links and keys."""

from __future__ import annotations

import json
import os
import re
import secrets
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pacs_rounds import paths
from pacs_rounds.model import BadInput

_SITE = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}\Z")
_RUN = re.compile(r"[0-9]{8}T[0-9]{6}Z-[a-z0-9-]+-[0-9a-f]{4}\Z")


def new_run_id(round_name: str) -> str:
    """Sorts by time, tells what it was, and two started in one second still differ."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{round_name}-{secrets.token_hex(2)}"


@dataclass(frozen=True, slots=True)
class SiteEvidence:
    """The folders of one site."""

    root: Path

    @classmethod
    def of(cls, site: str) -> SiteEvidence:
        """The site's folder; BadInput for a name that could leave it."""
        if not _SITE.match(site):
            raise BadInput(f"site {site!r}", "is no site name", "use the folder's name under inventories/, e.g. lab")
        return cls(paths.EVIDENCE / site)

    @property
    def site(self) -> str:
        """The site's name."""
        return self.root.name

    @property
    def open(self) -> Path:
        """Where runs are being written."""
        return self.root / "open"

    @property
    def chain(self) -> Path:
        """Where links stand."""
        return self.root / "chain"

    @property
    def allowed_signers(self) -> Path:
        """OpenSSH's list of whose signatures count."""
        return self.root / "allowed_signers"

    def run_dirs(self) -> list[Path]:
        """Every folder that looks like a run outside open/, oldest first."""
        if not self.root.is_dir():
            return []
        return sorted(path for path in self.root.iterdir() if path.is_dir() and _RUN.match(path.name))

    def find(self, run: str) -> Path:
        """The run's folder: sealed, or signed but not yet moved out of open/."""
        sealed = self.root / run
        return sealed if sealed.exists() or not (self.open / run).exists() else self.open / run


def is_run_id(name: str) -> bool:
    """Whether a name has the shape of a run id."""
    return bool(_RUN.match(name))


def payload(run_dir: Path) -> Path:
    """Where a run's own files lie: `data/` once it is a bag, the folder itself while it is open."""
    return run_dir / "data" if (run_dir / "bagit.txt").exists() else run_dir


def read_json(path: Path) -> Any:
    """The file's data; BadInput when it is missing or broken."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadInput(str(path), "no such file", "is this the folder of a run?") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise BadInput(str(path), f"not readable as JSON: {error}", "the file was damaged; see rounds verify") from None


def write_new(path: Path, data: bytes, durable: bool = False) -> None:
    """Write a file that appears whole or not at all. An error (disk full) leaves nothing under the name.
    `durable` waits until the disk has it; a run as a whole is synced once, before its link."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_native_id()}")
    try:
        try:
            file = temporary.open("wb")
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
            file = temporary.open("wb")
        with file:
            file.write(data)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def json_bytes(data: Any) -> bytes:
    """JSON for people and diffs: sorted keys, indented, UTF-8."""
    return (json.dumps(data, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def jsonl_bytes(rows: list[Any]) -> bytes:
    """JSON Lines with sorted keys."""
    def line(row: Any) -> str:
        return json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False) + "\n"

    return "".join(line(row) for row in rows).encode()


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    """The rows of a JSON Lines file; BadInput names a broken line."""
    rows = []
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BadInput(str(path), f"not UTF-8: {error}", "the file was damaged: rounds verify") from None
    # Not splitlines(): device text may hold U+2028, which is a line end to Python but not to JSON Lines.
    for number, line in enumerate(text.split("\n"), start=1):
        try:
            if line:
                rows.append(json.loads(line))
        except json.JSONDecodeError as error:
            raise BadInput(f"{path}:{number}", f"not JSON: {error}", "the file was damaged: rounds verify") from None
    return rows
