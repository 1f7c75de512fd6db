"""The copies of the settings in the printed report. Pure."""

from __future__ import annotations

from pacs_rounds.report.copies import Change, Facts, changes, handed_over, last_good, states
from pacs_rounds.report.paper import Block, Paper, cell, heading, para, row, run, table


class CopiesPaper(Paper):
    """The section of the copies; nothing where the round made none."""

    def copies(self) -> list[Block]:
        """States, differences side by side, and the list that is handed over."""
        facts, t = self.view.copies, self.t
        if not facts:
            return []
        found = changes(facts)
        blocks = [*self.section("copies"), para(t("copies.intro")), self._states(facts)]
        if not found:
            blocks.append(para(t("copies.no_change"), style="note"))
        for one in found:
            blocks += self._difference(one)
        head = [t(f"columns.{name}") for name in ("device", "document", "result", "sealed_copy")]
        listed = [row(host, one["document"], self.p.copy_state(one["state"]),
                      cell(run(one["sealed"] or t("copies.unsealed"), "code"))) for host, one in handed_over(facts)]
        return [*blocks, heading(2, t("copies.hand_over") + " ", run("DL14", "dim")), para(t("copies.hand_over_intro")),
                table([16, 22, 18, 44], head, listed)]

    def _states(self, facts: Facts) -> Block:
        t, p = self.t, self.p
        rows = []
        for host, told in facts.items():
            said = cell(p.short(told["fault"], 200)) if told["fault"] else [
                run(p.copy_state(state) + t("remarks.colon") + ", ".join(names), "where" if number else "")
                for number, (state, names) in enumerate(states(told))]
            rows.append(row(cell(host, run(told["platform"], "where")), said,
                            p.people.moment(last_good(told)), p.short(told["order"] or "—", 60)))
        return table([14, 50, 22, 14], [t(f"columns.{name}") for name in ("device", "documents", "last_good", "order")],
                     rows)

    def _difference(self, one: Change) -> list[Block]:
        p, t = self.p, self.t
        rows = []
        for side in one.rows:
            if side.kind == "place":
                rows.append({"group": cell(run(p.short(side.left, 200), "code"))})
                continue
            left = "− " if side.kind in ("changed", "removed") else ""
            right = "+ " if side.kind in ("changed", "added") else ""
            rows.append(row(cell(run(left + p.short(side.left, 300), "code")),
                            cell(run(right + p.short(side.right, 300), "code"))))
        title = f"{one.host} · {one.document}" + (f" · {p.short(one.order, 60)}" if one.order else "")
        return [heading(2, title), table([1, 1], [t("columns.before"), t("columns.after")], rows)]
