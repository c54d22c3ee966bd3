"""Money that comes in: accounts, statements as they were read, and each of their lines once."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

HOW = ("gift", "pledge", "hand", "payout", "roster", "collection", "other")
BY_HAND = ("direct", "transfer", "collection", "pledge")  # channels that a line is evidence of


class BankAccount(models.Model):
    """An account that money of a raising comes to: at a bank, or of a wallet.

    digest, tail: keyed hash and last 4 digits of its number. sealed: business value (number, bank,
    holder), purpose `telling units where to transfer to`, kept until another account is told;
    empty unless the foundation said so.
    """

    ref = models.CharField(max_length=32, unique=True)
    raising = models.ForeignKey("donations.Raising", on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=40, unique=True)
    tail = models.CharField(max_length=4)
    sealed = models.BinaryField(default=b"")
    made_at = models.DateTimeField()


class Statement(models.Model):
    """A file of an account's transfers. state: read (waits to be taken), taken, given_up.

    upload_ref: of the stored file, gone once it is taken. first_on, last_on: its period. opening,
    closing: null where the file gives no balances. n_known: lines that another file brought before.
    """

    ref = models.CharField(max_length=32, unique=True)
    account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="statements")
    kind = models.CharField(max_length=6)
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64, db_index=True)
    upload_ref = models.CharField(max_length=32)
    state = models.CharField(max_length=8, default="read")
    first_on = models.DateField()
    last_on = models.DateField()
    n_lines = models.PositiveIntegerField()
    n_known = models.PositiveIntegerField(default=0)
    opening_fen = models.BigIntegerField(null=True)
    income_fen = models.BigIntegerField()
    expense_fen = models.BigIntegerField()
    fee_fen = models.BigIntegerField()
    closing_fen = models.BigIntegerField(null=True)
    read_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    fact_ref = models.CharField(max_length=32, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=["read", "taken", "given_up"]), name="statement_state"
            ),
            models.CheckConstraint(
                condition=Q(opening_fen__isnull=True)
                | Q(
                    closing_fen=models.F("opening_fen")
                    + models.F("income_fen")
                    - models.F("expense_fen")
                    - models.F("fee_fen")
                ),
                name="statement_bridge_closes",
            ),
        ]


class BankLine(models.Model):
    """One transfer, once however many files hold it.

    digest: keyed hash of what it is known by. fen: what came in, negative for what went out;
    fee_fen: kept of it. unit_name: the payer if that is an organisation, a business value. sealed:
    personal (payer, remark, end of the payer's account), purpose `matching a transfer with a gift`,
    kept 10 years with the books, then its key is erased. party_digest: keyed hash of the payer.
    state: open (waits for somebody to say what it is), matched, out (money that went out). how:
    what it is: see HOW; gift: the gift it is; roster: the list it is the sum of.
    """

    ref = models.CharField(max_length=32, unique=True)
    account = models.ForeignKey(
        BankAccount, on_delete=models.PROTECT, related_name="lines", db_index=False
    )
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="lines")
    row_no = models.PositiveIntegerField()
    digest = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField()
    timed = models.BooleanField()
    fen = models.BigIntegerField()
    fee_fen = models.BigIntegerField(default=0)
    balance_fen = models.BigIntegerField(null=True)
    unit_name = models.CharField(max_length=120, blank=True)
    party_digest = models.CharField(max_length=40, blank=True)
    sealed = models.BinaryField(default=b"")
    state = models.CharField(max_length=7, default="open")
    how = models.CharField(max_length=10, blank=True)
    gift = models.OneToOneField(
        "donations.Gift", null=True, on_delete=models.PROTECT, related_name="bank_line"
    )
    roster = models.OneToOneField(
        "donations.Roster", null=True, on_delete=models.PROTECT, related_name="bank_line"
    )
    taken_at = models.DateTimeField()
    matched_at = models.DateTimeField(null=True)
    fact_ref = models.CharField(max_length=32, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state="open", how="", fact_ref="")
                | Q(state="out", how="", fact_ref="", fen__lte=0)
                | (Q(state="matched", how__in=HOW) & ~Q(fact_ref="")),
                name="bank_line_state",
            ),
            models.CheckConstraint(
                condition=~Q(how__in=["gift", "pledge", "hand", "collection"])
                | Q(gift__isnull=False),
                name="bank_line_has_its_gift",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["account", "state", "id"], name="bank_line_state_at"),
            models.Index(fields=["account", "at"], name="bank_line_at"),
        ]
