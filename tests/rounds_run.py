"""Makes real runs of a small site without Ansible: opened, recorded and sealed by the very code a round uses.

Isolated by the variables ROUNDS_EVIDENCE and ROUNDS_STATE in a process of its own, or by the fixture `site`.
"""

from __future__ import annotations

import itertools
import json
import secrets
import time
from pathlib import Path
from typing import Any

from pacs_rounds import paths, rounds
from pacs_rounds.evidence import chain, keys
from pacs_rounds.evidence.layout import SiteEvidence, read_json
from pacs_rounds.evidence.seal import seal
from pacs_rounds.model import Answer
from pacs_rounds.rounds import HostFacts, Opening, archived_catalogue, finish, open_round, prepare

HOSTS = ["pacs-a", "ris-a"]
ROLE = "linux_health"
CHECKS = ["linux.filesystem_usage", "linux.link_errors", "linux.time_offset"]
DF = """Filesystem     Type 1024-blocks     Used Available Capacity Mounted on
/dev/sda1      ext4    10000000  {used} {free}      {percent}% /
"""
NET = """Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:  100       1    0    0    0     0          0         0      100       1    0    0    0     0       0          0
  eth0: 5000      50    {errors}    0    0     0          0         0     6000      60    0    0    0     0       0          0
"""  # noqa: E501  (as the kernel writes it)
_clock = itertools.count()


class Site:
    """A site `lab` of two Linux servers below the evidence folder in force."""

    name = "lab"

    @property
    def evidence(self) -> SiteEvidence:
        return SiteEvidence.of(self.name)

    def opening(self, **more: Any) -> Opening:
        groups = {"all": HOSTS, "servers": HOSTS, "linux_servers": HOSTS}
        site_vars = {"linux_health_checks": CHECKS, "rounds_site_title": {"en": "Lab", "zh": "实验室"}}
        given: dict[str, Any] = {"site": self.name, "round": "quarterly", "policy": "contract_2017", "groups": groups,
                                 "hosts": HOSTS, "site_vars": site_vars, "engineer": "Zhang"} | more
        return Opening(**given)

    def open(self, **more: Any) -> Path:
        return open_round(self.opening(**more))

    def facts(self, host: str, **more: Any) -> HostFacts:
        given: dict[str, Any] = {"host": host, "platform": "linux", "address": "127.0.0.1", "baseline": {},
                                 "contract": {}, "settings": {"address": "127.0.0.1", "groups": []}, "rules": [],
                                 "waivers": []} | more
        return HostFacts(**given)

    def answers(self, used: int = 50, errors: int = 7, clock: int | None = None) -> list[Answer]:
        """Healthy answers; each call tells a later clock, as a living device does."""
        now = time.time()
        clock = int(now) + next(_clock) % 3 if clock is None else clock
        df = DF.format(used=used * 100000, free=(100 - used) * 100000, percent=used)
        # No two devices take the same time to answer.
        first, second = ((1 + secrets.randbelow(900)) / 1000 for _ in range(2))
        return [Answer("df -P -T -k", df, 0, now - 2, now - 1 - first),
                Answer("cat /proc/net/dev", NET.format(errors=errors), 0, now - 1 - first, now - second),
                Answer("date '+%s %z'", f"{clock} +0800\n", 0, now - second, now)]

    def record(self, run_dir: Path, host: str, answers: list[Answer] | None = None, **facts: Any) -> list[Any]:
        run = read_json(run_dir / "run.json")
        inputs = prepare(run_dir, run, ROLE, CHECKS, "ssh", self.facts(host, **facts))
        return finish(run_dir, inputs, self.answers() if answers is None else answers, keys.redaction_key(self.name))

    def seal(self, run_dir: Path) -> chain.Link:
        return seal(self.evidence, run_dir.name, archived_catalogue(run_dir))

    def round(self, **facts: Any) -> chain.Link:
        """A whole round: opened, recorded for both hosts, sealed."""
        run_dir = self.open()
        for host in HOSTS:
            self.record(run_dir, host, **facts)
        return self.seal(run_dir)

    def rows(self, run: str, host: str = "pacs-a") -> list[dict[str, Any]]:
        path = self.evidence.find(run) / "data" / "records" / host / f"{ROLE}.jsonl"
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def isolate(monkeypatch: Any, root: Path) -> Site:
    """Evidence, state and reports of this test alone. Git is left out: it is slow and not what is tested."""
    for name in ("EVIDENCE", "STATE", "REPORTS"):
        monkeypatch.setattr(paths, name, root / name.lower())
    monkeypatch.delenv("ROUNDS_SIGNING_KEY", raising=False)
    monkeypatch.setattr(rounds, "_commit", lambda: ("0" * 40, False))
    return Site()
