"""What crosses the door of orgs."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BuyerIn:
    """A buying unit as a row names it. district: name or code of a district, may be empty."""

    name: str
    uscc: str
    kind: str
    district: str = ""
    line: str = ""


@dataclass(frozen=True, slots=True)
class SupplierIn:
    """A supplier as a row names it; region_code: county it stands in, may be empty."""

    name: str
    uscc: str
    region_code: str = ""


@dataclass(frozen=True, slots=True)
class OrgRef:
    """An organisation as other rooms see it. district, line: codes in force today."""

    id: int
    ref: str
    name: str
    uscc: str
    district: str
    line: str
    to_confirm: bool


@dataclass(frozen=True, slots=True)
class ContactRef:
    """A supplier's contact: id of its row and owner of its key."""

    id: int
    owner: str


@dataclass(frozen=True, slots=True)
class Scope:
    """What of the records an actor may see.

    kind: `all`, `beneath` (territory_path prefix in `path`), `unit` (organisation `id`), `supplier`
    (organisation `id`), `county` (`code`), `none`. ids: `id` and what was merged into it.
    """

    kind: str
    id: int = 0
    ids: tuple[int, ...] = ()
    path: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Hat:
    """One appointment in force: a role at an organisation.

    covered: it is another person's, for a while.
    """

    appointment_id: int
    role: str
    organisation_id: int
    organisation_name: str
    covered: bool = False


@dataclass(frozen=True, slots=True)
class Offices:
    """The offices above an organisation by territory: ids, 0 if it has none."""

    district: int
    city: int


@dataclass(frozen=True, slots=True)
class ListedOrg:
    """An organisation in a list. path: ids of its territory's nodes and itself, `/1/4/9/`.

    former: names that it bore before.
    """

    id: int
    ref: str
    name: str
    uscc: str
    kind: str
    district: str
    region: str
    path: str
    former: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to an organisation, as the rooms that keep something about it are told.

    kind: `brought` (by an import), `registered`, `confirmed`, `renamed`, `recoded`, `moved`,
    `closed`, `reopened`, `merged`, `split`. into: the successor of what is merged or split; ids:
    then of the organisation and of all that was merged into it. category: `buyer`, `supplier`, ...;
    last_day: of what is closed.
    """

    kind: str
    category: str
    organisation: OrgRef
    reason: str = ""
    into: OrgRef | None = None
    ids: tuple[int, ...] = ()
    last_day: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """What a room keeps about an organisation itself, not about what was merged into it.

    n: records in force; fen: their amount; first, last: their days; href: where they are listed.
    lines: (what, state, href, fen) of what is under way or done there, the newest first.
    links: (words, href, icon, permission) of the room's pages about it, for who holds that.
    """

    n: int = 0
    fen: int = 0
    first: dt.date | None = None
    last: dt.date | None = None
    href: str = ""
    lines: tuple[tuple[str, str, str, int], ...] = ()
    links: tuple[tuple[str, str, str, str], ...] = ()
