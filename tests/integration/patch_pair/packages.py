"""The toy application `pacs-core` as Debian packages: a DICOM store that the cluster starts, in several versions."""

from __future__ import annotations

import hashlib
import subprocess
from dataclasses import dataclass
from pathlib import Path

PORT = 2104
# Its own stop, ended when the last process is dead: systemd in a container may not hear of a group that became empty
# and then waits for the whole TimeoutStopSec whenever a client was connected. That is no gap of the cluster's.
UNIT = """[Unit]
Description=PACS core {version}
[Service]
EnvironmentFile=/etc/pacs-core/core.conf
ExecStart={start}
ExecStop=-/usr/bin/killall -q -w -s KILL storescp
SuccessExitStatus=SIGKILL
KillMode=control-group
TimeoutStopSec=5
"""
CONFIG = """# where objects go, as delivered with {version}
PORT={port}
STORE=/images/PACS
"""
GOOD = "/usr/bin/storescp --fork --aetitle PACS --output-directory ${STORE} ${PORT}"
VERSIONS = {
    "1.0": {}, "2.0": {},
    "2.1": {"start": "/bin/false"},                        # the service does not start
    "2.2": {"postinst": "#!/bin/sh\nexit 1\n"},            # the package does not install whole
    "2.3": {"depends": "pacs-extra"},                      # brings a package nobody approved
}


@dataclass
class Built:
    """`files`: {version: (file name, SHA-256)}."""

    folder: Path
    files: dict[str, tuple[str, str]]


def build(folder: Path) -> Built:
    """Make every version and the unapproved dependency (as version `extra`)."""
    files = {version: _package(folder, "pacs-core", version, odd) for version, odd in VERSIONS.items()}
    return Built(folder, files | {"extra": _package(folder, "pacs-extra", "1.0", {})})


def _package(folder: Path, name: str, version: str, odd: dict[str, str]) -> tuple[str, str]:
    tree = folder / f"{name}_{version}"
    control = tree / "DEBIAN"
    control.mkdir(parents=True)
    depends = f"Depends: {odd['depends']}\n" if "depends" in odd else ""
    (control / "control").write_text(
        f"Package: {name}\nVersion: {version}\nArchitecture: all\nMaintainer: Vendor <vendor@example.invalid>\n"
        f"{depends}Description: the application of the patch tests\n")
    if name == "pacs-core":
        unit, config = tree / "lib/systemd/system/pacs-core.service", tree / "etc/pacs-core/core.conf"
        for path in (unit, config):
            path.parent.mkdir(parents=True)
        unit.write_text(UNIT.format(version=version, start=odd.get("start", GOOD)))
        config.write_text(CONFIG.format(port=PORT, version=version))
        (control / "conffiles").write_text("/etc/pacs-core/core.conf\n")
        postinst = control / "postinst"
        # The first one is installed before its node boots.
        postinst.write_text(odd.get("postinst", "#!/bin/sh\nset -e\n"
                                                "[ ! -d /run/systemd/system ] || systemctl daemon-reload\n"))
        postinst.chmod(0o755)
    file = folder / f"{name}_{version}_all.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "--build", str(tree), str(file)], check=True, timeout=60,
                   capture_output=True)
    return file.name, hashlib.sha256(file.read_bytes()).hexdigest()
