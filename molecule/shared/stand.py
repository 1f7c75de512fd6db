"""The simulated hospital a scenario stands in: started by create.yml, looked at by the tests, ended by destroy.yml.
Molecule's environment says where: MOLECULE_EPHEMERAL_DIRECTORY, ROUNDS_STATE and the scenario's folder.

    python -m shared.stand up     a lab with <scenario>/fault.yml on a free network, an inventory that leads to it, and
                                  before.json: what the targets are like before anybody looks at them
    python -m shared.stand down   the lab's end
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import zlib
from pathlib import Path
from typing import Any

import yaml
from shared import witness

from pacs_rounds import paths
from pacs_rounds.lab import control, hospital
from pacs_rounds.model import BadInput

PLACE = witness.PLACE
SCENARIO = Path(os.environ["MOLECULE_SCENARIO_DIRECTORY"])
INVENTORY = PLACE / "inventories" / "lab"
ADDRESS_FILES = ("group_vars/all/addresses.yml", "group_vars/modalities/dicom.yml", "group_vars/clients/main.yml",
                 "group_vars/storage_arrays/main.yml")
"""Where inventories/lab writes addresses of devices. Others (time servers, say) are text that the devices tell too."""
NETWORKS = [f"127.{number}" for number in range(200, 250)]


def fault_file() -> Path | None:
    """The faults planted in the hospital, or None for a healthy one."""
    path = SCENARIO / "fault.yml"
    return path if path.exists() else None


def up() -> None:
    """Start the lab on the first network nobody listens on; each checkout begins its search somewhere else."""
    control.down()  # what an aborted scenario of ours left behind, known by its own state directory
    for leftover in (INVENTORY.parent, paths.EVIDENCE, paths.STATE):
        shutil.rmtree(leftover, ignore_errors=True)
    first = zlib.crc32(str(PLACE).encode()) % len(NETWORKS)
    for network in NETWORKS[first:] + NETWORKS[:first]:
        os.environ[hospital.NETWORK] = network
        try:
            status = control.up(fault_file())
        except BadInput as error:
            if "cannot listen" not in str(error):
                raise
            print(f"{network} is taken: {error}", file=sys.stderr)
            continue
        write_inventory(network)
        remember()
        print(f"{status.devices} devices on {network}.0.0/16 in {status.seconds} s, process {status.pid}")
        return
    raise BadInput("lab", f"no free network among {NETWORKS[0]} to {NETWORKS[-1]}", "end a lab that is no longer used")


def write_inventory(network: str) -> None:
    """inventories/lab, leading to this scenario's lab; with what <scenario>/plant.yml changes in it."""
    shutil.copytree(paths.INVENTORIES / "lab", INVENTORY, ignore=shutil.ignore_patterns("known_hosts.txt"))
    shutil.copy(control.directory() / "known_hosts.txt", INVENTORY / "known_hosts.txt")
    for name in ADDRESS_FILES:
        text = (INVENTORY / name).read_text(encoding="utf-8")
        (INVENTORY / name).write_text(text.replace("127.13.", f"{network}."), encoding="utf-8")
    plant = SCENARIO / "plant.yml"
    for one in yaml.safe_load(plant.read_text(encoding="utf-8")) if plant.exists() else []:
        _plant(INVENTORY / one["file"], one["path"], one["value"])


def _plant(path: Path, keys: list[str], value: Any) -> None:
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    place = data
    for key in keys[:-1]:
        place = place[key]
    if keys[-1] not in place or place[keys[-1]] == value:
        raise BadInput(str(path), f"{'.'.join(keys)}: nothing to change there", "mend the scenario's plant.yml")
    place[keys[-1]] = value
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")


def remember() -> None:
    """Keep what the servers are like for the tests."""
    found = witness.servers()
    if not found:
        raise BadInput(str(witness.overlays()), "no simulated server has files", "look at the lab's log")
    witness.BEFORE.write_text(json.dumps(found), encoding="utf-8")


def main() -> int:
    """One verb; bad input is one line and status 2."""
    verbs = {"up": up, "down": control.down}
    try:
        verbs[sys.argv[1]]()
    except BadInput as error:
        print(f"{SCENARIO.name}: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
