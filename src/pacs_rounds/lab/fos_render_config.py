"""The settings of a Fabric OS switch as configshow prints them: a flat list on 5.x, sections from 6.x on.

Secrets of every shape a redaction must find are in it; all values are throw-away. `config_changed` in the state holds
lines that somebody set since: {"fabric.ops.BBCredit": "12"}.
"""

from __future__ import annotations

from pacs_rounds.lab.fos_device import FosDevice, answers


def _settings(device: FosDevice) -> dict[str, str]:
    state = device.state
    settings = {
        "switch.name": device.switch_name, "switch.domain": str(state["domain"]), "fabric.ops.BBCredit": "16",
        "fabric.ops.E_D_TOV": "2000", "fabric.ops.R_A_TOV": "10000", "ts.clockServer": ";".join(state["clock_servers"]),
        "ts.tzh": str(state["timezone"]["hours"]), "rte.externalPolicy": "3", "syslog.address.1": "127.13.1.9",
        "snmp.snmpv1Community.0": "lab-fos-wr1te", "snmp.snmpv1Community.3": "lab-fos-r3ad",
        "snmp.agtParty.0.trapRcp": "127.13.0.5", "radius.1.secret": "lab-fos-rad1us", "telnet.enabled": "0",
    }
    return {**settings, **{str(key): str(value) for key, value in state["config_changed"].items()}}


def _zoning(device: FosDevice) -> list[str]:
    state = device.state["zoning"]
    lines = [f"cfg.{state['cfg']}:{';'.join(state['zones'])}"] if state["cfg"] else []
    lines += [f"zone.{name}:{';'.join(members)}" for name, members in state["zones"].items()]
    lines += [f"alias.{name}:{wwn}" for name, wwn in state["aliases"].items()]
    return [*lines, f"enable:{state['cfg']}"]


@answers("configshow")
def configuration(device: FosDevice, argument: str) -> str:
    """All of it. 5.x knows no -all; 6.x and 7.x leave the chassis and the zoning out without it."""
    if device.release < (6, 0) and argument:
        return "Usage: configshow [\"filter\"]\n"
    boot = [f"boot.ipa:{device.address}", f"boot.licid:{device.state['wwn']}", "boot.mac:00:05:1e:00:00:01"]
    body = sorted(f"{key}:{value}" for key, value in _settings(device).items())
    if device.release < (6, 0):
        return "\n".join(["[Configuration upload Information]", "Configuration Format = 1.1",
                          f"date = {device.local():%a %b %d %H:%M:%S %Y}", "", "[Boot Parameters]", *boot, "",
                          "[Configuration]", *body, "", "[Zoning]", *_zoning(device), "", "[End]"]) + "\n"
    lines = ["[Configuration upload Information]", "Configuration Format = 3.0",
             f"date = {device.local():%a %b %d %H:%M:%S %Y}", f"FOS version = {device.state['release']}", ""]
    if argument:
        lines += ["[Chassis Configuration Begin]", "[fcRouting]", "[Chassis Configuration]", *boot,
                  "[Chassis Configuration End]", f"date = {device.local():%a %b %d %H:%M:%S %Y}", ""]
    lines += [f"[Switch Configuration Begin : {device.state['fabric_id'] - 128}]", f"SwitchName = {device.switch_name}",
              "[Boot Parameters]", *boot, "[Configuration]", *body]
    lines += ["[Zoning]", *_zoning(device)] if argument else []
    return "\n".join([*lines, f"[Switch Configuration End : {device.state['fabric_id'] - 128}]"]) + "\n"
