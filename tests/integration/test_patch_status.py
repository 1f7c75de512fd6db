"""`rounds patch status` as it is called: Ansible asks one host here and one that does not answer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]


def test_hosts_are_asked_and_a_silent_one_is_unknown(tmp_path: Path) -> None:
    site = tmp_path / "root" / "inventories" / "lab"
    site.mkdir(parents=True)
    for path in ROOT.iterdir():
        if path.name not in {"inventories", ".rounds", "evidence", "reports", ".git"}:
            (tmp_path / "root" / path.name).symlink_to(path)
    version = tmp_path / "VERSION"
    version.write_text("1\n")
    patch = {"id": "C2", "product": "core", "component": "core", "from": ["1"], "to": "2", "state": "approved",
             "approved": {"by": "Li", "on": "2026-11-01"}, "document": {"title": "n", "sha256": "0" * 64}, "minutes": 1,
             "files": [{"name": "f", "sha256": "0" * 64}],
             "steps": [{"title": "t", "section": "1", "run": "false", "undo": "true"}]}
    product = {"title": "Core", "owner": "vendor", "kind": "bundle", "version_command": f"cat {version}",
               "versions": ["1", "2"], "hosts": ["servers"]}
    for name, data in {
            "hosts.yml": {"all": {"children": {"servers": {"hosts": {"here": {}, "away": {}}}}}},
            "group_vars/all/main.yml": {"rounds_site_title": {"en": "Lab", "zh": "实验"}},
            "host_vars/here/main.yml": {"ansible_host": "127.0.0.1", "ansible_connection": "local"},
            "host_vars/away/main.yml": {"ansible_host": "127.255.255.254", "ansible_port": 1},
            "patches/p.yml": {"products": {"core": product}, "patches": [patch]}}.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(yaml.safe_dump(data, allow_unicode=True))
    environment = dict(os.environ, ROUNDS_ROOT=str(tmp_path / "root"), ROUNDS_STATE=str(tmp_path / "state"),
                       PYTHONPATH=str(ROOT / "src"))
    done = subprocess.run([sys.executable, "-c", "from pacs_rounds.cli import main; main()", "patch", "status",
                           "--site", "lab", "--format", "json"], env=environment, capture_output=True, text=True,
                          timeout=120, check=False)
    rows = {row["host"]: row for row in json.loads(done.stdout)["rows"]}
    assert done.returncode == 1, done.stderr
    assert rows["here"]["verdict"] == "missing"
    assert rows["away"]["verdict"] == "unknown"
    assert rows["away"]["detail"].startswith(("refused", "unreachable"))
