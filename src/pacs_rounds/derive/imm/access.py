"""In which SNMP version the controller let itself be asked."""

from __future__ import annotations

from pacs_rounds.derive import Data, derivation
from pacs_rounds.model import Context, Reason, Row

HEALTH = "snmpwalk -On 1.3.6.1.4.1.2.3.51.3.1.4"
FALLBACK = "answered in version"
"""How the transport's remark begins when an earlier version of the inventory's list was of no use."""


@derivation("imm.snmp_access")
def snmp_access(data: Data, context: Context) -> list[Row]:
    """One row: whether the first version of the inventory's list answered."""
    answer = context.answers.get(HEALTH)
    if answer is None or answer.reason is not None:
        reason, detail = (answer.reason, answer.detail) if answer else (Reason.NOT_RUN, "no answer was recorded")
        return [{"way": "SNMP", "unknown": (reason or Reason.NOT_RUN).value, "detail": detail}]
    if answer.detail.startswith(FALLBACK):
        return [{"way": "SNMP", "state": "fallback", "detail": answer.detail}]
    return [{"way": "SNMP", "state": "as_agreed", "detail": answer.detail}]
