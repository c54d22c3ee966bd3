"""Kinds of inbox items: declared once by the room that puts them."""

from collections.abc import Mapping

from niangjia.core.errors import ProgrammingError

_kinds: dict[str, tuple[object, object]] = {}


def inbox_kind(kind: str, *, name: object, title: object) -> str:
    """Declare a kind. name: of the group (lazy text); title: of one item, with %(params)s."""
    _kinds[kind] = (name, title)
    return kind


def kind_name(kind: str) -> str:
    """The name of a group in the reader's language. Raises ProgrammingError if undeclared."""
    if kind not in _kinds:
        raise ProgrammingError(f"inbox kind {kind} is not declared")
    return str(_kinds[kind][0])


def item_title(kind: str, params: Mapping[str, object]) -> str:
    """The title of one item in the reader's language."""
    return str(_kinds[kind][1]) % params
