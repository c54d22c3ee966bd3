"""Rooms that keep something about organisations: each is asked and told in the same Work.

orgs lies below them and knows none of them; a room declares itself once, at the start.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from niangjia.blocks.orgs.types import Change, Kept, OrgRef
from niangjia.core.work import Work


def _nothing_kept(one: OrgRef, category: str) -> Kept:
    return Kept()


def _no_obstacle(change: Change) -> Sequence[str]:
    return ()


def _not_followed(work: Work, changes: Sequence[Change]) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Follower:
    """kept: what the room keeps about one; obstacles: sentences why it cannot be merged or split
    now, each with what to do; follow: does what a change asks for, in the change's own Work."""

    name: str
    kept: Callable[[OrgRef, str], Kept] = _nothing_kept
    obstacles: Callable[[Change], Sequence[str]] = _no_obstacle
    follow: Callable[[Work, Sequence[Change]], None] = _not_followed


_followers: dict[str, Follower] = {}


def organisation_follower(follower: Follower) -> Follower:
    """Declare a room that keeps something about organisations."""
    _followers[follower.name] = follower
    return follower


def kept_of(organisation: OrgRef, category: str) -> list[Kept]:
    """What every room keeps about one organisation of a category."""
    return [one.kept(organisation, category) for one in _followers.values()]


def obstacles_to(change: Change) -> list[str]:
    """Why it cannot be done now, in every room's words."""
    return [text for one in _followers.values() for text in one.obstacles(change)]


def follow(work: Work, changes: Sequence[Change]) -> None:
    """Every room has done what the changes ask for."""
    for one in _followers.values():
        one.follow(work, changes)
