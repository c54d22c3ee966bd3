"""The parent's side: a file is looked at in a process of its own, and whatever becomes of that
process, an answer comes back."""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

from niangjia.blocks.evidence.looking import formats, wire
from niangjia.blocks.evidence.looking.types import Format, Limits, Looked, Refused

_MODULES = {
    "pdf": "pdfs",
    "jpeg": "pictures",
    "png": "pictures",
    "archive": "documents",
    "office": "documents",
    "xml": "documents",
}
_FORMATS: dict[str, Format] = {"pdf": "pdf", "jpeg": "jpeg", "png": "png", "xml": "xml"}
_CHUNK = 64 * 1024
# Nothing else of ours is told to the child: settings and keys stand in the environment.
_INHERITED = ("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TZ")


def look(path: Path, *, limits: Limits | None = None) -> Looked:
    """What the file at `path` is and says. Raises OSError only if it cannot be read at all."""
    limits = limits or Limits()
    kind = ""
    try:
        if path.stat().st_size > limits.file_bytes:
            raise Refused("too_large")
        with path.open("rb") as file:
            kind = formats.kind_of(file.read(formats.HEAD_BYTES))
        looked = _asked(_MODULES[kind], path, limits)
    except Refused as refused:
        looked = Looked(problem=refused.code)
    if looked.problem:
        return Looked(format=looked.format or _FORMATS.get(kind, ""), problem=looked.problem)
    return looked


def _asked(module: str, path: Path, limits: Limits) -> Looked:
    """The child's answer. Raises Refused if it gave none."""
    name = f"{__package__}.{module}"
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", name, str(path.absolute()), json.dumps(asdict(limits))],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={name: os.environ[name] for name in _INHERITED if name in os.environ},
        start_new_session=True,
    )
    try:
        return wire.unpacked(_said(process, limits))
    except ValueError as error:
        raise Refused("could_not_read") from error
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)  # not waited for yet: the id is still its own
        process.wait()
        if process.stdout:
            process.stdout.close()


def _said(process: "subprocess.Popen[bytes]", limits: Limits) -> bytes:
    """All that it says until it ends. Raises ValueError: too much, or too late."""
    if process.stdout is None:
        return b""
    pipe = process.stdout.fileno()
    poll = select.poll()
    poll.register(pipe, select.POLLIN | select.POLLHUP)
    deadline = time.monotonic() + limits.wall_s
    said = bytearray()
    while len(said) <= limits.answer_bytes:
        left_ms = int((deadline - time.monotonic()) * 1000)
        if left_ms <= 0 or not poll.poll(left_ms):
            raise ValueError("too late")
        chunk = os.read(pipe, _CHUNK)
        if not chunk:
            return bytes(said)
        said += chunk
    raise ValueError("too much")
