"""Accounts and antivirus."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from pacs_rounds.derive import Data, against_baseline, derivation
from pacs_rounds.derive.linux import DAY_SECONDS, agreed, answer_to, not_answered, tool_missing
from pacs_rounds.model import Context, NotApplicable, Reason, Row

LOCKED_ITEM = "(locked accounts)"
PASSWORDS_ITEM = "(passwords)"
SHADOW_COMMAND_END = "/etc/shadow"
CLAMSCAN_COMMAND = "clamscan --version"

# End of support by feature release (endoflife.date, from the ClamAV EOL policy; read 2026-11). Releases older than
# the first entry are long without signature updates, newer than the last are supported until this table is renewed.
CLAMAV_END = {
    (0, 103): "2024-09-14", (0, 104): "2023-03-28", (0, 105): "2023-09-01", (1, 0): "2025-11-28", (1, 1): "2024-06-07",
    (1, 2): "2024-12-15", (1, 3): "2026-02-07", (1, 4): "2027-08-15"}


def _day(days: int) -> str:
    try:
        return date.fromordinal(date(1970, 1, 1).toordinal() + days).isoformat()
    except (ValueError, OverflowError):
        return f"day {days}"


def _password_state(entry: dict[str, Any], today: int) -> tuple[str, str]:
    """Word and detail for an account's password, gravest first. Days are counted since 1970, as in shadow."""
    changed, longest, expires = entry["changed_days"], entry["max_days"], entry["expires_days"]
    if entry["password"] == "empty":  # noqa: S105
        return "empty_password", "anyone can log in without a password"
    if entry["password"] == "locked":  # noqa: S105
        return "locked", ""
    if expires is not None and expires <= today:
        return "account_expired", f"the account expired on {_day(expires)}"
    if changed == 0:
        return "password_must_change", "the password must be changed at the next login"
    if changed is not None and longest is not None and longest < 99999 and changed + longest < today:
        return "password_expired", f"the password expired on {_day(changed + longest)}"
    return "in_order", f"password changed on {_day(changed)}" if changed is not None else ""


def _state_of(account: dict[str, Any], entry: dict[str, Any] | None, shadow_read: bool, today: int) -> tuple[str, str]:
    kind = account["password"]
    if kind == "nis":
        return "nis_entry", "accounts are taken from NIS; a '+' line is also an old way to a root login"
    if kind == "empty":
        return "empty_password", "the password field in /etc/passwd is empty"
    if kind == "hash":
        return "hash_in_passwd", "a password hash stands in /etc/passwd, readable by everybody"
    if kind == "locked":
        return "locked", ""
    if entry is None:
        return ("not_in_shadow", "no entry in /etc/shadow") if shadow_read else ("locked", "")
    return _password_state(entry, today)


@derivation("linux.accounts")
def accounts(data: Data, context: Context) -> list[Row]:
    """A row for each root-equal account, each that can log in, and each with a fault; locked ones are one row."""
    allowed = [str(name) for name in agreed(context, "uid0_accounts")] or ["root"]
    listed = data["linux.shadow"]
    shadow = {entry["name"]: entry for entry in listed or []}
    today = int(context.collected_at // DAY_SECONDS)
    rows: list[Row] = []
    locked: list[str] = []
    for account in data["linux.passwd"]:
        name = account["name"]
        state, detail = _state_of(account, shadow.get(name), listed is not None, today)
        if account["uid"] == 0 and name not in allowed:
            rows.append({"account": name, "state": "uid0_unexpected", "detail": f"uid 0; password: {state}"})
        elif state != "locked" or account["uid"] == 0:
            rows.append({"account": name, "state": state, "detail": detail})
        else:
            locked.append(name)
    rows = against_baseline(rows, allowed, "account")
    if listed is None:
        answer = next((one for command, one in context.answers.items() if command.endswith(SHADOW_COMMAND_END)), None)
        rows = [row for row in rows if row["state"] != "locked"]
        return [*rows, not_answered(answer, "account", PASSWORDS_ITEM)]
    if locked:
        rows.append({"account": LOCKED_ITEM, "state": "locked", "detail": f"{len(locked)} accounts without a password"})
    return rows


def _clamscan(data: Data, context: Context, item: str, name: str) -> tuple[dict[str, Any] | None, list[Row]]:
    """clamscan's version, or the rows to return instead. Absent is a finding only where ClamAV was agreed."""
    product = context.baseline.get("antivirus")
    if product == "none":
        raise NotApplicable("the baseline says that this host has no antivirus")
    if product not in (None, "clamav"):
        return None, [{item: name, "unknown": Reason.TOOL_MISSING.value,
                       "detail": f"no check for the antivirus product {str(product)[:40]}"}]
    version: dict[str, Any] | None = data["linux.clamscan_version"]
    if version is None:
        return None, [not_answered(answer_to(context, CLAMSCAN_COMMAND), item, name)]
    return version, []


@derivation("linux.antivirus_engine")
def antivirus_engine(data: Data, context: Context) -> list[Row]:
    """Whether the ClamAV engine is there and still gets signatures on the day of collection."""
    version, rows = _clamscan(data, context, "engine", "clamav")
    if version is None:
        agreed_on = context.baseline.get("antivirus") == "clamav"
        if agreed_on and tool_missing(answer_to(context, CLAMSCAN_COMMAND)):
            return [{"engine": "clamav", "state": "absent", "detail": "agreed in the baseline, not installed"}]
        return rows
    major, minor = (int(part) for part in version["engine_version"].split(".")[:2])
    end = CLAMAV_END.get((major, minor), "2022-01-03" if (major, minor) < min(CLAMAV_END) else "")
    today = datetime.fromtimestamp(context.collected_at, UTC).date().isoformat()
    over = bool(end) and today > end
    detail = f"ClamAV {version['engine_version']}" + (f", supported until {end}" if end else "")
    return [{"engine": "clamav", "state": "end_of_life" if over else "supported", "detail": detail}]


@derivation("linux.antivirus_signatures")
def antivirus_signatures(data: Data, context: Context) -> list[Row]:
    """Age of the signature database on the day of collection."""
    version, rows = _clamscan(data, context, "signatures", "clamav")
    if version is None:
        return rows
    if version["signature_time"] is None:
        return [{"signatures": "clamav", "unknown": Reason.EMPTY.value,
                 "detail": "clamscan names no signature database: none is installed, or it cannot be read"}]
    # The target prints local time without a zone: at most 14 hours off, which the levels of days do not feel.
    made = datetime.fromisoformat(version["signature_time"]).replace(tzinfo=UTC).timestamp()
    age = (context.collected_at - made) / DAY_SECONDS
    detail = f"database {version['signature_version']} of {version['signature_time'][:10]}"
    if age < -1:
        return [{"signatures": "clamav", "unknown": Reason.UNPARSABLE.value, "detail": f"{detail}: in the future"}]
    return [{"signatures": "clamav", "age_days": round(max(0.0, age), 1), "detail": detail}]
