"""Data files: growth since the last visit, files that need recovery or are offline, changes no redo log has."""

from __future__ import annotations

from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.linux import number_of
from pacs_rounds.derive.oracle.shared import Fields, Told, human, said, told
from pacs_rounds.model import Context, Reason, Row

_GROWTH = "oracle.datafile_growth"
_TOTAL = "all data files"


def key_of(one: Told, file: Fields) -> str:
    """A file's name for ever: its number and the change that created it. A number is given again after a drop."""
    kind = "file" if file["kind"] == "DATA" else "temporary file"
    return one.name(f"{kind} {file['file_id']} created at {file['creation_change']}")


@derivation("oracle.datafile_growth")
def datafile_growth(data: Data, context: Context) -> list[Row]:
    """Each file's size against the last sealed run's, files that came and went, and the sum of all.

    `observed` keeps the size, `previous` the earlier one, `delta` what came or went.
    """
    answers, rows = told(data, "datafiles", "file")
    earlier = context.previous.get(_GROWTH, {})
    for one in answers:
        before = {item: size for item, record in earlier.items()
                  if item.startswith(f"{one.sid}/") and (size := number_of(record)) is not None}
        total = one.name(_TOTAL)
        now = {key_of(one, file): file for file in one.rows}
        size = sum(int(file["size_bytes"] or before.get(item, 0)) for item, file in now.items()
                   if file["kind"] == "DATA")
        summed = _compared(total, size, before.get(total), bool(before), "")
        rows.append(summed | {"state": "summed"} if summed["state"] == "shrunk" else summed)
        for item, file in now.items():
            name = said(str(file["file_name"]), f"tablespace {file['tablespace_name']}" if file["tablespace_name"]
                        else "")
            rows.append(_compared(item, int(file["size_bytes"]), before.get(item), bool(before), name)
                        if file["size_bytes"] else _hidden(item, before.get(item), name))
        for item, gone in before.items():
            if item not in now and item != total:
                path = str(earlier[item].get("detail", "")).partition("; ")[0][:200]
                rows.append({"file": item, "state": "dropped",
                             "observed": 0, "previous": int(gone), "delta": -int(gone),
                             "detail": said("dropped since the last run", path)})
    # A dropped file stays in the records with no bytes: it is told once.
    return [row for row in rows if row.get("previous") != 0 or row.get("state") != "dropped"]


def _hidden(item: str, before: float | None, name: str) -> Row:
    """A file that is offline tells no size. The last known one stands as its state, so that the next run has it."""
    row: Row = {"file": item, "unknown": Reason.EMPTY.value, "detail": said(name, "the file tells no size")}
    return row if before is None else row | {"state": int(before)}


def _compared(item: str, size: int, before: float | None, known: bool, name: str) -> Row:
    row: Row = {"file": item, "observed": size}
    if before is None and known:
        return row | {"state": "added", "previous": 0, "delta": size,
                      "detail": said(name, f"added since the last run, {human(size)}")}
    if before is None:
        return row | {"state": "first_visit", "detail": said(name, "the first run: nothing to compare with")}
    delta = size - int(before)
    state = "grown" if delta > 0 else "shrunk" if delta < 0 else "unchanged"
    change = f"{human(int(before))} -> {human(size)}" if delta else ""
    return row | {"state": state, "previous": int(before), "delta": delta, "detail": said(name, change)}


_STATES = {"SYSTEM": "online", "ONLINE": "online", "SYSOFF": "offline", "OFFLINE": "offline", "RECOVER": "recover"}


@derivation("oracle.datafile_state")
def datafile_state(data: Data, context: Context) -> list[Row]:
    """Each file: online, offline, recover (it needs recovery), or the word of the view."""
    answers, rows = told(data, "datafiles", "file")
    for one in answers:
        for file in one.rows:
            written = str(file["status"])
            state = "recover" if file["recovery_error"] else _STATES.get(written, written.lower())
            rows.append({"file": key_of(one, file), "state": state, "detail": said(
                str(file["file_name"]), f"status {written}, {str(file['enabled']).lower()}",
                f"recovery: {file['recovery_error']}" if file["recovery_error"] else "")})
    return rows


@derivation("oracle.unrecoverable_files")
def unrecoverable_files(data: Data, context: Context) -> list[Row]:
    """Each data file: were blocks written without redo after its newest backup? Such blocks cannot be recovered."""
    answers, rows = told(data, "datafiles", "file")
    for one in answers:
        for file in one.rows:
            if file["kind"] != "DATA":
                continue
            at, backup = file["unrecoverable_at"], file["backup_at"]
            if at is None:
                state, detail = "recoverable", ""
            elif backup and backup > at:
                state, detail = "backed_up_since", f"written without redo {at}, backed up {backup}"
            else:
                state = "not_recoverable"
                detail = f"written without redo {at}, newest backup {backup or 'not on record'}"
            rows.append({"file": key_of(one, file), "state": state, "detail": said(str(file["file_name"]), detail)})
    return rows
