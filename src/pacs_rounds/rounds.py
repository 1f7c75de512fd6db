"""A round from its plan to each host's inputs: what the action plugins call. Knows files, not Ansible."""

from __future__ import annotations

import contextlib
import gc
import getpass
import os
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from pacs_rounds import catalogue, derive, memory, parse, paths, redact, yamlfile
from pacs_rounds.conductor import DEVICE_FIELDS, Inputs, Record, judge_host, timestamp
from pacs_rounds.evidence import chain, store
from pacs_rounds.evidence.layout import SiteEvidence, is_run_id, json_bytes, new_run_id, payload, read_json, write_new
from pacs_rounds.model import PAPERWORK_ROLES, Answer, BadInput
from pacs_rounds.oracle import site

PREVIOUS_RUNS = 12
"""How far back an earlier value is looked for, in runs of one round: three years of quarterly visits."""


def preload(*platforms: str) -> None:
    """Read what every worker needs before Ansible forks them, so that none reads it anew. What cannot be read is left
    to whoever needs it, and can say so."""
    datetime.strptime("Tue Nov 21 00:00:00 2017", "%a %b %d %H:%M:%S %Y")  # imports and compiles at its first use
    with contextlib.suppress(BadInput):
        catalogue.load()
        for platform in platforms:
            parse.load(platform)
            derive.load(platform)
            redact.redact(platform, "", b"")
    # A collection in a worker would touch, and so copy, every page it shares with the process it was forked from.
    gc.freeze()


def load_policy(name: str) -> dict[str, Any]:
    """policies/<name>.yml, validated."""
    path = paths.POLICIES / f"{name}.yml"
    if not path.exists():
        known = ", ".join(sorted(file.stem for file in paths.POLICIES.glob("*.yml")))
        raise BadInput(f"policy {name!r}", "no such profile under policies/", f"known: {known}")
    key = memory.digest([path])
    policy: dict[str, Any] | None = memory.recall(f"policy-{name}", key)
    if policy is None:
        policy = yamlfile.load(path)
        yamlfile.validate(policy, "policy", path)
        memory.remember(f"policy-{name}", key, policy)
    return policy


def role_checks(role: str, site_vars: Any) -> list[str]:
    """Check ids of a role: the site's `<role>_checks` before the role's default, patterns resolved."""
    name = f"{role}_checks"
    patterns = site_vars.get(name)
    if patterns is None:
        path = paths.ROLES / role / "defaults" / "main.yml"
        patterns = (yamlfile.load(path) or {}).get(name)
        if not patterns:
            raise BadInput(yamlfile.show(path), f"{name} is missing", f"write {name}: ['<domain>.*']")
    if not isinstance(patterns, list) or not patterns or not all(isinstance(one, str) for one in patterns):
        raise BadInput(name, "is no list of checks",
                       f"write {name}: ['<domain>.*']; to leave the role out, take it out of the policy's round")
    return [check.id for check in catalogue.select(list(patterns))]


class Templated:
    """Variables whose values are rendered when they are asked for: an action plugin's task_vars are raw text."""

    def __init__(self, variables: dict[str, Any], render: Callable[[Any], Any]) -> None:
        self._variables, self._render = variables, render

    def get(self, name: str, default: Any = None) -> Any:
        """The rendered value."""
        return self._render(self._variables[name]) if name in self._variables else default


@dataclass(slots=True)
class Opening:
    """What is known when a round begins. `hosts` are those selected (--limit), `groups` the whole inventory's."""

    site: str
    round: str
    policy: str
    groups: dict[str, list[str]]
    hosts: list[str]
    site_vars: Any
    run: str | None = None
    engineer: str | None = None
    scenario: str | None = None
    replay: str | None = None


def open_round(opening: Opening) -> Path:
    """Make the run's folder with its plan; every later word is checked against it. Returns the open folder."""
    policy = load_policy(opening.policy)
    if opening.round not in policy["rounds"]:
        raise BadInput(f"policies/{opening.policy}.yml", f"knows no round {opening.round!r}",
                       "known: " + ", ".join(policy["rounds"]))
    evidence = SiteEvidence.of(opening.site)
    run_id = opening.run or new_run_id(opening.round)
    if not is_run_id(run_id):
        raise BadInput(f"rounds_run: {run_id!r}", "is no run id", "leave it out: each round makes its own")
    data = _run_data(opening, policy, run_id)  # before the evidence folder is touched: here bad input comes to light
    with chain.locked(evidence):
        chain.finish_moves(evidence)
        earlier = chain.newest_of_each_round(evidence, PREVIOUS_RUNS)
        data |= {"previous_run": earlier[0] if earlier else None, "previous_runs": earlier}
        run_dir = evidence.open / run_id
        if run_dir.exists() or evidence.find(run_id).exists() or chain.link_of(evidence, run_id):
            raise BadInput(run_id, "is the id of an earlier run", "leave rounds_run out: each round makes its own")
        run_dir.mkdir(parents=True)
    used = {check for part in data["plan"] for check in part["checks"]}
    entries = catalogue.entries()
    write_new(run_dir / "checks.json", json_bytes([entries[name] for name in sorted(used)]))
    write_new(run_dir / "run.json", json_bytes(data))
    return run_dir


def _run_data(opening: Opening, policy: dict[str, Any], run_id: str) -> dict[str, Any]:
    plan = []
    round_ = policy["rounds"][opening.round]
    selected = set(opening.hosts)
    for part in round_["roles"]:
        hosts = [host for host in opening.groups.get(part["group"], []) if host in selected]
        if hosts:
            plan.append({"role": part["role"], "hosts": hosts, "checks": role_checks(part["role"], opening.site_vars)})
    if not plan:
        raise BadInput("the round", "would look at no host at all",
                       "check --limit and the groups in hosts.yml against the policy's roles")
    register = plain(opening.site_vars.get("contract_devices_register") or {})
    dates = plain(opening.site_vars.get("asset_dates") or {})
    commit, dirty = _commit()
    everybody = opening.groups.get("all", [])
    return {
        "run": run_id, "site": opening.site, "site_title": plain(opening.site_vars.get("rounds_site_title")),
        "round": opening.round, "round_title": round_["title"],
        "policy": {key: policy[key] for key in ("id", "version", "title", "headings")},
        "timezone": policy.get("timezone", "Asia/Shanghai"), "started": timestamp(time.time()), "ended": None,
        "engineer": opening.engineer or _login_name(), "commit": commit, "dirty": dirty, "version": _version(),
        "limit": None if selected >= set(everybody) else sorted(selected), "scenario": opening.scenario,
        "replay": opening.replay, "plan": plan,
        "software_scope": plain(opening.site_vars.get("contract_software_scope") or []),
        "not_looked_at": _not_looked_at(opening, round_, plan),
        "devices": {host: {"groups": _groups_of(host, opening.groups), "contract": register.get(host, {}),
                           "platform": "", "address": "", **({"dates": dates[host]} if host in dates else {})}
                    for host in everybody},
    }


def _groups_of(host: str, groups: dict[str, list[str]]) -> list[str]:
    return sorted(name for name, hosts in groups.items() if host in hosts and name not in {"all", "ungrouped"})


def _not_looked_at(opening: Opening, round_: dict[str, Any], plan: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Devices that no role but the paperwork looks at, with the policy's reason, or the limit as the reason."""
    looked = {host for part in plan if part["role"] not in PAPERWORK_ROLES for host in part["hosts"]}
    rest = [host for host in opening.groups.get("all", []) if host not in looked]
    selected = set(opening.hosts)
    entries: list[dict[str, Any]] = []
    for part in round_.get("not_included", []):
        members = [host for host in rest if host in opening.groups.get(part["group"], [])]
        if members:
            entries.append({"group": part["group"], "hosts": members, "count": len(members), "reason": part["reason"]})
        rest = [host for host in rest if host not in members]
    limited = [host for host in rest if host not in selected]
    if limited:
        reason = {"en": "Left out by --limit", "zh": "本次以 --limit 限定范围，未检查"}
        entries.append({"group": "limit", "hosts": limited, "count": len(limited), "reason": reason})
    rest = [host for host in rest if host in selected]
    if rest:
        reason = {"en": "No role of this round inspects this device", "zh": "本次巡检没有检查该设备的角色"}
        entries.append({"group": "other", "hosts": rest, "count": len(rest), "reason": reason})
    return entries


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user without a name
        return f"uid {os.getuid()}"


def _version() -> str:
    from importlib.metadata import version
    return version("pacs-rounds")


def _commit() -> tuple[str, bool]:
    """The checkout's commit and whether it differs from it; empty outside Git."""
    def git(*words: str) -> str:
        done = subprocess.run(["git", "-C", str(paths.ROOT), *words], capture_output=True, text=True, timeout=10,
                              check=False, env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"})
        return done.stdout.strip()

    try:
        return git("rev-parse", "HEAD"), bool(git("status", "--porcelain", "--untracked-files=no"))
    except (OSError, subprocess.TimeoutExpired):
        return "", False


@dataclass(slots=True)
class HostFacts:
    """What the conductor reads of one host's variables; everything else stays in the inventory."""

    host: str
    platform: str
    address: str
    baseline: dict[str, Any]
    contract: dict[str, Any]
    settings: dict[str, Any]
    rules: list[dict[str, Any]]
    waivers: list[dict[str, Any]]


def contract_row(run: dict[str, Any], host: str) -> dict[str, Any]:
    """The host's row in the contract's register as the run was opened with; empty for a host without one."""
    row: dict[str, Any] = run["devices"].get(host, {}).get("contract", {})
    return row


def host_facts(host: str, variables: Any, contract: dict[str, Any]) -> HostFacts:
    """From a mapping of variables (Ansible's task_vars or hostvars entry) and the host's row in the contract's register
    as the run has it: the whole register would be rendered anew for each host."""
    settings: dict[str, Any] = {
        "address": str(variables.get("ansible_host") or ""),
        "groups": sorted(variables.get("group_names") or [])}
    for name in ("dicom_aes", "rounds_calling_ae_title", "rounds_timezone", "rounds_legacy_ssh", "rounds_backup",
                 "rounds_postgres", "rounds_mssql",
                 "rounds_netmiko_type", "rounds_telnet"):
        value = variables.get(name)
        if value is not None:
            settings[name] = value
    if oracle := variables.get("rounds_oracle"):
        settings["oracle"] = site.without_secrets(plain(oracle))
    return HostFacts(
        host=host, platform=str(variables.get("rounds_platform") or "unknown"), address=settings["address"],
        baseline=plain(variables.get("baseline") or {}), contract=contract,
        settings=plain(settings),
        rules=plain(variables.get("check_rules") or []), waivers=plain(variables.get("waivers") or []))


def plain(value: Any) -> Any:
    """Plain Python data: Ansible's tagged strings and lazy containers must not reach records or pickles."""
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, bool):
        return bool(value)
    for kind in (str, int, float):
        if isinstance(value, kind):
            return value if type(value) is kind else kind(value)
    return None if value is None else str(value)  # a date that YAML made of 2026-12-31 is that word again


def prepare(run_dir: Path, run: dict[str, Any], role: str, patterns: list[str], transport: str,
            facts: HostFacts) -> Inputs:
    """Everything that decides this host's records besides its answers."""
    evidence = SiteEvidence(run_dir.parent.parent)
    folders = [evidence.find(name) for name in run["previous_runs"]]
    previous_run, previous = store.previous_records(folders, facts.host, role)
    checks = [check.id for check in catalogue.select(patterns)]
    return Inputs(
        run=run["run"], site=run["site"], host=facts.host, role=role, platform=facts.platform, transport=transport,
        checks=checks, commit=run["commit"], baseline=facts.baseline, contract=facts.contract, settings=facts.settings,
        rules=facts.rules, waivers=facts.waivers, previous=previous, previous_run=previous_run,
        device_fields=list(DEVICE_FIELDS)).narrowed()


def finish(run_dir: Path, inputs: Inputs, answers: list[Answer], key: bytes, redacted: bool = False) -> list[Record]:
    """Redact, keep, judge, record. What leaves this function on disk is all that ever will. `redacted`: whoever brings
    the answers has done it, and more strictly (config_round.taking)."""
    known = catalogue.load()
    # A server's database speaks its own language, with secrets of its own kind: its parser's platform names the rules.
    speaks = {one.command: one.parser.partition(".")[0] for name in inputs.checks for one in known[name].collect}
    kept = answers if redacted else [
        clean(inputs.platform, answer, key, speaks.get(answer.command, "")) for answer in answers]
    records = judge_host(inputs, kept, known)
    store.write_role(run_dir, inputs, kept, records)
    return records


def clean(platform: str, answer: Answer, key: bytes, also: str = "") -> Answer:
    """The answer as the archive keeps it: redacted by the rules of the host's platform and of what speaks there,
    storable as UTF-8, times in whole milliseconds."""
    text, detail = answer.text.encode("utf-8", errors="replace").decode("utf-8"), answer.detail
    for name in dict.fromkeys([platform, *({also} & set(redact.platforms()))]):
        text = redact.redact(name, text, key)[0] if text else ""
        detail = redact.redact(name, detail, key)[0] if detail else ""
    return replace(answer, text=text, detail=detail, started=round(answer.started, 3), ended=round(answer.ended, 3))


def rejudge(run_dir: Path, host: str, role: str) -> list[Record]:
    """The records again, from the archive's raw text and inputs alone."""
    inputs, answers = store.read_role(run_dir, host, role)
    return judge_host(inputs, answers, archived_catalogue(run_dir))


def archived_catalogue(run_dir: Path) -> dict[str, catalogue.Check]:
    """The checks as they were when the run was made."""
    entries = read_json(payload(run_dir) / "checks.json")
    checks = [catalogue.from_data(entry) for entry in entries]
    return {check.id: check for check in checks}
