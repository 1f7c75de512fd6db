"""Parsers: text in, plain data out. They open no files, read no clocks, and know nothing of Ansible.

A parser is registered under `<platform>.<command_in_snake_case>` and lives in `parse/<platform>/`. It raises
`ParseError` for text it does not understand, line by line: a line of the wrong shape is never skipped silently.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from typing import Any

from pacs_rounds.model import ParseError

Parser = Callable[[str], Any]
_REGISTRY: dict[str, Parser] = {}
_LOADED: set[str] = set()


def parser(name: str) -> Callable[[Parser], Parser]:
    """Register a parser under its name. A name used twice is a mistake in the code."""

    def register(function: Parser) -> Parser:
        if name in _REGISTRY and _REGISTRY[name].__module__ != function.__module__:
            raise ValueError(f"two parsers are called {name}")
        _REGISTRY[name] = function
        return function

    return register


def platforms() -> list[str]:
    """Platforms that have parsers."""
    return sorted(info.name for info in pkgutil.iter_modules(__path__) if info.ispkg)


def load(platform: str) -> None:
    """Import one platform's modules, on first use: the linux parsers must not pay for TextFSM."""
    if platform in _LOADED or platform not in platforms():
        return
    package = importlib.import_module(f"{__name__}.{platform}")
    for info in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{info.name}")
    _LOADED.add(platform)


def names() -> list[str]:
    """All parser names, sorted."""
    for platform in platforms():
        load(platform)
    return sorted(_REGISTRY)


def get(name: str) -> Parser:
    """The parser of that name; KeyError when there is none."""
    load(name.partition(".")[0])
    return _REGISTRY[name]


def means_none(name: str) -> bool:
    """Whether an empty text is an answer to this parser: "none"."""
    load(name.partition(".")[0])
    return bool(getattr(_REGISTRY.get(name), "reads_empty", False))


def parse(name: str, text: str) -> Any:
    """Parse text, turning every stumble of the parser over strange input into ParseError.

    A text without any visible character is refused here, once for all parsers that did not ask for it.
    """
    function = get(name)
    if not text.strip() and not means_none(name):
        raise ParseError("no text")
    try:
        return function(text)
    except ParseError:
        raise
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise ParseError(f"{type(error).__name__} in {name}: {error}"[:300].replace("\n", " ")) from error


def reads_empty(function: Parser) -> Parser:
    """Mark a parser for which an empty answer means "none" (for example `systemctl --failed` without heading)."""
    function.reads_empty = True  # type: ignore[attr-defined]
    return function
