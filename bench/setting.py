"""Where a benchmark works: a temporary folder with its own state, evidence and reports, and the lab."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from measure import CommandFailedError, Cost, run

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
PLAYBOOKS = Path(__file__).with_name("playbooks")
LAB = ROOT / "inventories" / "lab"


@dataclass(frozen=True, slots=True)
class Setting:
    """`folder` is thrown away at the end; `lab` is the process id of the lab, None where it could not be started."""

    folder: Path
    repeat: int
    quick: bool
    lab: int | None = None

    def some(self, full: int, quick: int) -> int:
        """A number of hosts."""
        return quick if self.quick else full

    def need_lab(self) -> int:
        """The lab's process id."""
        if self.lab is None:
            raise CommandFailedError("the lab is not up")
        return self.lab

    def play(self, playbook: Path, inventory: Path, *words: str, env: Mapping[str, str] | None = None,
             aside: int | None = None, accept: Sequence[int] = (0,)) -> tuple[Cost, str]:
        """ansible-playbook with the project's own configuration."""
        return run([str(BIN / "ansible-playbook"), "-i", str(inventory), *words, str(playbook)], env=env,
                   aside=aside, accept=accept)

    def empty_play(self, inventory: Path = LAB) -> Cost:
        """The floor: what Ansible costs before it does anything."""
        return self.play(PLAYBOOKS / "empty.yml", inventory)[0]


def prepare_environment(folder: Path) -> None:
    """Before anything of the project is imported: keys, evidence and reports of its own, and a running lab's state."""
    for name in ("evidence", "reports", "ansible", "state"):
        (folder / name).mkdir()
    # With it, ours would compile its sources at each start while the peer's lie compiled in .venv: not what is asked.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ.update(
        ROUNDS_EVIDENCE=str(folder / "evidence"), ROUNDS_REPORTS=str(folder / "reports"),
        ANSIBLE_CONFIG=str(ROOT / "ansible.cfg"), ANSIBLE_LOCAL_TEMP=str(folder / "ansible"), ANSIBLE_FORCE_COLOR="0",
        ANSIBLE_NOCOLOR="1", PATH=f"{BIN}{os.pathsep}{os.environ['PATH']}")
    if lab_status() is not None:
        running = Path(os.environ.get("ROUNDS_STATE") or ROOT / ".rounds")
        (folder / "state" / "lab").symlink_to(running.resolve() / "lab")
    os.environ["ROUNDS_STATE"] = str(folder / "state")


def lab_status() -> int | None:
    """The process id of a running lab."""
    said = subprocess.run([str(BIN / "rounds"), "lab", "status", "--json"], capture_output=True, text=True, timeout=30,
                          check=False).stdout
    status = json.loads(said or "null")
    return int(status["pid"]) if status else None


def lab_up() -> bool:
    """Start the lab, or use the one that runs; True when it was started here. Wait for its addresses if need be.

    The lab must not become a child of this process: its own left-over children would then be counted.
    """
    if lab_status() is not None:
        return False
    said = ""
    for _ in range(6):
        done = subprocess.run([str(BIN / "rounds"), "lab", "up"], capture_output=True, text=True, timeout=90,
                              check=False)
        if done.returncode == 0:
            return True
        said = done.stderr.strip()
        time.sleep(10)
    raise CommandFailedError(f"the lab does not start: {said}")


def lab_down() -> None:
    """End the lab of this state."""
    subprocess.run([str(BIN / "rounds"), "lab", "down"], capture_output=True, timeout=60, check=False)


def with_lab(setting: Setting) -> Setting:
    """The setting with the running lab's process."""
    return replace(setting, lab=lab_status())
