"""Front-end ports, logins of the hosts' adapters (HBAs), paths per host."""

from __future__ import annotations

from typing import Any

from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.emc_vnx.common import Told, either, listed, said, word
from pacs_rounds.model import Context, NotApplicable, Row

_COMMAND = "port -list -all"
_LEAST_PATHS = 2


def _label(one: dict[str, Any]) -> str:
    return f"{one['sp']}-{one['port']}"


@derivation("emc_vnx.fc_port_state")
def fc_port_state(data: Data, context: Context) -> list[Row]:
    """A row per front-end port of the baseline (sp_ports)."""
    wanted = listed(context, "sp_ports")
    if not wanted:
        raise NotApplicable("the baseline names no front-end port (sp_ports)")
    told = either(data, context, _COMMAND)
    if not isinstance(told, Told):
        return told
    known = {_label(one): one for one in told.data["ports"]}
    rows: list[Row] = []
    for name in wanted:
        one = known.get(name)
        if one is None:
            rows.append({"port": name, "state": "absent",
                         "detail": said("listed in the baseline, not on the array", told.remark)})
            continue
        link, status = word(one.get("link_status")), word(one.get("port_status"))
        state = "up" if link == "up" and status in {"online", "enabled"} else \
            status if link == "up" else link or "not_told"
        rows.append({"port": name, "state": state, "detail": said(
            f"link {one.get('link_status')}, port {one.get('port_status')}", f"speed {one.get('speed_value')}",
            f"SFP {one.get('sfp_state')}", told.remark)})
    return rows


def _servers(told: Told) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """Server name -> (HBA, what it says of one SP port), for each registered path."""
    found: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    for hba in told.data["initiators"]:
        paths = found.setdefault(str(hba.get("server_name") or hba["hba_uid"]), [])
        paths += [(hba["hba_uid"], port) for port in hba["ports"]]
    return found


@derivation("emc_vnx.initiator_logins")
def initiator_logins(data: Data, context: Context) -> list[Row]:
    """A row per server and SP port of the baseline (initiators), and one per server that is logged in without being in
    it. Arrays and switches of their own register too; they are in no storage group and no row."""
    wanted = context.baseline.get("initiators") or {}
    if not wanted:
        raise NotApplicable("the baseline names no initiators")
    told = either(data, context, _COMMAND)
    if not isinstance(told, Told):
        return told
    servers = _servers(told)
    rows: list[Row] = []
    for server, ports in wanted.items():
        for port in map(str, ports):
            paths = [one for _, one in servers.get(server, []) if _label(one) == port]
            logged = sum(one.get("logged_in") is True for one in paths)
            state = "logged_in" if logged else "not_logged_in" if paths else "not_registered"
            rows.append({"login": f"{server} {port}", "state": state, "detail": said(
                f"{logged} of {len(paths)} registered adapters are logged in", told.remark)})
    for server, known in servers.items():
        groups = {str(one.get("storagegroup_name")) for _, one in known if one.get("logged_in") is True}
        if server not in wanted and groups - {"None", "~management", "~filestorage"}:
            rows.append({"login": server, "state": "not_in_baseline",
                         "detail": f"logged in, storage group {', '.join(sorted(groups))}"})
    return rows


@derivation("emc_vnx.host_paths")
def host_paths(data: Data, context: Context) -> list[Row]:
    """A row per host of the baseline (host_paths, else initiators): logged-in paths, and over both SPs."""
    counts = context.baseline.get("host_paths") or {
        name: max(_LEAST_PATHS, len(ports)) for name, ports in (context.baseline.get("initiators") or {}).items()}
    if not counts:
        raise NotApplicable("the baseline names no hosts (host_paths or initiators)")
    told = either(data, context, _COMMAND)
    if not isinstance(told, Told):
        return told
    servers = _servers(told)
    rows: list[Row] = []
    for host, least in counts.items():
        logged = [one for _, one in servers.get(host, []) if one.get("logged_in") is True]
        sps = sorted({one["sp"] for one in logged})
        state = "no_path" if not logged else "one_sp" if len(sps) < 2 <= least else \
            "too_few_paths" if len(logged) < least else "enough_paths"
        rows.append({"host": host, "state": state, "detail": said(
            f"{len(logged)} paths, at least {least} agreed", f"over SP {' and '.join(sps)}" if sps else "",
            told.remark)})
    return rows
