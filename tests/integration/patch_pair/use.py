"""What is done with the pair: objects, inspections, clients that store, the cluster's own move to compare with."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from patch_pair.clients import image
from patch_pair.cluster import VIP, Pair
from patch_pair.packages import PORT
from patch_pair.site import PatchSite

HERE = Path(__file__).parent


def objects(folder: Path) -> None:
    """Five files that never change, and the archive with its first object."""
    for name in ("sample", "PACS"):
        (folder / name).mkdir()
    for number in range(5):
        (folder / "sample" / f"{number}.bin").write_bytes(os.urandom(1000))
    _first(folder / "PACS")


def _first(folder: Path) -> None:
    """A DICOM file, so that there is something to read before the first client comes."""
    data = image(0, "1.2.3")
    data.save_as(folder / f"CT.{data.SOPInstanceUID}", enforce_file_format=True)


def inspect(site: PatchSite, hours: float) -> None:
    """A sealed inspection whose backups were proved so many hours ago."""
    shutil.rmtree(site.folder / "evidence", ignore_errors=True)
    subprocess.run([sys.executable, str(HERE / "evidence.py"), str(hours)], env=site.environment, check=True,
                   timeout=60)


class Clients:
    """Clients that store all the while something happens; `accepted` at the end: what the service took."""

    def __init__(self, site: PatchSite, objects: int) -> None:
        self.accepted: list[str] = []
        self._process = subprocess.Popen(
            site.pair.words(sys.executable, str(HERE / "clients.py"), VIP, str(PORT), str(objects)),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

    def __enter__(self) -> Clients:
        assert self._process.stdout
        assert self._process.stdout.readline() == "begun\n"
        return self

    def __exit__(self, *_: object) -> None:
        out, _ = self._process.communicate("", timeout=90)
        self.accepted = json.loads(out)["accepted"]


def bare_move(pair: Pair) -> None:
    """The peer: the cluster's own fail-over and nothing else."""
    node = pair.carrier()
    for words in ("--update on", "--delete"):
        pair.on(node, f"crm_attribute --node {node} --name standby {words}; crm_resource --wait --timeout=60")
