"""Steps against one node, each entered in the journal before it begins and after it ends. I/O only by what is given."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pacs_rounds.model import Answer
from pacs_rounds.patch import find_text, judging, windows, windows_words
from pacs_rounds.patch.journal import DONE, PENDING, Journal, progress
from pacs_rounds.patch.plan import iso

Run = Callable[[str, str, float], Answer]
"""(script, name of a file to send or empty, limit in seconds) -> what the node said."""
Echo = Callable[[Mapping[str, Any]], Answer]
"""(service: address, port, ae_title) -> exit status 0 when a C-ECHO through that address succeeded."""
Dicom = Callable[[Mapping[str, Any], Mapping[str, Any]], Answer]
"""(step, service) -> counts by C-FIND or objects read by C-GET from the control node; see dicom_proof."""
LONGEST_TEXT = 4000
COMPARE = {"counts": judging.lost, "sample": judging.changed, "find": find_text.lost, "get": judging.changed}
"""What was told before the patch against what is told after it, by the first word of the step's judge."""


class StepFailed(Exception):  # noqa: N818  (a verdict on the patch, not an error of ours)
    """A step failed: which, why, and the node to roll back."""

    def __init__(self, step: str, why: str, blamed: str) -> None:
        self.step, self.why, self.blamed = step, why, blamed
        super().__init__(f"{step}: {why}")


@dataclass(slots=True)
class Engine:
    """One node's steps. `clock` gives epoch seconds; `redact` takes patients' data and secrets out of a text."""

    plan: Mapping[str, Any]
    journal: Journal
    run: Run
    echo: Echo
    redact: Callable[[str], str] = str
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    dicom: Dicom | None = None

    def forward(self, names: Sequence[str], allowed: Callable[[Mapping[str, Any]], str] | None = None) -> int:
        """Do these steps; StepFailed at the first that fails. `allowed` says why a step may not begin now. Returns how
        many were done now. A step that was begun and never ended is asked for before it is done again."""
        rows = {row["id"]: row for row in self.plan["steps"]}
        count = 0
        for name in names:
            step = rows[name]
            now = progress(self.journal.events())
            if now.of(name) == DONE:
                continue
            why = allowed(step) if allowed else ""
            if why:
                self._enter(step, "do", "failed", why)
                raise StepFailed(name, why, step["node"])
            self._do(step, now.of(name))
            count += 1
        return count

    def _do(self, step: Mapping[str, Any], before: str) -> None:
        if step.get("done_when") and self._is_done(step):
            words = "done already" if before == PENDING else f"was {before} when the last run ended; it is done"
            self._enter(step, "do", "done", words)
            return
        self._enter(step, "do", "begin")
        answer = self._ask(step)
        why = judging.fault(step, answer, self.plan) or self._compared(step, answer)
        self._enter(step, "do", "failed" if why else "done", why, answer)
        if why:
            raise StepFailed(step["id"], why, step.get("blame") or step["node"])

    def _is_done(self, step: Mapping[str, Any]) -> bool:
        return self.run(step["done_when"], "", 120.0).status == 0

    def _ask(self, step: Mapping[str, Any]) -> Answer:
        if step.get("judge") == "echo":
            return self._echoed(step)
        if self.dicom and step.get("judge", "").startswith(("find-", "get-")):
            return self.dicom(step, self.plan["service"])
        answer = self.run(step.get("script", ""), step.get("send", ""), float(step["limit"]))
        if step.get("judge") == "windows-reboot":
            return self._started_again(answer, float(step["limit"]))
        return self._back_again(step, answer) if step.get("judge") == "reboot" else answer

    def _started_again(self, answer: Answer, limit: float) -> Answer:
        """Wait until a Windows host tells another time of its start, by more than its clock could be corrected."""
        old, until = windows_words.booted(answer), self.clock() + limit
        if answer.status != 0 or old is None:
            return Answer(answer.command, answer.text, answer.status or 1, answer.started, answer.ended, answer.reason,
                          answer.detail)
        while self.clock() < until:
            self.sleep(5)
            said = self.run(windows.BOOTED, "", 30.0)
            new = windows_words.booted(said)
            if said.status == 0 and new is not None and windows_words.later(old, new):
                return said
        return Answer(answer.command, "it did not come back", 1, answer.started, self.clock())

    def _echoed(self, step: Mapping[str, Any]) -> Answer:
        """Try until the limit, or until the cluster has said twice that it gave the service up: then the clients would
        wait for nothing. Once may be a service between two starts."""
        began, gone = self.clock(), 0
        while True:
            answer = self.echo(self.plan["service"])
            if answer.status == 0 or self.clock() >= began + float(step["limit"]):
                return answer
            said_so = bool(step.get("script")) and self.run(step["script"], "", 15.0).status == 0
            gone = gone + 1 if said_so else 0
            if gone == 2:
                words = f"{answer.text}; the cluster has given the service up"
                return Answer(answer.command, words, 1, began, self.clock())
            self.sleep(1)

    def _back_again(self, step: Mapping[str, Any], answer: Answer) -> Answer:
        """Wait until the node answers with another boot id."""
        old, until = answer.text.strip(), self.clock() + float(step["limit"])
        if answer.status != 0 or not old:
            return answer
        while self.clock() < until:
            self.sleep(5)
            said = self.run("cat /proc/sys/kernel/random/boot_id", "", 15.0)
            if said.status == 0 and said.text.strip() not in {"", old}:
                return said
        return Answer(answer.command, "it did not come back", 1, answer.started, self.clock())

    def _compared(self, step: Mapping[str, Any], answer: Answer) -> str:
        """Counts and samples after against those before."""
        if step.get("judge", "").startswith("windows-after:"):
            before = progress(self.journal.events()).last.get(f"{step['node']}/hotfixes-before", {})
            return windows_words.surplus(str(before.get("text", "")), answer.text, self.plan["packages"])
        kind, _, when = step.get("judge", "").partition("-")
        if kind not in COMPARE or when != "after":
            return ""
        # A plan may ask C-FIND several times: the one before asked the same.
        first = next((row["id"] for row in self.plan["steps"] if row.get("judge") == f"{kind}-before"
                      and (kind not in {"find", "get"} or row.get("script") == step.get("script"))), "")
        event = progress(self.journal.events()).last.get(first, {})
        return COMPARE[kind](str(event.get("text", "")), answer.text)

    def backward(self, names: Sequence[str]) -> int:
        """Take these steps back; StepFailed when one cannot be: then a person must look."""
        rows = {row["id"]: row for row in self.plan["steps"]}
        count = 0
        for name in names:
            step = rows[name]
            if progress(self.journal.events()).of(name) == PENDING:
                continue
            if step.get("undo"):
                self._enter(step, "undo", "begin")
                answer, why = self._taken_back(step)
                if why:
                    self._enter(step, "undo", "failed", why, answer)
                    raise StepFailed(name, f"could not be taken back: {why}", step["node"])
                self._enter(step, "undo", "done", "", answer)
                count += 1
            else:
                self._enter(step, "undo", "done", "nothing to take back")
        return count

    def _taken_back(self, step: Mapping[str, Any]) -> tuple[Answer, str]:
        """Run a step's undo; where it says so, restart the node and see that the thing is gone. An update that only
        waited for that restart is installed by it: then it is taken back once more."""
        limit, judge = float(max(step["limit"], 300)), step.get("undo_judge", "")
        for _ in range(2):
            answer = self.run(step["undo"], "", limit)
            why = judging.fault({"judge": judge}, answer, self.plan)
            if why or not judge:
                return answer, why
            if windows_words.wants_restart(answer):
                back = self._started_again(self.run(step["undo_restart"], "", 60.0), 1800.0)
                if back.status != 0:
                    return back, f"restarted to complete the removal: {judging.fault({}, back, self.plan)}"
            said = self.run(step["undo_check"], "", 120.0)
            why = windows_words.gone(said, judge.partition(":")[2])
            if not why:
                break
        return answer, why

    def _enter(self, step: Mapping[str, Any], direction: str, event: str, why: str = "",
               answer: Answer | None = None) -> None:
        row: dict[str, Any] = {"at": iso(self.clock()), "time": round(self.clock(), 3), "node": step["node"],
                               "step": step["id"], "phase": step["phase"], "direction": direction, "event": event}
        if why:
            row["why"] = self.redact(why)[:LONGEST_TEXT]
        if event == "failed":
            row["blame"] = step.get("blame") or step["node"]
        if answer is not None:
            text = self.redact(answer.text)
            judge = step.get("judge", "")
            whole = judge.partition("-")[0] in COMPARE or judge.startswith("windows-before:")
            keep = len(text) if whole else LONGEST_TEXT
            row |= {"status": answer.status, "sha256": hashlib.sha256(text.encode()).hexdigest(), "text": text[-keep:],
                    "seconds": round(max(0.0, answer.ended - answer.started), 3)}
        self.journal.add(row)
