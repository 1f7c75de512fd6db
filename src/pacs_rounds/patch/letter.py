"""The notice to the hospital (S2-079): what, when, what will not work, what protects the data, whom to call.

A letter is plain data: a title, lines above the text, sections of a heading and paragraphs, lines to sign on. The words
come from the signed plan and from the site's inventory; what the inventory does not say makes no letter.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pacs_rounds import yamlfile
from pacs_rounds.model import BadInput

SHANGHAI = datetime.timezone(datetime.timedelta(hours=8))
WORDS = Path(__file__).parent / "templates" / "letter.words.yml"


@dataclass(frozen=True, slots=True)
class Letter:
    """The notice in one language. `moment` is when it was made (epoch seconds), the same in its file's date."""

    lang: str
    title: str
    above: tuple[tuple[str, str], ...]
    sections: tuple[tuple[str, tuple[str, ...]], ...]
    sign: tuple[str, ...]
    plan: str
    moment: float


@functools.cache
def words_of(lang: str) -> dict[str, Any]:
    """The words of one language."""
    found: dict[str, Any] = yamlfile.load(WORDS)[lang]
    return found


def _need(row: Mapping[str, Any], key: str, where: str, remedy: str) -> Any:
    if not row.get(key):
        raise BadInput(f"{where}.{key}", "is missing: the notice would be silent about it", remedy)
    return row[key]


def day(moment: float) -> datetime.date:
    """The hospital's day."""
    return datetime.datetime.fromtimestamp(moment, SHANGHAI).date()


def _date(one: datetime.date, lang: str) -> str:
    weekday = words_of(lang)["weekdays"][one.weekday()]
    return f"{one.year}年{one.month}月{one.day}日（星期{weekday}）" if lang == "zh" else f"{weekday}, {one.isoformat()}"


def _moment(text: str, lang: str) -> str:
    at = datetime.datetime.fromisoformat(text).astimezone(SHANGHAI)
    return f"{_date(at.date(), lang)}{'' if lang == 'zh' else ','} {at:%H:%M}"


def _long(seconds: int, words: Mapping[str, Any]) -> str:
    return str(words["seconds"].format(n=seconds) if seconds < 120 else words["minutes"].format(n=-(-seconds // 60)))


def late(plan: Mapping[str, Any], moment: float) -> bool:
    """Whether a notice of this day comes after the agreed one."""
    return day(moment) > datetime.date.fromisoformat(plan["notice_by"])


def write(plan: Mapping[str, Any], name: str, settings: Mapping[str, Any], lang: str, moment: float,
          why: str = "") -> Letter:
    """The letter; BadInput when it would be late and nobody says why, or when the inventory does not say what it needs.

    `settings` is `rounds_patch`: `notice` {to, from, contacts} and `services` of the plan's pair.
    """
    if moment >= datetime.datetime.fromisoformat(plan["window"]["from"]).timestamp():
        raise BadInput(f"plan {name[:12]}", f"began at {plan['window']['from']}: a notice now is none", "plan anew")
    if late(plan, moment) and not why.strip():
        raise BadInput(f"plan {name[:12]}", f"the notice was due by {plan['notice_by']}, today is {day(moment)}",
                       "plan a later window, or say why: --late REASON (the letter says so, too)")
    words = words_of(lang)
    sheet = _need(settings, "notice", "rounds_patch", "docs/patching.md shows its form")
    pair = (settings.get("pairs") or {}).get(plan["pair"]) or {}
    services = _need(pair, "services", f"rounds_patch.pairs.{plan['pair']}", "say in zh and en what users will miss")
    alone = len(plan["nodes"]) == 1 or plan["service"]["cluster"] == "none"
    outage = plan["outage"]["seconds"]
    judges = {str(step.get("judge", "")).partition("-")[0] for step in plan["steps"]}
    proofs = [words["checks"], *([words["counts"]] if judges & {"counts", "find"} else []),
              *([words["sample"]] if judges & {"sample", "get"} else [])]
    back = words["no_return"].format(step=plan["point_of_no_return"]) if plan["point_of_no_return"] else words["back"]
    days = int(settings.get("notice_working_days", 5))
    sections = (
        ("what", [words["what_text"].format(component=plan["component"], to=plan["to"],
                                            document=plan["document"]["title"])]),
        ("when", [words["when_text"].format(
            begin=_moment(plan["window"]["from"], lang), end=_moment(plan["window"]["to"], lang),
            minutes=plan["minutes_per_node"], count=len(plan["nodes"]))]),
        ("services", [services[lang]]),
        ("outage", [words["outage_alone" if alone else "outage_text"].format(outage=_long(outage, words))]),
        ("protect", [*proofs, back]),
        ("please", [words["please_text"]]),
        ("lead", [words["late" if late(plan, moment) else "in_time"].format(
            due=_date(datetime.date.fromisoformat(plan["notice_by"]), lang), days=days, why=why.strip())]),
        ("contacts", [f"{one['name']}    {one['role'][lang]}    {one['phone']}" for one in
                      _need(sheet, "contacts", "rounds_patch.notice", "name whom the hospital calls")]))
    where = "rounds_patch.notice"
    return Letter(
        lang, words["title"],
        ((words["to"], _need(sheet, "to", where, "name the addressee")[lang]),
         (words["from"], _need(sheet, "from", where, "name the sender")[lang]),
         (words["date"], _date(day(moment), lang)), (words["number"], f"{plan['patch']} / {name[:12]}")),
        tuple((words[key], tuple(texts)) for key, texts in sections), (words["agree"], words["sent"]),
        words["plan"].format(plan=name), moment)


def markdown(one: Letter) -> str:
    """The letter as text that is read as it is."""
    lines = [f"# {one.title}", ""]
    lines += [f"{head}{'：' if one.lang == 'zh' else ': '}{text}  " for head, text in one.above]
    for head, texts in one.sections:
        lines += ["", f"## {head}", ""]
        lines += [f"* {text}" for text in texts] if len(texts) > 1 else texts
    return "\n".join([*lines, "", *(f"{text}: ____________________\n" for text in one.sign), one.plan, ""])
