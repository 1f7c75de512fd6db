"""The peer: nornir with nornir-netmiko, as its own documentation shows it. Collects; parses and keeps nothing.

    fleet_nornir.py FOLDER WORKERS COMMANDS.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from nornir import InitNornir
from nornir.core.task import Result, Task
from nornir_netmiko.tasks import netmiko_send_command


def _ask(task: Task, commands: list[str]) -> Result:
    for command in commands:
        task.run(netmiko_send_command, command_string=command)
    return Result(host=task.host)


def main(folder: Path, workers: int, commands: list[str]) -> dict[str, Any]:
    """Ask every host every command; returns how many hosts answered all of them and the size of their texts."""
    nornir = InitNornir(
        inventory={"plugin": "SimpleInventory", "options": {
            "host_file": str(folder / "hosts.yaml"), "group_file": str(folder / "groups.yaml"),
            "defaults_file": str(folder / "defaults.yaml")}},
        runner={"plugin": "threaded", "options": {"num_workers": workers}}, logging={"enabled": False})
    with nornir:
        results = nornir.run(task=_ask, commands=commands)
    whole = [many for many in results.values() if not many.failed and len(many) == len(commands) + 1]
    return {"hosts": len(whole), "characters": sum(len(one.result or "") for many in whole for one in many[1:])}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]), json.loads(Path(sys.argv[3]).read_text()))))
