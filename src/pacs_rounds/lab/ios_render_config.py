"""Running and startup configuration, with secrets of every shape a redaction must find. All values are throw-away.

State `config`: unsaved (lines that stand only in the running configuration, under the hostname), saved (false: NVRAM
is empty), truncated (the text breaks off before its `end`).
"""

from __future__ import annotations

from pacs_rounds.lab import ios_text as text
from pacs_rounds.lab.ios_device import IosDevice, shows


def _top(device: IosDevice) -> str:
    software = device.state["software"]
    short = ".".join(software["version"].split("(")[0].split("."))
    return (
        f"version {short}\nno service pad\nservice timestamps debug datetime msec localtime show-timezone\n"
        "service timestamps log datetime msec localtime show-timezone\nservice password-encryption\n!\n"
        f"hostname {device.hostname}\n!\n")


def _secrets() -> str:
    return (
        "boot-start-marker\nboot-end-marker\n!\nlogging buffered 16384 informational\n"
        "enable secret 5 $1$lAbX$0nLyF0rTheL4bNotReal00\nenable password 7 0207055A0A0F0A2D\n!\n"
        "username rounds privilege 1 secret 5 $1$rNdS$Th1sIsAThr0wAwayHash0\n"
        "username admin privilege 15 password 7 13061E010803557878\n"
        "aaa new-model\naaa authentication login default group tacacs+ local\n"
        "aaa authorization exec default group tacacs+ local\n!\n")


def _interface(name: str, device: IosDevice) -> str:
    port = device.interfaces[name]
    lines = [f"interface {text.long(name)}"]
    if port["description"]:
        lines.append(f" description {port['description']}")
    if text.split(name)[0] == "Vl":
        lines.append(f" ip address {port['address'].partition('/')[0]} 255.255.255.0" if port["address"]
                     else " no ip address")
        return "\n".join([*lines, "!\n"])
    if port["vlan"] == "trunk":
        if device.family != "c2960s":
            lines.append(" switchport trunk encapsulation dot1q")
        lines += [" switchport trunk native vlan 99", " switchport mode trunk"]
    else:
        lines += [f" switchport access vlan {port['vlan']}"] if port["vlan"] != "1" else []
        lines.append(" switchport mode access")
    if port["channel"]:
        lines.append(f" channel-group {port['channel']} mode active")
    if port["status"] == "disabled":
        lines.append(" shutdown")
    if port["vlan"] != "trunk":
        lines.append(" spanning-tree portfast")
    return "\n".join([*lines, "!\n"])


def _bottom(device: IosDevice) -> str:
    state = device.state
    servers = "".join(f"ntp server {server}\n" for server in state["ntp"]["servers"]) \
        if state["ntp"]["state"] != "disabled" else ""
    hosts = "".join(f"logging {host}\n" for host in state["logging"]["hosts"])
    return (
        "ip classless\nno ip http server\nno ip http secure-server\n!\n"
        f"logging trap {state['logging']['trap']}\n{hosts}"
        "snmp-server community lab-r3ad-0nly RO 10\nsnmp-server community lab-wr1te RO 11\n"
        "snmp-server host 127.13.0.5 version 2c lab-trap-word\n"
        "tacacs-server host 127.13.0.6\ntacacs-server key 7 070C285F4D06485744\n"
        "radius-server host 127.13.0.6 auth-port 1812 acct-port 1813 key 7 01100F175804575D72\n!\n"
        "control-plane\n!\nbanner login ^C\nImaging network. Authorised maintenance only.\n^C\n"
        "alias exec sib show ip interface brief\n!\n"
        "line con 0\n password 7 045802150C2E1D1C5A\n logging synchronous\nline vty 0 4\n"
        " exec-timeout 10 0\n password 7 094F471A1A0A464058\n transport input ssh\n"
        "line vty 5 15\n transport input ssh\n!\n"
        f"ntp authentication-key 1 md5 1511021F07257A767B 7\nntp clock-period 36029056\n{servers}end\n\n")


def _whole(device: IosDevice, running: bool) -> str:
    state = device.state
    if device.typed:
        return device.typed.text() if running else device.typed.saved or ""
    zone = state["timezone"]
    vlans = "" if state["vtp"]["mode"] != "transparent" else "".join(
        f"vlan {number}\n name {told['name']}\n!\n" for number, told in state["vlans"].items()
        if told and int(number) not in (1,))
    lines = [_top(device)]
    if running:
        lines += [f"{line}\n" for line in state["config"]["unsaved"]]
    lines += [_secrets(), f"clock timezone {zone['name']} {zone['hours']}\n", _stack(device),
              f"vtp domain {state['vtp']['domain']}\nvtp mode {state['vtp']['mode']}\nvtp password lab-vtp-w0rd\n!\n",
              f"spanning-tree mode {state['spanning_tree']['mode']}\nspanning-tree portfast bpduguard default\n"
              "spanning-tree extend system-id\n", _priority(device),
              "!\nvlan internal allocation policy ascending\n!\n",
              vlans, *(_interface(name, device) for name in sorted(device.interfaces, key=_config_order)),
              _bottom(device)]
    whole = "".join(lines)
    return whole[:len(whole) * 2 // 3] if state["config"]["truncated"] else whole


def _config_order(name: str) -> tuple[int, tuple[int, list[int]]]:
    """Bundles first, VLAN interfaces last."""
    return {"Po": 0, "Vl": 2}.get(text.split(name)[0], 1), text.order(name)


def _stack(device: IosDevice) -> str:
    return "".join(f"switch {number} provision {device.state['pid'].lower()}\n" for number in device.state["members"])


def _priority(device: IosDevice) -> str:
    told = device.state["spanning_tree"]
    if told["priority"] == 32768:
        return ""
    vlans = ",".join(str(number) for number in sorted(int(number) for number in device.state["vlans"]))
    return f"spanning-tree vlan {vlans} priority {told['priority']}\n"


def _stamp(device: IosDevice, days: float) -> str:
    zone = device.state["timezone"]
    return text.moment(device.born - days * 86400, zone["name"], zone["hours"], milliseconds=False)


@shows("show running-config", privileged=True)
def running(device: IosDevice, _argument: str) -> str:
    """What the switch does now."""
    body = _whole(device, running=True)
    changed = "" if device.family == "c3750" else (
        f"!\n! Last configuration change at {_stamp(device, 40)} by admin\n"
        f"! NVRAM config last updated at {_stamp(device, 40)} by admin\n")
    return f"Building configuration...\n\nCurrent configuration : {len(body)} bytes\n{changed}!\n{body}"


@shows("show startup-config", privileged=True)
def startup(device: IosDevice, _argument: str) -> str:
    """What it would do after a power cut."""
    if not device.state["config"]["saved"] or (device.typed and device.typed.saved is None):
        return "startup-config is not present\n"
    body = _whole(device, running=False)
    changed = "" if device.family == "c3750" else f"!\n! NVRAM config last updated at {_stamp(device, 40)} by admin\n"
    return f"Using {len(body)} out of 524288 bytes\n{changed}!\n{body}"
