"""A bare Git repository: objects, trees, commits, one reference. No work tree.

A commit exists when the reference names it, and not a moment earlier: whatever is interrupted before leaves objects
that nobody sees. The reference is moved from an expected value under a lock that the kernel releases when its holder
dies. Objects are files written and read here (objects.py); the `git` program makes the repository, reads what lies in
packs, and answers people's questions.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import subprocess
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from pacs_rounds.configs import objects
from pacs_rounds.configs.objects import Entries
from pacs_rounds.model import BadInput

BRANCH = "refs/heads/main"
NOTHING = "0" * 40
LEAST_FREE = 65536
"""Bytes. With less a disk is called full."""
SECONDS = 60.0
_ROOTS: dict[tuple[str, str], Entries] = {}
KEPT_ROOTS = 4
"""Trees of commits that are remembered; a commit's name is a hash of what it holds."""


class HistoryError(OSError):
    """The repository could not be read or written; the message is git's own."""


class MovedError(HistoryError):
    """Somebody else's commit came first."""


def _full(path: Path) -> bool:
    """Whether the disk is full: git does not always say why it cannot write."""
    place = next(one for one in (path, *path.parents) if one.exists())
    said = os.statvfs(place)
    return said.f_bavail * said.f_frsize < LEAST_FREE


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
            full = os.strerror(errno.ENOSPC) in said or "No space left" in said or _full(self.path)
            number = errno.ENOSPC if full else errno.EIO
            last = said.splitlines()[0] if said else f"status {done.returncode}"
            last = f"{os.strerror(errno.ENOSPC)}: {last}" if full else last
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
        """The contents of what some names (`commit:`, `commit:folder/file`) stand for; empty where there is none. A
        process is needed only when something on the way lies in a pack."""
        try:
            return [self._content(name) for name in names]
        except LookupError:
            return self._asked(*names)

    def _content(self, name: str) -> bytes:
        """The content of a tree or blob by its name; LookupError when it cannot be had without git."""
        commit, _, path = name.partition(":")
        entries, data = self._root(commit), b""
        for number, part in enumerate(parts := path.split("/") if path else []):
            kind, one = entries.get(part, ("", ""))
            if not kind or (kind == "blob" and number < len(parts) - 1):
                return b""
            data = self._loose(one, kind)
            entries = objects.entries_of(data) if kind == "tree" else {}
        return data if path else objects.tree_bytes(entries)

    def root(self, commit: str) -> Entries:
        """The tree of a commit; not to be changed."""
        try:
            return self._root(commit)
        except LookupError:
            return objects.entries_of(self._asked(f"{commit}:")[0])

    def _root(self, commit: str) -> Entries:
        """A commit's tree never changes; that of the newest is asked for with every device. Raises LookupError."""
        known = _ROOTS.get((str(self.path), commit))
        if known is None:
            if len(commit) != len(NOTHING):
                raise LookupError(commit)
            said = self._loose(commit, "commit")
            known = objects.entries_of(self._loose(said[5:45].decode("ascii"), "tree"))
            self._keep_root(commit, known)
        return known

    def _keep_root(self, commit: str, entries: Entries) -> None:
        while len(_ROOTS) >= KEPT_ROOTS:
            _ROOTS.pop(next(iter(_ROOTS)), None)
        _ROOTS[str(self.path), commit] = entries

    def _loose(self, name: str, kind: str) -> bytes:
        found = objects.read(self.path / "objects", name)
        if found is None or found[0] != kind:
            raise LookupError(name)
        return found[1]

    def blob(self, name: str) -> bytes:
        """A blob's content; HistoryError for one that is not what its name says."""
        found = objects.read(self.path / "objects", name)
        data = found[1] if found else self.run("cat-file", "blob", name)
        if not found and objects.blob_name(data) != name:
            raise HistoryError(errno.EIO, f"the object {name[:12]} is damaged", str(self.path))
        return data

    def _asked(self, *names: str) -> list[bytes]:
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
        return [objects.entries_of(one) for one in self.objects(*names)]

    def flush(self, names: Iterable[str], files: Iterable[Path] = ()) -> None:
        """Wait until the disk has these objects and files. git would flush one after the other; at the same time they
        share the file system's journal. An object that lies in a pack is on the disk."""
        wanted = [*(objects.place(self.path / "objects", name) for name in names), *files]
        with ThreadPoolExecutor(min(8, len(wanted) or 1)) as pool:
            list(pool.map(_flush, wanted))

    def sweep(self, seconds: float = 86_400) -> None:
        """Remove what killed runs have left: nobody takes a day for a device."""
        for left in [*self.path.glob("incoming-*"), *self.path.glob(f"objects/??/{objects.UNFINISHED}*")]:
            with contextlib.suppress(OSError):
                if left.stat().st_mtime < time.time() - seconds:
                    shutil.rmtree(left) if left.is_dir() else left.unlink()

    def usable(self) -> None:
        """BadInput for a repository of a kind that is not written here."""
        said = (self.path / "config").read_text(encoding="utf-8", errors="replace").lower()
        if "sha256" in said or "refstorage" in said:
            raise BadInput(str(self.path), "is a repository of another format",
                           "this history needs one with SHA-1 names and references as files")

    def write(self, kind: str, data: bytes) -> str:
        """Write an object; its name."""
        try:
            return objects.write(self.path / "objects", kind, data)
        except OSError as error:
            said = f"a {kind} could not be written: {error.strerror}"
            raise HistoryError(error.errno, said, str(self.path)) from None

    def commit(self, trees: tuple[str, Entries], parent: str, message: str, moment: float) -> str:
        """Write a commit object that nothing refers to yet; its name. `trees`: name and entries of its root."""
        by = f"rounds <rounds@localhost> {int(moment)} +0000"
        above = f"parent {parent}\n" if parent else ""
        name = self.write("commit", f"tree {trees[0]}\n{above}author {by}\ncommitter {by}\n\n{message}".encode())
        self._keep_root(name, trees[1])
        return name

    def move(self, new: str, expected: str) -> None:
        """Let the branch name the commit; MovedError when it does not name `expected` (empty: nothing) any more.

        The caller holds `locked`: a lock file of git's own that is left then belongs to nobody alive.
        """
        place = self.path / BRANCH
        lock = place.with_name(f"{place.name}.lock")
        lock.unlink(missing_ok=True)
        try:
            with lock.open("x", encoding="ascii") as file:
                if self.head() != expected:
                    raise MovedError(errno.EAGAIN, "the branch was moved by somebody else", str(self.path))
                file.write(f"{new}\n")
                file.flush()
                os.fsync(file.fileno())
            lock.replace(place)
        except BaseException as error:
            with contextlib.suppress(OSError):
                lock.unlink(missing_ok=True)
            if isinstance(error, OSError) and not isinstance(error, HistoryError):
                raise HistoryError(error.errno, f"the branch could not be moved: {error.strerror}",
                                   str(self.path)) from None
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
