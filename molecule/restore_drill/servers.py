"""Two PostgreSQL productions with base backups for the drill, and the inventory that leads to them.

    python -m restore_drill.servers up     production, its backup, a second backup with one byte flipped, the inventory
    python -m restore_drill.servers down   ends what `up` started

`drill-1` restores the good backup, `drill-2` the broken one, `drill-3` nobody has approved.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import yaml
from shared import witness

from pacs_rounds import paths

sys.path.append(str(paths.ROOT / "tests"))
import postgres_lab

PLACE = witness.PLACE
INVENTORY = PLACE / "inventories" / "drill"
SITE = Path(__file__).parent / "site"
KEPT = PLACE / "cluster.json"
ADDRESSES = {"prod-1": "192.0.2.1", "drill-1": "192.0.2.11", "drill-2": "192.0.2.12", "drill-3": "192.0.2.13"}
"""Of the documentation range: nothing is sent there, both are this machine."""


def up() -> None:
    """Everything. Without PostgreSQL an inventory without hosts, so that converge has nothing to do."""
    down()
    for leftover in (INVENTORY.parent, Path(os.environ["ROUNDS_EVIDENCE"]), Path(os.environ["ROUNDS_STATE"])):
        shutil.rmtree(leftover, ignore_errors=True)
    shutil.copytree(SITE, INVENTORY)
    if postgres_lab.missing():
        (INVENTORY / "hosts.yml").write_text("all:\n  children:\n    drill_hosts:\n", encoding="utf-8")
        print(f"nothing to restore: {postgres_lab.missing()}")
        return
    cluster = postgres_lab.Cluster()
    KEPT.write_text(json.dumps({"root": str(cluster.root)}), encoding="utf-8")
    cluster.up()
    as_other = cluster.root / "as-drill"
    postgres_lab.other_host("drill", as_other, cluster.data)
    broken = cluster.root / "broken"
    cluster.sh(f"cp -a {cluster.backups} {broken}")
    file = broken / "20261121" / cluster.sql("select pg_relation_filepath('study');")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.write_bytes(content)
    target = cluster.root / "drill"
    drills: dict[str, Any] = {
        f"drill-{number}": cluster.drill(target=f"{target}-{number}", port=postgres_lab.PORT + number,
                                         bin=str(as_other), **more)
        for number, more in ((1, {}), (2, {"backup": str(broken)}), (3, {}))}
    del drills["drill-3"]["approval"]
    for host, address in ADDRESSES.items():
        variables: dict[str, Any] = {"ansible_host": address}
        variables |= {"rounds_drill": drills[host]} if host in drills else \
            {"rounds_postgres": {"instances": [{**cluster.settings, "backups": str(cluster.backups),
                                                "wal_archive": str(cluster.archive)}]}}
        place = INVENTORY / "host_vars" / host / "main.yml"
        place.parent.mkdir(parents=True)
        place.write_text(yaml.safe_dump(variables, explicit_start=True), encoding="utf-8")
    witness.BEFORE.write_text(json.dumps(state(cluster)), encoding="utf-8")


def state(cluster: postgres_lab.Cluster) -> dict[str, Any]:
    """What production is like: its rows, its timeline, its archive, its backups' files."""
    return {"rows": cluster.sql("select count(*), sum(hashtext(t::text)) from study t;"),
            "timeline": cluster.sql("select timeline_id from pg_control_checkpoint();"),
            "timelines in the archive": sorted({path.name[:8] for path in cluster.archive.iterdir()}),
            "backups": witness.listing(cluster.backups)}


def standing() -> postgres_lab.Cluster | None:
    """The cluster that `up` made, or None."""
    if not KEPT.exists():
        return None
    return postgres_lab.Cluster(Path(json.loads(KEPT.read_text(encoding="utf-8"))["root"]))


def down() -> None:
    """End production and remove it."""
    cluster = standing()
    if cluster and cluster.root.exists():
        cluster.down()
    KEPT.unlink(missing_ok=True)


if __name__ == "__main__":
    {"up": up, "down": down}[sys.argv[1]]()
