"""Whether a restore drill may run. What is not known stops it as surely as what is not met.

A careless trial restore can damage production: an Oracle restore with production's DB_UNIQUE_NAME and recovery area
deletes production's flashback logs; a PostgreSQL copy with production's configuration writes a new timeline into
production's archive.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pacs_rounds.derive import Data, derivation
from pacs_rounds.model import Context, Reason, Row

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@derivation("drill.preconditions")
def preconditions(data: Data, context: Context) -> list[Row]:
    """One row per precondition: {item, state: met|unmet|not_needed, detail}, or `unknown`."""
    setup, look, production = data["drill.setup"], data["drill.look"], data["drill.production"]
    return judged(setup, look, production)


def judged(setup: dict[str, Any], look: dict[str, Any] | None, production: dict[str, Any] | None) -> list[Row]:
    """The same, for who must know before anything is done. `look` or `production` is None where nobody answered."""
    oracle = setup["drill"]["engine"] == "oracle"
    return [_other_host(setup, look, production), (_other_name if oracle else _other_instance)(setup, look, production),
            _no_catalog(setup), _target(setup, look), _space(setup, look), _backup(setup, look), _tools(setup, look),
            _approval(setup), _window(setup)]


def _met(item: str, detail: str) -> Row:
    return {"item": item, "state": "met", "detail": detail}


def _unmet(item: str, detail: str) -> Row:
    return {"item": item, "state": "unmet", "detail": detail}


def _unknown(item: str, detail: str) -> Row:
    return {"item": item, "unknown": Reason.NOT_RUN.value, "detail": detail}


def _other_host(setup: dict[str, Any], look: dict[str, Any] | None, production: dict[str, Any] | None) -> Row:
    item, source = "other host", setup["drill"]["source"]
    if setup["drill_host"] == source or setup["drill_address"] == setup["source_address"]:
        return _unmet(item, f"the drill host is production itself: {source}")
    if look is None:
        return _unknown(item, "the drill host did not say who it is")
    if look["host"].partition(".")[0].lower() == source.partition(".")[0].lower():
        return _unmet(item, f"the drill host calls itself {look['host']}, which is production")
    if production and production["host"] == look["host"]:
        return _unmet(item, f"production and the drill host are one machine: both call themselves {look['host']}")
    if setup["source_address"] in look["address"]:
        return _unmet(item, f"the drill host has production's address {setup['source_address']}")
    return _met(item, f"{look['host']} is not {source}")


def _other_instance(setup: dict[str, Any], look: dict[str, Any] | None, production: dict[str, Any] | None) -> Row:
    """PostgreSQL: nothing that runs here may be the database that is restored."""
    item = "other instance"
    if look is None:
        return _unknown(item, "the drill host did not answer")
    target = setup["drill"]["target"].rstrip("/")
    if look.get("port") != "free":
        return _unmet(item, f"something listens on port {setup['drill']['port']} in {target} already")
    same = {look.get("system_identifier"), (production or {}).get("system_identifier")} - {None}
    for one in look["running"]:
        if one["directory"].rstrip("/") == target:
            return _unmet(item, f"an instance runs in {target}")
        if one["identifier"] in same:
            return _unmet(item, f"the production database runs on the drill host, in {one['directory']}")
        if one["identifier"] == "unknown":
            return _unknown(item, f"the instance in {one['directory']} cannot be told from production")
    if production and look.get("system_identifier") not in (None, production["system_identifier"]):
        return _unmet(item, "the backup is of another database than production")
    return _met(item, f"none of {len(look['running'])} running instances is production's")


def _other_name(setup: dict[str, Any], look: dict[str, Any] | None, _: dict[str, Any] | None) -> Row:
    """Oracle: another DB_UNIQUE_NAME and another recovery area; both, although either would do."""
    item, drill = "other instance", setup["drill"]
    known = drill.get("production") or {}
    names = (str(known.get("db_unique_name", "unknown")).lower(), str(drill.get("db_unique_name", "unknown")).lower())
    areas = tuple(str(one.get("recovery_area", "unknown")).rstrip("/") for one in (known, drill))
    if "unknown" in names + areas:
        return _unknown(item, "db_unique_name or recovery_area of production or of the drill is still unknown")
    if names[0] == names[1]:
        return _unmet(item, f"the drill's DB_UNIQUE_NAME is production's: {names[1]}")
    if areas[0] == areas[1] or areas[1].startswith(f"{areas[0]}/") or areas[0].startswith(f"{areas[1]}/"):
        return _unmet(item, f"the drill's recovery area is production's: {areas[1]}")
    if look is None:
        return _unknown(item, "the drill host did not answer")
    if look.get("instance") == "running":
        return _unmet(item, f"an instance {drill['sid']} runs on the drill host")
    return _met(item, f"{names[1]} in {areas[1]}, production is {names[0]} in {areas[0]}")


def _no_catalog(setup: dict[str, Any]) -> Row:
    item, drill = "no catalog", setup["drill"]
    if drill["engine"] != "oracle":
        return {"item": item, "state": "not_needed", "detail": "a file restore connects to no catalog"}
    if drill.get("catalog"):
        return _unmet(item, "a catalog is named: RMAN would enter the copy there as production")
    return _met(item, "the script connects to the auxiliary instance only")


def _target(setup: dict[str, Any], look: dict[str, Any] | None) -> Row:
    item = "target empty"
    if look is None:
        return _unknown(item, "the drill host did not answer")
    if look["target"] in {"absent", "empty"}:
        return _met(item, f"{setup['drill']['target']} is {look['target']}")
    if look["target"] == "in_use":
        return _unmet(item, f"{setup['drill']['target']} holds something already")
    return _unknown(item, f"{setup['drill']['target']} cannot be looked into")


def _space(setup: dict[str, Any], look: dict[str, Any] | None) -> Row:
    item = "free space"
    needed = (look or {}).get("backup_kb")
    if setup["drill"].get("size_gb"):  # what Oracle's compressed pieces unfold to
        needed = int(setup["drill"]["size_gb"] * 1024 * 1024)
    free = (look or {}).get("free_kb")
    if needed is None or free is None:
        return _unknown(item, "the size of the backup or the free space was not told")
    factor = float(setup["drill"].get("space_factor", 1.5 if (look or {}).get("format") != "tar" else 5))
    said = f"{free / 1048576:.1f} GiB free, {needed / 1048576:.1f} GiB times {factor:g} needed"
    return _met(item, said) if free >= needed * factor else _unmet(item, said)


def _backup(setup: dict[str, Any], look: dict[str, Any] | None) -> Row:
    item = "backup there"
    if look is None:
        return _unknown(item, "the drill host did not answer")
    if not look.get("backup") or look["backup"] == "none":
        return _unmet(item, f"no backup below {setup['drill'].get('backup')}")
    if look.get("links"):
        return _unmet(item, "the backup holds links or tablespaces of their own: opening the copy would write to them")
    return _met(item, f"{look['backup']}, begun {look.get('started') or 'at an unknown time'}")


def _tools(setup: dict[str, Any], look: dict[str, Any] | None) -> Row:
    item = "programs"
    if look is None:
        return _unknown(item, "the drill host did not answer")
    if setup["drill"]["engine"] == "oracle":
        home = look.get("oracle_home")
        return _met(item, f"rman in {home}") if home else _unmet(item, "no rman in the drill's oracle_home")
    missing = [name for name in ("pg_ctl", "pg_verifybackup", "psql") if name not in look["tool"]]
    if missing:
        return _unmet(item, f"not on the drill host: {', '.join(missing)}")
    server, backup = (look.get("server") or "").split("."), (look.get("version") or "").split(".")
    if not backup[0]:
        return _unknown(item, "the backup does not tell its version")
    same = server[0] == backup[0] and (int(backup[0]) >= 10 or server[:2] == backup[:2])
    said = f"server {look.get('server')}, backup of version {look.get('version')}"
    return _met(item, said) if same else _unmet(item, said)


def _approval(setup: dict[str, Any]) -> Row:
    item, approval = "approval", setup["drill"].get("approval")
    if not approval:
        return _unmet(item, "nobody has approved this drill")
    expires = date.fromisoformat(str(approval["expires"]))
    said = f"by {approval['by']} until {expires.isoformat()}"
    return _met(item, said) if _local(setup).date() <= expires else _unmet(item, f"{said}: it has expired")


def _window(setup: dict[str, Any]) -> Row:
    item, window = "window", setup["drill"].get("window")
    if not window:
        return _unmet(item, "no window was agreed")
    now = _local(setup)
    begin, end = time.fromisoformat(str(window["from"])), _end(str(window["until"]))
    # A window past midnight belongs to the day on which it began.
    day = now.date() if begin <= end or now.time() >= begin else now.date() - timedelta(days=1)
    inside = begin <= now.time() < end if begin <= end else now.time() >= begin or now.time() < end
    days = window.get("days", list(DAYS))
    said = f"{window['from']} to {window['until']} on {', '.join(days)}, now {DAYS[now.weekday()]} {now:%H:%M}"
    return _met(item, said) if inside and DAYS[day.weekday()] in days else _unmet(item, said)


def _end(hour: str) -> time:
    """24:00 is the day's end; the moment is told in whole seconds, so none lies behind it."""
    return time.max if hour == "24:00" else time.fromisoformat(hour)


def _local(setup: dict[str, Any]) -> datetime:
    """The control node's moment in the site's zone; a zone nobody knows is UTC and says so by its name."""
    moment = datetime.fromisoformat(setup["moment"])
    try:
        return moment.astimezone(ZoneInfo(setup["timezone"]))
    except (ZoneInfoNotFoundError, ValueError):
        return moment.astimezone(UTC)
