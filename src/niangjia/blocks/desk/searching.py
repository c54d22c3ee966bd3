"""Finding things of every kind that the actor may see."""

from niangjia.blocks.desk import postings
from niangjia.blocks.desk.sources import shelves, source_of_subject, sources
from niangjia.blocks.desk.tokens import wanted_of
from niangjia.blocks.desk.types import FoundGroup, Hit, Shelf, Source, Wanted
from niangjia.core.actor import Actor
from niangjia.core.service import authorise

SHOWN = 8
COUNTED = 100
MOST = 500


def find(actor: Actor, query: str) -> list[FoundGroup]:
    """What of each kind the query finds for the actor, newest first; empty kinds are left out.

    Raises NotSignedIn, Denied.
    """
    authorise(actor, "desk.find")
    wanted = wanted_of(query)
    if not wanted:
        return []
    groups = [_group(actor, source, query, wanted) for source in sources()]
    groups += [_looked_through(actor, shelf, query, wanted) for shelf in shelves()]
    return [group for group in groups if group and group.hits]


def _looked_through(actor: Actor, shelf: Shelf, query: str, wanted: Wanted) -> FoundGroup | None:
    if shelf.permission and not actor.may(shelf.permission):
        return None
    hits = shelf.look(actor, query, wanted)
    return FoundGroup(
        name=shelf.name,
        title=str(shelf.title),
        hits=tuple(hits[:SHOWN]),
        n=min(len(hits), COUNTED),
        n_more=len(hits) > COUNTED,
        whole=shelf.whole(query),
    )


def organisation_ids(text: str) -> list[int] | None:
    """Ids of at most 500 organisations of each kind that a text finds; None if there is no text.

    Whoever reads rows by them checks what may be seen.
    """
    if not text:
        return None
    wanted = wanted_of(text)
    if not wanted:
        return []
    found = source_of_subject("organisation")
    return [pk for one in found for pk in postings.proposed(one.number, wanted, limit=MOST)]


def _group(actor: Actor, source: Source, query: str, wanted: Wanted) -> FoundGroup | None:
    scope = source.scope(actor) if actor.may(source.permission) else None
    if scope is None:
        return None
    everything = (*wanted, *scope)
    hits: list[Hit] = []
    n, last = 0, None
    while n <= COUNTED:
        ids = postings.proposed(source.number, everything, beyond=last, limit=COUNTED + 1)
        if len(hits) < SHOWN and ids:
            hits += source.hits(actor, ids[: SHOWN * 2] if last is None else ids)
        n += source.count(actor, ids) if ids else 0
        if len(ids) <= COUNTED:
            break
        last = ids[-1]
    return FoundGroup(
        name=source.name,
        title=str(source.title),
        hits=tuple(hits[:SHOWN]),
        n=min(n, COUNTED),
        n_more=n > COUNTED,
        whole=source.whole(query),
    )
