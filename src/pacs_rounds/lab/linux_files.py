"""What a Linux server's files say: /proc, /sys, /etc and the rest, rendered from the device's state. Pure.

Functions return texts by absolute path. `moving` holds those that change with time; the others are rendered once.
"""

from __future__ import annotations

from typing import Any

State = dict[str, Any]
DAY = 86400.0
TREES = (
    "/proc/uptime", "/proc/loadavg", "/proc/stat", "/proc/meminfo", "/proc/mounts", "/proc/mdstat", "/proc/version",
    "/proc/net/dev", "/proc/net/bonding", "/sys/class/net", "/sys/class/fc_host", "/sys/class/dmi",
    "/etc/passwd", "/etc/shadow",
    "/etc/redhat-release", "/etc/os-release", "/etc/fstab", "/etc/sysconfig/network-scripts", "/etc/network/interfaces",
    "/etc/multipath.conf", "/etc/cluster/cluster.conf", "/etc/corosync/corosync.conf", "/boot", "/var/log",
    "/var/run/reboot-required", "/tmp", "/var/tmp")  # noqa: S108
"""Path prefixes that belong to the device and not to the machine the lab runs on."""
_PSEUDO = """\
sysfs /sys sysfs rw,nosuid,nodev,noexec,relatime 0 0
proc /proc proc rw,nosuid,nodev,noexec,relatime 0 0
devtmpfs /dev devtmpfs rw,nosuid,size=16375408k,nr_inodes=4093852,mode=755 0 0
tmpfs /dev/shm tmpfs rw,nosuid,nodev 0 0
devpts /dev/pts devpts rw,nosuid,noexec,relatime,gid=5,mode=620,ptmxmode=000 0 0
tmpfs /run tmpfs rw,nosuid,nodev,mode=755 0 0
tmpfs /sys/fs/cgroup tmpfs ro,nosuid,nodev,noexec,mode=755 0 0
cgroup /sys/fs/cgroup/systemd cgroup rw,nosuid,nodev,noexec,relatime,xattr,name=systemd 0 0
"""


def uptime_seconds(state: State, now: float, born: float) -> float:
    """Seconds since the device booted; it was up `uptime_days` when the lab was first started."""
    return float(state["uptime_days"]) * DAY + (now - born)


def _stat(state: State, now: float, up: float) -> str:
    cpu = state["cpu"]
    busy, wait = cpu["busy_percent"] / 100, cpu["iowait_percent"] / 100
    shares = (busy * 0.68, busy * 0.004, busy * 0.29, 1 - busy - wait, wait, 0.0, busy * 0.026, 0.0, 0.0, 0.0)
    ticks = [[int(up * 100 * share) for share in shares] for _ in range(cpu["count"])]
    total = [sum(column) for column in zip(*ticks, strict=True)]
    lines = ["cpu  " + " ".join(map(str, total))]
    lines += [f"cpu{number} " + " ".join(map(str, row)) for number, row in enumerate(ticks)]
    lines += [f"intr {int(up * 1900)} 141 0 0 0", f"ctxt {int(up * 5200)}",
              f"btime {int(now + state['clock_offset_seconds'] - up)}", f"processes {int(up * 3)}", "procs_running 2",
              f"procs_blocked {cpu['blocked']}", f"softirq {int(up * 900)} 0 1 2 3 4 0 5 6 0 7"]
    return "\n".join(lines) + "\n"


def moving(state: State, now: float, born: float) -> dict[str, str]:
    """/proc/uptime, loadavg and stat as they read at `now` (epoch seconds, the control node's clock)."""
    up = uptime_seconds(state, now, born)
    idle = up * state["cpu"]["count"] * (1 - state["cpu"]["busy_percent"] / 100)
    load = " ".join(f"{value:.2f}" for value in state["load"])
    return {"/proc/uptime": f"{up:.2f} {idle:.2f}\n",
            "/proc/loadavg": f"{load} 2/{412 + int(up) % 7} {int(up) % 32768}\n", "/proc/stat": _stat(state, now, up)}


def _meminfo(state: State) -> str:
    total, swap = state["memory"]["total_kb"], state["swap"]["total_kb"]
    available = int(total * state["memory"]["available_percent"] / 100)
    free = min(available, int(total * state["memory"]["free_percent"] / 100))
    cached = max(0, available - free)
    swap_free = swap - int(swap * state["swap"]["used_percent"] / 100)
    rows = {"MemTotal": total, "MemFree": free, "MemAvailable": available, "Buffers": min(2108, cached),
            "Cached": cached, "SwapCached": 0, "Active": int(total * 0.31), "Inactive": int(total * 0.22),
            "Unevictable": 0, "Mlocked": 0, "SwapTotal": swap, "SwapFree": swap_free, "Dirty": 484, "Writeback": 0,
            "AnonPages": int(total * 0.2), "Mapped": 318204, "Shmem": 1048576, "Slab": 824396,
            "KernelStack": 14208, "PageTables": 98112, "CommitLimit": swap + total // 2, "Committed_AS": total // 3,
            "VmallocTotal": 34359738367, "VmallocUsed": 402904, "HardwareCorrupted": 0}
    lines = [f"{name + ':':<16}{value:>8} kB" for name, value in rows.items()]
    huge = ["HugePages_Total:       0", "HugePages_Free:        0", "Hugepagesize:       2048 kB"]
    return "\n".join([*lines, *huge, ""])


def _mounts(state: State) -> str:
    lines = []
    for mount, one in state["filesystems"].items():
        mode = "ro" if one["read_only"] else "rw"
        more = "attr2,inode64,noquota" if one["type"] == "xfs" else "data=ordered"
        lines.append(f"{one['device']} {mount} {one['type']} {mode},relatime,{more} 0 0")
    return _PSEUDO + "\n".join(lines) + "\n"


def _mdstat(raids: State) -> str:
    lines = ["Personalities : [raid1] " if raids else "Personalities : "]
    for name, raid in raids.items():
        members = raid["members"]
        said = " ".join(f"{disk}[{n}]{'(F)' if word == 'failed' else ''}"
                        for n, (disk, word) in enumerate(members.items()))
        marks = "".join("U" if word == "up" else "_" for word in members.values())
        lines += [f"{name} : active {raid['level']} {said}",
                  f"      {raid['blocks']} blocks super 1.2 [{len(marks)}/{marks.count('U')}] [{marks}]"]
        lines += [f"      {raid['recovery']}"] if raid["recovery"] else []
        lines += ["      bitmap: 2/157 pages [8KB], 65536KB chunk", ""]
    return "\n".join([*lines, "unused devices: <none>", ""])


def _bonding(bond: State, links: State) -> str:
    lines = ["Ethernet Channel Bonding Driver: v3.7.1 (April 27, 2011)", "", f"Bonding Mode: {bond['mode']}",
             "Primary Slave: None", f"Currently Active Slave: {bond['active']}", f"MII Status: {bond['state']}",
             "MII Polling Interval (ms): 100", "Up Delay (ms): 0", "Down Delay (ms): 0", ""]
    for name, slave in bond["slaves"].items():
        up = slave["state"] == "up"
        link = links.get(name, {})
        lines += [f"Slave Interface: {name}", f"MII Status: {slave['state']}",
                  f"Speed: {link.get('speed', 1000)} Mbps" if up else "Speed: Unknown",
                  f"Duplex: {link.get('duplex', 'full')}" if up else "Duplex: Unknown",
                  f"Link Failure Count: {slave['failures']}",
                  f"Permanent HW addr: {link.get('mac', '00:00:00:00:00:00')}", "Slave queue ID: 0", ""]
    return "\n".join(lines)


def _net_dev(links: State, up: float) -> str:
    lines = ["Inter-|   Receive                                                |  Transmit",
             " face |bytes    packets errs drop fifo frame compressed multicast|"
             "bytes    packets errs drop fifo colls carrier compressed"]
    lines.append(f"{'lo':>6}: {int(up * 210):>8} {int(up * 2):>7}    0    0    0     0          0         0 "
                 f"{int(up * 210):>8} {int(up * 2):>7}    0    0    0     0       0          0")
    for name, link in links.items():
        received, sent = int(up * 41250), int(up * 98320)
        lines.append(
            f"{name:>6}: {received} {received // 760} {link['rx_errors']:>4} {link['rx_dropped']:>4}    0     0"
            f"          0 {int(up / 30)} {sent} {sent // 1100} {link['tx_errors']:>4} {link['tx_dropped']:>4}"
            "    0     0       0          0")
    return "\n".join(lines) + "\n"


def _sys_net(links: State, bonds: State) -> dict[str, str]:
    shown = {slave: links[name]["mac"] for name, bond in bonds.items() if name in links for slave in bond["slaves"]}
    files = {"/sys/class/net/lo/operstate": "unknown\n"}
    for name, link in links.items():
        up = link["state"] == "up"
        files |= {f"/sys/class/net/{name}/operstate": f"{link['state']}\n",
                  f"/sys/class/net/{name}/speed": f"{link['speed'] if up else -1}\n",
                  f"/sys/class/net/{name}/duplex": f"{link['duplex'] if up else 'unknown'}\n",
                  f"/sys/class/net/{name}/carrier": f"{int(up)}\n",
                  f"/sys/class/net/{name}/address": f"{shown.get(name, link['mac'])}\n"}
    return files


def _sys_fc(hosts: State) -> dict[str, str]:
    """What the adapters' driver says of them; a WWN is written as one number."""
    return {f"/sys/class/fc_host/{host}/{what}": f"{_number(value) if what.endswith('_name') else value}\n"
            for host, told in hosts.items() for what, value in told.items()}


def _number(wwn: str) -> str:
    return f"0x{wwn.replace(':', '') or '0'}"


def _passwd(accounts: State) -> str:
    lines = [f"{name}:x:{one['uid']}:{one['gid']}::{one['home']}:{one['shell']}" for name, one in accounts.items()]
    return "\n".join(lines) + "\n"


def _shadow(accounts: State, today: int) -> str:
    # The hash is of no password: it only has the shape of one.
    hashes = {"set": "$6$labonly$" + "x" * 86, "locked": "!!", "empty": ""}
    lines = []
    for name, one in accounts.items():
        expires = "" if one["expires_in_days"] is None else today + one["expires_in_days"]
        changed = today - one["changed_days_ago"]
        lines.append(f"{name}:{hashes[one['password']]}:{changed}:0:{one['max_days']}:7::{expires}:")
    return "\n".join(lines) + "\n"


def _os_release(release: str) -> str:
    """/etc/os-release of the same distribution: "Red Hat Enterprise Linux Server release 7.9 (Maipo)" in variables."""
    name, _, version = release.partition(" release ")
    number = version.split()[0] if version else ""
    return (f'NAME="{name}"\nVERSION="{version}"\nID="rhel"\nVERSION_ID="{number}"\n'
            f'PRETTY_NAME="{" ".join(part for part in (name, version) if part)}"\n')


def _fstab(state: State) -> str:
    """What is mounted at boot: every file system of the state that is there."""
    lines = ["#", "# /etc/fstab", "#"]
    lines += [f"{one['device']:<40} {place:<16} {one['type']:<5} defaults        0 0"
              for place, one in state["filesystems"].items() if one]
    return "\n".join(lines) + "\n"


def _ifcfg(bonds: State) -> dict[str, str]:
    """The files from which a bond and its slaves are made at boot."""
    place = "/etc/sysconfig/network-scripts/ifcfg-"
    files = {}
    for name, bond in bonds.items():
        if bond:
            files[f"{place}{name}"] = (f'DEVICE={name}\nTYPE=Bond\nBONDING_MASTER=yes\nBONDING_OPTS="mode=1 '
                                       'miimon=100"\nONBOOT=yes\nBOOTPROTO=none\n')
            files |= {f"{place}{slave}": f"DEVICE={slave}\nMASTER={name}\nSLAVE=yes\nONBOOT=yes\nBOOTPROTO=none\n"
                      for slave in bond["slaves"]}
    return files


def still(state: State, now: float, born: float) -> dict[str, str]:
    """Everything that does not change while the lab runs."""
    files = {
        "/proc/meminfo": _meminfo(state), "/proc/mounts": _mounts(state), "/proc/mdstat": _mdstat(state["raids"]),
        "/proc/net/dev": _net_dev(state["links"], uptime_seconds(state, now, born)),
        "/proc/version": state["dmesg"][0].partition("] ")[2] + "\n" if state["dmesg"] else "Linux version unknown\n",
        "/sys/class/dmi/id/product_serial": f"{state['serial']}\n",
        "/sys/class/dmi/id/product_name": f"{state['product']}\n",
        "/sys/class/dmi/id/sys_vendor": f"{state['vendor']}\n",
        "/sys/class/dmi/id/bios_version": f"{state['bios']['version']}\n",
        "/sys/class/dmi/id/bios_date": f"{state['bios']['date']}\n",
        "/etc/passwd": _passwd(state["accounts"]), "/etc/shadow": _shadow(state["accounts"], int(now // DAY)),
        "/etc/fstab": _fstab(state), **_ifcfg(state["bonds"]),
        "/etc/redhat-release": f"{state['release']}\n", "/etc/os-release": _os_release(state["release"]),
        "/var/log/messages": "", "/var/log/secure": "",
        **{f"/proc/net/bonding/{name}": _bonding(bond, state["links"]) for name, bond in state["bonds"].items()},
        **_sys_net(state["links"], state["bonds"]), **_sys_fc(state["fc_hosts"]),
        **{f"/boot/vmlinuz-{kernel}": "" for kernel in state["kernels_on_disk"]},
        **{f"/boot/initramfs-{kernel}.img": "" for kernel in state["kernels_on_disk"]},
    }
    if state["reboot_required"]:
        files["/var/run/reboot-required"] = "*** System restart required ***\n"
        files["/var/run/reboot-required.pkgs"] = "linux-base\n"
    return files
