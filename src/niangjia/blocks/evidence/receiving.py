"""From the bytes of a request to a document: looked at, stored, recorded; or refused, and gone."""

import os
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.evidence import storage
from niangjia.blocks.evidence.looking.look import look
from niangjia.blocks.evidence.looking.types import Looked
from niangjia.blocks.evidence.selectors import same_bytes
from niangjia.blocks.evidence.services import evidence_receive
from niangjia.blocks.evidence.texts import refusal
from niangjia.core.actor import Actor
from niangjia.core.errors import TooLarge
from niangjia.core.service import authorise

UNREAD = "could_not_read"  # it opens, but nothing was read off it: taken, and marked
AT_ONCE = 2
_LOOKING = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True, slots=True)
class Received:
    """A file that is there. is_new: it was not before."""

    ref: str
    is_new: bool


def receive(actor: Actor, *, chunks: Iterable[bytes], name: str) -> Received:
    """The file is a document of the actor's organisation, durable, with smaller copies.

    The same bytes again are the same document. Raises NotSignedIn, Denied, TooLarge, Invalid (what
    is wrong with the file, and what to do), OSError (disk full); then nothing is left behind.
    """
    authorise(actor, "evidence.send")
    plain = _plain(chunks, name)
    known = same_bytes(actor, plain)
    if known:
        return Received(known, is_new=False)
    looked = _looked(plain)
    if looked.problem and not (looked.problem == UNREAD and looked.format):
        raise refusal(looked.problem, name)
    stored = storage.store(plain, looked.format)
    ref = ""
    try:
        _keep_copies(stored.ref, looked)
        ref = evidence_receive(actor, stored=stored, name=name, looked=looked)
    finally:
        if ref != stored.ref:  # refused, or another request was first with the same bytes
            storage.remove(stored.ref)
    return Received(ref, is_new=ref == stored.ref)


def _looked(plain: bytes) -> Looked:
    """What is in the bytes; they lie in memory alone while another process looks at them."""
    handle = os.memfd_create("evidence")
    try:
        with open(handle, "wb", closefd=False) as out:
            out.write(plain)
        with _LOOKING:
            return look(Path(f"/proc/{os.getpid()}/fd/{handle}"))
    finally:
        os.close(handle)


def _plain(chunks: Iterable[bytes], name: str) -> bytes:
    data = bytearray()
    for chunk in chunks:
        data += chunk
        if len(data) > storage.MOST_BYTES:
            raise TooLarge(
                _("“%(name)s” is larger than %(most)s MB. Scan it at a lower resolution."),
                name=name,
                most=storage.MOST_BYTES // 1024 // 1024,
            )
    if not data:
        raise refusal("empty", name)
    return bytes(data)


def _keep_copies(ref: str, looked: Looked) -> None:
    for part, copy in ((storage.PICTURE, looked.preview), (storage.SMALL, looked.thumbnail)):
        if copy:
            storage.keep(ref, part, copy)
