"""Translations of every room: `update`, `compile` or `check`, for all rooms or those named.

Each room (a folder with apps.py) keeps its own locale/zh_Hans/LC_MESSAGES/django.po. Msgids are
English, found in Python and templates. `check` fails on what is missing, fuzzy or obsolete, and on
a msgid that two rooms translate differently: at run time one of them would speak for both.
"""

import argparse
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

SOURCE = Path(__file__).resolve().parent.parent / "src" / "niangjia"
LOCALE = "zh_Hans"
DOMAIN = Path("locale") / LOCALE / "LC_MESSAGES"
SKIPPED = {"tests", "migrations", "locale", "static", "assets", "__pycache__"}
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),  # type: ignore[dict-item]
    "pgettext_lazy": ((1, "c"), 2),  # type: ignore[dict-item]
    "npgettext": ((1, "c"), 2, 3),  # type: ignore[dict-item]
}


def rooms() -> list[Path]:
    """Folders of all rooms."""
    return sorted(
        path.parent for path in SOURCE.rglob("apps.py") if "node_modules" not in path.parts
    )


def _files(room: Path) -> Iterator[Path]:
    others = [other for other in rooms() if other != room and room in other.parents]
    for path in sorted(room.rglob("*")):
        inside = path.relative_to(room).parts
        if path.suffix not in (".py", ".html", ".txt") or SKIPPED & set(inside[:-1]):
            continue
        if not any(other in path.parents for other in others):
            yield path


def template_of(room: Path) -> Catalog:
    """Every msgid of a room with the files that use it."""
    catalog = Catalog(domain="django", charset="utf-8")
    for path in _files(room):
        text = path.read_text("utf-8")
        if path.suffix != ".py":
            text = templatize(text, origin=str(path))
        place = path.relative_to(room).as_posix()
        found = extract("python", BytesIO(text.encode("utf-8")), KEYWORDS)
        for _line, message, _comments, context in found:
            if message and message != "":
                catalog.add(message, locations=[(place, None)], context=context)  # type: ignore[list-item]
    return catalog


def kept_of(room: Path) -> Catalog:
    """The room's translations as they are on disk; empty if there are none yet."""
    file = room / DOMAIN / "django.po"
    if not file.exists():
        return Catalog(locale=LOCALE, domain="django", charset="utf-8")
    with file.open("rb") as handle:
        return read_po(handle, locale=LOCALE, domain="django")


def update(room: Path) -> None:
    """The room's file names every msgid; translations already there are kept."""
    template, kept = template_of(room), kept_of(room)
    fresh = Catalog(locale=LOCALE, domain="django", charset="utf-8", fuzzy=False)
    for message in template:
        if message.id:
            old = kept.get(message.id, message.context)
            string = old.string if old is not None else None
            fresh.add(message.id, string, message.locations, context=message.context)
    if not len(fresh):
        return
    file = room / DOMAIN / "django.po"
    file.parent.mkdir(parents=True, exist_ok=True)
    buffer = BytesIO()
    write_po(buffer, fresh, width=100, omit_header=True, sort_output=True, include_lineno=False)
    header = (
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Language: zh_Hans\\n"\n"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'
    )
    file.write_text(header + buffer.getvalue().decode("utf-8").lstrip(), "utf-8")


def compile_room(room: Path) -> None:
    """The room's .mo stands beside its .po."""
    file = room / DOMAIN / "django.po"
    if file.exists():
        with (file.with_suffix(".mo")).open("wb") as handle:
            write_mo(handle, kept_of(room))


def faults(room: Path) -> list[str]:
    """What is missing, fuzzy or obsolete in a room."""
    name = room.relative_to(SOURCE).as_posix()
    template, kept = template_of(room), kept_of(room)
    found = [f"{name}: obsolete: {text!r}" for text in kept.obsolete]
    for message in template:
        if message.id:
            mine = kept.get(message.id, message.context)
            strings = (
                (mine.string if isinstance(mine.string, tuple) else (mine.string,)) if mine else ()
            )
            if mine is None or not any(strings):
                found.append(f"{name}: missing: {message.id!r}")
            elif mine.fuzzy:
                found.append(f"{name}: fuzzy: {message.id!r}")
    for message in kept:
        if message.id and template.get(message.id, message.context) is None:
            found.append(f"{name}: no longer used: {message.id!r}")
    return found


def at_odds() -> list[str]:
    """Msgids that rooms translate differently: all rooms share one catalogue at run time."""
    said: dict[tuple[object, object], dict[str, str]] = {}
    for room in rooms():
        for message in kept_of(room):
            if message.id:
                name = message.id if isinstance(message.id, str) else message.id[0]
                text = message.string if isinstance(message.string, str) else message.string[0]
                said.setdefault((message.context, name), {})[room.name] = text
    return [
        f"{name!r} is said differently: {texts}"
        for (_context, name), texts in sorted(said.items(), key=str)
        if len(set(texts.values())) > 1
    ]


def main() -> int:
    """0, or 1 if `check` found a fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("verb", choices=["update", "compile", "check"])
    parser.add_argument("rooms", nargs="*", help="folders under src/niangjia, such as ui")
    options = parser.parse_args()
    settings.configure()
    chosen = [SOURCE / name for name in options.rooms] or rooms()
    found: list[str] = []
    for room in chosen:
        if options.verb == "update":
            update(room)
        elif options.verb == "compile":
            compile_room(room)
        else:
            found += faults(room)
    if options.verb == "check":
        found += at_odds()
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
