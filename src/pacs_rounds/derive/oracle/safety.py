"""Is the data whole and the door closed: corrupt blocks, accounts, default passwords, limits of failed logins."""

from __future__ import annotations

from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.oracle.shared import Fields, Told, agreed, beside, days_between, few, now_of, said, told
from pacs_rounds.model import Context, NotApplicable, Reason, Row

VALIDATION_DAYS = 35
EXPIRING_DAYS = 30


@derivation("oracle.block_corruption")
def block_corruption(data: Data, context: Context) -> list[Row]:
    """A row per corrupt range of blocks, and one for how long ago anybody looked.

    The view is filled only by backups and validations that read the files: without a recent one "no corrupt block"
    means nothing. A whole backup of every file counts as such a look.
    """
    answers, rows = told(data, "block_corruption", "part")
    for one in answers:
        corrupt = [row for row in one.rows if row["kind"] == "CORRUPT"]
        for row in corrupt:
            rows.append({"part": one.name(f"file {row['file_id']} block {row['block_id']}"), "state": "corrupt",
                         "detail": said(f"{row['block_count']} blocks, {str(row['corruption_type']).lower()}",
                                        f"{row['total_count']} ranges in all" if row["total_count"] > len(corrupt)
                                        else "")})
        rows.append({"part": one.name("last look at every block"), **_looked(one, data, context)})
    return rows


def _looked(one: Told, data: Data, context: Context) -> Row:
    validated = max((row["validated_at"] for row in one.rows if row["kind"] == "VALIDATED" and row["validated_at"]),
                    default=None)
    files = [row for row in beside(data, "datafiles", one.sid) or [] if row["kind"] == "DATA"]
    whole = [row["full_at"] for row in files]
    backed_up = min(whole) if whole and all(whole) else None
    newest = max((at for at in (validated, backed_up) if at), default=None)
    if newest is None:
        return {"unknown": Reason.NOT_RUN.value, "detail": "neither a validation nor a full backup of every file is on "
                "record: that no block is listed as corrupt proves nothing"}
    days = days_between(newest, now_of(data, one.sid, context))
    how = "validated" if newest == validated else "every file backed up in full"
    most = float(context.baseline.get("oracle_validation_days") or VALIDATION_DAYS)
    return {"state": "looked_at" if days <= most else "looked_at_long_ago",
            "detail": f"{how} {newest}, {days:.1f} days ago"}


@derivation("oracle.accounts")
def accounts(data: Data, context: Context) -> list[Row]:
    """Each account. Those the baseline's oracle_accounts names must be open; others may be closed."""
    answers, rows = told(data, "accounts", "account")
    listed = agreed(context, "oracle_accounts")
    seen: set[str] = set()
    for one in answers:
        for row in one.rows:
            name = str(row["username"])
            seen |= {name.upper(), one.name(name).upper()}
            wanted = bool({name.upper(), one.name(name).upper()} & set(listed))
            rows.append({"account": one.name(name), **_account(row, wanted, one, data, context)})
    if answers:
        rows += [{"account": name, "state": "absent", "detail": "listed in the baseline, not in the database"}
                 for name in listed if name not in seen]
    return rows


def _account(row: Fields, wanted: bool, one: Told, data: Data, context: Context) -> Row:
    status = str(row["account_status"] or "").upper()
    detail = said(status.lower(), "the application's" if wanted else "",
                  f"locked {row['locked_at']}" if row["locked_at"] and "LOCKED" in status else "",
                  f"expires {row['expires_at']}" if row["expires_at"] else "", f"profile {row['profile']}")
    locked, expired = "LOCKED" in status, status.startswith("EXPIRED")
    if status.startswith("OPEN") or (status.startswith("EXPIRED(GRACE)") and not locked):
        left = -days_between(row["expires_at"], now_of(data, one.sid, context)) if row["expires_at"] else None
        soon = "GRACE" in status or (left is not None and left <= EXPIRING_DAYS)
        return {"state": "expiring" if soon else "open", "detail": detail}
    if locked:
        timed = "closed_by_failures" if "TIMED" in status else "closed"
        return {"state": "locked" if wanted else timed, "detail": detail}
    if expired:
        return {"state": "expired" if wanted else "password_expired", "detail": detail}
    return {"state": status.lower() or "not_told", "detail": detail}


@derivation("oracle.default_passwords")
def default_passwords(data: Data, context: Context) -> list[Row]:
    """Accounts that the database itself says have a well-known password; nothing is tried."""
    answers, rows = told(data, "accounts", "account")
    unasked = [one for one in answers if one.rows and all(row["default_password"] is None for row in one.rows)]
    if unasked and len(unasked) == len(answers) and not rows:
        raise NotApplicable("before 11g no view tells of default passwords, and none is tried")
    for one in answers:
        if one in unasked:
            continue
        known = [row for row in one.rows if row["default_password"] == "YES"]  # noqa: S105  (the column's word)
        for row in known:
            shut = "LOCKED" in str(row["account_status"]).upper()
            rows.append({"account": one.name(row["username"]),
                         "state": "default_but_locked" if shut else "default_password",
                         "detail": str(row["account_status"]).lower()})
        if not known:
            rows.append({"account": one.sid, "state": "none_default", "detail": f"{len(one.rows)} accounts looked at"})
    return rows


@derivation("oracle.login_limits")
def login_limits(data: Data, context: Context) -> list[Row]:
    """Profiles of accounts that are open: does any lock an account after failed logins?"""
    answers, rows = told(data, "accounts", "profile")
    for one in answers:
        profiles: dict[str, list[Fields]] = {}
        for row in one.rows:
            if not {"LOCKED"} & set(str(row["account_status"]).upper().replace("(", " ").split()):
                profiles.setdefault(str(row["profile"]), []).append(row)
        for name, users in sorted(profiles.items()):
            written = str(users[0]["failed_login_limit"] or "")
            state = "unlimited" if written == "UNLIMITED" else "limited" if written.isdigit() else "not_told"
            rows.append({"profile": one.name(name), "state": state, "detail": said(
                f"limit of failed logins {written or 'not told'}", few([str(user["username"]) for user in users]))})
        if not profiles:
            rows.append({"profile": one.sid, "unknown": Reason.EMPTY.value, "detail": "no open account is listed"})
    return rows
