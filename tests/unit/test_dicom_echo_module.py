"""The module's documentation says what its code does."""

from __future__ import annotations

import ast
import importlib.util
from types import ModuleType
from typing import Any

import pytest
import yaml

from pacs_rounds import paths
from pacs_rounds.parse.dicom.c_echo import RESULTS
from pacs_rounds.transports import dicom
from pacs_rounds.transports.dicom import Peer

SOURCE = paths.ROOT / "library" / "dicom_echo.py"


@pytest.fixture(scope="module")
def module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("dicom_echo", SOURCE)
    assert spec
    assert spec.loader
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def _documented(options: dict[str, Any]) -> dict[str, Any]:
    plain = {}
    for name, option in options.items():
        entry = {key: option[key] for key in ("type", "elements", "default", "required") if key in option}
        if "suboptions" in option:
            entry["options"] = _documented(option["suboptions"])
        plain[name] = entry
    return plain


def test_documented_options_and_defaults_are_the_real_ones(module: ModuleType) -> None:
    assert _documented(yaml.safe_load(module.DOCUMENTATION)["options"]) == module.ARGUMENTS
    assert module.ARGUMENTS["port"]["default"] == dicom.DEFAULT_PORT
    assert module.ARGUMENTS["calling_ae_title"]["default"] == dicom.DEFAULT_CALLING
    assert module.ARGUMENTS["workers"]["default"] == dicom.DEFAULT_WORKERS


def test_documented_returns_are_what_comes_back(module: ModuleType) -> None:
    [echo] = dicom.echo_peers([Peer("h", "unknown", 104, ("A",))])
    returned = yaml.safe_load(module.RETURN)["echoes"]["contains"]
    assert set(returned) == set(module.said(echo))
    words = returned["result"]["description"][0]
    assert {word for word in RESULTS if f"C({word})" in words} == RESULTS


def test_what_it_imports_unguarded_is_always_there() -> None:
    names = {name.name for node in ast.walk(ast.parse(SOURCE.read_text(encoding="utf-8")))
             if isinstance(node, ast.Import) for name in node.names}
    assert names == {"json", "traceback"}


def test_the_examples_use_documented_options_only(module: ModuleType) -> None:
    tasks = yaml.safe_load(module.EXAMPLES)
    assert tasks
    for task in tasks:
        assert set(task["dicom_echo"]) <= set(module.ARGUMENTS)
