"""Files that are whole or not there, whatever happens to the machine."""

import fcntl
import os
from pathlib import Path

GENERATION = 0x80087601  # FS_IOC_GETVERSION of Linux: differs when an inode number is used again


def write_durably(path: Path, data: bytes, mode: int = 0o644) -> None:
    """`path` holds `data`, on the disk: a reader sees the old file or the new one."""
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with open(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    sync_folder(path.parent)


def write_whole(path: Path, data: bytes) -> None:
    """`path` holds `data` whole for every reader; on the disk only after `os.sync`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    beside.write_bytes(data)
    beside.replace(path)


def sync_folder(folder: Path) -> None:
    """The folder's own list of files is on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Locked(Exception):
    """Another process works in this folder."""


def lock(path: Path) -> int:
    """An open file that no other process has locked; closing it, or dying, frees it.

    Raises Locked.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        raise Locked(str(path.parent)) from error
    return handle


def place_of(path: Path) -> tuple[str, str, str]:
    """(inode, device, generation) of a file: a copy of it has another inode or generation.

    The generation is empty where the file system has none.
    """
    found = path.stat()
    handle = os.open(path, os.O_RDONLY)
    try:
        generation = fcntl.ioctl(handle, GENERATION, bytes(8)).hex()
    except OSError:
        generation = ""
    finally:
        os.close(handle)
    return str(found.st_ino), str(found.st_dev), generation
