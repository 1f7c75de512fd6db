"""What somebody set on an IMM: network, users, alert recipients, SNMP, names, time, power. IMM-MIB 1.45."""

from __future__ import annotations

from typing import Any

from pacs_rounds.model import ParseError
from pacs_rounds.parse import parser
from pacs_rounds.parse.ibm_imm.mib import IMM
from pacs_rounds.parse.snmp_text import ABSENT, Oid, VarBind, oid_of, read

# Where the settings lie: prefix below the IMM's own OID -> section and, by the last part of the object, its name.
SECTIONS: dict[str, tuple[str, dict[int, str]]] = {
    "1.5.1.1": ("firmware", {2: "type", 3: "version", 4: "released", 5: "name"}),
    "3.1.3.1.1": ("alert recipients", {
        2: "status", 3: "name", 4: "email", 5: "critical", 6: "warning", 7: "system", 8: "audit", 9: "attachments",
        10: "syslog_port", 11: "syslog_host", 12: "type"}),
    "3.1.4.2.1": ("users", {
        2: "login", 3: "supervisor", 4: "read_only", 5: "accounts", 6: "console", 7: "console_and_media", 8: "power",
        9: "clear_log", 10: "adapter_basic", 11: "adapter_security", 12: "adapter_advanced"}),
    "3.4.2.1.5.1.1": ("snmp communities", {2: "community", 3: "address_1", 4: "address_2", 5: "address_3", 6: "view"}),
    "3.4.1.1": ("network", {
        1: "interface", 2: "enabled", 3: "host_name", 4: "address", 5: "auto_negotiate", 6: "rate", 7: "duplex",
        8: "mac_set", 9: "dhcp", 10: "gateway", 11: "mac", 12: "mtu", 13: "mask", 14: "from_dhcp", 15: "vlan",
        16: "vlan_id"}),
    "3.4.1": ("names", {11: "host_name", 13: "domain"}),
    "3.4.2.1": ("snmp", {4: "traps_disabled", 6: "version_1", 7: "version_3"}),
    "3.4.2.2": ("dns", {1: "enabled", 2: "server_1", 3: "server_2", 4: "server_3"}),
    "3.4.2.8": ("ntp", {1: "enabled", 2: "server_1", 3: "interval", 4: "server_2", 6: "server_3", 7: "server_4"}),
    "3.4.2.10": ("ipmi", {1: "enabled"}),
    "4.1": ("server timeouts", {1: "os_hang", 2: "os_loader"}),
    "4": ("boot", {2: "pxe_next_boot"}),
    "5.2": ("power", {1: "off_delay_seconds"}),
    "5.7": ("power restore", {1: "policy", 2: "delay"}),
}
TABLES = frozenset({"firmware", "alert recipients", "users", "snmp communities"})
_BY_OID = sorted(((oid_of(f"{IMM}.{prefix}"), *told) for prefix, told in SECTIONS.items()),
                 key=lambda one: -len(one[0]))
_ROOT = oid_of(IMM)


def place(oid: Oid) -> tuple[str, str, str]:
    """Section, name and row of an object; the name is a number where nobody has named it; three empty words for a
    stranger."""
    for prefix, section, names in _BY_OID:
        if oid[:len(prefix)] == prefix and len(oid) > len(prefix):
            rest = oid[len(prefix):]
            return section, names.get(rest[0], str(rest[0])), ".".join(map(str, rest[1:]))
    return ("", "", "")


# .1.3.6.1.4.1.2.3.51.3.3.1.4.2.1.2.1 = STRING: "USERID"
# .1.3.6.1.4.1.2.3.51.3.3.4.1.1.10.0 = IpAddress: 10.9.5.254
# .1.3.6.1.4.1.2.3.51.3.5.7.1.0 = INTEGER: 1
@parser("ibm_imm.settings")
def settings(text: str) -> dict[str, Any]:
    """{section: {name: value}} and, for tables, {section: {row: {name: value}}}; values as texts. Sections that the
    agent lacks are left out.

    ParseError for an object of another MIB, and unless users and network are there: an account that may not read them
    would give a copy without them.
    """
    said: dict[str, Any] = {}
    for row in read(text):
        if row.type in ABSENT:
            continue
        section, name, index = place(row.oid)
        if not section or row.oid[:len(_ROOT)] != _ROOT:
            raise ParseError(f"{'.'.join(map(str, row.oid))} is no setting of an IMM")
        if section in TABLES:
            said.setdefault(section, {}).setdefault(index, {})[name] = _text(row)
        else:
            said.setdefault(section, {})[name if index in ("", "0") else f"{name}.{index}"] = _text(row)
    for needed in ("users", "network"):
        if needed not in said:
            raise ParseError(f"nothing of {needed} in the text")
    if not any(one.get("login") for one in said["users"].values()):
        raise ParseError("not one user has a name")
    return said


def _text(row: VarBind) -> str:
    if isinstance(row.value, bytes):  # a hardware address, or a name in some other alphabet
        try:
            return row.text.strip()
        except ParseError:
            return row.value.hex(":")
    return row.text.strip() if isinstance(row.value, str) else str(row.value)
