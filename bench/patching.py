"""A patch on a real pacemaker pair of containers, and the cluster's own move: what a DICOM client feels of each.

The pair is that of the tests (tests/integration/patch_pair): root, podman and runc are needed, else it is not measured.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from measure import CommandFailedError
from setting import ROOT, Setting
from table import Row, Section

MORE = 2.0
OBJECTS = 1000


def _turns(pair: Any, site: Any, repeat: int, folder: Path) -> tuple[list[float], list[float], int, int]:
    """Gaps of bare moves and of patches in turn, objects accepted meanwhile, objects of these that are not there."""
    from patch_pair import use, watch

    watching = watch.Watch(pair, folder)
    bare, ours, accepted = [], [], []
    try:
        for _ in range(repeat):
            with use.Clients(site, OBJECTS) as clients:
                watching.mark()
                use.bare_move(pair)
                bare.append(watching.gap())
            accepted += clients.accepted
            plan = site.plan("2.0")
            with use.Clients(site, OBJECTS) as clients:
                watching.mark()
                ended = site.playbook("apply-patch.yml", patch_plan=plan)
                ours.append(watching.gap())
            accepted += clients.accepted
            if ended.status:
                raise CommandFailedError(ended.text[-2000:])
            pair.set_back(f"/root/{site.built.files['1.0'][0]}")
            pair.whole()
    finally:
        watching.end()
    found = {path.name.partition(".")[2] for path in (pair.images / "PACS").iterdir()}
    return bare, ours, len(accepted), len(set(accepted) - found)


def measure(setting: Setting, section: Section) -> None:
    """Fill the section."""
    sys.path[:0] = [str(ROOT / "tests" / "integration"), str(ROOT / "tests")]
    from patch_pair import cluster, image, packages, use
    from patch_pair.site import PatchSite

    if image.missing():
        section.failed = image.missing()
        return
    folder = setting.folder / "patching"
    for name in ("debs", "site", "watch"):
        (folder / name).mkdir(parents=True)
    built = packages.build(folder / "debs")
    try:
        pair = cluster.Pair(folder / "pair", image.tree())
    except subprocess.CalledProcessError as error:
        raise CommandFailedError(error.stderr.decode()[-500:]) from None
    try:
        pair.prepare(built.folder / built.files["1.0"][0])
        use.objects(pair.images)
        pair.run()
        pair.form()
        site = PatchSite(folder / "site", pair, built)
        use.inspect(site, 1)
        bare, ours, count, lost = _turns(pair, site, 1 if setting.quick else max(5, setting.repeat), folder / "watch")
    except AssertionError as error:
        raise CommandFailedError(str(error)[-500:]) from None
    finally:
        pair.down()
    peer, mine = statistics.median(bare), statistics.median(ours)
    section.rows += [
        Row("longest gap of a bare move (standby, and online again)", "",
            f"{peer:.2f} s ({min(bare):.2f}-{max(bare):.2f})"),
        Row("longest gap of a whole plan, both nodes patched", f"≤ {peer + MORE:.2f} s (bare move + 2 s)",
            f"{mine:.2f} s ({min(ours):.2f}-{max(ours):.2f})", f"{mine - peer:+.2f} s", mine <= peer + MORE),
        Row("accepted objects that are not in the archive", "0", str(lost), f"of {count}", lost == 0)]
    section.notes += [
        f"{len(bare)} turns of each in turn. All the while four clients store ({OBJECTS} objects or more per "
        "turn) and a C-ECHO begins every 100 ms; a gap is the time between two successful ones.",
        "Clients, cluster and control node share the cores. Pacemaker looks at a stopping unit every 2 s: most of "
        "both gaps."]
