"""A site's files: the two that ship are in order; each way of getting one wrong is named: file, line, key, remedy."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pacs_rounds import paths
from pacs_rounds.inventory import SiteFiles, expand, validate_site
from pacs_rounds.model import BadInput

HOSTS = "all:\n  children:\n    servers:\n      hosts:\n        pacs-a:\n        pacs-b:\n"
WAIVER = "waivers:\n  - {check: linux.*, reason: because, approver: x, expires: 2027-01-01}\n"
RULE = "check_rules:\n  - {check: linux.cpu_load, reason: because}\n"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A small site that is in order."""
    folder = tmp_path / "site"
    for name, text in {
        "hosts.yml": HOSTS,
        "group_vars/all/main.yml": "ansible_user: unknown\nrounds_addresses: {pacs-a: 127.1.0.1, pacs-b: unknown}\n",
        "group_vars/all/waivers.yml": "waivers: []\n",
        "host_vars/pacs-a/baseline.yml": "baseline: {mounts: [/]}\n",
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", ["lab", "cancer-hospital"])
def test_shipped_site_is_in_order(name: str) -> None:
    assert isinstance(validate_site(paths.INVENTORIES / name), SiteFiles)


def test_small_site_is_in_order(site: Path) -> None:
    found = validate_site(site)
    assert found.hosts == ["pacs-a", "pacs-b"]
    assert found.groups["servers"] == ["pacs-a", "pacs-b"]
    assert found.host_vars["pacs-a"]["baseline"] == {"mounts": ["/"]}


@pytest.mark.parametrize(("file", "text", "where", "problem", "remedy"), [
    ("hosts.yml", "all:\n  hosts:\n    a: {ansible_host: x}\n", ":3", "holds no variables", "host_vars/a/"),
    ("hosts.yml", "all:\n  vars: {a: 1}\n  hosts:\n    a:\n", ":2", "holds no variables", "group_vars/all"),
    ("hosts.yml", "all:\n  children:\n    x:\n      host:\n        a:\n", ":4", "hosts: and children:", "below"),
    ("hosts.yml", "all:\n  hosts:\n    'a b':\n", ":3", "is no host name", "letters"),
    ("hosts.yml", "all:\n  hosts: {}\n", "", "names no host", "lab"),
    ("hosts.yml", "servers:\n  hosts:\n    a:\n", "", "one group at the top: all", "all:"),
    ("hosts.yml", "all: [\n", ":2", "not valid YAML", "indentation"),
    ("group_vars/sevrers/main.yml", "a: 1\n", "main.yml", "no group 'sevrers'", "servers"),
    ("host_vars/pacs-x/main.yml", "a: 1\n", "main.yml", "no host 'pacs-x'", "pacs-"),
    ("host_vars/pacs-a/x.yml", "rounds_platfrom: linux\n", ":1", "nothing reads", "rounds_platform"),
    ("host_vars/pacs-a/x.yml", "rounds_bogus: linux\n", ":1", "nothing reads", "rounds_"),
    ("host_vars/pacs-a/x.yml", "ansible_hots: 127.1.0.9\n", ":1", "nothing reads", "ansible_host"),
    ("host_vars/pacs-a/x.yml", "check_rule: []\n", ":1", "nothing reads", "check_rules"),
    ("host_vars/pacs-a/x.yml", "rounds_platform: linus\n", ":1", "is not one of", "inventory.json"),
    ("host_vars/pacs-a/x.yml", "ansible_port: 70000\n", ":1", "ansible_port", "inventory.json"),
    ("host_vars/pacs-a/x.yml", "a-b: 1\n", ":1", "no variable name", "underscores"),
    ("host_vars/pacs-a/x.yml", "- 1\n", "x.yml", "no mapping", "name: value"),
    ("host_vars/pacs-a/x.yml", "baseline: {}\n", ":1", "stands in", "keep one"),
    ("host_vars/pacs-a/baseline.yml", "baseline: {mount: [/]}\n", ":1", "mount", "inventory.json"),
    ("host_vars/pacs-a/baseline.yml", "baseline:\n  listening: [tcp-22]\n", ":2", "listening.0", "inventory"),
    ("host_vars/pacs-b/x.yml", "ansible_host: 127.1.0.1\n", "", "already the address of", "own address"),
    ("host_vars/pacs-b/x.yml", "dicom_aes: [{ae_title: SEVENTEEN_LETTERS, port: 104}]\n", ":1", "ae_title", "json"),
    ("host_vars/pacs-b/x.yml", "rounds_legacy_ssh: {reason: very old, expires: 2027-02-30}\n", ":1", "no day", "YYYY"),
    ("group_vars/all/main.yml", "rounds_addresses: {pacs-q: 127.1.0.1}\n", ":1", "no host 'pacs-q'", "pacs-"),
    ("group_vars/all/waivers.yml", WAIVER.replace("linux.*", "linux.cpu_loda"),
     ":2", "no check 'linux.cpu_loda'", "linux.cpu_load"),
    ("group_vars/all/waivers.yml", WAIVER.replace("reason", "hosts: [pacs-z], reason"),
     ":2", "no host fits", "pacs-"),
    ("group_vars/all/waivers.yml", WAIVER.replace("-01-", "-13-"),
     ":2", "no day", "YYYY"),
    ("group_vars/all/waivers.yml", WAIVER.replace("approver: x, ", ""),
     ":2", "approver", "inventory.json"),
    ("group_vars/all/rules.yml", RULE.replace("}\n", ", levels: {direction: upper, warning: 9, critical: 3}}\n"),
     ":2", "critical comes before", "larger"),
    ("group_vars/all/rules.yml", RULE.replace("}\n", ", words: {ok: [x]}}\n"),
     ":2", "judged by levels", "levels:"),
    ("group_vars/all/rules.yml", RULE, ":2", "", "inventory"),
])
def test_each_fault_is_named(site: Path, file: str, text: str, where: str, problem: str, remedy: str) -> None:
    path = site / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as refusal:
        validate_site(site)
    assert "site/" in refusal.value.where
    assert refusal.value.where.endswith(where)
    assert problem in refusal.value.problem
    assert remedy in refusal.value.remedy


def test_site_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no such site") as refusal:
        validate_site(tmp_path / "nowhere")
    assert "lab" in refusal.value.remedy


def test_templates_vaults_and_strange_variables_are_left_to_ansible(site: Path) -> None:
    (site / "group_vars/all/vault.yml").write_text("$ANSIBLE_VAULT;1.1;AES256\n6162\n", encoding="utf-8")
    (site / "host_vars/pacs-b").mkdir()
    (site / "host_vars/pacs-b/x.yml").write_text(
        "ansible_port: '{{ 22 }}'\nansible_password: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  61\n"
        "our_own: {any: thing}\n", encoding="utf-8")
    (site / "host_vars/pacs-b/notes.txt").write_text("not read", encoding="utf-8")
    assert validate_site(site).host_vars["pacs-b"]["our_own"] == {"any": "thing"}


@pytest.mark.parametrize(("pattern", "names"), [
    ("a", ["a"]), ("a-[1:3]", ["a-1", "a-2", "a-3"]), ("a-[08:10]", ["a-08", "a-09", "a-10"]),
    ("a-[0:4:2]", ["a-0", "a-2", "a-4"]), ("[a:c]x", ["ax", "bx", "cx"]), ("[1:2]-[1:2]", ["1-1", "1-2", "2-1", "2-2"]),
])
def test_ranges_are_counted_as_ansible_counts_them(pattern: str, names: list[str]) -> None:
    assert expand(pattern) == names


def test_hosts_and_groups_are_those_that_ansible_sees() -> None:
    from ansible.inventory.manager import InventoryManager
    from ansible.parsing.dataloader import DataLoader

    for name in ("lab", "cancer-hospital"):
        manager = InventoryManager(loader=DataLoader(), sources=[str(paths.INVENTORIES / name)])
        seen = {group: sorted(manager.get_groups_dict()[group]) for group in manager.groups if group != "ungrouped"}
        ours = validate_site(paths.INVENTORIES / name)
        assert {group: sorted(hosts) for group, hosts in ours.groups.items()} == seen


def test_a_site_of_190_hosts_costs_a_quarter_second(tmp_path: Path) -> None:
    shutil.copytree(paths.INVENTORIES / "lab", tmp_path / "lab", ignore=shutil.ignore_patterns("known_hosts.txt"))
    began = time.process_time()
    validate_site(tmp_path / "lab")
    assert time.process_time() - began < 0.25


def test_importing_it_does_not_import_the_schema_library() -> None:
    code = "import pacs_rounds.inventory, sys; sys.exit('jsonschema' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
