"""The toy application `pacs-core` as Debian packages: a DICOM store that the cluster starts, in several versions."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

PORT = 2104
UNIT = """[Unit]
Description=PACS core {version}
[Service]
EnvironmentFile=/etc/pacs-core/core.conf
ExecStart={start}
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


def build(folder: Path) -> dict[str, tuple[str, str]]:
    """Make every version and the unapproved dependency; {version: (file name, SHA-256)}."""
    out = {}
    for version, odd in VERSIONS.items():
        out[version] = _package(folder, "pacs-core", version, odd)
    out["extra"] = _package(folder, "pacs-extra", "1.0", {})
    return out


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
        postinst.write_text(odd.get("postinst", "#!/bin/sh\nset -e\nsystemctl daemon-reload\n"))
        postinst.chmod(0o755)
    file = folder / f"{name}_{version}_all.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "--build", str(tree), str(file)], check=True, timeout=60,
                   capture_output=True)
    return file.name, hashlib.sha256(file.read_bytes()).hexdigest()
