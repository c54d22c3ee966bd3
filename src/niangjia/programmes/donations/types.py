"""What goes into and comes out of the services of donations. Pure."""

import datetime as dt
from dataclasses import dataclass

PEOPLE, UNITS, GOODS = 1, 2, 3


@dataclass(frozen=True, slots=True)
class DonorIn:
    """Who gives. kind: `person` or `unit`; a person without name and phone is anonymous.

    known_by: what else tells one person from another (a staff number in a unit), never shown.
    """

    kind: str
    name: str = ""
    phone: str = ""
    uscc: str = ""
    known_by: str = ""


@dataclass(frozen=True, slots=True)
class DirectionIn:
    """What a directed gift is for; at least one of the three."""

    beneficiary: str = ""
    area: str = ""
    use: str = ""


@dataclass(frozen=True, slots=True)
class GiftIn:
    """A gift of money that arrived. key: what it is known by, so that it is taken once.

    fen: 1 to 2**53-1. received_at: the instant of receipt. donor: None for a collection or an
    anonymous giver; then n_people says how many it stands for, n_times how often they gave. source:
    file or payment that it came from. account: of the books where the money lies, empty for the
    bank's. fee_fen: what was kept of it on the way.
    """

    key: str
    fen: int
    received_at: dt.datetime
    channel: str
    line: int = PEOPLE
    donor: DonorIn | None = None
    n_people: int = 1
    n_times: int = 1
    direction: DirectionIn | None = None
    referrer: DonorIn | None = None
    show_name: bool = False
    show_amount: bool = False
    said: str = ""
    source: str = ""
    account: str = ""
    fee_fen: int = 0
    secret_digest: str = ""


@dataclass(frozen=True, slots=True)
class GiftTaken:
    """A gift that is in: its ref, number and fact; repeated: it was in before."""

    ref: str
    number: str
    fact_ref: str
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class RaisingIn:
    """A raising as it is set up or changed; see models.Raising."""

    slug: str
    title: str
    purpose: str
    first_on: dt.date
    last_on: dt.date | None = None
    restrictions: str = ""
    area: str = ""
    goal_fen: int | None = None
    capped: bool = False
    qualification_no: str = ""
    qualification_until: dt.date | None = None
    plan_no: str = ""
    platform: str = ""


@dataclass(frozen=True, slots=True)
class ItemIn:
    """One kind of thing in a gift of goods. value_fen: of all n of them; None: unvalued.

    basis: invoice, customs, delivery_note or government_list; basis_no: its number.
    """

    name: str
    n: int
    measure: str
    spec: str = ""
    value_fen: int | None = None
    basis: str = ""
    basis_no: str = ""


@dataclass(frozen=True, slots=True)
class GoodsIn:
    """Goods that arrived, as one gift. key: what it is known by; received_at: the instant.

    pledge_ref: the promise that they fulfil, which then says so and stands no longer.
    """

    key: str
    donor: DonorIn
    items: tuple[ItemIn, ...]
    received_at: dt.datetime
    direction: DirectionIn | None = None
    referrer: DonorIn | None = None
    show_name: bool = False
    said: str = ""
    source: str = ""
    pledge_ref: str = ""


@dataclass(frozen=True, slots=True)
class PledgeIn:
    """A promised gift. key: what it is known by; kind: cash or goods; fen: None without a value;
    what: goods in words; pledged_at: None for now."""

    key: str
    donor: DonorIn
    kind: str
    line: int
    fen: int | None
    what: str = ""
    direction: DirectionIn | None = None
    referrer: DonorIn | None = None
    pledged_at: dt.datetime | None = None
    show_name: bool = False


@dataclass(frozen=True, slots=True)
class SpendingIn:
    """Money asked for. direction_n: number of the directed fund, 0 for the common pool."""

    payee: str
    purpose: str
    beneficiaries: str
    fen: int
    direction_n: int = 0
    payee_account: str = ""


@dataclass(frozen=True, slots=True)
class SignForIn:
    """Who signed for what. how: `sheet` of several, `person`, or `office` for them."""

    fen: int
    n_people: int
    how: str
    signed_on: dt.date
    name: str = ""
    phone: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """By what a visitor may see a gift as its donor: a phone that was checked (its keyed hash), or
    a token that only the giver's device can make."""

    phone_digest: str = ""
    token: str = ""


@dataclass(frozen=True, slots=True)
class OfficialIn:
    """An official receipt as printed; fen, issued_on as on it."""

    code: str
    number: str
    fen: int
    issued_on: dt.date
    check_code: str = ""


@dataclass(frozen=True, slots=True)
class HandOverIn:
    """Goods sent off. lines: (ref of an item, how many); direction_n: number of what they are
    directed to, 0 for goods without a direction; sender, carrier: names."""

    recipient: str
    lines: tuple[tuple[str, int], ...]
    sent_at: dt.datetime
    direction_n: int = 0
    place: str = ""
    sender: str = ""
    carrier: str = ""


@dataclass(frozen=True, slots=True)
class ConsentIn:
    """A donor agreed to another use. how: writing, phone, person; direction: None for the pool."""

    direction: DirectionIn | None
    how: str
    given_on: dt.date
    reason: str


@dataclass(frozen=True, slots=True)
class LineIn:
    """What a line of a statement is. how: gift, collection, pledge, hand, payout, roster or other;
    target: the gift or roster. donor: of a new gift, None for somebody who stays anonymous."""

    ref: str
    how: str
    target: str = ""
    donor: DonorIn | None = None
    direction: DirectionIn | None = None
    n_people: int = 1
    n_times: int = 1
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RosterIn:
    """A roster as it is brought. stated_fen: the one sum; received_at: when it came, None if it has
    not come yet; pledge_ref: the promise that it fulfils."""

    unit_name: str
    stated_fen: int
    received_at: dt.datetime | None = None
    pledge_ref: str = ""
