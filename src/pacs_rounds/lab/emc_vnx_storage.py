"""What a VNX says of its space: pools, LUNs, mirrors, snapshots. Pure."""

from __future__ import annotations

from pacs_rounds.lab.emc_vnx_device import State, VnxDevice, blocks, members, place

Pairs = list[tuple[str, object]]


def _lines(pairs: Pairs) -> str:
    """`Name:  value`, as the younger commands write it."""
    return "".join(f"{name}:  {value}\n" for name, value in pairs)


def _sizes(name: str, gigabytes: float) -> Pairs:
    return [(f"{name} (Blocks)", blocks(gigabytes)), (f"{name} (GBs)", f"{gigabytes:.3f}")]


def pool_list(device: VnxDevice, _sp: str) -> str:
    """Storage pools with tiers and disks."""
    return "\n\n".join(_pool(device.state, number, pool) for number, pool in device.state["pools"].items())


def _pool(state: State, number: str, pool: State) -> str:
    user, consumed, subscribed = pool["user_gb"], pool["consumed_gb"], pool["subscribed_gb"]
    disks = [place(slot) for slot in members(state, f"pool {number}")]
    luns = [lun for lun, told in state["luns"].items() if told["pool"] == number]
    running = "None" if pool["operation"] == "None" else "In Progress"
    head = _lines([
        ("Pool Name", pool["name"]), ("Pool ID", number), ("Raid Type", pool["raid"]),
        ("Percent Full Threshold", pool["threshold_percent"]), ("Description", ""), ("Disk Type", pool["disk_type"]),
        ("State", pool["state"]), ("Status", pool["status"]), ("Current Operation", pool["operation"]),
        ("Current Operation State", "N/A" if running == "None" else running), ("Current Operation Status", "N/A"),
        ("Current Operation Percent Completed", 0), *_sizes("Raw Capacity", user * 1.24),
        *_sizes("User Capacity", user), *_sizes("Consumed Capacity", consumed),
        *_sizes("Available Capacity", max(0.0, user - consumed)), ("Percent Full", f"{100 * consumed / user:.3f}"),
        *_sizes("Total Subscribed Capacity", subscribed), ("Percent Subscribed", f"{100 * subscribed / user:.3f}"),
        *_sizes("Oversubscribed by", max(0.0, subscribed - user))])
    tier = "\n" + _lines([
        ("Tier Name", "Capacity"), ("Raid Type", pool["raid"]), ("User Capacity (GBs)", f"{user:.2f}"),
        ("Consumed Capacity (GBs)", f"{consumed:.2f}"),
        ("Available Capacity (GBs)", f"{max(0.0, user - consumed):.2f}"),
        ("Percent Subscribed", f"{100 * consumed / user:.2f}%"), ("Disks (Type)", "")])
    tier += "".join(f"\n{disk} ({pool['disk_type']})\n" for disk in disks)
    tail = "\nRebalance Percent Complete:  N/A\nDisks:  \n" + "".join(f"\n{disk}\n" for disk in disks)
    return head + tier + tail + _lines([("LUNs", ", ".join(luns)), ("FAST Cache", "N/A")])


def lun_list(device: VnxDevice, sp: str) -> str:
    """LUNs of pools."""
    return "\n\n".join(_lun(device, sp, number, lun) for number, lun in device.state["luns"].items())


def _lun(device: VnxDevice, sp: str, number: str, lun: State) -> str:
    reads, writes = round(device.uptime() * 88), round(device.uptime() * 37)
    pool = device.state["pools"][lun["pool"]]
    return f"LOGICAL UNIT NUMBER {number}\n" + _lines([
        ("Name", lun["name"]), ("UID", lun["uid"]), ("Current Owner", f"SP {lun['current']}"),
        ("Default Owner", f"SP {lun['default']}"), ("Allocation Owner", f"SP {lun['default']}"),
        *_sizes("User Capacity", lun["gb"]), *_sizes("Consumed Capacity", lun["gb"] + 112.0),
        ("Pool Name", pool["name"]), ("Raid Type", pool["raid"]), ("Disk Type", pool["disk_type"]), ("Offset", 0),
        ("Auto-Assign Enabled", "DISABLED"), ("Auto-Trespass Enabled", "DISABLED"),
        ("Current State", lun["state"]), ("Status", lun["status"]),
        ("Is Faulted", "true" if lun["faulted"] else "false"), ("Is Transitioning", "false"),
        ("Current Operation", "None"), ("Current Operation State", "N/A"), ("Current Operation Status", "N/A"),
        ("Current Operation Percent Completed", 0),
        ("Statistics Logging Current Time", f"{device.now(sp):%m/%d/%y %H:%M:%S}"),
        ("Read Requests", reads), ("Write Requests", writes), ("Is Pool LUN", "Yes"), ("Is Thin LUN", "No"),
        ("Is Private", "No"), ("Is Compressed", "No"), ("Tiering Policy", "No Movement"),
        ("Initial Tier", "Optimize Pool"), ("Tier Distribution", ""), ("Capacity", "100.00%")])


def getlun(device: VnxDevice, _sp: str) -> str:
    """LUNs of RAID groups."""
    texts = []
    for number, lun in device.state["group_luns"].items():
        pairs = [("Name", lun["name"]), ("State:", lun["state"]), ("Current owner:", f"SP {lun['current']}"),
                 ("Default Owner:", f"SP {lun['default']}"), ("Auto-trespass:", "DISABLED"),
                 ("LUN Capacity(Megabytes):", lun["mb"]), ("LUN Capacity(Blocks):", lun["mb"] * 2048),
                 ("RAIDGroup ID:", lun["group"]), ("Prct Rebuilt:", lun["rebuilt_percent"])]
        texts.append(f"\nLOGICAL UNIT NUMBER {number}\n" + "".join(f"{name:<28}{value}\n" for name, value in pairs))
    return "".join(texts)


def mirror_list(device: VnxDevice, _sp: str, kind: str) -> str:
    """Mirrors of one kind (sync, async), or the sentence of an array without that feature."""
    if not device.state["features"][f"mirror_{kind}"]:
        name = {"sync": "Sync", "async": "Async"}[kind]
        return f"Request failed.  Management Server - {name} Mirror Feature software is not installed or unavailable."
    return "\n".join(_lines([
        ("MirrorView Name", name), ("MirrorView Description", ""), ("MirrorView UID", told["uid"]),
        ("Logical Unit Numbers", told["luns"]), ("Remote Mirror Status", "Mirrored"),
        ("MirrorView State", told["state"]), ("MirrorView Faulted", "YES" if told["faulted"] else "NO"),
        ("MirrorView Transitioning", "NO"),
        ("Image Count", 2), ("Images", ""), ("Image UID", told["uid"][:23]), ("Is Image Primary", "YES"),
        ("Image Condition", "Primary Image"), ("Preferred SP", "A")]) + "\n" + _lines([
        ("Image UID", told["far_uid"]), ("Is Image Primary", "NO"), ("Image State", told["image_state"]),
        ("Image Condition", told["image_condition"]), ("Recovery Policy", "Automatic"), ("Preferred SP", "A"),
        ("Synchronization Rate", "Medium"), ("Image Faulted", "YES" if told["faulted"] else "NO"),
        ("Image Transitioning", "NO")])
        for name, told in device.state["mirrors"].items() if told["kind"] == kind)


def snap_list(device: VnxDevice, sp: str) -> str:
    """Snapshots, or the sentence that there are none."""
    if not device.state["features"]["snapshots"]:
        return "Request failed.  Management Server - Snapshots Feature software is not installed or unavailable."
    if not device.state["snaps"]:
        return "Could not retrieve the specified (Snapshot). The (Snapshot) may not exist\n"
    return "\n".join(_lines([
        ("Name", name), ("Description", ""),
        ("Creation time", f"{device.now(sp, told['hours_ago']):%m/%d/%y %H:%M:%S}"), ("Last modify time", "Never"),
        ("Last modified by", "N/A"), ("Source LUN(s)", told["luns"]), ("Source CG", "N/A"),
        ("Primary LUN(s)", told["luns"]), ("State", told["state"]), ("Status", told["status"]),
        ("Allow Read/Write", "No"), ("Modified", "No"), ("Allow auto delete", "Yes"), ("Expiration date", "Never")])
        for name, told in device.state["snaps"].items())


def storage_groups(device: VnxDevice, _sp: str) -> str:
    """Which host sees which LUN under which number, and the array's own group last."""
    state = device.state
    groups = [_group(state, name, group) for name, group in state["storage_groups"].items()]
    own = (f"Storage Group Name:    ~management\nStorage Group UID:     60:06:01:60{':00' * 11}:02\n"
           "Special:               YES\nDefault:               YES\nShareable:             YES\n")
    return "\n".join([*groups, own])


def _group(state: State, name: str, group: State) -> str:
    lines = [f"Storage Group Name:    {name}", f"Storage Group UID:     {group['uid']}", "HBA/SP Pairs:", "",
             "  HBA UID                                          SP Name     SPPort",
             "  -------                                          -------     ------"]
    for one in group["initiators"]:
        told = state["initiators"][one]
        for port in told["ports"]:
            side, number = port.split("-")
            lines += [f"  {told['wwn']}   SP {side}         {number}", f"Host name:             {told['server']}",
                      f"SPPort:                {port}v0", ""]
    if group["luns"]:
        lines += ["HLU/ALU Pairs:", "", "  HLU Number     ALU Number", "  ----------     ----------",
                  *(f"    {host:<16}{lun}" for host, lun in group["luns"].items())]
    return "\n".join([*lines, f"Shareable:             {'YES' if group['shareable'] else 'NO'}", ""])
