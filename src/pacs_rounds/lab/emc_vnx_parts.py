"""What a VNX says of its parts: faults, field-replaceable units, disks, RAID groups. Pure."""

from __future__ import annotations

from pacs_rounds.lab.emc_vnx_device import State, VnxDevice, members, place
from pacs_rounds.lab.emc_vnx_system import aligned

NORMAL = "The array is operating normally.\n"


def faults_list(device: VnxDevice, sp: str) -> str:
    """The verdict in one line, or what is faulted."""
    told = device.state["sps"][sp]
    found = [] if told["faults_unseen"] else device.faulted()
    if not told["peer_alive"]:
        found = [(f"SP {'B' if sp == 'a' else 'A'}", "Removed"), *found]
    found = list(dict.fromkeys(found))
    if not found:
        return NORMAL
    lines = "".join(f"{name} : {word}\n" for name, word in found)
    return f"Faulted Subsystem: {device.state['model']}\n\n\n{lines}"


def getcrus(device: VnxDevice, _sp: str) -> str:
    """Every part of every enclosure and its state."""
    state, text = device.state, ""
    for number, (enclosure, cabinet) in enumerate(state["enclosures"].items()):
        bus, which = enclosure.split("_")
        begin = f"Bus {bus} Enclosure {which} "
        text += ("\n" if number else "") + f"{cabinet} {begin.strip()}\n"
        own = [name for name in state["crus"] if name.startswith(begin) or (not number and not name.startswith("Bus "))]
        for name in own:
            text += f"{name + ' State:':<28}{state['crus'][name]}\n" if not name.startswith("Bus ") \
                else f"{name} State: {state['crus'][name]}\n"
        for name in own:
            if " LCC " in name and state["crus"][name] == "Present":
                text += f"{name} Revision: 1.33\n"
        for name in own:
            if " LCC " in name and state["crus"][name] == "Present":
                text += f"{name} Serial #: JWXEL{device.drawn(name, low=100000000, high=999999999)}\n"
    return text


def getdisk(device: VnxDevice, _sp: str) -> str:
    """Every slot. An empty slot, and a disk that was pulled out, print their state only."""
    return "\n".join(_disk(device, slot, disk) for slot, disk in device.state["disks"].items())


def _disk(device: VnxDevice, slot: str, disk: State) -> str:
    head = f"{place(slot).replace(' Disk', '  Disk')}\n"
    if disk["state"] in {"Empty", "Removed"}:
        return head + aligned([("State", disk["state"])], 25)
    kind, group = device.state["disk_types"][disk["type"]], str(disk["group"])
    uptime, spare = device.uptime(), disk["state"].startswith("Hot Spare")
    raid = group.removeprefix("RAID group ") if group.startswith("RAID") else ""
    reads, writes = (round(uptime * rate) for rate in ((31, 12) if group and not spare else (0, 0)))
    rebuilt, bound = ((disk["rebuilt_percent"] if spare else f"0: {disk['rebuilt_percent']}", "0: 100") if group
                      else ("Unbound", "Unbound"))
    text = head + aligned([
        ("Vendor Id", kind["vendor"]), ("Product Id", kind["product"]), ("Product Revision", kind["revision"]),
        ("Lun", "0" if group else "Unbound"), ("Type", "N/A"), ("State", disk["state"]),
        ("Hot Spare", "YES" if spare else "NO" if group else "N/A"), ("Prct Rebuilt", rebuilt), ("Prct Bound", bound),
        ("Serial Number", _serial(device, slot)), ("Sectors", "0 (0)"), ("Capacity", kind["capacity_mb"]),
        ("Private", "0: 69704" if group else "Unbound"),
        ("Bind Signature", "N/A, " + ", ".join(slot.split("_")[1:])),
        ("Hard Read Errors", disk["hard_read_errors"]), ("Hard Write Errors", disk["hard_write_errors"]),
        ("Soft Read Errors", disk["soft_read_errors"]), ("Soft Write Errors", disk["soft_write_errors"])], 25)
    text += "Read Retries:     N/A\nWrite Retries:    N/A\n" + aligned([
        ("Remapped Sectors", "N/A"), ("Number of Reads", reads), ("Number of Writes", writes),
        ("Number of Luns", 1 if group else 0), ("Raid Group ID", raid or "This disk does not belong to a RAIDGroup"),
        ("Clariion Part Number", "DG118032714"), ("Request Service Time", "N/A"), ("Read Requests", reads),
        ("Write Requests", writes), ("Kbytes Read", reads * 61), ("Kbytes Written", writes * 22)], 25)
    text += f"Stripe Boundary Crossing: None\nDrive Type:              {kind['drive']}\n"
    text += f"Clariion TLA Part Number:{kind['part']}\n" + aligned([
        ("User Capacity", f"{kind['capacity_mb'] / 1024:.6f}" if group else 0),
        ("Idle Ticks", round(uptime * 93)), ("Busy Ticks", round(uptime * 7))], 25)
    return text + f"Current Speed: {kind['speed']}\nMaximum Speed: {kind['speed']}\n"


def _serial(device: VnxDevice, slot: str) -> str:
    letters = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
    drawn, text = device.drawn("disk", slot, high=len(letters) ** 7), ""
    for _ in range(7):
        drawn, at = divmod(drawn, len(letters))
        text += letters[at]
    return f"6{text}"


def getrg(device: VnxDevice, _sp: str) -> str:
    """RAID groups with their disks and LUNs."""
    state = device.state
    texts = []
    for number, group in state["raid_groups"].items():
        disks = members(state, f"RAID group {number}")
        luns = [one for one, lun in state["group_luns"].items() if lun["group"] == number]
        names = [place(slot).replace(" Disk", "  Disk") for slot in disks] or [""]
        raw = sum(state["disk_types"][state["disks"][slot]["type"]]["capacity_mb"] * 2048 for slot in disks)
        text = aligned([("RaidGroup ID", number), ("RaidGroup Type", group["type"]),
                        ("RaidGroup State", group["state"]), ("List of disks", names[0])], 43)
        text += "".join(f"{'':<43}{name}\n" for name in names[1:])
        texts.append(text + aligned([
            ("List of luns", " ".join(luns) or "Not Available"), ("Max Number of disks", 16),
            ("Max Number of luns", 256), ("Raw Capacity (Blocks)", raw),
            ("Logical Capacity (Blocks)", raw * (len(disks) - 1) // max(len(disks), 1)),
            ("Free Capacity (Blocks,non-contiguous)", group["free_blocks"]),
            ("Free contiguous group of unbound segments", group["free_blocks"]), ("Defrag/Expand priority", "N/A"),
            ("Percent defragmented", "N/A"), ("Percent expanded", "N/A"), ("Disk expanding onto", "N/A"),
            ("Lun Expansion enabled", "NO"), ("Legal RAID types", group["type"])], 43))
    return "\n".join(texts)
