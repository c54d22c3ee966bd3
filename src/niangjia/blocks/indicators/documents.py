"""The document of a bulletin: canonical JSON, exact fen beside what is printed, two languages."""

from niangjia.blocks.indicators.bulletin_types import Change, Indicator, PrintedLine, Words
from niangjia.blocks.indicators.drafting import Draft
from niangjia.blocks.indicators.figures import hour_of
from niangjia.blocks.indicators.rules import ROUNDING_NOTE, printed
from niangjia.core.facts import Value
from niangjia.lib import canonical

VERSION = 1


def document(draft: Draft, *, number: int, fact_ref: str, explanation: str) -> bytes:
    """The bytes whose SHA-256 the bulletin's fact commits to."""
    indicator, figures = draft.indicator, draft.figures
    lines, sums = printed(indicator, figures.root.sums, figures.counts)
    value: dict[str, Value] = {
        "v": VERSION,
        "fact": fact_ref,
        "indicator": indicator.id,
        "title": _words(indicator.title),
        "scope": draft.scope,
        "number": number,
        "as_of": hour_of(draft.as_of),
        "policy": indicator.policy,
        "rule": _words(indicator.rule),
        "source": indicator.source,
        "log": {
            "origin": draft.signed.origin,
            "first": draft.signed.first,
            "size": draft.signed.size,
            "root": draft.signed.root.hex(),
        },
        "tree": {"n": figures.root.n, "root": figures.root.hash.hex()},
        "lines": [_line(one) for one in lines],
        "sums": [
            {**_line(one), "of": list(part.of)}
            for one, part in zip(sums, indicator.sums, strict=True)
        ],
        "counts": _counts(indicator, draft),
        "late": change_value(draft.late),
        "adjusted": change_value(draft.adjusted),
        "previous": draft.previous.fact_ref if draft.previous else None,
        "since": draft.since.fact_ref if draft.since else None,
        "corrects": draft.corrects.fact_ref if draft.corrects else None,
        "explanation": explanation,
    }
    if any(one.note for one in sums):
        value["rounding_note"] = _words(ROUNDING_NOTE)
    return canonical.encode(value, limit=None)


def _words(words: Words) -> Value:
    return {"en": words.en, "zh": words.zh}


def _line(line: PrintedLine) -> dict[str, Value]:
    found: dict[str, Value] = {
        "id": line.id,
        "title": _words(line.title),
        "fen": line.fen,
        "wan": line.wan,
    }
    if line.count is not None and line.unit is not None:
        found |= {"count": line.count, "unit": _words(line.unit)}
    return found


def _counts(indicator: Indicator, draft: Draft) -> Value:
    return [
        {
            "id": one.id,
            "title": _words(one.title),
            "unit": _words(one.unit),
            "n": draft.figures.counts[one.id],
        }
        for one in indicator.counts
    ]


def change_value(change: Change) -> dict[str, Value]:
    """A change as facts and documents write it."""
    return {"n": change.n, "sums": list(change.sums)}
