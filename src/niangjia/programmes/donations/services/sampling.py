"""An auditor's sample of a bulletin: drawn by their own seed, then held against vouchers."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.indicators.public import PublishedBulletin, Sampled, bulletin_sample
from niangjia.blocks.ledger.public import entries_before
from niangjia.core.errors import Conflict, Invalid, NotFound
from niangjia.core.facts import BUSINESS, Fact, Value
from niangjia.core.service import FACT, service
from niangjia.core.work import Work
from niangjia.programmes.donations.bulletin_models import Sample, SampleItem
from niangjia.programmes.donations.facts import CHECKED
from niangjia.programmes.donations.models import Adjustment, Gift, Raising
from niangjia.programmes.donations.selectors.bulletins import bulletin_view

FOUND = ("seen", "missing", "differs")


@service(permission="bulletins.sample", records=FACT)
def sample_draw(work: Work, /, *, slug: str, number: int, seed: str) -> str:
    """The seed is recorded and its 300 positions stand with the gifts behind them; the ref.

    Raises NotFound, Invalid (seed), Conflict (not served yet, drawn with that seed before).
    """
    bulletin = bulletin_view(slug, number).bulletin
    raising = Raising.objects.get(slug=slug)
    if Sample.objects.filter(bulletin_ref=bulletin.ref, seed=seed.strip()).exists():
        raise Conflict(_("A sample was drawn with this seed before."), code="sample_drawn")
    sampled = bulletin_sample(work, bulletin=bulletin.ref, seed=seed)
    row = Sample.objects.create(
        ref=work.new_id(),
        bulletin_ref=bulletin.ref,
        raising=raising,
        seed=sampled.seed,
        drawn_at=work.at,
        drawn_by=work.actor.person_ref,
    )
    SampleItem.objects.bulk_create(_items(row, sampled, bulletin), batch_size=90)
    return row.ref


def _items(row: Sample, sampled: Sampled, bulletin: PublishedBulletin) -> list[SampleItem]:
    """Of each position the gift, with the amount that the bulletin counts of it."""
    wanted = [index for _position, index in sampled.places]
    logged = entries_before(bulletin.log_size).filter(index__in=wanted)
    refs = dict(logged.values_list("index", "fact__ref"))
    gifts = {one.fact_ref: one for one in Gift.objects.filter(fact_ref__in=refs.values())}
    changed = _changed(gifts, bulletin)
    items = []
    for place, (position, index) in enumerate(sampled.places, 1):
        gift = gifts[refs[index]]
        fen = gift.fen + changed.get(gift.pk, 0)
        items.append(
            SampleItem(
                sample=row, place=place, position=position, log_index=index, gift=gift, fen=fen
            )
        )
    return items


def _changed(gifts: Mapping[str, Gift], bulletin: PublishedBulletin) -> dict[int, int]:
    """Fen that changed of each gift by the cut-off and within the log that the bulletin saw."""
    rows: Sequence[Adjustment] = list(
        Adjustment.objects.filter(gift__in=gifts.values(), at__lte=bulletin.as_of)
    )
    refs = [one.fact_ref for one in rows]
    seen = set(
        entries_before(bulletin.log_size)
        .filter(fact__ref__in=refs)
        .values_list("fact__ref", flat=True)
    )
    sums: dict[int, int] = {}
    for one in rows:
        if one.fact_ref in seen:
            sums[one.gift_id] = sums.get(one.gift_id, 0) + one.fen
    return sums


@service(permission="bulletins.sample", records=FACT)
def sample_check(work: Work, /, *, ref: str, place: int, found: str, note: str = "") -> None:
    """The position is held against its voucher: `seen`, `missing`, or `differs` and how.

    Raises NotFound, Invalid (a difference without a note).
    """
    row = SampleItem.objects.select_related("sample__raising__organisation", "gift")
    item = row.filter(sample__ref=ref, place=place).first()
    if item is None:
        raise NotFound(_("There is no such position in this sample."))
    text = note.strip()[:200]
    if found not in FOUND or (found == "differs" and len(text) < 2):
        message = str(_("Say in a few words what differs."))
        raise Invalid(message, code="note_missing", fields={"note": message})
    item.found, item.note, item.checked_at = found, text, work.at
    item.save(update_fields=["found", "note", "checked_at"])
    raising = item.sample.raising
    values: dict[str, Value] = {
        "raising": raising.slug,
        "sample": ref,
        "place": place,
        "gift": item.gift.ref,
        "found": found,
        "note": text or None,
    }
    owner = {BUSINESS: f"org:{raising.organisation.ref}"}
    work.record(Fact(CHECKED, f"sample:{ref}", work.at, values, owner))
