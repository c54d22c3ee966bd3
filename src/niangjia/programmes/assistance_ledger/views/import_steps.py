"""The import wizard's steps with the clerk: columns, mending, one row, the take, the result."""

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from niangjia.blocks.intake.public import (
    Edit,
    SheetRow,
    UploadView,
    choices_get,
    edits_get,
    file_of,
    looks_get,
    problem_groups,
    problems_page,
    row_problems,
    upload_get,
)
from niangjia.core.actor import Actor
from niangjia.core.errors import Conflict, DomainError, Invalid
from niangjia.programmes.assistance_ledger import mending
from niangjia.programmes.assistance_ledger.filekinds import (
    KINDS,
    PURCHASES,
    personal_columns,
    schema_of,
)
from niangjia.programmes.assistance_ledger.forms import imports as forms
from niangjia.programmes.assistance_ledger.importing import bridge_holds
from niangjia.programmes.assistance_ledger.matching import PAYMENT
from niangjia.programmes.assistance_ledger.pages import import_columns, import_mending, shown
from niangjia.programmes.assistance_ledger.pages import imports as parts
from niangjia.programmes.assistance_ledger.roster_sheet import ROSTER
from niangjia.programmes.assistance_ledger.selectors import settled_periods
from niangjia.programmes.assistance_ledger.services import uploads as services
from niangjia.programmes.assistance_ledger.views.imports import (
    importer,
    kept_form,
    kept_over_sign_in,
    step_context,
    to_step,
)

LISTED = 200
SOURCES = KINDS.keys() - {PURCHASES}
GONE = frozenset({PAYMENT, ROSTER})  # such a file is removed once it is taken


@never_cache
@kept_over_sign_in
@require_http_methods(["GET", "POST"])
def columns(request: HttpRequest, ref: str) -> HttpResponse:
    """Which column is read as what; settled, the check begins."""
    actor = importer(request)
    view = upload_get(actor, ref=ref)
    if "back" in request.POST and view.state == "checking":
        services.import_back(actor, ref=ref, version=forms.posted_version(request.POST))
        return redirect("assistance_ledger:import_columns", ref=ref)
    if view.state not in ("mapping", "checked"):
        return to_step(view)
    looks, choices = looks_get(actor, ref=ref), choices_get(actor, ref=ref)
    kept = kept_form(request)
    if request.method == "GET":
        suggested = import_columns.suggestions(actor, looks)
        form = forms.columns_first(looks, choices, kind=view.kind, suggested=suggested)
        return _columns_page(request, view, form, kept=kept)
    form = forms.columns_sent(looks, choices, request.POST, kind=view.kind)
    return _columns_sent(request, actor, view, form)


def _columns_sent(
    request: HttpRequest, actor: Actor, view: UploadView, form: forms.ColumnsForm
) -> HttpResponse:
    version = forms.posted_version(request.POST)
    try:
        kind = "" if view.subject else request.POST.get("kind", "")
        if "look_again" in request.POST or kind in KINDS.keys() - {view.kind}:
            rows = forms.header_rows_sent(form.looks, request.POST)
            services.import_look_again(
                actor,
                ref=view.ref,
                version=version,
                header_rows=rows,
                kind=kind if kind in KINDS else "",
            )
            return redirect("assistance_ledger:import", ref=view.ref)
        if not form.is_valid():
            return _columns_page(request, view, form, status=422)
        services.import_choose(actor, ref=view.ref, version=version, choices=form.choices())
    except Conflict as error:
        messages.warning(request, str(error))
        fresh = upload_get(actor, ref=view.ref)
        if fresh.state not in ("mapping", "checked"):
            return to_step(fresh)
        return _columns_page(request, fresh, form, status=409)
    return redirect("assistance_ledger:import", ref=view.ref)


def _columns_page(
    request: HttpRequest,
    view: UploadView,
    form: forms.ColumnsForm,
    *,
    status: int = 200,
    kept: list[tuple[str, str]] | None = None,
) -> HttpResponse:
    context = {
        **step_context(view, 1),
        "form": form,
        "kept": kept,
        "cards": import_columns.cards(form),
        "without": [(n, one) for n, one in enumerate(form.looks) if not one.signature and one.top],
        "several": len(form.looks) > 1,
        "options": [
            ("", _("not read")),
            *((c.key, c.header) for c in schema_of(view.kind).columns),
        ],
        "kinds": [] if view.subject else list(KINDS.items()),
        "roster": view.kind == ROSTER,
        "n_hidden": sum(one.n_hidden_rows for one in form.looks if one.name in form.read),
        "general": form.errors.get("", []),
    }
    return render(request, "assistance_ledger/import_columns.html", context, status=status)


@never_cache
@kept_over_sign_in
@require_http_methods(["GET", "POST"])
def mend(request: HttpRequest, ref: str) -> HttpResponse:
    """What the check found; alike mistakes are mended in one go."""
    actor = importer(request)
    view = upload_get(actor, ref=ref)
    if view.state != "checked":
        return to_step(view)
    if request.method == "POST":
        return _mended(request, actor, view)
    edits = edits_get(actor, ref=ref)[1]
    groups = import_mending.alike(actor, view.kind, problem_groups(actor, ref=ref), edits)
    fresh = [one.id for one in reversed(edits)] != view.result.get("edits", [])
    context = {
        **step_context(view, 2),
        "kept": kept_form(request),
        "result": view.result,
        "roster": view.kind == ROSTER,
        "settled": settled_periods(actor),
        "ready": shown.yuan(view.result["ready_fen"]),
        "n": parts.counts(view.result),
        "groups": [one for one in groups if not one.group.hint],
        "hints": [one for one in groups if one.group.hint],
        "normalised": parts.normalised(view.result),
        "seen": parts.seen(view.result),
        "mendings": import_mending.mendings(view.kind, edits),
        "unchecked": fresh,
    }
    return render(request, "assistance_ledger/import_mend.html", context)


def _mended(request: HttpRequest, actor: Actor, view: UploadView) -> HttpResponse:
    """Do what the pressed button says; a refusal is told and nothing is changed."""
    act = {
        "alike": _alike,
        "offers": _offers,
        "out": _out,
        "undo": _undo,
        "recheck": _recheck,
        "abandon": _abandon,
    }.get(request.POST.get("do", ""), _nothing)
    try:
        target = act(request, actor, view.ref, forms.posted_version(request.POST))
    except DomainError as error:
        messages.warning(request, str(error))
        target = "import_mend"
    if target == "imports":
        return redirect("assistance_ledger:imports")
    response = redirect(f"assistance_ledger:{target.partition('#')[0]}", ref=view.ref)
    if "#" in target:  # back to where the clerk was, not to the top of a long page
        response["Location"] += f"#{quote(target.partition('#')[2])}"
    return response


def _alike_named(request: HttpRequest, ref: str) -> dict[str, Any]:
    data = request.POST
    found: dict[str, Any] = {name: data.get(name, "")[:200] for name in ("key", "code", "stood")}
    return {**found, "ref": ref, "offer": data.get("offer", "")[:200]}


def _alike(request: HttpRequest, actor: Actor, ref: str, version: int) -> str:
    value = forms.text_of(request.POST, "pick") or forms.text_of(request.POST, "value")
    edit = mending.alike_edit(actor, **_alike_named(request, ref), value=value)
    services.import_edit(actor, ref=ref, version=version, edits=[edit])
    n = len(edit.cells)
    text = ngettext(
        "%(n)s row is mended: “%(value)s”.", "%(n)s alike rows are mended: “%(value)s”.", n
    )
    messages.success(request, text % {"n": n, "value": value})
    return f"import_mend#{edit.key}-{edit.code}"


def _offers(request: HttpRequest, actor: Actor, ref: str, version: int) -> str:
    named = _alike_named(request, ref)
    edit = mending.offered_edit(actor, ref=ref, key=named["key"], code=named["code"])
    services.import_edit(actor, ref=ref, version=version, edits=[edit])
    text = ngettext("%(n)s row is mended as offered.", "%(n)s rows are mended as offered.", 1)
    messages.success(request, text % {"n": len(edit.cells)})
    return f"import_mend#{edit.key}-{edit.code}"


def _out(request: HttpRequest, actor: Actor, ref: str, version: int) -> str:
    reason = forms.text_of(request.POST, "reason")
    edit = mending.left_out_edit(actor, **_alike_named(request, ref), reason=reason)
    services.import_edit(actor, ref=ref, version=version, edits=[edit])
    messages.success(request, _("%(n)s rows are left out.") % {"n": len(edit.rows)})
    return f"import_mend#{edit.key}-{edit.code}"


def _undo(request: HttpRequest, actor: Actor, ref: str, version: int) -> str:
    edit_id = request.POST.get("edit", "")[:12]
    services.import_undo(actor, ref=ref, version=version, edit_id=edit_id)
    messages.success(request, _("Taken back; the cells are as they stood."))
    return "import_mend"


def _recheck(request: HttpRequest, actor: Actor, ref: str, version: int) -> str:
    services.import_recheck(actor, ref=ref, version=version)
    return "import"


def _abandon(request: HttpRequest, actor: Actor, ref: str, version: int) -> str:
    services.import_abandon(actor, ref=ref, version=version)
    messages.success(request, _("Given up; nothing of the file was taken, and it is deleted."))
    return "imports"


def _nothing(request: HttpRequest, actor: Actor, ref: str, version: int) -> str:
    return "import_mend"


@kept_over_sign_in
@require_POST
def give_up(request: HttpRequest, ref: str) -> HttpResponse:
    """The file is given up and deleted; nothing of it was taken."""
    actor = importer(request)
    _abandon(request, actor, ref, forms.posted_version(request.POST))
    return redirect("assistance_ledger:imports")


@kept_over_sign_in
@require_POST
def restart(request: HttpRequest, ref: str) -> HttpResponse:
    """A slow step that shows no life begins again."""
    actor = importer(request)
    try:
        services.import_restart(actor, ref=ref, version=forms.posted_version(request.POST))
    except Conflict as error:
        messages.info(request, str(error))
    return redirect("assistance_ledger:import", ref=ref)


@never_cache
@require_GET
def rows(request: HttpRequest, ref: str) -> HttpResponse:
    """The rows of one kind of problem, each with a way to mend it."""
    actor = importer(request)
    view = upload_get(actor, ref=ref)
    if view.state not in ("checked", "done"):
        return to_step(view)
    key, code = request.GET.get("key", "")[:40], request.GET.get("code", "")[:60]
    found, more = problems_page(actor, ref=ref, key=key, code=code, n=LISTED)
    context = {
        **step_context(view, 2 if view.state == "checked" else 4),
        "rows": found,
        "more": bool(more),
        "listed": LISTED,
        "title": f"{found[0].header}：{import_mending.TITLES.get(code, '')}" if found else "",
        "may_mend": view.state == "checked" and key not in personal_columns(view.kind),
    }
    return render(request, "assistance_ledger/import_rows.html", context)


@never_cache
@kept_over_sign_in
@require_http_methods(["GET", "POST"])
def row(request: HttpRequest, ref: str) -> HttpResponse:
    """One row of the file, every column of it to be mended, or left out with a reason."""
    actor = importer(request)
    view = upload_get(actor, ref=ref)
    if view.state != "checked":
        return to_step(view)
    sheet, row_no = forms.row_of(request.POST if request.method == "POST" else request.GET)
    found = mending.row_read(actor, ref=ref, sheet=sheet, row_no=row_no)
    texts = {
        column.key: mending.cell_text_of(found, column.key)
        for column in schema_of(view.kind).columns
        if not column.personal and column.kind != "ignored" and column.key in found.values
    }
    problems: dict[str, str] = {}
    if request.method == "POST":
        sent = {key: forms.text_of(request.POST, f"cell-{key}") for key in texts}
        edits, problems = mending.row_edits(view.kind, found, sent)
        try:
            if "out" in request.POST:
                reason = mending.reason_of(forms.text_of(request.POST, "reason"))
                edits, problems = [Edit(reason=reason, rows=((sheet, row_no),))], {}
            if edits and not problems:
                version = forms.posted_version(request.POST)
                services.import_edit(actor, ref=ref, version=version, edits=edits)
                out = "out" in request.POST
                told = _("Row %(row)s is left out.") if out else _("Row %(row)s is mended.")
                messages.success(request, told % {"row": row_no})
            if not problems:
                return redirect("assistance_ledger:import_mend", ref=ref)
        except (Conflict, Invalid) as error:
            messages.warning(request, str(error))
        texts = sent
    return _row_page(request, actor, upload_get(actor, ref=ref), found, texts, problems)


def _row_page(
    request: HttpRequest,
    actor: Actor,
    view: UploadView,
    found: SheetRow,
    texts: dict[str, str],
    problems: dict[str, str],
) -> HttpResponse:
    listed = row_problems(actor, ref=view.ref, sheet=found.sheet, row_no=found.row_no)
    said = {one.key: one for one in listed}
    cells = [
        {
            "column": column,
            "text": texts[column.key],
            "problem": said.get(column.key),
            "error": problems.get(column.key, ""),
        }
        for column in schema_of(view.kind).columns
        if column.key in texts
    ]
    cells.sort(
        key=lambda cell: cell["problem"] is None and not cell["error"]
    )  # the wrong ones first
    context = {
        **step_context(view, 2),
        "cells": cells,
        "sheet": found.sheet,
        "row_no": found.row_no,
        "listed": listed,
        "kept": kept_form(request),
    }
    status = 422 if problems else 200
    return render(request, "assistance_ledger/import_row.html", context, status=status)


@never_cache
@kept_over_sign_in
@require_http_methods(["GET", "POST"])
def take(request: HttpRequest, ref: str) -> HttpResponse:
    """What will be taken, to be confirmed; then it is taken, once."""
    actor = importer(request)
    view = upload_get(actor, ref=ref)
    late = request.POST.get("explain_late", "").replace("\0", "").strip()
    leave = "leave_late" in request.POST
    said = bool(late) or leave or not view.result.get("foreseen_late")
    if request.method == "POST" and (said or view.state != "checked"):
        try:
            version = forms.posted_version(request.POST)
            services.import_take(
                actor, ref=ref, version=version, explain_late="" if leave else late
            )
        except (Conflict, Invalid) as error:
            messages.warning(request, str(error))
        return redirect("assistance_ledger:import", ref=ref)
    if view.state != "checked":
        return to_step(view)
    edits = [one.id for one in reversed(edits_get(actor, ref=ref)[1])]
    if edits != view.result.get("edits", []):
        messages.info(request, _("Some cells were mended since the last check. Check again first."))
        return redirect("assistance_ledger:import_mend", ref=ref)
    context = {
        **step_context(view, 3),
        "lines": view.kind in SOURCES,
        "roster": view.kind == ROSTER,
        "kept": kept_form(request),
        "result": view.result,
        "settled": [] if view.kind == ROSTER else settled_periods(actor),
        "late": view.result.get("foreseen_late", 0),
        "wrong": request.method == "POST",
        "ready": shown.yuan(view.result["ready_fen"]),
        "n": parts.counts(view.result),
        "seen": parts.seen(view.result),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "assistance_ledger/import_take.html", context, status=status)


@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, ref: str) -> HttpResponse:
    """What differs from the records takes their place, with a reason."""
    if request.method == "POST":
        actor = importer(request)
        try:
            version = forms.posted_version(request.POST)
            reason = request.POST.get("reason", "").replace("\0", "")
            services.import_correct(actor, ref=ref, version=version, reason=reason)
        except Invalid as error:
            return _done(request, ref, str(error), 422)
        except Conflict as error:
            messages.warning(request, str(error))
    return redirect("assistance_ledger:import", ref=ref)


@never_cache
@kept_over_sign_in
@require_http_methods(["GET", "POST"])
def done(request: HttpRequest, ref: str) -> HttpResponse:
    """What became of the file, to the fen; its records; the rows left to be mended."""
    actor = importer(request)
    view = upload_get(actor, ref=ref)
    if view.state != "done":
        return to_step(view)
    if request.method == "POST":
        stored, name = mending.report_stored(actor, ref=ref)
        fresh = services.import_receive(actor, stored=stored, name=name)
        return redirect("assistance_ledger:import", ref=fresh)
    return _done(request, ref)


def _done(request: HttpRequest, ref: str, refusal: str = "", status: int = 200) -> HttpResponse:
    actor = importer(request)
    view = upload_get(actor, ref=ref)
    if view.state != "done":
        return to_step(view)
    result = view.result
    context = {
        **step_context(view, 4),
        "refusal": refusal,
        "reason": request.POST.get("reason", ""),
        "changed": parts.changed(result),
        "n_more": result["more"]["changed_rows"] - len(result["changed"]),
        "may_correct": file_of(ref).exists() and any(one["ref"] for one in result["changed"]),
        "lines": view.kind in SOURCES,
        "roster": view.subject.removeprefix("review:") if view.kind == ROSTER else "",
        "may_mend": view.kind not in GONE and file_of(ref).exists(),
        "result": result,
        "taken": shown.yuan(result["accepted_fen"]),
        "bridge": parts.bridge(result),
        "holds": bridge_holds(dict(result)),
        "n": parts.counts(result),
        "outcome": parts.outcome(result, view.kind),
        "records": [(one, shown.yuan(one["fen"])) for one in result["first"]],
        "normalised": parts.normalised(result),
        "seen": parts.seen(result),
    }
    return render(request, "assistance_ledger/import_done.html", context, status=status)
