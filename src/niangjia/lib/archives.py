"""Archives (ZIP) that others made, opened without trusting a word of them.

OFD files and workbooks are such archives. Only the plain form passes: the first member begins at
byte 0, the directory ends where the file ends, no name occurs twice, leads out of the archive or
hides its bytes behind a password. Source: APPNOTE.TXT 4.3.
"""

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass

LOCAL = b"PK\x03\x04"
_END = struct.Struct("<4s4H2LH")
_CHUNK = 64 * 1024
_STORED, _DEFLATED = 0, 8
_ENCRYPTED = 0x1
# What zipfile raises over hostile bytes, seen by mutating files.
_ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    KeyError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)


class BadArchive(Exception):
    """Not opened. code: truncated, damaged, too_large, password, not_what_it_says."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Limits:
    """Of what an archive may hold; ratio: unpacked to packed, for members above ratio_from."""

    members: int = 2_000
    unpacked_bytes: int = 200 * 1024 * 1024
    ratio: int = 200
    ratio_from: int = 1024 * 1024


class Archive:
    """An opened archive; members are read one by one, each with a limit of its own."""

    def __init__(self, file: zipfile.ZipFile, names: tuple[str, ...]) -> None:
        self._file = file
        self.names = names

    def read(self, name: str, at_most: int) -> bytes:
        """The bytes of a member. Raises BadArchive; KeyError if there is none of that name."""
        if name not in self.names:
            raise KeyError(name)
        try:
            with self._file.open(name) as member:
                data = bytearray()
                while chunk := member.read(_CHUNK):
                    data += chunk
                    if len(data) > at_most:
                        raise BadArchive("too_large")
                return bytes(data)
        except _ZIP_ERRORS as error:
            raise BadArchive("damaged") from error

    def verify(self) -> None:
        """Every member unpacks to the bytes it was packed from. Raises BadArchive."""
        try:
            for name in self.names:
                with self._file.open(name) as member:
                    while member.read(_CHUNK):
                        pass
        except _ZIP_ERRORS as error:
            raise BadArchive("damaged") from error


def opened(data: bytes, limits: Limits | None = None) -> Archive:
    """The archive in these bytes. Raises BadArchive."""
    limits = limits or Limits()
    _check_frame(data, limits)
    try:
        file = zipfile.ZipFile(io.BytesIO(data))
    except _ZIP_ERRORS as error:
        raise BadArchive("damaged") from error
    infos = file.infolist()
    _check_sizes(infos, limits)
    for info in infos:
        _check_member(info, limits)
    if min((info.header_offset for info in infos), default=0) != 0:
        raise BadArchive("not_what_it_says")
    names = tuple(info.filename for info in infos)
    if len({name.lower() for name in names}) != len(names):
        raise BadArchive("not_what_it_says")
    return Archive(file, names)


def _check_frame(data: bytes, limits: Limits) -> None:
    """One archive and nothing around it, so that no two programs read two different files."""
    if not data.startswith(LOCAL):
        raise BadArchive("damaged")
    start = len(data) - _END.size
    if start < 0 or data[start : start + 4] != b"PK\x05\x06":
        raise BadArchive("truncated" if data.rfind(b"PK\x05\x06") < 0 else "not_what_it_says")
    _, _, _, _, n_members, size, offset, _ = _END.unpack_from(data, start)
    if n_members > limits.members:
        raise BadArchive("too_large")
    if offset + size != start:
        raise BadArchive("not_what_it_says")


def _check_sizes(infos: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(infos) > limits.members or sum(one.file_size for one in infos) > limits.unpacked_bytes:
        raise BadArchive("too_large")


def _check_member(info: zipfile.ZipInfo, limits: Limits) -> None:
    if info.flag_bits & _ENCRYPTED:
        raise BadArchive("password")
    if info.compress_type not in (_STORED, _DEFLATED):
        raise BadArchive("damaged")
    if info.file_size > limits.ratio_from and info.file_size > limits.ratio * info.compress_size:
        raise BadArchive("too_large")
    # orig_filename: before zipfile cuts it at a zero byte or turns other slashes
    name = info.orig_filename
    if name != info.filename or _leads_out(name):
        raise BadArchive("not_what_it_says")


def _leads_out(name: str) -> bool:
    parts = name.removesuffix("/").split("/")
    return "\\" in name or ":" in parts[0] or any(part in ("", ".", "..") for part in parts)
