"""What differs between running and saved configuration is found without comparing what is alike at both ends."""

from __future__ import annotations

import difflib

from hypothesis import given
from hypothesis import strategies as st

from pacs_rounds.derive.configs import unsaved

LINES = st.lists(st.sampled_from("abc"), max_size=8)


@given(LINES, LINES)
def test_what_is_left_says_all_that_differs(one: list[str], other: list[str]) -> None:
    left, right = unsaved._unlike(one, other)
    at = unsaved._alike(one, other)
    assert one[:at] + left + one[at + len(left):] == one
    assert one[:at] + right + one[at + len(left):] == other
    assert not left or not right or (left[0] != right[0] and left[-1] != right[-1])


def test_a_changed_line_among_a_thousand_is_told_as_before() -> None:
    running = [f"ip route 10.{n}.0.0 255.255.0.0 Null0" for n in range(1000)]
    startup = [*running[:500], "ip http server", *running[501:]]
    row = unsaved._different(running, startup)
    told = [line for line in difflib.unified_diff(startup, running, n=0, lineterm="") if line[0] in "+-"][2:]
    assert row["detail"] == f"2 lines differ (+ running, - saved): {'; '.join(told)}"
