"""What a VNX says of itself: agent, control, cache, software, ports and hosts, event log. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from pacs_rounds.lab.emc_vnx_device import OTHER, VnxDevice


def aligned(rows: Sequence[tuple[str, object]], width: int) -> str:
    """`Name:` and its value in columns."""
    return "".join(f"{name + ':':<{width}}{value}".rstrip() + "\n" for name, value in rows)


def getagent(device: VnxDevice, sp: str) -> str:
    """Who answers: model, serial, revision, SP."""
    state = device.state
    return "\n" + aligned([
        ("Agent Rev", state["agent"]), ("Name", "K10"), ("Desc", ""), ("Node", f"{sp.upper()}-{state['serial']}"),
        ("Physical Node", "K10"), ("Signature", device.drawn(sp, low=3000000, high=3999999)),
        ("Peer Signature", device.drawn(OTHER[sp], low=3000000, high=3999999)), ("Revision", state["revision"]),
        ("SCSI Id", 0), ("Model", state["model"]), ("Model Type", "Rackmount"), ("Prom Rev", state["prom"]),
        ("SP Memory", state["sps"][sp]["memory_mb"]), ("Serial No", state["serial"]), ("SP Identifier", sp.upper()),
        ("Cabinet", state["cabinet"])], 21)


def getcontrol(device: VnxDevice, sp: str) -> str:
    """The amber lamp, the clock, and the counters since the SP's start. Ticks are hundredths of a second."""
    state, when, uptime = device.state, device.now(sp), device.uptime()
    share = state["sps"][sp]["busy_percent"] / 100
    reads, writes = round(uptime * 412), round(uptime * 187)
    led = state["fault_led"] or ("ON" if device.faulted() else "OFF")
    cache, read = state["write_cache"], state["read_cache"]
    head = aligned([("System Fault LED", led), ("Statistics Logging", "ON")], 31)
    states = (f"{'SP Read Cache State':<31}{read[sp]}\n" f"{'SP Write Cache State':<31}{cache[sp]}\n")
    unknown = [(name, "N/A") for name in ("Max Requests", "Average Requests", "Hard errors")]
    buses = [(f"Internal bus {number} {kind} ticks", "N/A") for number in range(1, 6) for kind in ("busy", "idle")]
    return head + states + aligned([
        *unknown, ("Total Reads", reads), ("Total Writes", writes), ("Prct Busy", f"{share * 100:.2f}"),
        ("Prct Idle", f"{100 - share * 100:.1f}"), ("System Date", f"{when:%m/%d/%Y}"),
        ("Day of the week", f"{when:%A}"), ("System Time", f"{when:%H:%M:%S}"), ("Read_requests", reads),
        ("Write_requests", writes), ("Blocks_read", reads * 118), ("Blocks_written", writes * 31),
        ("Sum_queue_lengths_by_arrivals", round(writes * 1.3)), ("Arrivals_to_non_zero_queue", writes // 5),
        ("Hw_flush_on", 0), ("Idle_flush_on", writes // 90), ("Lw_flush_off", 0),
        ("Write_cache_flushes", writes // 14), ("Write_cache_blocks_flushed", writes * 29), *buses,
        ("Controller busy ticks", round(uptime * 100 * share)),
        ("Controller idle ticks", round(uptime * 100 * (1 - share)))], 31)


def getcache(device: VnxDevice, sp: str) -> str:
    """Read and write cache of both SPs. FLARE writes some of it with `:`, some with `=` and some with nothing."""
    write, read = device.state["write_cache"], device.state["read_cache"]
    plain = [("SP Read Cache State", read[sp]), ("SP Write Cache State", write["state"])]
    colon = [("Cache Page size", 8), ("Write Cache Mirrored", "YES" if write["mirrored"] else "NO"),
             ("Low Watermark", 60), ("High Watermark", 80), ("SPA Cache pages", 90112), ("SPB Cache pages", 90112),
             ("Unassigned Cache Pages", 0), ("Read Hit Ratio", 41), ("Write Hit Ratio", 88)]
    equal = [("Prct Dirty Cache Pages", write["dirty_percent"]), ("Prct Cache Pages Owned", 50)]
    sides = [("SPA Read Cache State", read["a"]), ("SPB Read Cache State", read["b"]),
             ("SPA Write Cache State", write["a"]), ("SPB Write Cache State", write["b"]),
             ("SPA Physical Memory Size", device.state["sps"]["a"]["memory_mb"]),
             ("SPB Physical Memory Size", device.state["sps"]["b"]["memory_mb"])]
    return ("".join(f"{name:<36}{value}\n" for name, value in plain) + aligned(colon, 36)
            + "".join(f"{name + ' =':<36}{value}\n" for name, value in equal) + aligned(sides, 36))


def ndu_list(device: VnxDevice, _sp: str) -> str:
    """Installed software packages."""
    return "\n".join(aligned([
        ("Name of the software package", name), ("Revision of the software package", told["revision"]),
        ("Commit Required", "YES" if told["commit_required"] else "NO"),
        ("Revert Possible", "YES" if told["commit_required"] else "NO"),
        ("Active State", "YES" if told["active"] else "NO"), ("Is installation completed", "YES"),
        ("Is this System Software", "NO")], 37) for name, told in device.state["packages"].items())


def port_list(device: VnxDevice, _sp: str) -> str:
    """Initiators per SP port, the ports themselves, and the hosts' adapters with their logins."""
    ports, initiators = device.state["sp_ports"], device.state["initiators"]
    text = f"Total number of initiators: {len(initiators)}\n"
    for name in ports:
        logins = [told["ports"][name] for told in initiators.values() if name in told["ports"]]
        text += "\n" + _port_head(name) + aligned([
            ("Registered Initiators", len(logins)), ("Logged-In Initiators", sum(logins)),
            ("Not Logged-In Initiators", len(logins) - sum(logins))], 30)
    text += "\nInformation about each SPPORT:\n"
    for name, port in ports.items():
        wwn = port["wwn"]
        text += "\n" + _port_head(name) + aligned([
            ("SP UID", wwn), ("Link Status", port["link"]), ("Port Status", port["status"]),
            ("Switch Present", "YES" if port["link"] == "Up" else "NO")], 21)
        if port["link"] == "Up":
            place = port.get("switch_port") or 0
            text += aligned([("Switch UID", f"10:00:00:05:1E:36:A1:7C:20:{place:02X}:00:05:1E:36:A1:7C"),
                             ("SP Source ID", 65536 + 256 * place)], 21)
        text += aligned([("ALPA Value", 0), ("Speed Value", port["speed"]), ("Auto Negotiable", "YES"),
                         ("Requested Value", "Auto"), ("MAC Address", "Not Applicable"), ("SFP State",
                          "Online"), ("Reads", "N/A"), ("Writes", "N/A"), ("Connection Type", "Fibre")], 21)
    text += "\nInformation about each HBA:\n"
    for told in initiators.values():
        text += "\n" + aligned([
            ("HBA UID", told["wwn"]), ("Server Name", told["server"]), ("Server IP Address", told["address"]),
            ("HBA Model Description", "Emulex LPe11002-M4"), ("HBA Vendor Description", "Emulex Corporation"),
            ("HBA Device Driver Name", "lpfc")], 25) + "Information about each port of this HBA:\n"
        for name, logged_in in told["ports"].items():
            text += "\n" + "".join(f"    {line}\n" for line in aligned([
                ("SP Name", f"SP {name[0]}"), ("SP Port ID", name[2:]), ("HBA Devicename", ""), ("Trusted", "NO"),
                ("Logged In", "YES" if logged_in else "NO"), ("Source ID", 65792), ("Defined", "YES"),
                ("Initiator Type", 3), ("StorageGroup Name", told["server"])], 23).splitlines())
    return text


def _port_head(name: str) -> str:
    return aligned([("SP Name", f"SP {name[0]}"), ("SP Port ID", name[2:])], 21)


def getlog(device: VnxDevice, sp: str) -> str:
    """The newest events, oldest first."""
    lines = []
    for one in sorted(device.state["log"], key=lambda one: -one["hours_ago"]):
        when = device.now(sp, one["hours_ago"])
        lines.append(f"{when:%m/%d/%Y %H:%M:%S} {one['who']:<16}({one['code']}){one['text']} [0x00]    0   0\n")
    return "".join(lines)


def arrayname(device: VnxDevice, _sp: str) -> str:
    """The name somebody gave the array."""
    return aligned([("Array Name", device.state["array_name"])], 26)


def getsp(device: VnxDevice, _sp: str) -> str:
    """Both storage processors as parts."""
    return "\n".join(f"SP {sp.upper()}\n\n" + aligned([
        ("Cabinet", device.state["cabinet"]), ("Signature For The SP", device.drawn(sp, low=3000000, high=3999999)),
        ("Signature For The Peer SP", device.drawn(OTHER[sp], low=3000000, high=3999999)),
        ("Revision Number For The SP", device.state["revision"]),
        ("Serial Number For The SP", f"FCNSP{device.drawn('serial', sp, low=1000000, high=9999999)}"),
        ("Memory Size For The SP", device.state["sps"][sp]["memory_mb"]), ("SP SCSI ID if Available", 0)], 29)
        for sp in device.state["sps"])


def network(device: VnxDevice, _sp: str, of: str) -> str:
    """The management port of one SP."""
    port, width = device.state["network"][of], 36
    paragraphs = (
        [("Storage Processor", f"SP {of.upper()}"), ("Storage Processor Network Name", port["name"])],
        [("Port ID", 0), ("Management Port Settings", ""), ("Link Status", port["link"]),
         ("Current Speed", "1000Mbps/full duplex" if port["link"] == "Link-Up" else "N/A"),
         ("Requested Speed", "Auto"), ("Auto-Negotiate", "YES")],
        [("Virtual Port ID", 0), ("VLAN ID", "Disabled"), ("Storage Processor IP Mode", "Manual"),
         ("Storage Processor IP Address", port["address"]), ("Storage Processor Subnet Mask", port["mask"]),
         ("Storage Processor Gateway Address", port["gateway"]), ("Storage Processor IPv6 Mode", "Disabled")])
    return "\n".join(aligned(rows, width) for rows in paragraphs)
