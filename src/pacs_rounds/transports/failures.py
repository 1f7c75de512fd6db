"""What a failed connection or a CLI's complaint means, from the words alone. Pure."""

from __future__ import annotations

import re

from pacs_rounds.model import Reason
from pacs_rounds.transports import naviseccli_words

# Words of OpenSSH, paramiko and netmiko, most telling first.
_CONNECTION = (
    (r"remote host identification has changed|host key for .* does not match|badhostkey",
     Reason.REFUSED, "the host key is not the recorded one: find out why before trusting it (rounds trust)"),
    (r"host key verification failed|not found in known_hosts|no .*host key is known|server .* not found|"
     r"no such file or directory: \S*known_hosts",
     Reason.REFUSED, "no host key is recorded for this host: rounds trust --site SITE HOST"),
    # Before the refused log-in: a Fabric OS switch without a free session says both.
    (r"max(?:imum)?\.? (?:remote )?sessions|too many (?:sessions|users|logins)|no more sessions",
     Reason.REFUSED, "no free session on the device"),
    (r"permission denied|authentication (?:failed|to device failed|exception)|bad authentication|"
     r"auth(?:entication)? cancelled|no authentication methods",
     Reason.REFUSED, "login refused: user, key or password"),
    (r"no acceptable kex|incompatible ssh peer|no matching|no acceptable|incompatible version",
     Reason.REFUSED, "no common SSH algorithm: the host needs rounds_legacy_ssh in its host_vars"),
    # netmiko over telnet: one sentence for a wrong password and for a device that ends the dialogue.
    (r"NetmikoAuthenticationException: Login failed", Reason.REFUSED, "the telnet log-in was refused or not taken up"),
    (r"connection refused", Reason.UNREACHABLE, "connection refused: nothing listens on this port"),
    (r"no route to host|network is unreachable|host is down", Reason.UNREACHABLE, "no route to the host"),
    (r"name or service not known|could not resolve|temporary failure in name|nodename nor servname",
     Reason.UNREACHABLE, "the name does not resolve"),
    # "No existing session" is how paramiko says that the negotiation was given up at the deadline.
    (r"timed? ?out|timeout|deadline|error reading ssh protocol banner|no existing session",
     Reason.TIMED_OUT, "no answer in time"),
    (r"connection (?:closed|reset|lost)|broken pipe|eof|socket is closed|connection aborted",
     Reason.UNREACHABLE, "the connection was closed by the other side"),
)


def connection_failure(words: str) -> tuple[Reason, str]:
    """Reason and a sentence for people, from an exception's or ssh's own words; the telling ones are kept."""
    flat = " ".join(words.split())
    for pattern, reason, sentence in _CONNECTION:
        match = re.search(pattern, flat, re.IGNORECASE)
        if match:
            said = flat[max(0, match.start() - 50):match.end() + 60].strip()
            return reason, f"{sentence} ({said})"
    return Reason.UNREACHABLE, flat[-200:] or "the connection failed without a word"


def words_of(error: BaseException) -> str:
    """An exception's words, innermost cause first: netmiko has one sentence for refused and for silent."""
    chain: list[str] = []
    seen: BaseException | None = error
    while seen is not None and len(chain) < 5:
        per_address = getattr(seen, "errors", None)  # paramiko: "unable to connect", and why for each address
        why = "; ".join(map(str, per_address.values())) if isinstance(per_address, dict) else ""
        chain.append(f"{type(seen).__name__}: {seen} {why}".rstrip())
        seen = seen.__cause__ or seen.__context__
    return " / ".join(reversed(chain))


# % Invalid input detected at '^' marker.
_CLI = {
    "cisco_ios": (
        (r"^% ?(?:Invalid input|Incomplete command|Ambiguous command|Unknown command|Unrecognized command)",
         Reason.TOOL_MISSING, "this image does not know the command"),
        (r"^% ?(?:Authorization failed|Permission denied|Bad secrets|Access denied)|^Command authorization failed",
         Reason.REFUSED, "the account may not run this command"),
    ),
    # Unknown command "show inventory". Use 'show help' for more info. | Usage: show vtp domain
    "cisco_catos": (
        (r"^(?:Unknown command|Ambiguous command|Incomplete command|Usage: \S|Invalid (?:command|parameter|option))",
         Reason.TOOL_MISSING, "this release does not know the command"),
        (r"^(?:Permission denied|Access denied|Sorry\b|(?:Command )?authorization failed|Not authorized)",
         Reason.REFUSED, "the account may not run this command"),
    ),
    # rbash: mapsdb: command not found
    "brocade_fos": (
        (r"^-?r?(?:ba)?sh: .{1,60}: (?:command )?not found|\A\s*.{0,60}\bnot supported (?:on|in|by|for) this|"
         r"\A\s*(?:usage: ?\S|invalid (?:command|option|argument))",
         Reason.TOOL_MISSING, "this release does not know the command"),
        (r"^.{0,40}\brbac permission denied|^-?r?(?:ba)?sh: .{1,60}: (?:permission denied|restricted)|"
         r"^.{0,40}permission denied\.?$",
         Reason.REFUSED, "the account may not run this command"),
        (r"^(?:command |request |operation )?timed out[.!]?$|^timed out waiting for input",
         Reason.TIMED_OUT, "the switch gave up its own command"),
    ),
}


# bash: multipath: command not found
_SHELL = re.compile(r"(?:-?(?:/\S{1,40}/)?\w{0,4}sh|/\S{1,60}): (?:line \d{1,6}: |\d{1,6}: )?(?:eval: )?\S{1,80}: "
                    r"(?:(?P<missing>(?:command )?not found|No such file or directory)|Permission denied)")


def _shell_complaint(text: str) -> tuple[Reason, str] | None:
    """What a shell said instead of an answer: only where it said nothing else."""
    said = [line.strip() for line in text[:2000].splitlines() if line.strip()]
    match = _SHELL.fullmatch(said[0]) if len(said) == 1 else None
    if match is None:
        return None
    return (Reason.TOOL_MISSING if match["missing"] else Reason.REFUSED), said[0][:160]


def cli_complaint(platform: str, text: str) -> tuple[Reason, str] | None:
    """What a network CLI complained of, or None when the text is an answer.

    Only the first lines are looked at: a log may quote such words further down.
    """
    if platform == "linux":
        return _shell_complaint(text)
    if platform == "emc_vnx":
        said = naviseccli_words.complaint(text)
        return (said.reason, said.detail) if said else None
    head = "\n".join(line.strip() for line in text[:2000].splitlines()[:6])
    for pattern, reason, sentence in _CLI.get(platform, ()):
        match = re.search(pattern, head, re.MULTILINE | re.IGNORECASE)
        if match:
            return reason, f"{sentence}: {head[match.start():].splitlines()[0][:80]}"
    return None
