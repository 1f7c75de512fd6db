"""The copy for people: secrets as tokens, noise masked. Pure.

The rules are those of every raw text (redact/rules.yml); after them a net catches words that look random and that no
rule has named (data/high_entropy.yml). Banners are prose: only the rules for every platform look at them.
"""

from __future__ import annotations

import functools
import itertools
import re
from typing import Any

from pacs_rounds import redact as redaction
from pacs_rounds import yamlfile
from pacs_rounds.configs.rules import DATA, document
from pacs_rounds.configs.sections import BANNER_WORDS, banners
from pacs_rounds.redact import Hit, redact, token

NET = "unknown_shape"
NOISE = "<noise>"
_WORD = re.compile(r"<redacted:[a-z0-9_]+:[0-9a-f]{12}>|<noise>|[^\s\"'<>()\[\]{},;]{10,}")
_CHUNK = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+|[^A-Za-z0-9]+")
_TYPE_7 = re.compile(r"[01][0-9](?:[0-9A-F]{2}){4,60}\Z", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/]{20,}={0,2}\Z")
_HASH = re.compile(r"[A-Za-z0-9./$]{22,}\Z")
_PEM = re.compile(r"-----BEGIN (?:TRUSTED )?(?:CERTIFICATE|PUBLIC KEY)[A-Z ]*-----.*?-----END [A-Z ]+-----", re.DOTALL)


def redacted(platform: str, text: str, key: bytes) -> tuple[str, list[Hit]]:
    """The text with every secret as `<redacted:KIND:TOKEN>`, and what was replaced on which line (1-based)."""
    parts: list[str] = []
    hits: list[Hit] = []
    before = 0
    for prose, part in _parts(platform, text):
        out, found = _part_redacted("linux" if prose else platform, part, key, prose)
        hits += [Hit(hit.rule, hit.line + before) for hit in found]
        before += part.count("\n")
        parts.append(out)
    return "".join(parts), hits


@functools.lru_cache(maxsize=32)
def _part_redacted(platform: str, part: str, key: bytes, prose: bool) -> tuple[str, tuple[Hit, ...]]:
    """One part; what running and startup configuration, or the run and the history, have in common is worked on once.
    As many as a device's documents have parts, or the first is forgotten before it comes again."""
    out, found = redact(platform, part, key)
    if prose:
        return out, tuple(found)
    out, caught = _net(out, key)
    return out, (*found, *caught)


def _parts(platform: str, text: str) -> list[tuple[bool, str]]:
    """The text cut into commands and prose, in order; what stands before the version is a part of its own."""
    if platform not in {"cisco_ios", "cisco_catos"}:
        return [(False, text)]
    version = text.find("\nversion ") + 1
    cut: list[tuple[bool, str]] = [(False, text[:version])]
    if not any(word in text for word in BANNER_WORDS):
        return [part for part in (cut[0], (False, text[version:])) if part[1]]
    lines = text[version:].splitlines(keepends=True)
    at = 0
    for first, last in banners([line.rstrip("\r\n") for line in lines]):
        cut.append((False, "".join(lines[at:first])))
        cut.append((True, "".join(lines[first:last + 1])))
        at = last + 1
    return [part for part in [*cut, (False, "".join(lines[at:]))] if part[1]]


@functools.cache
def _data() -> tuple[tuple[re.Pattern[str], ...], ...]:
    """Patterns of whole words, of parts of words, and of lines that hold nothing secret."""
    data: dict[str, Any] = yamlfile.load(DATA / "high_entropy.yml")
    return (tuple(re.compile(rf"(?:{one['pattern']})\Z") for one in data["harmless"]),
            tuple(re.compile(one) for one in data["harmless_inside"]),
            tuple(re.compile(one) for one in data["public_lines"]))


def _net(text: str, key: bytes) -> tuple[str, list[Hit]]:
    """What no rule knows. Most texts hold no such word: then none of them is looked for in its place."""
    places = _places(text, [word for word in set(text.split()) if len(word) >= 10 and _any_random(word)])
    public = [match.span() for match in _PEM.finditer(text)] if places else []
    parts: list[str] = []
    hits: list[Hit] = []
    at = line = 0
    for match in itertools.chain.from_iterable(_WORD.finditer(text, begin, end) for begin, end in places):
        value = _random_part(match[0])
        if not value or any(left <= match.start() < right for left, right in public) or _public(text, match.start()):
            continue
        line += text.count("\n", at, match.start())
        hits.append(Hit(NET, line + 1))
        parts += [text[at:match.start()], match[0].replace(value, f"<redacted:{NET}:{token(value, key)}>", 1)]
        at = match.end()
    return "".join(parts) + text[at:], hits


@functools.lru_cache(maxsize=4096)
def _any_random(word: str) -> bool:
    """Whether something between two blanks has a part that looks random."""
    return any(_random_part(part) for part in _WORD.findall(word))


def _places(text: str, words: list[str]) -> list[tuple[int, int]]:
    """Where these words stand between blanks: begin and end, in order."""
    found: list[tuple[int, int]] = []
    for word in words:
        begin = text.find(word)
        while begin >= 0:
            end = begin + len(word)
            if (not begin or text[begin - 1].isspace()) and (end == len(text) or text[end].isspace()):
                found.append((begin, end))
            begin = text.find(word, end)
    return sorted(found)


def _public(text: str, place: int) -> bool:
    """Whether the line of this place is one of those that hold nothing secret."""
    end = text.find("\n", place)
    line = text[text.rfind("\n", 0, place) + 1:end if end >= 0 else len(text)]
    return any(pattern.search(line) for pattern in _data()[2])


@functools.lru_cache(maxsize=4096)
def _random_part(word: str) -> str:
    """The part of a word that looks random, or nothing. Words of configurations repeat."""
    if word.startswith(("<redacted:", NOISE)):
        return ""
    value = _value(word)
    return value if looks_random(value) else ""


def _value(word: str) -> str:
    """The part of `name:value` or `name=value` that is the value; else the word without the marks around it."""
    match = re.match(r"[\w.-]{1,80}?[:=](?=[^:=/\s]*[A-Za-z])(?P<value>[^:=\s][^\s]{9,})\Z", word)
    if match and not _harmless(word):
        return match["value"].strip(".,:;!")
    return word.strip(".,:;!")


def _harmless(word: str) -> bool:
    return any(pattern.match(word) for pattern in _data()[0])


def looks_random(word: str) -> bool:
    """Whether a word looks as if a machine had made it up: kinds of characters change too often for a name."""
    if len(word) < 10 or _harmless(word):
        return False
    for pattern in _data()[1]:
        word = pattern.sub("", word)
    if _TYPE_7.match(word) and not word.isdigit():
        return True
    if _BASE64.match(word) and _mixed(word) and (_restless(word, 3.4) or _unspeakable(word)):
        return True
    if _HASH.match(word) and _mixed(word) and _restless(word, 2.6) and _unspeakable(word, 0.65):
        return True
    if re.search(r"[!@#$%^&*+?~]", word) and not re.search(r"://|@[\w-]+\.", word):
        bare = re.sub(r"[._/-]", "", word)
        numbered = len(bare) >= 12 and any(map(str.isdigit, bare))
        if (_mixed(word) and _restless(bare, 3.4)) or (numbered and _unspeakable(bare)):
            return True
    return any(_part(part) for part in re.split(r"[-_./:=@\\|]+", word))


def _part(part: str) -> bool:
    """One part of a name: hexadecimal of sixteen and more, or letters and digits that nobody can say."""
    if len(part) < 12 or part.isdigit() or _harmless(part):
        return False
    digits = any(char.isdigit() for char in part)
    if digits and re.fullmatch(r"[0-9a-f]{12,}|[0-9A-F]{12,}", part):
        return True
    runs = len(_CHUNK.findall(part))
    if digits and runs > 3 and (_restless(part, 3.4 if _mixed(part) else 3.0) or (len(part) >= 20 and runs > 5)):
        return True
    if not digits and len(part) < 16 and (part.islower() or part.isupper() or runs < 5):
        return False
    return _unspeakable(part)


# Which letter may follow which in words of English, pinyin and device names.
_FOLLOWERS = {
    "a": "bcdgiklmnprstuvwy", "b": "aeiloru", "c": "aehiklortu", "d": "aeioru", "e": "acdefgilmnprstvwxy",
    "f": "aefiloru", "g": "aehiloru", "h": "aeiou", "i": "acdefglmnoprstvx", "j": "aio", "k": "ei", "l": "adeilostuy",
    "m": "abeimopuy", "n": "acdefgiknostu", "o": "abcdfgiklmnoprstuvw", "p": "aehiloprstu", "q": "u",
    "r": "acdeiklmnorstuvy", "s": "acehiklopstuwy", "t": "aehilortuwy", "u": "bcdeilmnprst", "v": "aeio",
    "w": "aehiou", "x": "ipux", "y": "aeiosu", "z": "aeho",
}


def _unspeakable(part: str, least: float = 0.58) -> bool:
    """Whether too few of its neighbouring letters are neighbours in words."""
    pairs = [(one, other) for one, other in itertools.pairwise(part.lower()) if one.isalpha() and other.isalpha()]
    return len(pairs) >= 5 and sum(1 for one, other in pairs if other in _FOLLOWERS.get(one, "")) < least * len(pairs)


def _mixed(word: str) -> bool:
    return any(c.islower() for c in word) and any(c.isupper() for c in word) and any(c.isdigit() for c in word)


def _restless(word: str, longest: float) -> bool:
    """Whether the runs of one kind of characters (a capital belongs to what follows it) are short on average."""
    chunks = _CHUNK.findall(word)
    return bool(chunks) and len(word) / len(chunks) < longest


def masked(platform: str, name: str, text: str) -> str:
    """The text without what changes by itself: whole lines dropped, or their changing part as `<noise>`."""
    rules = document(platform, name)
    noise = _noise(rules.drop + rules.mask) if rules else None
    if rules is None or noise is None:
        return text
    parts: list[str] = []
    at = 0
    for match in noise.finditer(text):  # few lines are noise: the patterns look at these only
        begin = text.rfind("\n", 0, match.end()) + 1
        end = text.find("\n", match.end())
        end = len(text) if end < 0 else end
        if begin < at:
            continue
        line = text[begin:end]
        bare = line.rstrip("\r")
        parts.append(text[at:begin])
        at = end
        if any(pattern.search(bare) for pattern in rules.drop):
            at = min(end + 1, len(text))
        else:
            parts.append(_masked_line(rules.mask, line))
    return "".join(parts) + text[at:]


@functools.cache
def _noise(patterns: tuple[re.Pattern[str], ...]) -> re.Pattern[str] | None:
    """All patterns as one, that never reaches over a line's end."""
    if not patterns:
        return None
    every = "|".join(f"(?:{one.pattern})" for one in patterns).replace("(?P<noise>", "(?:")
    return re.compile(every.replace("[^", r"[^\n").replace(r"\s", r"[^\S\n]"), re.MULTILINE)


def _masked_line(patterns: tuple[re.Pattern[str], ...], line: str) -> str:
    for pattern in patterns:
        match = pattern.search(line.rstrip("\r"))
        if match:
            begin, end = match.span("noise")
            line = line[:begin] + NOISE + line[end:]
    return line


def kinds() -> list[str]:
    """The words that a token may say, for reports."""
    return sorted({rule["name"] for rule in yamlfile.load(redaction.RULES)} | {NET})
