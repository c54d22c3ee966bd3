"""What is canonical JSON for one verifier is for the other, down to the tables of Unicode."""

import base64
import random
import subprocess
import unicodedata
from pathlib import Path

import pytest

from niangjia.lib import canonical
from niangjia.witness import verify

SEEDS = (
    '{"a":[1,-2,true,false,null,"x\\n\\u0001é"],"b":{"c":"\\"\\\\","d":9007199254740991},"v":0}',
    '{"__proto__":1,"a":{"__proto__":[],"constructor":{}},"toString":"x"}',
    '["e\u0301","\U0001f344","가","\u1161\u11a8","\ufeff"]',
)
TOKENS = [b"0", b"-0", b"1e3", b"1.0", b"9" * 20, b'"', b"\\", b"\\u", b"\\ud800", b"{", b"}", b"["]
TOKENS += [b"]", b",", b":", b" ", b"\n", b"null", b"NaN", b"\xff", b"\xef\xbb\xbf", b"\xcc\x81"]
TOKENS += [b'"a":1,', b"\x7f", b"\0", b"\xed\xa0\x80", b"\xf0\x9f\x8d\x84", b"[" * 40, b"\\/"]
POINTS = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
MARKS = [c for c in POINTS if unicodedata.combining(chr(c)) or unicodedata.decomposition(chr(c))]
AFTER_14 = [0x897, *range(0x1ACF, 0x1AEC), 0x10D69, 0x11382, 0x113C9, 0x16121, 0x1E5EE, 0x1611E]


def fuzzed(rng):
    data = rng.choice(SEEDS).encode()
    for _ in range(rng.choice([1, 1, 2, 3])):
        i = rng.randrange(len(data) + 1)
        j = min(len(data), i + rng.choice([0, 0, 1, 2, 5]))
        data = data[:i] + rng.choice([*TOKENS, b"", rng.randbytes(1)]) + data[j:]
    return data


def marked(rng):
    """A string of letters and marks, many of them out of order or not composed."""
    pools = [MARKS, MARKS, AFTER_14, range(0x41, 0x60), range(0x1100, 0x1200), range(0x300, 0x340)]
    codes = [rng.choice(rng.choice(pools)) for _ in range(rng.randrange(1, 6))]
    text = "".join(map(chr, codes))
    return verify.dump(unicodedata.normalize("NFC", text) if rng.random() < 0.5 else text)


def alike(cases):
    """How many of the cases both read."""
    lines = b"".join(base64.b64encode(one) + b"\n" for one in cases)
    command = ["node", str(Path(__file__).with_name("parses.mjs"))]
    answers = subprocess.run(command, input=lines, capture_output=True, check=True).stdout
    read = 0
    for data, answer in zip(cases, answers.decode().split("\n"), strict=False):
        try:
            verify.parse_json(data)
            mine = "yes"
        except verify.Bad:
            mine = "no"
        assert mine == answer, data
        read += mine == "yes"
    return read


@pytest.mark.parametrize("make", [fuzzed, marked])
def test_json_is_judged_alike(make):
    rng = random.Random(make.__name__)
    cases = [make(rng) for _ in range(20_000)]
    read = alike(cases)
    print(f"\n{read} of {len(cases)} {make.__name__} are canonical")
    assert 0 < read < len(cases)


def test_each_character_alone_is_judged_alike():
    runs = [POINTS[i : i + 7] for i in range(0, len(POINTS), 7)]
    cases = [verify.dump("".join(map(chr, run))) for run in runs]
    cases += [verify.dump("a" + chr(c)) for c in MARKS if c < 0x10000]
    assert alike(cases) > 100_000


def test_what_the_library_refuses_and_the_verifier_reads_is_not_normal_beyond_the_bmp_only():
    rng = random.Random(15)
    for data in (marked(rng) for _ in range(20_000)):
        try:
            text = verify.parse_json(data)
        except verify.Bad:
            with pytest.raises(canonical.NotCanonical):
                canonical.decode(data)
            continue
        try:
            canonical.decode(data)
        except canonical.NotCanonical:
            assert max(map(ord, text)) > 0xFFFF or any(0x1ACF <= ord(c) < 0x1B00 for c in text)
