"""What a database leaves on its host: processes, programs in its home, oratab, alert log, audit files. Pure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

State = dict[str, Any]
TREES = ("/u01/app", "/u01/fra", "/u01/oradata", "/etc/oratab", "/etc/oraInst.loc")
"""Path prefixes that belong to the simulated database."""
PROGRAMS = ("sqlplus", "lsnrctl", "opatch", "rman")
_BACKGROUND = ("pmon", "psp0", "vktm", "gen0", "diag", "dbrm", "dia0", "mman", "dbw0", "lgwr", "ckpt", "smon", "reco",
               "mmon", "mmnl",
               "arc0", "arc1", "cjq0", "smco")
_CLIENT = Path(__file__).with_name("oracle_client.sh")


def processes(state: State) -> list[State]:
    """The rows of ps: background processes while an instance runs, the listener while it is up."""
    said = state.get("oracle")
    if not said:
        return []
    running = [] if said["status"] == "DOWN" else [
        {"args": f"ora_{name}_{said['sid']}", "user": "oracle", "stat": "Ss", "count": 1} for name in _BACKGROUND]
    if running:
        running.append({"args": f"oracle{said['sid']} (LOCAL=NO)", "user": "oracle", "stat": "Ss", "count":
                        said["sessions"]["count"]})
    listener = said["listener"]
    if listener["state"] == "up":
        running.append({"args": f"{said['home']}/bin/tnslsnr {listener['name']} -inherit", "user": "oracle",
                        "stat": "Ssl", "count": 1})
    return running


def programs(state: State, address: str) -> dict[str, str]:
    """The clients by name: they go into the overlay's bin."""
    text = _CLIENT.read_text(encoding="ascii").replace("@ADDRESS@", address).replace("@PORT@",
        str(state["oracle"]["port"]))
    return {name: text.replace("@PROGRAM@", name) for name in PROGRAMS}


def places(state: State) -> dict[str, str]:
    """Path on the host -> the program found there."""
    home = state["oracle"]["home"]
    return {f"{home}/OPatch/opatch" if name == "opatch" else f"{home}/bin/{name}": name for name in PROGRAMS}


def still(state: State) -> dict[str, str]:
    """Small files in /etc."""
    said = state["oracle"]
    return {"/etc/oratab": f"#\n# This file is used by ORACLE utilities.\n#\n{said['sid']}:{said['home']}:Y\n",
            "/etc/oraInst.loc": f"inventory_loc={said['base'].rpartition('/')[0]}/oraInventory\ninst_group=oinstall\n"}
