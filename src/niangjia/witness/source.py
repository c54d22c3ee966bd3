"""Where a log is read from: an address or a folder. Bounded in time and size; never trusted."""

import http.client
import time
import zlib
from pathlib import Path
from typing import Protocol
from urllib.parse import quote, urlsplit

STEP_S = 10.0  # for one answer to begin, or to go on
WHOLE_S = 120.0
CHUNK = 64 * 1024


class Unreadable(Exception):
    """Not reached, too slow, too long, or not in its form. why: a sentence, in English."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path}: {why}")
        self.path, self.why = path, why


class Missing(Unreadable):
    """There is no such file."""

    def __init__(self, path: str) -> None:
        super().__init__(path, "no such file")


class Source(Protocol):
    def get(self, path: str, limit: int) -> bytes:
        """The file's bytes. Raises Missing, Unreadable (also if it is longer than `limit`)."""


class Folder:
    """A log that was carried here as files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, path: str, limit: int) -> bytes:
        try:
            with (self._folder / path).open("rb") as file:
                data = file.read(limit + 1)
        except FileNotFoundError as error:
            raise Missing(path) from error
        except OSError as error:
            raise Unreadable(path, "not reached") from error
        if len(data) > limit:
            raise Unreadable(path, "too long")
        return data


class Web:
    """A log behind HTTP(S): one connection, kept; redirects are not followed."""

    def __init__(self, url: str) -> None:
        """Raises ValueError."""
        found = urlsplit(url)
        if found.scheme not in ("http", "https") or not found.hostname or found.query:
            raise ValueError("not a web address")
        maker = (
            http.client.HTTPSConnection if found.scheme == "https" else http.client.HTTPConnection
        )
        self._connection = maker(found.hostname, found.port, timeout=STEP_S)
        self._prefix = quote(found.path.rstrip("/"), safe="/%")

    def get(self, path: str, limit: int) -> bytes:
        try:
            return self._get(path, limit)
        except (OSError, ValueError, http.client.HTTPException, zlib.error) as error:
            raise Unreadable(path, "not reached") from error
        except Unreadable:
            self._connection.close()
            raise

    def _get(self, path: str, limit: int) -> bytes:
        until = time.monotonic() + WHOLE_S
        answer = self._answer(f"{self._prefix}/{path}")
        if answer.status == 404:
            raise Missing(path)
        if answer.status != 200:
            raise Unreadable(path, f"HTTP {answer.status}")
        gzipped = answer.getheader("Content-Encoding", "identity") == "gzip"
        unzip = zlib.decompressobj(31) if gzipped else None
        data = bytearray()
        while chunk := answer.read1(CHUNK):
            data += unzip.decompress(chunk, limit + 1 - len(data)) if unzip else chunk
            if len(data) > limit or time.monotonic() > until:
                raise Unreadable(path, "too long")
        if answer.length or (unzip and (not unzip.eof or unzip.unused_data)):
            raise Unreadable(path, "cut off")
        answer.close()  # read to its end: the connection is free for the next
        return bytes(data)

    def _answer(self, path: str) -> http.client.HTTPResponse:
        """Asked once more if the kept connection was closed meanwhile."""
        headers = {"Accept-Encoding": "gzip", "User-Agent": "niangjia-witness"}
        for fresh in (self._connection.sock is None, True):
            try:
                self._connection.request("GET", path, headers=headers)
                return self._connection.getresponse()
            except (OSError, http.client.HTTPException):
                self._connection.close()
                if fresh:
                    raise
        raise Unreadable(path, "not reached")


def of(place: str) -> Source:
    """The source at a web address or in a folder. Raises ValueError."""
    if "://" in place:
        return Web(place)
    return Folder(Path(place))
