"""The site's signing key, whose signatures count, and the key behind the redaction tokens."""

from __future__ import annotations

import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from rounds_run import Site

from pacs_rounds import paths
from pacs_rounds.evidence import keys
from pacs_rounds.evidence.verify import verify_site
from pacs_rounds.model import BadInput


def test_the_first_run_makes_the_key_and_the_list_of_signers(site: Site) -> None:
    site.round()
    key = paths.STATE / "keys" / "lab" / "signing_ed25519"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    kind, blob = key.with_name(key.name + ".pub").read_text().split()[:2]
    assert site.evidence.allowed_signers.read_text() == f'rounds@lab namespaces="evidence@rounds" {kind} {blob}\n'
    shown = subprocess.run(["ssh-keygen", "-l", "-f", f"{key}.pub"], capture_output=True, text=True, check=True,
                           timeout=20).stdout.split()[1]
    assert keys.fingerprint(site.evidence.allowed_signers) == keys.fingerprint(Path(f"{key}.pub")) == shown


def test_a_machine_without_the_sites_key_does_not_sign(site: Site) -> None:
    site.round()
    for name in ("signing_ed25519", "signing_ed25519.pub"):
        (paths.STATE / "keys" / "lab" / name).unlink()
    run_dir = site.open()
    with pytest.raises(BadInput, match="no signing key here, but lab already has signed runs"):
        site.seal(run_dir)
    assert not (paths.STATE / "keys" / "lab" / "signing_ed25519").exists(), "no new key in its place"


def test_a_key_that_is_not_listed_does_not_sign(site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    site.round()
    other = tmp_path / "other"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(other)], check=True, timeout=20)
    monkeypatch.setenv("ROUNDS_SIGNING_KEY", str(other))
    with pytest.raises(BadInput, match="does not list the key"):
        site.round()
    public = Path(f"{other}.pub").read_text()
    with site.evidence.allowed_signers.open("a", encoding="utf-8") as file:
        file.write(f'# 第二台工作站\nrounds@lab namespaces="evidence@rounds" {public}')
    site.round()
    assert verify_site(site.evidence) == []
    assert len(keys.fingerprints(site.evidence.allowed_signers)) == 2, "a second signer is shown"


def test_a_key_without_its_public_half_says_how_to_make_it(site: Site) -> None:
    site.round()
    (paths.STATE / "keys" / "lab" / "signing_ed25519.pub").unlink()
    with pytest.raises(BadInput, match="ssh-keygen -y -f"):
        site.round()


def test_a_signature_for_another_purpose_does_not_count(site: Site) -> None:
    """The namespace keeps a signature made with the same key over an e-mail from passing as a seal."""
    link = site.round()
    key = paths.STATE / "keys" / "lab" / "signing_ed25519"
    made = subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-f", str(key), "-n", "file"],
                          input=link.path.read_bytes(), capture_output=True, check=True, timeout=20).stdout
    Path(f"{link.path}.sig").write_bytes(made)
    assert [fault.kind for fault in verify_site(site.evidence)] == ["signature"]


def test_without_ssh_keygen_there_is_a_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BadInput, match="openssh-client"):
        keys.sign(tmp_path / "key", b"x")


def test_an_ssh_keygen_that_waits_for_a_passphrase_is_given_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "ssh-keygen"
    program.write_text("#!/bin/sh\nexec sleep 30\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(keys, "SECONDS", 0.2)
    with pytest.raises(BadInput, match="passphrase needs an agent"):
        keys.sign(tmp_path / "key", b"x")


def test_the_redaction_key_is_made_once_and_is_the_owners(site: Site) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: keys.redaction_key("lab"), range(8)))
    assert len(made) == 1
    assert len(made.pop()) == 32
    folder = paths.STATE / "keys" / "lab"
    assert stat.S_IMODE((folder / "redaction.key").stat().st_mode) == 0o600
    assert [path.name for path in folder.iterdir()] == ["redaction.key"]
    assert keys.redaction_key("other") != keys.redaction_key("lab")


@pytest.mark.parametrize("bytes_left", [0, 5])
def test_a_cut_off_redaction_key_is_refused(site: Site, bytes_left: int) -> None:
    path = paths.STATE / "keys" / "lab" / "redaction.key"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"k" * bytes_left)
    with pytest.raises(BadInput, match=f"holds {bytes_left} bytes"):
        keys.redaction_key("lab")


def test_the_keys_folder_is_the_owners_alone(site: Site) -> None:
    keys.redaction_key("lab")
    assert stat.S_IMODE((paths.STATE / "keys" / "lab").stat().st_mode) == 0o700
