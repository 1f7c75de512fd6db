"""`python -m pacs_rounds.lab serve`: the lab in the foreground."""

from __future__ import annotations

import sys

from pacs_rounds.lab.serve import main

sys.exit(main(sys.argv[1:]))
