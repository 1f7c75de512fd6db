"""What an RMAN session checks and deletes: pieces, copies and archived logs, one by one."""

from __future__ import annotations

import re

from pacs_rounds.parse.oracle_text import Fields
from pacs_rounds.parse.rman.operations import Operations, stamps

_KINDS = {"备份片段": "backup piece", "归档日志": "archived log", "数据文件副本": "datafile copy",
          "控制文件副本": "control file copy", "archive log": "archived log", "archivelog": "archived log"}


class Checks(Operations):
    """The items crosschecked and deleted. RMAN names the deed on one line and the thing on the next."""

    def __init__(self) -> None:
        super().__init__()
        self.checked: list[Fields] = []
        self.counted: list[int] = []
        self.deleted: list[Fields] = []
        self._status = ""
        self._kind = ""

    def _on_crosschecked(self, match: re.Match[str]) -> None:
        self._next, self._status = "checked", match["status"].upper()
        self._kind = _KINDS.get(match["kind"].strip(), match["kind"].strip())

    def _on_log_checked(self, match: re.Match[str]) -> None:
        self._next, self._kind = "checked", "archived log"
        self._status = "AVAILABLE" if match["status"].lower() == "succeeded" else "EXPIRED"

    def _on_crosscheck_count(self, match: re.Match[str]) -> None:
        self.counted.append(int(match["count"]))
        self._next = ""

    def _on_deleted(self, match: re.Match[str]) -> None:
        self._next, self._kind = "deleted", _KINDS.get(match["kind"].lower(), match["kind"].lower())

    def _on_delete_logs(self, match: re.Match[str]) -> None:
        self._next, self._kind = "logs", "archived log"

    def _on_checked_handle(self, match: re.Match[str]) -> None:
        one = {"kind": self._kind or "backup piece", "name": match["name"], **stamps(match)}
        if self._next == "checked":
            self.checked.append({**one, "status": self._status})
            self._next = ""
        elif self._next in ("deleted", "logs"):
            self.deleted.append(one)
        elif self._next == "kept":
            self._next = ""
            self.notes.append(f"not deleted: {match['name']}")
        else:
            self.notes.append(f"{one['kind']}: {match['name']}")

    def _on_log_file(self, match: re.Match[str]) -> None:
        if self._next == "kept" and self._kind == "archived log":
            self.notes.append(f"not deleted: {match['name']}")
            self._next = "logs"
        elif not self._next and match["sequence"]:
            self._on_applied_log(match)
        else:
            self._on_checked_handle(match)

    _on_copy_file = _on_checked_handle

    def _on_deleted_count(self, match: re.Match[str]) -> None:
        self._next = ""
