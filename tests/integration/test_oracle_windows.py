"""A sealed round of two Windows hosts with an Oracle pair, through Ansible: the roles, their records, and no secret."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import winrm_stand
import yaml
from windows_oracle import HOME, Host
from winrm_stand import PASSWORD, USER

from pacs_rounds import paths
from pacs_rounds.lab import wsman
from pacs_rounds.lab.wsman_shell import Shells

ADDRESSES = {"win-a": "127.13.14.1", "win-b": "127.13.14.2"}
SECRET = "Read-0nly of the vault"
ROLES = ("oracle_health", "oracle_pairs", "backup_verify")
PLAYBOOK = [
    {"name": "Open", "hosts": "all", "gather_facts": False, "tasks": [
        {"name": "Open", "ansible.builtin.import_role": {"name": "round_open"},
         "vars": {"round_open_round": "quarterly"}}]},
    *({"name": role, "hosts": "all", "gather_facts": False, "ignore_errors": True, "tasks": [
        {"name": role, "ansible.builtin.import_role": {"name": role}}]} for role in ROLES),
    {"name": "Seal", "hosts": "all", "gather_facts": False, "tasks": [
        {"name": "Seal", "ansible.builtin.import_role": {"name": "round_seal"}}]},
]


@dataclass
class Round:
    """What a round left: Ansible's words, the records by host, the folder of all evidence."""

    output: str
    records: dict[str, list[dict[str, Any]]]
    evidence: Path
    hosts: dict[str, Host]
    servers: dict[str, wsman.Server]

    def said(self, host: str, check: str, item: str) -> dict[str, Any]:
        return next(one for one in self.records[host] if (one["check"], one["item"]) == (check, item))


def site(place: Path, servers: dict[str, wsman.Server], authority: Path) -> Path:
    """The inventory of the two hosts."""
    folder = place / "win"
    (folder / "group_vars" / "all").mkdir(parents=True)
    members = {"hosts": dict.fromkeys(ADDRESSES)}
    texts: dict[str, Any] = {"hosts.yml": {"all": {"children": {"oracle_servers": members, "backup_hosts": members}}}}
    texts["group_vars/all/main.yml"] = {
        "rounds_platform": "windows", "rounds_site_title": {"en": "Windows", "zh": "Windows 主机"},
        "ansible_connection": "winrm", "ansible_user": USER, "ansible_password": PASSWORD,
        "ansible_winrm_transport": "ntlm", "ansible_winrm_ca_trust_path": str(authority),
        "oracle_health_checks": ["oracle.[!a]*", "oracle.a[!c]*", "oracle.acc*"],
        "rounds_oracle": {"instances": [{"sid": "PACS", "oracle_home": HOME, "pair": "pacs"}], "opatch": True,
                          "account": {"user": "ROUNDS", "password": SECRET}}}
    for host, address in ADDRESSES.items():
        (folder / "host_vars" / host).mkdir(parents=True)
        texts[f"host_vars/{host}/connection.yml"] = {"ansible_host": address, "ansible_port": servers[host].port}
    for name, data in texts.items():
        (folder / name).write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Round]:
    place = tmp_path_factory.mktemp("windows")
    hosts = {"win-a": Host(), "win-b": Host(services={"PACS": (1, "STOPPED")})}
    hosts["win-a"].changes["accounts"] = {"ROUNDS": {"password": SECRET, "status": "OPEN"}}
    hosts["win-a"].alert()
    files = {}
    for host, address in ADDRESSES.items():
        (place / host).mkdir()
        files[host] = winrm_stand.certificates(place / host, address)
    bundle = place / "ca.pem"
    bundle.write_text("".join(one.authority.read_text() for one in files.values()))
    before = os.environ.get("NTLM_USER_FILE")
    wsman.ntlm_users({USER: PASSWORD}, place / "ntlm")
    servers = {host: wsman.Server(address, {USER: PASSWORD}, Shells(hosts[host].run), files[host].host,
                                  files[host].key).start() for host, address in ADDRESSES.items()}
    try:
        (place / "round.yml").write_text(yaml.safe_dump(PLAYBOOK, sort_keys=False), encoding="utf-8")
        places = {f"ROUNDS_{name}": str(place / name.lower()) for name in ("STATE", "EVIDENCE", "REPORTS")}
        environment = {name: value for name, value in os.environ.items() if name != "NTLM_USER_FILE"}
        done = subprocess.run(
            [Path(sys.executable).with_name("ansible-playbook"), "-vvv", "-i", site(place, servers, bundle),
             place / "round.yml"], cwd=paths.ROOT, capture_output=True, text=True, timeout=150, check=False,
            env={**environment, **places, "ANSIBLE_CONFIG": str(paths.ROOT / "ansible.cfg")})
        output = done.stdout + done.stderr
        assert done.returncode == 0, output[-3000:]
        records: dict[str, list[dict[str, Any]]] = {}
        for path in sorted((place / "evidence").rglob("records/*/*.jsonl")):
            records.setdefault(path.parent.name, []).extend(map(json.loads, path.read_text().splitlines()))
        yield Round(output, records, place / "evidence", hosts, servers)
    finally:
        for server in servers.values():
            server.close()
        os.environ.pop("NTLM_USER_FILE")
        if before is not None:
            os.environ["NTLM_USER_FILE"] = before


def test_the_active_nodes_database_is_judged(played: Round) -> None:
    assert played.said("win-a", "oracle.instance_state", "PACS")["observed"] == "open"
    assert played.said("win-a", "oracle.database_state", "PACS")["outcome"] == "ok"
    assert played.said("win-a", "oracle.patch_level", "*")["outcome"] == "not_applicable"  # no approved list
    assert played.said("win-a", "oracle.audit_files", "*")["outcome"] == "not_applicable"
    assert played.said("win-a", "oracle.alert_log", "PACS/read")["observed"] == "read"
    assert "nothing is known" not in played.said("win-a", "oracle.tablespace_usage", "PACS/USERS")["detail"]
    told = [one for one in played.records["win-a"] if one["role"] == "oracle_health"]
    assert {one["transport"] for one in told} == {"winrm"}
    assert [one["detail"] for one in told if one["outcome"] == "unknown" and one["reason"] == "fault_in_check"] == []


def test_the_standby_is_not_connected_to_and_the_pair_has_one_active_node(played: Round) -> None:
    assert played.said("win-b", "oracle.instance_state", "PACS")["outcome"] == "not_applicable"
    assert {one["outcome"] for one in played.records["win-b"] if one["role"] == "oracle_health"} == {"not_applicable"}
    assert played.hosts["win-b"].typed == []
    active = [one for host in ADDRESSES for one in played.records[host] if one["check"] == "oracle.active_node"]
    assert {one["outcome"] for one in active} == {"ok"}


def test_what_has_no_form_on_windows_is_unknown_and_says_so(played: Round) -> None:
    logs = [one for one in played.records["win-a"] if one["check"] == "backup.rman_logs"]
    assert [(one["outcome"], one["reason"]) for one in logs] == [("unknown", "not_run")]
    assert "Windows" in logs[0]["detail"]
    assert played.said("win-a", "backup.oracle_ladder", "PACS/exists")["outcome"] != "unknown"


def test_no_secret_is_in_the_evidence_or_on_the_terminal_and_no_shell_is_left(played: Round) -> None:
    everything = played.output + "".join(path.read_text(errors="replace") for path in played.evidence.rglob("*")
                                         if path.is_file())
    assert SECRET not in everything
    assert PASSWORD not in everything
    assert SECRET in "".join(played.hosts["win-a"].typed)
    assert [server.shells.open for server in played.servers.values()] == [{}, {}]
    assert not [line for line in played.hosts["win-a"].lines if "vault" in line]
