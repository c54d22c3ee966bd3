"""What came in: statements brought and taken, lines matched, the account to give to, the sums."""

from collections.abc import Mapping

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from niangjia.blocks.intake.public import Stored, store
from niangjia.core.actor import Actor
from niangjia.core.errors import Conflict, DomainError, Invalid
from niangjia.core.service import authorise
from niangjia.programmes.donations import statement_jobs
from niangjia.programmes.donations.bank_sealing import Target
from niangjia.programmes.donations.forms.bank import AccountForm, LineForm
from niangjia.programmes.donations.pages import bank as parts
from niangjia.programmes.donations.pages import came_in as words
from niangjia.programmes.donations.pages import shown
from niangjia.programmes.donations.selectors import bank as read
from niangjia.programmes.donations.selectors.raisings import raising_get, raisings_of
from niangjia.programmes.donations.selectors.reconciling import (
    months_of,
    spent_as,
    without_line,
)
from niangjia.programmes.donations.services import (
    account_publish,
    lines_match,
    statement_give_up,
)
from niangjia.programmes.donations.statement_files import name_for_reader
from niangjia.programmes.donations.types import DonorIn, LineIn
from niangjia.ui.page import actor_of


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def stored_file(request: HttpRequest) -> tuple[Stored, str]:
    """(the file of the form, its name). Raises Invalid, TooLarge."""
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile) or not file.name:
        raise Invalid(_("Choose a file first."), code="file_missing")
    head = file.read(64 * 1024)
    file.seek(0)
    return store(file.chunks(), name_for_reader(head, file.name)), file.name


@never_cache
@require_http_methods(["GET", "POST"])
def bank(request: HttpRequest) -> HttpResponse:
    """Accounts, statements, and a file that is brought."""
    actor, refused = authorise(actor_of(request), "donations.see"), ""
    if request.method == "POST":
        authorise(actor, "gifts.take")
        post = request.POST
        try:
            stored, name = stored_file(request)
            ref = statement_jobs.bring(
                actor, post.get("raising", ""), stored, name, post.get("account", "")
            )
            return redirect("donations:statement_file", ref=ref)
        except DomainError as error:
            refused = str(error)
    statements = read.statements_of(actor)
    accounts = read.accounts_of(actor)
    context = {
        "accounts": [
            {"view": one, "yuan": shown.yuan(one.open_fen), "n": f"{one.n_open:,}"}
            for one in accounts
        ],
        "table": parts.statements(statements),
        "empty": not statements,
        "refused": refused,
        "raisings": [one for one in raisings_of(actor) if one.state != "draft"],
        "chosen": request.POST.get("raising", ""),
        "account": request.POST.get("account", ""),
        "may_take": actor.may("gifts.take"),
        "n_open": sum(one.n_open for one in accounts),
        "open_yuan": shown.yuan(sum(one.open_fen for one in accounts)),
    }
    return render(request, "donations/bank.html", context, status=422 if refused else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def statement(request: HttpRequest, ref: str) -> HttpResponse:
    """What was read of a file, and whether its balances add up; taken on POST."""
    actor = actor_of(request)
    row = read.statement_get(actor, ref=ref)
    if request.method == "POST":
        return _statement_act(request, actor, ref)
    context = {
        "one": row,
        "state": words.STATEMENT_STATES.get(row.state, row.state),
        "kind": words.KINDS[row.kind],
        "period": parts.period(row),
        "bridge": parts.bridge(row),
        "known": f"{row.n_known:,}",
        "fresh": f"{row.n_lines - row.n_known:,}",
        "lines": f"{row.n_lines:,}",
        "closes": row.opening_fen is not None,
        "taken": shown.moment(row.taken_at) if row.taken_at else "",
        "may_take": actor.may("gifts.take") and row.state == "read",
    }
    return render(request, "donations/bank_statement.html", context)


def _statement_act(request: HttpRequest, actor: Actor, ref: str) -> HttpResponse:
    try:
        if request.POST.get("do") == "give_up":
            statement_give_up(actor, ref=ref)
            messages.success(request, _("Nothing of the file was taken."))
            return redirect("donations:bank")
        known = statement_jobs.take(actor, ref)
        messages.success(
            request,
            _("Taken. %(n)s lines were known from another file and count once.")
            % {"n": f"{known:,}"},
        )
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("donations:statement_file", ref=ref)


@never_cache
@require_http_methods(["GET", "POST"])
def lines(request: HttpRequest) -> HttpResponse:
    """Lines by state; those ticked are matched as chosen on POST."""
    actor = authorise(actor_of(request), "donations.see")
    if request.method == "POST":
        _match_ticked(request, actor)
        return redirect(f"{request.path}?{request.GET.urlencode()}".rstrip("?"))
    slug, state = request.GET.get("raising", ""), request.GET.get("state", "open")
    state = state if state in words.STATES else "open"
    before = _number(request.GET.get("before", ""))
    found, more = read.lines_page(actor, slug=slug, state=state, before=before)
    paid = spent_as(actor, [(one.ref, -one.fen) for one in found if one.fen < 0])
    context = {
        "rows": parts.lines(found, read.names_of_targets(found), paid),
        "states": words.STATES.items(),
        "state": state,
        "slug": slug,
        "raisings": raisings_of(actor),
        "next": more,
        "first": bool(before),
        "may_take": actor.may("gifts.take"),
    }
    return render(request, "donations/bank_lines.html", context)


def _match_ticked(request: HttpRequest, actor: Actor) -> None:
    ticked = request.POST.getlist("line")[: read.PAGE]
    said = {ref: request.POST.get(f"as-{ref}", "") for ref in ticked}
    try:
        chosen = chosen_lines(actor, said)
        n = lines_match(actor, chosen=chosen)
    except DomainError as error:
        messages.error(request, str(error))
        return
    told = ngettext("%(n)s line is matched.", "%(n)s lines are matched.", n) % {"n": n}
    messages.success(request, told)


def chosen_lines(actor: Actor, said: Mapping[str, str]) -> list[LineIn]:
    """Lines with what was chosen for each; a new gift is of the payer that its line names.

    Raises Conflict where all of them were matched meanwhile, Invalid where nothing was ticked.
    """
    if not said:
        raise Invalid(_("Tick the lines that you mean."), code="nothing_chosen")
    found = read.lines_open(actor, list(said))
    if not found:
        raise Conflict(
            _("Somebody else matched this meanwhile. Nothing was counted twice."),
            code="line_matched",
        )
    made = []
    for one in found:
        how, _sign, target = said[one.ref].partition(":")
        kind = "unit" if one.unit else "person"
        donor = DonorIn(kind, one.party) if one.party and how == "gift" else None
        reason = one.remark[:200] or _("no gift") if how == "other" else ""
        made.append(LineIn(one.ref, how, target, donor=donor, reason=reason))
    return made


@never_cache
@require_http_methods(["GET", "POST"])
def line(request: HttpRequest, ref: str) -> HttpResponse:
    """One line: what it may be, and all that can be said of it."""
    actor = actor_of(request)
    one = read.line_get(actor, ref=ref)
    names = read.names_of_targets([one])
    choices = [(f"{p.how}:{p.target}", parts.choice(p, names)) for p in one.proposals]
    choices += [(f"{how}:", str(words.HOW[how])) for how in ("gift", "collection", "other")]
    kind = "unit" if one.unit else "person" if one.party else "anonymous"
    initial = {"donor_kind": kind, "name": one.party, "beneficiary": one.directed}
    form = LineForm(request.POST or None, initial=initial, choices=list(dict(choices).items()))
    if request.method == "POST" and form.is_valid():
        try:
            lines_match(actor, chosen=[form.line(ref)])
        except (Invalid, Conflict) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The line is matched."))
            return redirect("donations:bank_lines")
    (row,) = parts.lines([one], names)
    context = {
        "form": form,
        "one": one,
        "row": row,
        "state": words.STATES[one.state],
        "may_take": actor.may("gifts.take") and one.state == "open",
    }
    return render(request, "donations/bank_line.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def account(request: HttpRequest, slug: str) -> HttpResponse:
    """The account that donors of a raising are told to transfer to."""
    actor = authorise(actor_of(request), "raisings.manage")
    raising = raising_get(actor, slug=slug)
    told = read.account_to_give(raising.id)
    initial = {"number": told.number, "bank": told.bank, "holder": told.holder} if told else {}
    form = AccountForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            account_publish(actor, slug=slug, target=Target(**form.cleaned_data))
        except (Invalid, Conflict) as error:
            for name, text in (getattr(error, "fields", {}) or {"__all__": str(error)}).items():
                form.add_error(None if name == "__all__" else name, text)
        else:
            messages.success(request, _("Saved. Units see this account now."))
            return redirect("donations:bank")
    context = {"form": form, "raising": raising}
    status = 422 if form.errors else 200
    return render(request, "donations/bank_account.html", context, status=status)


@never_cache
@require_GET
def reconcile(request: HttpRequest) -> HttpResponse:
    """Bank lines against gifts, to the fen, per account and month."""
    actor = actor_of(request)
    slug = request.GET.get("raising", "")
    found = months_of(actor, slug=slug)
    n, fen = without_line(actor, slug=slug)
    context = {
        "table": parts.months(found),
        "empty": not found,
        "closes": not any(one.difference_fen for one in found),
        "n_without": f"{n:,}" if n else "",
        "without": shown.yuan(fen),
        "raisings": raisings_of(actor),
        "slug": slug,
    }
    return render(request, "donations/bank_reconcile.html", context)
