"""No secret reaches the copy for people: every shape of configs_texts.py, alone and among others; the rest stays."""

from __future__ import annotations

import re
import time

import pytest
from configs_texts import HARMLESS, SHAPES, chance, configuration, planted, secret, shapes
from hypothesis import given, settings
from hypothesis import strategies as st

from pacs_rounds.configs import redacted as net
from pacs_rounds.configs.redacted import NET, kinds, looks_random, masked, redacted
from pacs_rounds.redact import Hit, redact, token

KEY = b"k" * 32
EVERY = [(platform, shape) for platform in SHAPES for shape in shapes(platform)]
SEEDS = st.integers(0, 2**32)


def test_there_are_two_hundred_shapes() -> None:
    assert len(EVERY) > 250
    assert len(set(EVERY)) == len(EVERY)


@pytest.mark.parametrize("platform", SHAPES)
@pytest.mark.parametrize("seed", range(6))
def test_no_planted_secret_is_found_and_harmless_lines_stay(platform: str, seed: int) -> None:
    text, secrets, harmless = configuration(platform, shapes(platform), chance(seed))
    assert all(one in text for one in secrets)
    out, hits = redacted(platform, text, KEY)
    assert [one for one in secrets if one in out] == []
    kept = out.split("\n")
    assert [line for line in harmless if line not in kept] == []
    assert len(hits) >= len(shapes(platform))
    assert redacted(platform, out, KEY) == (out, [])


WORDS = ["<redacted:ios_user:0123456789ab>", "<redacted:x:0123456789ab>,q8Zr2LtVx0PwK4mB", "q8Zr2LtVx0PwK4mB",
         "description", "(q8Zr2LtVx0PwK4mB)", "q8Zr2LtVx0PwK4mB;W3nT7yKq1RzD5sXe", "name=q8Zr2LtVx0PwK4mB",
         "GigabitEthernet1/0/1", "xq8Zr2LtVx0PwK4mB", "q8Zr2LtVx0PwK4mBx", "\n", "\r\n", "\u3000", "a",
         "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----", "snmp-server engineID local"]


@settings(max_examples=300)
@given(st.lists(st.sampled_from(WORDS), max_size=20), st.sampled_from([" ", "\t", "\n", "\xa0"]))
def test_the_net_finds_what_looking_at_every_word_finds(words: list[str], between: str) -> None:
    text = between.join(words)
    out, hits = net._net(text, KEY)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(net, "_places", lambda text, words: [(0, len(text))])
        assert net._net(text, KEY) == (out, hits)
    assert len(hits) == out.count(f"<redacted:{NET}:")


@settings(max_examples=300)
@given(place=st.sampled_from(EVERY), seed=SEEDS)
def test_no_secret_of_any_shape_survives_alone(place: tuple[str, str], seed: int) -> None:
    platform, shape = place
    text, secrets = planted(shape, chance(seed))
    out, _ = redacted(platform, f"hostname x\n{text}\n!\nend\n", KEY)
    assert [one for one in secrets if one in out] == []
    assert out.startswith("hostname x\n")
    assert out.endswith("\n!\nend\n")


@settings(max_examples=60)
@given(platform=st.sampled_from(sorted(SHAPES)), seed=SEEDS, data=st.data())
def test_any_mixture_of_shapes_hides_all_and_keeps_the_rest(platform: str, seed: int, data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.sampled_from(shapes(platform)), max_size=40))
    text, secrets, harmless = configuration(platform, chosen, chance(seed))
    out, _ = redacted(platform, text, KEY)
    assert [one for one in secrets if one in out] == []
    assert [line for line in harmless if line not in out.split("\n")] == []


@pytest.mark.parametrize("platform", SHAPES)
def test_harmless_texts_are_not_touched(platform: str) -> None:
    text = HARMLESS[platform].strip("\n") + "\n"
    assert redacted(platform, text, KEY) == (text, [])


def test_the_copy_for_people_hides_all_that_an_archive_hides() -> None:
    for platform in SHAPES:
        text, _, _ = configuration(platform, shapes(platform), chance(3))
        raw = set(re.findall(r"<redacted:[a-z0-9_]+:([0-9a-f]{12})>", redact(platform, text, KEY)[0]))
        ours = set(re.findall(r"<redacted:[a-z0-9_]+:([0-9a-f]{12})>", redacted(platform, text, KEY)[0]))
        assert raw <= ours


def test_a_changed_secret_is_a_changed_token_and_the_same_secret_the_same() -> None:
    text = "snmp-server community alpha RO\ntacacs-server key alpha\nsnmp-server community beta RW\n"
    first, second, third = re.findall(r":([0-9a-f]{12})>", redacted("cisco_ios", text, KEY)[0])
    assert first == second == token("alpha", KEY) != third
    assert first not in redacted("cisco_ios", text, b"j" * 32)[0]


def test_a_banner_is_prose_but_no_hiding_place() -> None:
    banner = ("banner login ^C\nenable secret agents may not log in here\npassword policy: see the wall\n"
              " key of the room: ask K4mPq9Zt2LwXv7Rb\n^C\n")
    text = f"hostname a\n{banner}username bob password 7 0822455D0A16\nend\n"
    out, hits = redacted("cisco_ios", text, KEY)
    assert banner in out
    assert hits == [Hit("ios_user", 7)]
    assert "hunter2" not in redacted("cisco_ios", "banner login ^C\nftp://bob:hunter2hunter@10.0.0.1/\n^C\n", KEY)[0]


@pytest.mark.parametrize("begin", ["banner login ^C\nno end of it\n", "banner motd #\nno end of it\n",
                                   "banner bogus ^C\n", "description banner login ^C\n"])
def test_what_only_looks_like_a_banner_hides_nothing(begin: str) -> None:
    text = begin + "enable password hunter2hunter\n" + "!\n" * 250 + "snmp-server community hunter3hunter RO\n"
    out, _ = redacted("cisco_ios", text, KEY)
    assert "hunter2" not in out
    assert "hunter3" not in out


def test_hits_name_the_lines_of_the_original() -> None:
    text = "hostname a\nbanner motd ^C\nx\n^C\nenable password hunter2\nfoo K4mPq9Zt2LwXv7RbTq\n"
    assert redacted("cisco_ios", text, KEY)[1] == [Hit("ios_enable", 5), Hit(NET, 6)]
    assert {NET, "ios_enable", "fos_key"} <= set(kinds())


@pytest.mark.parametrize("word", [
    "GigabitEthernet1/0/24", "WS-C3750G-24TS-1U", "FOC1712W3N1", "CAT0810Y099", "10:00:00:05:1e:0a:0b:0c",
    "001b.0daa.bbcc", "c3750-ipbasek9-mz.122-55.SE12.bin", "TP-self-signed-1234567890", "2001:db8::1:2:3",
    "chacha20-poly1305@openssh.com", "6f9619ff-8b86-d011-b42d-00cf4fc964ff", "iqn.1992-04.com.emc:cx.ckm00123.a0",
    "pacs_a_hba1_vnx_spa0_zone", "PACS-SERVERS-ROOM2", "zhongxinjifang01", "core-switch-3-to-access-4",
    "0x50060b0000c26237",
    "60:06:01:60:0A:0B:0C:00:11:22:33:44:55:66:E0:11", "255.255.255.255", "universalk9", "spanningtree", "aes256-ctr",
    "C2960S-UNIVERSALK9-M", "snapshot-6f9619ff-8b86-d011-b42d-00cf4fc964ff", "ftp.hospital.example/backup/2026"])
def test_names_of_things_are_no_secrets(word: str) -> None:
    assert not looks_random(word)


@settings(max_examples=400, derandomize=True)
@given(seed=SEEDS, kind=st.sampled_from(["r", "R", "x", "h"]))
def test_a_long_random_word_never_passes_the_net(seed: int, kind: str) -> None:
    word = secret(kind, chance(seed))
    if kind == "x":
        word = word.replace(".", "k").replace("/", "7") + "q4Z"
    for place in ("mystery setting {}", "x.y:{}", "x.y = {}", 'value "{}" on', "a={}"):
        out, _ = redacted("brocade_fos", place.format(word) + "\n", KEY)
        assert word not in out


@pytest.mark.parametrize("text", [
    "x" * 1_000_000, "Ab0" * 300_000, "password " * 110_000, "1f" * 500_000, "a:b=" * 250_000,
    "banner login ^C\n" * 50_000, " key 1\n" * 100_000, "snmp-server " * 80_000])
@pytest.mark.parametrize("platform", ["cisco_ios", "brocade_fos"])
def test_a_megabyte_of_anything_costs_seconds(platform: str, text: str) -> None:
    started = time.process_time()
    out, _ = redacted(platform, text, KEY)
    masked(platform, "running_config" if platform == "cisco_ios" else "configshow", out)
    assert time.process_time() - started < 30


def test_what_an_array_does_is_noise_and_how_it_is_set_up_is_not() -> None:
    moving = ("Current Owner:  SP A\nRead Requests:  71\nStatistics Logging Current Time:  09/21/26 22:13:20\n"
              "Percent Full:  61.2\nLogged In:             YES\nReads:               81\nLink Status:         Up\n")
    later = ("Current Owner:  SP B\nRead Requests:  99\nStatistics Logging Current Time:  09/22/26 01:10:02\n"
             "Percent Full:  64.0\nLogged In:             NO\nReads:               99\nLink Status:         Down\n")
    assert masked("emc_vnx", "lun_list", moving) == masked("emc_vnx", "lun_list", later)
    setting = "Percent Full Threshold:  70\nDefault Owner:  SP A\nRaid Type:  r_5\nUser Capacity (GBs):  500.0\n"
    assert masked("emc_vnx", "storagepool_list", setting) == setting


def test_noise_is_masked_as_data_and_nothing_else() -> None:
    text = ("Building configuration...\n\nCurrent configuration : 4711 bytes\n! Last configuration change at 10:00\n"
            "! NVRAM config last updated at 10:00\nversion 12.2\nntp clock-period 36029056\nntp server 10.0.0.1\n")
    assert masked("cisco_ios", "running_config", text) == (
        "\nCurrent configuration : <noise> bytes\nversion 12.2\nntp clock-period <noise>\nntp server 10.0.0.1\n")
    stamped = "Load for five secs: 4%/0%; one minute: 5%\nTime source is NTP, 10:00:00 CST\nVTP Version : 2\n"
    assert masked("cisco_ios", "vtp_status", stamped) == "VTP Version : 2\n"
    fos = "date = Sun Nov 22 10:00:00 2026\nTime Alive: 12\nPower Usage = 45\nPS Voltage input: 230\nfabric.domain:1\n"
    assert masked("brocade_fos", "configshow", fos) == "PS Voltage input: <noise>\nfabric.domain:1\n"
    version = "core-9 uptime is 3 weeks, 1 day\nSystem restarted at 10:00\nSystem image file is \"flash:x.bin\"\n"
    assert masked("cisco_ios", "version", version) == (
        "core-9 uptime is <noise>\nSystem image file is \"flash:x.bin\"\n")
    assert masked("emc_vnx", "getdisk", "Hard Read Errors:  12\nType:  SAS\nTotal Reads: 7\n") == (
        "Hard Read Errors:  <noise>\nType:  SAS\nTotal Reads: <noise>\n")
    assert masked("nobody", "x", text) == text


def test_noise_next_to_other_lines_is_found_on_each() -> None:
    """The patterns are searched together; none may reach over the end of a line and hide the next."""
    text = "Hard Read\nHard Read Errors:  12\nTotal Reads\nBusy Ticks: 4\nType:  SAS\n\nTotal Writes: 7\n"
    assert masked("emc_vnx", "getdisk", text) == (
        "Hard Read\nHard Read Errors:  <noise>\nTotal Reads\nBusy Ticks: <noise>\nType:  SAS\n\n"
        "Total Writes: <noise>\n")
    assert masked("brocade_fos", "configshow", "\n\ndate = x\n\n  date = y\nb:1\ndate = z") == "\n\n\nb:1\n"
