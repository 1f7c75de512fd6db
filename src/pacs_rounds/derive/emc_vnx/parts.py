"""Customer-replaceable units (CRUs): fans, supplies, LCCs, SPSs and their cabling, modules, against the baseline."""

from __future__ import annotations

from typing import Any

from pacs_rounds.derive import Data, derivation
from pacs_rounds.derive.emc_vnx.common import Told, either, listed, said, word
from pacs_rounds.model import Context, Row

# What getcrus says of a place without a part, and of parts in order.
_EMPTY = {"empty", "not_present", "absent", "missing"}
_GOOD = {"present", "valid"}
_UNSURE = {"n_a", "unknown", ""}


@derivation("emc_vnx.cru_state")
def cru_state(data: Data, context: Context) -> list[Row]:
    """A row per part, the worse word where the SPs differ. A place that the baseline lists and that is empty, or that
    neither SP prints, is absent; an empty place of no baseline keeps the word empty: somebody has to say whether it
    should be filled."""
    told = either(data, context, "getcrus -all")
    if not isinstance(told, Told):
        return told
    agreed = {name.lower(): name for name in listed(context, "crus")}
    rows: list[Row] = []
    for name, state, detail in _parts(told):
        expected = agreed.pop(name.lower(), None) is not None
        if state in _EMPTY or (state in _UNSURE and expected):
            state = "absent" if expected and state in _EMPTY else "not_told" if expected else \
                "not_in_baseline" if "crus" in context.baseline else "empty"
        elif state in _UNSURE:
            state = "not_in_baseline" if "crus" in context.baseline else "not_told"
        rows.append({"part": name, "state": state, "detail": detail})
    rows += [{"part": name, "state": "absent", "detail": said("listed in the baseline, not on the array", told.remark)}
             for name in agreed.values()]
    marked = {one["location"]: None for side in (told.data, told.other or {"enclosures": []})
              for one in side["enclosures"] if one["mark"]}
    return rows + [{"part": place, "state": "faulted", "detail": said(
        "the enclosure is marked FAULT", *_remarks(told.data, place), told.remark)} for place in marked]


def _parts(told: Told) -> list[tuple[str, str, str]]:
    """(name, word, detail) of each part that either SP prints."""
    sides = [side for side in (told.data, told.other) if side]
    states: dict[str, list[str]] = {}
    for side in sides:
        for one in side["parts"]:
            states.setdefault(one["part"], []).append(one["state"])
    found = []
    for name, words in states.items():
        worst = next((one for one in words if word(one) not in _GOOD), words[0])
        differ = f"the other SP says {next(one for one in words if one != worst)}" if len(set(words)) > 1 else ""
        found.append((name, word(worst), said(f"says {worst or 'nothing'}", differ, *_remarks(told.data, name)[:1],
                                              told.remark)))
    return found


def _remarks(side: dict[str, Any], place: str) -> list[str]:
    return [text for text in side["remarks"] if place in text]
