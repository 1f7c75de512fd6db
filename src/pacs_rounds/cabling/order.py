"""The work order of a clean-up: one block per step with what to do, what to prove, and room for what was done. Pure."""

from __future__ import annotations

from pacs_rounds.cabling.plan import Step, sentence
from pacs_rounds.cabling.words import words
from pacs_rounds.report.paper import Block, cell, heading, para, row, run, table

FILLED = ("who", "out", "in", "before", "after", "counters", "sign")
"""What the technician fills in."""


def blocks(steps: list[Step], site: str, run_name: str, lang: str) -> list[Block]:
    """The order's pages."""
    t = words(lang)["order"]
    found: list[Block] = [
        para(t["title"], style="title"),
        table([1, 4], [], [row(cell(run(t["site"], "bold")), site), row(cell(run(t["run"], "bold")), run_name)],
              style="facts"), para(t["rule"], style="alarm")]
    if not steps:
        return [*found, para(t["none"])]
    for step in steps:
        inside: list[Block] = [heading(2, f"{step.number}. {sentence(step.title, lang)}")]
        if step.outage:
            inside.append(para(f"{t['outage']}: {', '.join(step.outage)}", style="alarm"))
        items = [cell(sentence(one, lang)) for one in step.do]
        inside.append({"k": "list", "ordered": True, "bare": False, "items": items})
        facts = [(t["keep"], ", ".join(step.keep)), (t["pair"], ", ".join(step.pairs)), (t["verify"], t["proof"]),
                 (t["back"], t["way_back"])]
        inside.append(table([1, 4], [], [row(cell(run(name, "bold")), said) for name, said in facts if said],
                            style="facts"))
        inside.append(table([2] * len(FILLED), [t[key] for key in FILLED], [row(*[""] * len(FILLED))], style="sign"))
        found.append({"k": "together", "blocks": inside})
    return found
