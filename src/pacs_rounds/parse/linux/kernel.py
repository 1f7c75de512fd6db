"""The kernel's own words: dmesg, uname, kernels installed and running."""

from __future__ import annotations

import re
from typing import Any

from pacs_rounds.model import ParseError
from pacs_rounds.parse import parser
from pacs_rounds.parse.linux import lines, one_line, refuse, shown

# "[    1.234567] text", "<6>[    1.234567] text", "[Mon Oct  1 12:00:00 2018] text" (dmesg -T)
_STAMP = re.compile(r"(?:<\d{1,3}>)?\[\s*(?:(\d{1,12}\.\d{1,9})|(\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}))\]"
                    r"(?: (.*))?")
_LEVEL = re.compile(r"<(\d{1,3})>(.*)")
# Kernels without time stamps (RHEL 4, 5): at least one line must be of a kind only a kernel writes.
_KERNEL_SPEECH = re.compile(
    r"Linux version \d|Kernel command line: |Command line: |BIOS-(?:provided|e820)|ACPI: |PCI: |CPU\d*: |"
    r"EXT[34]-fs|SCSI (?:device|subsystem)|sd[a-z]+\d*: |scsi\d* ?: |ata\d+|kjournald |usb[ \d]|audit\(|NET: |"
    r"bonding: |eth\d+: |e1000|bnx2|device-mapper: |md: |SELinux: |Bluetooth: |IPv6 over IPv4|hrtimer: ")
_RELEASE = re.compile(r"\d+\.\d+[\w.+~-]{0,100}")


# [    0.000000] Linux version 3.10.0-1160.el7.x86_64 (builder@host) (gcc version 4.8.5) #1 SMP ...
# [  812.331204] sd 2:0:0:1: [sdc] tag#0 FAILED Result: hostbyte=DID_OK driverbyte=DRIVER_SENSE
@parser("linux.dmesg")
def dmesg(text: str) -> list[dict[str, Any]]:
    """`dmesg`: seconds since boot (None without a stamp, or with a date instead) and message, in order.

    Text without any stamp is read as an old kernel's if at least one line is unmistakably a kernel's.
    """
    rows: list[dict[str, Any]] = []
    known = False
    for _, line in lines(text):
        match = _STAMP.match(line)
        level = None if match else _LEVEL.fullmatch(line)
        if match:
            rows.append({"seconds": float(match[1]) if match[1] else None, "message": (match[3] or "").strip()})
        else:
            # The ring buffer cuts its oldest line, and a message may hold a line end: both are kept as they are.
            rows.append({"seconds": None, "message": (level[2] if level else line).strip()})
        known = known or bool(match) or bool(level) or bool(_KERNEL_SPEECH.match(line))
    if not known:
        raise ParseError(f"dmesg: no line is a kernel message; the first reads {shown(rows[0]['message'])}")
    return rows


# Linux pacs-a 3.10.0-1160.el7.x86_64 x86_64
@parser("linux.uname")
def uname(text: str) -> dict[str, str]:
    """`uname -n -s -r -m` (or `uname -a`): system, host_name, kernel_release, machine."""
    fields = one_line(text, "uname").split()
    if len(fields) < 4 or fields[0] != "Linux" or not _RELEASE.fullmatch(fields[2]):
        raise ParseError(f"uname: expected 'Linux host release machine', not {shown(' '.join(fields))}")
    machine = fields[3] if len(fields) == 4 else fields[-2] if fields[-1] in ("GNU/Linux", "Linux") else fields[-1]
    if not re.fullmatch(r"\w{2,20}", machine):
        raise ParseError(f"uname: expected a machine like x86_64, not {shown(machine)}")
    return {"system": fields[0], "host_name": fields[1], "kernel_release": fields[2], "machine": machine}


# required                                or     running 3.10.0-1160.el7.x86_64
# linux-image-6.1.0-18-amd64                     vmlinuz-3.10.0-1160.el7.x86_64
@parser("linux.pending_reboot")
def pending_reboot(text: str) -> dict[str, Any]:
    """The probe's words: required (true when the distribution says so), packages that asked for it, running_kernel
    and installed_kernels (both None / empty when required is said, since then nothing else was asked)."""
    result: dict[str, Any] = {"required": False, "packages": [], "running_kernel": None, "installed_kernels": []}
    for number, line in lines(text):
        word, _, rest = line.partition(" ")
        if number == 1 and line == "required":
            result["required"] = True
        elif number == 1 and word == "running" and _RELEASE.fullmatch(rest):
            result["running_kernel"] = rest
        elif number > 1 and result["required"] and re.fullmatch(r"[a-z0-9][\w.+:~-]{0,120}", line):
            result["packages"].append(line)
        elif number > 1 and not result["required"] and re.fullmatch(r"vmlinuz-[\w.+~-]{1,120}", line):
            result["installed_kernels"].append(line.removeprefix("vmlinuz-"))
        else:
            refuse(number, line, "expected 'required' and packages, or 'running <release>' and vmlinuz-<release>")
    return result
