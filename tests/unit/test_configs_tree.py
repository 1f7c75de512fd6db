"""The quick reading of an IOS configuration gives hier-config's tree, or leaves the text to hier-config."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hier_config import Platform, get_hconfig_driver
from hypothesis import given, settings
from hypothesis import strategies as st
from test_configs_gate import TWICE, ios

from pacs_rounds.configs import ios_tree
from pacs_rounds.lab import hospital
from pacs_rounds.lab.ios_cli import IosCli
from pacs_rounds.lab.ios_device import IosDevice
from pacs_rounds.model import ParseError

LINES = [
    "!", " !", "# x", "", "version 15.2", "hostname a", "end", "Building configuration...", "ntp clock-period 12",
    "ntp server 192.0.2.1", "interface Gi0/1", "interface Gi0/2", " no ip address", " no ip address dhcp", " shutdown",
    " description a  b", " description a b", "  deeper", "   deepest", "vlan 10", "vlan 10,20-22", "vlan 7-5",
    " name X",
    "ip access-list extended A", " permit ip any any", " 10 permit ip any any", " remark x", " deny ip any any log",
    "ipv6 access-list B", " sequence 10 permit ipv6 any any", "router bgp 1", " address-family ipv4",
    " exit-address-family", "  exit-address-family", " exit-peer-policy", "exit", " template peer-policy b",
    "ipv6 unreachables disable", " logging event link-status", "logging event link-status", "logging host 192.0.2.9",
    "ip route 0.0.0.0 0.0.0.0 192.0.2.1", "ip  route 0.0.0.0 0.0.0.0 192.0.2.1", "\tshutdown", "line con 0\r",
    "macro name A", "@", "access-list 1 remark -",
    "crypto key generate rsa general-keys", "crypto pki certificate chain A", " certificate self-signed 01",
    "  30820229 30820192", "  \tquit"]


def _flat(node: Any, depth: int = 0) -> Iterator[tuple[int, str]]:
    for child in node.children:
        yield depth, child.text
        yield from _flat(child, depth + 1)


def _checked(text: str) -> bool:
    """Whether the quick reading vouched for the text; then hier-config must say the same."""
    quick = ios_tree._plain(text)
    if quick is not None:
        assert list(_flat(quick)) == list(_flat(ios_tree._asked(text)))
        assert [one.text for one in quick.all_children()] == [said for _, said in _flat(quick)]
    return quick is not None


def _of_the_lab(name: str) -> str:
    device = hospital.load()[name]
    cli = IosCli(IosDevice(device.name, device.address, device.state, time.time, None))
    cli.level = 15
    return str(cli.run("show running-config")).replace("\r\n", "\n")


@pytest.mark.parametrize("name", ["access-1", "access-3", "core-1"])
def test_the_labs_switches_are_read_quickly_and_alike(name: str) -> None:
    text = _of_the_lab(name)
    assert _checked(text[text.find("\nversion "):])


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(LINES), max_size=25).map("\n".join))
def test_whatever_is_read_quickly_is_read_alike(text: str) -> None:
    try:
        _checked(text)
    except ParseError:
        raise AssertionError(f"hier-config refuses what was vouched for:\n{text}") from None


@pytest.mark.parametrize("text", [
    "interface Gi0/1\n shutdown\ninterface Gi0/1\n description x\n",  # a heading twice
    "interface Gi0/1\n!\n description x\n", " description x\n",  # below nothing
    "ip route a\nip  route a\n", "hostname a\rhostname b\n", "vlan 7-5\n",
    "banner motd ^C\nnever ends\n", "aaa authentication banner ^C\nHello\n^C\n", "router bgp 1\n  exit\n"])
def test_what_is_not_plain_is_left_to_hier_config(text: str) -> None:
    assert ios_tree._plain(text) is None


def test_what_is_usual_is_not_left_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ios_tree, "_asked", lambda text: pytest.fail(text))
    for text in (ios(), ios("ip access-list extended A\n remark x\n remark x\n permit ip any any\nvlan 10,20-22\n")):
        ios_tree.read_ios(text)
        ios_tree.ios_tree(text)


def test_a_banner_is_one_command_with_all_its_lines() -> None:
    tree = ios_tree._plain(TWICE + "banner login ^C one line ^C\nline vty 0 4\n transport input ssh\n")
    assert tree
    assert [child.text for child in tree.children if child.text.startswith("banner ")] == [
        "banner motd ^C\n   indented\n switchport mode access\n^C", "banner login ^C one line ^C"]
    assert tree.children[-1] == ios_tree.Node("line vty 0 4", [ios_tree.Node("transport input ssh")])


def test_the_lines_left_out_are_those_that_hier_config_leaves_out() -> None:
    known = {rule.search for rule in get_hconfig_driver(Platform.CISCO_IOS).rules.per_line_sub}
    assert known == {
        "^Building configuration.*", "^Current configuration.*", "^! Last configuration change.*",
        "^! NVRAM config last updated.*", "^ntp clock-period .*", "^version.*", "^ logging event link-status$",
        "^ logging event subif-link-status$", r"^\s*ipv6 unreachables disable$", "^end$", r"^\s*[#!].*",
        "^ no ip address", "^ exit-peer-policy", "^ exit-peer-session", "^ exit-address-family",
        "^crypto key generate rsa general-keys.*$"}
    words = {re.split(r"[ .*$]", one.lstrip("^").replace(r"\s*", "").lstrip())[0] for one in known
             if not re.match(r"\^(?:!|version| exit| *\\s\*\[)", one)}
    assert words == ios_tree._DOUBTFUL
