"""Reads of uploads: only those of the actor's own organisation."""

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import Count, Min
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.intake import chosen, looking
from niangjia.blocks.intake.models import KnownColumns, RowProblem, Upload
from niangjia.blocks.intake.types import (
    Choices,
    Edits,
    KeptEdit,
    ProblemGroup,
    ProblemLine,
    ProblemValue,
    SheetLook,
    UploadView,
)
from niangjia.core.actor import Actor
from niangjia.core.errors import NotFound

_SHOWN = (
    "ref",
    "name",
    "size_bytes",
    "sha256",
    "state",
    "version",
    "organisation_id",
    "login_id",
    "role",
    "received_at",
    "n_done",
    "n_expected",
    "started_at",
    "finished_at",
    "result",
    "error",
    "kind",
    "subject",
)
PAGE = 20
LOOKED_AT = 500
MOST_VALUES = 2_000
ENDED = ("done", "refused", "abandoned")


def _mine(actor: Actor) -> Any:
    rows = Upload.objects.filter(kept=True)
    return rows if actor.system else rows.filter(organisation_id=actor.organisation_id or 0)


def _one(actor: Actor, ref: str, *names: str) -> tuple[Any, ...]:
    found = _mine(actor).filter(ref=ref).values_list(*names).first() if "\0" not in ref else None
    if found is None:
        raise NotFound(_("There is no such file, or it is not yours."))
    row: tuple[Any, ...] = found
    return row


def upload_get(actor: Actor, *, ref: str) -> UploadView:
    """One upload of the actor's organisation. Raises NotFound."""
    return UploadView(*_one(actor, ref, *_SHOWN))


def uploads_page(actor: Actor, *, before: int = 0) -> tuple[list[UploadView], int]:
    """(20 uploads, newest first, cursor of the next page; 0 on the last)."""
    rows = _mine(actor).exclude(state="abandoned").order_by("-id")
    rows = rows.filter(id__lt=before) if before else rows
    found = list(rows.values_list("id", *_SHOWN)[: PAGE + 1])
    more = found[PAGE - 1][0] if len(found) > PAGE else 0
    return [UploadView(*row[1:]) for row in found[:PAGE]], more


def uploads_named(actor: Actor) -> list[tuple[int, UploadView]]:
    """(id, upload) of the newest 500 that were not given up, for a search by their names."""
    rows = _mine(actor).exclude(state="abandoned").order_by("-id")
    return [(row[0], UploadView(*row[1:])) for row in rows.values_list("id", *_SHOWN)[:LOOKED_AT]]


def same_file(actor: Actor, *, sha256: str, subject: str = "") -> UploadView | None:
    """The newest upload of this very file, for the subject, that is not given up or refused."""
    rows = _mine(actor).filter(sha256=sha256, subject=subject)
    rows = rows.exclude(state__in=("refused", "abandoned"))
    found = rows.order_by("-id").values_list(*_SHOWN).first()
    return UploadView(*found) if found else None


def upload_hashes(refs: Iterable[str]) -> dict[str, str]:
    """SHA-256 of files by the ref of their upload, whoever asks."""
    rows = Upload.objects.filter(ref__in=set(refs))
    return dict(rows.values_list("ref", "sha256"))


def looks_get(actor: Actor, *, ref: str) -> list[SheetLook]:
    """What each sheet holds."""
    return looking.looks_of(_one(actor, ref, "look")[0])


def choices_get(actor: Actor, *, ref: str) -> Choices:
    """How the file is to be read."""
    return chosen.choices_of(_one(actor, ref, "choices")[0])


def edits_get(actor: Actor, *, ref: str) -> tuple[Edits, list[KeptEdit]]:
    """(what was mended, as one; each act of mending, newest first)."""
    kept = _one(actor, ref, "edits")[0]
    return chosen.edits_of(kept), chosen.kept_edits(kept)


def known_columns(organisation_id: int | None, signature: str) -> list[str] | None:
    """The keys that the organisation chose for such a header the last time."""
    rows = KnownColumns.objects.filter(organisation_id=organisation_id or 0, signature=signature)
    found: list[str] | None = rows.values_list("keys", flat=True).first()
    return found


def problem_groups(actor: Actor, *, ref: str) -> list[ProblemGroup]:
    """Problems of the last check, alike ones together: first what keeps rows out, most first."""
    upload_id = _one(actor, ref, "id")[0]
    rows = (
        RowProblem.objects.filter(upload_id=upload_id)
        .values_list("key", "header", "code", "hint", "stood", "offer", "edit")
        .annotate(n=Count("id"), first=Min("id"))
        .order_by("-n", "first")
    )
    listed = list(rows)
    firsts = RowProblem.objects.filter(upload_id=upload_id).in_bulk(
        [row[8] for row in listed[:2000]]
    )
    groups: dict[tuple[str, str], ProblemGroup] = {}
    for key, header, code, hint, stood, offer, edit, n, first in listed:
        group = groups.setdefault((key, code), ProblemGroup(key, header, code, hint))
        group.n += n
        group.n_open += 0 if edit else n
        if (one := firsts.get(first)) is not None:
            value = ProblemValue(stood, offer, edit, n, one.text, one.sheet, one.row_no)
            group.values.append(value)
    return sorted(groups.values(), key=lambda one: (one.hint, -one.n))


def problem_rows(
    actor: Actor, *, ref: str, key: str, code: str, stood: str | None, offer: str | None = None
) -> list[tuple[str, int, str]]:
    """(sheet, row, offer) of alike problems that no edit has mended yet."""
    upload_id = _one(actor, ref, "id")[0]
    rows = RowProblem.objects.filter(upload_id=upload_id, key=key, code=code, edit="")
    if stood is not None:
        rows = rows.filter(stood=stood)
    if offer is not None:
        rows = rows.filter(offer=offer)
    return list(rows.order_by("id").values_list("sheet", "row_no", "offer"))


def problems_page(
    actor: Actor, *, ref: str, key: str = "", code: str = "", after: int = 0, n: int = PAGE
) -> tuple[list[ProblemLine], int]:
    """(problems in the file's order, cursor of the next page; 0 on the last)."""
    upload_id = _one(actor, ref, "id")[0]
    rows = RowProblem.objects.filter(upload_id=upload_id, id__gt=after).order_by("id")
    rows = rows.filter(key=key) if key else rows
    rows = rows.filter(code=code) if code else rows
    found = list(rows.values_list("id", *_LINE)[: n + 1])
    more = found[n - 1][0] if len(found) > n else 0
    return [ProblemLine(*row[1:]) for row in found[:n]], more


def row_problems(actor: Actor, *, ref: str, sheet: str, row_no: int) -> list[ProblemLine]:
    """All problems of one row."""
    upload_id = _one(actor, ref, "id")[0]
    rows = RowProblem.objects.filter(upload_id=upload_id, sheet=sheet[:60], row_no=row_no)
    return [ProblemLine(*row) for row in rows.order_by("id").values_list(*_LINE)]


_LINE = (
    "sheet",
    "row_no",
    "key",
    "header",
    "code",
    "text",
    "stood",
    "offer",
    "hint",
    "edit",
    "row_text",
)


def bound_files() -> frozenset[str]:
    """Names of the kept files of uploads that are about people: for no copy of the files. A
    database of an earlier version, which a copy is made of before its upgrade, has none."""
    with connection.cursor() as cursor:
        table = connection.introspection.get_table_description(cursor, Upload._meta.db_table)
    if "subject" not in {column.name for column in table}:
        return frozenset()
    rows = Upload.objects.exclude(subject="").exclude(state__in=ENDED)
    return frozenset(rows.values_list("ref", flat=True))
