"""Instances, archiving, replication, connections, growth and the age of transactions. Pure."""

from __future__ import annotations

from typing import Any

from pacs_rounds.derive import Data, derivation, identity
from pacs_rounds.model import Context, Reason, Row
from pacs_rounds.postgres.segments import segment_number

Section = dict[str, Any]


def _agreed(context: Context) -> dict[str, dict[str, Any]]:
    """Instance -> its entry in rounds_postgres."""
    return {one["name"]: one for one in (context.settings.get("rounds_postgres") or {}).get("instances", [])}


def _gap(section: Section, item: str) -> Row:
    return {"item": item, "unknown": section["reason"], "detail": section["detail"]}


def _each(sections: list[Section], row: Any) -> list[Row]:
    """One row per instance that answered with its one row, `unknown` for one that did not."""
    return [_gap(one, one["instance"]) if one["reason"] else {"item": one["instance"], **row(one["rows"][0], one)}
            for one in sections]


@identity("postgres")
def who(data: Data, context: Context) -> dict[str, Any]:
    """PostgreSQL says nothing of the machine; the host's operating system does, to another role."""
    return {}


@derivation("postgres.instance")
def instance(data: Data, context: Context) -> list[Row]:
    """{item, state: primary|standby|down|other_role}: a server that nobody can reach on its own host is down."""
    rows: list[Row] = []
    for one in data["postgres.health"]["server"]:
        if one["reason"] == Reason.UNREACHABLE:
            rows.append({"item": one["instance"], "state": "down", "detail": one["detail"]})
        elif one["reason"]:
            rows.append(_gap(one, one["instance"]))
        else:
            server = one["rows"][0]
            state = "standby" if server["in_recovery"] else "primary"
            wanted = _agreed(context).get(one["instance"], {}).get("role", state)
            said = f"version {server['version']}, running since {server['started']}, data checksums " \
                f"{server['data_checksums']}"
            rows.append({"item": one["instance"], "state": state if state == wanted else "other_role",
                         "detail": said if state == wanted else f"{state}, agreed is {wanted}; {said}"})
    return rows


@derivation("postgres.connections")
def connections(data: Data, context: Context) -> list[Row]:
    """Percent of the connections that ordinary accounts may have."""
    def row(server: dict[str, Any], _: Section) -> Row:
        usable = max(1, server["max_connections"] - server["reserved_connections"])
        return {"percent": round(100 * server["connections"] / usable, 1),
                "detail": f"{server['connections']} of {usable}"}

    return _each(data["postgres.health"]["server"], row)


@derivation("postgres.archiving")
def archiving(data: Data, context: Context) -> list[Row]:
    """{item, state: archiving|off|failing|never}: failing when the newest attempt failed."""
    def row(one: dict[str, Any], _: Section) -> Row:
        if one["archive_mode"] == "off":
            return {"state": "off", "detail": "archive_mode is off: only the moment of a backup can be restored"}
        failed, done = one["failed_seconds_ago"], one["archived_seconds_ago"]
        if failed is not None and (done is None or failed < done):
            return {"state": "failing", "detail": f"{one['last_failed_wal']} failed {failed} s ago, "
                    f"{one['failed_count']} failures in all"}
        if done is None:
            return {"state": "never", "detail": "nothing was archived since the statistics were reset"}
        return {"state": "archiving", "detail": f"{one['last_archived_wal']} {done} s ago"}

    return _each(data["postgres.health"]["archiver"], row)


@derivation("postgres.archive_waiting")
def archive_waiting(data: Data, context: Context) -> list[Row]:
    """Complete segments of the log that are not in the archive yet."""
    rows: list[Row] = []
    for one in data["postgres.health"]["archiver"]:
        if one["reason"]:
            rows.append(_gap(one, one["instance"]))
            continue
        said = one["rows"][0]
        if said["archive_mode"] == "off" or said["current_wal"] is None:
            continue
        last = (said["last_archived_wal"] or "")[:24]
        if len(last) != 24:
            rows.append({"item": one["instance"], "unknown": Reason.NO_PREVIOUS.value,
                         "detail": "nothing was archived since the statistics were reset"})
            continue
        size = said["segment_bytes"]
        waiting = max(0, segment_number(said["current_wal"], size) - segment_number(last, size) - 1)
        rows.append({"item": one["instance"], "segments": waiting, "detail": f"{last} is archived, "
                     f"{said['current_wal']} is written"})
    return rows


@derivation("postgres.replication")
def replication(data: Data, context: Context) -> list[Row]:
    """{item: instance/standby, state}: the server's own word, and `absent` for an agreed standby that is not there."""
    rows: list[Row] = []
    for one in data["postgres.health"]["replication"]:
        if one["reason"]:
            rows.append(_gap(one, one["instance"]))
            continue
        seen = {row["standby"]: row for row in one["rows"]}
        rows += [{"item": f"{one['instance']}/{name}", "state": row["state"] or "unknown", "detail": row["sync_state"]}
                 for name, row in seen.items()]
        rows += [{"item": f"{one['instance']}/{name}", "state": "absent", "detail": "agreed in rounds_postgres"}
                 for name in _agreed(context).get(one["instance"], {}).get("standbys", []) if name not in seen]
    return rows


@derivation("postgres.replication_lag")
def replication_lag(data: Data, context: Context) -> list[Row]:
    """Seconds behind: of each standby as the primary sees it, or of this server where it is one."""
    rows: list[Row] = []
    for one in data["postgres.health"]["replication"]:
        rows += [{"item": f"{one['instance']}/{row['standby']}", "seconds": row["lag_seconds"] or 0}
                 for row in one["rows"]]
    for one in data["postgres.health"]["standby"]:
        if one["reason"]:
            rows.append(_gap(one, one["instance"]))
        elif one["rows"][0]["in_recovery"]:
            own = one["rows"][0]
            item = {"item": one["instance"], "detail": f"receiver: {own['receiver'] or 'none'}"}
            rows.append({**item, "seconds": own["lag_seconds"]} if own["lag_seconds"] is not None
                        else {**item, "unknown": Reason.EMPTY.value, "detail": "nothing was replayed yet"})
    return rows


def _databases(data: Data) -> list[tuple[str, dict[str, Any] | None, Section]]:
    found: list[tuple[str, dict[str, Any] | None, Section]] = []
    for one in data["postgres.health"]["databases"]:
        if one["reason"]:
            found.append((one["instance"], None, one))
        found += [(f"{one['instance']}/{row['database']}", row, one) for row in one["rows"]]
    return found


@derivation("postgres.database_size")
def database_size(data: Data, context: Context) -> list[Row]:
    """Bytes of each database, and how much that is more than in the last run."""
    rows: list[Row] = []
    for item, row, section in _databases(data):
        if row is None:
            rows.append(_gap(section, item))
            continue
        before = (context.earlier("postgres.database_size", item) or {}).get("observed")
        more = {"previous": before, "delta": row["bytes"] - before} if isinstance(before, int) else {}
        rows.append({"item": item, "bytes": row["bytes"], **more})
    return rows


@derivation("postgres.wraparound")
def wraparound(data: Data, context: Context) -> list[Row]:
    """Transactions since the oldest row that is not frozen; at 2^31 the server stops accepting writes."""
    return [_gap(section, item) if row is None else
            {"item": item, "transactions": row["frozen_age"],
             "detail": f"{100 * row['frozen_age'] / 2 ** 31:.1f} % of what there is"}
            for item, row, section in _databases(data)]


@derivation("postgres.slots")
def slots(data: Data, context: Context) -> list[Row]:
    """Bytes of log that each slot keeps from being removed."""
    rows: list[Row] = []
    for one in data["postgres.health"]["slots"]:
        if one["reason"]:
            rows.append(_gap(one, one["instance"]))
        rows += [{"item": f"{one['instance']}/{row['slot']}", "bytes": row["retained_bytes"],
                  "detail": "active" if row["active"] else "nobody reads it"}
                 for row in one["rows"] if row["retained_bytes"] is not None]
    return rows

