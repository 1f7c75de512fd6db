"""Builds a run directory for the report's tests: the contract's site with awkward findings, written as a run is kept.

Records come out of the conductor's own function, so that their shape cannot drift from the real one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pacs_rounds import conductor
from pacs_rounds.catalogue import Check, from_data
from pacs_rounds.judge import Verdict, by_levels
from pacs_rounds.model import Answer, Context, Outcome, Reason

HOSTILE = ("<script>alert(1)</script>\x1b[31mred\x1b]0;t\x07 {{ 7*7 }} {% raw %} \u202egnp.exe\u2066 \x00\u200b"
           "</td></table><img src=x onerror=alert(2)> e\u0301\u0301\u0301\u0301\u0301 '\"&")
LONG = "/u01/app/oracle/" + "/".join(f"very_long_directory_name_{n}" for n in range(40))
RUN = "20261122T020000Z-quarterly-3fa9"
HEADINGS = [("S1-015", "硬件状态", "Hardware status"), ("S1-016", "系统负载", "System load"),
            ("S1-017", "系统性能", "System performance"), ("S1-018", "系统进程", "System processes"),
            ("S1-019", "数据安全", "Data security"), ("S1-020", "存储空间", "Storage space"),
            ("S1-021", "病毒防护", "Virus protection")]
LINUX = ["pacs-a", "pacs-b", "ris-a", "ris-b", "broker-a", "broker-b", "web", "queue", "ims"]
SWITCHES = ["access-1", "access-2", "core-1", "core-2", "access-3"]
MODALITIES = [f"{kind}-{number}" for kind, many in (("ct", 8), ("mr", 7), ("dr", 12), ("us", 13))
              for number in range(1, many + 1)]
START = 1_795_312_800.0
LINK = {"seq": 12, "sha256": hashlib.sha256(b"link").hexdigest(), "run": RUN, "sealed_at": "2026-11-22T02:00:41.250Z",
        "key_fingerprint": "SHA256:m6QnT7c0lO6Z1zVbq3kqkN4c2bG1Hn1sJv0example", "previous_sha256": "ab" * 32}


def _check(name: str, zh: str, en: str, clause: str, impact: str, unit: str = "", remedy: str = "report-example",
           **more: Any) -> Check:
    if "words" not in more and "levels" not in more:
        more["words"] = {"ok": ["ok", "up"], "critical": ["down", "absent"], "warning": ["half"]}
    return from_data({
        "id": name, "title": {"zh": zh, "en": en}, "why": f"Why {en.lower()} matters to a reading room.",
        "impact": impact, "clauses": [clause, "S1-057"], "item": "item", "measure": "value", "unit": unit,
        "collect": {"command": f"show {name.replace('.', ' ')}", "parser": f"{name}"},
        "remedy": f"docs/runbooks/{remedy}.md", **more})


_UP = {"direction": "upper", "warning": 80, "critical": 90}
CHECKS = [
    _check("linux.filesystem_usage", "文件系统使用率", "Filesystem usage", "S1-020", "service_down", "percent",
           levels=_UP),
    _check("linux.log_size", "日志目录大小", "Size of the log directory", "S1-020", "performance", "bytes",
           levels={"direction": "upper", "warning": 5 * 2**30, "critical": 20 * 2**30}),
    _check("linux.uptime", "运行时间", "Uptime", "S1-015", "paperwork", "seconds",
           levels={"direction": "lower", "warning": 3600}),
    _check("linux.time_offset", "时钟偏差", "Clock offset", "S1-017", "security", "seconds",
           levels={"direction": "upper", "warning": 1, "critical": 60}),
    _check("linux.cpu_utilisation", "CPU 利用率", "CPU utilisation", "S1-016", "performance", "percent", levels=_UP),
    _check("linux.link_errors", "网络接口错误增量", "Network errors since the last run", "S1-017", "performance",
           "errors", levels={"direction": "upper", "warning": 100, "critical": 10000}, delta=True),
    _check("linux.accounts", "账户与口令状态", "Accounts and password state", "S1-019", "security"),
    _check("linux.services", "系统服务", "Services", "S1-018", "service_down"),
    _check("linux.multipath", "存储多路径", "Multipath to the array", "S1-015", "redundancy_lost"),
    *(_check(f"linux.check_{n:02d}", f"补充检查项目第 {n} 项", f"Further check number {n}",
             ("S1-015", "S1-016", "S1-017", "S1-018", "S1-019", "S1-020")[n % 6], "performance") for n in range(26)),
    _check("catalyst.fans", "交换机风扇", "Switch fans", "S1-015", "redundancy_lost"),
    _check("catalyst.interfaces_up", "端口连通状态", "Interfaces up", "S1-015", "service_down"),
    _check("catalyst.cpu", "交换机 CPU 利用率", "Switch CPU utilisation", "S1-016", "performance", "percent",
           levels=_UP),
    *(_check(f"catalyst.check_{n:02d}", f"交换机补充检查第 {n} 项", f"Further switch check {n}",
             ("S1-015", "S1-017", "S1-018", "S1-019")[n % 4], "security") for n in range(20)),
    _check("dicom.echo", "DICOM 回显（C-ECHO）", "DICOM echo (C-ECHO)", "S1-018", "service_down"),
    _check("dicom.echo_time", "DICOM 响应时间", "DICOM response time", "S1-017", "performance", "seconds",
           levels={"direction": "upper", "warning": 2, "critical": 5}),
]
BY_ID = {check.id: check for check in CHECKS}
_ITEMS = {"linux.filesystem_usage": 6, "linux.link_errors": 4, "linux.accounts": 8, "linux.services": 9,
          "catalyst.interfaces_up": 48, "catalyst.fans": 3}


def _fine(check: Check, host: str, number: int) -> Verdict:
    """An ordinary verdict with a value that differs from item to item."""
    item = f"/srv/{number}" if check.id.endswith("usage") else f"item-{number}" if number else "total"
    if check.levels is None:
        return Verdict(item, Outcome.OK, observed="up", levels={"words": check.words}, levels_origin="catalogue")
    spread = (len(host) * 7 + number * 3) % 11
    value: Any = {"percent": 20 + spread * 1.37, "bytes": 2**29 + spread * 12345, "errors": 40 + spread,
                  "seconds": 0.02 * spread}.get(check.unit, spread)
    if check.id == "linux.uptime":
        value = 3_500_000 + spread * 7000
    outcome = Outcome.OK if check.delta else by_levels(value, check.levels)
    previous = value - spread % 3 if check.delta or check.unit == "percent" else None
    delta = None if previous is None else value - previous
    return Verdict(item, outcome, None, "", value, previous, delta, check.levels, "catalogue")


def _awkward() -> dict[tuple[str, str], list[Verdict]]:
    """What is wrong in the site, by host and check."""
    usage, words = BY_ID["linux.filesystem_usage"], {"words": BY_ID["linux.services"].words}
    return {
        ("pacs-a", "linux.filesystem_usage"): [
            Verdict("/u01", Outcome.CRITICAL, None, "", 97.4, 91.2, 6.2, usage.levels, "catalogue"),
            Verdict("/", Outcome.WARNING, None, "", 89.999, 71, 18.999, {"direction": "upper", "warning": 85},
                    "check_rules #1: the root filesystem is small by design"),
            Verdict(LONG, Outcome.WARNING, None, "", 83, 82.5, 0.5, usage.levels, "catalogue"),
            Verdict("/boot", Outcome.OK, None, "", 41.5, 41.5, 0, usage.levels, "catalogue")],
        ("web", "linux.accounts"): [
            Verdict(HOSTILE, Outcome.CRITICAL, None, HOSTILE, "absent", levels=words, levels_origin="catalogue"),
            Verdict("root", Outcome.OK, observed="ok", levels=words, levels_origin="catalogue")],
        ("queue", "linux.services"): [
            Verdict("httpd.service", Outcome.UNKNOWN, Reason.UNLISTED_WORD, "the word 'weird' is not listed", "weird")],
        ("broker-a", "linux.multipath"): [Verdict("*", Outcome.NOT_APPLICABLE, detail="none present")],
        ("broker-b", "linux.time_offset"): [
            Verdict("clock", Outcome.CRITICAL, None, "", 10873.2, None, None, BY_ID["linux.time_offset"].levels, "")],
        ("ims", "linux.link_errors"): [
            Verdict("eth0", Outcome.UNKNOWN, Reason.NO_PREVIOUS, "no earlier run has this item", 734)],
        ("ims", "linux.log_size"): [Verdict("*", Outcome.UNKNOWN, Reason.TRUNCATED, "cut off after 16 MiB")],
        ("web", "linux.check_03"): [Verdict("*", Outcome.UNKNOWN, Reason.FAULT_IN_CHECK, "KeyError: 'total'")],
        ("web", "linux.check_04"): [Verdict("*", Outcome.UNKNOWN, Reason.UNPARSABLE, HOSTILE * 50)],
        ("access-1", "catalyst.fans"): [
            Verdict("FAN 1", Outcome.CRITICAL, None, "listed in the baseline, not on the device", "absent",
                    levels=words)],
        ("core-1", "catalyst.interfaces_up"): [
            Verdict(f"GigabitEthernet{n // 48 + 1}/{n % 48 + 1}", Outcome.CRITICAL if n % 7 == 0 else Outcome.OK,
                    observed="down" if n % 7 == 0 else "up", levels=words, levels_origin="catalogue")
            for n in range(200)],
        ("ct-1", "dicom.echo"): [Verdict("CT1", Outcome.CRITICAL, None, "A-ASSOCIATE-RJ", "down", levels=words)],
    }


def _verdicts(host: str, check: Check, awkward: dict[tuple[str, str], list[Verdict]]) -> list[Verdict]:
    if (host, check.id) in awkward:
        return awkward[host, check.id]
    if host == "ris-b":
        return [Verdict("*", Outcome.UNKNOWN, Reason.UNREACHABLE, "connect to 127.13.1.4 port 2222: no route to host")]
    if host in ("mr-3", "us-9"):
        return [Verdict("*", Outcome.UNKNOWN, Reason.TIMED_OUT, "accepted the connection and never answered")]
    return [_fine(check, host, number) for number in range(_ITEMS.get(check.id, 1))]


def plan() -> list[dict[str, Any]]:
    """Which role looks at which hosts with which checks."""
    def of(domain: str) -> list[str]:
        return [check.id for check in CHECKS if check.domain == domain]
    return [{"role": "linux_health", "hosts": LINUX, "checks": of("linux")},
            {"role": "catalyst_health", "hosts": SWITCHES, "checks": of("catalyst")},
            {"role": "dicom_reachability", "hosts": [*LINUX[:2], *MODALITIES], "checks": of("dicom")}]


def _waiver(host: str, item: str) -> list[dict[str, Any]]:
    if (host, item) == ("access-1", "FAN 1"):
        return [{"check": "catalyst.fans", "reason": "备件已订购，下次停机更换", "approver": "信息中心 张工",
                 "expires": "2026-12-31"}]
    return []


def build(root: Path, clean: bool = False, drop: tuple[str, str] | None = None, **facts: Any) -> Path:
    """Write the run below `root`; `clean` leaves out everything awkward, `drop` one (host, check) of the records."""
    data = root / facts.get("run", RUN) / "data"
    awkward = {} if clean else _awkward()
    counts = {str(outcome): 0 for outcome in Outcome}
    for entry in plan():
        for number, host in enumerate(entry["hosts"]):
            records: list[dict[str, Any]] = []
            answers: list[dict[str, Any]] = []
            for name in entry["checks"]:
                if (host, name) != drop:
                    records += _records(data, host, entry["role"], BY_ID[name], number, awkward, clean, answers)
            for record in records:
                counts[record["outcome"]] += 1
            _lines(data / "records" / host / f"{entry['role']}.jsonl", records)
            _json(data / "inputs" / host / f"{entry['role']}.json",
                  {"settings": {"address": f"127.13.1.{number + 1}"}})
            _lines(data / "answers" / host / f"{entry['role']}.jsonl", answers)
    headings = [{"clause": clause, "zh": zh, "en": en} for clause, zh, en in HEADINGS]
    run = {
        "run": RUN, "site": "lab", "site_title": {"zh": "示例肿瘤医院", "en": "Example Cancer Hospital"},
        "round": "quarterly", "round_title": {"zh": "2026 年第四季度巡检", "en": "Quarterly inspection, Q4 2026"},
        "policy": {"id": "contract_2017", "version": "3", "headings": headings,
                   "title": {"zh": "2017 年维保合同", "en": "Maintenance contract 2017"}},
        "started": "2026-11-22T02:00:00.120Z", "ended": "2026-11-22T02:00:39.871Z", "timezone": "Asia/Shanghai",
        "engineer": "李工", "commit": "5491937c0ffee", "dirty": False, "version": "0.1.0",
        "previous_run": "20260823T013000Z-quarterly-77c0", "limit": None, "scenario": None, "plan": plan(),
        "not_looked_at": [
            {"group": "clients", "count": 130, "hosts": [f"client-{n:03d}" for n in range(1, 131)],
             "reason": {"zh": "客户端按抽样安排，本轮未抽取", "en": "clients are sampled; none this round"}},
            {"group": "storage_arrays", "count": 1, "hosts": ["vnx5500"],
             "reason": {"zh": "尚无此类设备的检查", "en": "no checks for this kind of device yet"}}],
        "devices": devices(), "counts": counts, **facts}
    _json(data / "run.json", run)
    _json(data / "checks.json", [asdict(check) for check in CHECKS])
    _manifests(data.parent)
    return data.parent


def _records(data: Path, host: str, role: str, check: Check, number: int, awkward: dict[tuple[str, str], list[Verdict]],
             clean: bool, answers: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    verdicts = [_fine(check, host, n) for n in range(_ITEMS.get(check.id, 1))] if clean \
        else _verdicts(host, check, awkward)
    silent = any(verdict.reason in (Reason.UNREACHABLE, Reason.TIMED_OUT) for verdict in verdicts)
    text = "" if silent else f"{host}# {check.collect[0].command}\n" + "\n".join(one.item for one in verdicts)
    answer = Answer(check.collect[0].command, text, None if silent else 0, START + number, START + number + 0.31,
                    verdicts[0].reason if silent else None)
    digest = conductor.sha256(text)
    if text:
        raw = data / "raw" / f"{digest}.txt"
        raw.parent.mkdir(parents=True, exist_ok=True)
        raw.write_text(text, encoding="utf-8")
    answers.append({"command": answer.command, "sha256": digest if text else None, "status": answer.status,
                    "started": conductor.timestamp(answer.started), "ended": conductor.timestamp(answer.ended),
                    "reason": answer.reason, "detail": answer.detail, "bytes": len(text.encode())})
    device = {"serial": None, "clock": None, "clock_offset_seconds": None}
    if not silent and role != "dicom_reachability":
        device = {"serial": CONTRACT.get(host, ("", "", "", ""))[3] or "06ZZZ99", "clock_offset_seconds": 0.4 - number,
                  "clock": conductor.timestamp(START + 0.4)}
    for verdict in verdicts:
        inputs = conductor.Inputs(RUN, "lab", host, role, "linux", "ssh", [check.id], "5491937c0ffee",
                                  previous_run="earlier", waivers=_waiver(host, verdict.item))
        context = Context(host, "linux", collected_at=answer.ended, answers={answer.command: answer})
        yield conductor._record(inputs, check, verdict, context, device)


CONTRACT = {
    "pacs-a": ("server", "PACSA", "IBM M3850X5", "06X8987"), "pacs-b": ("server", "PACSB", "IBM M3850X5", "06X8983"),
    "ris-a": ("server", "RISA", "IBM M3650M4", "06VXVY7"), "ris-b": ("server", "RISB", "IBM M3650M4", "06VXWC7"),
    "broker-b": ("server", "BrokerB", "IBM M3650M4", "O6BGZETT"), "queue": ("server", "叫号", "IBM M3650M4", "06AWWCM"),
    "core-1": ("lan_switch", "PACS", "Catalyst 6513", "CNMYAGNGAB"),
    "vnx5500": ("storage", "PACS", "EMC VNX5500", "FCN00133200084"),
}


def devices() -> dict[str, dict[str, Any]]:
    """The inventory as a run keeps it; one contract device says another serial than the contract."""
    found: dict[str, dict[str, Any]] = {}
    for number, host in enumerate([*LINUX, *SWITCHES, "vnx5500", "san-1", *MODALITIES]):
        row = CONTRACT.get(host)
        contract = {"row": number + 1, "clause": f"S1-{73 + number:03d}", "type": row[0], "system": row[1],
                    "model_as_written": row[2], "model": row[2],
                    "serial_as_written": "O6BGZETX" if host == "broker-b" else row[3]} if row else {}
        found[host] = {"groups": ["modalities"] if host in MODALITIES else ["contract_devices"], "platform": "linux",
                       "address": "", "contract": contract}
    return found


def _json(path: Path, data: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")


def _lines(path: Path, data: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(one, ensure_ascii=False, sort_keys=True) + "\n" for one in data)
    path.write_text(text, encoding="utf-8")


def _manifests(bag: Path) -> None:
    def digests(paths: list[Path]) -> str:
        return "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(bag).as_posix()}\n"
                       for path in paths)
    manifest = bag / "manifest-sha256.txt"
    manifest.write_text(digests(sorted(path for path in (bag / "data").rglob("*") if path.is_file())), encoding="utf-8")
    (bag / "bagit.txt").write_text("BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n", encoding="utf-8")
    (bag / "tagmanifest-sha256.txt").write_text(digests([manifest]), encoding="utf-8")
