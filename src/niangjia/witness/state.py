"""What a witness remembers, in one SQLite file that belongs to one key on one machine."""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from errno import EIO
from hashlib import sha256
from pathlib import Path
from typing import Any

from niangjia.lib.tlog import request
from niangjia.lib.tlog.checkpoint import Checkpoint
from niangjia.lib.tlog.keys import LogKey, parse_vkey, vkey
from niangjia.lib.tlog.note import Note
from niangjia.witness.files import Locked, lock, place_of, sync_folder
from niangjia.witness.identity import Identity
from niangjia.witness.rules import Decision, Known, Tree
from niangjia.witness.schema import GUARDS, TABLES, VERSION
from niangjia.witness.seen import Seen

STATE_FILE, LOCK_FILE = "state.db", "lock"
BUSY_S = 10.0
# Anyone can send a signed checkpoint with a wrong proof; two roots for one size only the log.
EVIDENCE_BYTES, FORK_BYTES = 64 * 2**20, 256 * 2**20
PLAIN_BYTES = 8192  # a longer request is kept without the lines of unknown keys that fill it


class Unusable(Exception):
    """The state is missing, damaged, of another key, or older than what was signed."""


def create(folder: Path, identity: Identity) -> None:
    """An empty state for a new key. Raises OSError."""
    path = folder / STATE_FILE
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    db = _connect(path, "rw")
    db.executescript(f"BEGIN;{TABLES}{GUARDS}PRAGMA user_version={VERSION};COMMIT;")
    row = (1, identity.state_id, *place_of(path), 0, 0)
    db.execute("INSERT INTO identity VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    db.close()
    seen = Seen(folder, identity.state_id)
    seen.counted(0)
    sync_folder(folder)


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    # A rollback journal, not WAL: the file alone is the state, and old versions of SQLite are safe.
    db = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=BUSY_S,
        isolation_level=None,
        check_same_thread=False,
    )
    settings = ("synchronous = EXTRA", "fullfsync = ON", "foreign_keys = ON")
    try:
        for setting in (*settings, *(["journal_mode = DELETE"] if mode == "rw" else [])):
            db.execute(f"PRAGMA {setting}").fetchall()
    except sqlite3.Error:
        db.close()
        raise
    return db


class State:
    """The state of one identity. One process at a time writes it; its caller takes turns."""

    def __init__(self, folder: Path, identity: Identity, *, read_only: bool = False) -> None:
        """Raises Locked (another process runs with it) and Unusable."""
        self._lock = None if read_only else lock(folder / LOCK_FILE)
        self.seen = Seen(folder, identity.state_id)
        try:
            self._db = _open(folder / STATE_FILE, identity, self.seen, read_only)
        except BaseException:
            self._unlock()
            raise
        self._least = self.n_cosigned()

    def _unlock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def close(self) -> None:
        """All is on the disk; another process may begin. Raises OSError."""
        self._db.close()
        try:
            if self._lock is not None:
                self.seen.write()
        finally:
            self._unlock()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What is done in it is done whole and is on the disk at its end, or not at all."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            if self.n_cosigned() < self._least:
                raise Unusable("the state was put back while the witness ran")
            yield
            self._db.execute("COMMIT")
        finally:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")

    def n_cosigned(self) -> int:
        """How often this key has signed."""
        return int(self._db.execute("SELECT n_cosigned FROM identity").fetchone()[0])

    def trusted(self) -> dict[str, list[LogKey]]:
        """The keys of each log, by origin; an origin whose keys are all gone has an empty list."""
        found: dict[str, list[LogKey]] = {row[0]: [] for row in self._rows("origin FROM log")}
        for origin, word in self._rows("origin, vkey FROM log_key ORDER BY vkey"):
            key = parse_vkey(word)
            if isinstance(key, LogKey):
                found[origin].append(key)
        return found

    def known(self) -> Known:
        trees = {origin: Tree(size, root) for origin, size, root in self._rows(_TREES)}
        last_at = self._db.execute("SELECT last_at FROM identity").fetchone()[0]
        return Known(trees, last_at)

    def note_of(self, origin: str) -> bytes | None:
        """The latest checkpoint, cosigned or pinned, with its lines."""
        row = self._db.execute("SELECT note FROM log WHERE origin = ?", (origin,)).fetchone()
        return row[0] if row else None

    def cosigned_note_of(self, origin: str) -> bytes | None:
        """The latest cosigned checkpoint with its lines; None before the first."""
        rows = "SELECT note FROM log WHERE origin = ? AND cosigned_at IS NOT NULL"
        row = self._db.execute(rows, (origin,)).fetchone()
        return row[0] if row else None

    def remember(self, head: Checkpoint, note: Note, at: int) -> None:
        """In a transaction: `head` is what was cosigned last, at `at`; note: with all lines."""
        self._db.execute(
            "UPDATE log SET size = ?, root = ?, note = ?, cosigned_at = ?,"
            " n_cosigned = n_cosigned + 1 WHERE origin = ?",
            (head.size, head.root, str(note).encode(), at, head.origin),
        )
        self._db.execute("UPDATE identity SET n_cosigned = n_cosigned + 1, last_at = ?", (at,))

    def settled(self) -> None:
        """After a commit: the count goes into the file beside the key. Raises OSError."""
        self._least = self.n_cosigned()
        self.seen.counted(self._least)

    def add_evidence(self, body: bytes, decision: Decision, at: int) -> None:
        """In a transaction: the request is kept, once for each checkpoint and kind of refusal."""
        if decision.signed is None:
            return
        if len(body) > PLAIN_BYTES:
            body = bytes(replace(request.parse(body), note=decision.signed))
        kinds = f"{decision.status} {decision.forked}"
        mark = sha256(f"{decision.signed.text}\n{kinds}".encode()).hexdigest()
        sizes = "SELECT COALESCE(SUM(LENGTH(request)), 0) FROM evidence"
        kept = int(self._db.execute(sizes).fetchone()[0])
        if kept + len(body) > (FORK_BYTES if decision.forked else EVIDENCE_BYTES):
            return
        known = self.note_of(decision.origin)
        row = (at, decision.origin, decision.status, decision.why, body, known, mark)
        self._db.execute(
            "INSERT OR IGNORE INTO evidence (at, origin, status, why, request, known, mark)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            row,
        )

    def add_refusals(self, counts: Mapping[tuple[str, int], int]) -> None:
        """In a transaction: (origin, status) -> how many more."""
        self._db.executemany(
            "INSERT INTO refusal VALUES (?, ?, ?)"
            " ON CONFLICT (origin, status) DO UPDATE SET n = n + excluded.n",
            [(origin, status, n) for (origin, status), n in counts.items()],
        )

    def trust(self, key: LogKey, url: str) -> None:
        """In a transaction: checkpoints of the log that this key signs are cosigned."""
        self._db.execute(
            "INSERT INTO log (origin, url, size, root) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (origin) DO UPDATE SET url = COALESCE(NULLIF(excluded.url, ''), url)",
            (key.name, url, 0, Tree().root),
        )
        self._db.execute("INSERT OR IGNORE INTO log_key VALUES (?, ?)", (vkey(key), key.name))

    def untrust(self, key: LogKey) -> None:
        """In a transaction: this key's checkpoints are refused; what was cosigned stays known."""
        self._db.execute("DELETE FROM log_key WHERE vkey = ?", (vkey(key),))

    def pin(self, head: Checkpoint, note: Note) -> None:
        """In a transaction: a log of which nothing is known begins here."""
        self._db.execute(
            "UPDATE log SET size = ?, root = ?, note = ? WHERE origin = ? AND note IS NULL",
            (head.size, head.root, str(note).encode(), head.origin),
        )

    def logs(self) -> list[tuple[str, str, int, bytes, int | None, int]]:
        """(origin, url, size, root, cosigned at, times cosigned) of each log."""
        return self._rows(
            "origin, url, size, root, cosigned_at, n_cosigned FROM log ORDER BY origin"
        )

    def refusals(self) -> dict[tuple[str, int], int]:
        """(origin, status) -> how many, as far as they were counted on the disk."""
        return {(row[0], row[1]): row[2] for row in self._rows("origin, status, n FROM refusal")}

    def n_evidence(self) -> dict[str, int]:
        """By origin."""
        return dict(self._rows("origin, COUNT(*) FROM evidence GROUP BY origin"))

    def evidence(self) -> list[tuple[int, str, int, str, bytes, bytes | None]]:
        """(at, origin, status, why, request, our latest checkpoint then), oldest first."""
        return self._rows("at, origin, status, why, request, known FROM evidence ORDER BY id")

    def _rows(self, query: str) -> list[Any]:
        return self._db.execute(f"SELECT {query}").fetchall()


_TREES = "origin, size, root FROM log"


def _open(path: Path, identity: Identity, seen: Seen, read_only: bool) -> sqlite3.Connection:
    if not path.exists():
        raise Unusable("the state of this key is missing")
    count = seen.read()  # before the state: a running witness writes it after the state
    try:
        db = _connect(path, "ro" if read_only else "rw")
        try:
            _check(_identity_row(db), path, identity, count)
            if not read_only:
                # A disk's number changes when a machine starts: only the file must be the same.
                db.execute("UPDATE identity SET device = ?", (place_of(path)[1],))
        except BaseException:
            db.close()
            raise
    except sqlite3.DatabaseError as error:
        raise _meaning(error, path) from error
    return db


def _meaning(error: sqlite3.DatabaseError, path: Path) -> Exception:
    """What SQLite's complaint says of the state."""
    text = str(error)
    if "locked" in text:
        return Locked(str(path.parent))
    if any(one in text for one in ("unable to open", "readonly", "disk I/O", "is full")):
        return OSError(EIO, text, str(path))
    return Unusable("the state of this key is damaged")


def _identity_row(db: sqlite3.Connection) -> tuple[str, str, str, int]:
    """(state id, inode, generation, cosignatures). Raises Unusable, DatabaseError."""
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version > VERSION:
        raise Unusable("the state was written by a newer version of this program")
    if db.execute("PRAGMA quick_check").fetchone()[0] != "ok":
        raise Unusable("the state of this key is damaged")
    row = db.execute("SELECT state_id, inode, generation, n_cosigned FROM identity").fetchone()
    if row is None:
        raise Unusable("the state of this key is damaged")
    return row[0], row[1], row[2], row[3]


def _check(
    row: tuple[str, str, str, int], path: Path, identity: Identity, count: int | None
) -> None:
    """Raises Unusable unless this is the state of this key, where it was made, and the newest."""
    state_id, inode, generation, n_cosigned = row
    now_inode, _device, now_generation = place_of(path)
    if state_id != identity.state_id:
        raise Unusable("the state belongs to another key")
    both = bool(generation and now_generation)
    if inode != now_inode or (both and generation != now_generation):
        raise Unusable("the state is a copy: it was restored or moved here")
    if count is None:
        raise Unusable("the file that counts cosignatures is missing or of another key")
    if n_cosigned < count:
        raise Unusable("the state is older than what this key has signed")
