"""A survey of the simulated hospital without its network: every device's answers rendered, parsed and graded here."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

from pacs_rounds import parse
from pacs_rounds.cabling import grade, register, views
from pacs_rounds.cabling.seen import View
from pacs_rounds.cabling.survey import Survey
from pacs_rounds.lab import hospital, linux_files
from pacs_rounds.lab.emc_vnx_system import port_list
from pacs_rounds.lab.fos_device import FosDevice
from pacs_rounds.lab.ios_device import IosDevice
from pacs_rounds.lab.kinds import Device

IOS = ("show cdp neighbors detail", "show lldp neighbors detail", "show mac address-table", "show ip arp",
       "show etherchannel summary", "show interfaces status", "show inventory")
FOS = ("switchshow", "nsshow", "sfpshow")
NOW = 1.79e9
FC = ("port_name", "node_name", "port_state", "fabric_name", "port_id", "speed")


def scenario(folder: Path, cabling: str, more: str = "") -> Path:
    """A scenario file with only its cables changed."""
    path = folder / "cables.yml"
    head = "title: {en: cables, zh: 线缆}\nwhy: planted for one test\n"
    path.write_text(f"{head}cabling: {cabling}\n{more}\nexpect: []\n", encoding="utf-8")
    return path


def answers(device: Device) -> dict[str, str]:
    """Parser -> text."""
    if "ios" in device.kinds:
        switch = IosDevice(device.name, device.address, device.state, lambda: NOW)
        return {f"cisco_ios.{one.replace(' ', '_').replace('-', '_')}": switch.output(one, "") for one in IOS}
    if "fos" in device.kinds:
        san = FosDevice(device.name, device.address, device.state, lambda: NOW)
        return {f"brocade_fos.{one}": san.output(one) for one in FOS}
    if "emc_vnx" in device.kinds:
        return {"emc_vnx.port": port_list(SimpleNamespace(state=device.state), "a")}  # type: ignore[arg-type]
    if "linux" in device.kinds:
        files = linux_files.still(device.state, NOW, NOW - 1e7)

        def grep(tree: str, names: tuple[str, ...]) -> str:
            return "".join(f"{path}:{text}" for path, text in files.items()
                           if path.startswith(tree) and path.rpartition("/")[2] in names)

        bonds = "".join(f"== {path}\n{text}" for path, text in files.items() if path.startswith("/proc/net/bonding"))
        return {"linux.bonding": bonds, "linux.net_addresses": grep("/sys/class/net", ("address", "carrier")),
                "linux.fc_hosts": grep("/sys/class/fc_host", FC)}
    return {}


def seen(devices: dict[str, Device]) -> dict[str, View]:
    """The view of every device that answers."""
    found = {}
    for name, device in devices.items():
        told = {parser: parse.parse(parser, text) for parser, text in answers(device).items()}
        if told:
            found[name] = views.view(name, told, dict.fromkeys(told, "0" * 64))
    return found


def survey(path: Path | None = None) -> Survey:
    """The whole survey."""
    known, devices = register.load("lab"), hospital.load(path)
    addresses = {name: device.address for name, device in devices.items() if name in known.devices}
    return grade.survey(known, seen(devices), addresses)
