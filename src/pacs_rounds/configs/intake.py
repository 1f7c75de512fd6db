"""One device's texts on their way into the store: gate, sealed copy, redacted copy, commit. The edge of the package.

The order is what makes it safe: the encrypted copy is on the disk before the commit names it, the commit is whole
before the reference moves, and the note of a good read comes last. A death in between costs this round's copy and
nothing else.
"""

from __future__ import annotations

import difflib
import functools
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pacs_rounds import redact
from pacs_rounds.configs import gate, work_orders
from pacs_rounds.configs.history import MANIFEST, manifest_bytes
from pacs_rounds.configs.objects import blob_name
from pacs_rounds.configs.redacted import masked, redacted
from pacs_rounds.configs.rules import DATA
from pacs_rounds.configs.store import Store, checked_words
from pacs_rounds.configs.work_orders import Order


@dataclass(frozen=True, slots=True)
class Reading:
    """What one session brought. `documents`: word -> text as it came; `gaps`: word -> why there is no text.
    `moment` is when it was read (epoch seconds). Without `size_known` a text may be of any size: an old version."""

    device: str
    platform: str
    documents: dict[str, str] = field(repr=False)
    gaps: dict[str, str] = field(default_factory=dict)
    round_id: str = ""
    moment: float = 0.0
    size_known: bool = True


@dataclass(slots=True)
class Copy:
    """What became of one document: new | changed | unchanged | quarantined | absent | gap."""

    state: str
    reason: str = ""
    detail: str = ""
    added: int = 0
    removed: int = 0
    sealed: str = ""
    last_good: float | None = None
    hits: int = 0


@dataclass(slots=True)
class Taken:
    """What became of a device's texts. `commit` and `order` are empty when nothing changed or nothing explains it;
    `before` is the newest commit before this one."""

    device: str
    documents: dict[str, Copy] = field(default_factory=dict)
    commit: str = ""
    order: str = ""
    before: str = ""


@dataclass(slots=True)
class _Passed:
    """A document that passed the gate and differs from what stands."""

    data: bytes
    entry: dict[str, Any]
    seen: dict[str, Any]


def take(store: Store, reading: Reading, orders: Sequence[Order] = ()) -> Taken:
    """Let a reading in. Raises OSError (full disk, damaged repository): nothing half is left, and nothing is lost."""
    checked_words(reading.device, [*reading.documents, *reading.gaps])
    store.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    history = store.history
    taken = Taken(reading.device, before=history.head())
    seen = store.seen(reading.device)
    folder, manifest = history.standing(reading.device, taken.before)
    entries: dict[str, dict[str, Any]] = dict(manifest.get("documents", {}))
    passed: dict[str, _Passed] = {}
    for word, why in reading.gaps.items():
        taken.documents[word] = Copy("gap", *_halves(why), last_good=_moment(seen, word))
    for word, text in reading.documents.items():
        plain = text.encode("utf-8", "surrogateescape")
        before = seen.get(word, {})
        raw = store.fingerprint(plain)
        stands = _stands(store, before, folder.get(f"{word}.txt"), entries.get(word, {}))
        if stands and before.get("raw") == raw:
            taken.documents[word] = Copy("unchanged", sealed=before["sealed"], last_good=reading.moment)
            passed[word] = _Passed(b"", entries[word], {**before, "moment": reading.moment, "round": reading.round_id})
            continue
        quiet = masked(reading.platform, word, text).encode("utf-8", "surrogateescape")
        print_ = store.fingerprint(quiet)
        if stands and before.get("fingerprint") == print_:
            taken.documents[word] = Copy("unchanged", sealed=before["sealed"], last_good=reading.moment)
            passed[word] = _Passed(b"", entries[word], {
                **before, "raw": raw, "moment": reading.moment, "round": reading.round_id})
            continue
        copy = _refused(store, reading, word, text, quiet, entries.get(word, {}).get("weight"))
        if copy is not None:
            copy.last_good = _moment(seen, word)
            taken.documents[word] = copy
            continue
        data, hits = _for_people(store, reading, word, text)
        name = store.seal(plain, quiet)
        blob = blob_name(data)
        state = "new" if f"{word}.txt" not in folder else "unchanged" if folder[f"{word}.txt"] == blob else "changed"
        added, removed = _counts(store, folder.get(f"{word}.txt"), data) if state != "unchanged" else (0, 0)
        taken.documents[word] = Copy(state, "", "", added, removed, name, reading.moment, hits)
        passed[word] = _Passed(data, {"sealed": name, "weight": gate.weight(text)}, {
            "moment": reading.moment, "round": reading.round_id, "raw": raw, "fingerprint": print_,
            "rules": rules_digest(), "blob": blob, "sealed": name, "to": store.to})
    _commit(store, reading, taken, passed, entries, seen, orders)
    return taken


def _stands(store: Store, before: dict[str, Any], blob: str | None, entry: dict[str, Any]) -> bool:
    """Whether what was made of a document when it was last read is still there and would be made again."""
    sealed = before.get("sealed")
    return (sealed is not None and before.get("rules") == rules_digest() and before.get("to") == store.to
            and blob is not None and blob == before.get("blob") and entry.get("sealed") == sealed
            and (not sealed or store.sealed_path(sealed).exists()))


def _commit(store: Store, reading: Reading, taken: Taken, passed: dict[str, _Passed],
            entries: dict[str, dict[str, Any]], seen: dict[str, dict[str, Any]], orders: Sequence[Order]) -> None:
    if not passed:
        return
    files = {f"{word}.txt": one.data for word, one in passed.items() if one.data}
    if files:
        entries = {**entries, **{word: one.entry for word, one in passed.items()}}
        files[MANIFEST] = manifest_bytes(reading.device, reading.platform, entries)
        earlier = [float(one["moment"]) for word, one in seen.items() if word in passed and "moment" in one]
        order = work_orders.attribute(orders, reading.device, max(earlier, default=None), reading.moment)
        changed = any(copy.state == "changed" for copy in taken.documents.values())
        taken.order = order.id if order and changed else ""
        copies = [store.sealed_path(one.entry["sealed"]) for one in passed.values() if one.data and one.entry["sealed"]]
        taken.commit = store.history.write(reading.device, files, message(reading, taken), reading.moment, copies)
    store.remember(reading.device, {word: one.seen for word, one in passed.items()})


def message(reading: Reading, taken: Taken) -> str:
    """What a commit says: what changed, in which round, and what explains it."""
    news = {word: copy for word, copy in taken.documents.items() if copy.state in {"new", "changed"}}
    told = ", ".join(word if copy.state == "new" else f"{word} +{copy.added} -{copy.removed}"
                     for word, copy in sorted(news.items()))
    first = all(copy.state == "new" for copy in news.values())
    subject = f"{reading.device}: {'first copy of ' if first and news else ''}{told or 'sealed again'}"
    return (f"{subject}\n\nDevice: {reading.device}\nRound: {reading.round_id}\nDocuments: {' '.join(sorted(news))}\n"
            f"Work-order: {taken.order or 'none'}\n")


def _refused(store: Store, reading: Reading, word: str, text: str, quiet: bytes, weight: int | None) -> Copy | None:
    """The Copy of a text that did not pass the gate, which then lies in quarantine; None for one that did."""
    verdict = gate.judge(reading.platform, word, text, weight if reading.size_known else None)
    if verdict.accepted:
        return None
    if verdict.reason in {"absent", "empty"}:
        return Copy("absent" if verdict.reason == "absent" else "quarantined", verdict.reason, verdict.detail)
    known = store.quarantine(reading.device, word, verdict.reason, text, quiet, {
        "reason": verdict.reason, "detail": redacted(reading.platform, verdict.detail, store.key)[0],
        "moment": reading.moment, "round": reading.round_id})
    if verdict.reason == "shrunk" and len(known["rounds"]) > 1:
        return None  # read alike in two rounds: the device is what changed, not the reading
    return Copy("quarantined", verdict.reason, str(known["detail"]))


def _for_people(store: Store, reading: Reading, word: str, text: str) -> tuple[bytes, int]:
    out, hits = redacted(reading.platform, text.replace("\r\n", "\n"), store.key)
    return masked(reading.platform, word, out).encode("utf-8", "replace"), len(hits)


def _counts(store: Store, blob: str | None, data: bytes) -> tuple[int, int]:
    """Lines added and removed."""
    after = data.decode("utf-8").split("\n")
    if blob is None:
        return len(after), 0
    before = store.history.read(blob).decode("utf-8", "replace").split("\n")
    added = removed = 0
    for line in difflib.unified_diff(before, after, n=0, lineterm=""):
        if not line.startswith(("---", "+++", "@@")):
            added += line.startswith("+")
            removed += line.startswith("-")
    return added, removed


def _halves(why: str) -> tuple[str, str]:
    reason, _, detail = why.partition(": ")
    return reason, detail


def _moment(seen: dict[str, dict[str, Any]], word: str) -> float | None:
    moment = seen.get(word, {}).get("moment")
    return float(moment) if moment is not None else None


@functools.cache
def rules_digest() -> str:
    """What the copies for people depend on besides the texts: with other rules they are made anew."""
    total = hashlib.sha256()
    for path in (redact.RULES, *sorted(DATA.glob("*.yml"))):
        total.update(path.read_bytes())
    return total.hexdigest()[:16]
