"""`lsnrctl` and `opatch` of a simulated Oracle home: texts made from the same state as the views. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from pacs_rounds.lab.oracle_views.clock import Now

_RULE = "-" * 80


def _oracle_date(at: datetime) -> str:
    return f"{at:%d-%b-%Y %H:%M:%S}".upper()


def _banner(now: Now) -> str:
    return (f"\nLSNRCTL for Linux: Version {now.state['version']} - Production on {_oracle_date(now.at)}\n\n"
            "Copyright (c) 1991, 2013, Oracle.  All rights reserved.\n\n")


def _address(now: Now) -> str:
    return f"(DESCRIPTION=(ADDRESS=(PROTOCOL=tcp)(HOST={now.host})(PORT={now.state['listener']['port']})))"


def _services(now: Now, details: bool) -> str:
    """The summary of services: the instance's own while it runs, and those the state names."""
    state = now.state
    known = {} if state["status"] in {"DOWN", "STARTED"} else {state["unique_name"]: "READY"}
    if state["status"] == "MOUNTED":
        known = {state["unique_name"]: "BLOCKED"}
    known |= {name: one["status"] for name, one in state["listener"]["services"].items()}
    if not known:
        return "The listener supports no services\n"
    lines = ["Services Summary..."]
    for name, status in known.items():
        lines += [f'Service "{name}" has 1 instance(s).',
                  f'  Instance "{state["sid"]}", status {status}, has 1 handler(s) for this service...']
        if details:
            lines += ["    Handler(s):", '      "DEDICATED" established:18342 refused:0 state:ready',
                      "         LOCAL SERVER"]
    return "\n".join(lines) + "\n"


def _status(now: Now) -> str:
    listener, state = now.state["listener"], now.state
    name = listener["name"]
    up = now.at - (now.born - timedelta(days=listener["up_days"]))
    days, seconds = divmod(int(up.total_seconds()), 86400)
    log = f"{state['base']}/diag/tnslsnr/{now.host}/{name.lower()}/alert/log.xml"
    rows = {"Alias": name, "Version": f"TNSLSNR for Linux: Version {state['version']} - Production",
            "Start Date": _oracle_date(now.at - up),
            "Uptime": f"{days} days {seconds // 3600} hr. {seconds // 60 % 60} min. {seconds % 60} sec",
            "Trace Level": "off", "Security": "ON: Local OS Authentication", "SNMP": "OFF",
            "Listener Parameter File": f"{state['home']}/network/admin/listener.ora", "Listener Log File": log}
    body = "".join(f"{key:<25} {value}\n" for key, value in rows.items())
    ends = f"Listening Endpoints Summary...\n  {_address(now)}\n"
    return f"STATUS of the {name}\n------------------------\n{body}{ends}"


def lsnrctl(now: Now, words: list[str]) -> tuple[int, str]:
    """Exit status and text of `lsnrctl status|services [name]`; a listener that is down refuses the connection."""
    verb, listener = words[0].lower() if words else "help", now.state["listener"]
    if verb == "version" and len(words) < 2:
        return 0, f"{_banner(now)}The command completed successfully\n"
    if verb not in {"status", "services"}:
        return 1, f"{_banner(now)}NL-00853: undefined command \"{verb}\". Try \"help\"\n"
    begin = f"{_banner(now)}Connecting to {_address(now)}\n"
    asked = words[1] if len(words) > 1 else "LISTENER"
    if asked.upper() != listener["name"].upper():
        return 1, (f"{_banner(now)}TNS-01101: Could not find service name {asked}\n")
    if listener["state"] != "up":
        return 1, (f"{begin}TNS-12541: TNS:no listener\n TNS-12560: TNS:protocol adapter error\n"
                   "  TNS-00511: No listener\n   Linux Error: 111: Connection refused\n")
    body = _services(now, verb == "services")
    return 0, f"{begin}{_status(now) if verb == 'status' else ''}{body}The command completed successfully\n"


def _written(value: object) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))


def _patches(now: Now) -> list[str]:
    patches = now.state["opatch"]["patches"]
    if not patches:
        return ["There are no Interim patches installed in this Oracle Home.", ""]
    lines = [f"Interim patches ({len(patches)}) :", ""]
    for number, one in patches.items():
        applied, created = _written(one["applied"]), _written(one["created"])
        lines += [f"Patch  {number:<12} : applied on {applied:%a %b %d %H:%M:%S} CST {applied:%Y}",
                  f"Unique Patch ID:  {one['unique']}", f'Patch description:  "{one["description"]}"',
                  f"   Created on {created.day} {created:%b %Y}, {created:%H:%M:%S} hrs", "   Bugs fixed:",
                  f"     {number}", "", ""]
    return lines


def opatch(now: Now, words: list[str]) -> tuple[int, str]:
    """Exit status and text of `opatch lsinventory [-oh HOME]` and `opatch lspatches`."""
    said, state = now.state["opatch"], now.state
    verb = words[0].lower() if words else ""
    home = words[words.index("-oh") + 1] if "-oh" in words[:-1] else state["home"]
    if not home.rstrip("/").endswith(state["home"]):  # in front stands where the lab keeps the host's files
        return 73, f"List Home(s)Session failed: {home} is not an Oracle Home.\n\nOPatch failed with error code 73\n"
    if verb == "lspatches":
        listed = [f"{number};{one['description']}" for number, one in said["patches"].items()]
        return 0, "\n".join([*(listed or _patches(now)), "", "OPatch succeeded.", ""])
    if verb == "version":
        return 0, f"OPatch Version: {said['version']}\n\nOPatch succeeded.\n"
    if verb != "lsinventory":
        return 14, f"Unrecognized Command: {verb}\n\nOPatch failed with error code 14\n"
    mark = f"{now.at:%Y-%m-%d_%H-%M-%S%p}"
    major = now.version[0]
    product = f"Oracle Database {major}{'g' if major < 12 else 'c'}"
    lines = [
        f"Oracle Interim Patch Installer version {said['version']}",
        f"Copyright (c) {now.at:%Y}, Oracle Corporation.  All rights reserved.", "", "",
        f"Oracle Home       : {state['home']}", f"Central Inventory : {state['base'].rpartition('/')[0]}/oraInventory",
        "   from           : /etc/oraInst.loc", f"OPatch version    : {said['version']}",
        f"OUI version       : {state['version']}",
        f"Log file location : {state['home']}/cfgtoollogs/opatch/opatch{mark}_1.log", "",
        f"Lsinventory Output file location : {state['home']}/cfgtoollogs/opatch/lsinv/lsinventory{mark}.txt", "",
        _RULE, "Installed Top-level Products (1): ", "", f"{product:<69}{state['version']}",
        "There are 1 products installed in this Oracle Home.", "", "", *_patches(now), "", _RULE, "",
        "OPatch succeeded.", ""]
    return 0, "\n".join(lines)
