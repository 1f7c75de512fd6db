"""Golden rules, weak secrets, differences and work orders: pure functions over texts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hier_config import Platform, get_hconfig, get_hconfig_driver
from hypothesis import given
from hypothesis import strategies as st
from test_configs_gate import ios

from pacs_rounds.configs import diffs, golden, ios_tree, work_orders
from pacs_rounds.configs.redacted import redacted
from pacs_rounds.model import BadInput

KEY = b"k" * 32
GOOD = ios("""hostname core-9
service timestamps log datetime msec
service password-encryption
enable secret 5 $1$abcd$0123456789abcdefghijkl
logging buffered 16384
spanning-tree portfast bpduguard default
clock timezone CST 8
interface GigabitEthernet1/0/1
 description pacs-a
 switchport access vlan 10
interface GigabitEthernet1/0/2
 shutdown
interface GigabitEthernet1/0/3
 switchport mode trunk
no ip http server
logging host 10.9.4.5
snmp-server community hunter2hunter RO 10
banner login ^C
Authorised maintenance only.
^C
line con 0
line vty 0 4
 exec-timeout 10 0
 transport input ssh
line vty 5 15
 transport input none
ntp server 10.9.4.1
""")
# rule -> (what is replaced, by what): each makes the rule find fault, and no other.
FAULTS = {
    "ntp": ("ntp server 10.9.4.1\n", ""),
    "timezone": ("clock timezone CST 8\n", ""),
    "log_timestamps": ("log datetime msec", "log uptime"),
    "logging_host": ("logging host 10.9.4.5\n", ""),
    "snmp_restricted": ("RO 10", "RO"),
    "snmp_read_only": ("RO 10", "RW 10"),
    "no_default_community": ("hunter2hunter", "public"),
    "ssh_only": ("transport input none", "transport input telnet ssh"),
    "vty_timeout": ("exec-timeout 10 0", "exec-timeout 0 0"),
    "no_http": ("no ip http server", "ip http server"),
    "banner": ("banner login ^C\nAuthorised maintenance only.\n^C\n", ""),
    "password_encryption": ("service password-encryption", "no service password-encryption"),
    "enable_secret": ("enable secret 5 $1$abcd$0123456789abcdefghijkl", "enable password 7 0822455D0A16"),
    "spanning_tree_guard": ("spanning-tree portfast bpduguard default\n", ""),
    "edge_ports_guard": ("switchport access vlan 10", "spanning-tree bpdufilter enable"),
    "unused_ports_shut": (" shutdown\n", " switchport access vlan 10\n"),
}


def found(text: str, rules: list[golden.Rule] | None = None) -> dict[str, str]:
    shown, _ = redacted("cisco_ios", text, KEY)
    return {one.rule: one.word
            for one in golden.judge(rules or golden.rules(), golden.with_default_words(shown, KEY))}


def test_a_switch_as_wanted_keeps_every_rule() -> None:
    assert set(found(GOOD).values()) == {"ok"}
    assert sorted(found(GOOD)) == sorted(FAULTS)


@pytest.mark.parametrize("rule", FAULTS)
def test_each_rule_finds_its_fault_and_no_other(rule: str) -> None:
    old, new = FAULTS[rule]
    assert old in GOOD
    words = found(GOOD.replace(old, new))
    assert [name for name, word in words.items() if word == "violated"] == [rule]


def test_a_finding_names_the_lines() -> None:
    shown, _ = redacted("cisco_ios", GOOD.replace("exec-timeout 10 0", "exec-timeout 0 0"), KEY)
    [one] = [one for one in golden.judge(golden.rules(), shown) if one.word == "violated"]
    assert (one.rule, one.detail, one.lines) == (
        "vty_timeout", "line vty 0 4: exec-timeout 0 0", ["line vty 0 4: exec-timeout 0 0"])
    access = " switchport access vlan 1\n"
    ports = "".join(f"{access}interface GigabitEthernet2/0/{n}\n" for n in range(9))
    shown, _ = redacted("cisco_ios", GOOD.replace(" shutdown\n", ports + access), KEY)
    [one] = [one for one in golden.judge(golden.rules(), shown) if one.word == "violated"]
    assert len(one.lines) == 10
    assert one.detail.endswith("; and 4 more")


def test_a_switch_without_such_sections_is_not_judged_by_them() -> None:
    text = GOOD.replace("interface GigabitEthernet", "interface Vlan")
    assert found(text)["unused_ports_shut"] == found(text)["edge_ports_guard"] == "not_applicable"


def test_default_words_are_known_without_being_kept() -> None:
    shown, _ = redacted("cisco_ios", "snmp-server community public RO\nsnmp-server community other RO\n", KEY)
    assert "public" not in shown
    assert golden.with_default_words(shown, KEY).startswith("snmp-server community public RO\n")
    assert "public" not in golden.with_default_words(shown, b"j" * 32)


def test_a_sites_own_rules_are_checked(tmp_path: Path) -> None:
    path = tmp_path / "golden.yml"
    path.write_text("- id: domain\n  title: {en: Domain name, zh: 域名}\n  reason: certificates name the switch\n"
                    "  require: ['^ip domain-name hospital\\.example$']\n"
                    "- id: hsrp\n  title: {en: HSRP keys, zh: HSRP 密钥}\n  reason: nobody takes over the gateway\n"
                    "  only_if: ['^interface Vlan']\n  below: '^interface Vlan'\n  quantity: some\n"
                    "  require: ['^standby \\d+ authentication md5 ']\n")
    rules = golden.rules(path)
    assert found(GOOD, rules) == {"domain": "violated", "hsrp": "not_applicable"}
    more = GOOD.replace("ntp server", "ip domain-name hospital.example\ninterface Vlan1\n no ip address\n"
                        "interface Vlan2\n standby 1 authentication md5 key-string 7 0822455D0A16\nntp server")
    assert found(more, rules) == {"domain": "ok", "hsrp": "ok"}
    for content, said in (("- id: x\n", "required"), ("[]\n", "\\[\\]"),
                          (path.read_text() + path.read_text(), "stands twice"),
                          (path.read_text().replace("'^ip domain", "'^(ip domain"), "no regular expression")):
        path.write_text(content)
        with pytest.raises(BadInput, match=said):
            golden.rules(path)
        path.write_text("- id: domain\n  title: {en: Domain name, zh: 域名}\n  reason: certificates name the switch\n"
                        "  require: ['^ip domain-name hospital\\.example$']\n")


@pytest.mark.parametrize(("line", "kind"), [
    ("username bob password 7 0822455D0A16", "7"), ("username bob privilege 15 password 0 hunter2", "0"),
    ("username bob password hunter2", "0"), ("enable password hunter2", "0"), ("enable password 7 0822455D0A16", "7"),
    ("enable password level 7 7 0822455D0A16", "7"), ("line vty 0 4\n password 7 0822455D0A16", "7"),
    (" password hunter2hunter", "0"), ("tacacs-server key 7 0822455D0A16", "7"), ("tacacs-server key hunter2", "0"),
    ("radius-server host 10.0.0.1 auth-port 1812 acct-port 1813 key 7 0822455D0A16", "7"),
    ("radius server R\n key 7 0822455D0A16", "7"), ("key chain K\n key 1\n  key-string 7 0822455D0A16", "7"),
    ("key chain K\n key 1\n  key-string hunter2", "0"), ("ntp authentication-key 1 md5 0822455D0A16 7", "7"),
    (" ip ospf message-digest-key 1 md5 7 0822455D0A16", "7"), (" neighbor 10.0.0.1 password 7 0822455D0A16", "7"),
    ("vtp password hunter2", "0"), (" wpa-psk ascii 7 0822455D0A16", "7"),
    (" standby 1 authentication md5 key-string 7 0822455D0A16", "7"),
])
def test_weak_secrets_are_found_by_their_form(line: str, kind: str) -> None:
    shown, _ = redacted("cisco_ios", f"hostname a\n{line}\n!\n", KEY)
    [weak] = golden.weak_secrets(shown)
    assert weak.type == kind
    assert weak.line == 2 + line.count("\n")
    assert "redacted" not in weak.command


@pytest.mark.parametrize("line", [
    "enable secret 5 $1$abcd$0123456789abcdefghijkl", "username bob secret 9 $9$abcdefghijklmn$" + "a1B" * 14,
    "username bob password 6 AbCdEf0123456789xyz", "key chain K\n key 1", "ntp trusted-key 7",
    "snmp-server user u g v3 encrypted auth md5 00112233445566778899aabbccddeeff", "service password-encryption",
    "banner login ^C\nusername bob password 7 0822455D0A16\n^C"])
def test_hashes_and_words_are_not_weak(line: str) -> None:
    assert golden.weak_secrets(redacted("cisco_ios", f"{line}\n", KEY)[0]) == []


BEFORE = ("hostname a\ninterface Gi1/0/1\n description x\n switchport access vlan 10\n!\n"
          "line vty 0 4\n transport input ssh\n")


def test_two_columns_have_the_lines_of_both_and_the_headings() -> None:
    after = BEFORE.replace("vlan 10", "vlan 20") + " exec-timeout 5\n"
    first, second = diffs.side_by_side("cisco_ios", BEFORE, after, 0)
    assert first.parents == ["interface Gi1/0/1"]
    assert first.rows == [diffs.SideRow("changed", 4, " switchport access vlan 10", 4, " switchport access vlan 20")]
    assert second.parents == ["line vty 0 4"]
    assert second.rows == [diffs.SideRow("added", None, "", 8, " exec-timeout 5")]
    assert diffs.sections_of("cisco_ios", BEFORE, after) == ["interface Gi1/0/1", "line vty 0 4"]
    [whole] = diffs.side_by_side("cisco_ios", BEFORE, after, 9)
    assert whole.parents == [], "a heading that is among the rows is not said twice"
    assert [row.left for row in whole.rows if row.left_no] == BEFORE.rstrip("\n").split("\n")
    assert [row.right for row in whole.rows if row.right_no] == after.rstrip("\n").split("\n")


def test_removed_lines_and_unequal_blocks_keep_their_sides() -> None:
    after = BEFORE.replace(" description x\n switchport access vlan 10\n", " shutdown\n")
    [hunk] = diffs.side_by_side("cisco_ios", BEFORE, after, 0)
    assert [row.kind for row in hunk.rows] == ["changed", "removed"]
    assert hunk.rows[1] == diffs.SideRow("removed", 4, " switchport access vlan 10", None, "")
    assert diffs.side_by_side("cisco_ios", BEFORE, BEFORE) == []
    assert diffs.unified(BEFORE, BEFORE) == []
    assert diffs.unified("a\n", "b\n", 0, ("x", "y")) == ["--- x", "+++ y", "@@ -1 +1 @@", "-a", "+b"]
    fos = "[Configuration]\nfabric.domain:1\n[Zoning]\nenable:a\n"
    assert diffs.sections_of("brocade_fos", fos, fos.replace("enable:a", "enable:b")) == ["[Zoning]"]
    assert [row.kind for row in diffs.side_by_side("cisco_ios", "", "a\nb\n")[0].rows] == ["added", "added"]


ORDER = """- id: WO-2026-017
  title: New ward switch
  devices: [access-*, core-1]
  begins: 2026-11-22T20:00+08:00
  ends: 2026-11-22T22:00+08:00
  approved_by: Dr. Wang
"""
BEGINS, ENDS = 1795348800.0, 1795356000.0


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "work-orders").mkdir()
    return tmp_path


def test_orders_are_read_and_explain_changes_of_their_time_and_devices(site: Path) -> None:
    assert work_orders.read(site) == []
    (site / "work-orders" / "2026.yml").write_text(ORDER + ORDER.replace("017", "018").replace("22T20", "22T21"))
    orders = work_orders.read(site)
    assert [one.id for one in orders] == ["WO-2026-017", "WO-2026-018"]
    assert (orders[0].begins, orders[0].ends) == (BEGINS, ENDS)

    def explains(device: str, since: float | None, until: float) -> str | None:
        order = work_orders.attribute(orders, device, since, until)
        return order.id if order else None

    assert explains("access-3", BEGINS - 86400, ENDS + 86400) == "WO-2026-018"
    assert explains("access-3", BEGINS - 86400, BEGINS + 60) == "WO-2026-017"
    assert explains("core-1", ENDS + 1, ENDS + 86400) is None
    assert explains("core-1", BEGINS - 86400, BEGINS - 1) is None
    assert explains("core-2", BEGINS - 86400, ENDS + 86400) is None
    assert explains("core-1", None, ENDS) is None


@pytest.mark.parametrize(("old", "new", "said"), [
    ("2026-11-22T20:00+08:00", "2026-11-22T20:00", "has no offset"),
    ("2026-11-22T20:00+08:00", "yesterday", "is no moment"),
    ("2026-11-22T20:00+08:00", "2026-11-22T23:00+08:00", "ends before it begins"),
    ("  approved_by: Dr. Wang\n", "", "approved_by"), ("devices: [access-*, core-1]", "devices: []", "devices"),
    ("  title:", "  titel:", "titel"),
])
def test_a_bad_order_is_named_with_its_line(site: Path, old: str, new: str, said: str) -> None:
    (site / "work-orders" / "2026.yml").write_text(ORDER.replace(old, new))
    with pytest.raises(BadInput, match=said) as caught:
        work_orders.read(site)
    assert "2026.yml:" in caught.value.where


def test_an_order_for_a_host_that_is_none_is_named(site: Path) -> None:
    (site / "work-orders" / "2026.yml").write_text(ORDER)
    work_orders.check(site, ["access-1", "core-1"])
    with pytest.raises(BadInput, match="no host fits 'core-1'"):
        work_orders.check(site, ["access-1", "core-2"])


def test_an_order_stands_once(site: Path) -> None:
    for name in ("a", "b"):
        (site / "work-orders" / f"{name}.yml").write_text(ORDER)
    with pytest.raises(BadInput, match=r"stands in .*a\.yml too"):
        work_orders.read(site)


def test_the_library_reads_with_few_patterns_what_it_reads_with_its_own() -> None:
    text = ("Building configuration...\nversion 12.2\nhostname a\n!\ninterface Gi0/1\n no ip address\n"
            " logging event link-status\n#x\nntp clock-period 12\nrouter bgp 1\n template peer-policy b\n"
            "  remote 1\n exit-peer-policy\nend\n")
    few = [(one.depth(), one.text) for one in get_hconfig(ios_tree._driver(), text).all_children()]
    assert few == [(one.depth(), one.text) for one in get_hconfig(Platform.CISCO_IOS, text).all_children()]
    assert (1, "hostname a") in few
    assert not any("clock" in one or "version" in one for _, one in few)
    own = get_hconfig_driver(Platform.CISCO_IOS)
    assert len(own.rules.per_line_sub) > len(ios_tree._driver().rules.per_line_sub)


@given(st.sampled_from(["^ab", "^a.b", "^a|b", "^(?:a|b)c", "ab", "^ab?", "^a{2}b", "(?i)^ab", "^", "^ab*", "^a+b"]),
       st.lists(st.text("abcA. ", max_size=5), max_size=8))
def test_only_commands_that_begin_alike_are_searched_and_none_is_missed(pattern: str, commands: list[str]) -> None:
    compiled = re.compile(pattern)
    assert list(golden._fitting(compiled, commands)) == [one for one in commands if compiled.search(one)]


def test_most_rules_say_what_they_begin_with() -> None:
    patterns = [pattern for rule in golden.rules()
                for pattern in (*rule.require, *rule.any_of, *rule.forbid, *rule.unless)]
    assert sum(map(bool, map(golden._begins, patterns))) == len(patterns)
