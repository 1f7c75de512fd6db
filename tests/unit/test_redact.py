"""Redaction: what a rule names never survives, the rest stays, tokens repeat, and no line makes it slow."""

from __future__ import annotations

import re
import string
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pacs_rounds.redact import RULES, Hit, platforms, redact, token
from pacs_rounds.transports import failures

KEY = b"k" * 32
IOS, ANY, VNX, FOS, ORA = "cisco_ios", "linux", "emc_vnx", "brocade_fos", "oracle"
CAT = "cisco_catos"
# rule -> platform and places; `{}` is where the secret stands.
PLACES: dict[str, tuple[str, list[str]]] = {
    "ios_enable": (IOS, ["enable secret 5 {}", "enable secret 4 {}", "enable password {}", "enable secret {}",
                         "enable password level 7 6 {}", "enable algorithm-type scrypt secret {}"]),
    "ios_user": (IOS, ["username bob privilege 15 secret 9 {}", "username bob password 7 {}", "username bob secret {}",
                       "username bob privilege 1 secret 4 {}", "username eve algorithm-type sha256 secret {}"]),
    "ios_line_password": (IOS, ["line vty 0 4\n password 7 {}\n login", " password {}", " password 6 {}",
                                "ip ftp password 7 {}", "ip http client password {}", "vtp password {}",
                                " ppp chap password 0 {}", " ppp pap sent-username a password 7 {}",
                                " isis password {}", " area-password {}"]),
    "ios_other": (IOS, [" l2tp tunnel password 7 {}", "mpls ldp neighbor 10.0.0.1 password {}",
                               "cns password {}", " digest secret 0 {} hash MD5", "ip wccp web-cache password 0 {}",
                               " bind authenticate root-dn cn=a password 7 {}", " new command key 6 {}",
                               "event manager environment _ftp_pass {}", " mail-server bob:{}@10.0.0.1 priority 1",
                               "chat-script x \"\" b assword {}", " path ftp://u:p/w@{}@10.0.0.1/x",
                               "cts credentials id x password 7 {}", " set aggressive-mode password {}"]),
    "catos_login": (CAT, ["set password {}", "set enablepass {}", "set localuser user bob password {} privilege 15",
                           "set tacacs key {}", "set radius key {}", "set vtp domain x mode server passwd {}",
                           "set ntp key 1 trusted md5 {}", "set kerberos credentials password {}"]),
    "catos_snmp": (CAT, ["set snmp community read-only      {}", "set snmp community-ext {} read-write",
                         "set snmp community index i name {} security v", "set snmp trap 10.0.0.1 {} port 162",
                         "set snmp user bob remote 1 authentication md5 {} privacy 0ther",
                         "set snmp user bob authentication sha 0ther privacy {}"]),
    "cluster_key": (ANY, ["auth 1\n1 sha1 {}", "    auth_pass {}", "  shared-secret \"{}\";", "WPA_PSK={}"]),
    "ios_snmp_community": (IOS, ["snmp mib community-map {} engineid 8000", "rmon event 1 log trap {} owner x",
                                 "snmp-server community {} RO", "snmp-server community {} RW 99",
                                 "snmp-server host 10.0.0.1 {}", "snmp-server host 10.0.0.1 version 2c {} snmp",
                                 "snmp-server host 10.0.0.1 vrf m informs version 3 auth {}",
                                 "snmp-server host 10.0.0.1 traps {} config"]),
    "ios_snmp_v3": (IOS, ["snmp-server user u g v3 auth sha {}", "snmp-server user u g v3 auth md5 {} priv des 0ther",
                          "snmp-server user u g v3 auth md5 0ther priv aes 128 {}"]),
    "ios_aaa_key": (IOS, [" pac key 7 {}", "radius server R\n address ipv4 10.0.0.1\n key {}",
                          "key config-key password-encrypt {}", "aaa server\n client 10.0.0.1 server-key {}",
                          "tacacs-server host 10.0.0.1 key 7 {}", "radius-server key {}", "tacacs-server key 0 {}",
                          "radius server R\n key 7 {}", " server-key 7 {}", " client 10.0.0.1 server-key 7 {}",
                          " server-private 10.0.0.1 timeout 5 key {}"]),
    "ios_key_string": (IOS, ["key chain K\n key 1\n  key-string 7 {}", "  key-string {}"]),
    "ios_pre_shared_key": (IOS, [" pre-shared-key hex {}", " pre-shared-key local 6 {}", " wpa-psk hex 0 {}",
                                 " security wpa psk set-key ascii 0 {}", " encryption vlan 1 key 1 size 128bit 7 {}",
                                 " set session-key inbound esp 300 cipher {} authenticator 0ther",
                                 " set session-key outbound esp 300 cipher 0ther authenticator {}",
                                 " set session-key inbound ah 300 {}",
                                 "ip mobile secure host 10.0.0.1 spi 100 key ascii {}",
                                 "crypto isakmp key {} address 10.0.0.1", "crypto isakmp key 6 {} address 10.0.0.1",
                                 " pre-shared-key address 10.0.0.1 key {}", " pre-shared-key {}",
                                 " pre-shared-key address 0.0.0.0 0.0.0.0 key 6 {}", " pre-shared-key local {}",
                                 " wpa-psk ascii 7 {}"]),
    "ios_ntp_key": (IOS, ["ntp authentication-key 2 hmac-sha2-256 {}", "ntp authentication-key 1 md5 {} 7"]),
    "ios_routing_key": (IOS, [" authentication mode hmac-sha-256 7 {}", " ip nhrp authentication {}",
                              " ipv6 ospf authentication ipsec spi 500 md5 7 {}", " ip rsvp authentication key {}",
                              " area 1 sham-link 10.0.0.1 10.0.0.2 authentication-key 7 {}",
                              " neighbor 10.0.0.1 password 7 {}", " ip ospf message-digest-key 1 md5 7 {}",
                              " ip ospf authentication-key {}", " standby 1 authentication md5 key-string 7 {}",
                              " standby 1 authentication {}", " vrrp 1 authentication text {}",
                              " area 1 virtual-link 10.0.0.1 message-digest-key 1 md5 {}"]),
    "vnx_user": (VNX, ["11/20/2026 08:14:22 SP A (4600)'getall' called by 'Navi User {}' (10.0.0.5) with result",
                       "Username:               {}", "  CHAP User Name:  {}"]),
    "vnx_snmp_community": (VNX, ["Community Name:  {}", "SNMP Community String = {}"]),
    "vnx_chap_secret": (VNX, ["CHAP Secret:   {}", "Initiator secret: {}"]),
    "fos_snmp_community": (FOS, ["snmp.agtParty.community.1:{}", "snmp.comm.2={}", "Community 1: {} (rw)",
                                 'Community 5: {}', '.1.3.6.1.4.1.1588.2.1.1.1.4.11.1.2.3 = STRING: "{}"',
                                 "1.3.6.1.4.1.1588.2.1.1.1.1.16.0|4|{}"]),
    "fos_key": (FOS, ["snmp.snmpv3User.1.authPasswd:{}", "snmp.usm.2.privKey:{}", "ldap.bindpw:{}",
                         "server 1: 10.0.0.1, port 1812, secret {}, timeout 3", "  Secret          : {}",
                         "user.admin.hash:{}", "configupload -p ftp \"10.0.0.1\",\"u\",\"f.txt\",\"{}\"",
                         "supportftp -s -h 10.0.0.1 -u bob -p {} -d /x", "fcip.1.ikeKey={}", "policy x -key {}",
                         "aaa.radius.secretkey.1:{}", "user.3.passwd={}", "iscsi.chapsecret.2: {}"]),
    "ipmi_snmp_community": (ANY, ["SNMP Community String   : {}"]),
    "snmp_community_name": (ANY, ['.1.3.6.1.6.3.18.1.1.1.2.3.97.98.99 = STRING: "{}"',
                                  "iso.3.6.1.6.3.18.1.1.1.2.1.9 = Hex-STRING: {}", "1.3.6.1.6.3.18.1.1.1.2.1.9|4|{}"]),
    "oracle_value": (ORA, ["SELECT * FROM PAT WHERE NAME = '{}'", "  AND p.pat_name like '{}'", "VALUES ('{}'",
                           "insert into o values (1, '/a/b', '{}')", "update pat set name='{}'", "id in ('{}')",
                           "birth > to_date('{}','YYYY')", "  value=\"{}\"", "NAME  =  '{}'",
                           "row with column values (ID:{}", "string value containing '{}' to a number"]),
    "imm_snmp_community": (ANY, [
        '.1.3.6.1.4.1.2.3.51.3.3.4.2.1.5.1.1.2.1 = STRING: "{}"', "1.3.6.1.4.1.2.3.51.3.3.4.2.1.5.1.1.2.3|4|{}"]),
    "imm_password": (ANY, [
        '.1.3.6.1.4.1.2.3.51.3.3.1.4.1.1.3.2 = STRING: "{}"', "1.3.6.1.4.1.2.3.51.3.3.4.2.1.8.1.1.4.1|4|{}",
        'iso.3.6.1.4.1.2.3.51.3.3.4.2.6.14.0 = STRING: "{}"']),
    "password_argument": (ANY, ["sqlplus --password={}", "tool --password {} -v", "tool -passwd {}", "tool /pwd={}",
                                "db_password={} tool", "PGPASSWORD={} psql", "password: {}", 'password = "{}"',
                                "{{'password': '{}'}}", '{{"passwd": "{}"}}', "<password>{}</password>",
                                "-Djavax.net.ssl.keyStorePassword={} -jar x", "alter user SYSTEM identified by {};",
                                "CREATE USER a IDENTIFIED BY VALUES '{}'", "VTP Password: {}", "密码：{}", "口令: {}"]),
    "connect_string": (ANY, ["sqlplus system/{}@PACS", "exp userid=scott/{}@//db/PACS", "connect target sys/{}",
                             "ftp://backup:{}@10.0.0.1/x",
                             "oracle 1 0 sqlplus -s system/{}"]),
    "patient": (ANY, ["PID|1||{}", "Patient Name: {}", "Patient's Name = {}", "PatientID>{}", "患者姓名：{}",
                      "住院号: {}", "(0010,0010) PN [{}]     #  10, 1 PatientName",
                      "(0010,0020) Patient ID                          LO: '{}'"]),
}
ALPHABET = "".join(sorted({*string.ascii_letters, *string.digits, *"!#$%*+-.?^_|~{}()"}))
SECRETS = st.text(alphabet=ALPHABET, min_size=7, max_size=40).filter(
    lambda text: not re.fullmatch(r"[0-9a-f]{0,12}", text) and not text.startswith("-"))
ALL_PLACES = [(rule, platform, place) for rule, (platform, places) in PLACES.items() for place in places]
SHAPED = {
    "fos_license_key": (FOS, "Ab0Ab0Ab0Ab0Ab0Ab0:\n    Zoning license"),
    "password_hash": (ANY, "root:$6$saltsalt$" + "Ab0./" * 17 + ":19000:0:99999"),
    "chinese_identity_number": (ANY, "检查 11010119800101001X 完成"),
    "private_key": (ANY, "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMIIEpAIBAAKCAQEA\nq+/w==\n"
                         "-----END RSA PRIVATE KEY-----\nafter"),
    "ios_certificate": (IOS, "crypto pki certificate chain T\n certificate self-signed 01\n  30820241 308201AA\n"
                             "  02020101 300D0609\n  \tquit\nversion 15.0"),
}


def rule_names() -> list[str]:
    rules: list[dict[str, Any]] = yaml.safe_load(RULES.read_text(encoding="utf-8"))
    return [rule["name"] for rule in rules]


def test_every_rule_has_a_planted_secret_here() -> None:
    assert sorted(rule_names()) == sorted({*PLACES, *SHAPED})
    assert platforms() == [FOS, CAT, IOS, "datapump", VNX, ANY, ORA]


@pytest.mark.parametrize(("rule", "platform", "place"), ALL_PLACES, ids=lambda one: str(one)[:40].replace("\n", "|"))
def test_a_secret_is_replaced_and_nothing_else(rule: str, platform: str, place: str) -> None:
    secret = "S3cr3t!Wort"
    out, hits = redact(platform, f"before\n{place.format(secret)}\nafter\n", KEY)
    assert secret not in out
    assert rule in {hit.rule for hit in hits}
    assert out.startswith("before\n")
    assert out.endswith("\nafter\n")
    label = re.split(r"[\s|]", place.format("\0").partition("\0")[0].strip())[0]
    assert label in out, "the words before it stay"


@given(place=st.sampled_from(ALL_PLACES), secret=SECRETS)
def test_no_generated_secret_survives_at_a_rules_place(place: tuple[str, str, str], secret: str) -> None:
    _, platform, words = place
    text = f"x\n{words.format(secret)}\ny"
    out, _ = redact(platform, text, KEY)
    assert secret not in out
    assert redact(platform, out, KEY) == (out, [])


@pytest.mark.parametrize("rule", SHAPED)
def test_secrets_that_are_known_by_their_shape(rule: str) -> None:
    platform, text = SHAPED[rule]
    out, hits = redact(platform, text, KEY)
    assert {hit.rule for hit in hits} == {rule}
    for part in ("Ab0./Ab0./", "Ab0Ab0", "19800101", "MIIEpAIBAAKCAQEA", "q+/w", "30820241", "300D0609"):
        assert part not in out
    assert redact(platform, out, KEY) == (out, [])


def test_a_private_key_cut_off_in_the_middle_is_redacted_too() -> None:
    out, _ = redact(ANY, "x\n-----BEGIN PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\nabc", KEY)
    assert re.fullmatch(r"x\n-----BEGIN PRIVATE KEY-----\n<redacted:private_key:[0-9a-f]{12}>", out)


@given(st.text(alphabet=[*"aB1 =:/@|-\n$'\"<>;", "密"], max_size=200), st.sampled_from([IOS, ANY, "?"]))
def test_redacting_twice_changes_nothing(noise: str, platform: str) -> None:
    text = f"{noise}\npassword {noise}\nusername a password 7 {noise} key={noise}"
    once, _ = redact(platform, text, KEY)
    assert redact(platform, once, KEY)[0] == once


def test_tokens_repeat_for_the_same_secret_and_key_only() -> None:
    text = "snmp-server community alpha RO\nsnmp-server community alpha RW\nsnmp-server community beta RO"
    first, second, third = re.findall(r":([0-9a-f]{12})>", redact(IOS, text, KEY)[0])
    assert first == second == token("alpha", KEY)
    assert third == token("beta", KEY) != first
    assert token("alpha", b"j" * 32) != first


def test_hits_name_the_line_of_the_original_text() -> None:
    text = ("line one\n-----BEGIN PRIVATE KEY-----\nAAAA\nBBBB\n-----END PRIVATE KEY-----\npassword: x1234567\n\n"
            "enable secret 5 $1$abcd$efghijklmnop\n")
    hits = redact(IOS, text, KEY)[1]
    assert hits == [Hit("private_key", 3), Hit("password_argument", 6), Hit("ios_enable", 8)]


def test_overlapping_secrets_leave_nothing_of_either() -> None:
    out, hits = redact(IOS, "username bob password password=hunter2hunter2", KEY)
    assert "hunter2" not in out
    assert len(hits) == 1


def test_a_match_that_only_a_token_makes_possible_is_found() -> None:
    """The key stands further along the line than its pattern looks, until the long word before it is a token."""
    out, _ = redact(IOS, f"radius-server host x password={'x' * 250} key hunter2", KEY)
    assert "hunter2" not in out
    assert redact(IOS, out, KEY) == (out, [])


def test_the_secrets_of_a_platform_nobody_knows_are_looked_for_everywhere() -> None:
    for platform in ("unknown", "", "cisco-ios"):
        assert "hunter2" not in redact(platform, "enable secret hunter2", KEY)[0]
    assert "hunter2" in redact("linux", "enable secret hunter2", KEY)[0], "a Linux host has no such line"


@pytest.mark.parametrize(("platform", "text"), [
    (IOS, "key chain RIP\n key 1\n  accept-lifetime 00:00:00 Jan 1 2026 infinite\npassword encryption aes\n"
          "security passwords min-length 8\nntp server 10.13.0.1 key 1 prefer\nntp trusted-key 1\n"
          "aaa authentication password-prompt Word:\nip ospf authentication message-digest\n"
          " standby 1 authentication md5 key-chain HSRP\nip ssh rsa keypair-name k\ncrypto pki trustpoint T\n"),
    (FOS, "alias.chapel_hba:10:00:00:00:c9:0a:0b:0c\nzone.psk_zone:a;b\nfabric.domain:1\n"
          "snmp.usmUserPaswdEncFlag:0\n"),
    (CAT, "set system name core-9\nset snmp trap enable module\nset ip permit enable telnet\n"
          "set vtp mode transparent\n"),
    (IOS, "service password-encryption\nno ip http server\nkey chain RIP\nusername bob privilege 1\n"),
    (IOS, "%SYS-5-CONFIG_I: Configured from console by admin on vty0 (10.13.4.9)\n"),
    (IOS, "GigabitEthernet1/0/1 is up, line protocol is up (connected)\n  5 minute input rate 1000 bits/sec\n"),
    (ANY, "/dev/mapper/vg-root 100 50 50 50% /srv/nfs\nroot:x:0:0:root:/root:/bin/bash\n"),
    (ANY, "systemd-ask-password-console.path loaded active waiting Dispatch Password Requests to Console\n"),
    (ANY, "sshd -D -o PasswordAuthentication=no\nAuto-Trespass Enabled:  DISABLED\nls /etc/passwd /etc/shadow\n"),
    (ANY, "eth0: 123456789012345678 9876543210 0 0\nuser@1000.service loaded active running\n"),
    (ORA, "ORA-01110: data file 5: '/u02/oradata/PACS/images01.dbf'\nALTER TABLESPACE T ADD DATAFILE '/u02/t.dbf';\n"),
    (ORA, "*.control_files='/u02/c1.ctl','/u03/c2.ctl'\n*.db_name='PACS'\nstatus READY, has 1 handler(s)\n"),
    (ORA, "ORA-1652: unable to extend temp segment by 128 in tablespace 'TEMP'\nORACLE_BASE from environment = /u01\n"),
    (ANY, '{"ae_title": "CT1", "result": "ok", "study_uid": "1.2.840.113619.2.55.3"}\n'),
])
def test_what_is_no_secret_stays(platform: str, text: str) -> None:
    assert redact(platform, text, KEY) == (text, [])


def test_a_token_that_a_device_made_up_protects_nothing() -> None:
    """A text that looks like a token is let through as it is, but not what hangs on it."""
    fake = "<redacted:ios_enable:0123456789ab>"
    out, _ = redact(IOS, f"enable secret {fake}\nenable secret {fake}hunter2\nusername a password x{fake}hunter2", KEY)
    assert "hunter2" not in out
    assert out.startswith(f"enable secret {fake}\n")


HOSTILE = ["a", " ", "a ", "\n", "-", "1", "/a", "A:", "key ", "password ", "password=", "--password", "PID|", "0 ",
           "-----BEGIN PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----\n", "snmp-server user a b ", "$1$", "x/y", "://",
           "pre-shared-key a ", "username a ", "\nusername a ", "\npassword x", "certificate 01\n", "Patient Name ",
           "create user identified by ", "姓名:a ", "<password>", 'password="', "(0010,0010) ", " \n",
           "pre-shared-key b", "<redacted:a:0123456789ab>", "key <redacted:a:0123456789ab>x "]


@pytest.mark.parametrize("fragment", HOSTILE, ids=repr)
def test_hostile_lines_cost_no_more_than_their_length(fragment: str) -> None:
    """Twice the text may cost twice the time, with a generous margin for a busy machine; never its square."""
    def cost(length: int) -> float:
        text = "pre-shared-key " + (fragment * (length // len(fragment) + 1))[:length] + " b"
        best = 9e9
        for _ in range(2):
            started = time.process_time()
            redact("unknown", text, KEY)
            best = min(best, time.process_time() - started)
        return best

    assert cost(36_000) < 6 * cost(12_000) + 0.02


def test_two_megabytes_on_one_line_are_done_in_seconds() -> None:
    started = time.process_time()
    out, hits = redact(IOS, "pre-shared-key " + "x" * 1_900_000 + " " + "y/z@" * 25_000, KEY)
    assert time.process_time() - started < 8
    assert hits
    assert "x" * 100 not in out


def test_many_secrets_are_counted_in_one_pass() -> None:
    started = time.process_time()
    hits = redact(ANY, "password=a1234567\n" * 60_000, KEY)[1]
    assert time.process_time() - started < 5
    assert [hit.line for hit in hits] == list(range(1, 60_001))


FIXTURES = Path(__file__).parents[1] / "fixtures"
WITH_SECRETS = {"show_running_config", "show_startup_config"}


@pytest.mark.parametrize("platform", ["linux", "cisco_ios", "dicom", "oracle", "rman", "opatch"])
def test_what_the_parsers_read_is_not_spoilt(platform: str) -> None:
    """No parser's own fixture loses a word to a rule, but those that hold a configuration."""
    for path in (FIXTURES / platform).glob("*/*.raw"):
        text = path.read_bytes().decode("utf-8", "replace")
        if path.parent.name not in WITH_SECRETS and path.parts[-2:] != ("shadow", "raw_file.raw"):
            assert redact(platform, text, KEY)[1] == [], path


@pytest.mark.parametrize("platform", [*platforms(), "ibm_imm"])
def test_our_own_sentences_about_failures_stay(platform: str) -> None:
    """Details of answers are redacted like texts: what says why there is none must not be eaten."""
    for _, _, sentence in failures._CONNECTION:
        for detail in (sentence, f"{sentence} (AuthenticationException: Authentication failed.)"):
            assert redact(platform, detail, KEY) == (detail, [])
