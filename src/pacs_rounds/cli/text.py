"""Commands that turn text into something else: parse, parsers, checks, redact."""

from __future__ import annotations

import json
import re
import sys
from typing import BinaryIO

import click

from pacs_rounds import parse as parsing
from pacs_rounds.model import BadInput, ParseError

# What a terminal would obey and JSON leaves as it is: C1 controls, writing directions, unpaired surrogates.
_UNSEEN = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")


def _read(file: BinaryIO) -> str:
    return file.read().decode("utf-8", errors="replace").replace("\r\n", "\n")


@click.command()
@click.argument("parser")
@click.argument("file", type=click.File("rb"), default="-")
def parse(parser: str, file: BinaryIO) -> None:
    """Print PARSER's plain data of FILE (default: standard input) as JSON.

    Exit status 1 with a one-line reason when the text cannot be understood.

    \b
    Examples:
      rounds parse linux.df df.txt
      ssh host df -P -T -k | rounds parse linux.df
    """
    try:
        parsing.get(parser)
    except KeyError:
        near = [name for name in parsing.names() if name.partition(".")[0] == parser.partition(".")[0]]
        raise BadInput(f"parser {parser!r}", "no parser is called so",
                       "known: " + ", ".join(near or parsing.platforms()) + "; see `rounds parsers`") from None
    try:
        data = parsing.parse(parser, _read(file))
    except ParseError as error:
        click.echo(f"{parser}: {str(error).splitlines()[0]}", err=True)
        sys.exit(1)
    text = json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True)
    click.echo(_UNSEEN.sub(lambda match: "".join(json.dumps(one)[1:-1] for one in match[0]), text))


@click.command()
@click.option("--json", "as_json", is_flag=True, help="A JSON list with one object per parser.")
def parsers(as_json: bool) -> None:
    """List the parsers, one per line."""
    rows = [{"name": name, "reads": (parsing.get(name).__doc__ or "").strip().split("\n")[0]}
            for name in parsing.names()]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for row in rows:
        click.echo(row["name"])


@click.command()
@click.option("--json", "as_json", is_flag=True, help="A JSON list with the whole catalogue entry of each check.")
@click.option("--lang", type=click.Choice(["en", "zh"]), default="en", help="Language of the titles.")
def checks(as_json: bool, lang: str) -> None:
    """List the checks, one per line: id and title."""
    from dataclasses import asdict

    from pacs_rounds import catalogue

    known = catalogue.load()
    if as_json:
        click.echo(json.dumps([asdict(check) for check in known.values()], ensure_ascii=False, indent=1))
        return
    width = max(len(name) for name in known)
    for name, check in known.items():
        click.echo(f"{name:{width}}  {check.title[lang]}")


@click.command()
@click.option("--platform", required=True, help="Whose text it is, e.g. cisco_ios, linux.")
@click.option("--site", help="Tokens as in this site's archive. Default: a key for this call only.")
@click.argument("file", type=click.File("rb"), default="-")
def redact(platform: str, site: str | None, file: BinaryIO) -> None:
    """Print FILE (default: standard input) as the archive would keep it.

    What was redacted, by rule and line, goes to standard error.

    \b
    Example:
      rounds redact --platform cisco_ios running-config.txt
    """
    import secrets

    from pacs_rounds import redact as redaction
    from pacs_rounds.evidence import keys
    from pacs_rounds.evidence.layout import SiteEvidence

    known = sorted({*redaction.platforms(), *parsing.platforms()})
    if platform not in known:
        raise BadInput(f"platform {platform!r}", "is not known", "known: " + ", ".join(known))
    if site:
        SiteEvidence.of(site)
    key = keys.redaction_key(site) if site else secrets.token_bytes(32)
    text, hits = redaction.redact(platform, file.read().decode("utf-8", errors="replace"), key)
    click.echo(text, nl=False)
    for hit in sorted(hits, key=lambda one: one.line):
        click.echo(f"line {hit.line}: {hit.rule}", err=True)
