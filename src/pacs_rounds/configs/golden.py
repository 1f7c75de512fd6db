"""Golden rules: what every switch of the site has to say, judged on the redacted configuration's tree. Pure.

A rule is data with its reason (data/golden_cisco_ios.yml, or the site's own file):

    require      each of these patterns fits a command          forbid    none of these fits one
    below        only in sections whose heading fits; `every`: in each of them, `some`: in at least one
    unless       sections with such a command below are left out        absent_ok   no such section: not applicable
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pacs_rounds import yamlfile
from pacs_rounds.configs.ios_tree import ios_tree
from pacs_rounds.configs.rules import DATA
from pacs_rounds.configs.sections import banners
from pacs_rounds.model import BadInput
from pacs_rounds.redact import token

DEFAULT_WORDS = ("public", "private", "cisco", "admin", "password", "secret", "ILMI", "snmp", "community")
_TOKEN = re.compile(r"<redacted:[a-z0-9_]+:(?P<token>[0-9a-f]{12})>")
SHOWN = 6
"""How many lines a finding quotes."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One golden rule; `reason` is why the site wants it."""

    id: str
    title: dict[str, str]
    reason: str
    require: tuple[re.Pattern[str], ...] = ()
    any_of: tuple[re.Pattern[str], ...] = ()
    forbid: tuple[re.Pattern[str], ...] = ()
    below: re.Pattern[str] | None = None
    unless: tuple[re.Pattern[str], ...] = ()
    only_if: tuple[re.Pattern[str], ...] = ()
    quantity: str = "every"
    absent_ok: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found. `word`: ok | violated | not_applicable; `lines`: the lines that violate it, or that lack."""

    rule: str
    word: str
    detail: str
    lines: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class WeakSecret:
    """A secret in a form that anybody reads back: type 0 (plain) or 7 (reversible). `line` is 1-based."""

    line: int
    command: str
    type: str


def rules(path: Path | None = None, platform: str = "cisco_ios") -> list[Rule]:
    """The rules of a file, by default those the project brings. BadInput names file, line and key."""
    path = path or DATA / f"golden_{platform}.yml"
    data: list[dict[str, Any]] = yamlfile.load(path)
    yamlfile.validate(data, "golden_rules", path)
    found: dict[str, Rule] = {}
    for number, row in enumerate(data):
        if row["id"] in found:
            raise BadInput(yamlfile.show(path), f"{number}.id: {row['id']} stands twice", "each rule has its own id")
        try:
            patterns = {key: tuple(re.compile(one) for one in row.get(key, []))
                        for key in ("require", "any_of", "forbid", "unless", "only_if")}
            below = re.compile(row["below"]) if "below" in row else None
        except re.error as error:
            raise BadInput(yamlfile.show(path), f"{number}: {row['id']}: no regular expression: {error}",
                           "see Python's re") from None
        found[row["id"]] = Rule(
            row["id"], row["title"], row["reason"], below=below, quantity=row.get("quantity", "every"),
            absent_ok=row.get("absent_ok", False), **patterns)
    return list(found.values())


def with_default_words(text: str, key: bytes, words: tuple[str, ...] = DEFAULT_WORDS) -> str:
    """The redacted text with the tokens of words that are no secret, since every scanner tries them, as the words."""
    known = {token(word, key): word for word in words}
    return _TOKEN.sub(lambda match: known.get(match["token"], match[0]), text)


def judge(wanted: list[Rule], text: str) -> list[Finding]:
    """What each rule finds in an IOS configuration that has passed the gate and is redacted (`with_default_words`, or
    no community can be told from another). ParseError when it does not read back into sections after all."""
    sections = [(child.text, [one.text for one in child.all_children()]) for child in ios_tree(text).children]
    top = [heading for heading, _ in sections]
    return [_judged(rule, sections, top) for rule in wanted]


def _judged(rule: Rule, sections: list[tuple[str, list[str]]], top: list[str]) -> Finding:
    if rule.only_if and not all(_fits(pattern, top) for pattern in rule.only_if):
        return Finding(rule.id, "not_applicable", "the device does not use this")
    if rule.below is None:
        return _finding(rule, {"": top})
    begins = _begins(rule.below)
    blocks = {heading: inside for heading, inside in sections
              if heading.startswith(begins) and rule.below.search(heading)
              and not any(_fits(pattern, inside) for pattern in rule.unless)}
    if not blocks:
        word = "not_applicable" if rule.absent_ok else "violated"
        return Finding(rule.id, word, "no section that this rule is about")
    return _finding(rule, blocks)


def _finding(rule: Rule, blocks: dict[str, list[str]]) -> Finding:
    faults: list[str] = []
    kept = 0
    for heading, commands in blocks.items():
        before = len(faults)
        where = f"{heading}: " if heading else ""
        faults += [f"{where}missing {_said(pattern)}" for pattern in rule.require if not _fits(pattern, commands)]
        if rule.any_of and not any(_fits(pattern, commands) for pattern in rule.any_of):
            faults.append(f"{where}missing {' or '.join(_said(pattern) for pattern in rule.any_of)}")
        faults += [f"{where}{one}" for pattern in rule.forbid for one in _fitting(pattern, commands)]
        kept += len(faults) == before
    if not faults or (rule.quantity == "some" and kept):
        return Finding(rule.id, "ok", f"{len(blocks)} sections" if "" not in blocks else "as wanted")
    more = f"; and {len(faults) - SHOWN} more" if len(faults) > SHOWN else ""
    told = "; ".join(one.replace("\n", " ")[:100] for one in faults[:SHOWN])
    return Finding(rule.id, "violated", told + more, faults)


def _fits(pattern: re.Pattern[str], commands: list[str]) -> bool:
    return next(_fitting(pattern, commands), None) is not None


def _fitting(pattern: re.Pattern[str], commands: list[str]) -> Iterator[str]:
    begins = _begins(pattern)
    return (one for one in commands if one.startswith(begins) and pattern.search(one))


@functools.cache
def _begins(pattern: re.Pattern[str]) -> str:
    """The letters that whatever the pattern fits begins with: nearly all commands begin otherwise. May be empty."""
    found = ""
    if pattern.flags & (re.IGNORECASE | re.MULTILINE):
        return found
    with contextlib.suppress(Exception):  # re's own parser is not public: any surprise means no short cut
        first, *items = importlib.import_module("re._parser").parse(pattern.pattern, pattern.flags)
        if (str(first[0]), str(first[1])) == ("AT", "AT_BEGINNING"):
            letters = itertools.takewhile(lambda one: str(one[0]) == "LITERAL", items)
            found = "".join(chr(letter) for _, letter in letters)
    return found


def _said(pattern: re.Pattern[str]) -> str:
    """A pattern as a person reads it: without anchors and escapes."""
    return re.sub(r"[\^$]|\\b|\\", "", pattern.pattern)[:60]


# username bob password 7 0822… | enable password <redacted:…> (type 0) | key 7 …
_TYPED = re.compile(r"(?<![\w-])(?:password|key|key-string|secret|md5|ascii|hex|authentication-key|pre-shared-key)"
                    r"(?: level \d{1,2})? (?P<type>[07]) \S")
_PLAIN = re.compile(r"^\s*(?:enable password|username \S+ (?:privilege \d+ )?password|password|tacacs-server key|"
                    r"(?:tacacs|radius)-server host .* key|radius-server key|key|server-key|key-string|"
                    r"ip ospf authentication-key|neighbor \S+ password|pre-shared-key|crypto isakmp key|vtp password|"
                    r"standby (?:\d+ )?authentication(?: md5 key-string)?|ntp authentication-key \d+ md5) "
                    r"<redacted:\S")


def weak_secrets(text: str) -> list[WeakSecret]:
    """Every secret of a redacted IOS configuration that stands there readable or in the reversible type 7."""
    lines = text.split("\n")
    prose = {number for first, last in banners(lines) for number in range(first, last + 1)}
    found = []
    for number, line in enumerate(lines):
        if number in prose or "<redacted:" not in line:
            continue
        typed = _TYPED.search(line)
        after_ntp = re.search(r"md5 <redacted:\S+ (?P<type>[07])\s*$", line)
        if typed or after_ntp:
            found.append(WeakSecret(number + 1, _command(line), (typed or after_ntp)["type"]))  # type: ignore[index]
        elif _PLAIN.match(line) and not re.search(r"<redacted:[a-z_]*hash", line):
            found.append(WeakSecret(number + 1, _command(line), "0"))
    return found


# set tacacs key <redacted:…>; passwords stand there as hashes ($2$…), communities have no other form
_CATOS_PLAIN = re.compile(r"^\s*set (?:(?:tacacs|radius) key|ntp key \d{1,10} (?:(?:un)?trusted )?md5|"
                          r"vtp .{0,120}?passwd|kerberos srvtab entry .{0,120}?) <redacted:\S")


def weak_catos(text: str) -> list[WeakSecret]:
    """Every shared secret of a redacted CatOS configuration: the switch prints them readable, it has no other way."""
    return [WeakSecret(number, _command(line), "0") for number, line in enumerate(text.split("\n"), start=1)
            if _CATOS_PLAIN.match(line)]


def _command(line: str) -> str:
    return line.partition("<redacted:")[0].strip()
