"""The `git` program's plumbing over a bare repository: objects, trees, commits, one reference. No work tree.

A commit exists when the reference names it, and not a moment earlier: whatever is interrupted before leaves objects
that nobody sees. The reference is moved from an expected value under a lock that the kernel releases when its holder
dies.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

BRANCH = "refs/heads/main"
NOTHING = "0" * 40
SECONDS = 60.0
Entries = dict[str, tuple[str, str]]
"""name -> (blob | tree, object) of one tree."""


class HistoryError(OSError):
    """The repository could not be read or written; the message is git's own."""


class MovedError(HistoryError):
    """Somebody else's commit came first."""


@dataclass(frozen=True, slots=True)
class Repository:
    """A bare repository."""

    path: Path

    def run(self, *arguments: str, stdin: bytes = b"", check: bool = True, moment: float | None = None) -> bytes:
        """What git says; HistoryError with its words when it fails and `check` is set. `moment` dates a commit."""
        program = shutil.which("git")
        if program is None:
            raise HistoryError(errno.ENOENT, "git is not installed: apt-get install git", str(self.path))
        # Nothing of the user's own settings may change what is written: signing, hooks, line ends.
        environment = {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "HOME": "/nonexistent",
            "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_DIR": str(self.path),
            "GIT_AUTHOR_NAME": "rounds", "GIT_AUTHOR_EMAIL": "rounds@localhost",
            "GIT_COMMITTER_NAME": "rounds", "GIT_COMMITTER_EMAIL": "rounds@localhost",
        }
        if moment is not None:
            environment["GIT_AUTHOR_DATE"] = environment["GIT_COMMITTER_DATE"] = f"{int(moment)} +0000"
        try:
            done = subprocess.run(
                [program, "-c", "core.fsync=reference", "-c", "gc.auto=0", "-c", "core.quotePath=false",
                 "-c", f"safe.directory={self.path}", *arguments],
                input=stdin, capture_output=True, timeout=SECONDS, check=False, env=environment)
        except subprocess.TimeoutExpired:
            raise HistoryError(errno.ETIMEDOUT, f"git {arguments[0]} did not end within {SECONDS:g} s",
                               str(self.path)) from None
        if check and done.returncode:
            said = done.stderr.decode(errors="replace").strip()
            number = errno.ENOSPC if os.strerror(errno.ENOSPC) in said or "No space left" in said else errno.EIO
            last = said.splitlines()[0] if said else f"status {done.returncode}"
            raise HistoryError(number, f"git {arguments[0]}: {last}", str(self.path))
        return done.stdout

    def ensure(self) -> None:
        """Make the repository where there is none. Whoever comes second finds it whole."""
        if (self.path / "HEAD").exists():
            return
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = self.path.with_name(f".{self.path.name}.{os.getpid()}.{os.urandom(4).hex()}")
        try:
            Repository(temporary).run("init", "--quiet", "--bare", "--template=", "--initial-branch=main",
                                      str(temporary))
            temporary.chmod(0o700)
            with contextlib.suppress(OSError):  # another process's stands there already
                temporary.rename(self.path)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
        if not (self.path / "HEAD").exists():
            raise HistoryError(errno.EIO, "no repository could be made", str(self.path))

    def head(self) -> str:
        """The newest commit, or an empty string."""
        try:
            return (self.path / BRANCH).read_text(encoding="ascii").strip()
        except OSError:
            if not (self.path / "HEAD").exists():
                return ""
            return self.run("rev-parse", "--verify", "--quiet", BRANCH, check=False).decode().strip()

    def resolve(self, revision: str) -> str:
        """The commit that a revision names; empty when it names none."""
        if revision.startswith("-") or not (self.path / "HEAD").exists():
            return ""
        return self.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}",
                        check=False).decode().strip()

    def objects(self, *names: str) -> list[bytes]:
        """The contents of objects by one process; empty for a name that stands for none."""
        said = self.run("cat-file", "--batch", stdin="".join(f"{name}\n" for name in names).encode())
        found: list[bytes] = []
        at = 0
        for _ in names:
            end = said.index(b"\n", at)
            words = said[at:end].split()
            at = end + 1
            if len(words) == 3 and words[1] in {b"tree", b"blob"}:
                size = int(words[2])
                found.append(said[at:at + size])
                at += size + 1
            else:
                found.append(b"")
        return found

    def trees(self, *names: str) -> list[Entries]:
        """The trees that some names (`commit:`, `commit:folder`) stand for; empty where there is none."""
        return [entries_of(one) for one in self.objects(*names)]

    def flush(self, names: Iterable[str], files: Iterable[Path] = ()) -> None:
        """Wait until the disk has these objects and files. git would flush one after the other; at the same time they
        share the file system's journal. An object that lies in a pack is on the disk."""
        wanted = [*(self.path / "objects" / name[:2] / name[2:] for name in names), *files]
        with ThreadPoolExecutor(min(8, len(wanted) or 1)) as pool:
            list(pool.map(_flush, wanted))

    def blobs(self, contents: list[bytes]) -> list[str]:
        """Write blobs by one process; their names in order."""
        for left in self.path.glob("incoming-*"):  # of a run that was killed; nobody takes a day for a device
            with contextlib.suppress(FileNotFoundError):
                if left.stat().st_mtime < time.time() - 86_400:
                    shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(dir=self.path, prefix="incoming-") as folder:
            names = []
            for number, content in enumerate(contents):
                Path(folder, str(number)).write_bytes(content)
                names.append(f"{folder}/{number}\n")
            said = self.run("hash-object", "-w", "-t", "blob", "--no-filters", "--stdin-paths",
                            stdin="".join(names).encode()).decode().split()
        if said != [blob_name(content) for content in contents]:
            raise HistoryError(errno.EIO, "git wrote other blobs than it was given", str(self.path))
        return said

    def write_trees(self, *trees: Entries) -> list[str]:
        """Write trees by one process, inner ones first; their names in order."""
        blocks = ["\n".join(f"{'040000' if kind == 'tree' else '100644'} {kind} {name_of}\t{name}"
                            for name, (kind, name_of) in sorted(tree.items())) + "\n" for tree in trees]
        return self.run("mktree", "--batch", "--missing", stdin="\n".join(blocks).encode()).decode().split()

    def commit(self, tree: str, parent: str, message: str, moment: float) -> str:
        """Write a commit object that nothing refers to yet; its name."""
        return self.run("commit-tree", tree, *(["-p", parent] if parent else []), stdin=message.encode(),
                        moment=moment).decode().strip()

    def move(self, new: str, expected: str) -> None:
        """Let the branch name the commit; MovedError when it does not name `expected` (empty: nothing) any more.

        The caller holds `locked`: a lock file of git's own that is left then belongs to nobody alive.
        """
        (self.path / f"{BRANCH}.lock").unlink(missing_ok=True)
        try:
            self.run("update-ref", BRANCH, new, expected or NOTHING)
        except HistoryError as error:
            if self.head() != expected:
                raise MovedError(errno.EAGAIN, str(error.strerror), str(self.path)) from None
            raise

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """One writer at a time; the kernel lets go when the process dies, however it dies."""
        with (self.path / "rounds.lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _flush(path: Path) -> None:
    try:
        number = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return
    try:
        os.fsync(number)
    finally:
        os.close(number)


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


def blob_name(data: bytes) -> str:
    """The name git gives a blob, without git: what is unchanged needs no process at all."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def tree_name(entries: Entries) -> str:
    """The name git gives a tree; a folder sorts as if its name ended with a slash."""
    data = b"".join(
        f"{'40000' if kind == 'tree' else '100644'} {name}".encode() + b"\0" + bytes.fromhex(name_of)
        for name, (kind, name_of) in sorted(entries.items(), key=lambda one: one[0] + "/" * (one[1][0] == "tree")))
    return hashlib.sha1(b"tree %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
