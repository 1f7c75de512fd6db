"""The place a patch scenario stands in: a site of one node, which is this machine's own shell in a folder of its own.

    python -m shared.patch_stand up     site, approved list, files and stand-in tools from <scenario>/stand.yml
    python -m shared.patch_stand down   all of it away

With `windows` in stand.yml the node is a simulated Windows host behind WinRM (windows_node.py) instead.

`stand.yml`: product, patches (files by name only; hashes are worked out here), files {name: text}, tools {name: text}.
The word PLACE stands for the scenario's folder.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import yaml

PLACE = Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"])
PROJECT = Path(os.environ["MOLECULE_PROJECT_DIRECTORY"])
SCENARIO = Path(os.environ["MOLECULE_SCENARIO_DIRECTORY"])
NODE = PLACE / "node"
"""What belongs to the node: its application, its tools."""
_OURS = ("root", "inventories", "state", "evidence", "node", "bin")


def down() -> None:
    """Nothing stays."""
    with contextlib.suppress(FileNotFoundError, ValueError, ProcessLookupError):
        os.kill(int((NODE / "pid").read_text()), signal.SIGTERM)
    for name in _OURS:
        shutil.rmtree(PLACE / name, ignore_errors=True)


def _windows() -> dict[str, Any]:
    """Start the simulated Windows host; the variables by which Ansible finds it."""
    from shared.windows_node import PASSWORD, USER

    with (NODE / "log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "shared.windows_node", str(PLACE)], start_new_session=True,
                                   stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=Path(__file__).parents[1])
    (NODE / "pid").write_text(str(process.pid))
    while not (NODE / "port").exists():
        if process.poll() is not None:
            raise SystemExit((NODE / "log").read_text())
        time.sleep(0.05)
    return {"ansible_connection": "winrm", "ansible_host": "127.0.0.1",
            "ansible_port": int((NODE / "port").read_text()),
            "ansible_winrm_scheme": "http", "ansible_winrm_transport": "basic", "ansible_user": USER,
            "ansible_password": PASSWORD, "ansible_winrm_connection_timeout": 5, "rounds_platform": "windows"}


def _write(path: Path, text: str, mode: int = 0o644) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.replace("PLACE", str(PLACE)), encoding="utf-8")
    path.chmod(mode)


def up() -> None:
    """Make the site and the node."""
    down()
    stand: dict[str, Any] = yaml.safe_load((SCENARIO / "stand.yml").read_text(encoding="utf-8"))
    root, site = PLACE / "root", PLACE / "inventories" / "lab"
    root.mkdir(parents=True)
    for path in PROJECT.iterdir():
        if path.name not in {"inventories", ".rounds", "evidence", "reports", ".git"}:
            (root / path.name).symlink_to(path)
    site.mkdir(parents=True)
    (root / "inventories").symlink_to(site.parent)
    files = Path(os.environ["ROUNDS_STATE"]) / "patch" / "lab" / "files"
    hashes = {}
    for name, text in stand.get("files", {}).items():
        _write(files / name, text)
        hashes[name] = hashlib.sha256((files / name).read_bytes()).hexdigest()
    for name, text in stand.get("tools", {}).items():
        _write(PLACE / name, text, 0o755)
    for patch in stand["patches"]:
        for key in ("files", "rollback_files"):
            if key in patch:
                patch[key] = [{"name": name, "sha256": hashes[name]} for name in patch[key]]
    listed = yaml.safe_dump({"products": stand["products"], "patches": stand["patches"]}, allow_unicode=True)
    _write(site / "patches" / "list.yml", listed)
    _write(site / "hosts.yml", yaml.safe_dump({"all": {"children": {"servers": {"hosts": {"node-1": None}}}}}))
    NODE.mkdir(exist_ok=True)
    node = _windows() if "windows" in stand else {"ansible_connection": "local", "rounds_platform": "linux"}
    _write(site / "host_vars" / "node-1" / "main.yml", yaml.safe_dump(node))
    _write(site / "group_vars" / "all" / "main.yml", yaml.safe_dump({
        "rounds_site_title": {"en": "Patch scenario", "zh": "补丁场景"},
        "rounds_patch": {"gates": {"holiday_days": 0}, "pairs": {"one": {"nodes": ["node-1"]} | stand.get("pair", {})}},
    }, allow_unicode=True))


if __name__ == "__main__":
    {"up": up, "down": down}[sys.argv[1]]()
