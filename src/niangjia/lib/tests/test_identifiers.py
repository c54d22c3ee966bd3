import pytest

from niangjia.lib.identifiers import uscc_compact, uscc_problem

GOOD = "81110118820018266C"


def test_a_good_code_holds_and_every_other_check_character_is_refused():
    assert uscc_problem(GOOD) is None
    for char in "0123456789ABDEFGHJKLMNPQRTUWXY":
        assert uscc_problem(GOOD[:-1] + char) == "check_character"


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("", "format"),
        ("8111", "format"),
        ("811101188200182000", "mangled"),
        ("8.11E+17", "mangled"),
    ],
)
def test_what_is_wrong_is_told_apart(code, problem):
    assert uscc_problem(code) == problem


def test_a_code_is_read_in_full_width_and_lower_case():
    assert uscc_compact(" ８１１１０１１８８２００１８２６６ｃ") == GOOD
