"""Publishing: the bulletin, its tree and its fact in one transaction of the programme's service."""

from datetime import datetime
from hashlib import sha256

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.indicators import facts
from niangjia.blocks.indicators.bulletin_types import PublishedBulletin, Sampled
from niangjia.blocks.indicators.bulletins import frozen, row_of, sample_places
from niangjia.blocks.indicators.documents import change_value, document
from niangjia.blocks.indicators.drafting import Draft, bulletin_draft
from niangjia.blocks.indicators.figures import hour_of
from niangjia.blocks.indicators.models import Bulletin, BulletinSeries, BulletinTile
from niangjia.blocks.ledger.public import served_size, site_index
from niangjia.core.errors import Conflict, Invalid
from niangjia.core.facts import BUSINESS, Fact, Value
from niangjia.core.work import Work

TILES_A_STATEMENT = 100


def bulletin_publish(
    work: Work,
    *,
    indicator: str,
    scope: str,
    as_of: datetime,
    log_size: int | None = None,
    explanation: str = "",
    corrects: str = "",
) -> PublishedBulletin:
    """The bulletin is published, with the next number of its scope. What it would say is worked out
    here: for many records do that before the transaction, and use `draft_publish`.

    Raises what `bulletin_draft` and `draft_publish` raise.
    """
    draft = bulletin_draft(
        indicator=indicator, scope=scope, as_of=as_of, log_size=log_size, corrects=corrects
    )
    return draft_publish(work, draft, explanation=explanation)


def draft_publish(work: Work, draft: Draft, *, explanation: str = "") -> PublishedBulletin:
    """The draft is a bulletin, with the next number of its scope, and its fact is recorded.

    Raises Invalid (explanation_missing: of a correction), Conflict (bulletin_meanwhile: another
    was published since the draft was made).
    """
    explanation = explanation.strip()
    if draft.corrects and not explanation:
        raise Invalid(
            _("A correction is published with its explanation. Say what was wrong and why."),
            code="explanation_missing",
        )
    number = _next_number(draft)
    fact_ref = work.new_id()
    data = document(draft, number=number, fact_ref=fact_ref, explanation=explanation)
    ref = work.new_id()
    values = _values(draft, number, sha256(data).hexdigest())
    row = _stored(work, draft, ref, fact_ref, values, data, explanation)
    work.record(
        Fact(
            facts.PUBLISHED,
            f"bulletin:{ref}",
            work.at,
            values,
            {BUSINESS: facts.OWNER},
            ref=fact_ref,
        )
    )
    return frozen(row)


def _next_number(draft: Draft) -> int:
    """The next number; the series is locked until the transaction ends."""
    name, scope = draft.indicator.id, draft.scope
    BulletinSeries.objects.get_or_create(indicator=name, scope=scope)
    series = BulletinSeries.objects.select_for_update().get(indicator=name, scope=scope)
    if series.n != (draft.previous.number if draft.previous else 0):
        raise Conflict(
            _("Another bulletin was published meanwhile. Look at it, then publish again."),
            code="bulletin_meanwhile",
        )
    series.n += 1
    series.save(update_fields=["n"])
    return series.n


def _values(draft: Draft, number: int, document_sha256: str) -> dict[str, Value]:
    """The open fields of the fact; docs/bulletin.md says what each means."""
    indicator, figures, signed = draft.indicator, draft.figures, draft.signed
    return {
        "indicator": indicator.id,
        "scope": draft.scope,
        "number": number,
        "as_of": hour_of(draft.as_of),
        "log_origin": signed.origin,
        "log_first": signed.first,
        "log_size": signed.size,
        "log_root": signed.root.hex(),
        "policy": indicator.policy,
        "rule": {
            "adds": list(indicator.adds),
            "changes": list(indicator.changes),
            "match": indicator.match,
        },
        "lines": list(indicator.line_ids),
        "n": figures.root.n,
        "sums": list(figures.root.sums),
        "tree_root": figures.root.hash.hex(),
        "counts": dict(figures.counts),
        "late": change_value(draft.late),
        "adjusted": change_value(draft.adjusted),
        "previous": draft.previous.fact_ref if draft.previous else None,
        "since": draft.since.fact_ref if draft.since else None,
        "corrects": draft.corrects.fact_ref if draft.corrects else None,
        "document_sha256": document_sha256,
    }


def _stored(
    work: Work,
    draft: Draft,
    ref: str,
    fact_ref: str,
    values: dict[str, Value],
    data: bytes,
    explanation: str,
) -> Bulletin:
    same = ("indicator", "scope", "number", "policy", "lines", "n", "sums", "counts")
    row = Bulletin.objects.create(
        ref=ref,
        fact_ref=fact_ref,
        **{name: values[name] for name in (*same, "late", "adjusted", "document_sha256")},
        as_of=draft.as_of,
        log_origin=draft.signed.origin,
        log_first=draft.signed.first,
        log_size=draft.log_size,
        log_root=draft.signed.root,
        tree_root=draft.figures.root.hash,
        previous=draft.previous,
        since=draft.since,
        corrects=draft.corrects,
        explanation=explanation,
        document=data,
        published_at=work.at,
    )
    tiles = (BulletinTile(bulletin=row, **tile._asdict()) for tile in draft.tiles)
    BulletinTile.objects.bulk_create(tiles, batch_size=TILES_A_STATEMENT)
    return row


def bulletin_sample(work: Work, *, bulletin: str, seed: str) -> Sampled:
    """The auditor's seed is recorded, and the positions that it draws are the sample.

    Raises NotFound; Invalid (seed); Conflict (bulletin_not_served: the bulletin's own entry is not
    served yet, so its maker could still choose another to fit the seed).
    """
    row = row_of(bulletin)
    seed = seed.strip()
    if not 8 <= len(seed) <= 200 or not seed.isprintable():
        raise Invalid(
            _("Give a seed of 8 to 200 characters that nobody could guess: throw dice for it."),
            code="seed",
        )
    index = site_index(row.fact_ref)
    if index is None or index >= served_size():
        raise Conflict(
            _("This bulletin is not served yet. Draw the sample once it is witnessed."),
            code="bulletin_not_served",
        )
    places = sample_places(row, seed)
    values: dict[str, Value] = {"bulletin": row.fact_ref, "seed": seed, "n": len(places)}
    work.record(
        Fact(facts.SAMPLED, f"bulletin:{row.ref}", work.at, values, {BUSINESS: facts.OWNER})
    )
    return Sampled(seed, places)
