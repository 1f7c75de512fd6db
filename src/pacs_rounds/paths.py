"""Where things lie. The project root is the checkout this package was installed from (editable)."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(os.environ.get("ROUNDS_ROOT") or Path(__file__).resolve().parents[2])
CHECKS = ROOT / "checks"
SCHEMAS = ROOT / "schemas"
POLICIES = ROOT / "policies"
INVENTORIES = ROOT / "inventories"
PLAYBOOKS = ROOT / "playbooks"
ROLES = ROOT / "roles"
LAB = ROOT / "lab"
STATE = Path(os.environ.get("ROUNDS_STATE") or ROOT / ".rounds")
LIFECYCLE = ROOT / "data" / "lifecycle"
EVIDENCE = Path(os.environ.get("ROUNDS_EVIDENCE") or ROOT / "evidence")
REPORTS = Path(os.environ.get("ROUNDS_REPORTS") or ROOT / "reports")
CONFIGS = Path(os.environ.get("ROUNDS_CONFIGS") or STATE / "configs")
