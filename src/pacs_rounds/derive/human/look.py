"""A person's look at a device, judged beside what the device says of itself."""

from __future__ import annotations

from pacs_rounds.derive import Data, derivation
from pacs_rounds.model import Context, Reason, Row

VISIT_DAYS = 3
"""A visit and its paperwork: a look older than this belongs to another round."""
_DAY = 86400.0


@derivation("human.look")
def look(data: Data, context: Context) -> list[Row]:
    """One row: the duty and what was seen, unless the look belongs to another device or another visit."""
    seen = data["human.observation"]
    row: Row = {"duty": seen["duty"], "detail": f"{seen['who']}, {seen['when']}, photograph {seen['photo_name']} "
                f"(SHA-256 {seen['photo_sha256'][:16]}…)" + (f": {seen['words']}" if seen["words"] else "")}
    age = (context.collected_at - seen["when_seconds"]) / _DAY
    if seen["host"] != context.host:
        return [{**row, "unknown": Reason.NOT_RUN.value, "detail": f"this is a look at {seen['host']}"}]
    if not -0.01 <= age <= VISIT_DAYS:
        return [{**row, "unknown": Reason.NOT_RUN.value,
                 "detail": f"the last look is of {seen['when']}: it belongs to another visit"}]
    return [{**row, "saw": seen["saw"]}]
