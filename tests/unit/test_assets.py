"""The contract's list against what devices say: every verdict, both shipped inventories, sealed runs, bad input."""

from __future__ import annotations

import csv
import datetime
import hashlib
import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from rounds_run import Site

from pacs_rounds import cli, derive, parse, paths, rounds
from pacs_rounds.assets import facts, lifecycle
from pacs_rounds.assets.reconcile import VERDICTS, Asset, reconcile, support
from pacs_rounds.catalogue import Collect
from pacs_rounds.evidence import keys
from pacs_rounds.evidence.layout import payload, read_json
from pacs_rounds.inventory import validate_site
from pacs_rounds.lab import hospital
from pacs_rounds.model import Answer, BadInput, Context
from pacs_rounds.transports import records

DAY = datetime.date(2026, 11, 22)
ROW = {"row": 3, "clause": "S1-075", "type": "server", "system": "RISA", "model_as_written": "IBM M3650M4",
       "model": "IBM System x3650 M4", "serial_as_written": "06VXVY7"}
OTHER = ROW | {"row": 4, "serial_as_written": "06VXWC7"}
M4 = "IBM System x3650 M4: -[7915AC1]-"


def told(serial: str | None = None, model: str | None = M4, role: str = "linux_health", **more: Any) -> dict[str, Any]:
    return {"role": role, "serial": serial, "model": model, "firmware": None, "os": None, "written_serial_is": None,
            "reason": None, "record": "records/h/r.jsonl:1", "sha256": "0" * 64, "raw": None} | more


def assets(devices: dict[str, Any], said: dict[str, list[dict[str, Any]]], scope: Any = ()) -> dict[str, Asset]:
    run = {"devices": {host: {"groups": ["contract_devices"], "contract": row} for host, row in devices.items()},
           "software_scope": list(scope)}
    return {host: reconcile(one, DAY) for host, one in facts.assemble(run, said).items()}


def one(row: dict[str, Any], *said: dict[str, Any]) -> Asset:
    return assets({"h": row}, {"h": list(said)})["h"]


def kinds(asset: Asset) -> list[str]:
    return [note.kind for note in asset.notes]


@pytest.mark.parametrize(("asset", "verdict", "serial", "model"), [
    (one(ROW, told("06VXVY7")), "matched", "same", "other_name"),
    (one(ROW, told("06vxvy7 ".strip())), "matched", "same", "other_name"),
    (one(ROW, told("06VXVY7", None)), "matched", "same", "not_told"),
    (one(ROW, told("06VXVY7", "IBM System x3850 X5 -[7143AC1]-")), "different", "same", "different"),
    (one(ROW, told("06VXVY7"), told("06VXVY7", "System x3850 X5 (7143-AC1)", "ibm_imm_health")), "different", "same",
     "sources_differ"),
    (one(ROW, told("06VXVY7"), told("06VXVY7", "(7915-AC1)", "ibm_imm_health")), "matched", "same", "other_name"),
    (one(ROW, told("06VXVY8")), "different", "different", "other_name"),
    (one(ROW | {"serial_as_written": "O6VXVY7"}, told("06VXVY7")), "different", "letter_for_digit", "other_name"),
    (one(ROW, told("06VXVY7"), told("06VXVY9", "7915AC1", "ibm_imm_health")), "different", "sources_differ",
     "other_name"),
    (one(ROW, told("06VXVY7"), told("06VXVY7", None, "ibm_imm_health")), "matched", "same", "other_name"),
    (one(ROW, told(None, M4)), "unverifiable", "not_told", "other_name"),
    (one(ROW), "unverifiable", "not_told", "not_told"),
    (one(ROW, told(None, None, reason="timed_out")), "unverifiable", "not_told", "not_told"),
    (one(ROW | {"serial_as_written": "unknown"}, told("06VXVY7")), "unverifiable", "not_written", "other_name"),
    (one(ROW | {"model_as_written": "Dell R720"}, told("06VXVY7")), "matched", "same", "not_in_table"),
    (one({}, told("06VXVY7")), "extra", "no_row", "no_row"),
    (one({}), "extra", "no_row", "no_row"),
])
def test_one_row_against_one_device(asset: Asset, verdict: str, serial: str, model: str) -> None:
    assert (asset.verdict, asset.serial, asset.model) == (verdict, serial, model)


def test_a_device_that_did_not_answer_says_why_and_is_never_missing() -> None:
    assert one(ROW, told(None, None, reason="unreachable")).reason == "unreachable"
    assert one(ROW).reason == "not_run"
    assert one(ROW, told(None, None)).reason is None, "asked, and it has no serial to tell"


@pytest.mark.parametrize(("records_", "reason"), [
    ([("unknown", "unreachable")] * 3 + [("unknown", "not_run"), ("not_applicable", None)], "unreachable"),
    ([("unknown", "unreachable"), ("ok", None)], None), ([("unknown", "timed_out"), ("critical", None)], None),
    ([("not_applicable", None)], None), ([], None)])
def test_a_role_learnt_nothing_only_where_no_record_says_otherwise(records_: Any, reason: str | None) -> None:
    assert facts.common_reason(records_) == reason


def test_two_rows_swapped_are_different_and_point_at_each_other() -> None:
    found = assets({"ris-a": ROW, "ris-b": OTHER}, {"ris-a": [told("06VXWC7")], "ris-b": [told("06VXVY7")]})
    assert [one.verdict for one in found.values()] == ["different", "different"]
    assert kinds(found["ris-a"])[:2] == ["serial_of_row", "written_told_by"]
    assert found["ris-a"].notes[0].values == {"serial": "06VXWC7", "row": "4", "host": "ris-b"}
    assert found["ris-a"].notes[1].values["hosts"] == "ris-b"


def test_a_row_whose_address_leads_to_another_rows_device_is_missing() -> None:
    found = assets({"ris-a": ROW, "ris-b": OTHER}, {"ris-a": [told("06VXVY7")], "ris-b": [told("06VXVY7")]})
    assert {host: one.verdict for host, one in found.items()} == {"ris-a": "matched", "ris-b": "missing"}
    assert "serial_told_twice" in kinds(found["ris-a"])


def test_a_stack_is_matched_by_any_of_its_members() -> None:
    row = ROW | {"type": "LAN switch", "model_as_written": "Catalyst 3750", "serial_as_written": "CAT0820Y0ZW"}
    said = told("CAT0810Y099", "WS-C3750G-24TS", "catalyst_health",
                written_serial_is="serial number of another stack member")
    assert (one(row, said).verdict, one(row, said).serial) == ("matched", "stack_member")


def test_a_fabric_os_switch_tells_part_product_and_version() -> None:
    chassis = parse.parse("brocade_fos.chassisshow", (
        "WWN  Unit: 1\nFactory Serial Num:     RD060000111\nID:                     EMC0000CA\n"
        "Part Num:               DS-200B\nSerial Num:             BRCRD060000111\n"
        "FAN  Unit: 1\nFactory Part Num:       20-0000099-01\nFactory Serial Num:     FAN0007\n"))
    identity = derive.identity_of("brocade_fos")
    assert identity
    data = {"brocade_fos.chassisshow": chassis, "brocade_fos.switchshow": {"type": "34.0"},
            "brocade_fos.version": {"fabric_os": "v5.3.2c"}}

    def written(serial: str) -> dict[str, Any]:
        return identity(data, Context("san-1", "brocade_fos", contract={"serial_as_written": serial}))

    said = written("BRCRD060000111")
    assert (said["model"], said["firmware"]) == ("Brocade 200E (DS-200B)", "Fabric OS v5.3.2c")
    assert [written(serial)["written_serial_is"] for serial in ("RD060000111", "BRCRD060000111", "FAN0007", "X")] == [
        "serial number", "serial number", "part fan 1 (20-0000099-01)", None]
    assert identity({}, Context("san-1", "brocade_fos"))["model"] is None


def test_a_switch_with_two_numbers_for_one_chassis_is_matched_by_either() -> None:
    row = ROW | {"type": "SAN switch", "model_as_written": "EMC200", "serial_as_written": "RD060000111"}
    said = told("BRCRD060000111", "DS-200B", "brocade_fos_health", written_serial_is="serial number")
    assert one(row, said).verdict == "matched"


def test_a_modality_that_says_nothing_of_itself_is_no_asset() -> None:
    run = {"devices": {"ct-1": {"groups": ["modalities"], "contract": {}}}, "software_scope": []}
    assert facts.assemble(run, {"ct-1": [told(None, None, "dicom_health")]}) == {}
    assert list(facts.assemble(run, {"ct-1": [told("SN1", None)]})) == ["ct-1"]


# The contract's own data-quality findings, from the shipped inventories and the simulated devices' own words ---------

DQ = {
    ("pacs-a", "model_other_name"), ("pacs-b", "model_other_name"), ("ris-a", "model_other_name"),  # DQ-1
    ("ris-b", "model_other_name"), ("broker-a", "model_other_name"), ("broker-b", "model_other_name"),
    ("web", "model_other_name"), ("queue", "model_other_name"),
    ("broker-b", "serial_implausible"), ("broker-b", "serial_different"),                           # DQ-2
    ("web", "serial_implausible"), ("web", "serial_letter"),
    ("core-1", "serial_implausible"), ("core-1", "serial_other_code"),                              # DQ-3
    ("ims", "no_hardware_row"), ("queue", "no_software_row"),                                       # DQ-4
    ("san-1", "model_confirmed")}                                                                   # DQ-5
"""What is to be found; nothing in the package names a host, a row or a serial."""


def site_run(site: str) -> dict[str, Any]:
    folder = paths.INVENTORIES / site / "group_vars" / "all"
    register = yaml.safe_load((folder / "contract.yml").read_text(encoding="utf-8"))["contract_devices_register"]
    scope = yaml.safe_load((folder / "software_scope.yml").read_text(encoding="utf-8"))["contract_software_scope"]
    hosts = [*register, *({host for entry in scope for host in entry["hosts"]} - set(register))]
    return {"devices": {host: {"groups": ["contract_devices"], "contract": register.get(host, {})} for host in hosts},
            "software_scope": scope}


def simulated(host: str, state: dict[str, Any]) -> dict[str, Any] | None:
    if "product" in state:
        return told(state["serial"], f"{state['vendor']} {state['product']}")
    if state.get("clei") is not None:
        is_ = "CLEI code" if state["clei"] == "CNMYAGNGAB" else None
        return told(state["serial"], f"WS-C{state['model'].replace('-', '')}-24TS", "catalyst_health",
                    written_serial_is=is_)
    return None


@pytest.mark.parametrize("site", ["lab", "cancer-hospital"])
def test_the_contracts_flaws_are_found_and_nothing_else(site: str) -> None:
    said = {host: [one] for host, device in hospital.load().items()
            if host in site_run(site)["devices"] and (one := simulated(host, device.state))}
    said |= {"san-1": [told("BRCRD060082274", "Brocade 200E", "brocade_fos_health")],
             "vnx5500": [told("FCN00133200084", "VNX5500", "emc_vnx_health")]}
    found = {host: reconcile(one, DAY) for host, one in facts.assemble(site_run(site), said).items()}
    assert {(host, kind) for host, one in found.items() for kind in kinds(one)} == DQ
    assert {host for host, one in found.items() if one.verdict != "matched"} == {"broker-b", "web", "core-1", "ims"}
    assert found["ims"].verdict == "extra"


def test_the_assumed_model_stays_assumed_while_the_switch_is_silent() -> None:
    found = {host: reconcile(one, DAY) for host, one in facts.assemble(site_run("lab"), {}).items()}
    assert "model_assumed" in kinds(found["san-1"])
    assert {one.verdict for one in found.values()} == {"unverifiable", "extra"}


# Dates ----------------------------------------------------------------------------------------------------------------


def test_shipped_dates_are_valid_and_have_sources() -> None:
    entries = lifecycle.products()
    assert {entry["kind"] for entry in entries} == {"hardware", "os"}
    for entry in entries:
        assert entry.get("source") or entry["end_of_support"] == "unknown"


@pytest.mark.parametrize(("name", "product"), [
    ("Red Hat Enterprise Linux Server 7.9 (Maipo)", "Red Hat Enterprise Linux 7"),
    ("Red Hat Enterprise Linux Server release 6.5 (Santiago)", "Red Hat Enterprise Linux 6"),
    ("Red Hat Enterprise Linux 8.10 (Ootpa)", "Red Hat Enterprise Linux 8"),
    ("CentOS Linux 7 (Core)", "CentOS Linux 7"), ("CentOS release 6.10 (Final)", "CentOS Linux 6"),
    ("SUSE Linux Enterprise Server 11 SP3", "SUSE Linux Enterprise Server 11 SP3"), ("Plan 9", None)])
def test_an_operating_system_is_found_by_its_own_name(name: str, product: str | None) -> None:
    found = lifecycle.entry_for("os", name)
    assert (found["product"] if found else None) == product


@pytest.mark.parametrize("name", ["WS-C3750-24TS", "WS-C6513", "WS-C2960S-48TS-L", "VNX5500", "Brocade 200E", M4,
                                  "IBM System x3850 X5 -[7143AC1]-", "Cisco Catalyst 3750", "EMC Connectrix DS-200B"])
def test_every_model_of_the_contract_has_an_entry(name: str) -> None:
    assert lifecycle.entry_for("hardware", name)


def test_a_narrower_product_is_not_taken_for_its_series() -> None:
    assert lifecycle.entry_for("hardware", "WS-C3750X-24T") is None
    narrow = lifecycle.entry_for("hardware", "WS-C6513-E")
    assert narrow
    assert narrow["product"] == "Cisco Catalyst 6513-E"


ENTRY = "{product: Thing, kind: hardware, matches: Thing, end_of_sale: unknown, "


@pytest.mark.parametrize(("text", "said"), [
    ("as_of: '2026-11-22'\nproducts:\n  - " + ENTRY + "end_of_support: '2020-01-01'}\n", "source"),
    ("as_of: '2026-11-22'\nproducts:\n  - " + ENTRY + "end_of_support: unknown}\n", "look_at"),
    ("as_of: '2026-11-22'\nproducts:\n  - " + ENTRY + "end_of_support: '2020-02-30', source: a public page}\n",
     "2020-02-30 is no day"),
    ("as_of: '2026-11-22'\nproducts:\n  - " + ENTRY.replace("matches: Thing", "matches: '(Thing'")
     + "end_of_support: '2020-02-28', source: a public page}\n", "no regular expression"),
    ("as_of: '2026-11-22'\nproducts: []\n", "products"),
])
def test_a_date_without_source_or_sense_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "x.yml").write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as refusal:
        lifecycle.products(tmp_path)
    assert said in str(refusal.value)


def test_no_dates_at_all_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        lifecycle.products(tmp_path)


def test_what_the_site_agreed_goes_before_the_makers_date() -> None:
    row = {"host": "h", "contract": ROW, "told": [told("06VXVY7", os="Red Hat Enterprise Linux 8.10 (Ootpa)")],
           "dates": {"support_until": "2026-11-21", "warranty_until": "2030-01-01", "source": "agreement 7"},
           "lifecycle": {"hardware": None, "os": lifecycle.entry_for("os", "Red Hat Enterprise Linux 8.10")}}
    found = {one.kind: (one.state, one.days, one.source) for one in support(row, DAY)}
    assert found["hardware"] == ("ended", -1, "agreement 7")
    assert found["os"][:2] == ("supported", 921)
    assert found["warranty"][0] == "supported"
    assert [one.state for one in support({**row, "dates": {}}, DAY)] == ["unknown", "supported"]


@pytest.mark.parametrize(("text", "said"), [
    ("asset_dates: {nobody: {support_until: '2030-01-01', source: a letter}}\n", "hosts.yml has no host 'nobody'"),
    ("asset_dates: {ims: {support_until: '2030-02-30', source: a letter}}\n", "2030-02-30 is no day of the calendar"),
    ("asset_dates: {ims: {support_until: '2030-01-01'}}\n", "source"),
    ("asset_dates: {ims: {source: a letter}}\n", "asset_dates.ims"),
    ("asset_dates: {ims: {support_til: '2030-01-01', source: a letter}}\n", "support_til"),
])
def test_a_sites_own_dates_are_checked_before_anything_is_touched(tmp_path: Path, text: str, said: str) -> None:
    place = tmp_path / "lab"
    shutil.copytree(paths.INVENTORIES / "lab", place)
    (place / "group_vars" / "all" / "asset_dates.yml").write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as refusal:
        validate_site(place)
    assert said in str(refusal.value)
    assert "asset_dates.yml:1" in str(refusal.value)


# Sealed runs ----------------------------------------------------------------------------------------------------------

DMI = "cat /sys/class/dmi/id/product_serial"
HOSTS = {"pacs-a": ROW, "ris-a": OTHER}
IDENTITY = ["linux.serial_number", "linux.identification", "linux.time_offset"]


def answers(site: Site, serial: str, product: str = "System x3650 M4: -[7915AC1]-") -> list[Answer]:
    at = site.answers()[-1]
    dmi = "".join(f"/sys/class/dmi/id/{name}:{value}\n" for name, value in (
        ("sys_vendor", "IBM"), ("product_name", product), ("bios_version", "1.80"), ("bios_date", "02/26/2014")))
    grep = next(one.command for one in rounds.catalogue.load()["linux.identification"].collect if "grep" in one.command)
    release = next(one.command for one in rounds.catalogue.load()["linux.identification"].collect
                   if "os-release" in one.command)
    return [Answer(DMI, serial + "\n", 0, at.started, at.ended), Answer(grep, dmi, 0, at.started, at.ended),
            Answer(release, 'PRETTY_NAME="Red Hat Enterprise Linux Server 7.9 (Maipo)"\n', 0, at.started, at.ended), at]


def round_of(site: Site, serials: dict[str, str], **more: Any) -> Path:
    """A sealed round in which the servers were asked and their assets compared. Returns its folder."""
    run_dir = site.open(
        groups={"all": list(HOSTS), "servers": list(HOSTS), "linux_servers": list(HOSTS),
                "contract_devices": list(HOSTS)},
        site_vars={"linux_health_checks": IDENTITY, "contract_devices_register": HOSTS, "contract_register_checks":
                   ["contract.serial_plausible"],
                   "asset_dates": {"ris-a": {"warranty_until": "2017-11-20", "source": "delivery note"}}})
    run = read_json(run_dir / "run.json")
    for host, serial in serials.items():
        inputs = rounds.prepare(run_dir, run, "linux_health", IDENTITY, "ssh",
                                site.facts(host, contract=HOSTS[host]))
        inputs.device_fields = more.get("device_fields", inputs.device_fields)
        rounds.finish(run_dir, inputs, answers(site, serial, **more.get("answers", {})),
                      keys.redaction_key(site.name))
    commands = [Collect(records.COMMAND, "assets.device")]
    known = records.gather(run_dir, run, commands, {})
    for host in HOSTS:
        inputs = rounds.prepare(run_dir, run, "asset_register", ["assets.*"], "records", site.facts(host))
        rounds.finish(run_dir, inputs, records.ask("lab", host, known, commands), keys.redaction_key(site.name))
    return site.evidence.find(site.seal(run_dir).run)


def rounds_assets(capsys: Any, *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        cli.main(["assets", *words])
    said = capsys.readouterr()
    return int(end.value.code or 0), said.out, said.err


def test_a_sealed_run_tells_its_assets(site: Site, capsys: Any) -> None:
    folder = round_of(site, {"pacs-a": "06VXVY7", "ris-a": "06VXWC8"})
    status, out, _ = rounds_assets(capsys, "--site", "lab", "--format", "json")
    assert status == 0
    data = json.loads(out)
    assert data["run"] == folder.name
    assert data["counts"] == dict.fromkeys(VERDICTS, 0) | {"matched": 1, "different": 1}
    first, second = data["assets"]
    assert (first["host"], first["models_told"], first["firmware"], first["os"]) == (
        "pacs-a", [M4], ["BIOS 1.80 (02/26/2014)"], ["Red Hat Enterprise Linux Server 7.9 (Maipo)"])
    (evidence,) = first["told"]
    name, _, number = evidence["record"].rpartition(":")
    line = (payload(folder) / name).read_text(encoding="utf-8").split("\n")[int(number) - 1]
    assert hashlib.sha256(line.encode()).hexdigest() == evidence["sha256"]
    assert (payload(folder) / evidence["raw"]).read_text(encoding="utf-8") == "06VXVY7\n"
    assert [(one["kind"], one["state"]) for one in second["support"]] == [
        ("hardware", "unknown"), ("os", "ended"), ("warranty", "ended")]


def test_both_languages_and_the_spreadsheet(site: Site, capsys: Any) -> None:
    round_of(site, {"pacs-a": "06VXVY7", "ris-a": "06VXWC8"})
    _, zh, _ = rounds_assets(capsys, "--site", "lab")
    assert "第 4 行 S1-075 ris-a RISA  不符" in zh
    assert "合同写 06VXWC7，设备自报 06VXWC8" in zh
    assert "质保 已终止：2017-11-20" in zh
    _, en, _ = rounds_assets(capsys, "--site", "lab", "--lang", "en")
    assert "row 4 S1-075 ris-a RISA  different" in en
    assert en.endswith("1 matched, 1 different, 0 missing, 0 extra, 0 unverifiable\n")
    _, text, _ = rounds_assets(capsys, "--site", "lab", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [(row["host"], row["verdict"], row["serial_told"], row["os_until"]) for row in rows] == [
        ("pacs-a", "matched", "06VXVY7", "2024-06-30"), ("ris-a", "different", "06VXWC8", "2024-06-30")]


def test_the_records_of_the_round_agree_and_are_judged_again_alike(site: Site) -> None:
    folder = round_of(site, {"pacs-a": "06VXWC7", "ris-a": "06VXVY7"})
    for host in HOSTS:
        for role in ("linux_health", "asset_register"):
            path = payload(folder) / "records" / host / f"{role}.jsonl"
            kept = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
            assert kept == json.loads(json.dumps(rounds.rejudge(folder, host, role)))
    (record,) = [one for one in kept if one["check"] == "assets.serial_unique"]
    assert (record["observed"], record["outcome"]) == ("other_row", "warning")


def test_a_run_of_an_earlier_release_is_judged_as_it_was_and_still_reconciled(site: Site, capsys: Any) -> None:
    """Its inputs name no fields and its records hold serial and clock only."""
    folder = round_of(site, {"pacs-a": "06VXVY7", "ris-a": "06VXWC7"},
                      device_fields=["serial", "clock", "clock_offset_seconds"])
    path = payload(folder) / "inputs" / "pacs-a" / "linux_health.json"
    old = json.loads(path.read_text(encoding="utf-8"))
    del old["device_fields"]
    path.write_text(json.dumps(old), encoding="utf-8")
    again = rounds.rejudge(folder, "pacs-a", "linux_health")
    assert list(again[0]["device"]) == ["serial", "clock", "clock_offset_seconds"]
    path.write_bytes(rounds.json_bytes({**old, "device_fields": ["serial", "clock", "clock_offset_seconds"]}))
    status, out, _ = rounds_assets(capsys, "--run", folder.name, "--format", "json")
    assert status == 0
    assert {(one["verdict"], one["model"]) for one in json.loads(out)["assets"]} == {("matched", "not_told")}


def test_silent_devices_are_unverifiable_with_the_reason(site: Site, capsys: Any) -> None:
    round_of(site, {"pacs-a": "06VXVY7"})  # nobody asked ris-a: the seal says so
    _, out, _ = rounds_assets(capsys, "--site", "lab", "--lang", "en")
    assert "ris-a RISA  unverifiable (not run)" in out
    assert rounds_assets(capsys, "--site", "lab", "--fail-on", "different")[0] == 0
    assert rounds_assets(capsys, "--site", "lab", "--fail-on", "unverifiable")[0] == 1


def test_differences_can_end_with_status_1(site: Site, capsys: Any) -> None:
    round_of(site, {"pacs-a": "06VXVY7", "ris-a": "06VXWC8"})
    assert rounds_assets(capsys, "--site", "lab", "--fail-on", "different")[0] == 1


def test_what_does_not_verify_is_not_read(site: Site, capsys: Any) -> None:
    folder = round_of(site, {"pacs-a": "06VXVY7", "ris-a": "06VXWC8"})
    path = payload(folder) / "records" / "ris-a" / "linux_health.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace("06VXWC8", "06VXWC7"), encoding="utf-8")
    status, out, err = rounds_assets(capsys, "--site", "lab")
    assert (status, out) == (1, "")
    assert "NOT verified" in err


@pytest.mark.parametrize("words", [[], ["--site", "nowhere"], ["--site", "../x"], ["--run", "20990101T000000Z-q-0000"],
                                   ["--run", "lab"], ["--site", "lab", "--format", "xml"]])
def test_bad_input_is_status_2(site: Site, capsys: Any, words: list[str]) -> None:
    round_of(site, {"pacs-a": "06VXVY7", "ris-a": "06VXWC8"})
    assert rounds_assets(capsys, *words)[0] == 2


def test_an_open_run_is_not_read(site: Site, capsys: Any) -> None:
    run_dir = site.open()
    status, _, err = rounds_assets(capsys, "--run", run_dir.name, "--site", "lab")
    assert status == 2
    assert "never sealed" in err


def test_a_devices_words_do_not_act_on_the_terminal_or_the_spreadsheet(site: Site, capsys: Any) -> None:
    round_of(site, {"pacs-a": "06VXVY7", "ris-a": "06VXWC7"}, answers={"product": "=cmd|' /C calc'!A0"})
    _, text, _ = rounds_assets(capsys, "--site", "lab", "--format", "csv")
    assert all(not value.startswith(("=", "+", "-", "@")) for row in csv.reader(io.StringIO(text)) for value in row)
    asset = one(ROW, told("06VXVY7", "x3650 M4 \x1b[31m\u202e"))
    from pacs_rounds.assets import show
    from pacs_rounds.report import words
    data = show.Reconciliation("lab", "r", "2026-11-22", "2026-11-22", [asset])
    for form in show.FORMATS.values():
        said = form(data, words.load("en"))
        assert "\x1b" not in said
        assert "\u202e" not in said


def test_the_records_know_no_other_question_and_no_stranger() -> None:
    other, stranger = (records.ask("lab", host, {records.COMMAND: {"h": "{}"}}, [Collect(command, "assets.device")])[0]
                       for host, command in (("h", "show version"), ("x", records.COMMAND)))
    assert (other.reason, stranger.reason) == ("tool_missing", "empty")


def test_the_paperwork_role_is_the_last_of_every_round() -> None:
    for path in paths.POLICIES.glob("*.yml"):
        for round_ in yaml.safe_load(path.read_text(encoding="utf-8"))["rounds"].values():
            roles = [part["role"] for part in round_["roles"]]
            assert "asset_register" not in roles or roles[-1] == "asset_register", "it reads what the others recorded"
