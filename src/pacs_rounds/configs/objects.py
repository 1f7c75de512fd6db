"""Git's loose objects, read and written as files: what git does in a process each, six of them for a device.

An object is `<kind> <size>\\0<content>`, deflated, in a file named by the SHA-1 of that. It is written under a name
that `git gc` knows for a left-over and then renamed: whoever sees it sees all of it. It is never changed.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import zlib
from pathlib import Path

Entries = dict[str, tuple[str, str]]
"""name -> (blob | tree, object) of one tree."""
UNFINISHED = "tmp_obj_"
"""How files of objects begin that are being written; git takes the same word."""
LEVEL = 1
"""git's own for objects of one file each."""


def name_of(kind: str, data: bytes) -> str:
    """The name git gives an object."""
    return hashlib.sha1(_whole(kind, data), usedforsecurity=False).hexdigest()


def blob_name(data: bytes) -> str:
    """The name git gives a blob."""
    return name_of("blob", data)


def tree_bytes(entries: Entries) -> bytes:
    """A tree object's content; a folder sorts as if its name ended with a slash."""
    ordered = sorted(entries.items(), key=lambda one: one[0] + "/" * (one[1][0] == "tree"))
    return b"".join(f"{'40000' if kind == 'tree' else '100644'} {name}\0".encode() + bytes.fromhex(one)
                    for name, (kind, one) in ordered)


def entries_of(data: bytes) -> Entries:
    """A tree object's entries: `<mode> <name>\\0<20 bytes>` one after the other."""
    found: Entries = {}
    at = 0
    while at < len(data):
        blank, end = data.index(b" ", at), data.index(b"\0", at)
        kind = "tree" if data[at:blank].lstrip(b"0") == b"40000" else "blob"
        found[data[blank + 1:end].decode("utf-8", "surrogateescape")] = (kind, data[end + 1:end + 21].hex())
        at = end + 21
    return found


def place(folder: Path, name: str) -> Path:
    """Where an object lies below `objects`, if it is not in a pack."""
    return folder / name[:2] / name[2:]


def read(folder: Path, name: str) -> tuple[str, bytes] | None:
    """Kind and content of an object; None when it is not there as a file, or the file is not that object: then git
    itself has to be asked, which looks into its packs and says what is wrong."""
    try:
        whole = zlib.decompress(place(folder, name).read_bytes())
    except (OSError, zlib.error):
        return None
    if hashlib.sha1(whole, usedforsecurity=False).hexdigest() != name:
        return None
    head, _, data = whole.partition(b"\0")
    return head.partition(b" ")[0].decode("ascii", "replace"), data


def write(folder: Path, kind: str, data: bytes) -> str:
    """Write an object that is not there yet; its name. The caller flushes it. Raises OSError, and leaves nothing."""
    whole = _whole(kind, data)
    name = hashlib.sha1(whole, usedforsecurity=False).hexdigest()
    path = place(folder, name)
    if path.exists() and read(folder, name) is not None:  # one that a lost power supply has emptied is made again
        return name
    path.parent.mkdir(exist_ok=True)
    unfinished = path.with_name(f"{UNFINISHED}{os.urandom(6).hex()}")
    try:
        with unfinished.open("xb") as file:
            file.write(zlib.compress(whole, LEVEL))
            os.fchmod(file.fileno(), 0o444)
        unfinished.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise
    return name


def _whole(kind: str, data: bytes) -> bytes:
    return f"{kind} {len(data)}\0".encode("ascii") + data
