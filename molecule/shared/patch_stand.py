"""The place a patch scenario stands in: a site of one node, which is this machine's own shell in a folder of its own.

    python -m shared.patch_stand up     site, approved list, files and stand-in tools from <scenario>/stand.yml
    python -m shared.patch_stand down   all of it away

`stand.yml`: product, patches (files by name only; hashes are worked out here), files {name: text}, tools {name: text}.
The word PLACE stands for the scenario's folder.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
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
    for name in _OURS:
        shutil.rmtree(PLACE / name, ignore_errors=True)


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
    _write(site / "host_vars" / "node-1" / "main.yml", yaml.safe_dump({
        "ansible_connection": "local", "rounds_platform": "linux"}))
    _write(site / "group_vars" / "all" / "main.yml", yaml.safe_dump({
        "rounds_site_title": {"en": "Patch scenario", "zh": "补丁场景"},
        "rounds_patch": {"gates": {"holiday_days": 0}, "pairs": {"one": {"nodes": ["node-1"]} | stand.get("pair", {})}},
    }, allow_unicode=True))


if __name__ == "__main__":
    {"up": up, "down": down}[sys.argv[1]]()
