"""Writing and reading one run's files. Every worker writes its own; nobody locks."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any

from pacs_rounds.conductor import Inputs, Record, sha256, timestamp
from pacs_rounds.evidence.layout import json_bytes, jsonl_bytes, payload, read_json, read_jsonl, write_new
from pacs_rounds.model import Answer, BadInput, Reason


def write_role(run_dir: Path, inputs: Inputs, answers: list[Answer], records: list[Record]) -> None:
    """Keep one role on one host: raw texts, what was asked when, what decided, and last of all the records.

    Raises OSError when the disk is full or read-only: a run that cannot record fails.
    """
    raw = run_dir / "raw"
    raw.mkdir(exist_ok=True)
    for answer in answers:
        path = raw / f"{sha256(answer.text)}.txt"
        if answer.text and not path.exists():  # named by content; under its name it is always whole
            write_new(path, answer.text.encode("utf-8"))
    rows = [_answer_row(answer) for answer in answers]
    write_new(run_dir / "answers" / inputs.host / f"{inputs.role}.jsonl", jsonl_bytes(rows))
    write_new(run_dir / "inputs" / inputs.host / f"{inputs.role}.json", json_bytes({field.name: getattr(inputs, field.name) for field in fields(inputs)}))
    write_new(run_dir / "records" / inputs.host / f"{inputs.role}.jsonl", jsonl_bytes(records))


def _answer_row(answer: Answer) -> dict[str, Any]:
    return {
        "command": answer.command, "sha256": sha256(answer.text) if answer.text else None,
        "bytes": len(answer.text.encode("utf-8")), "status": answer.status,
        "started": timestamp(answer.started), "ended": timestamp(answer.ended),
        "reason": str(answer.reason) if answer.reason else None, "detail": answer.detail,
    }


def read_role(run_dir: Path, host: str, role: str) -> tuple[Inputs, list[Answer]]:
    """What one role on one host was judged from, read back from the archive's plain files."""
    data = payload(run_dir)
    inputs = Inputs(**read_json(data / "inputs" / host / f"{role}.json"))
    answers = []
    for row in read_jsonl(data / "answers" / host / f"{role}.jsonl"):
        text = (data / "raw" / f"{row['sha256']}.txt").read_bytes().decode("utf-8") if row["sha256"] else ""
        reason = Reason(row["reason"]) if row["reason"] else None
        answers.append(Answer(row["command"], text, row["status"], _seconds(row["started"]), _seconds(row["ended"]),
                              reason, row["detail"]))
    return inputs, answers


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


def roles_of(run_dir: Path) -> list[tuple[str, str]]:
    """(host, role) of every records file, sorted."""
    return sorted((path.parent.name, path.stem) for path in (payload(run_dir) / "records").glob("*/*.jsonl"))


def records_of(run_dir: Path) -> list[Record]:
    """All records of a run, in the order of host and role."""
    data = payload(run_dir)
    return [record for host, role in roles_of(run_dir)
            for record in read_jsonl(data / "records" / host / f"{role}.jsonl")]


def previous_records(run_dirs: list[Path], host: str, role: str) -> tuple[str | None, dict[str, Any]]:
    """The newest earlier run that looked at this host and role: its id and check -> item -> record.

    `run_dirs` are sealed runs, newest first. Only what a later judgement can use is kept of each record.
    """
    for run_dir in run_dirs:
        path = payload(run_dir) / "records" / host / f"{role}.jsonl"
        try:
            rows = _observed(path) if path.exists() else {}
        except (BadInput, OSError, KeyError, TypeError):
            continue  # damaged since it was sealed: `verify` names it, and today's round goes on without it
        if rows:
            return run_dir.name, rows
    return None, {}


def _observed(path: Path) -> dict[str, dict[str, dict[str, Any]]]:
    rows: dict[str, dict[str, dict[str, Any]]] = {}
    for record in read_jsonl(path):
        if record["observed"] is not None:
            rows.setdefault(record["check"], {})[record["item"]] = {
                key: record[key] for key in ("observed", "outcome", "ended", "detail", "unit")}
    return rows
