"""Ways to ask a device. Each gives back one Answer per command; none judges, none leaves anything behind."""

import sys

# paramiko imports `invoke` for `Match exec` lines of ssh_config, which nobody reads here: a third of its import time.
sys.modules.setdefault("invoke", None)  # type: ignore[arg-type]

MAX_BYTES = 2_000_000
"""No answer of an inspection is this long; what is longer is cut and called truncated."""
