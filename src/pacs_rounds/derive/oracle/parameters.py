"""Parameters: what changed since the last run, and what will be different after the next restart."""

from __future__ import annotations

from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.oracle.shared import Told, said, told
from pacs_rounds.model import Context, Reason, Row

_DRIFT = "oracle.parameters"
# What only the starting of the instance sets, and no spfile holds.
_NOT_IN_SPFILE = frozenset({"spfile", "ifile", "instance_name", "local_listener"})  # the last: by a cluster's agent


def _values(one: Told, source: str) -> dict[str, str]:
    """Parameter -> its values, several joined in their order."""
    found: dict[str, list[tuple[int, str]]] = {}
    for row in one.rows:
        if row["source"] == source:
            found.setdefault(str(row["name"]).lower(), []).append((int(row["place"] or 1), str(row["value"] or "")))
    return {name: ", ".join(value for _, value in sorted(values)) for name, values in sorted(found.items())}


@derivation("oracle.parameters")
def parameters(data: Data, context: Context) -> list[Row]:
    """Each parameter that is not the default, against the last sealed run: unchanged, changed, added, removed.

    `observed` keeps the value (secrets were not asked for), `previous` the earlier one.
    """
    answers, rows = told(data, "parameters", "parameter")
    earlier = context.previous.get(_DRIFT, {})
    for one in answers:
        now = _values(one, "MEMORY")
        if not now:
            rows.append({"parameter": one.sid, "unknown": Reason.EMPTY.value, "detail": "no parameter is listed"})
            continue
        before = {item.partition("/")[2]: record["observed"] for item, record in earlier.items()
                  if item.startswith(f"{one.sid}/") and record["observed"] != ""}
        for name, value in now.items():
            rows.append(_compared(one.name(name), value, before.get(name), bool(before)))
        rows += [{"parameter": one.name(name), "state": "removed", "previous": was, "observed": "",
                  "detail": f"was {was}, is the default again"} for name, was in before.items() if name not in now]
    return rows


def _compared(item: str, value: str, before: object, known: bool) -> Row:
    row: Row = {"parameter": item, "observed": value or "(empty)"}
    value = str(row["observed"])
    if before is None:
        return row | ({"state": "added", "detail": f"was the default, is {value}"} if known else
                      {"state": "first_visit", "detail": "the first run: nothing to compare with"})
    if before == value:
        return row | {"state": "unchanged", "previous": before, "detail": ""}
    return row | {"state": "changed", "previous": before, "detail": f"{before} -> {value}"}


@derivation("oracle.spfile")
def spfile(data: Data, context: Context) -> list[Row]:
    """Where the instance and its spfile differ: what a restart would change. One row says so where nothing does."""
    answers, rows = told(data, "parameters", "parameter")
    for one in answers:
        memory, file = _values(one, "MEMORY"), _values(one, "SPFILE")
        if not file:
            rows.append({"parameter": one.sid, "state": "no_spfile", "detail": "the instance was started without one"})
            continue
        differing = []
        for name in sorted({*memory, *file} - _NOT_IN_SPFILE):
            here, there = memory.get(name), file.get(name)
            if there is None:
                differing.append(_row(one, name, "lost_at_restart", f"only in memory: {here}"))
            elif here is None:
                differing.append(_row(one, name, "waits_for_restart", f"the default in memory, in the spfile {there}"))
            elif here.casefold() != there.casefold():
                differing.append(_row(one, name, "waits_for_restart",
                                      said(f"in memory {here}", f"in the spfile {there}")))
        rows += differing or [{"parameter": one.sid, "state": "same_as_spfile",
                               "detail": f"{len(file)} parameters compared"}]
    return rows


def _row(one: Told, name: str, state: str, detail: str) -> Row:
    return {"parameter": one.name(name), "state": state, "detail": detail}
