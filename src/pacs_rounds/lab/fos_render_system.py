"""The system of a Fabric OS switch: release, uptime, clock, log, licences."""

from __future__ import annotations

from pacs_rounds.lab.fos_device import FosDevice, answers

# Kernel, build date, flash date and boot ROM of the releases' own times.
_BUILDS = {
    5: ("2.6.14     ", "Thu Oct 15 10:21:44 2009", "Tue Mar 9 11:05:12 2010", "4.6.6"),
    6: ("2.6.14     ", "Fri Apr 27 19:40:02 2012", "Thu Aug 16 02:14:55 2012", "4.6.6"),
    7: ("2.6.14.2", "Mon Sep 11 21:03:36 2017", "Wed Nov 8 06:31:20 2017", "1.0.11"),
}


@answers("version")
def version(device: FosDevice, _argument: str) -> str:
    """The running release."""
    kernel, made, flashed, boot = _BUILDS[device.release[0]]
    return (f"Kernel:     {kernel}\nFabric OS:  {device.state['release']}\nMade on:    {made}\n"
            f"Flash:\t    {flashed}\nBootProm:   {boot}\n")


@answers("firmwareshow")
def firmware(device: FosDevice, _argument: str) -> str:
    """Both partitions; they must hold the same release."""
    second = device.state["secondary_release"] or device.state["release"]
    return (f"Appl     Primary/Secondary Versions \n{'-' * 42}\nFOS      {device.state['release']}\n"
            f"         {second}\n")


@answers("uptime")
def uptime(device: FosDevice, _argument: str) -> str:
    """One line as any Unix says it."""
    days, rest = divmod(int(device.uptime), 86400)
    hours, minutes = rest // 3600, rest % 3600 // 60
    span = f"{hours:2d}:{minutes:02d}" if hours else f"{minutes} min"
    since = f"{days} day{'' if days == 1 else 's'}, {span}" if days else span
    now = device.local()
    clock = f"{now:%I:%M%p}".lower().lstrip("0").rjust(7) if device.release < (6, 0) else f"{now:%H:%M:%S}"
    load = ", ".join(f"{value:.2f}" for value in device.state["load"])
    return f" {clock}  up {since},  1 user,  load average: {load}\n"


@answers("date")
def date(device: FosDevice, _argument: str) -> str:
    """The switch's clock with its zone's name."""
    now = device.local()
    return f"{now:%a %b} {now.day:2d} {now:%H:%M:%S} {device.state['timezone']['name']} {now.year}\n"


@answers("tsclockserver")
def clock_server(device: FosDevice, _argument: str) -> str:
    """The time server; LOCL is the switch's own clock."""
    servers = [str(one) for one in device.state["clock_servers"]]
    if device.release < (6, 0) or not servers:
        return f"{servers[0] if servers else 'LOCL'}\n"
    return f"Active NTP Server\t\t{servers[0]}\nConfigured NTP Server List\t{';'.join(servers)}\n"


@answers("errdump")
def errdump(device: FosDevice, _argument: str) -> str:
    """The message log, oldest first."""
    release = str(device.state["release"])
    head = f"Version:  {release}\n" if device.release < (6, 0) else f"Fabric OS: {release}\n\n"
    fabric = f" FID {device.state['fabric_id']}," if device.release >= (7, 0) else ","
    lines = []
    for number, one in enumerate(device.state["log"], 101):
        when = device.local(float(one["hours_ago"]) * 3600)
        lines.append(f"{when:%Y/%m/%d-%H:%M:%S}, [{one['id']}], {number},{fabric} {one['level']}, "
                     f"{device.switch_name}, {one['text']}\n")
    return head + "".join(lines)


@answers("licenseshow")
def licences(device: FosDevice, _argument: str) -> str:
    """Each key with what it allows; the keys are made up."""
    if not device.state["licences"]:
        return "No licenses installed\n"
    return "".join(f"{key}:\n    {name}\n" for name, key in device.state["licences"].items())
