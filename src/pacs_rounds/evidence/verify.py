"""Walking hashes, chain and signatures; naming what is edited, missing, reordered, reused or cut off."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pacs_rounds.evidence import chain, keys, store
from pacs_rounds.evidence.layout import SiteEvidence
from pacs_rounds.model import BadInput

SAME_MOMENT_SECONDS = 5.0
"""Two rounds at once may hear the same clock from one device, told in whole seconds."""
SAME_VISIT_SECONDS = 7 * 86400.0
"""Text collected by hand is often judged twice, the second time with the file that was missing."""
_OWN = {".lock", "allowed_signers", "chain", "open"}
"""What stands in a site's folder besides its runs."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as it was sealed. `kind`: edited, missing, added, reordered, reused, cut_off, signature,
    unsealed, unreadable."""

    kind: str
    where: str
    what: str


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _manifest(path: Path) -> dict[str, str]:
    """File -> hash of a BagIt manifest (`<hash>  <path>` per line, %0A/%0D/%25 escaped: RFC 8493 2.1.3)."""
    entries = {}
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line.strip():
            digest, name = line.split(maxsplit=1)  # two blanks in the manifest, one in the tag manifest
            entries[name.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")] = digest
    return entries


def bag_faults(run_dir: Path, bag_sha256: str | None = None) -> list[Fault]:
    """What differs inside one run's folder from its manifests, and the manifests from the link."""
    tag_path = run_dir / "tagmanifest-sha256.txt"
    try:
        tags, files = _manifest(tag_path), _manifest(run_dir / "manifest-sha256.txt")
    except (OSError, ValueError) as error:
        return [Fault("missing" if isinstance(error, FileNotFoundError) else "unreadable", str(run_dir),
                      f"the bag's manifest cannot be read: {error}")]
    faults = []
    if bag_sha256 is not None and _sha256(tag_path) != bag_sha256:
        faults.append(Fault("edited", str(tag_path), "is not the tag manifest that was signed"))
    for name, digest in {**tags, **files}.items():
        fault = _file_fault(run_dir / name, name, digest)
        if fault:
            faults.append(fault)
    listed = {*tags, *files, tag_path.name}
    faults += [Fault("added", str(path), "was not there when the run was sealed")
               for path in sorted(run_dir.rglob("*")) if path.is_file()
               and path.relative_to(run_dir).as_posix() not in listed]
    return faults


def _file_fault(path: Path, name: str, digest: str) -> Fault | None:
    if not path.is_file():
        return Fault("missing", str(path), "is listed in the manifest and not there")
    try:
        if _sha256(path) == digest:
            return None
    except OSError as error:
        return Fault("unreadable", str(path), f"cannot be read: {error.strerror}")
    kind = "record" if "/records/" in name else "raw text" if "/raw/" in name else "file"
    return Fault("edited", str(path), f"this {kind} is not what was sealed")


def verify_run(evidence: SiteEvidence, run: str) -> list[Fault]:
    """One run: its link's signature, its place in the chain, and its bag."""
    found, broken = chain.scan(evidence)
    link = next((one for one in found if one.run == run), None)
    if link is None:
        where = evidence.find(run)
        if not where.exists():
            raise BadInput(run, f"no such run of site {evidence.site}", "rounds runs lists what there is")
        return [Fault("unsealed", str(where), "no link of the chain seals this run: it was interrupted, or slipped in"),
                *_unreadable(broken)]
    return _place_faults(found, link) + _link_faults(evidence, link) + _run_faults(evidence, link)


def _unreadable(broken: dict[Path, str]) -> list[Fault]:
    return [Fault("unreadable", str(path), why) for path, why in broken.items()]


def _link_faults(evidence: SiteEvidence, link: chain.Link) -> list[Fault]:
    faults = []
    said = keys.signature_fault(evidence, link.path.read_bytes(), link.path.with_name(link.path.name + ".sig"))
    if said:
        faults.append(Fault("signature", str(link.path), said))
    if link.data.get("seq") != link.seq or link.data.get("site") != evidence.site:
        faults.append(Fault("reordered", str(link.path), f"says it is link {link.data.get('seq')} of "
                            f"{link.data.get('site')}"))
    return faults


def _run_faults(evidence: SiteEvidence, link: chain.Link) -> list[Fault]:
    folder = evidence.find(link.run)
    if not folder.is_dir():
        return [Fault("missing", str(folder), f"link {link.seq} seals this run and it is not there")]
    faults = bag_faults(folder, str(link.data.get("bag_sha256")))
    if not faults:
        foreign = [record for record in store.records_of(folder) if record.get("run") != link.run]
        if foreign:
            faults.append(Fault("reused", str(folder), f"holds {len(foreign)} records of run {foreign[0].get('run')}"))
    return faults


def verify_site(evidence: SiteEvidence, anchor: str | None = None) -> list[Fault]:
    """The whole chain, every run, and (with the anchor a printed report carries) the tail."""
    files = chain.link_files(evidence)
    if not files and not evidence.run_dirs() and anchor is None:
        raise BadInput(str(evidence.root), "no evidence of this site", "rounds inspect makes some")
    found, broken = chain.scan(evidence)
    faults = _unreadable(broken) + _chain_faults(found)
    for link in found:
        faults += _link_faults(evidence, link) + _run_faults(evidence, link)
    faults += _reuse_faults(evidence, found)
    sealed = {link.run for link in found}
    faults += [Fault("unsealed", str(folder), "no link of the chain seals this run: slipped in, or its link removed")
               for folder in evidence.run_dirs() if folder.name not in sealed]
    faults += [Fault("added", str(path), "is no part of a site's evidence") for path in _strangers(evidence)]
    if anchor is not None:
        faults += _anchor_faults(found, anchor)
    return faults


def _chain_faults(found: list[chain.Link]) -> list[Fault]:
    return [fault for link in found for fault in _place_faults(found, link)]


def _place_faults(found: list[chain.Link], link: chain.Link) -> list[Fault]:
    """Whether the link before stands there and is the one this link was made after."""
    before = next((one for one in reversed(found) if one.seq < link.seq), None)
    expected = before.seq + 1 if before else 1
    if link.seq != expected:
        return [Fault("missing", str(link.path.parent), f"links {expected} to {link.seq - 1} are not there")]
    if link.data.get("previous_sha256") != (before.sha256 if before else None):
        return [Fault("reordered", str(link.path), "does not follow from the link before it: one of the two was "
                      "edited, replaced or moved")]
    return []


def _strangers(evidence: SiteEvidence) -> list[Path]:
    """What lies in the site's folder and is neither a run nor one of the chain's own files."""
    runs = set(evidence.run_dirs())
    return [path for path in sorted(evidence.root.iterdir()) if path.name not in _OWN and path not in runs] \
        if evidence.root.is_dir() else []


def _reuse_faults(evidence: SiteEvidence, found: list[chain.Link]) -> list[Fault]:
    """One run sealed twice, or one visit's device clocks turning up again in a later run."""
    faults = []
    seen: dict[str, str] = {}
    # Two runs can honestly hear one clock (rounds at once); a later copy may be of either, so all are kept.
    told: dict[tuple[str, str], list[_Told]] = {}
    for link in found:
        for key in (link.run, str(link.data.get("bag_sha256"))):
            if key in seen:
                faults.append(Fault("reused", str(link.path), f"seals again what {seen[key]} had sealed"))
            seen[key] = link.path.name
        folder = evidence.find(link.run)
        try:
            clocks = {(one.host, one.clock): one for one in _clocks(folder, link.run)} if folder.is_dir() else {}
        except (BadInput, OSError, KeyError, TypeError, ValueError):
            continue  # an unreadable records file is named as edited already
        for who, one in sorted(clocks.items()):
            same = next((earlier for earlier in told.get(who, []) if _again(earlier, one)), None)
            if same:
                faults.append(Fault("reused", str(folder), f"{one.host} tells the very same clock as in run {same.run}"))
            told.setdefault(who, []).append(one)
    return faults


@dataclass(frozen=True, slots=True)
class _Told:
    """What a device said its clock was, and from when to when the control node listened (epoch seconds)."""

    run: str
    host: str
    clock: str
    started: float
    ended: float
    transport: str


def _clocks(folder: Path, run: str) -> Iterator[_Told]:
    for record in store.records_of(folder):
        if record["device"]["clock"]:
            started, ended = (datetime.fromisoformat(record[key]).timestamp() for key in ("started", "ended"))
            yield _Told(run, record["host"], record["device"]["clock"], started, ended, record["transport"])


def _again(earlier: _Told, later: _Told) -> bool:
    """Whether the same clock in two runs means one visit handed in twice.

    Rounds at once can begin in one millisecond; that they also end in one is a copy.
    """
    apart = abs(later.started - earlier.started)
    if earlier.transport == later.transport == "replay":
        return apart > SAME_VISIT_SECONDS
    return (earlier.started, earlier.ended) == (later.started, later.ended) or apart > SAME_MOMENT_SECONDS


def _anchor_faults(found: list[chain.Link], anchor: str) -> list[Fault]:
    seq, _, digest = anchor.partition(":")
    if not seq.isdigit() or len(digest) != 64:
        raise BadInput(f"--anchor {anchor}", "is not SEQ:SHA256", "copy it from the printed report, e.g. 7:3fa9…(64)")
    link = next((one for one in found if one.seq == int(seq)), None)
    if link is None:
        end = found[-1].seq if found else 0
        return [Fault("cut_off", f"chain, after link {end}", f"the report carries link {seq}, the chain ends at {end}")]
    if link.sha256 != digest.lower():
        return [Fault("edited", str(link.path), "is not the link whose hash the report carries: rewritten")]
    return []
