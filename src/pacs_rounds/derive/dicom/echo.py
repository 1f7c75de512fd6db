"""From what became of each C-ECHO to one word, or one number, per AE title."""

from __future__ import annotations

from typing import Any

from pacs_rounds.derive import Data, derivation
from pacs_rounds.model import Context, Reason, Row

Entry = dict[str, Any]

# What a peer said or did is a finding; that nothing reached it is not, because the fault may lie anywhere between.
_UNKNOWN = {"unreachable": Reason.UNREACHABLE, "not_asked": Reason.NOT_RUN, "cut_off": Reason.TRUNCATED}
_SENTENCES = {
    "accepted": "answered the C-ECHO",
    "unreleased": "answered the C-ECHO but not the release",
    "aborted": "aborted",
    "closed": "hung up without a word",
    "refused": "refused the TCP connection",
    "no_context": "accepted the association without Verification",
    "failed_status": "answered the C-ECHO with an error status",
    "protocol_error": "does not speak DICOM here",
    "busy": "is busy: it rejects the association for now",
    "silent_association": "fell silent at the association",
    "silent_echo": "fell silent at the C-ECHO",
}


def word_of(entry: Entry) -> str:
    """The word a check judges. Rejections are told apart by source and reason (PS3.8 table 9-21)."""
    result = str(entry["result"])
    if result == "timed_out":
        return f"silent_{entry['phase']}"
    if result != "rejected":
        return result
    grounds = (entry["source"], entry["reason_code"])
    if grounds in {(3, 1), (3, 2)}:
        return "busy"
    named = {(1, 2): "rejected_application_context", (1, 3): "rejected_calling_ae", (1, 7): "rejected_called_ae",
             (2, 2): "rejected_protocol_version"}
    if grounds in named:
        return named[grounds]
    return "rejected_transient" if entry["reject_result"] == 2 else "rejected"


def detail_of(entry: Entry) -> str:
    """A sentence for people: who was asked under which name, and what came back."""
    where = f" at {entry['address']}:{entry['port']}" if entry.get("address") and entry.get("port") else ""
    caller = f", asked by {entry['calling_ae_title']}" if entry.get("calling_ae_title") else ""
    word = word_of(entry)
    said = _SENTENCES.get(word, "rejected the association" if word.startswith("rejected") else word.replace("_", " "))
    code = ""
    if entry["result"] == "rejected":
        code = "/".join(str(entry[key]) for key in ("reject_result", "source", "reason_code"))
    elif entry["result"] == "failed_status":
        code = str(entry["status"])
    reason = ", ".join(part for part in (entry["reason_text"], code) if part)
    return f"{said}{where}{caller}" + (f": {reason}" if reason else "")


def listed_titles(settings: dict[str, Any]) -> list[str]:
    """AE titles the inventory lists for the host, without those it does not know yet."""
    rows = settings.get("dicom_aes")
    titles = [str(row["ae_title"]).strip() for row in rows if isinstance(row, dict) and row.get("ae_title")] \
        if isinstance(rows, list) else []
    return [title for title in dict.fromkeys(titles) if title != "unknown"]


def _item(title: str, entry: Entry, among: list[tuple[str, Entry]]) -> str:
    """How a row is called: its AE title, with the address where two services share one (a pair and its nodes)."""
    if title == "unknown":
        return "AE title not filled in"
    alone = sum(title == other for other, _ in among) == 1
    return title if alone or not entry.get("address") else f"{title}@{entry['address']}:{entry['port']}"


def entries_of(data: Data, context: Context) -> list[tuple[str, Entry]]:
    """(AE title, entry) of everything that was answered; text collected by hand only where we did not ask."""
    asked: list[Entry] = data.get("dicom.c_echo") or []
    found = [(str(entry["ae_title"]), entry) for entry in asked]
    seen = {title for title, _ in found}
    open_titles = [title for title in listed_titles(context.settings) if title not in seen]
    calls: list[Entry] = data.get("dicom.echoscu") or []
    named = [(str(call["ae_title"]), call) for call in calls if call["ae_title"] and call["ae_title"] not in seen]
    open_titles = [title for title in open_titles if title not in {title for title, _ in named}]
    unnamed = [call for call in calls if not call["ae_title"]]
    if len(unnamed) == 1 and len(open_titles) == 1:
        return [*found, *named, (open_titles[0], unnamed[0])]
    # Several answers and no word to whom: whose they are is nobody's guess.
    lost = [(f"call {number}", {**call, "result": "not_asked", "reason_text":
             "the text does not say which AE title was asked: keep the command line above the answer"})
            for number, call in enumerate(unnamed, start=1)]
    return [*found, *named, *lost]


def _missing(context: Context, seen: set[str]) -> list[Row]:
    """A row for each listed title nobody answered for, and one for a host of which nothing is known at all."""
    reason, why = _why_nothing(context)
    rows: list[Row] = [{"ae_title": title, "unknown": reason, "detail": f"listed in dicom_aes; {why}"}
                       for title in listed_titles(context.settings) if title not in seen]
    if not rows and not seen:
        rows = [{"ae_title": "*", "unknown": reason, "detail": why}]
    return rows


def _why_nothing(context: Context) -> tuple[Reason, str]:
    answers = [context.answers[name] for name in ("C-ECHO", "echoscu") if name in context.answers]
    told = [(answer.reason, answer.detail) for answer in answers if answer.reason is not None]
    best = next((pair for pair in told if pair[0] is not Reason.NOT_RUN), told[0] if told else None)
    if best is None or best[0] is None:
        return Reason.NOT_RUN, "no C-ECHO was recorded for it"
    return best[0], best[1] or "no C-ECHO was recorded for it"


def _unreached(entry: Entry) -> Reason | None:
    if entry["result"] == "timed_out" and entry["phase"] == "connect":
        return Reason.TIMED_OUT
    return _UNKNOWN.get(str(entry["result"]))


@derivation("dicom.echo")
def echo(data: Data, context: Context) -> list[Row]:
    """Rows {ae_title, word, detail}: one per AE title answered for or listed in `dicom_aes`."""
    rows: list[Row] = []
    entries = entries_of(data, context)
    for title, entry in entries:
        item = _item(title, entry, entries)
        row: Row = {"ae_title": item, "word": word_of(entry), "detail": detail_of(entry)}
        unreached = _unreached(entry)
        if unreached:
            row = {"ae_title": item, "unknown": unreached, "detail": entry["reason_text"] or detail_of(entry)}
        rows.append(row)
    return rows + _missing(context, {title for title, _ in entries})


@derivation("dicom.response_time")
def response_time(data: Data, context: Context) -> list[Row]:
    """Rows {ae_title, seconds}: association plus echo, without the TCP connection. Who did not answer has none."""
    rows: list[Row] = []
    entries = entries_of(data, context)
    for title, entry in entries:
        item = _item(title, entry, entries)
        times = (entry.get("association_ms"), entry.get("echo_ms"))
        if entry["result"] in {"accepted", "unreleased", "failed_status"} and None not in times:
            rows.append({"ae_title": item, "seconds": round(sum(float(part or 0) for part in times) / 1000, 4)})
        elif entry["result"] == "accepted":
            rows.append({"ae_title": item, "unknown": Reason.NOT_RUN,
                         "detail": "the text of echoscu carries no times"})
        else:
            reason = _unreached(entry) or (Reason.TIMED_OUT if entry["result"] == "timed_out" else Reason.REFUSED)
            why = entry["reason_text"] if entry["result"] in _UNKNOWN else detail_of(entry)
            rows.append({"ae_title": item, "unknown": reason, "detail": f"no answer to time: {why}"})
    return rows + _missing(context, {title for title, _ in entries})
