"""Lists kept under a name: one's own, or shared with the office."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.desk.models import SavedView
from niangjia.core import clock
from niangjia.core.db.bulk import insert_rows
from niangjia.core.errors import Conflict, Invalid, NotFound
from niangjia.core.service import NOTHING, service
from niangjia.core.work import Work

TITLE_LENGTH, QUERY_LENGTH, MOST = 60, 500, 50
COLUMNS = ("ref", "login_id", "organisation_id", "page", "title", "query", "created_at")


def _title(text: str) -> str:
    title = " ".join(text.replace("\0", "").split())[:TITLE_LENGTH]
    if not title:
        message = _("Give the view a name, such as “Canteens, first quarter”.")
        raise Invalid(message, code="title_missing", fields={"title": str(message)})
    return title


def _owned(work: Work, ref: str) -> SavedView:
    found = SavedView.objects.filter(ref=ref, login_id=work.actor.login_id or 0).first()
    if found is None:
        raise NotFound(_("There is no such view, or it is not yours to change."))
    return found


@service(permission="desk.views", records=NOTHING)
def view_save(work: Work, /, *, page: str, title: str, query: str, shared: bool) -> str:
    """The list stands under the name; returns its ref.

    shared: everybody of the actor's organisation can open it. Raises Invalid (no name, an address
    too long, too many views), Conflict (the name is taken).
    """
    name = _title(title)
    if len(query) > QUERY_LENGTH:
        raise Invalid(_("This list has too many filters to be kept."), code="query_too_long")
    mine = SavedView.objects.filter(login_id=work.actor.login_id or 0)
    if mine.count() >= MOST:
        raise Invalid(_("You keep 50 views. Delete one first."), code="too_many_views")
    ref = work.new_id()
    office = work.actor.organisation_id if shared else None
    row = (ref, work.actor.login_id, office, page[:80], name, query, clock.real_now())
    insert_rows(SavedView, COLUMNS, [row], ignore_conflicts=True)
    if not SavedView.objects.filter(ref=ref).exists():
        _refuse_name(name)
    return ref


def _refuse_name(name: str) -> None:
    raise Conflict(
        _("You keep a view named “%(name)s” already. Choose another name."),
        code="title_taken",
        name=name,
    )


@service(permission="desk.views", records=NOTHING)
def view_rename(work: Work, /, *, ref: str, title: str, shared: bool) -> str:
    """The view has this name and is shared or not; returns its ref.

    Raises Invalid, NotFound (not one's own), Conflict (the name is taken).
    """
    name, view = _title(title), _owned(work, ref)
    others = SavedView.objects.filter(login_id=view.login_id, page=view.page, title=name)
    if others.filter(~Q(pk=view.pk)).exists():
        _refuse_name(name)
    view.title = name
    view.organisation_id = work.actor.organisation_id if shared else None
    view.save(update_fields=["title", "organisation_id"])
    return ref


@service(permission="desk.views", records=NOTHING)
def view_delete(work: Work, /, *, ref: str) -> str:
    """The view is gone; returns its ref. Raises NotFound (not one's own)."""
    _owned(work, ref).delete()
    return ref
