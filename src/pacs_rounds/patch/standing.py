"""What is installed x what is approved x what exists: one word per host and product. Pure."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from pacs_rounds.model import Answer
from pacs_rounds.patch import windows_words
from pacs_rounds.patch.approved import Approved, Patch, Product

CURRENT, MISSING, AHEAD, UNKNOWN, ABSENT = "current", "missing", "ahead", "unknown", "absent"
DEFERRED, REFUSED, EXPIRED = "deferred", "refused", "control_expired"


@dataclass(frozen=True, slots=True)
class Standing:
    """`verdict` is one of the words above; `patch` the id that decides it, `detail` why, `owner` who upgrades it."""

    host: str
    product: str
    owner: str
    installed: str
    verdict: str
    patch: str = ""
    approved_to: str = ""
    detail: str = ""


def question(product: Product) -> str:
    """The read-only command (sh; cmd on Windows) by which a host tells the version of a product."""
    if product.kind == "apt":
        # Half-installed packages have a version too; the state in front of it tells them apart.
        return f"dpkg-query -W -f '${{db:Status-Abbrev}} ${{Version}}\\n' {product.package}"
    if product.kind == "rpm":
        return f"rpm -q --qf '%{{VERSION}}-%{{RELEASE}}\\n' {product.package}"
    if product.kind == "windows":
        return windows_words.QUESTION
    if product.kind == "opatch":
        return f"ORACLE_HOME={product.home} {product.home}/OPatch/opatch lspatches"
    return product.version_command


def installed(product: Product, answer: Answer) -> tuple[str, str]:
    """(version or unknown/absent, why) from what the host said to `question`.

    Samples: `ii  11.3.1` (dpkg), `11.3.1-4.el6` (rpm), `19769480;Database Patch Set Update : 11.2.0.4.5` (opatch).
    """
    text = answer.text.strip()
    if answer.reason is not None:
        return UNKNOWN, f"{answer.reason}: {answer.detail}"
    if product.kind == "windows":
        return windows_words.version(product.release, product.versions, answer)
    if product.kind == "apt" and answer.status == 1 and "no packages found" in text:
        return ABSENT, "the package is not installed"
    if product.kind == "rpm" and answer.status == 1 and "is not installed" in text:
        return ABSENT, "the package is not installed"
    if answer.status not in (0, None) or not text:
        return UNKNOWN, f"exit status {answer.status}: {text.splitlines()[0][:120] if text else 'no text'}"
    if product.kind == "apt":
        match = re.fullmatch(r"(\S{2,3})\s+(\S+)", text)
        if not match:
            return UNKNOWN, f"not understood: {text.splitlines()[0][:120]}"
        if match[1] in {"un", "rc"}:
            return ABSENT, f"dpkg says {match[1]}"
        return (match[2], "") if match[1] == "ii" else (UNKNOWN, f"half installed: dpkg says {match[1]} {match[2]}")
    if product.kind == "opatch":
        ids = re.findall(r"^(\d+);", text, re.MULTILINE)
        known = [version for version in product.versions if version in ids]
        if known:
            return known[-1], ""
        if not ids and "no interim patches" not in text.lower():
            return UNKNOWN, f"not understood: {text.splitlines()[0][:120]}"
        return product.versions[0], "none of the listed patches is in the home"
    if len(text.splitlines()) != 1:
        return UNKNOWN, f"{len(text.splitlines())} lines where one version was expected"
    return text, ""


def _deciding(approved: Approved, product: Product, version: str) -> Patch | None:
    """The newest entry that goes on this version; an approved one before a deferred one of the same target."""
    order = product.versions.index
    found = [one for one in approved.patches.values() if one.product == product.name and version in one.source]
    return max(found, key=lambda one: (order(one.target), one.state == "approved"), default=None)


def stand(approved: Approved, product: Product, host: str, version: str, why: str, today: datetime.date) -> Standing:
    """The verdict for one product on one host."""
    def say(verdict: str, patch: Patch | None = None, detail: str = "") -> Standing:
        return Standing(host, product.name, product.owner, version, verdict, patch.id if patch else "",
                        patch.target if patch else "", detail)

    if version in {UNKNOWN, ABSENT}:
        return say(version, detail=why)
    if version not in product.versions:
        return say(UNKNOWN, detail=f"{version} is no version the list knows")
    patch = _deciding(approved, product, version)
    if patch is None:
        targets = [one.target for one in approved.patches.values()
                   if one.product == product.name and one.state == "approved"]
        order = product.versions.index
        if version in targets or (not targets and version == product.versions[-1]):
            return say(CURRENT)
        if targets and order(version) > max(map(order, targets)):
            return say(AHEAD, detail="newer than anything approved: nobody approved what is installed")
        if not targets:
            return say(UNKNOWN, detail=f"{product.versions[-1]} exists and nobody decided about it")
        return say(UNKNOWN, detail=f"no entry goes on {version}")
    if patch.state == "approved":
        return say(MISSING, patch, f"approved by {patch.approved['by']} on {patch.approved['on']}")
    if patch.until is not None and patch.until < today:
        return say(EXPIRED, patch, f"{patch.state} until {patch.until}: decide anew; control: {patch.control}")
    return say(DEFERRED if patch.state == "deferred" else REFUSED, patch, f"until {patch.until}: {patch.control}")


def all_standing(approved: Approved, groups: Mapping[str, Iterable[str]],
                 answers: Mapping[tuple[str, str], Answer], today: datetime.date) -> list[Standing]:
    """Every product on every host that should have it. A host nobody asked is unknown, never missing from the list."""
    rows = []
    for product in approved.products.values():
        hosts = dict.fromkeys(host for name in product.hosts for host in groups.get(name, [name]))
        for host in hosts:
            answer = answers.get((host, product.name))
            version, why = (UNKNOWN, "nobody asked this host") if answer is None else installed(product, answer)
            rows.append(stand(approved, product, host, version, why, today))
    return rows


IEC_STATES = {CURRENT: "Installed", MISSING: "Approved, not installed", AHEAD: "Not approved", UNKNOWN: "Unknown",
              ABSENT: "Not applicable", DEFERRED: "Deferred", REFUSED: "Rejected", EXPIRED: "Under review"}
"""Words for exchange with the asset owner, in the spirit of IEC TR 62443-2-3. The report's own list of states and its
XML schema (VPC) are sold and not public: no conformance is claimed."""


def exchange(rows: Iterable[Standing], approved: Approved) -> list[dict[str, str]]:
    """Rows for a patch-state exchange: our words, the standard's, and the document each decision rests on."""
    out = []
    for row in rows:
        patch = approved.patches.get(row.patch)
        out.append(asdict(row) | {
            "state": IEC_STATES[row.verdict], "document": patch.document["title"] if patch else "",
            "document_sha256": patch.document["sha256"] if patch else "",
            "compensating_control": patch.control if patch else ""})
    return out
