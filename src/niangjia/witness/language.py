"""What people read: English sentences, put into Chinese where LANG begins with zh."""

import os
import re

from niangjia.witness.chinese import TABLE

_LINE = re.compile(r"line ([0-9]+): ")


def chinese() -> bool:
    """True if people here read Chinese."""
    return os.environ.get("LANG", "").lower().startswith("zh")


def say(sentence: str, /, **values: object) -> str:
    """The sentence in the reader's language, with its values."""
    if chinese():
        sentence = TABLE.get(sentence, sentence)
    return sentence.format(**values) if values else sentence


def reason(sentence: str) -> str:
    """Why something was refused, as the library says it. What has no Chinese is said in general:
    half a sentence of English helps no clerk."""
    if not chinese():
        return sentence
    place = _LINE.match(sentence)
    line = say("line {n}: ", n=place[1]) if place else ""
    rest = sentence[place.end() :] if place else sentence
    return line + TABLE.get(rest, TABLE["the content is not in the form it must have"])
