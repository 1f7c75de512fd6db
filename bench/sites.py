"""Throw-away sites: an inventory folder that the project's own roles can work on."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import yaml
from setting import LAB

from pacs_rounds import paths


def known_hosts() -> Path:
    """The running lab's host keys."""
    return Path(paths.STATE) / "lab" / "known_hosts.txt"


def _write(path: Path, data: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")


def _hosts(folder: Path, group: str, pattern: str) -> None:
    _write(folder / "hosts.yml", {"all": {"children": {
        group: {"hosts": {pattern: None}}}}})


def linux_site(folder: Path, count: int, addresses: list[str]) -> Path:
    """`count` servers that are the lab's servers over and over again. Returns the inventory folder."""
    folder.mkdir()
    _hosts(folder, "linux_servers", f"srv-[001:{count:03d}]")
    shutil.copyfile(known_hosts(), folder / "known_hosts.txt")
    shutil.copyfile(LAB / "group_vars" / "all" / "ansible.yml", _parent(folder / "group_vars" / "all" / "ansible.yml"))
    _write(folder / "group_vars" / "all" / "site.yml", {
        "rounds_site_title": {"en": "Benchmark", "zh": "基准测试"}, "rounds_timezone": "Asia/Shanghai",
        "some_servers": addresses,
        "ansible_host": "{{ some_servers[(inventory_hostname[4:] | int) % (some_servers | length)] }}"})
    _write(folder / "group_vars" / "linux_servers" / "main.yml", {"rounds_platform": "linux"})
    return folder


def _parent(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def switch_site(folder: Path, names: dict[str, str], port: int, login: tuple[str, str], known_hosts: Path,
                checks: list[str]) -> Path:
    """Switches (name -> address) that are asked for these checks. Returns the inventory folder."""
    folder.mkdir()
    _write(folder / "hosts.yml", {"all": {"children": {"catalyst_switches": {"hosts": dict.fromkeys(names)}}}})
    shutil.copyfile(known_hosts, folder / "known_hosts.txt")
    _write(folder / "group_vars" / "all" / "site.yml", {
        "rounds_site_title": {"en": "Benchmark", "zh": "基准测试"}, "rounds_timezone": "Asia/Shanghai",
        "ansible_host": "{{ rounds_addresses[inventory_hostname] }}", "rounds_addresses": dict(names)})
    _write(folder / "group_vars" / "catalyst_switches" / "main.yml", {
        "rounds_platform": "cisco_ios", "rounds_netmiko_type": "cisco_ios", "ansible_port": port,
        "ansible_user": login[0], "ansible_password": login[1], "catalyst_health_checks": checks})
    _write(folder / "group_vars" / "all" / "checks.yml", {"catalyst_health_checks": checks})
    return folder


def nornir_site(folder: Path, names: dict[str, str], port: int, login: tuple[str, str]) -> Path:
    """The same switches for nornir's SimpleInventory, at its defaults. Returns the folder."""
    folder.mkdir()
    options = {"netmiko": {"platform": "cisco_ios", "extras": {"allow_agent": False, "use_keys": False}}}
    _write(folder / "hosts.yaml", {name: {"hostname": address, "groups": ["switches"]}
                                   for name, address in names.items()})
    _write(folder / "groups.yaml", {"switches": {
        "platform": "cisco_ios", "port": port, "username": login[0], "password": login[1],
        "connection_options": options}})
    _write(folder / "defaults.yaml", {})
    return folder


def write_json(path: Path, data: Any) -> Path:
    """For the helpers' own processes."""
    path.write_text(json.dumps(data), encoding="utf-8")
    return path
