"""A simulated Windows node of a patch scenario: WinRM over http on loopback, its state in node/state.json.

    python -m shared.windows_node PLACE     writes PLACE/node/port; `windows` of stand.yml says what the host is
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import yaml

from pacs_rounds.lab import wsman
from pacs_rounds.lab.windows_host import Host
from pacs_rounds.lab.wsman_shell import Call, Shells

USER, PASSWORD = "rounds", "of the vault"


def serve(place: Path, told: dict[str, Any]) -> None:
    """Listen until SIGTERM."""
    host = Host(**{key: set(value) if key == "faults" else value for key, value in told.items()})
    lock, started = threading.Lock(), host.started

    def write(name: str, text: str) -> None:
        path = place / "node" / name
        path.with_suffix(".part").write_text(text, encoding="utf-8")
        path.with_suffix(".part").rename(path)

    def keep() -> None:
        ours = sorted(one for one in (*host.files, *host.folders, *host.tasks) if "rounds" in one)
        write("state.json", json.dumps({"hotfixes": host.hotfixes, "services": host.services, "calls": host.calls,
                                        "ours": ours, "waiting": len(host.pending)}))

    def run(call: Call) -> int:
        stdin = b"" if call.console_input else call.read_all()
        with lock:
            code, out = host.line(call.line, stdin)
            keep()
        call.out(out)
        return code

    def before(action: str) -> str | None:
        """While it restarts nobody answers, and afterwards it knows no shell of before."""
        nonlocal started
        if started != host.started:
            started = host.started
            server.shells.open.clear()
            with lock:
                keep()
        return "drop" if host.away and action in {"Create", "Command"} else None

    server = wsman.Server("127.0.0.1", {USER: PASSWORD}, Shells(run, before)).start()
    keep()
    write("port", str(server.port))
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    server.close()


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    stand = Path(os.environ["MOLECULE_SCENARIO_DIRECTORY"]) / "stand.yml"
    serve(Path(sys.argv[1]), yaml.safe_load(stand.read_text(encoding="utf-8"))["windows"])
