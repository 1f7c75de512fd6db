"""The fabric as the switch sees it: members, name server, zoning."""

from __future__ import annotations

from pacs_rounds.lab.fos_device import FosDevice, answers

NO_ADDRESS = "0.0.0.0"  # noqa: S104  (what the switch prints where it has no IP over Fibre Channel)


def own_port_name(device: FosDevice, number: int) -> str:
    """The port's own WWN: the switch's with the port in the second byte."""
    return f"20:{number:02x}{str(device.state['wwn'])[5:]}"


@answers("fabricshow")
def fabric(device: FosDevice, _argument: str) -> str:
    """Every switch of the fabric; `>` marks the principal one."""
    members = [(int(device.state["domain"]), str(device.state["wwn"]), device.address, f'>"{device.switch_name}"')]
    members += [(int(one["domain"]), one["wwn"], one["address"], f' "{name}"')
                for name, one in device.state["other_switches"].items()]
    lines = ["Switch ID   Worldwide Name           Enet IP Addr    FC IP Addr      Name", "-" * 73]
    lines += [f"{domain:3d}: fffc{domain:02x} {wwn} {address:<15} {NO_ADDRESS:<15}{name}"
              for domain, wwn, address, name in sorted(members)]
    return "\n".join([*lines, "", f"The Fabric has {len(members)} switches"]) + "\n"


@answers("nsshow")
def name_server(device: FosDevice, _argument: str) -> str:
    """Every device that is logged in on this switch."""
    lines: list[str] = []
    new = device.release >= (6, 0)
    for number, port in device.ports.items():
        if port["state"] != "Online" or port["type"] != "F-Port" or not port["logged_in"]:
            continue
        pid = f"{device.state['domain']:02x}{number:02x}00"
        lines += [f" N    {pid};      3;{port['wwn']};{port['node']}; na", "    FC4s: FCP ",
                  f'    NodeSymb: [{len(port["symbol"])}] "{port["symbol"]}"',
                  f"    Fabric Port Name: {own_port_name(device, number)} "]
        if new:
            lines += [f"    Permanent Port Name: {port['wwn']}", f"    Port Index: {number}", "    Share Area: No",
                      "    Device Shared in Other AD: No", "    Redirect: No ", "    Partial: No"]
    count = sum(line.startswith(" N  ") for line in lines)
    if not count:
        return "There is no entry in the Local Name Server\n"
    head = ["{", " Type Pid    COS     PortName                NodeName                 TTL(sec)"]
    foot = f"The Local Name Server has {count} entr{'y' if count == 1 else 'ies'} }}"
    return "\n".join([*head, *lines, foot]) + "\n"


def _named(kind: str, name: str, members: list[str]) -> str:
    """A short name shares its line with its members."""
    text = "; ".join(members)
    return f" {kind}:\t{name}\t{text}" if len(name) < 8 else f" {kind}:\t{name}\n\t\t{text}"


@answers("cfgshow")
def zoning(device: FosDevice, _argument: str) -> str:
    """What is defined, and what is in effect; they differ where somebody saved a change without enabling it."""
    state = device.state["zoning"]
    if not state["cfg"]:
        return ("Defined configuration:\n no configuration defined\n\n"
                "Effective configuration:\n no configuration in effect\n\n")
    defined = {**state["zones"], **state["changed"]}
    lines = ["Defined configuration:", _named("cfg", state["cfg"], list(defined))]
    lines += [_named("zone", name, members) for name, members in defined.items()]
    lines += [_named("alias", name, [wwn]) for name, wwn in state["aliases"].items()]
    lines += ["", "Effective configuration:", f" cfg:\t{state['cfg']}\t"]
    for name, members in state["zones"].items():
        resolved = [str(state["aliases"].get(one, one)) for one in members]
        lines += [f" zone:\t{name}", *(f"\t\t{one}" for one in resolved)]
    return "\n".join(lines) + "\n\n"


@answers("zoneshow")
def zones(device: FosDevice, argument: str) -> str:
    """The same, as the older command prints it."""
    return zoning(device, argument)


@answers("cfgtransshow")
def transaction(device: FosDevice, _argument: str) -> str:
    """Whether somebody's change to the zoning is neither saved nor given up."""
    if device.state["zoning"]["transaction"]:
        return "Current transaction token is 0x4814\nIt is abortable\n"
    return "There is no outstanding zoning transaction\n"
