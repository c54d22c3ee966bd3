"""A full copy of a log as static files: every byte checked, nothing that contradicts it taken."""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path

from niangjia.lib.tlog import checkpoint, note
from niangjia.lib.tlog.checkpoint import Checkpoint
from niangjia.lib.tlog.keys import LogKey
from niangjia.lib.tlog.note import BadNote, Note
from niangjia.lib.tlog.policy import Policy
from niangjia.lib.tlog.tiles import HEIGHT, WIDTH, TileName
from niangjia.witness.files import write_durably, write_whole
from niangjia.witness.source import Folder, Source
from niangjia.witness.verified_tiles import VerifiedTiles

CHECKPOINT, PENDING, EVIDENCE = "checkpoint", "checkpoint.pending", "evidence"


class Forked(Exception):
    """The log signed two trees of which neither is the beginning of the other."""

    def __init__(self, folder: Path) -> None:
        super().__init__("the log has signed two histories")
        self.folder = folder


@dataclass(frozen=True, slots=True)
class Signed:
    note: Note
    head: Checkpoint


@dataclass(frozen=True, slots=True)
class Taken:
    """old, new: sizes before and after. served: the size that the log showed."""

    old: int
    new: int
    served: int
    n_files: int


class Mirror:
    """out: the folder of the copy. keys: of the log, one or more of one origin."""

    def __init__(self, out: Path, keys: Sequence[LogKey], policy: Policy | None = None) -> None:
        self.out, self._keys, self._policy = out, keys, policy

    def refresh(self, source: Source) -> Taken:
        """All that the log has is in the copy, its checkpoint last.

        Raises Unreadable (Unfit), BadNote, NoQuorum: the copy is as it was. Raises Forked: both
        checkpoints are in the folder of evidence.
        """
        served = self._read(source.get(CHECKPOINT, note.MAX_BYTES))
        if self._policy is not None:
            self._policy.check(served.note)
        kept, pending = self._own(CHECKPOINT), self._own(PENDING)
        goal = served
        if pending and pending.head.size > served.head.size:
            goal = pending  # begun before: it was signed, so the log has to have it
        tree = VerifiedTiles(goal.head, Folder(self.out), source)
        for other in (kept, pending, served):
            if other is not None:
                self._compare(other, goal, tree)
        size = kept.head.size if kept else 0
        if goal.head.size < size:
            return Taken(size, size, served.head.size, 0)
        n_files = self._take(size, goal, tree)
        return Taken(size, goal.head.size, served.head.size, n_files)

    def _read(self, data: bytes) -> Signed:
        """A checkpoint that the log signed. Raises BadNote."""
        found = note.parse(data)
        head = checkpoint.of_note(found)
        note.verified(found, self._keys)
        if head.origin != self._keys[0].name:
            raise BadNote("the checkpoint is of another log")
        return Signed(found, head)

    def _own(self, name: str) -> Signed | None:
        try:
            return self._read((self.out / name).read_bytes())
        except FileNotFoundError:
            return None

    def _compare(self, other: Signed, goal: Signed, tree: VerifiedTiles) -> None:
        """Raises Forked unless one is the beginning of the other; Unreadable."""
        small, large = sorted((other, goal), key=lambda one: one.head.size)
        if small.head.size == large.head.size:
            agree = small.head.root == large.head.root
        else:
            whole = tree if large is goal else VerifiedTiles(large.head, Folder(self.out))
            whole.open()
            agree = whole.root_at(small.head.size) == small.head.root
        if not agree:
            raise Forked(self._keep_evidence(other, goal))

    def _keep_evidence(self, other: Signed, goal: Signed) -> Path:
        texts = [str(other.note).encode(), str(goal.note).encode()]
        folder = self.out / EVIDENCE / sha256(b"\n".join(texts)).hexdigest()[:16]
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in zip(("checkpoint-kept", "checkpoint-served"), texts, strict=True):
            write_durably(folder / name, text)
        return folder

    def _take(self, size: int, goal: Signed, tree: VerifiedTiles) -> int:
        data = str(goal.note).encode()
        n_files = 0
        if goal.head.size > size:
            write_durably(self.out / PENDING, data)
            tree.open()
            n_files = sum(self._store(name, read) for name, read in _new(size, tree))
            os.sync()  # the checkpoint promises the files, so they are on the disk before it
        if not self._has(data):
            write_durably(self.out / CHECKPOINT, data)
        (self.out / PENDING).unlink(missing_ok=True)
        self._drop_partial(size, goal.head.size)
        return n_files

    def _has(self, data: bytes) -> bool:
        path = self.out / CHECKPOINT
        return path.exists() and path.read_bytes() == data

    def _store(self, name: TileName, read: Callable[[], bytes]) -> int:
        """1 if the file is new, 0 if it was there already, whole."""
        path = self.out / "tile" / name.path
        data = read()
        if path.exists() and path.read_bytes() == data:
            return 0
        write_whole(path, data)
        return 1

    def _drop_partial(self, old: int, new: int) -> None:
        """Partial files go once the full one is there."""
        for level in [None, *range(8)]:
            n = (old >> HEIGHT * (level or 0)) // WIDTH
            if TileName(level, n).fits(new):
                path = self.out / "tile" / TileName(level, n).path
                shutil.rmtree(path.with_name(f"{path.name}.p"), ignore_errors=True)


def _new(size: int, tree: VerifiedTiles) -> Iterator[tuple[TileName, Callable[[], bytes]]]:
    """What a tree has that it had not at `size`: from the leaves up, entries before hashes."""
    level = 0
    while whole := tree.head.size >> HEIGHT * level:
        for n in range((size >> HEIGHT * level) // WIDTH, -(-whole // WIDTH)):
            width = min(whole - n * WIDTH, WIDTH)
            if not level:
                yield TileName(None, n, width), partial(tree.bundle, n)
            yield TileName(level, n, width), partial(tree.read, level, n, width)
        level += 1
