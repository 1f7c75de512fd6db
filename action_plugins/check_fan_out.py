"""The conductor, second door: all hosts of the play side by side, for transports that start on the control node.

One task, one process, one deadline per host. The core behind it is the same as behind check_run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.plugins.action import ActionBase

from pacs_rounds import background, catalogue, rounds
from pacs_rounds.catalogue import Collect
from pacs_rounds.evidence import keys
from pacs_rounds.evidence.layout import read_json
from pacs_rounds.fan_out import side_by_side
from pacs_rounds.model import Answer, BadInput, Outcome, gravest
from pacs_rounds.transports import inventory, records, replay, several
from pacs_rounds.transports.endpoint import UNKNOWN, Endpoint

TRANSPORTS = (*several.MODULES, "configs", "dicom", "inventory", "records")

WAYS = ("snmp", "naviseccli", "ipmi", "oracle")
"""Transports with settings of their own: rounds_snmp, rounds_naviseccli, … in the inventory."""


class ActionModule(ActionBase):
    """Runs once for the play, for every host still in it."""

    BYPASS_HOST_LOOP = True
    TRANSFERS_FILES = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Args: checks, role (default: the calling role), transport, deadline (seconds per host), workers, wait."""
        super().run(tmp, task_vars)
        variables = task_vars or {}
        _, arguments = self.validate_argument_spec({
            "checks": {"type": "list", "elements": "str", "required": True}, "role": {"type": "str"},
            "transport": {"type": "str", "choices": list(TRANSPORTS), "required": True},
            "deadline": {"type": "float", "default": 120.0}, "workers": {"type": "int", "default": 32},
            "wait": {"type": "bool", "default": True}})
        folder = variables.get("ansible_facts", {}).get("rounds_run_dir")
        if not folder:
            raise AnsibleActionFail("no round is open: the playbook must begin with the role round_open")
        role = arguments["role"] or variables.get("ansible_role_name") or "no_role"
        try:
            if arguments["wait"] or arguments["transport"] == "records":  # which waits for those in the background
                return self._round(Path(folder), role, arguments, variables)
            background.start(Path(folder), role, lambda: self._round(Path(folder), role, arguments, variables))
            return {"changed": False, "started": True}
        except (BadInput, OSError) as error:
            raise AnsibleActionFail(f"{role} could not be recorded: {error}") from None

    def _round(self, run_dir: Path, role: str, arguments: dict[str, Any], variables: dict[str, Any]) -> dict[str, Any]:
        run = read_json(run_dir / "run.json")
        hosts = [str(host) for host in variables["ansible_play_hosts"]]
        hostvars = {host: variables["hostvars"][host] for host in hosts}
        facts = {host: rounds.host_facts(host, seen, rounds.contract_row(run, host))
                 for host, seen in hostvars.items()}
        commands = catalogue.commands(catalogue.select(arguments["checks"]))
        key = keys.redaction_key(run["site"])
        outcomes: list[Outcome] = []
        for host, answers in self._answers(run_dir, run, facts, commands, arguments, hostvars):
            transport = "replay" if run.get("replay") else arguments["transport"]
            inputs = rounds.prepare(run_dir, run, role, arguments["checks"], transport, facts[host])
            judged = rounds.finish(run_dir, inputs, answers, key, redacted=transport == "configs")
            outcomes += [Outcome(record["outcome"]) for record in judged]
        return {"changed": False, "outcome": str(gravest(outcomes)), "records": len(outcomes), "hosts": len(hosts)}

    def _answers(self, run_dir: Path, run: dict[str, Any], facts: dict[str, rounds.HostFacts],
                 commands: Sequence[Collect], arguments: dict[str, Any],
                 hostvars: dict[str, Any]) -> Iterator[tuple[str, list[Answer]]]:
        transport = arguments["transport"]
        if transport == "inventory":
            yield from _from_inventory(run, facts, commands)
        elif transport == "records":
            for role, fault in background.wait(run_dir, background.WAIT_SECONDS).items():
                self._display.warning(f"{role}: {fault}")
            known = records.gather(run_dir, run, commands, {host: fact.settings for host, fact in facts.items()})
            yield from ((host, records.ask(run["site"], host, known, commands)) for host in facts)
        elif run.get("replay"):
            yield from ((host, replay.ask(Path(run["replay"]), host, commands, fact.platform))
                        for host, fact in facts.items())
        elif transport == "dicom":
            yield from _from_dicom(facts, commands, arguments)
        elif transport == "configs":
            yield from _from_copies(run, facts, commands, arguments, hostvars)
        else:
            endpoints = [_reach(fact, hostvars[host], arguments["deadline"]) for host, fact in facts.items()]
            yield from side_by_side(endpoints, commands, several.asker(transport, commands),
                                    arguments["workers"])


def _from_inventory(run: dict[str, Any], facts: dict[str, rounds.HostFacts],
                    commands: Sequence[Collect]) -> Iterator[tuple[str, list[Answer]]]:
    site = inventory.as_text({"devices": {host: {"groups": device["groups"], "contract": device["contract"]}
                        for host, device in run["devices"].items()
                        if {"contract_devices", "servers"} & set(device["groups"])},
            "software_scope": run.get("software_scope") or []})
    planned = _planned(run)
    for host, fact in facts.items():
        device = _device(fact, planned.get(host, []))
        yield host, inventory.ask({"inventory device": device, "inventory site": site}, commands)


def _planned(run: dict[str, Any]) -> dict[str, list[str]]:
    """The roles that this round plans for each host."""
    planned: dict[str, list[str]] = {}
    for part in run["plan"]:
        for host in part["hosts"]:
            planned.setdefault(host, []).append(part["role"])
    return planned


def _device(fact: rounds.HostFacts, roles: list[str]) -> str:
    return inventory.as_text({
        "host": fact.host, "groups": fact.settings["groups"], "address": fact.address, "platform": fact.platform,
        "contract": fact.contract, "roles_planned": roles,
        "legacy_ssh": fact.settings.get("rounds_legacy_ssh", {}), "telnet": fact.settings.get("rounds_telnet", {}),
        "netmiko_type": fact.settings.get("rounds_netmiko_type", "")})


def _from_dicom(facts: dict[str, rounds.HostFacts], commands: Sequence[Collect],
                arguments: dict[str, Any]) -> Iterator[tuple[str, list[Answer]]]:
    from pacs_rounds.transports import dicom

    peers = [peer for host, fact in facts.items()
             for peer in dicom.peers_of(host, fact.address, fact.settings.get("dicom_aes"))]
    calling = next((fact.settings["rounds_calling_ae_title"] for fact in facts.values()
                    if fact.settings.get("rounds_calling_ae_title")), dicom.DEFAULT_CALLING)
    echoes = dicom.echo_peers(peers, calling_ae_title=calling, timeout=min(10.0, arguments["deadline"]))
    for host in facts:
        yield host, dicom.answers([echo for echo in echoes if echo.host == host], commands)


def _from_copies(run: dict[str, Any], facts: dict[str, rounds.HostFacts], commands: Sequence[Collect],
                 arguments: dict[str, Any], hostvars: dict[str, Any]) -> Iterator[tuple[str, list[Answer]]]:
    """Each device is asked for its own platform's documents; as it comes home its copy is taken, one at a time, and
    what the inventory says of it is put beside the answers."""
    from pacs_rounds.config_round import taking
    from pacs_rounds.config_round.plan import behind, plans

    first = hostvars[next(iter(facts))]
    desk = taking.desk(run["site"], run["run"], Path(str(first.get("inventory_dir") or "")), _copy_settings(first),
                       keys.redaction_key(run["site"]))
    planned = _planned(run)
    groups = {host: fact.settings["groups"] for host, fact in facts.items()}
    wanted = {host: [*plans()[fact.platform].asked(planned.get(host, [])),
                     *(other.commands() if (other := behind(groups[host])) else [])] if fact.platform in plans() else []
              for host, fact in facts.items()}
    names = inventory.as_text({
        "hosts": {host: facts[host].address if host in facts else "" for host in run["devices"]}})
    endpoints = [_reach(fact, hostvars[host], arguments["deadline"]) for host, fact in facts.items()]
    asker = several.asker("network_cli", [one for mine in wanted.values() for one in mine])
    agreed = [one for one in commands if one.command.startswith("inventory ")]
    for host, answers in side_by_side(endpoints, wanted, asker, arguments["workers"]):
        register = {"inventory device": _device(facts[host], planned.get(host, [])), "inventory hosts": names}
        taken = taking.take_home(desk, host, facts[host].platform, answers, groups[host])
        yield host, [*taken, *inventory.ask(register, agreed)]


def _copy_settings(variables: Any) -> dict[str, Any]:
    """The site's rounds_configs; a variable that cannot be rendered is a fault that every device's record names."""
    try:
        settings: dict[str, Any] = rounds.plain(variables.get("rounds_configs") or {})
    except AnsibleError as error:
        return {"fault": f"rounds_configs cannot be used: {' '.join(str(error).split())[:160]}"}
    return settings


def _reach(fact: rounds.HostFacts, variables: Any, deadline: float) -> Endpoint:
    """The host's endpoint. A variable that cannot be rendered (a vault's, say) costs this host only."""
    try:
        return _endpoint(fact, variables, deadline)
    except (AnsibleError, ValueError) as error:
        words = " ".join(str(error).split())[:160]
        return Endpoint(fact.host, "", fault=f"the inventory's variables of {fact.host} cannot be used: {words}")


def _endpoint(fact: rounds.HostFacts, variables: Any, deadline: float) -> Endpoint:
    """From one host's variables; secrets come templated from the vault and stay in this object."""
    password = _text(variables.get("ansible_password"))
    inventory_dir = str(variables.get("inventory_dir") or "")
    return Endpoint(
        host=fact.host, address=fact.address, port=_port(variables.get("ansible_port")),
        user=str(variables.get("ansible_user") or ""), password=password,
        enable_secret=_text(variables.get("rounds_enable_secret")),
        key_file=None if password else _text(variables.get("ansible_ssh_private_key_file")),
        known_hosts=str(Path(inventory_dir) / "known_hosts.txt"), platform=fact.platform,
        netmiko_type=str(variables.get("rounds_netmiko_type") or "cisco_ios"),
        legacy_ssh=rounds.plain(variables.get("rounds_legacy_ssh") or {}),
        ways={**{name: rounds.plain(variables.get(f"rounds_{name}") or {}) for name in WAYS},
              "human": {"site": Path(inventory_dir).name}},
        connect_seconds=float(variables.get("rounds_connect_seconds") or 10), deadline_seconds=deadline)


def _port(value: Any) -> int:
    """22 where nothing is written, 0 for what nobody has filled in yet."""
    return 0 if str(value) == UNKNOWN else int(value or 22)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
