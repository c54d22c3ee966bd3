"""What can be found: each kind of thing is declared once by its room."""

from niangjia.blocks.desk.types import Shelf, Source
from niangjia.core.errors import ProgrammingError

_sources: dict[str, Source] = {}
_shelves: dict[str, Shelf] = {}


def find_source(source: Source) -> Source:
    """Declare things that can be found. Raises ProgrammingError if its number is taken."""
    taken = {one.number: one.name for one in _sources.values()}
    if taken.get(source.number, source.name) != source.name or not 0 < source.number < 2**15:
        raise ProgrammingError(f"find source {source.name}: number {source.number} cannot be used")
    _sources[source.name] = source
    return source


def sources() -> tuple[Source, ...]:
    """All kinds, in the order of their numbers."""
    return tuple(sorted(_sources.values(), key=lambda one: one.number))


def source_of_subject(subject: str) -> tuple[Source, ...]:
    """The kinds whose facts are about `subject`, such as `organisation`."""
    return tuple(one for one in sources() if one.subject == subject)


def find_shelf(shelf: Shelf) -> Shelf:
    """Declare things that are looked through where they stand."""
    _shelves[shelf.name] = shelf
    return shelf


def shelves() -> tuple[Shelf, ...]:
    """All of them, in the order of their names."""
    return tuple(_shelves[name] for name in sorted(_shelves))
