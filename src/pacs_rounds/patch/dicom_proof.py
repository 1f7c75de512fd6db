"""The archive's own word for a plan's steps: counts by C-FIND, objects by C-GET, asked from the control node. I/O."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

from pacs_rounds.evidence import keys
from pacs_rounds.model import Answer
from pacs_rounds.patch.engine import Dicom


def asker(site: str, plan: str) -> Dicom:
    """What an Engine takes as `dicom`. The digests' key is the site's and the plan's own: two plans cannot be laid side
    by side, and nobody without the site's key can try UIDs."""
    def ask(step: Mapping[str, Any], service: Mapping[str, Any]) -> Answer:
        # pynetdicom is loaded only where an archive is asked.
        from pacs_rounds.patch.find_counts import Untold, count
        from pacs_rounds.patch.get_sample import sample

        key = hmac.new(keys.redaction_key(site), plan.encode(), hashlib.sha256).digest()
        began, spec = time.time(), json.loads(step["script"])
        way, word = (count, "C-FIND") if "cfind" in spec else (sample, "C-GET")
        try:
            return Answer(word, way(service, spec, key, began + float(step["limit"])), 0, began, time.time())
        except Untold as why:
            return Answer(word, f"unknown: {why}", 1, began, time.time())
    return ask
