"""Pure decisions about organisations."""

import re
import unicodedata
from collections.abc import Iterator

UNPLACED, UNASSIGNED = "unplaced", "unassigned"
SCOPE_OF_ROLE = {
    "city": "all",
    "auditor": "all",
    "secrecy": "all",
    "leader": "all",
    "district": "beneath",
    "clerk": "unit",
    "checker": "unit",
    "head": "unit",
    "canteen": "unit",
    "supplier": "supplier",
    "reviewer": "county",
}
FAR = ("all", "beneath")


def far_reaching() -> tuple[str, ...]:
    """Roles that see more than one unit."""
    return ("operator", *(role for role, kind in SCOPE_OF_ROLE.items() if kind in FAR))


def role_fits(role: str, category: str, kind: str) -> bool:
    """Whether a role can be held at such an organisation: who sees all stands at the city's office,
    who sees a district at one of its nodes, a supplier's person at a supplier."""
    scope = "all" if role == "operator" else SCOPE_OF_ROLE.get(role, "")
    if scope == "all":
        return category == "node" and kind == "city"
    if scope == "beneath":
        return category == "node" and kind not in LINES
    if scope in ("supplier", "county"):
        return category == {"supplier": "supplier", "county": "department"}[scope]
    return scope != "unit" or category == "buyer"


def key_of(uscc: str, name: str) -> str:
    """What identifies an organisation: its code if it has one, else its name."""
    return f"uscc:{uscc}" if uscc else f"name:{name}"


def path_below(parent_path: str, own_id: int) -> str:
    return f"{parent_path or '/'}{own_id}/"


LINES = frozenset({"line", "virtual_line"})
TOP = frozenset({"city", "virtual_district", "virtual_line"})  # these stay where they are
_MARKS = re.compile(r"[\W_]+")
_FORMS = (
    "股份有限公司",
    "有限责任公司",
    "有限公司",
    "农民专业合作社",
    "专业合作社",
    "合作社",
    "工会委员会",
    "工会联合会",
    "基层工会",
    "总工会",
    "工会",
)
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100


def plain_name(name: str) -> str:
    """A name without widths, blanks, brackets and marks: equal for what is the same in writing."""
    return _MARKS.sub("", unicodedata.normalize("NFKC", name)).lower()


def short_name(name: str) -> str:
    """What is left of a name without its legal form and the words for province, city, district and
    county: equal for what is likely the same."""
    plain = plain_name(name)
    rest = plain
    for form in _FORMS:
        if rest.endswith(form) and len(rest) > len(form) + 1:
            rest = rest.removesuffix(form)
            break
    return "".join(one for one in rest if one not in "省市区县") or plain


def codes_near(uscc: str) -> Iterator[str]:
    """Codes that differ from this one in a character, or in two neighbours exchanged."""
    for at, own in enumerate(uscc):
        head, tail = uscc[:at], uscc[at + 1 :]
        yield from (head + other + tail for other in _ALPHABET if other != own)
        if tail and tail[0] != own:
            yield head + tail[0] + own + tail[1:]


def is_below(path: str, other: str) -> bool:
    """What has the path `path` is, or stands beneath, what has the path `other`."""
    return bool(other) and path.startswith(other)
