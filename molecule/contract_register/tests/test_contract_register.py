"""The role finds the flaws in the paperwork and does not say a word to any device."""

from __future__ import annotations

from conftest import Run, findings, planted
from shared import untouched

testinfra_hosts = ["local://"]


def test_exactly_the_planted_flaws_are_found(sealed: Run) -> None:
    assert findings(sealed.of("contract_register")) == planted("contract")


def test_every_check_has_a_record_on_every_device(run: Run) -> None:
    assert len({one["host"] for one in run.of("contract_register")}) == 16
    assert run.gaps("contract_register") == set()


def test_no_device_was_asked() -> None:
    untouched.nobody_was_asked()
