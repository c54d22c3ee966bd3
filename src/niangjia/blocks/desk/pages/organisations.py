"""The register's pages: its table, its filters, an organisation's facts and what can be done."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.blocks.ledger.public import HistoryLine
from niangjia.blocks.orgs.public import (
    Kept,
    Likeness,
    Listed,
    OrgDetail,
    OrgFilters,
    OrgPage,
    TreePage,
    nodes,
)
from niangjia.core.actor import Actor
from niangjia.lib.money import format_yuan
from niangjia.ui.page import language_of
from niangjia.ui.parts import Column, Table
from niangjia.ui.words import role_name, who_name

__all__ = ["OrgFilters", "replace"]

CATEGORIES = {
    "buyer": gettext_lazy("Buying unit"),
    "supplier": gettext_lazy("Supplier"),
    "department": gettext_lazy("Department"),
    "node": gettext_lazy("Office of the trees"),
}
STATES = {
    "in_force": gettext_lazy("in use"),
    "to_confirm": gettext_lazy("to confirm"),
    "closed": gettext_lazy("closed"),
    "merged": gettext_lazy("merged"),
    "all": gettext_lazy("all"),
}
WHY = {
    "code": gettext_lazy("the same code"),
    "name": gettext_lazy("the same name"),
    "near": gettext_lazy("code differs in one place"),
    "short": gettext_lazy("similar name"),
}
TREES = {"territory": gettext_lazy("By territory"), "line": gettext_lazy("By system")}


def query_of(filters: OrgFilters, after: str = "") -> str:
    """The list's address behind the question mark; what is empty or usual is left out."""
    found = {name: value for name, value in asdict(filters).items() if value}
    if found.get("state") == "in_force":
        del found["state"]
    return urlencode(found | ({"after": after} if after else {}))


def filter_fields(filters: OrgFilters) -> list[tuple[str, object, list[tuple[str, object]], str]]:
    """(name, label, choices, chosen) of the filters above the list."""
    return [
        ("category", _("What it is"), list(CATEGORIES.items()), filters.category),
        ("district", _("District"), _codes("district"), filters.district),
        ("line", _("System"), _codes("line"), filters.line),
    ]


def _codes(kind: str) -> list[tuple[str, object]]:
    return [*nodes(kind), *nodes(f"virtual_{kind}")]


@lru_cache(maxsize=8)
def _columns(language: str, choose: bool) -> tuple[Column, ...]:
    page = reverse("desk:organisation", args=["REF"]).replace("REF", "{0}")
    columns = (
        Column(_("Name"), f'<a href="{page}">{{1}}</a>{{2}}', lead=True),
        Column(_("Code"), '<span class="num">{3}</span>'),
        Column(_("What it is"), "{4}"),
        Column(_("District"), "{5}"),
        Column(_("System"), "{6}"),
        Column(_("State"), "{7}"),
    )
    return (Column(_("Choose"), "{8}"), *columns) if choose else columns


def list_table(page: OrgPage, *, choose: bool) -> Table:
    """The register's table; with boxes to choose where something can be confirmed."""
    rows = [_row(one, one.to_confirm and one.ref in page.mine) for one in page.rows]
    return Table(_("Units and suppliers"), _columns(language_of(), choose), rows)


_TICK = '<input class="checkbox" type="checkbox" name="ref" value="{}" aria-label="{}">'


def _row(one: Listed, may_confirm: bool) -> tuple[object, ...]:
    return (
        one.ref,
        one.name,
        _beside(one),
        one.uscc,
        _kind(one),
        one.district if one.category != "supplier" else "",
        one.line if one.category == "buyer" else "",
        state_of(one),
        format_html(_TICK, one.ref, _("Choose %(name)s") % {"name": one.name})
        if may_confirm
        else "",
    )


def _kind(one: Listed) -> str:
    return one.kind if one.category == "buyer" else str(CATEGORIES[one.category])


def _beside(one: Listed) -> SafeString | str:
    """Under the name: names it bore before, and what it may be the same as."""
    lines = [_("formerly %(name)s") % {"name": name} for name in one.former]
    lines += [likeness(like) for like in one.likely[:2]]
    return format_html_join("", "<br><small>{}</small>", ((line,) for line in lines))


def tree_query(tree: str, at: str = "", after: str = "") -> str:
    """The address of a node of a tree behind the question mark."""
    return urlencode({k: v for k, v in (("tree", tree), ("at", at), ("after", after)) if v})


def branch_table(page: TreePage) -> Table:
    """What stands below a node, each leading on."""
    columns = (
        Column(_("Name"), '<a href="?{0}">{1}</a>', lead=True),
        Column(_("Code"), '<span class="num">{2}</span>'),
        Column(_("Units in use"), "{3}", numeric=True),
        Column(_("To confirm"), "{4}", numeric=True),
    )
    rows = [
        (
            tree_query(page.tree, one.ref),
            one.name,
            one.code,
            f"{one.n:,}",
            f"{one.n_to_confirm:,}" if one.n_to_confirm else "",
        )
        for one in page.branches
    ]
    return Table(_("Below it"), columns, rows)


def leaf_table(page: TreePage) -> Table:
    """Units that stand directly below a node."""
    link = reverse("desk:organisation", args=["REF"]).replace("REF", "{0}")
    columns = (
        Column(_("Name"), f'<a href="{link}">{{1}}</a>', lead=True),
        Column(_("Code"), '<span class="num">{2}</span>'),
        Column(_("What it is"), "{3}"),
        Column(_("State"), "{4}"),
    )
    marks = (("nowhere", _("nowhere yet")), ("to_confirm", STATES["to_confirm"]))
    rows = [
        (
            one.ref,
            one.name,
            one.uscc,
            one.kind,
            format_html_join(
                " ",
                '<span class="tag warn">{}</span>',
                ((text,) for name, text in marks if getattr(one, name)),
            ),
        )
        for one in page.leaves
    ]
    return Table(_("Units directly there"), columns, rows)


def likeness(one: Likeness) -> str:
    """`similar name: 示例甲工会`."""
    return _("%(why)s: %(name)s") % {"why": WHY[one.why], "name": one.name}


def state_of(one: Listed) -> SafeString | str:
    """A mark for what is not simply in use."""
    if one.into:
        return format_html(
            '<span class="tag">{}</span> <a href="{}">{}</a>',
            _("merged into"),
            reverse("desk:organisation", args=[one.into[0]]),
            one.into[1],
        )
    if one.closed_on:
        text = _("closed on %(day)s") % {"day": one.closed_on.isoformat()}
        return format_html('<span class="tag">{}</span>', text)
    if one.to_confirm:
        return format_html('<span class="tag warn">{}</span>', STATES["to_confirm"])
    return ""


def facts(detail: OrgDetail) -> list[tuple[str, object]]:
    """(name, value) of what is registered; what is empty is left out."""
    one = detail.listed
    n, fen = detail.total
    rows = [
        (_("What it is"), CATEGORIES[one.category]),
        (_("Kind of organisation"), one.kind if one.category == "buyer" else ""),
        (_("Unified social credit code"), one.uscc or _("none")),
        (_("Codes before"), "、".join(detail.former_codes)),
        (_("Former names"), "、".join(one.former)),
        (_("District"), one.district if one.category != "supplier" else ""),
        (_("System"), one.line if one.category == "buyer" else ""),
        (_("Registered since"), detail.since.isoformat()),
        (_("Closed on"), one.closed_on.isoformat() if one.closed_on else ""),
        (_("Records in force"), f"{n:,}"),
        (_("Amount in all (yuan)"), format_yuan(fen)),
    ]
    return [(name, value) for name, value in rows if value]


def stays(detail: OrgDetail) -> list[tuple[object, str, str, str]]:
    """(tree, where, from when to when, the tree's page where it stands now) as shown."""
    return [
        (
            TREES[stay.tree],
            stay.parent or _("nowhere yet"),
            f"{stay.since.isoformat()} – {stay.until.isoformat() if stay.until else ''}",
            tree_query(stay.tree, detail.parents[stay.tree])
            if stay.until is None and stay.tree in detail.parents and stay.tree in detail.above
            else "",
        )
        for stay in detail.stays
        if stay.until is None or stay.until >= stay.since
    ]


def stands(detail: OrgDetail, tree: str) -> str:
    """The name of what it stands below in a tree now; empty for nowhere."""
    now = (one.parent for one in detail.stays if one.tree == tree and one.until is None)
    return next(now, "")


def seats(detail: OrgDetail) -> list[dict[str, object]]:
    """Appointments as shown."""
    return [
        {
            "role": role_name(one.role),
            "who": one.who,
            "username": one.username,
            "at": one.at,
            "days": f"{one.since.isoformat()} – {one.until.isoformat() if one.until else ''}",
            "over": one.over,
        }
        for one in detail.seats
    ]


def reports(kept: Kept) -> list[dict[str, object]]:
    """What is under way or done there, as shown."""
    return [
        {"what": what, "state": state, "href": href, "yuan": format_yuan(fen)}
        for what, state, href, fen in kept.lines
    ]


def merged(detail: OrgDetail) -> list[dict[str, object]]:
    """What was merged into it, as shown."""
    return [
        {"ref": ref, "name": name, "n": f"{kept.n:,}", "yuan": format_yuan(kept.fen)}
        for ref, name, kept in detail.merged
    ]


def side(detail: OrgDetail) -> dict[str, Any]:
    """One side of a comparison."""
    n, fen = detail.total
    kept = [detail.own, *(one for _ref, _name, one in detail.merged)]
    days = [day for one in kept for day in (one.first, one.last) if day]
    held = [one for one in detail.seats if not one.over]
    return {
        "ref": detail.listed.ref,
        "name": detail.listed.name,
        "facts": [
            (_("Code"), detail.listed.uscc or _("none")),
            (_("Former names"), "、".join(detail.listed.former) or "—"),
            (_("District"), detail.listed.district),
            (_("System"), detail.listed.line),
            (_("Records in force"), f"{n:,}"),
            (_("Amount in all (yuan)"), format_yuan(fen)),
            (_("First record"), min(days).isoformat() if days else "—"),
            (_("Last record"), max(days).isoformat() if days else "—"),
            (_("Accounts with an appointment"), f"{len({one.username for one in held}):,}"),
        ],
        "n": n,
        "fen": fen,
        "reports": reports(detail.own),
    }


def steps(lines: Sequence[HistoryLine]) -> list[dict[str, object]]:
    """The history, newest first."""
    return [
        {
            "title": line.title,
            "when": f"{localtime(line.recorded_at):%Y-%m-%d %H:%M}",
            "who": who_name(line.who, line.role),
            "reason": line.reason,
            "proof": line.proof,
            "index": line.index,
            "leaf_hash": line.leaf_hash,
        }
        for line in reversed(lines)
    ]


@dataclass(frozen=True, slots=True)
class Act:
    """An action on an organisation: its page's name, title, and the button's text."""

    name: str
    title: object
    button: object


ACTS = {
    one.name: one
    for one in (
        Act("correct", gettext_lazy("Correct and confirm"), gettext_lazy("Confirm like this")),
        Act("rename", gettext_lazy("Rename"), gettext_lazy("Record the new name")),
        Act("code", gettext_lazy("Correct the code"), gettext_lazy("Record the code")),
        Act("territory", gettext_lazy("Move by territory"), gettext_lazy("Move it")),
        Act("line", gettext_lazy("Move by system"), gettext_lazy("Move it")),
        Act("leader", gettext_lazy("Change the head"), gettext_lazy("Appoint")),
        Act("merge", gettext_lazy("Merge into another"), gettext_lazy("Merge")),
        Act("split", gettext_lazy("Undo the merge"), gettext_lazy("Undo the merge")),
        Act("close", gettext_lazy("Close"), gettext_lazy("Close this organisation")),
        Act("reopen", gettext_lazy("Reopen"), gettext_lazy("Reopen it")),
    )
}


def acts_for(actor: Actor, detail: OrgDetail) -> list[Act]:
    """What the actor can do with it now, in the order of a day's work."""
    one, names = detail.listed, []
    if one.into:
        names = ["split"]
    elif one.category in ("buyer", "supplier"):
        names = ["correct"] if one.to_confirm else []
        names += ["rename", "code"]
        names += detail.trees
        names += ["leader"] if one.category == "buyer" and actor.may("orgs.appoint") else []
        names += ["reopen"] if one.closed_on else ["merge", "close"]
    elif one.category == "node":
        names = ["rename", *detail.trees]
        names += ["leader"] if actor.may("orgs.appoint") else []
    return [ACTS[name] for name in names] if detail.can_change else []


def changes(name: str, detail: OrgDetail) -> list[str]:
    """What an action changes and what it leaves, in sentences."""
    n = f"{detail.total[0]:,}"
    held = len({seat.username for seat in detail.seats if not seat.over})
    waiting = [f"{what}({state})" for what, state, _href, _fen in detail.own.lines]
    told: dict[str, list[str]] = {
        "rename": [
            _("Lists and searches show the new name; the old one stays as a former name."),
            _("An import that names the old one still finds it."),
        ],
        "code": [_("An import that names the old code still finds it.")],
        "territory": [
            _("Its %(n)s records keep the district that they were recorded under.") % {"n": n},
            _("Sums of past months by district do not move; new records count in the new one."),
            _("The new district sees the unit and its records; the old one no longer does."),
        ],
        "line": [
            _("Its %(n)s records keep the system that they were recorded under.") % {"n": n},
            _("Sums of past months by system do not move; new records count in the new one."),
        ],
        "close": [
            _("Its %(n)s records stay as they are.") % {"n": n},
            _("It reports no period that begins after its last day."),
        ],
        "reopen": [_("It reports open periods again.")],
        "split": [
            _("It gets back its name, its code, its places and its own records."),
            _("What was recorded meanwhile stays with the one that it was merged into."),
        ],
        "leader": [
            _("What waits for the role waits for the next one; who held it can no longer decide."),
            _("Who enters or checks there cannot sign as well."),
        ],
        "correct": [_("What differs is recorded as a correction, and nothing waits any more.")],
    }
    found = told[name]
    if name == "close" and held:
        found.append(_("Accounts with an appointment there: %(n)s. They stay.") % {"n": held})
    if name == "close" and waiting:
        found.append(_("Reports: %(listed)s.") % {"listed": "、".join(waiting)})
    return found


def compared(goes: dict[str, Any], stays: dict[str, Any]) -> list[tuple[str, str, str]]:
    """(what, of the side that goes, of the side that stays)."""
    both = zip(goes["facts"], stays["facts"], strict=True)
    return [(name, was, now) for (name, was), (_name, now) in both]
