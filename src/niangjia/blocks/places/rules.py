"""Pure readings of the region list and of origin texts."""

import re
from collections.abc import Iterator, Mapping

_DATED = re.compile(r"\[(\d{4})?-(\d{4})?\]")
_SPLIT = re.compile(r",(?=\[)")


def dated_names(text: str) -> Iterator[tuple[str, int | None, int | None]]:
    """(name, from year, to year) from `[1993-2017]平泉县,[2017-]平泉市`; years may be None."""
    for part in _SPLIT.split(text):
        match = _DATED.match(part)
        if match is None:
            yield part.strip(), None, None
            continue
        start, end = match.groups()
        yield part[match.end() :].strip(), int(start) if start else None, int(end) if end else None


def level_of(code: str) -> str:
    if code.endswith("0000"):
        return "province"
    return "prefecture" if code.endswith("00") else "county"


def last_of(code: str, successor: Mapping[str, str]) -> str:
    """The code that took its place in the end; codes that lead in a circle lead nowhere."""
    seen = {code}
    while code in successor and successor[code] not in seen:
        code = successor[code]
        seen.add(code)
    return code


_PROVINCE_ENDS = ("维吾尔自治区", "壮族自治区", "回族自治区", "自治区", "特别行政区", "省", "市")


def short_province(name: str) -> str:
    """`内蒙古自治区` and `内蒙古` become one key."""
    for end in _PROVINCE_ENDS:
        if name.endswith(end) and len(name) > len(end) + 1:
            return name.removesuffix(end)
    return name
