"""How a Windows host is reached by WinRM, from the inventory's words: Ansible's own names, and `rounds_winrm`.

Read are ansible_host, ansible_user, ansible_password, ansible_port, and `ansible_winrm_` with transport, scheme, path,
port, server_cert_validation, ca_trust_path, cert_pem, cert_key_pem, message_encryption, kerberos_delegation and
kerberos_hostname_override. `rounds_winrm` may hold `certificate_sha256` (the host's own certificate, where no CA signed
it) and `codepage` (of the host's console programs, where they do not take UTF-8).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Protocol

from pacs_rounds import rounds
from pacs_rounds.transports.endpoint import UNKNOWN, Endpoint

WAY = "winrm"
LOG_INS = ("basic", "ntlm", "kerberos", "credssp", "certificate")
_OTHER_NAMES = {"plaintext": "basic", "ssl": "basic"}
HTTPS_PORT, HTTP_PORT = 5986, 5985
UTF_8 = 65001
_NAMES = ("server_cert_validation", "ca_trust_path", "cert_pem", "cert_key_pem", "message_encryption",
          "kerberos_delegation", "kerberos_hostname_override")


class Variables(Protocol):
    """A host's variables, rendered when they are asked for."""

    def get(self, name: str, default: Any = None) -> Any:
        """The value."""


def endpoint(host: str, address: str, variables: Variables, deadline: float) -> Endpoint:
    """The host's endpoint, its way `winrm` filled in. Raises what rendering a variable raises, and ValueError for a
    port or code page that is no number."""
    def text(*names: str) -> str:
        return next((str(value) for name in names if (value := variables.get(name)) is not None), "")

    own = rounds.plain(variables.get("rounds_winrm") or {})
    port = text("ansible_port", "ansible_winrm_port") or str(HTTPS_PORT)
    named = rounds.plain(variables.get("ansible_winrm_transport") or "ntlm")
    words = [str(one).strip() for one in (named if isinstance(named, list) else str(named).split(","))]
    settings: dict[str, Any] = {name: value for name in _NAMES if (value := text(f"ansible_winrm_{name}"))}
    settings |= {
        "transport": _OTHER_NAMES.get(words[0], words[0]),
        "scheme": text("ansible_winrm_scheme") or ("http" if port == str(HTTP_PORT) else "https"),
        "path": "/" + (text("ansible_winrm_path") or "wsman").lstrip("/"),
        "certificate_sha256": re.sub(r"[:\s]", "", str(own.get("certificate_sha256") or "")).lower(),
        "codepage": int(own.get("codepage") or UTF_8)}
    oracle = variables.get("rounds_oracle")
    return Endpoint(
        host=host, address=address, port=0 if port == UNKNOWN else int(port),
        user=text("ansible_user", "ansible_winrm_user"),
        password=text("ansible_password", "ansible_winrm_password", "ansible_winrm_pass") or None,
        platform="windows", ways={WAY: settings, "oracle": rounds.plain(oracle or {})},
        connect_seconds=float(variables.get("rounds_connect_seconds") or 10), deadline_seconds=deadline)


def gap(endpoint: Endpoint) -> str:
    """What the inventory still lacks, or what these rounds do not do, in words; empty when nothing."""
    if endpoint.gap:
        return endpoint.gap
    way = endpoint.ways[WAY]
    transport, https = way["transport"], way["scheme"] == "https"
    if transport not in LOG_INS:
        return f"ansible_winrm_transport {transport!r} is none of {', '.join(LOG_INS)}"
    if way["scheme"] not in {"http", "https"}:
        return "ansible_winrm_scheme is neither http nor https"
    if not https and transport in {"basic", "certificate"}:
        return f"WinRM with {transport} over http would show all of it to the network: use https, or ntlm or kerberos"
    if not https and way.get("message_encryption") == "never":
        return "ansible_winrm_message_encryption never over http would show all of it to the network"
    return _missing(endpoint, way) or (_certificates(way) if https else "")


def _missing(endpoint: Endpoint, way: dict[str, Any]) -> str:
    if way["transport"] == "certificate":
        lost = [name for name in ("cert_pem", "cert_key_pem") if not _is_file(way.get(name))]
        return f"ansible_winrm_{lost[0]} names no file that can be read" if lost else ""
    if not endpoint.user:
        return "ansible_user is missing in the inventory"
    if way["transport"] != "kerberos" and not endpoint.password:
        return "ansible_password is missing: the vault has none for this host"
    return ""


def _certificates(way: dict[str, Any]) -> str:
    pinned, authority = way["certificate_sha256"], way.get("ca_trust_path")
    if pinned and not re.fullmatch(r"[0-9a-f]{64}", pinned):
        return "rounds_winrm.certificate_sha256 is no SHA-256: 64 hexadecimal digits"
    if way.get("server_cert_validation") == "ignore" and not pinned:
        return ("ansible_winrm_server_cert_validation ignore would talk to anybody: name the CA "
                "(ansible_winrm_ca_trust_path) or the certificate (rounds_winrm.certificate_sha256)")
    if authority and not pinned and not _is_file(authority):
        return f"ansible_winrm_ca_trust_path names no file that can be read: {authority}"
    return ""


def _is_file(path: Any) -> bool:
    try:
        return bool(path) and Path(str(path)).expanduser().is_file()
    except OSError:
        return False
