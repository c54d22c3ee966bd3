"""Files made for one person: asked for, noted in the journal, dropped."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.desk.exports import TOPIC, path_of
from niangjia.blocks.desk.models import Export
from niangjia.core import clock
from niangjia.core.errors import Invalid, NotFound
from niangjia.core.service import JOURNAL, NOTHING, service
from niangjia.core.work import Work

MOST_WAITING = 5


@service(permission="desk.export", records=JOURNAL)
def export_ask(
    work: Work, /, *, kind: str, title: str, params: Mapping[str, object], n_expected: int
) -> str:
    """A file is being made in the background; returns its ref.

    kind: declared with `export_kind`; params go to its writer. Raises Invalid if five wait.
    """
    mine = Export.objects.filter(login_id=work.actor.login_id or 0)
    if mine.filter(state__in=("waiting", "running")).count() >= MOST_WAITING:
        raise Invalid(
            _("Five of your exports are still being made. Wait for one of them."),
            code="too_many_exports",
        )
    ref = work.new_id()
    Export.objects.create(
        ref=ref,
        login_id=work.actor.login_id or 0,
        organisation_id=work.actor.organisation_id,
        role=work.actor.role,
        kind=kind,
        title=title[:120],
        params=dict(params),
        n_expected=n_expected,
        created_at=clock.real_now(),
    )
    work.journal("export.asked", f"export:{ref}", of=kind, n=n_expected)
    work.send(TOPIC, {"export": ref})
    return ref


@service(permission="desk.export", records=JOURNAL)
def export_note(work: Work, /, *, kind: str, n: int) -> None:
    """It stands in the journal that a file with n rows is handed over at once."""
    work.journal("export.taken", "", of=kind, n=n)


@service(permission="desk.export", records=NOTHING)
def export_drop(work: Work, /, *, ref: str) -> None:
    """The file and its line are gone. Raises NotFound (not one's own)."""
    found = Export.objects.filter(ref=ref, login_id=work.actor.login_id or 0).first()
    if found is None:
        raise NotFound(_("There is no such export, or it is not yours."))
    found.delete()
    if found.file_name:
        path_of(found.file_name).unlink(missing_ok=True)
