"""The reconciliation as text, CSV or JSON, in Chinese or English. Pure: assets in, a text out."""

from __future__ import annotations

import csv as table
import io
import json
from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from pacs_rounds.assets.reconcile import VERDICTS, Asset, Note, Support
from pacs_rounds.report.exports import cell
from pacs_rounds.report.safe import visible
from pacs_rounds.report.words import Words


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """All assets of one run. `on` is the run's day (UTC), `as_of` when the makers' dates were last looked at."""

    site: str
    run: str
    on: str
    as_of: str
    assets: list[Asset]

    def counts(self) -> dict[str, int]:
        """How many assets have each verdict, every verdict present."""
        found = Counter(asset.verdict for asset in self.assets)
        return {verdict: found.get(verdict, 0) for verdict in VERDICTS}


def note(one: Note, words: Words) -> str:
    """A note as a sentence."""
    ours = {"why", "what", "confirm"}  # the rest are names, as written or as told
    values = {name: words.phrase(value) if name in ours else value for name, value in one.values.items()}
    return words(f"assets.notes.{one.kind}", **values)


def verdict(asset: Asset, words: Words) -> str:
    """The verdict's word, with the reason where nothing was told."""
    said = words(f"assets.verdicts.{asset.verdict}")
    return f"{said} ({words(f'reasons.{asset.reason}')})" if asset.reason and not asset.serials_told else said


def term(one: Support, words: Words) -> str:
    """`hardware ended: 2020-11-30 (-2183 days)`."""
    state = words(f"assets.states.{one.state}")
    said = state if one.days is None else words("assets.until", state=state, until=one.until, days=f"{one.days:+d}")
    return f"{words(f'assets.kinds.{one.kind}')} {said}"


def terms(asset: Asset, words: Words) -> list[str]:
    """Every end of support, and that no warranty is recorded where none is."""
    found = [term(one, words) for one in asset.support]
    return found if any(one.kind == "warranty" for one in asset.support) else [
        *found, words("assets.warranty_not_recorded")]


def text(data: Reconciliation, words: Words) -> str:
    """One block per asset, the counts in the last line."""
    out = [words("assets.heading", site=data.site),
           words("assets.run", run=data.run, day=data.on, as_of=data.as_of), ""]
    for asset in data.assets:
        out += [*_block(asset, words), ""]
    if not data.assets:
        out += [words("assets.nothing"), ""]
    out.append(words("summary.and").join(
        words("assets.counts", n=number, verdict=words(f"assets.verdicts.{name}"))
        for name, number in data.counts().items()))
    return "\n".join(visible(line) for line in out) + "\n"


def _block(asset: Asset, words: Words) -> list[str]:
    contract, none = asset.contract, words("assets.not_told")
    place = words("assets.row", row=contract["row"]) if contract.get("row") else words("assets.no_row")
    head = " ".join(str(part) for part in (place, contract.get("clause"), asset.host, contract.get("system")) if part)
    lines = [f"{head}  {verdict(asset, words)}"]
    if contract:
        lines.append(f"    {words('assets.written')}: {contract.get('model_as_written') or words('assets.none')}"
                     f"  {contract.get('serial_as_written') or words('assets.none')}")
    lines.append(f"    {words('assets.told')}: {', '.join(asset.models_told) or none}"
                 f"  {', '.join(asset.serials_told) or none}")
    lines += [f"    {words(f'assets.{name}')}: {', '.join(values)}"
              for name, values in (("firmware", asset.firmware), ("os", asset.os)) if values]
    lines.append(f"    {words('assets.support')}: {'; '.join(terms(asset, words))}")
    lines += [f"    - {note(one, words)}" for one in asset.notes]
    lines += [f"    {words('assets.evidence')}: {one['record']} sha256:{one['sha256']}"
              + (f" {one['raw']}" if one.get("raw") else "") for one in asset.told]
    return lines


_COLUMNS = (
    "run", "site", "host", "row", "clause", "type", "system", "verdict", "reason", "model_written", "model_told",
    "model_compared", "serial_written", "serial_told", "serial_compared", "firmware", "os", "hardware_state",
    "hardware_until", "os_state", "os_until", "warranty_state", "warranty_until", "notes", "record", "record_sha256",
    "raw")


def csv(data: Reconciliation, words: Words) -> str:
    """One row per asset, CRLF and a byte-order mark, so that Excel reads the Chinese."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = table.writer(out)
    writer.writerow(_COLUMNS)
    for asset in data.assets:
        contract = asset.contract
        ends = {one.kind: one for one in asset.support}
        writer.writerow([cell(value) for value in (
            data.run, data.site, asset.host, contract.get("row"), contract.get("clause"), contract.get("type"),
            contract.get("system"), asset.verdict, asset.reason, contract.get("model_as_written"),
            "; ".join(asset.models_told), asset.model, contract.get("serial_as_written"),
            "; ".join(asset.serials_told), asset.serial, "; ".join(asset.firmware), "; ".join(asset.os),
            *(value for kind in ("hardware", "os", "warranty") for value in _end(ends.get(kind))),
            "; ".join(note(one, words) for one in asset.notes), _each(asset, "record"), _each(asset, "sha256"),
            _each(asset, "raw"))])
    return out.getvalue()


def _end(one: Support | None) -> tuple[str | None, str | None]:
    return (one.state, one.until) if one else (None, None)


def _each(asset: Asset, name: str) -> str:
    return " ".join(str(one[name]) for one in asset.told if one.get(name))


def as_json(data: Reconciliation, words: Words) -> str:
    """Everything, with each note's sentence beside its kind; ASCII, so that no terminal acts on a device's text."""
    assets: list[dict[str, Any]] = []
    for asset in data.assets:
        one = asdict(asset)
        one["notes"] = [{"kind": said.kind, "values": said.values, "text": note(said, words)} for said in asset.notes]
        assets.append(one)
    return json.dumps({"site": data.site, "run": data.run, "on": data.on, "lifecycle_as_of": data.as_of,
                       "counts": data.counts(), "assets": assets}, indent=1, sort_keys=True) + "\n"


FORMATS = {"text": text, "csv": csv, "json": as_json}
