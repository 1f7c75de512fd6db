"""One playbook run through ansible-runner; progress is read from the run's own files, so both doors show it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pacs_rounds import paths
from pacs_rounds.evidence.layout import SiteEvidence
from pacs_rounds.rounds import load_policy

if TYPE_CHECKING:
    from pacs_rounds.cli.inspect import Order

POLL_SECONDS = 0.15
PLAIN_SECONDS = 2.0


@dataclass(slots=True)
class Progress:
    """What the open run's folder tells so far."""

    folder: Path
    expected: int = 0
    done: set[str] = field(default_factory=set)
    counts: dict[str, int] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)

    def look(self) -> None:
        """Read what is new. The folder may not exist yet, or no longer lie in open/."""
        with contextlib.suppress(OSError, ValueError, KeyError):
            if not self.expected:
                plan = json.loads((self.folder / "run.json").read_text(encoding="utf-8"))["plan"]
                self.expected = sum(len(part["hosts"]) for part in plan)
            for path in (self.folder / "records").glob("*/*.jsonl"):
                name = f"{path.parent.name}/{path.stem}"
                if name not in self.done and not path.name.startswith("."):
                    self._count(path)
                    self.done.add(name)

    def _count(self, path: Path) -> None:
        for line in path.read_text(encoding="utf-8").split("\n"):
            if line:
                outcome = json.loads(line)["outcome"]
                self.counts[outcome] = self.counts.get(outcome, 0) + 1

    def line(self) -> str:
        """One line for people."""
        found = ", ".join(f"{self.counts.get(name, 0)} {name}" for name in ("critical", "unknown", "warning"))
        expected = self.expected or "?"
        return f"{len(self.done)}/{expected} looked at, {found}, {time.monotonic() - self.began:.0f} s"


def run_round(order: Order, run: str) -> Path:
    """Run the round's playbook to its end. Returns Ansible's log; whether it sealed is for the caller to look up."""
    playbook = load_policy(order.policy)["rounds"][order.round]["playbook"]
    logs = paths.STATE / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    log = logs / f"{run}.log"
    progress = Progress(SiteEvidence.of(order.site).open / run)
    private = Path(tempfile.mkdtemp(prefix="rounds-"))
    stop = threading.Event()
    try:
        worker = threading.Thread(
            target=_ansible, args=(order, run, paths.PLAYBOOKS / playbook, private, log, stop), daemon=True)
        worker.start()
        _watch(worker, progress, stop)
    finally:
        stop.set()
        shutil.rmtree(private, ignore_errors=True)
    return log


def _ansible(order: Order, run: str, playbook: Path, private: Path, log: Path, stop: threading.Event) -> None:
    from ansible_runner import RunnerConfig
    from ansible_runner.runner import Runner

    extra: dict[str, Any] = {"rounds_run": run, "rounds_policy": order.policy, **order.extra}
    if order.scenario:
        extra["rounds_scenario"] = str(order.scenario)
    if order.replay:
        extra["rounds_replay"] = str(order.replay)
    if order.engineer:
        extra["rounds_engineer"] = order.engineer
    words = [f"--extra-vars={json.dumps(extra, ensure_ascii=False)}"]
    if order.vault_password_file:
        words.append(f"--vault-password-file={order.vault_password_file.resolve()}")
    if order.check:
        words.append("--check")
    config = RunnerConfig(
        private_data_dir=str(private), project_dir=str(paths.ROOT), playbook=str(playbook),
        inventory=_inventories(order, private), limit=order.limit, quiet=True,
        settings={"suppress_ansible_output": True, "runner_mode": "subprocess"})
    config.prepare()
    config.command[0] = str(Path(sys.executable).with_name("ansible-playbook"))
    config.command[1:1] = words
    # ansible-runner switches host key checking off, which would win over the inventory's own ssh options.
    config.env.update(
        ANSIBLE_HOST_KEY_CHECKING="True", ANSIBLE_CONFIG=str(paths.ROOT / "ansible.cfg"),
        ANSIBLE_FORCE_COLOR="0", ANSIBLE_NOCOLOR="1",
        PATH=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    runner = Runner(config, cancel_callback=stop.is_set)
    runner.run()
    shutil.copyfile(Path(config.artifact_dir) / "stdout", log)


def _inventories(order: Order, private: Path) -> list[str]:
    """The site's, and after it what a scenario says of single hosts: there the later word wins over the groups'."""
    places = [str(paths.INVENTORIES / order.site)]
    if order.scenario:
        from pacs_rounds.lab import overlay
        own = overlay.inventory(order.scenario)
        if own:
            file = private / "scenario.yml"
            file.write_text(json.dumps(own), encoding="utf-8")
            places.append(str(file))
    return places


def _watch(worker: threading.Thread, progress: Progress, stop: threading.Event) -> None:
    try:
        with _display() as show:
            while worker.is_alive():
                worker.join(POLL_SECONDS)
                progress.look()
                show(progress.line())
    except KeyboardInterrupt:
        click.echo("stopping; what was recorded stays in open/, nothing is sealed", err=True)
        stop.set()
        worker.join(15)


@contextlib.contextmanager
def _display() -> Iterator[Any]:
    """A live line on a terminal; elsewhere a plain line every few seconds and at the end."""
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.status import Status
        with Status("starting", console=Console(stderr=True)) as status:
            yield status.update
        return
    said = now = ""
    at = time.monotonic()

    def show(line: str) -> None:
        nonlocal said, now, at
        now = line
        if time.monotonic() - at >= PLAIN_SECONDS and line != said:
            click.echo(line, err=True)
            at, said = time.monotonic(), line

    yield show
    if now != said:
        click.echo(now, err=True)
