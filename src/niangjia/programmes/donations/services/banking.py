"""Statements: brought, taken line by line, each transfer once; the account that donors give to."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.intake.public import Stored
from niangjia.core.db.bulk import insert_rows
from niangjia.core.errors import Conflict, Invalid, NotFound
from niangjia.core.facts import BUSINESS, Fact, Value
from niangjia.core.seal import lookup_digests
from niangjia.core.service import FACT, JOURNAL, NOTHING, service
from niangjia.core.work import Work
from niangjia.lib.money import format_yuan
from niangjia.programmes.donations import bank_sealing as sealing
from niangjia.programmes.donations.bank_models import BankAccount, BankLine, Statement
from niangjia.programmes.donations.facts import STATEMENT_TAKEN
from niangjia.programmes.donations.models import Raising
from niangjia.programmes.donations.services.raisings import raising_of
from niangjia.programmes.donations.statement_types import Bridge, ReadLine, ReadStatement

BATCH = 200
COLUMNS = (
    "ref",
    "account_id",
    "statement_id",
    "row_no",
    "digest",
    "at",
    "timed",
    "fen",
    "fee_fen",
    "balance_fen",
    "unit_name",
    "party_digest",
    "sealed",
    "state",
    "how",
    "gift_id",
    "roster_id",
    "taken_at",
    "matched_at",
    "fact_ref",
)
FORGET = "donations.forget_file"


@dataclass(frozen=True, slots=True)
class Named:
    """A line as read and the text it is known by."""

    line: ReadLine
    identity: str


@service(permission="gifts.take", records=NOTHING)
def statement_bring(
    work: Work,
    /,
    *,
    slug: str,
    found: ReadStatement,
    stored: Stored,
    name: str,
    account_number: str = "",
) -> str:
    """The statement waits to be taken; its ref. The same file again is the same statement.

    Raises NotFound, Denied, Conflict (another raising's account), Invalid (no account named, the
    balances do not add up: with the difference).
    """
    raising = raising_of(work, slug)
    if raising.state == "draft":
        raise Conflict(_("Open the raising first."), code="raising_not_open")
    check_bridge(found.bridge)
    account = _account(work, raising, _number(found.account, account_number))
    same = Statement.objects.filter(account=account, sha256=stored.sha256).exclude(state="given_up")
    if known := same.first():
        work.send(FORGET, {"upload": stored.ref})
        return known.ref
    bridge = found.bridge
    return Statement.objects.create(
        ref=work.new_id(),
        account=account,
        kind=found.kind,
        name=name[-200:],
        sha256=stored.sha256,
        upload_ref=stored.ref,
        first_on=found.first_on,
        last_on=found.last_on,
        n_lines=len(found.lines),
        opening_fen=bridge.opening_fen if bridge.known else None,
        income_fen=bridge.income_fen,
        expense_fen=bridge.expense_fen,
        fee_fen=bridge.fee_fen,
        closing_fen=bridge.closing_fen if bridge.known else None,
        read_at=work.at,
    ).ref


def check_bridge(bridge: Bridge) -> None:
    """Raises Invalid with the difference where opening and lines do not lead to the closing."""
    if bridge.closes:
        return
    leads = bridge.closing_fen - bridge.difference_fen
    where = bridge.breaks_at
    text = _(
        "The balances do not add up: opening and lines lead to %(leads)s yuan, the file says "
        "%(closing)s yuan, a difference of %(difference)s yuan. Lines are missing or were changed; "
        "export the statement again, whole."
    )
    broken = _(
        "The balances do not add up: after row %(row)s the printed balance no longer follows from "
        "the lines (difference at the end: %(difference)s yuan). Lines are missing or were "
        "changed; export the statement again, whole."
    )
    raise Invalid(
        broken if where else text,
        code="bridge",
        row=where,
        leads=format_yuan(leads),
        closing=format_yuan(bridge.closing_fen),
        difference=format_yuan(bridge.difference_fen),
    )


def _number(told: str, typed: str) -> str:
    """The account's number: as the file names it whole, else as it was typed. Raises Invalid."""
    typed = typed.replace(" ", "").strip()
    number = told if told and "*" not in told else typed
    if len(number) < 4:
        text = str(_("The file does not name its account. Type the account's number."))
        raise Invalid(text, code="account_missing", fields={"account_number": text})
    return number


def _account(work: Work, raising: Raising, number: str) -> BankAccount:
    digest = sealing.account_digest(number)
    made = {"ref": work.new_id(), "raising": raising, "tail": number[-4:], "made_at": work.at}
    found, _made = BankAccount.objects.get_or_create(digest=digest, defaults=made)
    if found.raising_id != raising.pk:
        raise Conflict(
            _("The account ending in %(tail)s is kept for another raising, “%(title)s”."),
            code="account_of_another",
            tail=found.tail,
            title=found.raising.title,
        )
    return found


@service(permission="gifts.take", records=NOTHING)
def statement_lines_take(work: Work, /, *, ref: str, lines: Sequence[Named]) -> int:
    """These lines (at most 200) are there, each once; how many another file brought before.

    Raises NotFound, Denied, Conflict (taken already), Invalid.
    """
    if len(lines) > BATCH:
        raise Invalid(_("At most %(n)s rows in a batch."), code="batch_too_large", n=BATCH)
    row = _statement(work, ref)
    digests = lookup_digests((sealing.LINE, one.identity) for one in lines)
    before = BankLine.objects.filter(digest__in=digests)
    known = set(before.values_list("digest", flat=True))
    others = before.exclude(statement=row).count()
    fresh = [(one.line, d) for one, d in zip(lines, digests, strict=True) if d not in known]
    if fresh:
        insert_rows(BankLine, COLUMNS, _rows(work, row, fresh), ignore_conflicts=True)
    return others


def _rows(
    work: Work, row: Statement, fresh: Sequence[tuple[ReadLine, str]]
) -> list[tuple[object, ...]]:
    lines = [line for line, _digest in fresh]
    refs = [work.new_id() for _line in lines]
    sealed = sealing.sealed_payers(refs, lines)
    parties = sealing.party_digests(lines)
    return [
        (
            ref,
            row.account_id,
            row.pk,
            line.row_no,
            digest,
            line.at,
            line.timed,
            line.fen,
            line.fee_fen,
            line.balance_fen,
            line.party if sealing.is_organisation(line.party) else "",
            party,
            payer,
            "open" if line.fen > 0 else "out",
            "",
            None,
            None,
            work.at,
            None,
            "",
        )
        for ref, (line, digest), party, payer in zip(refs, fresh, parties, sealed, strict=True)
    ]


def _statement(work: Work, ref: str) -> Statement:
    """A statement of the actor's foundation that waits to be taken, held until the commit."""
    rows = Statement.objects.select_for_update(of=("self",)).select_related("account__raising")
    row = rows.filter(ref=ref).first()
    if row is None:
        raise NotFound(_("There is no such statement."))
    raising_of(work, row.account.raising.slug)
    if row.state != "read":
        raise Conflict(
            _("This statement was taken or given up already. Nothing is taken twice."),
            code="statement_taken",
        )
    return row


@service(permission="gifts.take", records=FACT)
def statement_close(work: Work, /, *, ref: str, n_known: int) -> None:
    """The statement is taken whole, its hash in the log; its file is gone. Raises Conflict."""
    row = _statement(work, ref)
    raising = row.account.raising
    row.state, row.taken_at, row.n_known = "taken", work.at, n_known
    values: dict[str, Value] = {
        "raising": raising.slug,
        "n": row.n_lines,
        "n_known": n_known,
        "account": row.account.ref,
        "file_sha256": row.sha256,
        "first_on": row.first_on.isoformat(),
        "last_on": row.last_on.isoformat(),
        "opening_fen": row.opening_fen,
        "income_fen": row.income_fen,
        "expense_fen": row.expense_fen,
        "fee_fen": row.fee_fen,
        "closing_fen": row.closing_fen,
    }
    owner = {BUSINESS: f"org:{raising.organisation.ref}"}
    row.fact_ref = work.record(Fact(STATEMENT_TAKEN, f"statement:{ref}", work.at, values, owner))
    row.save()
    work.send(FORGET, {"upload": row.upload_ref})


@service(permission="gifts.take", records=NOTHING)
def statement_give_up(work: Work, /, *, ref: str) -> None:
    """Nothing of the file is taken; it is gone. Raises NotFound, Denied, Conflict."""
    row = _statement(work, ref)
    if row.lines.exists():
        raise Conflict(_("Lines of it were taken already; take the rest."), code="half_taken")
    row.state = "given_up"
    row.save(update_fields=["state"])
    work.send(FORGET, {"upload": row.upload_ref})


@service(permission="raisings.manage", records=JOURNAL)
def account_publish(work: Work, /, *, slug: str, target: sealing.Target) -> None:
    """Units are told to transfer to this account. Raises NotFound, Denied, Conflict, Invalid."""
    raising = raising_of(work, slug)
    faults = {
        "number": len(target.number.replace(" ", "")) < 8,
        "bank": len(target.bank.strip()) < 2,
        "holder": len(target.holder.strip()) < 2,
    }
    wrong = {name: str(_("This is needed.")) for name, holds in faults.items() if holds}
    if wrong:
        raise Invalid(_("Number, bank and holder are needed."), code="account", fields=wrong)
    account = _account(work, raising, target.number.replace(" ", ""))
    BankAccount.objects.filter(raising=raising).exclude(pk=account.pk).update(sealed=b"")
    account.sealed = sealing.sealed_target(f"org:{raising.organisation.ref}", target)
    account.save(update_fields=["sealed"])
    work.journal("donations.account", subject=f"raising:{slug}", tail=account.tail)
