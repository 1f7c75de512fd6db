"""Notices as files: set by typst, kept beside the plan with their hash, and told from the journal. I/O.

`<state>/patch/<site>/<plan hash>/notices.jsonl` holds one line per notice: language, day, hash, and why it is late.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typst

from pacs_rounds.evidence.layout import write_new
from pacs_rounds.patch import desk as desks
from pacs_rounds.patch import letter
from pacs_rounds.patch import plan as plans
from pacs_rounds.report import pdf

TEMPLATE = Path(__file__).parent / "templates" / "letter.typ"


def as_pdf(one: letter.Letter) -> bytes:
    """PDF/A; the same letter gives the same bytes."""
    at = datetime.datetime.fromtimestamp(int(one.moment), datetime.UTC)
    data: dict[str, Any] = json.loads(json.dumps(asdict(one))) | {
        "date": [at.year, at.month, at.day, at.hour, at.minute, at.second]}
    text = json.dumps({key: pdf.each(value, pdf.typesettable) for key, value in data.items()}, ensure_ascii=False)
    return typst.compile(
        TEMPLATE, root=TEMPLATE.parent, font_paths=pdf.fonts(), ignore_system_fonts=True, sys_inputs={"data": text},
        format="pdf", pdf_standards=[pdf.STANDARD], timestamp=at)


def as_md(one: letter.Letter) -> bytes:
    """Text for a mail."""
    return letter.markdown(one).encode()


FORMS = {"pdf": as_pdf, "md": as_md}


def issue(site: str, name: str, lang: str, form: str, why: str) -> tuple[Path, dict[str, Any]]:
    """Make a notice, keep it beside its plan and enter it; (its file, the line of the journal)."""
    desk = desks.Desk(site)
    plan, whole, now = desk.plan(name), desk.find(name), desks.now()
    made = letter.write(plan, whole, desks.settings(site), lang, now, why)
    content = FORMS[form](made)
    digest = hashlib.sha256(content).hexdigest()
    path = desk.root / whole / "notices" / f"{digest[:12]}.{lang}.{form}"
    if not path.exists():
        write_new(path, content, durable=True)
    row = {"at": plans.iso(now), "time": round(now, 3), "plan": whole, "lang": lang, "form": form, "sha256": digest,
           "file": path.name, "notice_by": plan["notice_by"], "in_time": not letter.late(plan, now),
           "late": why.strip() if letter.late(plan, now) else ""}
    desk.notices(whole).add(row)
    return path, row
