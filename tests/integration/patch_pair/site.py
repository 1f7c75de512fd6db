"""A site of its own for the pair: inventory, approved list, files, a sealed inspection; and the playbooks run on it."""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from patch_pair.cluster import NODES, VIP
from patch_pair.packages import PORT, Built

ROOT = Path(__file__).resolve().parents[3]
ROLL_BACK = "1.0"


@dataclass
class Ended:
    """How a playbook ended."""

    status: int
    text: str


class PatchSite:
    """The site `pair` below a project root made of links, so that nothing of it lies in the checkout."""

    def __init__(self, folder: Path, pair: Any, built: Built) -> None:
        self.folder, self.pair, self.built = folder, pair, built
        self.root, self.state = folder / "root", folder / "state"
        self.site = self.root / "inventories" / "pair"
        self.site.mkdir(parents=True)
        for path in ROOT.iterdir():
            if path.name not in {"inventories", ".rounds", "evidence", "reports", ".git"}:
                (self.root / path.name).symlink_to(path)
        self.files = self.state / "patch" / "pair" / "files"
        self.files.mkdir(parents=True)
        for name, _ in built.files.values():
            (self.files / name).write_bytes((built.folder / name).read_bytes())
        self.known = folder / "known_hosts"
        self.settings: dict[str, Any] = {}
        self.write()

    @property
    def environment(self) -> dict[str, str]:
        """What every command of this site is run with."""
        return dict(os.environ, ROUNDS_ROOT=str(self.root), ROUNDS_STATE=str(self.state),
                    ROUNDS_EVIDENCE=str(self.folder / "evidence"), ROUNDS_REPORTS=str(self.folder / "reports"),
                    ANSIBLE_CONFIG=str(ROOT / "ansible.cfg"), PYTHONPATH=str(ROOT / "src"), ANSIBLE_NOCOLOR="1")

    def write(self, **patch: Any) -> None:
        """The inventory; `patch` changes rounds_patch."""
        hosts = {"all": {"children": {"servers": {"hosts": dict.fromkeys(NODES)}}}}
        (self.site / "hosts.yml").write_text(yaml.safe_dump(hosts))
        folder = self.site / "group_vars" / "all"
        folder.mkdir(parents=True, exist_ok=True)
        self.settings = {
            "gates": {"backup_rung": "readable", "backup_hours": 48, "inspection_hours": 72, "holiday_days": 0},
            "pairs": {"pacs": {
                "nodes": list(NODES), "cluster": {"kind": "pacemaker", "resource": "pacs"}, "address": VIP,
                "port": PORT, "ae_title": "PACS",
                "read": "dcmdump -q +P SOPInstanceUID \"$(ls /images/PACS/* | head -1)\" | grep -q UI",
                "counts": {"objects": "find /images/PACS -type f | wc -l"},
                "sample": "find /images/sample -type f | sort | head -20"}}} | patch
        # One connection for all steps of a visit, and a dead node noticed in seconds: that only spares the tests' time.
        ssh = (f"-o UserKnownHostsFile={self.known} -o StrictHostKeyChecking=accept-new -o ConnectTimeout=5 "
               "-o IdentitiesOnly=yes -o ControlMaster=auto -o ControlPersist=20 -o ServerAliveInterval=2 "
               f"-o ServerAliveCountMax=2 -o ControlPath={self.pair.sockets}/%h")
        (folder / "main.yml").write_text(yaml.safe_dump({
            "rounds_site_title": {"en": "Pair", "zh": "双机"}, "ansible_user": "root",
            "ansible_ssh_private_key_file": str(self.pair.key), "ansible_ssh_args": ssh,
            "rounds_patch": self.settings}, allow_unicode=True))
        for node, address in NODES.items():
            path = self.site / "host_vars" / node / "main.yml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(yaml.safe_dump({"ansible_host": address, "rounds_platform": "linux"}))
        self.approve()

    def approve(self, **changed: Any) -> None:
        """The approved list: one patch from 1.0 to each version; `changed` alters a patch by its version."""
        def file(version: str) -> dict[str, str]:
            name, digest = self.built.files[version]
            return {"name": name, "sha256": digest}

        patches = []
        for version in ("2.0", "2.1", "2.2", "2.3"):
            files = [file(version), *([file("extra")] if version == "2.3" else [])]
            patches.append({
                "id": f"PACS-{version}", "product": "pacs-core", "component": "PACS core", "from": [ROLL_BACK],
                "to": version, "state": "approved", "approved": {"by": "Li Wei", "on": "2026-11-01"},
                "document": {"title": f"Release notes {version}", "sha256": "0" * 64}, "files": files,
                "rollback_files": [file(ROLL_BACK)], "packages": {"pacs-core": version},
                "config": ["/etc/pacs-core"], "free_mb": 20, "minutes": 5, "outage_seconds": 15,
            } | changed.get(version.replace(".", "_"), {}))
        folder = self.site / "patches"
        folder.mkdir(exist_ok=True)
        (folder / "pacs.yml").write_text(yaml.safe_dump({
            "products": {"pacs-core": {
                "title": "PACS core", "owner": "vendor", "kind": "apt", "package": "pacs-core",
                "versions": ["1.0", "2.0", "2.1", "2.2", "2.3"], "hosts": ["servers"]}}, "patches": patches}))

    def playbook(self, name: str, timeout: float = 300, **extra: str) -> Ended:
        """Run a playbook on the control node, in the pair's network."""
        words = self.pair.words(str(Path(sys.executable).with_name("ansible-playbook")), "-i", str(self.site),
                                str(ROOT / "playbooks" / name), "-e", json.dumps(extra))
        done = subprocess.run(words, env=self.environment, capture_output=True, text=True, timeout=timeout,
                              check=False, cwd=ROOT)
        return Ended(done.returncode, done.stdout + done.stderr)

    def plan(self, version: str, seconds: float = 10800, playbook: bool = False) -> str:
        """A plan for a version with a window that closes in so many seconds, signed; its hash. Its playbook takes the
        longer way to the same plan."""
        begin = datetime.datetime.now(datetime.UTC).replace(microsecond=0) - datetime.timedelta(minutes=10)
        window = f"{begin.isoformat()}/{(begin + datetime.timedelta(seconds=seconds + 600)).isoformat()}"
        words = {"patch": f"PACS-{version}", "pair": "pacs", "window": window, "by": "test"}
        if playbook:
            given = {f"patch_{key}": value for key, value in words.items() if key != "patch"}
            ended = self.playbook("plan-patch.yml", patch_id=words["patch"], **given)
            assert ended.status == 0, ended.text
        else:
            words["answers"] = {node: self._asked(node) for node in NODES}  # type: ignore[assignment]
        return self.python(
            "import json, sys; from pacs_rounds.patch import conduct; from pacs_rounds.patch.desk import Desk; "
            + ("" if playbook else f"conduct.control_plan('pair', json.loads({json.dumps(words)!r}), 1); ")
            + "desk = Desk('pair'); name = desk.plans()[-1]; desk.sign(name, 'Wang Fang', 1.0); print(name)").strip()

    def _asked(self, node: str) -> dict[str, Any]:
        """What the plan's playbook would ask a node."""
        questions = {"version": "dpkg-query -W -f '${db:Status-Abbrev} ${Version}\\n' pacs-core",
                     "cluster": "crm_mon -1 -r"}
        return {name: {"text": self.pair.on(node, text), "status": 0} for name, text in questions.items()}

    def python(self, code: str) -> str:
        """Python of the project with this site's state."""
        done = subprocess.run([sys.executable, "-c", code], env=self.environment, capture_output=True, text=True,
                              timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def events(self, plan: str) -> list[dict[str, Any]]:
        """The plan's journal."""
        path = self.state / "patch" / "pair" / plan / "journal.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
