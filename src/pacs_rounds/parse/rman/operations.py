"""What an RMAN session does: operations with their backup sets, copies, restores, checks and deletions."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.parse.oracle_text import Fields, seconds, stamp


def stamps(match: re.Match[str]) -> Fields:
    found = match.groupdict()
    return {key: int(found[key]) if found.get(key) else None for key in ("recid", "stamp")}


class Operations:
    """The operations of a session in their order, each with what it read and wrote, by channel."""

    def __init__(self) -> None:
        self.operations: list[Fields] = []
        self.devices: dict[str, str] = {}
        self.notes: list[str] = []
        self.retention: str | None = None
        self._open: list[Fields] = []
        self._work: dict[str | None, Fields] = {}
        self._channel: str | None = None
        self._next = ""


    def _operation(self, name: str) -> Fields:
        """The operation going on; one without a beginning where the text begins in its middle."""
        if not self._open:
            self._begin(name, None)
        return self._open[-1]

    def _begin(self, name: str, when: str | None) -> None:
        one = {"operation": name, **stamp("started", when), **stamp("finished", None),
               "complete": False, "failed": False}
        self.operations.append(one)
        self._open.append(one)

    def _on_started(self, match: re.Match[str]) -> None:
        self._begin(match["what"].strip().lower(), match["when"])
        self._work.clear()
        self._next = ""

    def _on_finished(self, match: re.Match[str]) -> None:
        name = match["what"].strip().lower()
        if not any(one["operation"] == name for one in self._open):
            self._begin(name, None)
        while self._open:
            one = self._open.pop()
            if one["operation"] == name:
                one |= {**stamp("finished", match["when"]), "complete": True}
                break
        self._work.clear()
        self._next = ""

    def _put(self, name: str, key: str, value: Any) -> None:
        self._operation(name).setdefault(key, []).append(value)

    def _work_on(self, operation: str, key: str, fields: Fields) -> Fields:
        work = {"channel": self._channel, **fields, "elapsed_seconds": None, "complete": False}
        self._put(operation, key, work)
        self._work[self._channel] = work
        return work

    def _done(self, match: re.Match[str]) -> None:
        work = self._work.pop(self._channel, None)
        if work is not None:
            elapsed = match.groupdict().get("elapsed")
            work |= {"elapsed_seconds": seconds(elapsed) if elapsed else None, "complete": True}

    def _on_channel_ready(self, match: re.Match[str]) -> None:
        self.devices[self._channel or ""] = match["device"]

    def _on_set_start(self, match: re.Match[str]) -> None:
        written = match["kind"].strip()
        level = re.search(r"(?:level|级别)\s*(\d)", written)
        self._work_on("backup", "sets", {
            "content": "archived logs" if re.search(r"log|日志", written) else "datafiles",
            "level": int(level[1]) if level else None, "compressed": bool(re.search(r"compressed|压缩", written))})

    def _on_copy_start(self, match: re.Match[str]) -> None:
        self._work_on("backup", "copies", {"content": match["kind"], "input": None, "output": None, "tag": None})

    def _on_restore_start(self, match: re.Match[str]) -> None:
        written = match["kind"]
        self._work_on("restore", "restored", {
            "content": "archived logs" if re.search(r"log|日志", written) else "datafiles",
            "incremental": bool(re.search("incremental|增量", written)), "files": [], "pieces": []})

    def _on_validate_start(self, match: re.Match[str]) -> None:
        self._work_on("validate", "validated", {"content": match["kind"].strip(), "files": [], "pieces": []})

    _on_set_end = _on_copy_end = _on_restore_end = _on_validate_end = _done

    def _on_piece_start(self, match: re.Match[str]) -> None:
        work = self._work.get(self._channel)
        if work is None or "content" not in work:
            work = self._work_on("backup", "sets", {"content": None, "level": None, "compressed": None})
        work["piece_started_as_written"] = match["when"]

    def _on_piece_end(self, match: re.Match[str]) -> None:
        self._work.setdefault(self._channel, {})["piece_finished_as_written"] = match["when"]

    def _on_piece(self, match: re.Match[str]) -> None:
        piece: Fields = {"handle": match["name"], "tag": match["tag"]}
        work = self._work.get(self._channel)
        if work is not None and "pieces" in work and ("files" in work):
            if not any(one["handle"] == piece["handle"] for one in work["pieces"]):
                work["pieces"].append(piece)
            else:
                next(one for one in work["pieces"] if one["handle"] == piece["handle"])["tag"] = match["tag"]
            return
        piece["comment"] = match["comment"]
        if work is not None and "piece_finished_as_written" in work:
            piece |= {**stamp("started", work.pop("piece_started_as_written", None)),
                      **stamp("finished", work.pop("piece_finished_as_written"))}
        if work is not None and "content" in work:
            work.setdefault("pieces", []).append(piece)
        else:
            self._put("backup", "pieces", piece)

    def _on_input_file(self, match: re.Match[str]) -> None:
        one = {"number": int(match["number"]), "name": match["name"]}
        work = self._work.get(self._channel)
        if work is not None and "input" in work:
            work["input"] = one
        elif work is not None and "files" in work:
            work["files"].append(one)
        else:
            (work if work is not None else self._operation("backup")).setdefault("datafiles", []).append(one)

    def _on_input_log(self, match: re.Match[str]) -> None:
        work = self._work.get(self._channel)
        one = {"thread": int(match["thread"]), "sequence": int(match["sequence"]), **stamps(match)}
        (work if work is not None else self._operation("backup")).setdefault("archived_logs", []).append(one)

    def _on_with_control(self, match: re.Match[str]) -> None:
        work = self._work.get(self._channel)
        kind = match["kind"].lower()
        (work if work is not None else self._operation("backup"))["control_file"] = \
            "current" if kind == "当前" else kind

    def _on_with_spfile(self, match: re.Match[str]) -> None:
        work = self._work.get(self._channel)
        (work if work is not None else self._operation("backup"))["spfile"] = True

    def _on_restore_control(self, match: re.Match[str]) -> None:
        self._operation("restore")["control_file"] = True

    def _on_restore_spfile(self, match: re.Match[str]) -> None:
        self._operation("restore")["spfile"] = True

    def _restoring(self) -> Fields:
        work = self._work.get(self._channel)
        if work is None or "files" not in work:
            work = self._work_on("restore", "restored", {"content": "datafile copies", "incremental": False,
                                                         "files": [], "pieces": []})
        return work

    def _on_restore_file(self, match: re.Match[str]) -> None:
        self._restoring()["files"].append({"number": int(match["number"]), "name": match["name"]})

    def _on_destination(self, match: re.Match[str]) -> None:
        number = int(match["number"])
        files = self._restoring()["files"]
        for one in files:
            if one["number"] == number:
                one["name"] = match["name"]
                return
        files.append({"number": number, "name": match["name"]})

    def _on_reading(self, match: re.Match[str]) -> None:
        work = self._work.get(self._channel)
        if work is not None and "files" in work:
            work["pieces"].append({"handle": match["name"], "tag": None})
        else:
            self._put("restore", "read", match["name"])

    def _on_set_read(self, match: re.Match[str]) -> None:
        """What was read shows in the end of the set."""

    def _on_copied(self, match: re.Match[str]) -> None:
        self._done(match)

    def _on_input_copy(self, match: re.Match[str]) -> None:
        self._put("restore", "read", match["name"])

    def _on_output_file(self, match: re.Match[str]) -> None:
        work = self._work.get(self._channel)
        if work is not None and "output" in work:
            work |= {"output": match["name"], "tag": match["tag"]}
        else:
            self._put("restore", "outputs", match["name"])

    def _on_output_control(self, match: re.Match[str]) -> None:
        self._put("restore", "outputs", match["name"])

    def _on_applied_log(self, match: re.Match[str]) -> None:
        one = {"thread": int(match["thread"]), "sequence": int(match["sequence"])}
        name = match.groupdict().get("name")
        work = self._work.get(self._channel)
        if name is None and work is not None and "files" in work:
            work.setdefault("archived_logs", []).append(one)
            return
        logs: list[Fields] = self._operation("recover").setdefault("applied_logs", [])
        known = next((log for log in logs if {**log, "name": None} == {**one, "name": None}), None)
        if known is None:
            logs.append({**one, "name": name})
        elif name:
            known["name"] = name

    def _on_media_start(self, match: re.Match[str]) -> None:
        self._operation("recover")["media_recovery_complete"] = False

    def _on_media_end(self, match: re.Match[str]) -> None:
        self._operation("recover")["media_recovery_complete"] = True

    def _on_media_failed(self, match: re.Match[str]) -> None:
        self._operation("recover")["media_recovery_complete"] = False

    def _on_retention(self, match: re.Match[str]) -> None:
        self.retention = (match["policy"] or match["policy_zh"]).strip()

    def _on_skipped(self, match: re.Match[str]) -> None:
        self._put("backup", "skipped", match["text"].strip())

    def _on_file_name(self, match: re.Match[str]) -> None:
        self.notes.append(f"cataloged: {match['name']}")

    def _on_cancelled(self, match: re.Match[str]) -> None:
        self._put("backup", "skipped", match[0].strip())

    def _on_none_matching(self, match: re.Match[str]) -> None:
        self.notes.append(match[0].strip())

    _on_none_obsolete = _on_corrupt = _on_no_base = _on_trace = _on_none_matching
