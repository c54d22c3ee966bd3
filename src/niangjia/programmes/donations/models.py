"""Tables of the donations programme: raisings, who gives, gifts and what changed of them."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

# Django finds tables through this module.
from niangjia.programmes.donations import (  # noqa: F401
    bank_models,
    bulletin_models,
    goods_models,
    receipt_models,
    roster_models,
    spending_models,
)

ORGANISATION = "orgs.Organisation"
MOST_FEN = 2**53 - 1


class Raising(models.Model):
    """A public raising of a foundation (募捐项目), such as “温暖武汉”.

    slug: its name in addresses and in the log. first_on, last_on: its period, no end if null.
    goal_fen: what is to be raised; capped: gifts beyond it are refused. qualification_no: of the
    public raising; plan_no: of the filed plan; platform: the designated platform for giving online.
    state: draft, open, closed. pooled: id of the rule by which money without a direction is shared
    out. fees: who bears what a bank or platform keeps.
    """

    ref = models.CharField(max_length=32, unique=True)
    slug = models.SlugField(max_length=40, unique=True)
    title = models.CharField(max_length=80)
    organisation = models.ForeignKey(ORGANISATION, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=1000)
    restrictions = models.CharField(max_length=1000, blank=True)
    area = models.CharField(max_length=200, blank=True)
    first_on = models.DateField()
    last_on = models.DateField(null=True)
    goal_fen = models.BigIntegerField(null=True)
    capped = models.BooleanField(default=False)
    qualification_no = models.CharField(max_length=60, blank=True)
    qualification_until = models.DateField(null=True)
    plan_no = models.CharField(max_length=60, blank=True)
    platform = models.CharField(max_length=100, blank=True)
    pooled = models.CharField(max_length=40)
    state = models.CharField(max_length=8, default="draft")
    version = models.PositiveIntegerField(default=1)
    made_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=["draft", "open", "closed"]), name="raising_state"
            ),
            models.CheckConstraint(
                condition=Q(goal_fen__isnull=True) | Q(goal_fen__gt=0), name="raising_goal"
            ),
            models.CheckConstraint(
                condition=Q(capped=False) | Q(goal_fen__isnull=False), name="raising_cap_has_goal"
            ),
            models.CheckConstraint(
                condition=Q(last_on__isnull=True) | Q(last_on__gte=models.F("first_on")),
                name="raising_period",
            ),
        ]


class Direction(models.Model):
    """What gifts of a raising are directed to (定向): for whom, where, for what.

    Another use is blocked until the donor consents. n: its number in the raising; its account in
    the books bears it.
    """

    raising = models.ForeignKey(Raising, on_delete=models.PROTECT, related_name="directions")
    n = models.PositiveIntegerField()
    beneficiary = models.CharField(max_length=120, blank=True)
    area = models.CharField(max_length=120, blank=True)
    use = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["raising", "n"], name="direction_number"),
            models.UniqueConstraint(
                fields=["raising", "beneficiary", "area", "use"], name="direction_once"
            ),
            models.CheckConstraint(
                condition=~Q(beneficiary="", area="", use=""), name="direction_says_something"
            ),
        ]


class Donor(models.Model):
    """Who gives: a person, or a unit (an organisation or firm by its name).

    A person's sealed: personal (name, phone), purpose `receipts, thanks and refunds`, kept 10 years
    after the last gift, then its key is erased; digest finds it again, phone_digest by phone. A
    unit's name and code are business values. kind: person, unit.
    """

    ref = models.CharField(max_length=32, unique=True)
    kind = models.CharField(max_length=6)
    digest = models.CharField(max_length=40, unique=True)
    phone_digest = models.CharField(max_length=40, blank=True, db_index=True)
    sealed = models.BinaryField(default=b"")
    name = models.CharField(max_length=120, blank=True)
    uscc = models.CharField(max_length=18, blank=True)
    first_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=["person", "unit"]), name="donor_kind"),
            models.CheckConstraint(
                condition=Q(kind="person", name="", uscc="") | Q(kind="unit", phone_digest=""),
                name="donor_person_is_sealed",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["name"], name="donor_name")]


class Gift(models.Model):
    """A gift: one person's, one unit's, or a collection's whose people are only counted.

    number: of its receipt, random with a check character. line: where a bulletin counts it (1
    people, 2 units, 3 goods). kind: cash, goods. channel: online, transfer, roster, collection,
    direct. n_people: of a gift without a donor the people it stands for, else 1; n_times: how often
    they gave. pledged_fen: what was promised, null where it came at once or has no value. fen: what
    was received, 0 until then; changed_fen: sum of what was taken off or added since (refunds,
    another value). unvalued: goods without a value; they add 0. what: of a pledge or of goods, in
    words; said: the donor's words. state: see pages.shown.STATES.
    received_at: the instant the cut-off goes by. show_name, show_amount: what the donor agreed to.
    digest: of what it was made from, so that it is taken once. secret_digest: of a token that only
    the giver's device can make; the secret behind it was never sent.
    """

    ref = models.CharField(max_length=32, unique=True)
    number = models.CharField(max_length=16, unique=True)
    raising = models.ForeignKey(
        Raising, on_delete=models.PROTECT, related_name="gifts", db_index=False
    )
    direction = models.ForeignKey(Direction, null=True, on_delete=models.PROTECT, db_index=False)
    donor = models.ForeignKey(Donor, null=True, on_delete=models.PROTECT, related_name="gifts")
    referrer = models.ForeignKey(
        Donor, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    digest = models.CharField(max_length=64, unique=True)
    line = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=5)
    channel = models.CharField(max_length=12)
    n_people = models.PositiveIntegerField(default=1)
    n_times = models.PositiveIntegerField(default=1)
    pledged_fen = models.BigIntegerField(null=True)
    fen = models.BigIntegerField(default=0)
    changed_fen = models.BigIntegerField(default=0)
    unvalued = models.BooleanField(default=False)
    state = models.CharField(max_length=10)
    what = models.CharField(max_length=200, blank=True)
    said = models.CharField(max_length=200, blank=True)
    show_name = models.BooleanField(default=False)
    show_amount = models.BooleanField(default=False)
    source = models.CharField(max_length=80, blank=True)
    pledged_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField()
    pledge_ref = models.CharField(max_length=32, blank=True)
    fact_ref = models.CharField(max_length=32, blank=True)
    secret_digest = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(line__in=[1, 2, 3]), name="gift_line"),
            models.CheckConstraint(condition=Q(kind__in=["cash", "goods"]), name="gift_kind"),
            models.CheckConstraint(
                condition=Q(fen__gte=0, fen__lte=MOST_FEN) & Q(fen__gte=-models.F("changed_fen")),
                name="gift_never_below_nothing",
            ),
            models.CheckConstraint(
                condition=Q(pledged_fen__isnull=True) | Q(pledged_fen__gt=0), name="gift_pledged"
            ),
            models.CheckConstraint(
                condition=Q(fact_ref="", received_at__isnull=True, fen=0)
                | (~Q(fact_ref="") & Q(received_at__isnull=False)),
                name="gift_received_has_its_fact",
            ),
            models.CheckConstraint(condition=Q(n_people__gte=1), name="gift_people"),
            models.CheckConstraint(
                condition=Q(n_times__gte=models.F("n_people")), name="gift_person_times"
            ),
            models.CheckConstraint(
                condition=Q(donor__isnull=True) | Q(n_people=1), name="gift_of_one_donor"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["raising", "id"], name="gift_raising"),
            models.Index(fields=["raising", "state", "id"], name="gift_state"),
            models.Index(fields=["raising", "received_at", "id"], name="gift_received"),
            models.Index(fields=["raising", "id"], name="gift_shown", condition=Q(show_name=True)),
            models.Index(fields=["fact_ref"], name="gift_fact"),
            models.Index(fields=["source"], name="gift_source", condition=~Q(source="")),
        ]


class Adjustment(models.Model):
    """What changed of a gift after it was received; never edited itself.

    why: refund, revaluation, mistake. fen: signed. at: the instant the cut-off goes by.
    """

    ref = models.CharField(max_length=32, unique=True)
    gift = models.ForeignKey(Gift, on_delete=models.PROTECT, related_name="adjustments")
    why = models.CharField(max_length=12)
    fen = models.BigIntegerField()
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    reason = models.CharField(max_length=500)
    fact_ref = models.CharField(max_length=32, db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(why__in=["refund", "revaluation", "mistake"]), name="adjustment_why"
            )
        ]


class Payment(models.Model):
    """A payment under way at a payment provider: what a visitor is about to give.

    sealed: personal (name, phone), purpose `the receipt of this gift`, kept until it is paid or 30
    days. key: of the form, so that a double click gives once. state: begun; paid: it is a gift;
    failed; lapsed: not paid in time; back: paid when there was no room, so it goes back.
    """

    ref = models.CharField(max_length=32, unique=True)
    key = models.CharField(max_length=40, unique=True)
    raising = models.ForeignKey(Raising, on_delete=models.PROTECT, related_name="+")
    provider = models.CharField(max_length=20)
    provider_ref = models.CharField(max_length=64, blank=True)
    fen = models.BigIntegerField()
    sealed = models.BinaryField(default=b"")
    show_name = models.BooleanField(default=False)
    show_amount = models.BooleanField(default=False)
    said = models.CharField(max_length=200, blank=True)
    secret_digest = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=7, default="begun")
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    gift = models.OneToOneField(Gift, null=True, on_delete=models.PROTECT, related_name="payment")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=["begun", "paid", "failed", "lapsed", "back"]),
                name="payment_state",
            ),
            models.CheckConstraint(condition=Q(fen__gt=0), name="payment_amount"),
            models.UniqueConstraint(
                fields=["provider", "provider_ref"],
                condition=~Q(provider_ref=""),
                name="payment_provider_ref",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["begun_at"], name="payment_under_way", condition=Q(state="begun"))
        ]


class Ask(models.Model):
    """Somebody asked that a received gift be changed; a second person decides.

    why: refund, mistake, revaluation. fen: the change, signed. case: of type donations.adjustment.
    asked_by: random id of the person. item, value_fen, basis, basis_no: of another value, whose it
    is and what it would be.
    """

    ref = models.CharField(max_length=32, unique=True)
    gift = models.ForeignKey(Gift, on_delete=models.PROTECT, related_name="asks")
    why = models.CharField(max_length=12)
    fen = models.BigIntegerField()
    reason = models.CharField(max_length=500)
    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=32)
    item = models.ForeignKey("donations.GoodsItem", null=True, on_delete=models.PROTECT)
    value_fen = models.BigIntegerField(null=True)
    basis = models.CharField(max_length=20, blank=True)
    basis_no = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(why__in=["refund", "revaluation", "mistake"]), name="ask_why"
            )
        ]


class TrialPayment(models.Model):
    """The built-in test provider's own table: what it was asked to collect, and what it told.

    behaviour: at once, late, twice, lost. paid_back: fen by key of what went back. It belongs to no
    one else.
    """

    ref = models.CharField(max_length=64, unique=True)
    payment_ref = models.CharField(max_length=32, unique=True)
    fen = models.BigIntegerField()
    state = models.CharField(max_length=6, default="open")
    behaviour = models.CharField(max_length=8, default="at_once")
    paid_at = models.DateTimeField(null=True)
    paid_back = models.JSONField(default=dict)
