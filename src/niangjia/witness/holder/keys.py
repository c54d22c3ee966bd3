"""A department's folder of pseudonym keys, one per programme and year.

`token`: what the platform shows; `<programme>-<year>.key`: 32 bytes; `.gone`: that it was
destroyed, when, and its public key; `.used`: how many elements were evaluated on which day.
"""

import datetime as dt
import hashlib
import hmac
import json
import os
import re
import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from niangjia.lib import voprf
from niangjia.witness.files import sync_folder, write_durably

LABEL = re.compile(r"[a-z][a-z0-9_]{0,39}-[12][0-9]{3}\Z")
PER_DAY = 100_000  # elements of a key; all identity numbers of one county would take a year


class Unknown(Exception):
    """There is no such key."""


class Gone(Exception):
    """The key was destroyed."""


class TooMany(Exception):
    """More than is evaluated in a day."""


@dataclass(frozen=True, slots=True)
class Held:
    """A key as others may see it. public: 64 hex digits; gone_at: ISO, empty while it is there;
    n_used: elements evaluated so far; n_today: of these, today (UTC)."""

    label: str
    public: str
    gone_at: str
    n_used: int
    n_today: int


class Folder:
    """One department's keys; thread-safe within one process."""

    def __init__(self, path: Path, per_day: int = PER_DAY) -> None:
        self.path, self.per_day = path, per_day
        self._turn = threading.Lock()

    def make(self, label: str) -> Held:
        """A new key. Raises ValueError (label), FileExistsError (there is or was one)."""
        if not LABEL.match(label):
            raise ValueError(label)
        if self._key(label).exists() or self._gone(label).exists():
            raise FileExistsError(label)
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.token()
        write_durably(self._key(label), voprf.new_key(), 0o600)
        return self.held(label)

    def token(self) -> str:
        """What the platform shows to be answered; made with the first key."""
        file = self.path / "token"
        if not file.exists():
            write_durably(file, secrets.token_hex(32).encode(), 0o600)
        return file.read_text().strip()

    def admits(self, shown: str) -> bool:
        given, own = (hashlib.sha256(one.encode()).digest() for one in (shown, self.token()))
        return hmac.compare_digest(given, own)

    def labels(self) -> list[str]:
        found = {
            one.stem
            for one in self.path.glob("*")
            if one.suffix in (".key", ".gone") and LABEL.match(one.stem)
        }
        return sorted(found)

    def held(self, label: str) -> Held:
        """Raises Unknown."""
        used = self._used(label)
        n_used, n_today = sum(used.values()), used.get(_today(), 0)
        if self._gone(label).exists():
            told = json.loads(self._gone(label).read_text())
            return Held(label, told["public"], told["at"], n_used, n_today)
        public = voprf.public_key(self._read(label)).hex()
        return Held(label, public, "", n_used, n_today)

    def evaluate(self, label: str, elements: Sequence[bytes]) -> voprf.Evaluated:
        """Counted before it is answered. Raises Unknown, Gone, TooMany, voprf.Bad."""
        if LABEL.match(label) and self._gone(label).exists():
            raise Gone(label)
        found = voprf.evaluate(self._read(label), elements)
        with self._turn:
            used = self._used(label)
            today = used.get(_today(), 0) + len(elements)
            if today > self.per_day:
                raise TooMany(label)
            used[_today()] = today
            write_durably(self.path / f"{label}.used", json.dumps(used).encode(), 0o600)
        return found

    def destroy(self, label: str) -> Held:
        """The key is gone for good: overwritten, and the folder says so. Raises Unknown, Gone."""
        if self._gone(label).exists() and not self._key(label).exists():
            raise Gone(label)
        public = voprf.public_key(self._read(label)).hex()
        at = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        write_durably(self._gone(label), json.dumps({"public": public, "at": at}).encode())
        with self._key(label).open("r+b") as file:
            file.write(os.urandom(voprf.SCALAR))
            file.flush()
            os.fsync(file.fileno())
        self._key(label).unlink()
        sync_folder(self.path)
        return self.held(label)

    def _read(self, label: str) -> bytes:
        if not LABEL.match(label) or not self._key(label).exists():
            raise Unknown(label)
        return self._key(label).read_bytes()

    def _used(self, label: str) -> dict[str, int]:
        file = self.path / f"{label}.used"
        found: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}
        return found

    def _key(self, label: str) -> Path:
        return self.path / f"{label}.key"

    def _gone(self, label: str) -> Path:
        return self.path / f"{label}.gone"


def _today() -> str:
    return dt.datetime.now(dt.UTC).date().isoformat()
