"""Kinds of inbox items: declared once by the room that puts them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from niangjia.core.errors import ProgrammingError

Shown = Callable[[Mapping[str, object]], Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Kind:
    """name: of the group; title: of one item, with %(params)s; both lazy texts. shown: params as
    a reader sees them."""

    name: object
    title: object
    shown: Shown


_kinds: dict[str, Kind] = {}


def inbox_kind(kind: str, *, name: object, title: object, shown: Shown = dict) -> str:
    """Declare a kind; see Kind."""
    _kinds[kind] = Kind(name, title, shown)
    return kind


def kind_known(kind: str) -> bool:
    return kind in _kinds


def kind_name(kind: str) -> str:
    """The name of a group in the reader's language. Raises ProgrammingError if undeclared."""
    if kind not in _kinds:
        raise ProgrammingError(f"inbox kind {kind} is not declared")
    return str(_kinds[kind].name)


def item_title(kind: str, params: Mapping[str, object]) -> str:
    """The title of one item in the reader's language."""
    declared = _kinds[kind]
    return str(declared.title) % declared.shown(params)
