"""Cleaning of what people type: full-width letters and digits, and stray spaces."""

import re
import unicodedata

_WIDE = {
    code: code - 0xFEE0
    for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
}
_BLANKS = re.compile(r"[ \t\u00a0\u3000]+")
_UNSEEN = re.compile(r"[\u200b-\u200d\u2060\ufeff]")
_OPENS, _CLOSES = re.compile(r" ?\( ?"), re.compile(r" ?\) ?")
_BESIDE = re.compile(r"(?<![ -~]) | (?![ -~])")  # a blank beside what is no ASCII
_OUTER = " \t\r\n\u00a0\u3000\ufeff\u200b"


def fold_width(text: str) -> str:
    """Full-width letters and digits become ASCII; punctuation stays as it is."""
    return text if text.isascii() else text.translate(_WIDE)


def trim(text: str) -> str:
    """No blanks at the ends, single ones inside; line breaks inside stay."""
    text = text.strip(_OUTER)
    return _BLANKS.sub(" ", text) if "  " in text or not text.isascii() else text


def compact(text: str) -> str:
    """For comparing headers: NFKC, no blanks or line breaks, lower case."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lower()


def fold_name(text: str) -> str:
    """A unit's name, however it was typed: `示例（北京）公司` for `示例 (北京) 公司`.

    NFKC; brackets full-width unless all of it is ASCII; blanks only between words of ASCII.
    """
    plain = unicodedata.normalize("NFKC", _UNSEEN.sub("", text))
    words = " ".join(plain.split())
    if words.isascii():
        return _CLOSES.sub(") ", _OPENS.sub(" (", words)).strip()
    joined = _BESIDE.sub("", words.replace("(", "（").replace(")", "）"))
    whole = unicodedata.normalize("NFC", joined)
    return whole if whole == text else fold_name(whole)  # what met may be one character now
