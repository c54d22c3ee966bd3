"""What is typed meets what is indexed."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from niangjia.blocks.desk.tokens import code_tokens, joined, marked, text_tokens, wanted_of

CLEAN = re.compile("[a-z0-9_\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
NAMES = ("东城区演示001街道总工会", "小米", "唐县示例合作社", "832平台")
TOKENS = set(
    joined(
        *map(text_tokens, NAMES), more=[*code_tokens("YS-2019-00001", "20001234"), "a_295200"]
    ).split()
)


def finds(query: str) -> bool:
    """True if a thing with TOKENS answers the query."""
    wanted = wanted_of(query)
    return bool(wanted) and all(
        any(TOKENS.issuperset(tokens) for tokens in clause) for clause in wanted
    )


@pytest.mark.parametrize(
    "query",
    [
        "小米",
        "米",
        "xm",
        "XM",
        "dcq",
        "dcqys",
        "工会 小米",
        "街道总工会",
        "YS-2019-00001",
        "ys2019",
        "00001",
        "2000",
        "20001234",
        "1234",
        "001234",
        "２０００１２３４",
        "2952.00",
        "¥2,952.00",
        "2,952.0",
        "2952",
        "832",
        "tx sl",
    ],
)
def test_what_a_clerk_types_is_found(query):
    assert finds(query)


@pytest.mark.parametrize(
    "query", ["西城", "大米", "xg", "99", "2952.01", "20001235", "", "***", "'"]
)
def test_what_is_not_there_is_not_found(query):
    assert not finds(query)


def test_a_typed_filter_token_is_only_words():
    tokens = {
        token for clause in wanted_of("x_r u_5 t_1 d_110101") for some in clause for token in some
    }
    assert not {"x_r", "u_5", "t_1", "d_110101"} & tokens


@given(st.text(max_size=300))
@settings(max_examples=300, deadline=None)
def test_any_text_gives_clean_tokens_and_few_clauses(text):
    wanted = wanted_of(text)
    tokens = [token for clause in wanted for some in clause for token in some]
    tokens += text_tokens(text[:80]).split() + list(code_tokens(text[:80]))
    assert len(wanted) <= 12
    assert all(CLEAN.fullmatch(token) for token in tokens), tokens
    assert "".join(piece for piece, _is in marked(text, text)) == text


@given(st.text(alphabet="东城区朝阳工会小米abc012 -", min_size=1, max_size=30), st.data())
@settings(max_examples=300, deadline=None)
def test_each_part_of_a_chinese_name_finds_it(name, data):
    tokens = set(text_tokens(name).split())
    start = data.draw(st.integers(0, len(name) - 1))
    part = name[start : start + data.draw(st.integers(1, 5))]
    if not all("\u4e00" <= char <= "\u9fff" for char in part):
        return
    assert all(any(tokens.issuperset(t) for t in clause) for clause in wanted_of(part))


def test_marks_stand_on_words_and_on_their_initials():
    assert marked("东城区演示小米", "xm 东城") == [
        ("东城", True),
        ("区演示", False),
        ("小米", True),
    ]
