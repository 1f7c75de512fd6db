"""Where plans, signatures, bookings and journals lie, and what the gates are told of the archive. I/O.

`<state>/patch/<site>/<plan hash>/{plan.json,signed.jsonl,journal.jsonl}`; `<state>/patch/<site>/outages.jsonl` holds
the planned outages, which the availability of the contract counts apart.
"""

from __future__ import annotations

import datetime
import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rfc8785

from pacs_rounds import paths, yamlfile
from pacs_rounds.evidence import chain, store
from pacs_rounds.evidence.layout import SiteEvidence, read_json, write_new
from pacs_rounds.model import BadInput
from pacs_rounds.patch import approved
from pacs_rounds.patch.journal import Journal
from pacs_rounds.patch.plan import Pair, Plan, digest
from pacs_rounds.patch.steps import Cluster


@dataclass(frozen=True, slots=True)
class Desk:
    """The patch folder of one site."""

    site: str

    @property
    def root(self) -> Path:
        """Its folder; the site's name is checked."""
        return paths.STATE / "patch" / SiteEvidence.of(self.site).site

    @property
    def lock(self) -> Path:
        """The lock that one run at a time may hold."""
        return self.root / "lock"

    @property
    def outages(self) -> Journal:
        """What was booked as planned, and what the watches saw: see watch.py."""
        return Journal(self.root / "outages.jsonl")

    def save(self, plan: Plan) -> str:
        """Keep a plan under its hash; the same plan twice is one."""
        name = digest(plan)
        path = self.root / name / "plan.json"
        if not path.exists():
            write_new(path, rfc8785.dumps(plan), durable=True)
        return name

    def find(self, name: str) -> str:
        """The whole hash from its beginning (at least 8 letters); BadInput when none or several begin so."""
        if len(name) < 8 or any(letter not in "0123456789abcdef" for letter in name):
            raise BadInput(f"plan {name!r}", "is no hash of a plan", "rounds patch list shows them")
        found = [one.parent.name for one in self.root.glob(f"{name}*/plan.json")]
        if len(found) != 1:
            raise BadInput(f"plan {name}", "no such plan" if not found else f"{len(found)} plans begin so",
                           "rounds patch list shows them")
        return found[0]

    def plan(self, name: str) -> Plan:
        """A plan as it was made; BadInput when the file no longer has the hash it is called by."""
        whole = self.find(name)
        plan: Plan = read_json(self.root / whole / "plan.json")
        if digest(plan) != whole:
            raise BadInput(f"plan {whole[:12]}", "was edited after it was made", "make a new plan and have it signed")
        if plan.get("site") != self.site:
            raise BadInput(f"plan {whole[:12]}", f"is for {plan.get('site')}, not {self.site}", "name its own site")
        return plan

    def plans(self) -> list[str]:
        """All plans' hashes, oldest first."""
        return [one.parent.name for one in sorted(self.root.glob("*/plan.json"), key=lambda path: path.stat().st_mtime)]

    def journal(self, name: str) -> Journal:
        """The plan's journal."""
        return Journal(self.root / self.find(name) / "journal.jsonl")

    def notices(self, name: str) -> Journal:
        """The notices to the hospital about a plan."""
        return Journal(self.root / self.find(name) / "notices.jsonl")

    def sign(self, name: str, by: str, when: float) -> None:
        """Sign a plan off by name. The signature is the hash, the name and the time; the journal carries it on."""
        whole = self.find(name)
        if not by.strip():
            raise BadInput("--by", "is empty", "write the name of who agrees")
        Journal(self.root / whole / "signed.jsonl").add({"plan": whole, "by": by.strip(), "time": when})

    def signatures(self, name: str) -> list[dict[str, Any]]:
        """Who signed this very plan."""
        whole = self.find(name)
        return [one for one in Journal(self.root / whole / "signed.jsonl").events() if one.get("plan") == whole]

    def book(self, plan: Plan, name: str) -> None:
        """Book the expected interruption as planned; once per plan."""
        ledger = self.outages
        if all((one.get("plan"), one.get("kind")) != (name, "planned") for one in ledger.events()):
            ledger.add({"plan": name, "service": plan["pair"], "window": plan["window"], "kind": "planned",
                        "seconds": plan["outage"]["seconds"], "patch": plan["patch"]})


def settings(site: str) -> dict[str, Any]:
    """`rounds_patch` of the site, from group_vars/all."""
    from pacs_rounds.inventory import validate_site

    value = validate_site(paths.INVENTORIES / site).group_vars.get("all", {}).get("rounds_patch")
    return dict(value or {})


def pair_of(data: Mapping[str, Any], name: str) -> Pair:
    """One pair of `rounds_patch.pairs`."""
    pairs = data.get("pairs") or {}
    if name not in pairs:
        raise BadInput("rounds_patch.pairs", f"no pair is called {name!r}", "known: " + (", ".join(pairs) or "none"))
    row = pairs[name]
    cluster = row.get("cluster") or {"kind": "none"}
    counts, sample = row.get("counts") or {}, row.get("sample", "")
    finds = tuple((key, one["cfind"]) for key, one in counts.items() if not isinstance(one, str))
    get = {} if isinstance(sample, str) else sample["cget"]
    where = f"rounds_patch.pairs.{name}"
    if (finds or get) and not (row.get("address") and row.get("ae_title")):
        raise BadInput(where, "asks the archive but has no address and ae_title", "say where its DICOM service is")
    _check_days(where, finds, get)
    return Pair(name, tuple(row["nodes"]), Cluster(cluster["kind"], cluster.get("resource", "")),
                row.get("address", ""), int(row.get("port", 104)), row.get("ae_title", ""), row.get("prefers", ""),
                row.get("read", ""), tuple((key, one) for key, one in counts.items() if isinstance(one, str)),
                sample if isinstance(sample, str) else "", finds, get)


def _check_days(where: str, finds: tuple[tuple[str, Mapping[str, Any]], ...], get: Mapping[str, Any]) -> None:
    """What a schema cannot say of `cfind` and `cget`."""
    year = datetime.datetime.fromtimestamp(now(), datetime.UTC).year
    for key, one in finds:
        if one["first_year"] > year:
            raise BadInput(f"{where}.counts.{key}", f"begins in {one['first_year']}",
                           "write the year of the oldest studies")
    if get:
        try:
            right = datetime.date.fromisoformat(get["from"]) <= datetime.date.fromisoformat(get["to"])
        except ValueError:
            right = False
        if not right:
            raise BadInput(f"{where}.sample.cget", f"{get['from']} to {get['to']} is no span of days",
                           "name days of the past in which nothing changes any more, as 2019-03-01")


def list_hash(site: str) -> str:
    """One hash over the site's approved list, so that a plan says by which list it was made."""
    files = sorted((paths.INVENTORIES / site / approved.FOLDER).glob("*.yml"))
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()


def files_folder(site: str) -> Path:
    """Where the vendor's files lie on the control node: `<state>/patch/<site>/files`."""
    return Desk(site).root / "files"


def check_files(plan: Plan, folder: Path) -> None:
    """Every file of the plan is here with its hash; BadInput names the first that is not."""
    for one in plan["files"]:
        path = folder / one["name"]
        if not path.is_file():
            raise BadInput(str(path), "is not there", "put the vendor's file there; its name is in the approved list")
        total = hashlib.sha256()
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                total.update(block)
        if total.hexdigest() != one["sha256"]:
            raise BadInput(str(path), f"has SHA-256 {total.hexdigest()[:16]}…, approved is {one['sha256'][:16]}…",
                           "get the file anew from the vendor; never change the list to fit a file")


def last_words(site: str, nodes: tuple[str, ...]) -> dict[str, Any]:
    """What the newest sealed run that looked at these nodes says: when, critical items, and rungs of their backups.

    {"at": epoch s or None, "findings": set or None, "rungs": {rung: epoch s} or None}
    """
    evidence = SiteEvidence.of(site)
    out: dict[str, Any] = {"at": None, "findings": None, "rungs": None}
    for link in reversed(chain.links(evidence)):
        folder = evidence.find(link.run)
        if not folder.is_dir():
            continue
        rows = [row for row in store.records_of(folder) if row["host"] in nodes]
        looked = [row for row in rows if row["reason"] != "not_run"]
        if looked and out["at"] is None:
            out["at"] = max(datetime.datetime.fromisoformat(row["ended"]).timestamp() for row in looked)
            out["findings"] = {f"{row['host']} {row['check']} {row['item']}" for row in rows
                               if row["outcome"] in {"critical", "unknown"}}
        ladder = [row for row in rows if row["check"].endswith("_ladder")]
        if ladder and out["rungs"] is None:
            out["rungs"] = _rungs(ladder)
        if out["at"] is not None and out["rungs"] is not None:
            break
    return out


def _rungs(rows: list[dict[str, Any]]) -> dict[str, float]:
    """The oldest proof of each rung over all that is backed up; a rung that anything lacks is not there."""
    by_rung: dict[str, list[float | None]] = {}
    for row in rows:
        rung = str(row["item"]).rpartition("/")[2]
        at = datetime.datetime.fromisoformat(row["ended"]).timestamp() if row["outcome"] == "ok" else None
        by_rung.setdefault(rung, []).append(at)
    return {rung: min(at for at in times if at is not None) for rung, times in by_rung.items() if None not in times}


def read_list(site: str) -> approved.Approved:
    """The approved list; BadInput when the site has none."""
    found = approved.load(site)
    if not found.products:
        raise BadInput(yamlfile.show(paths.INVENTORIES / site / approved.FOLDER), "holds no approved list",
                       "docs/patching.md shows its form")
    return found


def now() -> float:
    """The control node's clock."""
    return time.time()
