"""What a failed connection means, from the words OpenSSH, paramiko and netmiko use."""

from __future__ import annotations

import pytest

from pacs_rounds.model import Reason
from pacs_rounds.transports.endpoint import LEGACY, Endpoint, disabled_algorithms
from pacs_rounds.transports.failures import cli_complaint, connection_failure, words_of


@pytest.mark.parametrize(("words", "reason", "said"), [
    ("ssh: connect to host 127.13.1.9 port 2222: Connection refused", Reason.UNREACHABLE, "nothing listens"),
    ("ssh: connect to host 10.0.0.1 port 22: Connection timed out", Reason.TIMED_OUT, "no answer in time"),
    ("ssh: connect to host 10.0.0.1 port 22: No route to host", Reason.UNREACHABLE, "no route"),
    ("ssh: connect to host 10.0.0.1 port 22: Network is unreachable", Reason.UNREACHABLE, "no route"),
    ("ssh: Could not resolve hostname pacs: Name or service not known", Reason.UNREACHABLE, "does not resolve"),
    ("ssh: Could not resolve hostname pacs: Temporary failure in name resolution", Reason.UNREACHABLE, "resolve"),
    ("root@10.0.0.1: Permission denied (publickey,password).", Reason.REFUSED, "login refused"),
    ("Invalid/incorrect password: Permission denied, please try again.", Reason.REFUSED, "login refused"),
    ("Host key verification failed.", Reason.REFUSED, "no host key is recorded"),
    ("@@@@\n@  WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!  @\n@@@@\nHost key verification failed.",
     Reason.REFUSED, "not the recorded one"),
    ("Unable to negotiate with 10.0.0.1 port 22: no matching key exchange method found. Their offer: "
     "diffie-hellman-group1-sha1", Reason.REFUSED, "rounds_legacy_ssh"),
    ("Unable to negotiate with 10.0.0.1 port 22: no matching host key type found. Their offer: ssh-rsa",
     Reason.REFUSED, "rounds_legacy_ssh"),
    ("kex_exchange_identification: Connection closed by remote host", Reason.UNREACHABLE, "closed by the other side"),
    ("kex_exchange_identification: read: Connection reset by peer", Reason.UNREACHABLE, "closed by the other side"),
    ("Connection timed out during banner exchange", Reason.TIMED_OUT, "no answer in time"),
    ("Timeout, server 10.0.0.1 not responding.", Reason.TIMED_OUT, "no answer in time"),
    ("SSHException: Server '[10.0.0.1]:2222' not found in known_hosts", Reason.REFUSED, "no host key is recorded"),
    ("FileNotFoundError: [Errno 2] No such file or directory: 'inventories/x/known_hosts.txt'", Reason.REFUSED,
     "no host key is recorded"),
    ("BadHostKeyException: Host key for server '10.0.0.1' does not match: got 'AAA', expected 'BBB'", Reason.REFUSED,
     "not the recorded one"),
    ("AuthenticationException: Authentication failed.", Reason.REFUSED, "login refused"),
    ("IncompatiblePeer: Incompatible ssh peer (no acceptable kex algorithm)", Reason.REFUSED, "rounds_legacy_ssh"),
    ("SSHException: Error reading SSH protocol banner", Reason.TIMED_OUT, "no answer in time"),
    ("NoValidConnectionsError: [Errno 111] Connection refused / NetmikoTimeoutException: TCP connection to device "
     "failed.", Reason.UNREACHABLE, "nothing listens"),
    ("TimeoutError: timed out / NetmikoTimeoutException: TCP connection to device failed.", Reason.TIMED_OUT, "time"),
    ("% Maximum sessions reached", Reason.REFUSED, "no free session"),
    ("EOFError: ", Reason.UNREACHABLE, "closed by the other side"),
    ("something nobody has seen before", Reason.UNREACHABLE, "something nobody has seen before"),
    ("", Reason.UNREACHABLE, "without a word"),
])
def test_reason_and_sentence_follow_from_the_words(words: str, reason: Reason, said: str) -> None:
    found, sentence = connection_failure(words)
    assert found is reason
    assert said in sentence
    assert "\n" not in sentence


def test_long_words_are_cut_around_what_tells() -> None:
    sentence = connection_failure("x" * 10_000 + " connection refused " + "y" * 10_000)[1]
    assert len(sentence) < 300
    assert "connection refused" in sentence
    assert len(connection_failure("z" * 10_000)[1]) == 200


def test_an_exceptions_innermost_cause_comes_first() -> None:
    error = None
    try:
        try:
            raise ConnectionRefusedError(111, "Connection refused")
        except OSError as inner:
            raise RuntimeError("TCP connection to device failed") from inner
    except RuntimeError as outer:
        error = outer
    assert words_of(error).startswith("ConnectionRefusedError: ")
    assert connection_failure(words_of(error))[0] is Reason.UNREACHABLE


def test_an_exception_that_is_its_own_cause_ends() -> None:
    one, two = RuntimeError("one"), RuntimeError("two")
    one.__cause__, two.__cause__ = two, one
    assert len(words_of(one)) < 200


def test_a_cli_complaint_counts_at_the_head_only() -> None:
    assert cli_complaint("cisco_ios", "log line\n" * 20 + "% Invalid input detected") is None
    assert cli_complaint("emc_vnx", "% Invalid input detected") is None
    assert cli_complaint("cisco_ios", "") is None


def test_what_the_inventory_lacks_is_said_in_words() -> None:
    full = {"host": "core-1", "address": "10.0.0.1", "user": "u", "password": "p"}
    assert Endpoint(**full).gap == ""
    for key, name in (("address", "ansible_host"), ("user", "ansible_user"), ("password", "ansible_password")):
        gap = Endpoint(**full | {key: "unknown"}).gap
        assert name in gap
        assert "host_vars/core-1" in gap
    assert "ansible_port" in Endpoint(**full, port=0).gap
    assert "no ansible_host" in Endpoint(**full | {"address": ""}).gap
    assert Endpoint(**full, fault="the vault is closed").gap == "the vault is closed"


def test_an_endpoint_does_not_tell_its_secrets() -> None:
    shown = repr(Endpoint("h", "a", password="hunter2", enable_secret="hunter3"))
    assert "hunter" not in shown


def test_old_algorithms_are_off_unless_the_host_names_them() -> None:
    assert disabled_algorithms({}) == LEGACY
    allowed = disabled_algorithms({"kex": ["diffie-hellman-group1-sha1"], "ciphers": ["3des-cbc"],
                                   "host_key_types": ["ssh-rsa"], "reason": "2004", "expires": "2099-01-01"})
    assert "diffie-hellman-group1-sha1" not in allowed["kex"]
    assert "diffie-hellman-group14-sha1" in allowed["kex"]
    assert (allowed["keys"], allowed["pubkeys"]) == ([], [])
    assert allowed["macs"] == LEGACY["macs"]


def test_what_naviseccli_complained_of_is_a_complaint_in_saved_text_too() -> None:
    found = cli_complaint("emc_vnx", "Security file not found. Already removed or check -secfilepath option.\n")
    assert found
    assert found[0] is Reason.REFUSED
    assert cli_complaint("emc_vnx", "The array is operating normally.\n") is None
