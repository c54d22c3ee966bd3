"""The file of a backup: a .tar.gz whose last member says what all others must be.

db/: copies or dumps of the two databases; home/: site.toml, uploads/, evidence/, published/;
secrets/: the keys, or `secrets.sealed`, or none; manifest.json: see Manifest.
"""

import gzip
import hashlib
import io
import json
import os
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

from django.utils.translation import gettext_lazy as _

from niangjia.core.errors import Invalid

FORMAT = 1
MANIFEST = "manifest.json"
ROOTS = frozenset({"db", "home", "secrets"})
CHUNK = 1024 * 1024
DAMAGED = (
    tarfile.TarError,
    EOFError,
    OSError,
    zlib.error,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
)
Between = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the backup."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds. made_at: ISO 8601, UTC; engine: `sqlite` or `postgresql`.

    migrations: `app.name` of all that are applied; log_size, log_root: where the log stood;
    keys: `plain`, `sealed` or `apart`; site: digest that tells its master key from others.
    """

    version: str
    made_at: str
    engine: str
    demonstration: bool
    migrations: list[str]
    log_size: int
    log_root: str
    keys: str
    site: str
    format: int = FORMAT
    files: dict[str, Member] = field(default_factory=dict)

    @property
    def bytes_total(self) -> int:
        """Bytes of all files, unpacked."""
        return sum(one.size for one in self.files.values())


class _Hashed:
    """A file on its way into the archive; knows what was read of it."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source, self.digest = source, hashlib.sha256()

    def read(self, n: int = -1) -> bytes:
        data = self._source.read(n)
        self.digest.update(data)
        return data


class Writer:
    """Adds files to an archive under way."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.files: dict[str, Member] = {}

    def add(self, name: str, path: Path) -> None:
        """The file stands in the archive under `name`. Raises FileNotFoundError."""
        with path.open("rb") as source:
            self._put(name, source, os.fstat(source.fileno()).st_size)

    def add_bytes(self, name: str, data: bytes) -> None:
        self._put(name, io.BytesIO(data), len(data))

    def _put(self, name: str, source: IO[bytes], size: int) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        hashed = _Hashed(source)
        self._tar.addfile(info, hashed)
        self.files[name] = Member(size, hashed.digest.hexdigest())

    def end(self, manifest: Manifest) -> None:
        """The manifest is the last member, with all that was added."""
        said = asdict(manifest) | {"files": {n: asdict(one) for n, one in self.files.items()}}
        self.add_bytes(MANIFEST, json.dumps(said, ensure_ascii=False, sort_keys=True).encode())


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """An archive at `path`, readable by its owner alone, durable at the end."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=1) as tar:
            yield Writer(tar)
        file.flush()
        os.fsync(file.fileno())


def _sound(member: tarfile.TarInfo) -> bool:
    parts = PurePosixPath(member.name).parts
    inside = member.name == MANIFEST or (parts[0] in ROOTS and len(parts) > 1)
    return member.isreg() and inside and ".." not in parts and "\\" not in member.name


def _members(path: Path, between: Between) -> Iterator[tuple[str, IO[bytes]]]:
    """Every member with its content; a name that leads elsewhere is damage."""
    with gzip.open(path) as file, tarfile.open(fileobj=file, mode="r|") as tar:
        for member in tar:
            between()
            content = tar.extractfile(member) if _sound(member) else None
            if content is None:
                raise ValueError(member.name)
            yield member.name, content
        while file.read(CHUNK):  # to its checksum
            pass


def _manifest(data: bytes) -> Manifest:
    said: dict[str, Any] = json.loads(data)
    if said["format"] > FORMAT:
        raise Invalid(
            _("This backup was made by a newer version of Niangjia. Install that version first."),
            code="backup_newer",
        )
    files = {name: Member(**one) for name, one in said.pop("files").items()}
    return Manifest(**said, files=files)


def verify(path: Path, between: Between = lambda: None) -> Manifest:
    """What the archive says it holds, once every byte of it was read and agrees.

    Raises Invalid (no backup, or damaged), FileNotFoundError.
    """
    path.open("rb").close()
    found: dict[str, Member] = {}
    manifest: Manifest | None = None
    try:
        for name, content in _members(path, between):
            if name == MANIFEST:
                manifest = _manifest(content.read())
            else:
                found[name] = _read_through(content)
    except DAMAGED as error:
        raise _damaged(path) from error
    if manifest is None or manifest.files != found or not _databases(manifest) <= found.keys():
        raise _damaged(path)
    return manifest


def _databases(manifest: Manifest) -> set[str]:
    """What every backup of this engine holds."""
    end = "db" if manifest.engine == "sqlite" else "dump"
    return {f"db/niangjia.{end}", f"db/keys.{end}"}


def _read_through(content: IO[bytes]) -> Member:
    digest, size = hashlib.sha256(), 0
    while chunk := content.read(CHUNK):
        digest.update(chunk)
        size += len(chunk)
    return Member(size, digest.hexdigest())


def _damaged(path: Path) -> Invalid:
    return Invalid(
        _(
            "%(name)s is no backup of Niangjia, or it is damaged. Nothing was changed. Take another"
            " copy of it, or an older backup."
        ),
        code="backup_damaged",
        name=path.name,
    )


def unpack(path: Path, folder: Path) -> None:
    """All files of a verified archive lie in `folder`, durable, readable by the owner alone."""
    for name, content in _members(path, lambda: None):
        target = folder / name
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            while chunk := content.read(CHUNK):
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
