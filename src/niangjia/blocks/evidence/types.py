"""What crosses the door of evidence."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of evidence that a programme asks for. of: `record`, or `supplier`, whose evidence
    stands for all of its records. personal: each look at such a file is noted. words: what file
    names of it contain."""

    code: str
    title: Mapping[str, str]
    hint: Mapping[str, str]
    of: str = "record"
    personal: bool = False
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Need:
    """What records need. channels: empty for every one; from_fen: of this amount or more.

    kinds: codes; `contract|agreement` is satisfied by either.
    """

    kinds: tuple[str, ...]
    channels: tuple[str, ...] = ()
    from_fen: int = 0


@dataclass(frozen=True, slots=True)
class Requirements:
    """What is needed from `valid_from` on; every line that fits a record adds its kinds."""

    id: str
    valid_from: dt.date
    needs: tuple[Need, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Stored:
    """A received file that lies sealed on the disk, under the document's ref."""

    ref: str
    sha256: str
    n_bytes: int
    format: str


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A received file. problem: why nothing could be read off it, empty else.

    numbers: invoice numbers found in it or in its name; invoice: the e-invoice's values, or None.
    n_links: things that it proves right now.
    """

    ref: str
    name: str
    format: str
    n_bytes: int
    sha256: str
    problem: str
    is_signed: bool
    n_pages: int
    has_picture: bool
    numbers: tuple[str, ...]
    codes: tuple[str, ...]
    invoice: Mapping[str, object] | None
    organisation_id: int
    received_at: dt.datetime
    erased_at: dt.datetime | None
    n_links: int


@dataclass(frozen=True, slots=True)
class LinkView:
    """A document that proves something. subject: `purchase:<ref>`; kind: Kind.code."""

    document: DocumentView
    subject: str
    kind: str
    linked_at: dt.datetime


@dataclass(frozen=True, slots=True)
class CheckLine:
    """A line of the checklist. kind: one code, or alternatives joined by `|`; links: what is there;
    is_needed: False for what was added beyond what is needed."""

    kind: str
    is_needed: bool
    links: tuple[LinkView, ...]

    @property
    def is_there(self) -> bool:
        return bool(self.links)
