"""Whether a device's settings were kept, how old the last good copy is, and what changed without an order."""

from __future__ import annotations

from typing import Any

from pacs_rounds.derive import Data, derivation
from pacs_rounds.model import Context, NotApplicable, Reason, Row

KEPT = frozenset({"new", "changed", "unchanged"})
_REASONS = frozenset(str(reason) for reason in Reason)
DAY = 86400.0


def facts_of(data: Data) -> dict[str, Any]:
    """What `configs device` answered."""
    facts: dict[str, Any] = data["configs.device"]
    return facts


def main_of(facts: dict[str, Any]) -> dict[str, Any]:
    """The document that makes a copy a copy."""
    found: dict[str, Any] = next(one for one in facts["documents"] if one["document"] == facts["main"])
    return found


def reason_of(one: dict[str, Any]) -> Reason:
    """A document's reason as one of the model's; what the gate calls otherwise is a text that cannot be used."""
    if one["reason"] in _REASONS:
        return Reason(one["reason"])
    return Reason.TRUNCATED if one["reason"] in {"no_end", "too_short", "shrunk"} else Reason.UNPARSABLE


@derivation("configs.backup")
def backup(data: Data, context: Context) -> list[Row]:
    """A row per document: kept (new, changed, the same), kept unsealed, in quarantine, not there, or unknown. A device
    that said nothing at all is one row. Its controller's documents have rows of their own, whatever the device said."""
    facts = facts_of(data)
    silence = silent(facts)
    return [*([silence] if silence else []),
            *(_row(facts, one) for one in facts["documents"] if not silence or (one.get("of") and not facts["fault"]))]


def silent(facts: dict[str, Any]) -> Row | None:
    """The one row of a device of which every document failed alike, or of a store that cannot be used."""
    if facts["fault"]:
        return {"document": "*", "unknown": Reason.NOT_RUN, "detail": f"no copy was kept: {facts['fault']}"}
    first = facts["documents"][0]
    same = all((one["state"], one["reason"]) == ("gap", first["reason"]) for one in facts["documents"]
               if not one.get("of") and one["state"] != "not_offered" and one["reason"] != Reason.NOT_RUN)
    if first["state"] != "gap" or not same:
        return None
    return {"document": "*", "unknown": reason_of(first), "detail": first["detail"]}


def _row(facts: dict[str, Any], one: dict[str, Any]) -> Row:
    item, state = one["document"], one["state"]
    if state == "gap":
        return {"document": item, "unknown": reason_of(one), "detail": one["detail"]}
    if state == "quarantined":
        return {"document": item, "state": "quarantined",
                "detail": f"{one['reason']}: {one['detail']}; the last good copy stays"}
    if state in KEPT and not facts["recipients"]:
        return {"document": item, "state": "not_sealed",
                "detail": "rounds_configs names no recipient: only the redacted text is kept, nothing can be restored"}
    detail = f"+{one['added']} -{one['removed']} lines" if state == "changed" else one["detail"]
    return {"document": item, "state": state, "detail": detail}


@derivation("configs.backup_age")
def backup_age(data: Data, context: Context) -> list[Row]:
    """Days since the device's last accepted configuration, this round's included."""
    facts = facts_of(data)
    if facts["fault"]:
        return [{"copy": "last good copy", "unknown": Reason.NOT_RUN, "detail": f"no copy was kept: {facts['fault']}"}]
    if facts["last_good"] is None:
        main = main_of(facts)
        reason = reason_of(main) if main["state"] in {"gap", "quarantined"} else Reason.EMPTY
        return [{"copy": "last good copy", "unknown": reason, "detail": "no configuration was ever accepted"}]
    return [{"copy": "last good copy", "age_days": round(max(0.0, context.collected_at - facts["last_good"]) / DAY, 1)}]


@derivation("configs.changed")
def changed(data: Data, context: Context) -> list[Row]:
    """A row per document that was read: the same as in the last round, the first of its kind, changed by an order or
    without one. What could not be read is told by configs.backup."""
    facts = facts_of(data)
    silence = silent(facts)
    main = main_of(facts)
    rows = [_change(facts, one) for one in facts["documents"] if one["state"] in KEPT]
    if silence:
        rows.insert(0, silence)
    elif main["state"] not in KEPT:
        rows.insert(0, {"document": main["document"], "unknown": reason_of(main),
                        "detail": "no copy was accepted to compare with the last one"})
    return rows


def _change(facts: dict[str, Any], one: dict[str, Any]) -> Row:
    if one["state"] != "changed":
        return {"document": one["document"], "state": one["state"]}
    lines = f"+{one['added']} -{one['removed']} lines"
    shown = _first_lines(one["change"])
    order = one.get("order", facts["order"])
    if order:
        return {"document": one["document"], "state": "by_order", "detail": f"work order {order}; {lines}: {shown}"}
    return {"document": one["document"], "state": "without_order", "detail": f"{lines}: {shown}"}


def _first_lines(change: str, most: int = 4) -> str:
    lines = [line for line in change.splitlines() if line and line[0] in "+-" and not line.startswith(("+++", "---"))]
    more = f"; and {len(lines) - most} more" if len(lines) > most else ""
    return "; ".join(line[:80] for line in lines[:most]) + more


@derivation("configs.golden_rules")
def golden_rules(data: Data, context: Context) -> list[Row]:
    """A row per rule of the site that is about this platform."""
    facts = facts_of(data)
    rows = _read(facts, "golden")
    if not rows:
        raise NotApplicable("the site has no golden rule for this platform")
    return [{"rule": one["rule"], "unknown": Reason.UNPARSABLE, "detail": one["detail"]} if one["word"] == "unreadable"
            else {"rule": one["rule"], "word": one["word"], "detail": one["detail"]} for one in rows]


@derivation("configs.weak_secrets")
def weak_secrets(data: Data, context: Context) -> list[Row]:
    """A row per weak form of a secret (type 7 can be read by everybody, type 0 needs no reading), or one that is ok."""
    facts = facts_of(data)
    if facts["weak"] is None and facts["golden"] is not None:
        raise NotApplicable("on this platform nobody looks for secrets in weak form")
    found: dict[str, list[dict[str, Any]]] = {}
    for one in _read(facts, "weak"):
        found.setdefault(str(one["type"]), []).append(one)
    if not found:
        return [{"form": "secrets", "word": "none"}]
    return [{"form": f"type {form}", "word": "weak", "detail": _places(rows)} for form, rows in sorted(found.items())]


def _places(rows: list[dict[str, Any]]) -> str:
    shown = ", ".join(f"{one['kind']} (line {one['line']})" for one in rows[:6])
    return f"{len(rows)}: {shown}" + (" …" if len(rows) > 6 else "")


def _read(facts: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """The rows of a look at the configuration; NotApplicable where none was accepted, which configs.backup tells."""
    if facts[key] is None:
        raise NotApplicable("no configuration was accepted; configs.backup says why")
    rows: list[dict[str, Any]] = facts[key]
    return rows
