"""`rounds patch status` as it is called: Ansible asks one host here and two that do not answer.

Their addresses are looked up by `inventory_hostname`, as in the inventories that come with the project: in a delegated
task that word means the host that delegates.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]


def test_hosts_are_asked_at_their_own_addresses_and_silent_ones_are_unknown(tmp_path: Path) -> None:
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
            "hosts.yml": {"all": {"children": {"servers": {"hosts": {"here": {}, "away": {}, "off": {}}}}}},
            "group_vars/all/main.yml": {
                "rounds_site_title": {"en": "Lab", "zh": "实验"}, "ansible_port": 1,
                "ansible_host": "{{ rounds_addresses[inventory_hostname] }}",
                "ansible_ssh_private_key_file": "{{ inventory_dir }}/none",
                "rounds_addresses": {"here": "127.0.0.1", "away": "127.255.255.254", "off": "127.255.255.253"}},
            "host_vars/here/main.yml": {"ansible_connection": "local"},
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
    for host, address in (("away", "127.255.255.254"), ("off", "127.255.255.253")):
        assert rows[host]["verdict"] == "unknown"
        assert rows[host]["detail"].startswith(("refused", "unreachable"))
        assert address in rows[host]["detail"]
