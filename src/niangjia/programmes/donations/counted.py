"""“My record is in the total”: a gift's place in a bulletin's tree, each step up recomputed,
and the file that proves it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.indicators.public import PublishedBulletin, bulletin_path, receipt_file
from niangjia.blocks.ledger.public import site_index
from niangjia.core.errors import NotFound
from niangjia.lib.sumtree import Leaf, Node, Path, Shape, check_path
from niangjia.programmes.donations import rules
from niangjia.programmes.donations.models import Adjustment, Gift


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the way up. left: the node beside stands left; fen: of all of its gifts; together:
    gifts and fen above both; hash: of the node above, hexadecimal."""

    left: bool
    n: int
    fen: int
    n_together: int
    fen_together: int
    hash: str


@dataclass(frozen=True, slots=True)
class Counted:
    """A gift in a bulletin. line, fen: as counted; n_changes: refunds and the like in that amount;
    neighbour_fen: the one other amount that the path shows, None if it shows none; holds: the
    steps lead to the bulletin's root."""

    index: int
    position: int
    line: int
    fen: int
    n_changes: int
    leaf: str
    steps: tuple[Step, ...]
    neighbour_fen: int | None
    holds: bool


def gift_of(slug: str, number: str) -> Gift:
    """The gift of that receipt in that raising. Raises NotFound."""
    plain = rules.read_number(number)
    rows = Gift.objects.filter(number=plain, raising__slug=slug).exclude(fact_ref="")
    found = rows.first() if rules.is_number(plain) else None
    if found is None:
        raise NotFound(
            _("This raising has no receipt of that number. Compare it with your receipt."),
            code="no_receipt",
        )
    return found


def changes_of(gift: Gift, bulletin: PublishedBulletin) -> list[str]:
    """Facts of what changed of the gift and counts in the bulletin, in log order."""
    rows = Adjustment.objects.filter(gift=gift, at__lte=bulletin.as_of).order_by("id")
    placed = [(site_index(one.fact_ref), one.fact_ref) for one in rows]
    return [ref for at, ref in placed if at is not None and at < bulletin.log_size]


def counted(gift: Gift, bulletin: PublishedBulletin) -> Counted:
    """Its place and way up, each step recomputed. Raises NotFound: it is not counted there."""
    index = site_index(gift.fact_ref)
    if index is None:
        raise NotFound(_("This gift is not in the log yet. Try again in a minute."))
    leaf, path = bulletin_path(bulletin.ref, index)
    steps, top = _climbed(bulletin.lines, leaf, path)
    check_path(bulletin.lines, leaf, path, bulletin.root, cut=bulletin.log_size)
    shape = Shape(bulletin.lines)
    return Counted(
        index=index,
        position=path.position,
        line=leaf.line,
        fen=leaf.fen,
        n_changes=len(changes_of(gift, bulletin)),
        leaf=shape.packed(leaf)[0].hex(),
        steps=tuple(steps),
        neighbour_fen=_neighbour(path),
        holds=top == bulletin.root,
    )


def _climbed(lines: Sequence[int], leaf: Leaf, path: Path) -> tuple[list[Step], Node]:
    shape = Shape(lines)
    node, steps = shape.packed(leaf), list[Step]()
    for sibling in path.siblings:
        beside = shape.pack(sibling.node)
        node = shape.joined(beside, node) if sibling.left else shape.joined(node, beside)
        above = shape.unpack(node)
        steps.append(
            Step(
                left=sibling.left,
                n=sibling.node.n,
                fen=sum(sibling.node.sums),
                n_together=above.n,
                fen_together=sum(above.sums),
                hash=above.hash.hex(),
            )
        )
    return steps, shape.unpack(node)


def _neighbour(path: Path) -> int | None:
    """The amount of a node beside that is one gift alone."""
    alone = [sum(one.node.sums) for one in path.siblings if one.node.n == 1]
    return alone[0] if alone else None


def proof_file(gift: Gift, bulletin: PublishedBulletin) -> bytes:
    """The receipt for `niangjia-verify --receipt`. Raises NotFound, Conflict (not served yet)."""
    return receipt_file(bulletin, gift.fact_ref, changes_of(gift, bulletin))
