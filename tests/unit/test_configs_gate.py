"""The completeness gate: what is whole passes on every platform; what was cut, refused or paged never does."""

from __future__ import annotations

import pytest
from configs_texts import HARMLESS
from hypothesis import given
from hypothesis import strategies as st

from pacs_rounds.configs import gate, ios_tree, redacted, rules, sections
from pacs_rounds.model import BadInput

IOS = ("Building configuration...\n\nCurrent configuration : {size} bytes\n!\n! Last configuration change at 10:00\n!\n"
       "version 12.2\n{body}!\nend\n\n")


def ios(body: str = "hostname core-9\n" + HARMLESS["cisco_ios"].strip() + "\n") -> str:
    return IOS.format(size=len(body) + 40, body=body)


CATOS = ("This command shows non-default configurations only.\n...........\nbegin\n!\n"
         "# ***** NON-DEFAULT CONFIGURATION *****\n"
         "!\n!\n#time: Sun Nov 22 2026, 10:00:00\n" + HARMLESS["cisco_catos"].strip() + "\nend\n")
FOS_5 = HARMLESS["brocade_fos"].strip() + "\n[End]\n"
FOS_7 = ("[Chassis Configuration Begin]\n[Chassis Configuration]\nchassis.name:san-1\ndate = Sun Nov 22 2026\n"
         "[Chassis Configuration End]\n\n[Switch Configuration Begin : 0]\nSwitchName = san-1\nFabric ID = 128\n\n"
         "[Boot Parameters]\nboot.ipa:10.9.3.1\n[Configuration]\nfabric.domain:1\nsnmp.sysLocation:x\n[Zoning]\n"
         "enable:n\n[End]\n[Switch Configuration End : 0]\n")
FOS_OLD = "\n".join(sorted([
    "boot.ipa:10.9.3.1", "diag.mode:0", "fabric.domain:1", "fabric.ops.BBCredit:16", "fabric.ops.E_D_TOV:2000",
    "portCfg.0:8", "portCfg.1:8", "rte.external:21", "snmp.sysLocation:x", "switch.name:san-1", "system.mode:1",
    "ts.clockServer:10.9.4.1"], key=str.lower)) + "\n"
WHOLE = {
    ("cisco_ios", "running_config"): ios(),
    ("cisco_ios", "startup_config"): ios().replace("Building configuration...\n\nCurrent configuration : ", "Using ")
    .replace(" bytes\n", " out of 524288 bytes\n", 1),
    ("cisco_ios", "vlan"): (
        "\nVLAN Name                             Status    Ports\n---- ------ -----\n"
        "1    default            active    Gi1/0/2\n110  PACS-SERVERS-ROOM2 active    Gi1/0/1\n\n"
        "VLAN Type  SAID       MTU   Parent\n---- ----- ---------- -----\n"
        "1    enet  100001     1500  -\n110  enet  100110     1500  -\n"),
    ("cisco_ios", "vlan_dat"): ("Directory of flash:/\n\n    2  -rwx    11792247   Mar 1 1993 00:14:20 +00:00  c.bin\n"
                                "    3  -rwx         912   Mar 1 1993 00:18:02 +00:00  vlan.dat\n\n"
                                "57409536 bytes total (31363072 bytes free)\n"),
    ("cisco_catos", "config"): CATOS,
    ("cisco_catos", "version"): (
        "WS-C6513 Software, Version NmpSW: 8.5(4)\nCopyright (c) 1995-2005 by Cisco Systems\n\n"
        "System Bootstrap Version: 7.1(1)\n\nHardware Version: 1.0  Model: WS-C6513  Serial #: SAL0946QRST\n\n"
        "Mod Port Model               Serial #    Versions\n1   2    WS-X6K-SUP2-2GE     SAL0944B1C2 Hw : 4.5\n\n"
        "Uptime is 411 days, 7 hours, 1 minute\n"),
    ("cisco_catos", "module"): (
        "Mod Slot Ports Module-Type               Model               Sub Status\n"
        "--- ---- ----- ------------------------- ------------------- --- --------\n"
        "1   1    2     1000BaseX Supervisor      WS-X6K-SUP2-2GE     yes ok\n\n"
        "Mod MAC-Address(es)                        Hw     Fw         Sw\n"
        "--- -------------------------------------- ------ ---------- -----------------\n"
        "1   00-0f-23-0a-0b-0c                      4.5    7.1(1)     8.5(4)\n"),
    ("cisco_catos", "vlan"): (
        "VLAN Name                             Status    IfIndex Mod/Ports, Vlans\n"
        "---- -------------------------------- --------- ------- ------------------------\n"
        "1    default                          active    4       1/1-2\n"
        "10   PACS                             active    52      3/1-9\n\n"
        "VLAN Type  SAID       MTU   Parent RingNo BrdgNo Stp  BrdgMode Trans1 Trans2\n"
        "1    enet  100001     1500  -      -      -      -    -        0      0\n"
        "10   enet  100010     1500  -      -      -      -    -        0      0\n"),
    ("cisco_catos", "vtp_domain"): (
        "Domain Name                      Domain Index VTP Version Local Mode  Password\n"
        "-------------------------------- ------------ ----------- ----------- ----------\n"
        "IMAGING                          1            2           Transparent -\n"),
    ("brocade_fos", "configshow"): FOS_7,
    ("brocade_fos", "cfgshow"): ("Defined configuration:\n cfg:\tnight_cfg\tpacs_a\n zone:\tpacs_a\tpacs_a_hba1\n"
                                 " alias:\tpacs_a_hba1\n\t\t10:00:00:00:c9:0a:0b:0c\n\nEffective configuration:\n"
                                 " cfg:\tnight_cfg\n zone:\tpacs_a\t10:00:00:00:c9:0a:0b:0c\n"),
    ("brocade_fos", "licenseshow"): "ABcdeFGhijKLmnOp:\n    Zoning license\n",
    ("emc_vnx", "getagent"): HARMLESS["emc_vnx"].strip() + "\n",
    ("ibm_imm", "settings"): '.1.3.6.1.4.1.2.3.51.3.2.1.1.0 = STRING: "imm-pacs-a"\n',
    ("linux", "cluster_conf"): '<?xml version="1.0"?>\n<cluster name="pacs">\n  <clusternodes/>\n</cluster>\n',
    ("linux", "bonding_bond0"): "Ethernet Channel Bonding Driver: v3.4.0\n\nBonding Mode: fault-tolerance\n",
}


@pytest.mark.parametrize(("platform", "name"), WHOLE)
def test_a_whole_text_passes(platform: str, name: str) -> None:
    text = WHOLE[platform, name]
    assert gate.judge(platform, name, text) == gate.Verdict(True)
    assert gate.judge(platform, name, text.replace("\n", "\r\n")) == gate.Verdict(True)
    assert gate.judge(platform, name, text, gate.weight(text)) == gate.Verdict(True)


@pytest.mark.parametrize("text", [FOS_5, FOS_OLD, FOS_5.replace("[Configuration]", "[Switch Configuration]")])
def test_older_forms_of_fabric_os_pass(text: str) -> None:
    assert gate.judge("brocade_fos", "configshow", text) == gate.Verdict(True)


@pytest.mark.parametrize(("platform", "name"), WHOLE)
@pytest.mark.parametrize(("text", "reason"), [
    ("", "empty"), ("\n \n\n", "empty"),
    ("rbash: configshow: command not found\n", "cli_error"), ("-bash: x: command not found\n", "cli_error"),
])
def test_nothing_and_a_shells_refusal_never_pass(platform: str, name: str, text: str, reason: str) -> None:
    assert gate.judge(platform, name, text).reason == reason


@pytest.mark.parametrize(("platform", "name", "text"), [
    ("cisco_ios", "running_config", "        ^\n% Invalid input detected at '^' marker.\n"),
    ("cisco_ios", "running_config", "% Incomplete command.\n"),
    ("cisco_ios", "startup_config", "%Error opening nvram:/startup-config (Permission denied)\n"),
    ("cisco_ios", "running_config", "Command authorization failed.\n"),
    ("cisco_ios", "running_config", ios().replace("line con 0", "% Invalid input detected at '^' marker.\nline con 0")),
    ("cisco_catos", "config", "Unknown command \"show config\".  Use 'show help' for more info.\n"),
    ("cisco_catos", "config", CATOS.replace("#system\n", "#system\n2026 Nov 22 10:00:00 CST +08:00 %SYS-5-MOD_OK:x\n")),
    ("cisco_catos", "version", "Sorry\n"),
    ("brocade_fos", "configshow", "configshow: command not found\n"),
    ("brocade_fos", "configshow", "RBAC permission denied.\n"),
    ("emc_vnx", "getagent", "Security file not found. Already removed or check -secfilepath option.\n"),
    ("emc_vnx", "lun_list", "Could not retrieve the specified (pool lun). The (pool lun) may not exist\n"),
    ("ibm_imm", "settings", "Timeout: No Response from 10.9.5.1\n"),
    ("linux", "cluster_conf", "cat: /etc/cluster/cluster.conf: Permission denied\n"),
])
def test_an_error_in_place_of_a_configuration_is_told(platform: str, name: str, text: str) -> None:
    verdict = gate.judge(platform, name, text)
    assert (verdict.accepted, verdict.reason) == (False, "cli_error")
    assert verdict.detail


@pytest.mark.parametrize(("platform", "name"), WHOLE)
@pytest.mark.parametrize("residue", [" --More-- ", "\x08\x08\x08", "\x1b[K", "<--- More --->", "\x00",
                                     "Type <CR> to continue, Q<CR> to stop: "])
def test_pager_residue_anywhere_is_refused(platform: str, name: str, residue: str) -> None:
    lines = WHOLE[platform, name].split("\n")
    lines.insert(len(lines) // 2, residue)
    assert gate.judge(platform, name, "\n".join(lines)).reason == "pager_residue"


def test_a_prompt_inside_or_behind_is_residue() -> None:
    for line in ("core-9#", "core-9# show running-config", "core-9>", "core-9(config)#"):
        verdict = gate.judge("cisco_ios", "running_config", ios().rstrip("\n") + f"\n{line}\n")
        assert verdict.reason == "pager_residue", line


@pytest.mark.parametrize(("platform", "name", "text"), [
    ("cisco_ios", "running_config", ios()), ("cisco_catos", "config", CATOS), ("brocade_fos", "configshow", FOS_7),
    ("brocade_fos", "configshow", FOS_5), ("brocade_fos", "configshow", FOS_OLD),
])
def test_no_beginning_of_a_configuration_passes(platform: str, name: str, text: str) -> None:
    """Cut after every line but the last: never accepted."""
    lines = text.rstrip("\n").split("\n")
    for keep in range(len(lines)):
        if platform == "brocade_fos" and text == FOS_OLD and keep > len(lines) - 3:
            continue  # without an end of its own; a loss of its last two names is for the size and the diff to show
        assert not gate.judge(platform, name, "\n".join(lines[:keep]) + "\n").accepted, keep


@given(st.integers(0, 100), st.integers(1, 100))
def test_no_ios_text_with_a_hole_passes_as_long_as_it_counts_its_bytes(start: int, size: int) -> None:
    text = ios()
    begin = text.index("hostname") + (len(text) - 40 - text.index("hostname")) * start // 100
    hole = len(text) * size // 100
    if hole < len(text) * 0.11 or begin + hole > len(text) - 10:
        return
    assert not gate.judge("cisco_ios", "running_config", text[:begin] + text[begin + hole:]).accepted


@given(st.text(max_size=400))
def test_noise_never_passes_and_never_raises(noise: str) -> None:
    for platform, name in WHOLE:
        verdict = gate.judge(platform, name, noise)
        assert verdict.reason == "" if verdict.accepted else verdict.reason in gate.REASONS
        if platform in {"cisco_ios", "cisco_catos"} or name in {"configshow", "cfgshow"}:
            assert not verdict.accepted


def test_the_reasons_tell_what_is_wrong() -> None:
    def reason(text: str, before: int | None = None) -> str:
        return gate.judge("cisco_ios", "running_config", text, before).reason

    assert reason("hello\nworld\n") == "no_beginning"
    assert reason(ios().replace("!\nend\n\n", "")) == "no_end"
    assert reason(ios().replace("hostname core-9\n", "")) == "not_parsed"
    assert reason(ios().replace("bytes", "0000 bytes", 1).replace(" 0000", "000")) == "too_short"
    assert reason(ios("hostname a\n")) == "too_short"
    assert reason(ios(), gate.weight(ios()) * 3) == "shrunk"
    assert reason(ios() + ios()) == "not_parsed"
    orphans = "hostname a\n" + "".join(f"!\n switchport access vlan {number}\n" for number in range(12))
    assert reason(ios(orphans)) == "not_parsed"
    assert gate.judge("cisco_ios", "nothing_known", ios()).reason == "unknown_document"
    assert gate.judge("palm_os", "running_config", ios()).reason == "unknown_document"
    gone = "%Error opening flash:/vlan.dat (No such file or directory)\n"
    assert gate.judge("cisco_ios", "vlan_dat", gone).reason == "absent"
    assert gate.judge("cisco_ios", "vlan_dat", "%Error opening flash9:/ (No such device)\n").reason == "cli_error"
    for said in ("startup-config is not present\n", "%% Non-volatile configuration memory is not present\n"):
        assert gate.judge("cisco_ios", "startup_config", said).reason == "absent"
    cut = WHOLE["linux", "cluster_conf"].replace("</cluster>", "")
    assert gate.judge("linux", "cluster_conf", cut).reason == "no_end"
    assert gate.judge("linux", "cluster_conf", "<cluster name=\"x\"/>\n").accepted
    assert gate.judge("linux", "x", "a\0b\n").reason == "pager_residue"


def test_a_small_text_may_halve_and_a_large_one_not() -> None:
    text = WHOLE["linux", "bonding_bond0"]
    assert gate.judge("linux", "bonding_bond0", text, 19).accepted
    assert gate.judge("linux", "bonding_bond0", text, 20).reason == "shrunk"


def test_a_certificate_and_a_banner_do_not_disturb() -> None:
    body = ("hostname a\ncrypto pki certificate chain TP\n certificate self-signed 01\n  30820241 308201AA A0030201\n"
            "  300D0609 2A864886\n  \tquit\nbanner login ^C\n% Invalid is a word here\n  no command\nend\n^C\n" +
            HARMLESS["cisco_ios"].strip() + "\n")
    assert gate.judge("cisco_ios", "running_config", ios(body)) == gate.Verdict(True)
    assert gate.weight("a\n\n!\n  30820241 308201AA\nb\n") == 2


TWICE = """hostname core-9
crypto pki certificate chain TP
 certificate self-signed 01
  30820241 308201AA A0030201 02020101
  \tquit
 certificate ca 02
  30820241 308201AA A0030201 02020101
  \tquit
policy-map P
 class A
  priority percent 10
policy-map Q
 class A
  priority percent 10
router bgp 1
 neighbor 10.1.1.1 remote-as 2
 !
 address-family ipv4
  no auto-summary
 exit-address-family
 !
 address-family vpnv4
  neighbor 10.1.1.1 activate
 exit-address-family
ip access-list extended X
 remark ---
 permit ip any any
 remark ---
 remark ---
access-list 10 remark ---
access-list 10 permit 10.0.0.0
access-list 10 remark ---
macro name A
switchport mode access
 spanning-tree portfast
@
macro name B
switchport mode access
 spanning-tree portfast
@
banner motd ^C
   indented
!
 switchport mode access
^C
line con 0
 logging synchronous
"""


def test_what_real_switches_say_twice_is_no_fault() -> None:
    assert gate.judge("cisco_ios", "running_config", ios(TWICE)) == gate.Verdict(True)
    texts = [child.text for child in ios_tree.ios_tree(TWICE).children]
    assert texts.count("access-list 10 remark ---") == 1
    assert texts[-1] == "line con 0"
    again = TWICE.replace("line con 0", "router bgp 1\n neighbor 10.1.1.9 remote-as 9\nline con 0")
    assert gate.judge("cisco_ios", "running_config", ios(again)).reason == "not_parsed"


def test_every_documents_rules_load_and_unknown_platforms_are_named() -> None:
    for platform in rules.platforms():
        for name in rules.names(platform):
            found = rules.document(platform, "anything" if name == rules.ANY else name)
            assert found
            assert found.command
    assert rules.platforms() == ["brocade_fos", "cisco_catos", "cisco_ios", "emc_vnx", "ibm_imm", "linux"]
    with pytest.raises(BadInput, match="no configurations"):
        rules.names("palm_os")
    assert rules.document("linux", "../etc/passwd") is None
    assert [rules.safe_word(word) for word in ("core-9", "a.b_c", "..", "a/b", "", "-x", "x.lock", "a..b")] == [
        True, True, False, False, False, False, False, False]


def test_lines_know_their_section() -> None:
    text = "interface Gi1\n description x\n!\nrouter bgp 1\n address-family ipv4\n  network x\n"
    tree = sections.tree("cisco_ios", text)
    assert [line.parents for line in tree] == [
        (), ("interface Gi1",), (), (), ("router bgp 1",), ("router bgp 1", "address-family ipv4")]
    fos = sections.tree("brocade_fos", "[Zoning]\nenable:x\n[End]\n")
    assert [line.parents for line in fos] == [(), ("[Zoning]",), ()]


def test_a_switch_of_many_modules_prints_many_dots_before_its_configuration() -> None:
    dots = "".join("." * count + "\n" for count in range(2, 40))
    assert gate.judge("cisco_catos", "config", CATOS.replace("...........\n", dots)).accepted
    assert gate.judge("cisco_catos", "config", CATOS.replace("begin\n", "")).reason == "no_beginning"


def test_a_prompt_between_the_lines_of_catos_is_no_configuration() -> None:
    assert gate.judge("cisco_catos", "config", CATOS.replace("#system\n", "#system\ncore-8> (enable) \n")).reason \
        == "not_parsed"


def test_what_a_switch_with_catos_counts_and_dates_is_no_change() -> None:
    version = WHOLE["cisco_catos", "version"].replace(
        "Uptime", "1      262144K  84127K 178017K  32768K  19205K  13563K  512K  291K  221K\n\nUptime")
    later = version.replace("411 days", "412 days").replace("84127K 178017K", "84000K 178144K")
    assert redacted.masked("cisco_catos", "version", version) == redacted.masked("cisco_catos", "version", later)
    assert redacted.masked("cisco_catos", "config", CATOS) == redacted.masked(
        "cisco_catos", "config", CATOS.replace("2026, 10:00:00", "2026, 11:02:03"))
    assert redacted.masked("cisco_catos", "version", version) != redacted.masked(
        "cisco_catos", "version", version.replace("8.5(4)", "8.7(3)"))
