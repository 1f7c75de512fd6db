"""Every command that the verification guide prints is run, on a good archive and on spoilt ones."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from rounds_run import Site

from pacs_rounds import paths
from pacs_rounds.evidence import chain, keys

GUIDES = ["verifying-evidence.md", "verifying-evidence.zh-CN.md"]


def by_hand(guide: str, root: Path) -> str:
    """Everything the guide's commands say, in the folder that holds evidence/."""
    blocks = re.findall(r"```sh\n(.*?)```", (paths.ROOT / "docs" / guide).read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) >= 5
    done = subprocess.run(["sh", "-u"], input="\n".join(blocks), cwd=root, capture_output=True, text=True, timeout=30,
                          check=False, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"})
    return done.stdout + done.stderr


@pytest.fixture
def root(site: Site, tmp_path: Path) -> Path:
    site.round()
    site.round()
    return tmp_path


@pytest.mark.parametrize("guide", GUIDES)
def test_a_good_archive_passes_every_step(site: Site, root: Path, guide: str) -> None:
    said = by_hand(guide, root)
    first, second = chain.links(site.evidence)
    assert said.count('Good "evidence@rounds" signature for rounds@lab') == 2
    assert said.count(" follows\n") == 2
    assert f"head: 000002 {second.sha256}" in said
    assert keys.fingerprint(site.evidence.allowed_signers) in said
    assert "data: unchanged" in said
    assert "lists: unchanged" in said
    assert said.count(str(first.data["bag_sha256"])) >= 2, "the link's hash and that of the list are the same"
    for word in ("NOT", "FAILED", "added later", "no link seals", "not what its name says", "No such file", "error"):
        assert word not in said


def test_the_english_guide_follows_a_line_to_its_text(site: Site, root: Path) -> None:
    said = by_hand(GUIDES[0], root)
    first = chain.links(site.evidence)[0]
    assert '"check":"linux.filesystem_usage"' in said
    assert f"{first.sha256}  chain/000001.json" in said


@pytest.mark.parametrize("guide", GUIDES)
@pytest.mark.parametrize(("spoil", "word"), [
    ("raw", "FAILED"), ("added", "added later: data/raw/late.txt"), ("unsealed", "no link seals it"),
    ("link", "000002.json does NOT follow"), ("signature", "000001.json: NOT signed"), ("manifest", "FAILED"),
])
def test_a_spoilt_archive_is_seen_by_hand(site: Site, root: Path, guide: str, spoil: str, word: str) -> None:
    link = chain.links(site.evidence)[0]
    run = site.evidence.root / link.run
    if spoil == "raw":
        next((run / "data" / "raw").glob("*.txt")).write_text("edited")
    elif spoil == "added":
        (run / "data" / "raw" / "late.txt").write_text("late")
    elif spoil == "unsealed":
        shutil.copytree(run, site.evidence.root / "20270101T000000Z-quarterly-beef")
    elif spoil == "link":
        link.path.write_bytes(link.path.read_bytes().replace(b'"ok":6', b'"ok":5'))
    elif spoil == "signature":
        Path(f"{link.path}.sig").write_bytes(Path(f"{site.evidence.chain / '000002.json'}.sig").read_bytes())
    else:
        (run / "manifest-sha256.txt").write_text((run / "manifest-sha256.txt").read_text() + "\n")
    assert word in by_hand(guide, root)
